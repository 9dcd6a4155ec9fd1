#!/usr/bin/env python3
"""Measures the models on labelled conversations and writes models/REPORT.md and models/figures.json: report.py PROGRAM GOLD

PROGRAM is a build of this project; where it has the feature `bert` and the encoder's weights, the report has the encoder too. A test compares
figures.json with what the embedded model does today.
"""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PERTURBATIONS = ["plain", "no-diacritics", "noise-5", "noise-10", "numbers", "latin", "split", "joined"]
MODELS = {"rules only": ["--rules-only"], "embedded": ["--model", "embedded"], "cascade": ["--model", "cascade"], "encoder": ["--model", "encoder"]}


def evaluate(program: str, gold: str, *more: str) -> list[dict] | None:
    run = subprocess.run([program, "evaluate", "--gold", gold, "--json", *more], capture_output=True, text=True)
    if run.returncode:
        print(f"left out, {' '.join(more)}: {run.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    return json.loads(run.stdout)


def f1(figures: list[dict]) -> float:
    hit, wrong, missed = (sum(own[name] for own in figures) for name in ("tp", "fp", "fn"))
    return 2 * hit / max(1, 2 * hit + wrong + missed)


def pooled(sets: list[dict], what: str, figure: str) -> float:
    own = [one["heard"][what] for one in sets]
    hit, wrong, missed = (sum(figures[name] for figures in own) for name in ("tp", "fp", "fn"))
    return {"f1": f1(own), "precision": hit / max(1, hit + wrong), "recall": hit / max(1, hit + missed)}[figure]


def table(head: list[str], rows: list[list]) -> str:
    cell = lambda value: f"{value:.3f}" if isinstance(value, float) else str(value)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell(value) for value in line) + " |" for line in lines) + "\n"


def by_set(sets: list[dict]) -> str:
    rows = []
    for one in sets:
        heard, parts, acts = one["heard"], one["breakdown"], one["acts"]
        interval = lambda name: f"{parts[name]['low']:.2f}–{parts[name]['high']:.2f}"
        rows.append([one["set"], f"{heard['flags']['f1']:.3f} ({interval('f1')})", f"{heard['flags']['precision']:.3f} ({interval('precision')})",
                     f"{heard['flags']['recall']:.3f} ({interval('recall')})", f"{heard['critical']['precision']:.2f} / {heard['critical']['recall']:.2f}",
                     round(heard["false_flags_per_clean_conversation"], 2), f"{heard['hostile_customer']['f1']:.2f} / {heard['hostile_agent']['f1']:.2f}",
                     f"{heard['causes_stated']['f1']:.2f} / {heard['causes_underlying']['f1']:.2f}", f"{heard['due_turn_right'] or 0:.2f}",
                     f"{acts['agent']['mean_average_precision']:.3f} / {acts['customer']['mean_average_precision']:.3f}",
                     f"{acts['agent']['calibration_error']:.3f} / {acts['customer']['calibration_error']:.3f}"])
    return table(["set", "F1 (95 %)", "precision (95 %)", "recall (95 %)", "critical, precision / recall", "false a clean conversation",
                  "hostile turns, F1, customers / agents", "causes, F1, stated / underlying", "due turn right",
                  "acts, mean average precision, agents / customers", "calibration error"], rows)


def groups(sets: list[dict], what: str) -> str:
    names = sorted({name for one in sets for name in one["breakdown"][what]})
    rows = []
    for name in names:
        own = [one["breakdown"][what][name] for one in sets if name in one["breakdown"][what]]
        rows.append([name, f1(own), sum(one["tp"] for one in own), sum(one["fp"] for one in own), sum(one["fn"] for one in own)])
    return table([what.removeprefix("by_"), "F1", "right", "false", "missed"], rows)


def codes(sets: list[dict]) -> str:
    rows = []
    for code in sorted({code for one in sets for code in one["heard"]["per_code"]}):
        own = [one["heard"]["per_code"][code] for one in sets if code in one["heard"]["per_code"]]
        rows.append([code, f1(own), sum(one["tp"] for one in own), sum(one["fp"] for one in own), sum(one["fn"] for one in own)])
    return table(["guideline", "F1", "right", "false", "missed"], rows)


