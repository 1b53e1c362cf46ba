"""Trains Moonlet with two single-threaded processes that share parameters and gradients."""

import argparse
from datetime import datetime, timezone
import json
import math
import multiprocessing
import os
from pathlib import Path
import signal
import time

import torch

from . import muon
from .data import Loader
from .model import Moonlet, Shape
from .shared import Flat, shared_zeros

WORLD = 2
RATE_MUON, RATE_ADAM, RATE_SMALL = 3e-3, 3e-3, 1e-3
WARM, DECAY_FROM, FREEZE_FROM, FLOOR = 0.02, 0.65, 0.90, 0.05
CHECKPOINT_EVERY, HELDOUT_EVERY = 180, 600


class Job:
    """Everything both ranks share; made before the fork."""

    def __init__(self, args):
        self.args, self.work = args, Path(args.work)
        torch.manual_seed(args.seed)
        self.model = Moonlet(Shape())
        s = self.model.shape
        self.flat = Flat(self.model)
        self.grads = [self.flat.like() for _ in range(WORLD)]
        self.first, self.second = self.flat.like(), self.flat.like()
        self.load = shared_zeros(WORLD, s.num_hidden_layers, s.n_routed_experts)
        self.watch = shared_zeros(WORLD, s.num_hidden_layers, s.num_attention_heads)
        self.norms, self.sums = shared_zeros(WORLD), shared_zeros(WORLD, 64, 2)
        self.count = shared_zeros(WORLD)
        self.bias = shared_zeros(s.num_hidden_layers, s.n_routed_experts)
        for n, layer in enumerate(self.model.layers):
            if not layer.dense:
                layer.mlp.bias = self.bias[n]
        self.control = shared_zeros(8)     # progress, stop flag, log flag
        self.barrier = multiprocessing.get_context("fork").Barrier(WORLD)
        self.owner = deal(self.flat.named)
        self.step, self.tokens, self.started, self.warmed = 0, 0, time.time(), False
        self.decaying = False
        self.loader = Loader(self.work / "corpus" / "train", mixture(args), args.seed)
        self.until_text = args.until
        self.resume()

    def resume(self):
        path = self.work / ("stable.pt" if self.args.from_stable else "last.pt")
        if not path.exists():
            return
        state = torch.load(path, weights_only=False)
        self.restore(state)
        if self.args.from_stable:
            self.started, self.warmed = time.time(), True
        else:
            self.started, self.warmed = state["started"], state["warmed"]
            self.decaying = state.get("decaying", state["progress"] >= self.args.decay_from)
        print(f"resumed {path} at step {self.step}", flush=True)

    def restore(self, state):
        for (name, _), *views in zip(self.flat.named, self.flat.views(self.flat.values),
                                     self.flat.views(self.first), self.flat.views(self.second)):
            for view, kind in zip(views, ("model", "first", "second")):
                view.copy_(state[kind][name])
        self.bias.copy_(state["bias"])
        self.step, self.tokens = state["step"], state["tokens"]
        self.loader.restore(state["loader"])

    def save(self, name):
        def named(array):
            return {n: v.clone() for (n, _), v in zip(self.flat.named, self.flat.views(array))}
        state = {"model": named(self.flat.values), "first": named(self.first), "second": named(self.second),
                 "bias": self.bias.clone(), "step": self.step, "tokens": self.tokens, "started": self.started,
                 "warmed": self.warmed, "decaying": self.decaying, "loader": self.loader.state(),
                 "progress": float(self.control[0])}
        part = self.work / (name + ".part")
        torch.save(state, part)
        os.replace(part, self.work / name)

    def progress(self):
        """How much of the run's wall clock is over; work/until may move its end."""
        file = self.work / "until"
        text = file.read_text().strip() if file.exists() else self.until_text
        end = datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp()
        return min(1.0, (time.time() - self.started) / max(1.0, end - self.started))


def mixture(args):
    """The shares of the sources: the one named, else the package's, else the corpus's own."""
    own = Path(__file__).parent / "mixture.json"
    if args.mixture:
        return Path(args.mixture)
    return own if own.exists() else Path(args.work) / "corpus" / "mixture.json"


def deal(named):
    """Which rank updates which parameter, by the cost of its update."""
    cost = {n: (5 * muon.matrix_cost(p) if muon.is_matrix(n) else 40 * p.numel()) for n, p in named}
    cost |= {n: c * 0.45 for n, c in cost.items() if "kv_b_proj" in n}    # done in two halves
    sums, owner = [0.0] * WORLD, {}
    for name in sorted(cost, key=cost.get, reverse=True):
        rank = sums.index(min(sums))
        owner[name], sums[rank] = rank, sums[rank] + cost[name]
    return owner


