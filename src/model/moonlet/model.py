"""Moonlet: Kimi K2's decoder, written for training on packed rows of equal width.

Parameters, their gradients and the residual stream are float32; products are taken in the precision's type. The forward
pass always sees the weights as the export will hold them: bfloat16, and the routed experts in INT4 once that is switched on.
"""

from dataclasses import dataclass, field
import math

import torch
from torch import nn
from torch.autograd import Function
import torch.nn.functional as F
from torch.nn.attention.flex_attention import create_block_mask, flex_attention


@dataclass(frozen=True)
class Shape:
    """The sizes of the model, under the names of K2's config.json."""

    vocab_size: int = 6144
    hidden_size: int = 256
    num_hidden_layers: int = 8
    num_attention_heads: int = 8
    q_lora_rank: int = 128
    kv_lora_rank: int = 512
    qk_nope_head_dim: int = 32
    qk_rope_head_dim: int = 64
    v_head_dim: int = 32
    intermediate_size: int = 1024
    moe_intermediate_size: int = 128
    n_routed_experts: int = 32
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
    """Cosine and sine for every position and pair (2i, 2i + 1) of the rotary dimensions."""
    angle = torch.arange(length, dtype=torch.float64)[:, None] * inverse_frequencies(shape)[None]
    return angle.cos().float(), angle.sin().float()


def quantise(weight, group=32):
    """Symmetric INT4: q in -7..7 (as Moonshot emits) and a bf16 scale for each group of a row.

    Dividing by 7 keeps the largest weight of a group exactly on the grid, so -8 never occurs.
    """
    grouped = weight.reshape(*weight.shape[:-1], -1, group)
    scale = (grouped.abs().amax(-1) / 7.0).clamp_min(1e-8).bfloat16().float()
    q = torch.round(grouped / scale.unsqueeze(-1)).clamp_(-7, 7)
    return q, scale


def fake_int4(weight):
    """Rounds to INT4 groups of 32 as the export does."""
    q, scale = quantise(weight)
    return (q * scale.unsqueeze(-1)).view_as(weight)


class Rounded(Function):
    """The weight as the export holds it, as a factor of products; the gradient passes straight through."""

    @staticmethod
    def forward(ctx, weight, int4, kind):
        return (fake_int4(weight) if int4 else weight.bfloat16()).to(kind)

    @staticmethod
    def backward(ctx, grad):
        return grad.float(), None, None


@dataclass
class Batch:
    """Rows of documents, all equally wide."""

    tokens: torch.Tensor    # [rows, width]
    docs: torch.Tensor      # [rows, width]: the document's number within its row, -1 for padding
    targets: torch.Tensor   # [rows, width]: the next token where it is predicted, else -100
    sources: torch.Tensor   # [rows, width]: the source the document came from

    def to(self, device):
        return Batch(*(t.to(device, non_blocking=True).long() for t in self.all()))

    def pin_memory(self):
        return Batch(*(t.pin_memory() for t in self.all()))

    def first(self, rows):
        return Batch(*(t[:rows] for t in self.all()))

    def all(self):
        return self.tokens, self.docs, self.targets, self.sources


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
        return grad.new_zeros(ctx.rows, grad.shape[1]).index_copy(0, place, grad), None


# Every expert's run of rows begins at a multiple of this, as grouped products want it.
STEP = 8


def sort_by_expert(chosen, experts):
    """Where the rows of [tokens, top] choices go, every expert's run padded to a multiple of STEP, the last one to the end.

    Gives (order, place, ends, counts): the choice of every place (0 where none is), the place of every choice, the end of
    every expert's run and how many chose it.
    """
    flat = chosen.flatten()
    sorted_ = flat.argsort(stable=True)
    counts = (flat.unsqueeze(1) == torch.arange(experts, device=flat.device)).sum(0)
    runs = (counts + STEP - 1) // STEP * STEP
    starts = runs.cumsum(0) - runs
    placed = torch.arange(len(flat), device=flat.device) + (starts - (counts.cumsum(0) - counts))[flat[sorted_]]
    size = len(flat) + STEP * experts
    order = torch.zeros(size, dtype=torch.int64, device=flat.device).index_copy(0, placed, sorted_)
    place = torch.zeros_like(flat).index_copy(0, sorted_, placed)
    ends = torch.cat([starts[1:], starts.new_full((1,), size)]).int()
    return order, place, ends, counts


def rms_norm(x, gain, shape):
    """RMSNorm in float32; the result is of the gain's type, a factor of products."""
    return (x.float() * torch.rsqrt(x.float().square().mean(-1, keepdim=True) + shape.rms_norm_eps) * gain.float()).to(gain.dtype)