def acts(models: dict[str, list[dict]], role: str) -> str:
    names = sorted(next(iter(models.values()))[0]["acts"][role]["acts"])
    rows = []
    for act in names:
        found = [sum(one["acts"][role]["acts"][act]["segments"] for one in next(iter(models.values())))]
        for sets in models.values():
            own = [one["acts"][role]["acts"][act] for one in sets]
            known = [value["average_precision"] for value in own if value["average_precision"] is not None]
            found.append(f"{sum(known) / len(known):.2f} / {sum(value['f1'] for value in own) / len(own):.2f}" if known else "–")
        rows.append([act, *found])
    return table([f"act of the {role}", "segments", *models], rows)


def main():
    program, gold = sys.argv[1:]
    measured = {name: evaluate(program, gold, *more) for name, more in MODELS.items()}
    measured = {name: sets for name, sets in measured.items() if sets}
    out = ["# How well the models hear\n",
           f"On the labelled conversations of `{Path(gold).name}`, pack `all`. They serve development: expect kept-apart sets a few points lower. Made by `models/report.py`.\n"]
    for name, sets in measured.items():
        out += [f"## {name}\n", f"All sets together: findings F1 {pooled(sets, 'flags', 'f1'):.3f}, critical precision {pooled(sets, 'critical', 'precision'):.3f}.\n", by_set(sets)]
    out += ["## Written differently\n", "F1 of the findings, all sets together; in brackets the difference from the text as it is.\n"]
    rows = {how: [how] for how in PERTURBATIONS}
    figures = {}
    for name in measured:
        figures[name] = {one["set"]: one for one in measured[name]}
    # The encoder on everything would take as long as all the rest.
    written = [name for name in measured if name != "encoder"]
    for name in written:
        plain = pooled(measured[name], "flags", "f1")
        found = evaluate(program, gold, *MODELS[name], "--perturb", ",".join(PERTURBATIONS))
        for how in PERTURBATIONS:
            sets = [one for one in found if one["set"].endswith(f" {how}")]
            if how == "latin":
                sets = [one for one in sets if "ru" in one["set"]]
                own = pooled([one for one in measured[name] if "ru" in one["set"]], "flags", "f1")
            elif how == "no-diacritics":
                sets = [one for one in sets if "ru" not in one["set"]]
                own = pooled([one for one in measured[name] if "ru" not in one["set"]], "flags", "f1")
            else:
                own = plain
            value = pooled(sets, "flags", "f1")
            rows[how].append(f"{value:.3f} ({100 * (value - own):+.1f})")
    out += [table(["written", *written], list(rows.values())), "`latin`: Russian only; `no-diacritics`: Polish and Slovak only.\n"]
    best = measured.get("encoder") or measured["embedded"]
    label = "encoder" if "encoder" in measured else "embedded"
    out += [f"## Findings by channel, length and guideline ({label})\n", groups(best, "by_channel"), groups(best, "by_length"), codes(best)]
    learned = {name: sets for name, sets in measured.items() if name != "rules only"}
    out += ["## Acts\n", "Average precision / F1 at the threshold, mean over the sets.\n", acts(learned, "agent"), acts(learned, "customer")]
    (HERE / "REPORT.md").write_text("\n".join(out), "utf-8")
    kept = {name: {one: {"flags_f1": own["heard"]["flags"]["f1"], "critical_precision": own["heard"]["critical"]["precision"],
                         "hostile_customer_f1": own["heard"]["hostile_customer"]["f1"], "causes_stated_f1": own["heard"]["causes_stated"]["f1"],
                         "acts_agent": own["acts"]["agent"]["mean_average_precision"], "acts_customer": own["acts"]["customer"]["mean_average_precision"]}
                   for one, own in sets.items()} for name, sets in figures.items()}
    (HERE / "figures.json").write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
