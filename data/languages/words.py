#!/usr/bin/env python3
"""Writes <code>/words.txt for ru, pl, sk: the 500 most frequent words of data/corpus, folded, most frequent first.

    python3 data/languages/words.py data/corpus data/languages
"""
import collections, glob, json, re, sys

FOLD = str.maketrans("ąćęłńóśźżžáäčďéíĺľňôŕšťúýěřůё", "acelnoszzzaacdeillnorstuyeru\u0435")
corpus, out = sys.argv[1:]
for lang in ("ru", "pl", "sk"):
    counts = collections.Counter()
    texts = [line.rstrip("\n").split("\t")[-1] for path in sorted(glob.glob(f"{corpus}/{lang}/*.tsv")) for line in open(path, encoding="utf-8")]
    for path in sorted(glob.glob(f"{corpus}/{lang}/conversations/?.jsonl")):
        for line in open(path, encoding="utf-8"):
            texts += [turn["text"] for turn in json.loads(line)["turns"]]
    letters = re.compile("[а-яё]+" if lang == "ru" else "[^\\W\\d_а-яё]+")
    for text in texts:
        counts.update(word.translate(FOLD) for word in letters.findall(text.lower()))
    words = [word for word, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:500]]
    with open(f"{out}/{lang}/words.txt", "w", encoding="utf-8") as file:
        file.write("\n".join(words) + "\n")