def turned(x, table):
    """The pairs (2i, 2i + 1) of [rows, heads, width, dims] turned by the angles of their positions."""
    cos, sin = table
    even, odd = x.float().unflatten(-1, (-1, 2)).unbind(-1)
    return torch.stack([even * cos - odd * sin, even * sin + odd * cos], -1).flatten(-2).to(x.dtype)


def dense_mask(docs):
    """Which places see which: the same document, not the future."""
    return ((docs[:, :, None] == docs[:, None, :]).tril_()).unsqueeze(1)


def block_mask(docs):
    """The same as the blocks that are not left out, which a GPU computes alone."""
    rows, width = docs.shape
    return create_block_mask(lambda b, h, q, k: (q >= k) & (docs[b, q] == docs[b, k]), rows, None, width, width, device=docs.device)


def attend(q, k, v, mask, scale):
    if isinstance(mask, torch.Tensor):
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, scale=scale)
    return flex_attention(q, k, v, block_mask=mask, scale=scale)


def heads_of(x, w, table, s):
    """Queries, keys and values [rows, heads, width, dims] of latent attention in its expanded form."""
    def split(t):
        return t.unflatten(-1, (s.num_attention_heads, -1)).transpose(1, 2)
    q = split(F.linear(rms_norm(F.linear(x, w["q_a_proj"]), w["q_a_layernorm"], s), w["q_b_proj"]))
    latent, k_pe = F.linear(x, w["kv_a_proj_with_mqa"]).split([s.kv_lora_rank, s.qk_rope_head_dim], -1)
    kv = split(F.linear(rms_norm(latent, w["kv_a_layernorm"], s), w["kv_b_proj"]))
    nope = s.qk_nope_head_dim
    k_pe = turned(k_pe.unsqueeze(1), table).expand(-1, s.num_attention_heads, -1, -1)
    return torch.cat([q[..., :nope], turned(q[..., nope:], table)], -1), torch.cat([kv[..., :nope], k_pe], -1), kv[..., nope:].contiguous()


def attention(x, w, table, mask, s):
    found = attend(*heads_of(x, w, table, s), mask, s.softmax_scale)
    return F.linear(found.transpose(1, 2).flatten(2), w["o_proj"])


def swiglu(gate_up):
    gate, up = gate_up.float().chunk(2, -1)
    return (F.silu(gate) * up).to(gate_up.dtype)


def gated(x, gate_up, down):
    """The gated feed-forward network; gate and up are one matrix."""
    return F.linear(swiglu(F.linear(x, gate_up.flatten(0, 1))), down)


def experts(x, w, bias, s):
    """K2's mixture of [tokens, hidden]: sigmoid router with a selection bias, top-k experts and one shared; and their load."""
    score = F.linear(x.float(), w["router"].float()).sigmoid()
    chosen = (score.detach() + bias).topk(s.num_experts_per_tok, -1).indices
    gate = score.gather(1, chosen)
    gate = gate / (gate.sum(-1, keepdim=True) + 1e-20) * s.routed_scaling_factor
    order, place, ends, counts = sort_by_expert(chosen, s.n_routed_experts)
    rows = Spread.apply(x, order, place, s.num_experts_per_tok)
    inner = F.grouped_mm(rows, w["gate_up"].flatten(1, 2).transpose(1, 2), offs=ends)
    out = F.grouped_mm(swiglu(inner), w["down"].transpose(1, 2), offs=ends)
    out = Gather.apply(out, place).unflatten(0, chosen.shape)
    return (gate.unsqueeze(-1) * out.float()).sum(1) + gated(x, w["shared_gate_up"], w["shared_down"]), counts


def dropped(x, rate):
    """Each value left out with the probability of rate, a tensor so that changing it compiles nothing anew."""
    return x.float() * (torch.rand_like(x, dtype=torch.float32) >= rate) / (1 - rate)


def layer(x, w, bias, table, mask, rate, s):
    """One layer; without a router it is dense. Gives the residual stream and how many tokens chose each expert."""
    x = x + dropped(attention(rms_norm(x, w["input_layernorm"], s), w, table, mask, s), rate)
    y = rms_norm(x, w["post_attention_layernorm"], s)
    if "router" not in w:
        return x + dropped(gated(y, w["gate_up"], w["down"]), rate), None
    found, counts = experts(y.flatten(0, 1), w, bias, s)
    return x + dropped(found.view_as(x), rate), counts


def surprise(x, norm, head, targets, s):
    """The loss of every place in nats, zero where nothing is predicted."""
    logits = F.linear(rms_norm(x, norm, s), head)
    return F.cross_entropy(logits.flatten(0, 1).float(), targets.flatten(), reduction="none").view_as(targets)


