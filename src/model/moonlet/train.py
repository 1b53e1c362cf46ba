"""Trains Moonlet for a given time, on a graphics card where there is one."""

import argparse
from datetime import datetime, timezone
import json
import os
from pathlib import Path
import time

import torch
import torch.nn.functional as F

from . import exported
from .corpus import heldout, shares
from .data import Packer, batches
from .model import Moonlet, Shape, eager
from .muon import MuonClip, qk_clip

# Shares of the run: the rate rises, stays and falls; INT4 begins; the router's bias stands still.
WARM, DECAY_FROM, INT4_FROM, FREEZE_FROM, FLOOR = 0.01, 0.55, 0.60, 0.92, 0.01
WATCH_EVERY, NOTE_EVERY, HELDOUT_EVERY = 20, 100, 90
# A run that goes on from weights rises to this share of the peak rate and falls to a twentieth of it; INT4 is always on.
ONWARD, ONWARD_WARM, ONWARD_FLOOR = 0.2, 0.05, 0.05
# Tokens of each source that the held-out loss is taken over.
HELD_TOKENS = 12000


def rate_at(progress):
    """The share of the peak rate."""
    if progress < WARM:
        return max(0.02, progress / WARM)
    return min(1.0, max(FLOOR, (1.0 - progress) / (1.0 - DECAY_FROM)))


def onward_rate_at(progress):
    """The share of the peak rate of a run that goes on from weights."""
    return ONWARD * min(max(ONWARD_WARM / 2, progress) / ONWARD_WARM, 1.0 - (1.0 - ONWARD_FLOOR) * progress)


class Clock:
    """How much of the run is over: this call takes it from one share to another in its seconds."""

    def __init__(self, seconds, part):
        self.end, self.part, self.begin = time.time() + seconds, part, None

    def start(self):
        """Called after the first step, when everything is compiled."""
        self.begin = time.time()

    def progress(self):
        if self.begin is None:
            return self.part[0]
        done = (time.time() - self.begin) / max(1e-3, self.end - self.begin)
        return self.part[0] + (self.part[1] - self.part[0]) * min(1.0, done)

    def over(self):
        return time.time() >= self.end


