"""Moonlet: Kimi K2's decoder, written for training on packed rows.

Parameters, gradients and the residual stream are float32; products are taken in bfloat16 where the processor has
instructions for them (AMX or AVX512_BF16: six times as fast), in float32 elsewhere.
"""

from dataclasses import dataclass, field
import math
from pathlib import Path

import torch
from torch import nn
from torch.autograd import Function
import torch.nn.functional as F

from .fused import Attend, CrossEntropy, heads_of, rms_norm, swiglu


@dataclass(frozen=True)
class Shape:
    """The sizes of the model, under the names of K2's config.json."""

    vocab_size: int = 6144
    hidden_size: int = 192
    num_hidden_layers: int = 6
    num_attention_heads: int = 6
    q_lora_rank: int = 96
    kv_lora_rank: int = 512
    qk_nope_head_dim: int = 32
    qk_rope_head_dim: int = 64
    v_head_dim: int = 32
    intermediate_size: int = 768
    moe_intermediate_size: int = 96
    n_routed_experts: int = 16
    num_experts_per_tok: int = 4
    # sqrt(top-k): four independent outputs weighted 1/4 each have half the size of one; 2 restores it.
    # K2 (2.827 for 8) and Moonlight (2.446 for 6) follow the same rule.
    routed_scaling_factor: float = 2.0
    rms_norm_eps: float = 1e-5
    rope_theta: float = 50000.0
    max_position_embeddings: int = 2048
    yarn: dict = field(default_factory=lambda: {
        "type": "yarn", "factor": 4.0, "original_max_position_embeddings": 512,
        "beta_fast": 1.0, "beta_slow": 1.0, "mscale": 1.0, "mscale_all_dim": 1.0})

    @property
    def qk_head_dim(self):
        return self.qk_nope_head_dim + self.qk_rope_head_dim

    @property
    def softmax_scale(self):
        m = 0.1 * self.yarn["mscale_all_dim"] * math.log(self.yarn["factor"]) + 1.0
        return self.qk_head_dim ** -0.5 * m * m


