#!/usr/bin/env python3
"""Trains the encoder's heads, and the encoder with them: acts, aggression, kinds and causes of segments and turns.

    python models/encoder/train.py --base BASE --out RUN [--datasets FOLDER] [--gold FOLDER]

BASE holds a BERT encoder in the Hugging Face layout with tokenizer.json. Every sixth conversation of the corpus is kept apart: the best
epoch is chosen on it, and the program's thresholds. RUN gets `last.pt` (to go on from after a stop) and the files of the best epoch.
"""

import argparse
import json
import random
import time
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch.nn.functional import binary_cross_entropy_with_logits

import data
from data import Turn
from model import ROOT, Encoder

HELD_OUT = 6


def arguments() -> argparse.Namespace:
    say = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    say.add_argument("--base", type=Path, required=True, help="pretrained encoder")
    say.add_argument("--out", type=Path, required=True, help="folder for the run; one that exists is gone on with")
    say.add_argument("--corpus", type=Path, default=ROOT / "data/corpus")
    say.add_argument("--datasets", type=Path, help="public sets for the head `toxic`")
    say.add_argument("--gold", type=Path, help="labelled conversations to measure on at the end")
    say.add_argument("--layers", type=int, default=12, help="layers that are used")
    say.add_argument("--frozen", type=int, default=6, help="layers that never learn, beside the embeddings")
    say.add_argument("--context", type=int, default=24, help="tokens of the other side's previous turn; 0: none")
    say.add_argument("--longest", type=int, default=256, help="tokens of a turn with its context")
    say.add_argument("--epochs", type=int, default=5)
    say.add_argument("--patience", type=int, default=2, help="epochs without gain before it stops")
    say.add_argument("--share", type=float, default=0.5, help="share of the single utterances in each epoch")
    say.add_argument("--toxic", type=int, default=3000, help="sentences of public sets in each epoch")
    say.add_argument("--augment", type=float, default=0.3, help="share of turns that are perturbed")
    say.add_argument("--tokens", type=int, default=1200, help="tokens a batch")
    say.add_argument("--rate", type=float, default=1.5e-4, help="learning rate of the encoder")
    say.add_argument("--positive", type=float, default=2.0, help="weight of positives")
    say.add_argument("--smoothing", type=float, default=0.0, help="label smoothing")
    say.add_argument("--minutes", type=float, default=1e9, help="the rate reaches zero after so long, done or not")
    say.add_argument("--seed", type=int, default=1)
    say.add_argument("--threads", type=int, default=torch.get_num_threads())
    say.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    say.add_argument("--bf16", action="store_true", default=torch.cuda.is_available(),
                     help="bf16 autocast: for CUDA and processors with AMX or AVX-512 BF16")
    return say.parse_args()


def spans_of(one: data.Encoded) -> list[tuple[int, int]]:
    """Its segments, then the turn as a whole where it has several."""
    whole = (one.spans[0][0], one.spans[-1][1])
    return one.spans + ([whole] if len(one.spans) > 1 else [])