def schedule(progress, job):
    start = job.args.decay_from
    if progress < WARM and not job.warmed:
        return max(0.02, progress / WARM)
    if progress < start:
        return 1.0
    return 1.0 + (FLOOR - 1.0) * (progress - start) / (1.0 - start)


class Rank:
    """One training process."""

    def __init__(self, job, rank):
        self.job, self.rank, self.model = job, rank, job.model
        names = [n for n, _ in job.flat.named]
        grads = [job.flat.views(g) for g in job.grads]
        for (_, p), g in zip(job.flat.named, grads[rank]):
            p.grad = g
        state = zip(names, [p for _, p in job.flat.named], zip(*grads),
                    job.flat.views(job.first), job.flat.views(job.second))
        self.mine = [entry for entry in state if job.owner[entry[0]] == rank]
        self.times = {}

    def clock(self, name, since):
        now = time.perf_counter()
        self.times[name] = self.times.get(name, 0.0) + now - since
        return now

    def step(self, watch):
        """One optimiser step; returns the number of tokens."""
        job, t = self.job, time.perf_counter()
        rows = job.loader.batch(job.args.batch, self.rank, WORLD)
        job.grads[self.rank].zero_()
        job.load[self.rank].zero_(), job.watch[self.rank].zero_(), job.sums[self.rank].zero_()
        job.count[self.rank] = len(rows.where)
        self.meet()
        t = self.clock("load", t)
        losses = self.model(rows, job.load[self.rank], job.watch[self.rank] if watch else None)
        t = self.clock("forward", t)
        (losses.sum() / job.count.sum()).backward()
        t = self.clock("backward", t)
        job.sums[self.rank, :, 0].index_add_(0, rows.source, losses.detach())
        job.sums[self.rank, :, 1].index_add_(0, rows.source, torch.ones_like(losses))
        self.meet()
        t = self.clock("wait", t)
        self.update(watch)
        self.clock("update", t)

    def meet(self):
        self.job.barrier.wait(timeout=600)

    @torch.no_grad()
    def update(self, watch):
        job, rate = self.job, schedule(float(self.job.control[0]), self.job)
        for _, _, grads, _, _ in self.mine:
            for other in grads[1:]:
                grads[0].add_(other)
        job.norms[self.rank] = sum(float(g[0].square().sum()) for _, _, g, _, _ in self.mine)
        self.meet()
        total = math.sqrt(float(job.norms.sum()))
        clip = min(1.0, 1.0 / (total + 1e-6))
        for name, p, grads, first, second in self.mine:
            grad = grads[0].mul_(clip)
            if "kv_b_proj" in name:
                s = self.model.shape
                muon.muon_pair(p.data, grad, first, rate * job.args.rate, s.num_attention_heads, s.qk_nope_head_dim)
            elif muon.is_matrix(name):
                muon.muon(p.data, grad, first, rate * job.args.rate)
            else:
                table = name in ("embed", "head")
                muon.adamw(p.data, grad, first, second, rate * (RATE_ADAM if table else RATE_SMALL) * job.args.rate / RATE_MUON,
                           job.step + 1, 0.1 if table else 0.0)
        self.meet()
        if self.rank == 0:
            self.after(watch)
        self.meet()

    def after(self, watch):
        job = self.job
        if watch:
            self.largest = float(job.watch.max())
            self.clipped = muon.qk_clip(self.model, job.watch.amax(0))
        if float(job.control[0]) < FREEZE_FROM:
            load = job.load.sum(0)
            job.bias[1:] += 1e-3 * torch.sign(load.mean(1, keepdim=True) - load)[1:]

    def heldout(self, per_source=1024):
        """Sums of losses over a fixed sample of the held-out documents, one source after another."""
        job = self.job
        job.sums[self.rank].zero_()
        folder = job.work / "corpus" / "heldout"
        loader = Loader(folder, mixture(job.args), 7)
        precision, scratch = self.model.precision, torch.zeros_like(job.load[0])
        with torch.no_grad():
            for i, source in enumerate(loader.sources):
                if i % WORLD != self.rank:
                    continue
                picked, size = [], 0
                for _ in range(len(source.docs)):
                    a, b = source.next()
                    picked.append((i, int(a), int(b)))
                    size += b - a
                    if size >= per_source:
                        break
                losses = self.model(loader.assemble(loader.rows(picked)), scratch)
                job.sums[self.rank, i, 0] = losses.sum()
                job.sums[self.rank, i, 1] = len(losses)
        self.meet()
        if self.rank == 0:
            self.log({"heldout": per_source_means(loader.names, job.sums.sum(0))})
        self.meet()

    def log(self, line):
        job = self.job
        line = {"time": datetime.now(timezone.utc).isoformat(timespec="seconds"), "step": job.step,
                "tokens": job.tokens} | line
        with open(job.work / "train.log", "a") as file:
            file.write(json.dumps(line) + "\n")


