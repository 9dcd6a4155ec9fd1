#!/usr/bin/env python3
"""Trains the boundary scorer of src/text/segment.rs: one sparse logistic regression a language over the gaps between words.

    python3 models/segment/train.py CONVERSATIONS LANGUAGES OUT [--evaluate] [--gold DIR]

CONVERSATIONS holds <lang>-<set>.jsonl and .labels.jsonl, LANGUAGES is data/languages, OUT receives <lang>.tsv (feature, weight) and
cases.tsv, texts with their expected segments that keep the Rust features equal to these. `--evaluate` holds out a fifth of the
conversations (by a checksum of the id) and prints precision, recall and F1 instead of writing. Needs nothing outside the standard library.
The features are described in README.md; src/text/segment/score.rs must compute the same ones.
"""
import argparse, collections, glob, json, math, os, random, zlib

FOLD = str.maketrans("ąćęłńóśźżžáäčďéíĺľňôŕšťúýěřůё", "acelnoszzzaacdeillnorstuyeru\u0435")


def fold(word):
    word = word.lower().translate(FOLD)
    a, b = 0, len(word)
    while a < b and not word[a].isalnum():
        a += 1
    while b > a and not word[b - 1].isalnum():
        b -= 1
    return word[a:b]


class Language:
    def __init__(self, folder):
        self.short, self.units, self.ordinal = set(), set(), False
        for line in open(os.path.join(folder, "abbreviations.txt"), encoding="utf-8"):
            line = line.strip()
            if line == "0.":
                self.ordinal = True
            elif line and not line.startswith("#"):
                word, _, kind = line.partition("\t")
                (self.units if kind == "end" else self.short).add(fold(word))


def mark(token, following, language, fresh, depth):
    """The mark at the end of a token: n nothing, c comma, o other, s sentence end, m smile; x where no cut may be.

    `fresh`: the token begins a sentence; `depth`: brackets open before the token.
    """
    first = following[0]
    if first in ")]}»”…" or (first not in "\"'«„“([{*." and not any(ch.isalnum() for ch in following)):
        return "x"                      # closing marks, dashes, smiles and emoji belong to what precedes
    body = token.rstrip("\"'»”“’]}*_")
    if body.endswith(")"):
        inner = body.rstrip(")")
        if depth <= 0 and "(" not in body and not (inner.isalnum() and (len(inner) == 1 or inner.isdigit())):
            return "m"
        body = inner
    if not body:
        return "n"
    last = body[-1]
    if last.isalnum():
        return "n"
    if last == ",":
        return "c"
    if last in "?!":
        return "s"
    if last == "…" or body.endswith(".."):
        return "s" if opens(following) else "x"
    if last == ".":
        word = fold(body)
        if word in language.short or (word in language.units and not opens(following)):
            return "x"
        if len(word) == 1 and body[-2].isalpha() and body[-2].isupper():
            return "x"                  # an initial
        if word.isdigit() and len(word) <= 2 and (fresh or language.ordinal and not first.isupper()):
            return "x"
        return "s"
    if last in "-–—•*":
        return "x"
    if ord(last) >= 0x2190:
        return "m"
    return "o"


def opens(token):
    """Whether a token may begin a sentence: a capital, or a quotation mark, bracket or dash."""
    return token[0].isupper() or not token[0].isalnum()


def case(token):
    for ch in token:
        if ch.isalpha():
            return "U" if ch.isupper() else "l"
        if ch.isdigit():
            return "d"
    return "o"


def bucket(n):
    return sum(n > top for top in (1, 2, 3, 4, 6, 8, 11, 15, 20, 28))


RAW_LOWER, RAW_LONG, SALUTATION = 6, 20, 6


