"""Labelled turns for the encoder: reads the corpus, perturbs text, cuts it into tokens, builds batches."""

import json
import random
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

import torch

LANGUAGES = ("ru", "pl", "sk")
OTHER = {"agent": "customer", "customer": "agent"}
LATIN = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
                 "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch  y  e iu ia".split(" ")))


@dataclass
class Segment:
    """Part of a turn with its labels; names of acts and causes."""

    text: str
    acts: list[str]
    causes: list[str]


@dataclass
class Turn:
    """A turn to learn from. `heads` names what is labelled; the others are passed over in the loss."""

    speaker: str
    language: str
    segments: list[Segment]
    previous: str = ""
    aggression: int = 0
    kinds: list[str] = field(default_factory=list)
    conversation: str | None = None
    toxic: int | None = None
    weight: float = 1.0


def utterances(corpus: Path) -> list[Turn]:
    """Single utterances: `agent*.tsv` and `customer*.tsv` of each language."""
    turns = []
    for language in LANGUAGES:
        for path in sorted((corpus / language).glob("*.tsv")):
            speaker = re.split(r"[.-]", path.name)[0]
            for line in path.read_text("utf-8").splitlines():
                if line.strip():
                    acts, aggression, kinds, causes, text = line.split("\t")
                    segment = Segment(text, names(acts), names(causes))
                    turns.append(Turn(speaker, language, [segment], "", int(aggression), names(kinds)))
    return turns


def names(cell: str) -> list[str]:
    return [name for name in cell.split(",") if name not in ("", "-")]


def conversations(path: Path) -> list[list[Turn]]:
    """Conversations of a JSONL file with `.labels.jsonl` beside it, each as its turns."""
    found = []
    labels = path.with_name(path.name.replace(".jsonl", ".labels.jsonl"))
    for talk, label in zip(path.open(encoding="utf-8"), labels.open(encoding="utf-8")):
        talk, label = json.loads(talk), json.loads(label)
        assert talk["conversation_id"] == label["conversation_id"], path
        found.append(turns_of(talk, label["segments"]))
    return found


def turns_of(talk: dict, segments: list[dict]) -> list[Turn]:
    turns = []
    for at, turn in enumerate(talk["turns"]):
        own = [part for part in segments if part["turn"] == at]
        if turn["speaker"] not in OTHER or not own:
            continue
        before = [t["text"] for t in talk["turns"][:at] if t["speaker"] == OTHER[turn["speaker"]]]
        turns.append(Turn(
            turn["speaker"], talk["language"],
            [Segment(part["text"], part["acts"], part.get("causes", [])) for part in own],
            before[-1] if before else "",
            max(part.get("aggression", 0) for part in own),
            sorted({kind for part in own for kind in part.get("kinds", [])}),
            talk["conversation_id"],
        ))
    return turns


def corpus_conversations(corpus: Path) -> list[list[Turn]]:
    """All conversations, in the order in which the program reads them."""
    return [talk for language in LANGUAGES for path in sorted((corpus / language / "conversations").glob("*.jsonl"))
            if not path.name.endswith(".labels.jsonl") for talk in conversations(path)]


def gold(folder: Path, language: str) -> list[list[Turn]]:
    """The labelled conversations kept apart for measuring, with their acts."""
    segments: dict[str, list[dict]] = {}
    for line in (folder / f"dev-{language}.acts.tsv").read_text("utf-8").splitlines():
        talk, turn, _, _, acts, causes, text = line.split("\t")
        segments.setdefault(talk, []).append(
            {"turn": int(turn), "text": text, "acts": names(acts), "causes": names(causes)})
    aggression = {}
    for line in (folder / f"dev-{language}.labels.jsonl").open(encoding="utf-8"):
        label = json.loads(line)
        for turn in label["turns"]:
            aggression[label["conversation_id"], turn["turn"]] = turn["aggression"]
    found = []
    for line in (folder / f"dev-{language}.jsonl").open(encoding="utf-8"):
        talk = json.loads(line)
        parts = segments.get(talk["conversation_id"], [])
        for part in parts:
            part["aggression"] = aggression.get((talk["conversation_id"], part["turn"]), 0)
        found.append(turns_of(talk, parts))
    return found


