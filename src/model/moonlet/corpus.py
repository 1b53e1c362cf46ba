"""Draws the documents of every source, leaves out what the examination asks, and writes ids, masks and offsets."""

import argparse
import json
from pathlib import Path
import random
import shutil
import time

import numpy as np

from . import render, tokenizer
from .exam import Exam, Forbidden
from .sources import calls, chat, copying, facts, json_text, real, recall, stories, think, tools
from .sources.files import held

ROOT = Path(__file__).parents[1]
LIMIT = 512
DRAW = {
    "stories": stories.raw_document, "tales": stories.wish_document, "books": stories.book_document,
    "tools": lambda r: tools.document(r, chat.unfit), "calls": lambda r: calls.document(r, chat.unfit),
    "real": real.document, "chat": chat.document, "facts": facts.document, "think": think.document,
    "json": json_text.document, "recall": recall.document, "copying": copying.document}
ONCE = {"stories": stories.tales}
HELD_ROWS = {"stories", "tales"}


class Writer:
    """One source of one split."""

    def __init__(self, folder, name):
        self.path, self.tokens, self.mask, self.docs = folder / name, [], [], [0]

    def add(self, ids, mask):
        self.tokens += ids[:LIMIT]
        self.mask += mask[:LIMIT]
        self.docs.append(len(self.tokens))

    def close(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        np.array(self.tokens, np.uint16).tofile(f"{self.path}.tokens")
        np.array(self.mask, np.uint8).tofile(f"{self.path}.mask")
        np.array(self.docs, np.int64).tofile(f"{self.path}.docs")


def documents(name, r):
    """The source's documents without end; first, where there is such a thing, each of its texts once."""
    if name in ONCE:
        texts = list(ONCE[name]())
        r.shuffle(texts)
        for text in texts:
            yield render.raw(text)
    while True:
        yield DRAW[name](r)


def fill(name, budget, seed, coding, forbidden, folder):
    train, heldout = Writer(folder / "train", name), Writer(folder / "heldout", name)
    dropped = long = 0
    for parts in documents(name, random.Random(f"{seed} {name}")):
        if len(train.tokens) >= budget:
            break
        text = render.text_of(parts)
        if forbidden.found(text):
            dropped += 1
            continue
        ids, mask = render.encode(coding, parts)
        if len(ids) > LIMIT and name not in HELD_ROWS | {"books"}:
            long += 1
        else:
            (heldout if name not in HELD_ROWS and held(text) else train).add(ids, mask)
    return train, heldout, {"dropped": dropped, "too_long": long}


def held_stories(name, seed, coding, writer):
    r = random.Random(f"{seed} heldout {name}")
    for text in stories.tales(True):
        parts = render.raw(text) if name == "stories" else stories.wished(r, text) + render.said(text)
        writer.add(*render.encode(coding, parts))


def sample_texts(count, seed=1):
    """Texts of the rendered mixture for the tokenizer to learn from."""
    mixture = json.loads((Path(__file__).with_name("mixture.json")).read_text())
    r = random.Random(seed)
    forbidden = Forbidden(Exam().forbidden())
    for name in r.choices(list(mixture), list(mixture.values()), k=count):
        parts = DRAW[name](r)
        if not forbidden.found(render.text_of(parts)):
            yield from (p.text for p in parts if not p.special)


def main(argv):
    parser = argparse.ArgumentParser(prog="moonlet corpus")
    parser.add_argument("--tokens", type=float, default=10e6, help="tokens of the whole mixture")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--to", default=str(ROOT / "work/corpus"))
    parser.add_argument("--only", nargs="*", help="draw just these sources anew and keep the others that stand there")
    args = parser.parse_args(argv)
    mixture = json.loads((Path(__file__).with_name("mixture.json")).read_text())
    coding, forbidden = tokenizer.load(), Forbidden(Exam().forbidden())
    target, folder = Path(args.to), Path(args.to + ".new")
    shutil.rmtree(folder, ignore_errors=True)
    if args.only:
        shutil.copytree(target, folder)
    for name, share in mixture.items():
        if args.only and name not in args.only:
            continue
        start = time.time()
        train, heldout, counts = fill(name, share * args.tokens, args.seed, coding, forbidden, folder)
        if name in HELD_ROWS:
            held_stories(name, args.seed, coding, heldout)
        train.close()
        heldout.close()
        counts |= {"documents": len(train.docs) - 1, "tokens": len(train.tokens), "heldout": len(heldout.docs) - 1,
                   "predicted": round(sum(train.mask) / len(train.mask), 3), "seconds": round(time.time() - start, 1)}
        print(name, json.dumps(counts), flush=True)
    (folder / "mixture.json").write_text(json.dumps(mixture))
    shutil.rmtree(target, ignore_errors=True)
    folder.rename(target)
