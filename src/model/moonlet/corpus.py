"""Draws documents of every source without end, and leaves out what the examination asks."""

import json
from pathlib import Path
import random
from typing import NamedTuple

from . import render, tokenizer
from .exam import Exam, Forbidden
from .sources import calls, chat, copying, facts, json_text, real, recall, stories, think, tools
from .sources.files import held

LIMIT = 1024
DRAW = {
    "stories": stories.raw_document, "tales": stories.wish_document, "books": stories.book_document,
    "tools": lambda r: tools.document(r, chat.unfit), "calls": lambda r: calls.document(r, chat.unfit),
    "real": real.document, "chat": chat.document, "facts": facts.document, "think": think.document,
    "json": json_text.document, "recall": recall.document, "copying": copying.document}
# Their held-out documents are the held-out rows of TinyStories, which no draw ever touches.
HELD_ROWS = {"stories", "tales"}


class Document(NamedTuple):
    source: int
    ids: list
    predicted: list    # 1 for each id that is predicted


def shares(mixture="mixture"):
    """The sources and their shares of the tokens; "onward" is for a run that goes on from weights."""
    return json.loads(Path(__file__).with_name(f"{mixture}.json").read_text())


class Stream:
    """The training documents of one seed, each source at its share of the tokens: the same seed, the same documents."""

    def __init__(self, seed, mixture="mixture"):
        self.names, self.shares = zip(*shares(mixture).items())
        self.random = [random.Random(f"{seed} {name}") for name in self.names]
        self.owed = [0.0] * len(self.names)
        self.coding, self.forbidden = tokenizer.load(), Forbidden(Exam().forbidden())

    def __iter__(self):
        while True:
            source = max(range(len(self.names)), key=self.owed.__getitem__)
            document = self.draw(source)
            if document is None:
                continue
            size = len(document.ids)
            self.owed = [owed + share * size for owed, share in zip(self.owed, self.shares)]
            self.owed[source] -= size * sum(self.shares)
            yield document

    def draw(self, source):
        """One document, or None where it is asked in the examination, held out or too long."""
        name = self.names[source]
        parts = DRAW[name](self.random[source])
        text = render.text_of(parts)
        if self.forbidden.found(text) or (name not in HELD_ROWS and held(text)):
            return None
        document = Document(source, *render.encode(self.coding, parts))
        return document if len(document.ids) <= LIMIT else None


def heldout(budget, seed=1):
    """Documents of each source that no stream gives, about budget tokens of each."""
    coding, forbidden = tokenizer.load(), Forbidden(Exam().forbidden())
    for source, name in enumerate(shares()):
        r, size = random.Random(f"{seed} heldout {name}"), 0
        for parts in held_parts(name, r):
            document = Document(source, *render.encode(coding, parts))
            if len(document.ids) > LIMIT or forbidden.found(render.text_of(parts)):
                continue
            yield document
            size += len(document.ids)
            if size >= budget:
                break


def held_parts(name, r):
    if name in HELD_ROWS:
        for text in stories.tales(True):
            yield render.raw(text) if name == "stories" else stories.wished(r, text) + render.said(text)
        return
    while True:
        parts = DRAW[name](r)
        if held(render.text_of(parts)):
            yield parts


def sample_texts(count, seed=1):
    """Texts of the rendered mixture for the tokenizer to learn from."""
    mixture, r = shares(), random.Random(seed)
    forbidden = Forbidden(Exam().forbidden())
    for name in r.choices(list(mixture), list(mixture.values()), k=count):
        parts = DRAW[name](r)
        if not forbidden.found(render.text_of(parts)):
            yield from (p.text for p in parts if not p.special)