def toxic(folder: Path, count: int, draw: random.Random) -> list[Turn]:
    """Sentences of public sets labelled toxic or not, for a head of their own. Their text stays outside the project."""
    import csv
    rows = []
    for name, language in (("ru-toxic-comments", "ru"), ("ru-cedr-train", "ru"), ("pl-cyberbullying-train", "pl")):
        with (folder / f"{name}.tsv").open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t"):
                text = row["text"].replace("@anonymized_account", " ").strip()
                if text and len(text) < 300:
                    label = int(row.get("toxic") or 0)
                    rows.append(Turn("customer", language, [Segment(text, [], [])], toxic=label, weight=0.5))
    draw.shuffle(rows)
    # The Polish set has few toxic sentences: all of them stay.
    rare = [row for row in rows if row.language == "pl" and row.toxic]
    return rare + [row for row in rows if not (row.language == "pl" and row.toxic)][:max(0, count - len(rare))]


def perturbed(turn: Turn, draw: random.Random) -> Turn:
    """A copy as careless typing or speech recognition would give it; cut into the same segments."""
    way = draw.choice(("speech", "speech", "speech", "plain", "case", "typos", "latin"))
    if way == "plain" and turn.language == "ru" or way == "latin" and turn.language != "ru":
        way = "speech"

    def change(text: str) -> str:
        if way in ("speech", "plain") and draw.random() < 0.7:
            text = re.sub(r"[^\w\s'-]", " ", text.lower())
        if way == "plain":
            text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
            text = text.replace("ł", "l").replace("Ł", "L")
        if way == "case":
            text = text.lower()
        if way == "typos":
            text = typos(text, 0.05, draw)
        if way == "latin":
            text = "".join(LATIN.get(c, LATIN.get(c.lower(), c)) for c in text)
        return " ".join(text.split()) or "…"

    return Turn(turn.speaker, turn.language, [Segment(change(s.text), s.acts, s.causes) for s in turn.segments],
                change(turn.previous) if turn.previous else "", turn.aggression, turn.kinds, turn.conversation,
                turn.toxic, turn.weight)


def typos(text: str, share: float, draw: random.Random) -> str:
    """Drops, doubles or swaps so many of the letters."""
    out = []
    for letter in text:
        if letter.isalpha() and draw.random() < share:
            way = draw.randrange(3)
            if way == 1:
                out += [letter, letter]
            elif way == 2 and out:
                out.insert(len(out) - 1, letter)
        else:
            out.append(letter)
    return "".join(out)


@dataclass
class Encoded:
    """A turn in tokens: `<s> turn </s> </s> previous </s>`, and which of them belong to which segment."""

    turn: Turn
    ids: list[int]
    spans: list[tuple[int, int]]


def encode(turn: Turn, tokenizer, context: int, longest: int) -> Encoded:
    """Cuts a turn into tokens; of the previous turn the last `context` ones. What is over `longest` is left out."""
    pieces = [tokenizer.encode(segment.text, add_special_tokens=False).ids for segment in turn.segments]
    before = tokenizer.encode(turn.previous, add_special_tokens=False).ids[-context:] if context and turn.previous else []
    room = longest - len(before) - 4
    ids, spans = [0], []
    for piece in pieces:
        piece = piece[:max(0, room)]
        room -= len(piece)
        spans.append((len(ids), len(ids) + len(piece)))
        ids += piece
    ids.append(2)
    if before:
        ids += [2, *before, 2]
    return Encoded(turn, ids, spans)


def batches(encoded: list[Encoded], tokens: int, draw: random.Random | None) -> list[list[int]]:
    """Indices of turns of like length, so many tokens with padding a batch; shuffled where `draw` is given."""
    length = [len(one.ids) for one in encoded]
    noise = [draw.random() * 3 if draw else 0.0 for _ in encoded]
    order = sorted(range(len(encoded)), key=lambda at: (length[at] + noise[at], at))
    out, own = [], []
    for at in order:
        if own and (len(own) + 1) * max(length[at], length[own[-1]]) > tokens:
            out.append(own)
            own = []
        own.append(at)
    out.append(own)
    if draw:
        draw.shuffle(out)
    return out


def padded(encoded: list[Encoded], pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids and attention mask, each `turns × tokens`."""
    longest = max(len(one.ids) for one in encoded)
    ids = torch.full((len(encoded), longest), pad)
    for row, one in enumerate(encoded):
        ids[row, :len(one.ids)] = torch.tensor(one.ids)
    mask = torch.zeros_like(ids)
    for row, one in enumerate(encoded):
        mask[row, :len(one.ids)] = 1
    return ids, mask