def per_source_means(names, sums):
    return {n: round(float(s / c), 4) for n, (s, c) in zip(names, sums.tolist()) if c > 0}


def work(job, rank):
    """One rank; where it fails the other does not wait for it."""
    try:
        loop(job, rank)
    except BaseException:
        job.barrier.abort()
        raise


def loop(job, rank):
    """The loop of one rank; rank 0 also decides, logs and saves."""
    torch.set_num_threads(1)
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    me = Rank(job, rank)
    saved = held = noted = time.time()
    if job.step == 0:
        held -= HELDOUT_EVERY - 120
    base, total = job.tokens, torch.zeros(64, 2)
    while True:
        if rank == 0:
            now = time.time()
            job.control[0] = job.progress()
            job.control[1] = float(bool(stop) or job.control[0] >= 1.0)
            job.control[2] = float(now - held > HELDOUT_EVERY)
        me.meet()
        progress, finish, heldout = job.control[:3].tolist()
        if finish or (job.args.steps and job.step >= job.args.steps):
            break
        if progress >= job.args.decay_from and rank == 0 and not job.decaying:
            job.save("stable.pt")
            job.decaying = True
        job.model.precision.int4 = progress >= job.args.decay_from
        job.model.precision.bf16 = progress >= FREEZE_FROM
        if heldout:
            me.heldout()
            held = time.time()
        watch = job.step % 5 == 0
        me.step(watch)
        job.step += 1
        job.tokens += job.args.batch
        total += job.sums.sum(0)
        if rank == 0 and job.step % 10 == 0:
            noted, base = note(me, total, noted, base), job.tokens
            total.zero_()
        if rank == 0 and time.time() - saved > CHECKPOINT_EVERY:
            job.save("last.pt")
            saved = time.time()
    if rank == 0:
        job.save("last.pt" if job.step else "initial.pt")
        print(f"stopped at step {job.step}", flush=True)


def note(me, total, since, base):
    job, now = me.job, time.time()
    load = job.load.sum(0)[1:]
    share = load / load.sum(1, keepdim=True) * load.shape[1]
    spent = sum(me.times.values())
    me.log({"loss": round(float(total[:, 0].sum() / total[:, 1].sum()), 4),
            "per_source": per_source_means(job.loader.names, total),
            "tokens_per_s": round((job.tokens - base) / (now - since)),
            "progress": round(float(job.control[0]), 4),
            "rate": round(schedule(float(job.control[0]), job), 4),
            "grad_norm": round(math.sqrt(float(job.norms.sum())), 3),
            "max_logit": round(getattr(me, "largest", 0.0), 2), "qk_clipped": getattr(me, "clipped", 0),
            "load_min_max": [round(float(share.min()), 3), round(float(share.max()), 3)],
            "times": {k: round(v / spent, 3) for k, v in me.times.items()}})
    me.times = {}
    return now


def main(argv):
    parser = argparse.ArgumentParser(prog="moonlet train")
    parser.add_argument("--until", required=True, help="UTC end of the run; work/until overrides it")
    parser.add_argument("--work", default=str(Path(__file__).parents[1] / "work"))
    parser.add_argument("--mixture", default=None)
    parser.add_argument("--batch", type=int, default=8192, help="tokens a step")
    parser.add_argument("--rate", type=float, default=RATE_MUON, help="peak rate of Muon; the others keep their ratio to it")
    parser.add_argument("--decay-from", type=float, default=DECAY_FROM, help="when the rate falls and INT4 begins, 0 to 1")
    parser.add_argument("--steps", type=int, default=0, help="stop at this step (0: only at --until)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--from-stable", action="store_true", help="go on from work/stable.pt")
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    job = Job(args)
    context = multiprocessing.get_context("fork")
    ranks = [context.Process(target=work, args=(job, r)) for r in range(WORLD)]
    for process in ranks:
        process.start()
    signal.signal(signal.SIGTERM, lambda *_: [os.kill(p.pid, signal.SIGTERM) for p in ranks])
    for process in ranks:
        process.join()
    return max(p.exitcode for p in ranks)
