#!/usr/bin/env python3
"""Times the cascade against the encoder on everything, and compares what both find: bert.py PROGRAM GOLD [TURNS]

GOLD is a folder of labelled conversations (NAME.jsonl, NAME.labels.jsonl). For the times they are repeated to TURNS turns (20,000), each
copy with other words in every turn, so that nothing is heard twice. Prints a table in Markdown.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def copies(gold: Path, turns: int, out: Path) -> int:
    """Writes conversations of so many turns; the number of a copy ends every turn of it."""
    talks = [json.loads(line) for path in sorted(gold.glob("*.jsonl")) if not path.name.endswith(".labels.jsonl")
             for line in path.open(encoding="utf-8")]
    written, copy = 0, 0
    with out.open("w", encoding="utf-8") as lines:
        while written < turns:
            for talk in talks:
                own = {**talk, "conversation_id": f"{talk['conversation_id']}-{copy}",
                       "turns": [{**turn, "text": f"{turn['text']} {copy}"} for turn in talk["turns"]]}
                lines.write(json.dumps(own, ensure_ascii=False) + "\n")
                written += len(own["turns"])
            copy += 1
    return written


def main():
    program, gold = sys.argv[1], Path(sys.argv[2])
    turns = int(sys.argv[3]) if len(sys.argv) > 3 else 20_000
    found = {}
    with tempfile.TemporaryDirectory() as place:
        talks = Path(place, "talks.jsonl")
        written = copies(gold, turns, talks)
        for model in ("embedded", "cascade", "encoder"):
            began = time.monotonic()
            subprocess.run([program, "audit", "--quiet", "--model", model, talks, "--out", Path(place, model)], check=True)
            seconds = time.monotonic() - began
            said = subprocess.run([program, "evaluate", "--json", "--model", model, "--gold", gold], check=True,
                                  capture_output=True, text=True).stdout
            sets = [report["heard"]["flags"] for report in json.loads(said)]
            hit, wrong, missed = (sum(flags[name] for flags in sets) for name in ("tp", "fp", "fn"))
            found[model] = seconds, 2 * hit / (2 * hit + wrong + missed)
    print(f"{written} turns of distinct text; micro-F1 of findings on {gold.name}\n")
    print("| model | seconds | turns/s | times as fast as the encoder | micro-F1 |\n|---|---|---|---|---|")
    for model, (seconds, f1) in found.items():
        print(f"| {model} | {seconds:.1f} | {written / seconds:.0f} | {found['encoder'][0] / seconds:.1f} | {f1:.4f} |")


if __name__ == "__main__":
    main()