class Training:
    """A model with its optimiser, its batches and its log."""

    def __init__(self, args):
        torch.manual_seed(args.seed)
        self.args, self.work = args, Path(args.work)
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        gpu = self.device == "cuda"
        kind, run = (torch.bfloat16, torch.compile) if gpu else (torch.float32, eager)
        self.model = Moonlet(Shape(), kind, run).to(self.device)
        self.optimiser = MuonClip(self.model)
        self.step = self.tokens = self.documents = 0
        self.seconds, self.kept = 0.0, 1
        self.onward = args.weights is not None
        self.resume()
        self.batches = batches(f"{args.seed}-{self.step}", args.rows, args.workers, "onward" if self.onward else "mixture")
        self.held = None
        self.clock = Clock(args.seconds, args.part)

    def resume(self):
        path = self.work / "last.pt"
        if not path.exists():
            if self.onward:
                state, bias = exported.parameters(self.args.weights, self.model.shape)
                self.model.load_state_dict(state)
                self.model.bias.copy_(bias)
            return
        state = torch.load(path, map_location=self.device, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.model.bias.copy_(state["bias"])
        self.optimiser.restore(state["optimiser"])
        self.step, self.tokens, self.documents, self.seconds = (state[k] for k in ("step", "tokens", "documents", "seconds"))
        print(f"resumed at step {self.step}", flush=True)

    def save(self):
        state = {"model": self.model.state_dict(), "bias": self.model.bias, "optimiser": self.optimiser.state(), "step": self.step,
                 "tokens": self.tokens, "documents": self.documents, "seconds": self.seconds}
        part = self.work / "last.pt.part"
        torch.save(state, part)
        os.replace(part, self.work / "last.pt")

    def keep(self):
        """Every so many seconds what an export needs stays behind as a file of its own."""
        if self.args.keep and time.time() - self.clock.begin >= self.kept * self.args.keep:
            self.kept += 1
            path = self.work / f"step-{self.step}.pt"
            torch.save({"model": self.model.state_dict(), "bias": self.model.bias, "step": self.step, "tokens": self.tokens}, f"{path}.part")
            os.replace(f"{path}.part", path)

    def rate_at(self, progress):
        return onward_rate_at(progress) if self.onward else rate_at(progress)

    def log(self, line):
        line = {"time": datetime.now(timezone.utc).isoformat(timespec="seconds"), "step": self.step, "tokens": self.tokens,
                "documents": self.documents} | line
        print(json.dumps(line), flush=True)
        with open(self.work / "train.log", "a") as file:
            file.write(json.dumps(line) + "\n")

    def losses(self, batch):
        """Sums of losses and counts by source [sources, 2]."""
        losses, _ = self.model(batch)
        return by_source(losses.detach(), batch)

    def heldout(self):
        """The loss on documents that no stream gives; with gradients only so that nothing is compiled anew."""
        if self.held is None:
            packer = Packer(heldout(HELD_TOKENS), self.args.rows)
            self.held = [packer.next().to(self.device)]
            while packer.waiting:
                self.held.append(packer.next().to(self.device))
        rate = float(self.model.rate)
        self.model.rate.zero_()
        self.log({"heldout": means(sum(self.losses(batch) for batch in self.held))})
        self.model.rate.fill_(rate)

    def run(self):
        since, told, sums, seen, begun = time.time(), time.time(), 0, 0, time.time()
        while not self.clock.over() and not (self.args.steps and self.step >= self.args.steps):
            progress = self.clock.progress()
            self.model.int4 = self.onward or progress >= INT4_FROM
            self.model.rate.fill_(self.args.dropout)
            batch = next(self.batches)
            sums = sums + self.one(batch, progress)
            if self.clock.begin is None:
                torch.cuda.synchronize() if self.device == "cuda" else None
                self.clock.start()
                since = time.time()
            self.keep()
            if self.step % NOTE_EVERY == 0:
                sums, now = sums.cpu(), time.time()
                self.log({"loss": round(float(sums[:, 0].sum() / sums[:, 1].sum()), 4), "per_source": means(sums),
                          "tokens_per_s": round((self.tokens - seen) / (now - since)), "progress": round(progress, 4),
                          "rate": round(self.rate_at(progress), 4), "norm": round(float(self.norm), 3), "max_logit": round(float(self.top), 1),
                          "load": [round(float(v), 2) for v in self.spread]})
                sums, seen, since = 0, self.tokens, now
            if time.time() - told > HELDOUT_EVERY:
                self.heldout()
                told = since = time.time()
                seen = self.tokens
        self.seconds += time.time() - begun
        self.heldout()
        self.save()
        print(f"stopped at step {self.step}", flush=True)

    def one(self, batch, progress):
        """One step of the optimiser; gives the sums of losses by source."""
        self.tokens += int((batch.docs >= 0).sum())
        self.documents += int(batch.docs.amax(1).add(1).sum())
        batch = batch.to(self.device)
        losses, loads = self.model(batch)
        (losses.sum() / (batch.targets >= 0).sum()).backward()
        self.norm = self.optimiser.step(self.args.rate * self.rate_at(progress))
        self.model.zero_grad(set_to_none=True)
        load = torch.stack(loads).float()
        if progress < FREEZE_FROM and not self.onward:
            self.model.bias += 1e-3 * torch.sign(load.mean(1, keepdim=True) - load)
        if self.step % WATCH_EVERY == 0:
            largest = self.model.largest(batch.first(4))
            self.top, share = largest.max(), load[1:] / load[1:].mean(1, keepdim=True)
            self.spread = share.min(), share.max()
            qk_clip(self.model, largest)
        self.step += 1
        return by_source(losses.detach(), batch)


def by_source(losses, batch):
    """Sums of losses and counts of predicted tokens [sources, 2]."""
    asked = (batch.targets >= 0).flatten().float()
    mine = F.one_hot(batch.sources.flatten(), len(shares())).float()
    return torch.stack([losses.flatten(), asked], 1).t().mm(mine).t()


def means(sums):
    return {n: round(s / c, 4) for n, (s, c) in zip(shares(), sums.tolist()) if c > 0}


def main(argv):
    parser = argparse.ArgumentParser(prog="moonlet train")
    parser.add_argument("--seconds", type=float, default=300, help="how long this call lasts")
    parser.add_argument("--part", type=float, nargs=2, default=(0.0, 1.0), help="the shares of the whole run that this call begins and ends at")
    parser.add_argument("--from", dest="weights", help="an exported folder to go on from, at a low rate")
    parser.add_argument("--keep", type=float, default=0, help="keep what an export needs every so many seconds (0: only at the end)")
    parser.add_argument("--work", default=str(Path(__file__).parents[1] / "work"))
    parser.add_argument("--rows", type=int, default=96, help="rows of 1,024 tokens a step")
    parser.add_argument("--rate", type=float, default=2e-3, help="peak rate of Muon")
    parser.add_argument("--dropout", type=float, default=0.2)
    parser.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 2) - 3), help="processes that draw documents")
    parser.add_argument("--steps", type=int, default=0, help="stop at this step (0: only when the time is over)")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(argv)
    torch.set_num_threads(1 if torch.cuda.is_available() else torch.get_num_threads())    # the rest draw documents
    Path(args.work).mkdir(parents=True, exist_ok=True)
    Training(args).run()
    os._exit(0)    # the workers draw without end