def eager(piece):
    """Runs a piece of the model as it stands."""
    return piece


class Moonlet(nn.Module):
    """The parameters under short names, and the forward pass over them; run compiles the pieces it is made of."""

    def __init__(self, shape, kind=torch.float32, run=eager):
        super().__init__()
        self.shape, self.kind, self.int4 = shape, kind, False
        self.embed = nn.Parameter(torch.randn(shape.vocab_size, shape.hidden_size) * 0.1)
        self.layers = nn.ModuleList(parameters(shape, n == 0) for n in range(shape.num_hidden_layers))
        self.norm = ones(shape.hidden_size)
        self.head = nn.Parameter(torch.randn(shape.vocab_size, shape.hidden_size) * 0.01)
        self.register_buffer("bias", torch.zeros(shape.num_hidden_layers, shape.n_routed_experts), persistent=False)
        for name, value in zip(("cos", "sin"), rotation_table(shape, shape.max_position_embeddings)):
            self.register_buffer(name, value, persistent=False)
        self.register_buffer("rate", torch.zeros(()), persistent=False)
        self.layer, self.surprise = run(layer), run(surprise)
        self.mask = dense_mask if run is eager else run(block_mask)

    def weights(self, n):
        """Layer n's weights as the export will hold them."""
        routed = [name for name in ("gate_up", "down") if n > 0]
        return {name: Rounded.apply(p, self.int4 and name in routed, self.kind) for name, p in self.layers[n].items()}

    def forward(self, batch):
        """The loss of every place, zero where nothing is predicted; and how many tokens chose each expert of each layer."""
        s, width = self.shape, batch.tokens.shape[1]
        x = F.embedding(batch.tokens, Rounded.apply(self.embed, False, torch.float32))
        table, mask, loads = (self.cos[:width], self.sin[:width]), self.mask(batch.docs), [torch.zeros_like(self.bias[0])]
        for n in range(s.num_hidden_layers):
            x, load = self.layer(x, self.weights(n), self.bias[n], table, mask, self.rate if self.training else self.rate * 0, s)
            loads += [load] if load is not None else []
        return self.surprise(x, Rounded.apply(self.norm, False, self.kind), Rounded.apply(self.head, False, self.kind), batch.targets, s), loads

    @torch.no_grad()
    def largest(self, batch):
        """The largest attention logit of every head of every layer [layers, heads], worked out in full."""
        s, width, found = self.shape, batch.tokens.shape[1], []
        x, table, seen = F.embedding(batch.tokens, self.embed), (self.cos[:width], self.sin[:width]), dense_mask(batch.docs)
        for n in range(s.num_hidden_layers):
            w = self.weights(n)
            q, k, _ = heads_of(rms_norm(x, w["input_layernorm"], s), w, table, s)
            scores = (q @ k.transpose(2, 3)).float() * s.softmax_scale
            found.append(scores.masked_fill_(~seen, float("-inf")).amax((0, 2, 3)))
            x, _ = layer(x, w, self.bias[n], table, seen, self.rate * 0, s)
        return torch.stack(found)


def parameters(s, dense):
    """One layer's parameters."""
    heads, hidden, inner = s.num_attention_heads, s.hidden_size, s.moe_intermediate_size
    found = {
        "input_layernorm": ones(hidden), "post_attention_layernorm": ones(hidden),
        "q_a_proj": weight(s.q_lora_rank, hidden), "q_a_layernorm": ones(s.q_lora_rank),
        "q_b_proj": weight(heads * s.qk_head_dim, s.q_lora_rank),
        "kv_a_proj_with_mqa": weight(s.kv_lora_rank + s.qk_rope_head_dim, hidden), "kv_a_layernorm": ones(s.kv_lora_rank),
        "kv_b_proj": weight(heads * (s.qk_nope_head_dim + s.v_head_dim), s.kv_lora_rank),
        "o_proj": zeros(hidden, heads * s.v_head_dim)}
    if dense:
        return nn.ParameterDict(found | {"gate_up": weight(2, s.intermediate_size, hidden), "down": zeros(hidden, s.intermediate_size)})
    return nn.ParameterDict(found | {
        "router": weight(s.n_routed_experts, hidden), "gate_up": weight(s.n_routed_experts, 2, inner, hidden),
        "down": zeros(s.n_routed_experts, hidden, inner), "shared_gate_up": weight(2, inner, hidden), "shared_down": zeros(hidden, inner)})


def weight(*size):
    return nn.Parameter(torch.randn(*size) * (0.7 / math.sqrt(size[-1])))


def zeros(*size):
    return nn.Parameter(torch.zeros(*size))


def ones(size):
    return nn.Parameter(torch.ones(size))