def targets(one: data.Encoded, model: Encoder) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Target and weight of every output, for each span of [`spans_of`]."""
    turn, rows = one.turn, model.heads.rows
    outputs = model.heads.linear.out_features
    place = {head: {name: rows[head].start + at for at, name in enumerate(labels)}
             for head, labels in model.heads.names.items()}
    found = []
    spans = spans_of(one)
    for at in range(len(spans)):
        target, weight = torch.zeros(outputs), torch.zeros(outputs)
        whole = at == len(spans) - 1
        own = turn.segments if at >= len(turn.segments) else turn.segments[at:at + 1]
        if turn.toxic is not None:
            target[rows["toxic"]], weight[rows["toxic"]] = float(turn.toxic), turn.weight
            found.append((target, weight))
            continue
        weight[rows[turn.speaker]] = 1.0
        for segment in own:
            for act in segment.acts:
                target[place[turn.speaker][act]] = 1.0
            if turn.speaker == "customer":
                weight[rows["causes"]] = 1.0
                for cause in segment.causes:
                    target[place["causes"][cause]] = 1.0
        if whole:
            weight[rows["aggression"]] = weight[rows["kinds"]] = 1.0
            for level in range(turn.aggression):
                target[rows["aggression"].start + level] = 1.0
            for kind in turn.kinds:
                target[place["kinds"][kind]] = 1.0
        found.append((target, weight * turn.weight))
    return found


@torch.no_grad()
def scores(model: Encoder, encoded: list[data.Encoded], arguments) -> list[torch.Tensor]:
    """Logits of the spans of each turn."""
    model.eval()
    found: list[torch.Tensor | None] = [None] * len(encoded)
    for batch in data.batches(encoded, 4 * arguments.tokens, None):
        own = [encoded[at] for at in batch]
        ids, mask = data.padded(own, model.config.pad_token_id)
        spans = [spans_of(one) for one in own]
        logits = model(ids.to(arguments.device), mask.to(arguments.device), spans).float().cpu()
        for at, part in zip(batch, logits.split([len(span) for span in spans])):
            found[at] = part
    model.train()
    return found


def average_precision(pairs: list[tuple[float, bool]]) -> float | None:
    pairs.sort(key=lambda pair: -pair[0])
    right = 0
    total = 0.0
    for rank, (_, hit) in enumerate(pairs, 1):
        if hit:
            right += 1
            total += right / rank
    return total / right if right else None


def measure(model: Encoder, encoded: list[data.Encoded], arguments) -> dict:
    """Mean average precision of acts by role over segments, and F1 of hostile turns at one half."""
    per = {}
    hostile = {"agent": [0, 0, 0], "customer": [0, 0, 0]}
    for one, logits in zip(encoded, scores(model, encoded, arguments)):
        turn = one.turn
        rows = model.heads.rows
        for segment, row in zip(turn.segments, logits):
            for place, act in enumerate(model.heads.names[turn.speaker]):
                score = float(row[rows[turn.speaker].start + place])
                per.setdefault((turn.speaker, act), []).append((score, act in segment.acts))
        said, right = bool(logits[-1][rows["aggression"].start + 1] > 0), turn.aggression > 1
        hostile[turn.speaker][0] += said and right
        hostile[turn.speaker][1] += said
        hostile[turn.speaker][2] += right
    found = {}
    for speaker in data.OTHER:
        values = [average_precision(pairs) for (who, _), pairs in per.items() if who == speaker]
        values = [value for value in values if value is not None]
        found[speaker] = round(sum(values) / len(values), 4)
        hit, said, right = hostile[speaker]
        found[f"hostile_{speaker}"] = round(2 * hit / max(1, said + right), 4)
    return found


def main():
    args = arguments()
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer.from_file(str(args.base / "tokenizer.json"))
    talks = data.corpus_conversations(args.corpus)
    held = [talk for at, talk in enumerate(talks) if at % HELD_OUT == 0]
    learned = [turn for at, talk in enumerate(talks) if at % HELD_OUT for turn in talk]
    for turn in learned:
        turn.weight = 2.0
    single = data.utterances(args.corpus)
    encode = lambda turns: [data.encode(turn, tokenizer, args.context, args.longest) for turn in turns]
    validation = encode([turn for talk in held for turn in talk])

    model = Encoder(args.base, args.layers, args.frozen).to(args.device)
    heads = list(model.heads.parameters())
    body = [own for own in model.bert.parameters() if own.requires_grad]
    optimiser = torch.optim.AdamW([{"params": body, "lr": args.rate}, {"params": heads, "lr": 1e-3}], weight_decay=0.01)
    full = [group["lr"] for group in optimiser.param_groups]
    epoch, done, spent, best, since = 0, 0, 0.0, -1.0, 0
    saved = args.out / "last.pt"
    if saved.exists():
        state = torch.load(saved, weights_only=True)
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        epoch, spent, best, since = state["epoch"], state["spent"], state["best"], state["since"]
    began = time.monotonic() - spent
    facts = {"pooling": "mean_max", "context": args.context, "longest": args.longest,
             "held_out": [talk[0].conversation for talk in held]}
    while epoch < args.epochs and since < args.patience:
        draw = random.Random(f"{args.seed} {epoch}")
        turns: list[Turn] = learned + draw.sample(single, int(args.share * len(single)))
        if args.datasets:
            turns = turns + data.toxic(args.datasets, args.toxic, draw)
        turns = [data.perturbed(turn, draw) if draw.random() < args.augment else turn for turn in turns]
        encoded = encode(turns)
        order = data.batches(encoded, args.tokens, draw)
        total = 0.0
        for step, batch in enumerate(order, 1):
            elapsed = (time.monotonic() - began) / 60
            progress = max((epoch + step / len(order)) / args.epochs, elapsed / args.minutes)
            factor = min(1.0, progress * 25) * max(0.0, 1 - progress)
            for group, rate in zip(optimiser.param_groups, full):
                group["lr"] = rate * factor
            if progress >= 1 and step < len(order):
                break
            own = [encoded[at] for at in batch]
            ids, mask = data.padded(own, model.config.pad_token_id)
            pairs = [pair for one in own for pair in targets(one, model)]
            target = torch.stack([pair[0] for pair in pairs]).to(args.device)
            weight = torch.stack([pair[1] for pair in pairs]).to(args.device)
            target = target * (1 - args.smoothing) + args.smoothing / 20
            with torch.autocast(args.device, dtype=torch.bfloat16, enabled=args.bf16):
                logits = model(ids.to(args.device), mask.to(args.device), [spans_of(one) for one in own])
            weight = weight * (1 + (args.positive - 1) * target)
            loss = binary_cross_entropy_with_logits(logits.float(), target, weight, reduction="sum") / len(pairs) / 10
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(body + heads, 1.0)
            optimiser.step()
            total += float(loss)
            if step % 50 == 0:
                print(f"epoch {epoch + 1} step {step}/{len(order)} loss {total / step:.4f} minute {elapsed:.1f}", flush=True)
        epoch += 1
        found = measure(model, validation, args)
        value = found["agent"] + found["customer"]
        since = 0 if value > best else since + 1
        print(f"epoch {epoch} loss {total / step:.4f} held out {json.dumps(found)}", flush=True)
        if value > best:
            best = value
            model.save(args.out, {**facts, "epoch": epoch}, half=True)
            (args.out / "tokenizer.json").write_bytes((args.base / "tokenizer.json").read_bytes())
        spent = time.monotonic() - began
        torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "epoch": epoch,
                    "spent": spent, "best": best, "since": since}, saved)
        if spent / 60 >= args.minutes:
            break
    if args.gold:
        for language in data.LANGUAGES:
            turns = [turn for talk in data.gold(args.gold, language) for turn in talk]
            print(f"gold {language} {json.dumps(measure(model, encode(turns), args))}", flush=True)


if __name__ == "__main__":
    main()
