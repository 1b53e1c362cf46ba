"""Packs the documents of endless streams into batches, in as many processes as there are processors to spare."""

import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from .corpus import LIMIT, Stream
from .model import Batch


class Packer:
    """Fills rows of one width with whole documents; what fits nowhere waits for the next batch."""

    def __init__(self, documents, rows, width=LIMIT):
        self.documents, self.rows, self.width, self.waiting = iter(documents), rows, width, []

    def __iter__(self):
        while True:
            yield self.next()

    def next(self):
        size = sum(len(d.ids) for d in self.waiting)
        while size < self.rows * self.width * 1.01:
            document = next(self.documents, None)
            if document is None:
                break
            self.waiting.append(document)
            size += len(document.ids)
        return assemble(self.fill(), self.width)

    def fill(self):
        """Best fit, the longest documents first."""
        left, filled, late = [self.width] * self.rows, [[] for _ in range(self.rows)], []
        for document in sorted(self.waiting, key=lambda d: -len(d.ids)):
            fits = [row for row in range(self.rows) if left[row] >= len(document.ids)]
            if fits:
                row = min(fits, key=left.__getitem__)
                left[row] -= len(document.ids)
                filled[row].append(document)
            else:
                late.append(document)
        self.waiting = late
        return filled


def assemble(filled, width):
    """A batch of rows of documents; a token is predicted from the one before it in its document."""
    tokens, targets = np.zeros((len(filled), width), np.int32), np.full((len(filled), width), -100, np.int32)
    docs, sources = np.full((len(filled), width), -1, np.int32), np.zeros((len(filled), width), np.int8)
    for row, documents in enumerate(filled):
        at = 0
        for number, (source, ids, predicted) in enumerate(documents):
            end = at + len(ids)
            tokens[row, at:end], docs[row, at:end], sources[row, at:end] = ids, number, source
            targets[row, at:end - 1] = np.where(np.array(predicted[1:]) > 0, ids[1:], -100)
            at = end
    return Batch(*map(torch.from_numpy, (tokens, docs, targets, sources)))


class Packed(IterableDataset):
    """Batches of the stream that belongs to a seed and the worker that draws it."""

    def __init__(self, seed, rows, mixture):
        self.seed, self.rows, self.mixture = seed, rows, mixture

    def __iter__(self):
        worker = get_worker_info()
        return iter(Packer(Stream(f"{self.seed}-{worker.id if worker else 0}", self.mixture), self.rows))


def batches(seed, rows, workers, mixture="mixture"):
    """Batches without end. One document of every source is drawn before the workers fork, so that they share what is read."""
    stream = Stream("first")
    for source in range(len(stream.names)):
        stream.draw(source)
    return iter(DataLoader(Packed(seed, rows, mixture), batch_size=None, num_workers=workers, prefetch_factor=2 if workers else None,
                           pin_memory=torch.cuda.is_available()))