class Stretch:
    """Tokens begin..end of a text, without a sentence mark between them; groups: u a gap in speech without punctuation, c after an early comma, - closed."""

    def __init__(self, tokens, marks, begin, end):
        self.begin, self.end, self.tokens = begin, end, tokens[begin:end]
        self.words = [fold(t) for t in self.tokens]
        self.marks = marks[begin:end - 1]
        n = end - begin
        lower = case(self.tokens[0]) == "l"
        commas = self.marks.count("c")
        self.raw = (n >= (RAW_LOWER if lower else RAW_LONG)) and commas * 12 <= n
        self.groups = ["-" if m in "xo" else "u" if self.raw else "c" if m == "c" and i < SALUTATION else "-" for i, m in enumerate(self.marks)]

    def features(self, i, since):
        """Features of the gap after word i, `since` words after the last cut."""
        w, g = self.words, self.groups[i]
        l1, r1 = w[i], w[i + 1]
        l2 = w[i - 1] if i else "^"
        r2 = w[i + 2] if i + 2 < len(w) else "$"
        out = [
            "c" + g + self.marks[i] + case(self.tokens[i + 1]),
            "d" + g + str(bucket(since)),
            "e" + g + str(bucket(len(w) - 1 - i)),
            "r" + g + r1,
            "t" + g + r2,
            "l" + g + l1,
            "b" + g + r1 + " " + r2,
            "k" + g + l2 + " " + l1,
            "j" + g + l1 + " " + r1,
            "y" + g + r1[-3:],
            "x" + g + l1[-3:],
            "z" + g + r2[-2:],
            "w" + g + l1[-2:] + " " + r1[-2:],
        ]
        if g == "u":
            out += [
                "B" + g + r1[:4],
                "C" + g + l1[:4],
                "I" + g + r1[-2:] + " " + r2[-2:],
                "K" + g + l2[-1:] + l1[-1:] + r1[-1:] + r2[-1:],
            ]
        return out


def stretches(text, language):
    tokens, marks, begin, depth = text.split(), [], 0, 0
    for i, token in enumerate(tokens[:-1]):
        marks.append(mark(token, tokens[i + 1], language, i == begin, depth))
        depth = max(0, depth + token.count("(") - token.count(")"))
        if marks[-1] in "sm":
            begin = i + 1
    bounds = [0] + [i + 1 for i, m in enumerate(marks) if m in "sm"] + [len(tokens)]
    return [Stretch(tokens, marks, a, b) for a, b in zip(bounds, bounds[1:]) if b > a]


def load(folder, lang):
    rows = []
    for path in sorted(glob.glob(f"{folder}/{lang}-*.labels.jsonl")):
        turns = {}
        for line in open(path.replace(".labels", ""), encoding="utf-8"):
            c = json.loads(line)
            for t in c["turns"]:
                turns[c["conversation_id"], t["turn"]] = t["text"]
        for line in open(path, encoding="utf-8"):
            d = json.loads(line)
            parts = collections.defaultdict(list)
            for s in d["segments"]:
                parts[s["turn"]].append(s["text"])
            for number, texts in parts.items():
                rows.append((d["conversation_id"], turns[d["conversation_id"], number], texts))
    return rows


def cuts_of(text, parts):
    cuts, at = set(), 0
    for part in parts:
        at = text.index(part, at)
        cuts.add(len(text[:at].split()) - 1)      # index of the gap before the part
        at += len(part)
    cuts.discard(-1)
    return cuts


def train(rows, language, epochs=6, alpha=0.15, l1=0.6, l2=1.0, least=3, seed=7, only=None):
    data, counts = [], collections.Counter()

    def add(parts, cuts, unsure, share):
        for s in parts:
            last = 0
            for i, group in enumerate(s.groups):
                at = s.begin + i
                if group != "-" and at not in unsure:
                    f = s.features(i, i + 1 - last)
                    if only:
                        f = [name for name in f if name[0] in only]
                    counts.update(f)
                    data.append((f, 1.0 if at in cuts else 0.0, share))
                if at in cuts:
                    last = i + 1

    for _, text, parts in rows:
        p, cuts = stretches(text, language), cuts_of(text, parts)
        add(p, cuts, (), 1.0)
        if len(p) > 1:                   # the same words as a recogniser would give them
            bare = [w for s in p for w in s.words]
            if all(bare):
                ends = {s.end - 1 for s in p}
                add(stretches(" ".join(bare), language), cuts, ends - cuts, 0.5)
    kept = {f for f, n in counts.items() if n >= least}
    data = [(["bias"] + [f for f in fs if f in kept], y, share) for fs, y, share in data]
    z, n = collections.defaultdict(float), collections.defaultdict(float)

    def weight(f):
        v = z[f]
        if abs(v) <= l1:
            return 0.0
        return -(v - math.copysign(l1, v)) / ((1.0 + math.sqrt(n[f])) / alpha + l2)

    rng = random.Random(seed)
    for _ in range(epochs):
        rng.shuffle(data)
        for fs, y, share in data:
            w = [weight(f) for f in fs]
            p = 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, sum(w)))))
            g = (p - y) * share
            for f, v in zip(fs, w):
                s = (math.sqrt(n[f] + g * g) - math.sqrt(n[f])) / alpha
                z[f] += g - s * v
                n[f] += g * g
    return {f: round(weight(f), 2) for f in list(z) if abs(weight(f)) >= 0.08}


