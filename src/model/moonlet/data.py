"""Draws whole documents from the tokenised corpus by the mixture and packs them into rows."""

import json

import numpy as np
import torch

from .model import Rows

WIDTHS = (64, 128, 256, 512)


class Source:
    """One source: its documents in an order that is new in every epoch."""

    def __init__(self, folder, name, seed):
        self.name, self.seed = name, seed
        self.tokens = np.fromfile(folder / f"{name}.tokens", dtype=np.uint16)
        self.mask = np.fromfile(folder / f"{name}.mask", dtype=np.uint8)
        self.docs = cut(np.fromfile(folder / f"{name}.docs", dtype=np.int64))
        self.epoch, self.at = -1, 0
        self.turn()

    def turn(self):
        self.epoch, self.at = self.epoch + 1, 0
        self.order = np.random.default_rng([self.seed, self.epoch]).permutation(len(self.docs))

    def next(self):
        if self.at >= len(self.order):
            self.turn()
        self.at += 1
        return self.docs[self.order[self.at - 1]]

    def state(self):
        return {"epoch": self.epoch, "at": self.at, "docs": len(self.docs)}

    def restore(self, state):
        self.epoch = state["epoch"] - 1
        if state["docs"] != len(self.docs):
            self.epoch += 1
        self.turn()
        if state["docs"] == len(self.docs):
            self.at = state["at"]


def cut(starts):
    """(start, end) of each document; longer ones are cut at the widest row."""
    pieces = []
    for a, b in zip(starts[:-1], starts[1:]):
        pieces += [(c, min(c + WIDTHS[-1], b)) for c in range(a, b, WIDTHS[-1])]
    return np.array([p for p in pieces if p[1] - p[0] > 1], dtype=np.int64)


class Loader:
    """Deals documents out so that each source keeps its share of the tokens."""

    def __init__(self, corpus, mixture, seed=0):
        shares = {k: float(v) for k, v in json.loads(mixture.read_text()).items() if float(v) > 0}
        names = [n for n in shares if (corpus / f"{n}.docs").exists()]
        if not names:
            raise FileNotFoundError(f"no source of {mixture} stands in {corpus}")
        self.sources = [Source(corpus, n, seed + i) for i, n in enumerate(names)]
        self.names = names
        total = sum(shares[n] for n in names)
        self.shares = np.array([shares[n] / total for n in names])
        self.owed = np.zeros(len(names))

    def draw(self, budget):
        """Documents of about budget tokens: (source, start, end)."""
        picked, size = [], 0
        while size < budget:
            i = int(np.argmax(self.owed))
            a, b = self.sources[i].next()
            self.owed += self.shares * (b - a)
            self.owed[i] -= b - a
            picked.append((i, int(a), int(b)))
            size += b - a
        return picked

    def rows(self, picked):
        """Best-fit packing: the longest documents open rows, shorter ones fill what is left."""
        open_rows = []
        for doc in sorted(picked, key=lambda d: d[1] - d[2]):
            length = doc[2] - doc[1]
            fits = [r for r in open_rows if r[1] >= length]
            if fits:
                row = min(fits, key=lambda r: r[1])
            else:
                width = next(w for w in WIDTHS if w >= length)
                row = [width, width, []]
                open_rows.append(row)
            row[1] -= length
            row[2].append(doc)
        return [(r[0], r[2]) for r in open_rows]

    def batch(self, budget, rank=0, world=1):
        """This rank's half of the step's rows, about equally wide."""
        rows = sorted(self.rows(self.draw(budget)), key=lambda r: -r[0])
        heap = [[0, []] for _ in range(world)]
        for row in rows:
            mine = min(heap, key=lambda h: h[0])
            mine[0] += row[0]
            mine[1].append(row)
        return self.assemble(heap[rank][1])

    def assemble(self, rows):
        rows = sorted(rows, key=lambda r: r[0])
        total = sum(r[0] for r in rows)
        tokens, predicted = np.zeros(total, np.int64), np.zeros(total, bool)
        doc, source = np.full(total, -1, np.int64), np.zeros(total, np.int64)
        positions = np.concatenate([np.arange(r[0]) for r in rows])
        at, number = 0, 0
        for width, docs in rows:
            c = at
            for i, a, b in docs:
                n = b - a
                tokens[c:c + n] = self.sources[i].tokens[a:b]
                predicted[c + 1:c + n] = self.sources[i].mask[a + 1:b] > 0
                doc[c:c + n], source[c:c + n] = number, i
                c, number = c + n, number + 1
            at += width
        after = np.flatnonzero(predicted)
        return Rows(torch.from_numpy(tokens), groups(rows, doc), torch.from_numpy(positions),
                    torch.from_numpy(doc >= 0), torch.from_numpy(after - 1),
                    torch.from_numpy(tokens[after]), torch.from_numpy(source[after]))

    def state(self):
        return {"owed": dict(zip(self.names, self.owed.tolist())),
                "sources": {s.name: s.state() for s in self.sources}}

    def restore(self, state):
        self.owed = np.array([state["owed"].get(n, 0.0) for n in self.names])
        self.owed -= self.owed.mean()
        for s in self.sources:
            if s.name in state["sources"]:
                s.restore(state["sources"][s.name])


def groups(rows, doc):
    found, start = [], 0
    for width in WIDTHS:
        count = sum(1 for r in rows if r[0] == width)
        if not count:
            continue
        ids = torch.from_numpy(doc[start:start + count * width].reshape(count, width))
        allowed = (ids[:, :, None] == ids[:, None, :]).tril_()
        mask = torch.zeros(count, width, width).masked_fill_(~allowed, float("-inf"))
        found.append((start, count, width, mask))
        start += count * width
    return found
