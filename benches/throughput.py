#!/usr/bin/env python3
"""Texts a second of the program's transformer and of Python's `transformers`, on the same weights and texts: throughput.py PROGRAM [TEXTS]

Makes a classifier out of `models/encoder` (its encoder, a linear layer over the first token), because that is what `pipeline` can run, and
takes distinct utterances of the corpus. PROGRAM is the example `throughput`. Both use two threads; `pipeline` computes in fp32, as its users run it. Prints a table in Markdown.
"""

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast, pipeline

ROOT = Path(__file__).resolve().parents[1]
THREADS = 2


def utterances(count: int) -> list[str]:
    lines = [line.split("\t")[4] for path in sorted(ROOT.glob("data/corpus/*/*.tsv"))
             for line in path.read_text("utf-8").splitlines() if line.strip()]
    return random.Random(1).sample(sorted(set(lines)), count)


def classifier(folder: Path):
    config = BertConfig.from_json_file(ROOT / "models/encoder/config.json")
    config.num_labels, config.id2label = 2, {0: "fine", 1: "rude"}
    torch.manual_seed(1)
    model = BertForSequenceClassification(config)
    state = load_file(ROOT / "models/encoder/model.safetensors")
    state = {name: tensor.float() for name, tensor in state.items() if not name.startswith("heads.")}
    assert not model.bert.load_state_dict(state, strict=False).unexpected_keys
    model.save_pretrained(folder, safe_serialization=True)
    own = PreTrainedTokenizerFast(tokenizer_file=str(ROOT / "models/encoder/tokenizer.json"), pad_token="<pad>", bos_token="<s>",
                                  eos_token="</s>", cls_token="<s>", sep_token="</s>", unk_token="<unk>", model_max_length=512)
    own.save_pretrained(folder)
    (folder / "model.toml").write_text('activation = "softmax"\n[labels.rude]\naggression = 2\n', "utf-8")


def timed(work) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def main():
    program = sys.argv[1]
    texts = utterances(int(sys.argv[2]) if len(sys.argv) > 2 else 2000)
    torch.set_num_threads(THREADS)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "model")
        classifier(folder)
        Path(place, "texts").write_text("\n".join(text.replace("\n", " ") for text in texts) + "\n", "utf-8")
        run = pipeline("text-classification", model=str(folder), tokenizer=str(folder), device="cpu", top_k=None)
        run(texts[:64], batch_size=32)
        sorted_texts = sorted(texts, key=len)
        rows = {
            "pipeline, one by one": timed(lambda: run(texts)),
            "pipeline, batches of 32": timed(lambda: run(texts, batch_size=32)),
            "pipeline, batches of 32, sorted by length": timed(lambda: run(sorted_texts, batch_size=32)),
        }
        rates = {name: len(texts) / seconds for name, seconds in rows.items()}
        ours = {}
        for precision in ("fp32", "auto"):
            said = subprocess.run([program, folder, Path(place, "texts"), str(THREADS), precision], check=True, capture_output=True, text=True)
            ours[precision] = float(said.stdout)
    print(f"{len(texts)} distinct utterances, {THREADS} threads, PyTorch {torch.__version__}\n")
    print("| | texts/s | spokoj in fp32 is so many times as fast | with --precision auto |\n|---|---|---|---|")
    for name, rate in rates.items():
        print(f"| transformers, {name} | {rate:.0f} | {ours['fp32'] / rate:.2f} | {ours['auto'] / rate:.2f} |")
    print(f"| spokoj, fp32 | {ours['fp32']:.0f} | | |")
    print(f"| spokoj, auto (bf16 where the processor has it) | {ours['auto']:.0f} | | |")


if __name__ == "__main__":
    main()
