#!/usr/bin/env python3
"""Writes <code>/phrases.tsv for ru, pl, sk: word sequences of data/corpus that go with one label nearly always.

    python3 data/languages/phrases.py data/corpus data/languages

A line: role, label, words. Labels are acts, causes, and aggression_1 to aggression_3. A sequence of one to four words is kept where it occurs in FEWEST
texts or more, at least PRECISION of them with the label (one half of a text counts against it), and no shorter one that it holds is as
good; of each label the MOST that are found in most texts.
"""
import collections, glob, json, re, sys

FEWEST, PRECISION, MOST, LONGEST = 4, 0.88, 60, 4
FEWEST_OF_AGGRESSION = 10
corpus, out = sys.argv[1:]


def texts(lang):
    """Role, labels and text of all utterances and segments."""
    for path in sorted(glob.glob(f"{corpus}/{lang}/*.tsv")):
        role = "agent" if "/agent" in path else "customer"
        for line in open(path, encoding="utf-8"):
            if line.strip():
                acts, level, _, causes, text = line.rstrip("\n").split("\t")
                yield role, labels(role, acts.split(","), int(level), causes.split(",")), text
    for path in sorted(glob.glob(f"{corpus}/{lang}/conversations/*.labels.jsonl")):
        talks = [json.loads(line) for line in open(path.replace(".labels", ""), encoding="utf-8")]
        for talk, line in zip(talks, open(path, encoding="utf-8")):
            roles = {turn["turn"]: turn["speaker"] for turn in talk["turns"]}
            for part in json.loads(line)["segments"]:
                role = roles[part["turn"]]
                if role in ("agent", "customer"):
                    yield role, labels(role, part["acts"], part["aggression"], part["causes"]), part["text"]


def labels(role, acts, level, causes):
    return {act for act in acts if act != "neutral"} | {f"aggression_{step + 1}" for step in range(level)} | {
        cause for cause in causes if role == "customer" and cause not in ("-", "none")}


def sequences(text):
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[at:at + size]) for size in range(1, LONGEST + 1) for at in range(len(words) - size + 1)}


for lang in ("ru", "pl", "sk"):
    seen, with_label = collections.Counter(), collections.Counter()
    for role, own, text in texts(lang):
        for words in sequences(text):
            seen[role, words] += 1
            with_label.update((role, label, words) for label in own)
    good = collections.defaultdict(dict)
    for (role, label, words), hits in with_label.items():
        if hits >= (FEWEST_OF_AGGRESSION if label.startswith("aggression") else FEWEST) and hits / (seen[role, words] + 0.5) >= PRECISION:
            good[role, label][words] = hits
    with open(f"{out}/{lang}/phrases.tsv", "w", encoding="utf-8") as file:
        for (role, label), found in sorted(good.items()):
            kept = [(hits, words) for words, hits in found.items()
                    if not any(part != words and part in found for part in sequences(words))]
            for _, words in sorted(kept, key=lambda item: (-item[0], item[1]))[:MOST]:
                file.write(f"{role}\t{label}\t{words}\n")
