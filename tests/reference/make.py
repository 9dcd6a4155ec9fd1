#!/usr/bin/env python3
"""Writes models and the logits that PyTorch gives them, for the comparison with the program's own: make.py FOLDER

FOLDER/bert and FOLDER/xlm-roberta: small classifiers with random weights, a tokenizer over bytes of the texts below, and `model.toml`.
FOLDER/NAME.json: texts and logits, in fp32, one text at a time. FOLDER/encoder.json: the same for `models/encoder`, with previous turns.
"""

import json
import random
import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
from transformers import (BertConfig, BertForSequenceClassification, XLMRobertaConfig,
                          XLMRobertaForSequenceClassification)

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "models/encoder"))

# Written for the project.
TEXTS = [
    "Добрый день!", "Чем могу помочь?", "Опять нет интернета, третий день звоню.", "Я проверю и перезвоню вам до шести вечера.",
    "мхм", "Извините нас, пожалуйста, это наша ошибка.", "Dzień dobry, w czym mogę pomóc?", "No ile jeszcze mam czekać?!",
    "Przepraszam za kłopot, już sprawdzam.", "prosze o reklamacje bo paczka nie przyszla", "Dobrý deň, počúvam vás.",
    "Tovar prišiel rozbitý a nikto nedvíha telefón.", "ospravedlňujeme sa hneď to vyriešim", "Ďakujem, počkám.", "€ 12,50 — č. 4/7",
]


def texts() -> list[str]:
    """Short, middling and some that are longer than any window."""
    draw = random.Random(5)
    joined = [" ".join(draw.choices(TEXTS, k=count)) for count in (2, 3, 4, 6, 9, 14, 20, 30, 45, 70, 110)]
    return TEXTS + joined


def tokenizer(folder: Path, begin: str, end: str, pad: str) -> Tokenizer:
    own = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    own.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = [begin, pad, end, "[UNK]"]
    own.train_from_iterator(TEXTS, trainers.WordPieceTrainer(vocab_size=400, special_tokens=special, show_progress=False))
    around = [(begin, own.token_to_id(begin)), (end, own.token_to_id(end))]
    own.post_processor = processors.TemplateProcessing(single=f"{begin} $A {end}", special_tokens=around)
    folder.mkdir(parents=True, exist_ok=True)
    own.save(str(folder / "tokenizer.json"))
    return own


def windows(ids: list[int], room: int, overlap: int = 64) -> list[list[int]]:
    """The same windows as the program's."""
    if len(ids) <= room:
        return [ids]
    step = room - overlap
    count = -(-(len(ids) - overlap) // step)
    begins = [min(at * step, len(ids) - room) for at in range(count)]
    return [ids[begin:begin + room] for begin in begins]


@torch.no_grad()
def classifier(folder: Path, model, own: Tokenizer, longest: int, begin: str, end: str, activation: str):
    model.eval()
    model.save_pretrained(folder, safe_serialization=True)
    (folder / "model.toml").write_text(
        f'activation = "{activation}"\n\n[labels.rude]\naggression = 2\nthreshold = 0.6\n\n[labels.moan]\nact = "complaint"\n'
        'speaker = "customer"\n', "utf-8")
    first, last = own.token_to_id(begin), own.token_to_id(end)
    cases = []
    for text in texts():
        ids = own.encode(text, add_special_tokens=False).ids
        rows = [model(torch.tensor([[first, *part, last]])).logits[0].double() for part in windows(ids, longest - 4)]
        if activation == "softmax":
            shares = [row.softmax(0) for row in rows]
            rows = [(share / (1 - share)).log() for share in shares]
        best = torch.stack(rows).max(0).values
        cases.append({"text": text, "rude": float(best[1]), "moan": float(best[2]), "tokens": len(ids)})
    folder.with_suffix(".json").write_text(json.dumps(cases, ensure_ascii=False), "utf-8")


@torch.no_grad()
def encoder(folder: Path, out: Path):
    import data
    from model import Encoder, load
    model = load(folder)
    facts = json.loads((folder / "heads.json").read_text("utf-8"))
    own = Tokenizer.from_file(str(folder / "tokenizer.json"))
    cases = []
    draw = random.Random(7)
    for at, text in enumerate(texts()):
        parts = [text] if at % 3 else [text, draw.choice(TEXTS)]
        speaker = ("agent", "customer")[at % 2]
        turn = data.Turn(speaker, "ru", [data.Segment(part, [], []) for part in parts], draw.choice(["", *TEXTS]))
        one = data.encode(turn, own, facts["context"], facts["longest"])
        if sum(end - begin for begin, end in one.spans) < len(own.encode(" ".join(parts), add_special_tokens=False).ids):
            continue  # what training cuts off the program hears in windows
        logits = model(torch.tensor([one.ids]), torch.ones(1, len(one.ids), dtype=torch.long), [one.spans])
        rows = {head: rows for head, rows in model.heads.rows.items() if head != "toxic"}
        cases.append({"parts": parts, "previous": turn.previous, "speaker": speaker,
                      "logits": [{head: logits[span, own_rows].tolist() for head, own_rows in rows.items()}
                                 for span in range(len(parts))]})
    out.write_text(json.dumps({"heads": facts["heads"], "cases": cases}, ensure_ascii=False), "utf-8")


def main():
    out = Path(sys.argv[1])
    torch.manual_seed(3)
    torch.set_num_threads(1)
    labels = {0: "fine", 1: "rude", 2: "moan"}
    sizes = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 128, "vocab_size": 400,
             "id2label": labels, "label2id": {name: place for place, name in labels.items()}, "initializer_range": 0.08}
    own = tokenizer(out / "bert", "[CLS]", "[SEP]", "[PAD]")
    bert = BertForSequenceClassification(BertConfig(**sizes, max_position_embeddings=256, pad_token_id=1))
    classifier(out / "bert", bert, own, 256, "[CLS]", "[SEP]", "softmax")
    own = tokenizer(out / "xlm-roberta", "<s>", "</s>", "<pad>")
    config = XLMRobertaConfig(**sizes, max_position_embeddings=258, pad_token_id=1, bos_token_id=0, eos_token_id=2,
                              type_vocab_size=1, layer_norm_eps=1e-5)
    classifier(out / "xlm-roberta", XLMRobertaForSequenceClassification(config), own, 256, "<s>", "</s>", "sigmoid")
    encoder(ROOT / "models/encoder", out / "encoder.json")


if __name__ == "__main__":
    main()