def segment(text, weights, language, open_at):
    """The gaps at which a text is cut: after every sentence, and where the score passes open_at."""
    cuts = []
    for s in stretches(text, language):
        last = 0
        for i, group in enumerate(s.groups):
            if group != "-" and weights.get("bias", 0.0) + sum(weights.get(f, 0.0) for f in s.features(i, i + 1 - last)) > open_at:
                cuts.append(s.begin + i)
                last = i + 1
        cuts.append(s.end - 1)
    return cuts[:-1]


def figures(rows, weights, language, open_at):
    total = collections.defaultdict(lambda: [0, 0, 0])
    for _, text, parts in rows:
        p = stretches(text, language)
        kind = "unpunctuated" if any(s.raw for s in p) else "punctuated"
        truth, found = cuts_of(text, parts), set(segment(text, weights, language, open_at))
        t = total[kind]
        t[0] += len(truth & found)
        t[1] += len(found)
        t[2] += len(truth)
    return total


def gold(folder, lang):
    """The dev conversations: only to measure."""
    turns, parts = {}, collections.defaultdict(list)
    for line in open(f"{folder}/dev-{lang}.jsonl", encoding="utf-8"):
        c = json.loads(line)
        for t in c["turns"]:
            turns[c["conversation_id"], t["turn"]] = t["text"]
    for line in open(f"{folder}/dev-{lang}.acts.tsv", encoding="utf-8"):
        f = line.rstrip("\n").split("\t")
        if f[1].isdigit():
            parts[f[0], int(f[1])].append(f[-1])
    return [(k[0], turns[k], p) for k, p in parts.items()]


def fold_of(identifier):
    return zlib.crc32(identifier.encode()) % 5


def f1(counts):
    hit, found, truth = counts
    p, r = hit / max(1, found), hit / max(1, truth)
    return p, r, 2 * p * r / max(1e-9, p + r)


def show(name, total):
    print("  ", name, " | ".join(f"{k} P {f1(v)[0]:.3f} R {f1(v)[1]:.3f} F1 {f1(v)[2]:.3f} ({v[2]})" for k, v in sorted(total.items())), flush=True)


OPEN = [-2.6, -2.2, -1.8, -1.5, -1.2, -0.9, -0.6, -0.3]


def choose(rows, weights, language):
    return max(OPEN, key=lambda at: f1(figures(rows, weights, language, open_at=at)["unpunctuated"])[2])


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("conversations")
    ap.add_argument("languages")
    ap.add_argument("out")
    ap.add_argument("--evaluate", action="store_true", help="hold out a fifth and print figures instead of writing")
    ap.add_argument("--gold", help="folder of the dev conversations, to measure on as well")
    ap.add_argument("--only", help="kinds of features to keep, to compare with plain lists of words")
    ap.add_argument("--l1", type=float, default=1.3)
    ap.add_argument("--languages-only", default="ru,pl,sk")
    a = ap.parse_args()
    for lang in a.languages_only.split(","):
        language = Language(os.path.join(a.languages, lang))
        rows = load(a.conversations, lang)
        part = lambda *folds: [r for r in rows if fold_of(r[0]) in folds]
        tuned = train(part(2, 3, 4), language, l1=a.l1, only=a.only)
        open_at = choose(part(1), tuned, language)
        if a.evaluate:
            weights = train(part(1, 2, 3, 4), language, l1=a.l1, only=a.only)
            print(lang, len(weights), "weights, opens at", open_at)
            show("held out:", figures(part(0), weights, language, open_at))
            if a.gold:
                show("gold:", figures(gold(a.gold, lang), weights, language, open_at))
            continue
        weights = train(rows, language, l1=a.l1)
        with open(os.path.join(a.out, lang + ".tsv"), "w", encoding="utf-8") as f:
            f.write(f"@open\t{open_at}\n")
            for name, w in sorted(weights.items()):
                f.write(f"{name}\t{w:.2f}\n")
        with open(os.path.join(a.out, lang + "-cases.tsv"), "w", encoding="utf-8") as f:
            for _, text, _ in rows[::97]:
                tokens = text.split()
                cuts = [-1] + segment(text, weights, language, open_at) + [len(tokens) - 1]
                if max(y - x for x, y in zip(cuts, cuts[1:])) < 40:
                    f.write("\t".join(" ".join(tokens[x + 1:y + 1]) for x, y in zip(cuts, cuts[1:])) + "\n")
        print(lang, len(weights), "weights, opens at", open_at)


if __name__ == "__main__":
    main()