def inverse_frequencies(shape):
    """YaRN's inverse frequencies, one for each interleaved pair of the rotary dimensions."""
    dim, yarn, theta = shape.qk_rope_head_dim, shape.yarn, shape.rope_theta
    index = torch.arange(dim // 2, dtype=torch.float64)
    extra = theta ** (-2.0 * index / dim)
    length = yarn["original_max_position_embeddings"]

    def corr(beta):
        return dim * math.log(length / (2 * math.pi * beta)) / (2 * math.log(theta))

    low = max(0, math.floor(corr(yarn["beta_fast"])))
    high = min(dim - 1, math.ceil(corr(yarn["beta_slow"])))
    if low == high:
        high += 0.001
    ramp = ((index - low) / (high - low)).clamp(0, 1)
    return extra / yarn["factor"] * ramp + extra * (1 - ramp)


def rotation_table(shape, length):
    """Cosine and sine for every position and pair (2i, 2i+1) of the rotary dimensions."""
    angle = torch.arange(length, dtype=torch.float64)[:, None] * inverse_frequencies(shape)[None]
    return angle.cos().float(), angle.sin().float()


# Products of many lengths are slow, because each new length is compiled anew: lengths are rounded up to a multiple.
STEP = 128


def rounded(length):
    return -(-length // STEP) * STEP


def sort_by_expert(chosen, experts):
    """Where the rows of [tokens, top] choices go: every expert's run begins at a multiple of STEP.

    Gives (order, place, bounds): the choice of every place (0 where none is), the place of every choice, the runs.
    """
    flat = chosen.flatten()
    sorted_ = flat.argsort(stable=True)
    counts = torch.bincount(flat, minlength=experts)
    runs = (counts + STEP - 1) // STEP * STEP
    starts = runs.cumsum(0) - runs
    placed = torch.arange(len(flat)) + (starts - (counts.cumsum(0) - counts))[flat[sorted_]]
    place, order = torch.empty_like(sorted_), sorted_.new_zeros(int(runs.sum()))
    place[sorted_], order[placed] = placed, sorted_
    return order, place, [(a, a + n) for a, n in zip(starts.tolist(), runs.tolist())]


class Spread(Function):
    """Copies each token's row to the sorted places of its top-k experts."""

    @staticmethod
    def forward(ctx, x, order, place, top):
        ctx.save_for_backward(place)
        ctx.top = top
        return x.index_select(0, order // top)

    @staticmethod
    def backward(ctx, grad):
        (place,) = ctx.saved_tensors
        back = grad.index_select(0, place)
        return back.view(-1, ctx.top, grad.shape[1]).sum(1), None, None, None


class Gather(Function):
    """Brings rows sorted by expert back into token order."""

    @staticmethod
    def forward(ctx, y, place):
        ctx.save_for_backward(place)
        ctx.rows = y.shape[0]
        return y.index_select(0, place)

    @staticmethod
    def backward(ctx, grad):
        (place,) = ctx.saved_tensors
        return grad.new_zeros(ctx.rows, grad.shape[1]).index_copy_(0, place, grad), None


class GroupedLinear(Function):
    """x @ W[e].T for each run of rows that belongs to expert e.

    The gradient of the weight is added straight to the parameter's own (sink.grad, never None while training),
    which is also how it passes the rounding of QAT unchanged.
    """

    @staticmethod
    def forward(ctx, x, weight, bounds, sink):
        ctx.save_for_backward(x, weight)
        ctx.bounds, ctx.sink = bounds, sink
        out = x.new_empty(x.shape[0], weight.shape[1])
        for e, (a, b) in enumerate(bounds):
            if b > a:
                torch.mm(x[a:b], weight[e].t(), out=out[a:b])
        return out

    @staticmethod
    def backward(ctx, grad):
        x, weight = ctx.saved_tensors
        grad = grad.contiguous()
        gx, gw = torch.empty_like(x), ctx.sink.grad.view_as(weight)
        for e, (a, b) in enumerate(ctx.bounds):
            if b > a:
                torch.mm(grad[a:b], weight[e], out=gx[a:b])
                if gw.dtype == x.dtype:
                    gw[e].addmm_(grad[a:b].t(), x[a:b])
                else:
                    gw[e].add_(grad[a:b].t() @ x[a:b])
        return gx, None, None, None


def fake_int4(weight):
    """Rounds to INT4 groups of 32 as the export does."""
    q, scale = quantise(weight.detach())
    return (q * scale.unsqueeze(-1)).view_as(weight)


class FakeBf16(Function):
    """Rounds to bfloat16 as the export does; the gradient passes straight through."""

    @staticmethod
    def forward(ctx, weight):
        return weight.bfloat16().float()

    @staticmethod
    def backward(ctx, grad):
        return grad


def quantise(weight, group=32):
    """Symmetric INT4: q in -7..7 (as Moonshot emits) and a bf16 scale for each group of a row.

    Dividing by 7 keeps the largest weight of a group exactly on the grid, so -8 never occurs.
    """
    grouped = weight.reshape(*weight.shape[:-1], -1, group)
    scale = (grouped.abs().amax(-1) / 7.0).clamp_min(1e-8).bfloat16().float()
    q = torch.round(grouped / scale.unsqueeze(-1)).clamp_(-7, 7)
    return q, scale


@dataclass
class Rows:
    """A batch: equally wide rows stand together; tokens of all groups are concatenated."""

    tokens: torch.Tensor      # int64 [N]
    groups: list              # (start, rows, width, mask [rows, width, width], additive)
    positions: torch.Tensor   # int64 [N]
    valid: torch.Tensor       # bool [N], false for padding
    where: torch.Tensor       # int64: places whose next token is predicted
    target: torch.Tensor      # int64: those next tokens
    source: torch.Tensor      # int64: the source each of them came from


def fast_type():
    """The type in which this processor multiplies matrices fastest."""
    flags = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    return torch.bfloat16 if "amx_bf16" in flags or "avx512_bf16" in flags else torch.float32


class Precision:
    """The type of the products, and which roundings of the export the forward pass already applies."""

    def __init__(self):
        self.compute = fast_type()
        self.int4 = False
        self.bf16 = False

    def expert(self, weight):
        return (fake_int4(weight) if self.int4 else weight.detach()).to(self.compute)

    def other(self, weight):
        """The weight as factor of a product."""
        return self.gain(weight).to(self.compute)

    def gain(self, weight):
        """The weight as it stands, in float32."""
        return FakeBf16.apply(weight) if self.bf16 else weight


class Attention(nn.Module):
    """Multi-head latent attention in its expanded form."""

    def __init__(self, shape):
        super().__init__()
        heads = shape.num_attention_heads
        self.shape = shape
        self.q_a_proj = weight(shape.q_lora_rank, shape.hidden_size)
        self.q_a_layernorm = ones(shape.q_lora_rank)
        self.q_b_proj = weight(heads * shape.qk_head_dim, shape.q_lora_rank)
        self.kv_a_proj_with_mqa = weight(shape.kv_lora_rank + shape.qk_rope_head_dim, shape.hidden_size)
        self.kv_a_layernorm = ones(shape.kv_lora_rank)
        self.kv_b_proj = weight(heads * (shape.qk_nope_head_dim + shape.v_head_dim), shape.kv_lora_rank)
        self.o_proj = zeros(shape.hidden_size, heads * shape.v_head_dim)
        # The files interleave the pairs that turn together, (2i, 2i+1); here they stand half a head apart.
        self.pairs = torch.arange(shape.qk_rope_head_dim).view(-1, 2).t().flatten()
        self.halves = torch.cat([torch.arange(shape.qk_nope_head_dim), shape.qk_nope_head_dim + self.pairs])

    def forward(self, x, rows, table, run):
        s, heads = self.shape, self.shape.num_attention_heads
        q = run.norm(F.linear(x, run.p(self.q_a_proj)), self.q_a_layernorm, s)
        q_b = self.q_b_proj.view(heads, s.qk_head_dim, -1).index_select(1, self.halves).flatten(0, 1)
        q = F.linear(q, run.p(q_b))
        kv_a = torch.cat([self.kv_a_proj_with_mqa[:s.kv_lora_rank], self.kv_a_proj_with_mqa[s.kv_lora_rank + self.pairs]])
        latent, k_pe = F.linear(x, run.p(kv_a)).split([s.kv_lora_rank, s.qk_rope_head_dim], -1)
        kv = F.linear(run.norm(latent, self.kv_a_layernorm, s), run.p(self.kv_b_proj))
        sizes = [count * width for _, count, width, _ in rows.groups]
        parts, out = zip(*(t.split(sizes) for t in (q, kv, k_pe, *table)), strict=True), []
        for part, (_, count, width, mask) in zip(parts, rows.groups):
            found = Attend.apply(*heads_of(*part, count, heads, s.qk_nope_head_dim), mask, heads, s.softmax_scale, run.see)
            out.append(found.view(count, heads, width, -1).transpose(1, 2).reshape(count * width, -1))
        return F.linear(torch.cat(out), run.p(self.o_proj))


class Gated(nn.Module):
    """The gated feed-forward network; gate and up are one matrix."""

    def __init__(self, shape, inner):
        super().__init__()
        self.gate_up = weight(2, inner, shape.hidden_size)
        self.down = zeros(shape.hidden_size, inner)

    def forward(self, x, run):
        return F.linear(swiglu(F.linear(x, run.p(self.gate_up).flatten(0, 1))), run.p(self.down))


class Experts(nn.Module):
    """K2's mixture: sigmoid router with a selection bias, top-k experts and one shared expert."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        count, inner = shape.n_routed_experts, shape.moe_intermediate_size
        self.router = weight(count, shape.hidden_size)
        self.register_buffer("bias", torch.zeros(count))
        self.gate_up = weight(count, 2, inner, shape.hidden_size)
        self.down = zeros(count, shape.hidden_size, inner)
        self.shared = Gated(shape, inner)

    def forward(self, x, rows, run, load):
        s = self.shape
        top, count = s.num_experts_per_tok, s.n_routed_experts
        score = F.linear(x.float(), run.gain(self.router)).sigmoid()
        chosen = (score.detach() + self.bias).topk(top, -1).indices
        gate = score.gather(1, chosen)
        gate = gate / (gate.sum(-1, keepdim=True) + 1e-20) * s.routed_scaling_factor
        order, place, bounds = sort_by_expert(chosen, count)
        load += torch.bincount(chosen[rows.valid].flatten(), minlength=count)
        xs = Spread.apply(x, order, place, top)
        inner = GroupedLinear.apply(xs, run.e(self.gate_up).flatten(1, 2), bounds, self.gate_up)
        y = GroupedLinear.apply(swiglu(inner), run.e(self.down), bounds, self.down)
        y = Gather.apply(y, place).view(-1, top, s.hidden_size)
        return (gate.unsqueeze(1).to(y.dtype) @ y).squeeze(1) + self.shared(x, run)


class Layer(nn.Module):
    def __init__(self, shape, dense):
        super().__init__()
        self.input_layernorm = ones(shape.hidden_size)
        self.post_attention_layernorm = ones(shape.hidden_size)
        self.attention = Attention(shape)
        self.mlp = Gated(shape, shape.intermediate_size) if dense else Experts(shape)
        self.dense = dense


class Run:
    """What one forward pass applies (roundings) and notes (the largest logit of every head)."""

    def __init__(self, precision, scale, watch=None):
        self.p, self.e, self.gain, self.type = precision.other, precision.expert, precision.gain, precision.compute
        self.scale, self.watch, self.layer = scale, watch, 0

    def norm(self, x, gain, shape):
        """RMSNorm in float32; the result is a factor of products."""
        return rms_norm(x, self.gain(gain), shape.rms_norm_eps, self.type)

    def see(self, scores, mask):
        """Notes the largest of [rows * heads, queries, keys] that the mask [rows, queries, keys] lets through."""
        if self.watch is not None:
            scores = scores.float() * self.scale
            top = (scores.unflatten(0, (len(mask), -1)) + mask.unsqueeze(1)).amax((0, 2, 3))
            torch.maximum(self.watch[self.layer], top, out=self.watch[self.layer])


class Moonlet(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape, self.precision = shape, Precision()
        self.embed = nn.Parameter(torch.randn(shape.vocab_size, shape.hidden_size) * 0.1)
        self.layers = nn.ModuleList(Layer(shape, n == 0) for n in range(shape.num_hidden_layers))
        self.norm = ones(shape.hidden_size)
        self.head = nn.Parameter(torch.randn(shape.vocab_size, shape.hidden_size) * 0.01)
        self.cos, self.sin = rotation_table(shape, shape.max_position_embeddings)

    def forward(self, rows, load, watch=None):
        """The loss of every predicted token; load [layers, experts] counts the router's choices."""
        run, s = Run(self.precision, self.shape.softmax_scale, watch), self.shape
        x = F.embedding(rows.tokens, run.gain(self.embed))
        table = self.cos[rows.positions], self.sin[rows.positions]
        for n, layer in enumerate(self.layers):
            run.layer = n
            x = x + layer.attention(run.norm(x, layer.input_layernorm, s), rows, table, run)
            y = run.norm(x, layer.post_attention_layernorm, s)
            x = x + (layer.mlp(y, run) if layer.dense else layer.mlp(y, rows, run, load[n]))
        asked = len(rows.where)
        where, target = (F.pad(t, (0, rounded(asked) - asked)) for t in (rows.where, rows.target))
        x = run.norm(x.index_select(0, where), self.norm, s)
        return CrossEntropy.apply(F.linear(x, run.p(self.head)), target)[:asked]


def weight(*size):
    return nn.Parameter(torch.randn(*size) * (0.7 / math.sqrt(size[-1])))


def zeros(*size):
    return nn.Parameter(torch.zeros(*size))


def ones(size):
    return nn.Parameter(torch.ones(size))
