"""The steps between the matrix products, each compiled into one loop, and the differentiable functions made of them."""

import torch
from torch.autograd import Function
import torch.nn.functional as F

# A loop is compiled anew for each width of its rows and each type, with and without a gradient.
torch._dynamo.config.recompile_limit = 64


def loop(function):
    """Compiles the function once for all sizes."""
    return torch.compile(function, dynamic=True, fullgraph=True)


@loop
def rms_norm(x, gain, epsilon, kind):
    """RMSNorm in float32 whose result is of the given type."""
    x = x.float()
    return (x * torch.rsqrt(x.square().mean(-1, keepdim=True) + epsilon) * gain).to(kind)


@loop
def swiglu(gate_up):
    gate, up = gate_up.float().chunk(2, -1)
    return (F.silu(gate) * up).to(gate_up.dtype)


def turned(x, cos, sin):
    """The pairs (i, i + half) turned by the angles."""
    a, b = x.float().chunk(2, -1)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


@loop
def heads_of(q, kv, k_pe, cos, sin, count, heads, nope):
    """Queries, keys and values [count * heads, width, dims] of one group of rows, the rotary parts turned."""
    q = q.view(count, -1, heads, q.shape[-1] // heads).transpose(1, 2)
    kv = kv.view(count, -1, heads, kv.shape[-1] // heads).transpose(1, 2)
    cos, sin = cos.view(count, 1, -1, cos.shape[-1]), sin.view(count, 1, -1, sin.shape[-1])
    pe = turned(k_pe.view(count, 1, -1, k_pe.shape[-1]), cos, sin).to(kv.dtype).expand(-1, heads, -1, -1)
    query = torch.cat([q[..., :nope], turned(q[..., nope:], cos, sin).to(q.dtype)], -1)
    key = torch.cat([kv[..., :nope], pe], -1)
    return query.flatten(0, 1), key.flatten(0, 1), kv[..., nope:].flatten(0, 1)


@loop
def masked_softmax(scores, mask, heads, scale):
    """Softmax of scaled [count * heads, queries, keys] under a mask [count, queries, keys] that is added."""
    s = (scores.float() * scale).unflatten(0, (-1, heads)) + mask.unsqueeze(1)
    s = torch.exp(s - s.amax(-1, keepdim=True))
    return (s / s.sum(-1, keepdim=True)).to(scores.dtype).flatten(0, 1)


@loop
def softmax_gradient(p, grad, scale):
    a, g = p.float(), grad.float()
    return (scale * a * (g - (a * g).sum(-1, keepdim=True))).to(p.dtype)


class Attend(Function):
    """Softmax attention of one group of equally wide rows; queries in blocks that skip the future."""

    BLOCK = 128

    @staticmethod
    def forward(ctx, q, k, v, mask, heads, scale, see):
        out, kept = torch.empty_like(v), []
        for a, b in Attend.blocks(q):
            scores = torch.bmm(q[:, a:b], k[:, :b].transpose(1, 2))
            see(scores, mask[:, a:b, :b])
            p = masked_softmax(scores, mask[:, a:b, :b], heads, scale)
            out[:, a:b] = torch.bmm(p, v[:, :b])
            kept.append(p)
        ctx.scale = scale
        ctx.save_for_backward(q, k, v, *kept)
        return out

    @staticmethod
    def blocks(q):
        width = q.shape[1]
        return [(a, min(width, a + Attend.BLOCK)) for a in range(0, width, Attend.BLOCK)]

    @staticmethod
    def backward(ctx, grad):
        q, k, v, *kept = ctx.saved_tensors
        grad = grad.contiguous()
        gq, gk, gv = torch.empty_like(q), torch.zeros_like(k), torch.zeros_like(v)
        for (a, b), p in zip(Attend.blocks(q), kept):
            gv[:, :b] += torch.bmm(p.transpose(1, 2), grad[:, a:b])
            gs = softmax_gradient(p, torch.bmm(grad[:, a:b], v[:, :b].transpose(1, 2)), ctx.scale)
            gq[:, a:b] = torch.bmm(gs, k[:, :b])
            gk[:, :b] += torch.bmm(gs.transpose(1, 2), q[:, a:b])
        return gq, gk, gv, None, None, None, None


@loop
def log_sum(logits):
    x = logits.float()
    top = x.amax(-1, keepdim=True)
    return (torch.exp(x - top).sum(-1, keepdim=True)).log() + top


@loop
def surprise(logits, logsum, grad):
    return (torch.exp(logits.float() - logsum) * grad.unsqueeze(-1)).to(logits.dtype)


class CrossEntropy(Function):
    """The loss of every row in nats, in float32."""

    @staticmethod
    def forward(ctx, logits, target):
        logsum = log_sum(logits)
        ctx.save_for_backward(logits, target, logsum)
        return (logsum - logits.gather(1, target.unsqueeze(1)).float()).squeeze(1)

    @staticmethod
    def backward(ctx, grad):
        logits, target, logsum = ctx.saved_tensors
        out = surprise(logits, logsum, grad)
        out.scatter_add_(1, target.unsqueeze(1), -grad.unsqueeze(1).to(out.dtype))
        return out, None
