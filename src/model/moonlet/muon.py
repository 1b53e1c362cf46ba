"""MuonClip: Muon for matrices, AdamW for the rest, and QK-Clip; matrices of one size are stepped together."""

import torch

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
MOMENTUM, DECAY = 0.95, 0.1
TABLES = ("embed", "head")
# The tables learn as fast as the matrices, norms and routers at a third of that.
SMALL = 1 / 3


def orthogonalise(m):
    """Five Newton-Schulz steps on a stack of matrices [n, rows, columns]."""
    a, b, c = COEFFICIENTS
    turned = m.shape[1] > m.shape[2]
    x = m.transpose(1, 2) if turned else m
    x = (x / (x.flatten(1).norm(dim=1)[:, None, None] + 1e-7)).bfloat16()
    for _ in range(5):
        s = torch.bmm(x, x.transpose(1, 2))
        x = torch.baddbmm(x, torch.baddbmm(s, s, s, beta=b, alpha=c), x, beta=a)
    return x.transpose(1, 2) if turned else x


def is_matrix(name):
    return not any(part in name for part in (*TABLES, "norm", "router"))


class Stack:
    """One parameter as a stack of matrices; kv_b_proj is two, keys and values, whose rows lie interleaved by head."""

    def __init__(self, name, shape):
        self.split = (shape.num_attention_heads, 2, shape.qk_nope_head_dim) if name.endswith("kv_b_proj") else None

    def of(self, t):
        return t.unflatten(0, self.split).transpose(0, 1).flatten(1, 2) if self.split else t.reshape(-1, *t.shape[-2:])

    def back(self, stack, like):
        if self.split:
            heads, _, rows = self.split
            stack = stack.unflatten(1, (heads, rows)).transpose(0, 1)
        return stack.reshape(like.shape)


class MuonClip:
    """The optimiser of one model; its state is two tensors a parameter at most."""

    def __init__(self, model):
        self.model, self.steps = model, 0
        named = list(model.named_parameters())
        self.rest = [(n, p) for n, p in named if not is_matrix(n)]
        self.first = {n: torch.zeros_like(p) for n, p in named}
        self.second = {n: torch.zeros_like(p) for n, p in self.rest}
        self.groups = {}
        for name, p in named:
            if is_matrix(name):
                stack = Stack(name, model.shape)
                self.groups.setdefault(stack.of(p.data).shape[1:], []).append((name, p, stack))

    def state(self):
        return {"first": self.first, "second": self.second, "steps": self.steps}

    def restore(self, state):
        self.steps = state["steps"]
        for mine, theirs in ((self.first, state["first"]), (self.second, state["second"])):
            for name, value in mine.items():
                value.copy_(theirs[name])

    @torch.no_grad()
    def step(self, rate):
        """One step at the rate of Muon; gives the norm of the gradient, which is clipped to one."""
        self.steps += 1
        grads = {n: p.grad for n, p in self.model.named_parameters()}
        norm = torch.stack(torch._foreach_norm(list(grads.values()))).norm()
        torch._foreach_mul_(list(grads.values()), (1 / (norm + 1e-6)).clamp(max=1.0))
        for size, group in self.groups.items():
            self.muon(size, group, grads, rate)
        for name, p in self.rest:
            table = name in TABLES
            self.adamw(name, p, grads[name], rate if table else rate * SMALL, DECAY if table else 0.0)
        return norm

    def muon(self, size, group, grads, rate):
        for name, p, _ in group:
            self.first[name].mul_(MOMENTUM).add_(grads[name])
        update = orthogonalise(torch.cat([s.of(grads[n].add(self.first[n], alpha=MOMENTUM)) for n, _, s in group]))
        parts = update.split([s.of(p).shape[0] for _, p, s in group])
        for (_, p, stack), part in zip(group, parts):
            p.mul_(1 - rate * DECAY).add_(stack.back(part, p), alpha=-rate * 0.2 * max(size) ** 0.5)

    def adamw(self, name, p, grad, rate, decay):
        b1, b2 = 0.9, 0.95
        first, second = self.first[name], self.second[name]
        first.lerp_(grad, 1 - b1)
        second.mul_(b2).addcmul_(grad, grad, value=1 - b2)
        root = (second / (1 - b2 ** self.steps)).sqrt_().add_(1e-8)
        p.mul_(1 - rate * decay).addcdiv_(first, root, value=-rate / (1 - b1 ** self.steps))


@torch.no_grad()
def qk_clip(model, largest, limit=100.0):
    """Scales the query and key rows of every head whose largest logit passed the limit; gives how many did."""
    s, clipped = model.shape, 0
    for n, h in (largest > limit).nonzero().tolist():
        q = model.layers[n]["q_b_proj"].view(s.num_attention_heads, s.qk_head_dim, -1)
        kv = model.layers[n]["kv_b_proj"].view(s.num_attention_heads, -1, s.kv_lora_rank)
        ratio, clipped = limit / float(largest[n, h]), clipped + 1
        q[h, :s.qk_nope_head_dim] *= ratio ** 0.5
        q[h, s.qk_nope_head_dim:] *= ratio
        kv[h, :s.qk_nope_head_dim] *= ratio ** 0.5
    return clipped
