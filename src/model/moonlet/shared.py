"""Arrays in anonymous memory shared by the forked ranks; no copying between them, no spinning."""

import mmap

import numpy as np
import torch


def shared_zeros(*size, dtype=np.float32):
    count = int(np.prod(size))
    memory = mmap.mmap(-1, max(1, count) * np.dtype(dtype).itemsize)
    return torch.from_numpy(np.frombuffer(memory, dtype=dtype, count=count).reshape(size))


class Flat:
    """The parameters of a model as views of one shared array, and arrays of the same layout."""

    def __init__(self, model):
        self.named = [(n, p) for n, p in model.named_parameters()]
        self.total = sum(p.numel() for _, p in self.named)
        self.values = self.like()
        for (_, p), view in zip(self.named, self.views(self.values)):
            view.copy_(p.data)
            p.data = view

    def like(self):
        return shared_zeros(self.total)

    def views(self, array):
        out, at = [], 0
        for _, p in self.named:
            out.append(array[at:at + p.numel()].view(p.shape))
            at += p.numel()
        return out
