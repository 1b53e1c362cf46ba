"""An independent reading of an exported folder: unpacks the files itself and computes in float32.

Nothing here is shared with the training code, so agreement between the two means something.
"""

import json
import math
from pathlib import Path

from safetensors.torch import load_file
import torch
import torch.nn.functional as F


def unpack(words, scale, shape):
    """w = (nibble - 8) * scale, lowest nibble first."""
    rows, columns = shape.tolist()
    nibbles = (words.to(torch.int64).unsqueeze(-1) >> (4 * torch.arange(8))) & 15
    grouped = (nibbles - 8).float().reshape(rows, scale.shape[1], -1)
    return (grouped * scale.float().unsqueeze(-1)).reshape(rows, columns)


def read(folder):
    raw = load_file(Path(folder) / "model.safetensors")
    out = {}
    for name, value in raw.items():
        stem, kind = name.rsplit(".", 1)
        if kind == "weight_packed":
            out[stem + ".weight"] = unpack(value, raw[stem + ".weight_scale"], raw[stem + ".weight_shape"])
        elif kind not in ("weight_scale", "weight_shape"):
            out[name] = value.float()
    return out


def shared(x, y):
    """The products of every head of x [batch, heads, time, inner] with the one y [batch, inner, outer], which is not copied for each."""
    return (x.flatten(1, 2) @ y).unflatten(1, x.shape[1:3])


class Reference:
    """The model with a cache of latents; sequences of a batch are left-padded."""

    def __init__(self, folder=None, weights=None, config=None):
        self.w = weights if weights is not None else read(folder)
        self.c = config if config is not None else json.loads((Path(folder) / "config.json").read_text())
        c = self.c
        self.heads, self.nope, self.rope = c["num_attention_heads"], c["qk_nope_head_dim"], c["qk_rope_head_dim"]
        m = 0.1 * c["rope_scaling"]["mscale_all_dim"] * math.log(c["rope_scaling"]["factor"]) + 1
        self.scale = m * m / math.sqrt(self.nope + self.rope)
        self.frequencies = torch.tensor([self.frequency(i) for i in range(self.rope // 2)])
        self.experts = [self.stack(n) for n in range(c["num_hidden_layers"])]

    def frequency(self, i):
        y, theta, dim = self.c["rope_scaling"], self.c["rope_theta"], self.rope
        plain = theta ** (-2 * i / dim)

        def corr(beta):
            return dim * math.log(y["original_max_position_embeddings"] / (beta * 2 * math.pi)) / (2 * math.log(theta))

        low, high = max(0, math.floor(corr(y["beta_fast"]))), min(dim - 1, math.ceil(corr(y["beta_slow"])))
        ramp = min(1.0, max(0.0, (i - low) / (high - low if high > low else 0.001)))
        return plain / y["factor"] * ramp + plain * (1 - ramp)

    def stack(self, layer):
        """The expert matrices of a layer as (gate, up, down) stacks; None in a dense layer."""
        name = f"model.layers.{layer}.mlp.experts."
        if name + "0.gate_proj.weight" not in self.w:
            return None
        count = self.c["n_routed_experts"]
        return [torch.stack([self.w[f"{name}{e}.{part}_proj.weight"] for e in range(count)])
                for part in ("gate", "up", "down")]

    def norm(self, x, name):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.c["rms_norm_eps"]) * self.w[name + ".weight"]

    def turn(self, x, positions):
        """Rotates interleaved pairs; x [batch, heads, time, rope], positions [batch, time]."""
        angle = positions[:, None, :, None] * self.frequencies
        cos, sin = angle.cos(), angle.sin()
        even, odd = x[..., 0::2], x[..., 1::2]
        return torch.stack([even * cos - odd * sin, even * sin + odd * cos], -1).flatten(-2)

    def attention(self, x, n, positions, mask, cache):
        name = f"model.layers.{n}.self_attn."
        batch, time, _ = x.shape
        q = F.linear(self.norm(F.linear(x, self.w[name + "q_a_proj.weight"]), name + "q_a_layernorm"),
                     self.w[name + "q_b_proj.weight"])
        q = q.view(batch, time, self.heads, -1).transpose(1, 2)
        q_nope, q_pe = q[..., :self.nope], self.turn(q[..., self.nope:], positions)
        c = F.linear(x, self.w[name + "kv_a_proj_with_mqa.weight"])
        rank = self.c["kv_lora_rank"]
        latent = self.norm(c[..., :rank], name + "kv_a_layernorm")
        k_pe = self.turn(c[:, None, :, rank:], positions)[:, 0]
        if cache[n] is not None:
            latent, k_pe = torch.cat([cache[n][0], latent], 1), torch.cat([cache[n][1], k_pe], 1)
        cache[n] = (latent, k_pe)
        kv_b = self.w[name + "kv_b_proj.weight"].view(self.heads, -1, rank)
        w_k, w_v = kv_b[:, :self.nope], kv_b[:, self.nope:]
        lifted = torch.einsum("bhtd,hdr->bhtr", q_nope, w_k)
        scores = shared(lifted, latent.transpose(1, 2)) + shared(q_pe, k_pe.transpose(1, 2))
        p = (scores * self.scale).masked_fill(mask, float("-inf")).softmax(-1)
        out = torch.einsum("bhtr,hvr->bthv", shared(p, latent), w_v)
        return F.linear(out.flatten(-2), self.w[name + "o_proj.weight"])

    def gated(self, x, name):
        inner = F.silu(F.linear(x, self.w[name + "gate_proj.weight"])) * F.linear(x, self.w[name + "up_proj.weight"])
        return F.linear(inner, self.w[name + "down_proj.weight"])

    def mixture(self, x, n):
        name = f"model.layers.{n}.mlp."
        flat = x.reshape(-1, x.shape[-1])
        score = torch.sigmoid(F.linear(flat, self.w[name + "gate.weight"]))
        chosen = (score + self.w[name + "gate.e_score_correction_bias"]).topk(self.c["num_experts_per_tok"], -1).indices
        weight = score.gather(1, chosen)
        weight = weight / (weight.sum(-1, keepdim=True) + 1e-20) * self.c["routed_scaling_factor"]
        gate, up, down = self.experts[n]
        out = torch.zeros_like(flat)
        for e in chosen.unique().tolist():
            row, place = (chosen == e).nonzero(as_tuple=True)
            inner = F.silu(F.linear(flat[row], gate[e])) * F.linear(flat[row], up[e])
            out.index_add_(0, row, F.linear(inner, down[e]) * weight[row, place, None])
        return out.view_as(x) + self.gated(x, name + "shared_experts.")

    def forward(self, ids, positions, mask, cache, last_only=True):
        x = self.w["model.embed_tokens.weight"][ids]
        for n in range(self.c["num_hidden_layers"]):
            name = f"model.layers.{n}."
            x = x + self.attention(self.norm(x, name + "input_layernorm"), n, positions, mask, cache)
            y = self.norm(x, name + "post_attention_layernorm")
            x = x + (self.gated(y, name + "mlp.") if self.experts[n] is None else self.mixture(y, n))
        x = self.norm(x[:, -1:] if last_only else x, "model.norm")
        return F.linear(x, self.w["lm_head.weight"])

    @torch.no_grad()
    def logits(self, ids):
        """The logits after every token of one sequence."""
        length = len(ids)
        mask = torch.ones(length, length, dtype=torch.bool).triu(1)
        positions = torch.arange(length)[None].float()
        empty = [None] * self.c["num_hidden_layers"]
        return self.forward(torch.tensor([ids]), positions, mask, empty, last_only=False)[0]

    @torch.no_grad()
    def generate(self, prompts, max_tokens, stop=(), watch=None):
        """Greedy continuations of a batch of prompts; watch(step, logits [batch, vocabulary]) sees every step."""
        width, batch = max(map(len, prompts)), len(prompts)
        pad = torch.tensor([width - len(p) for p in prompts])
        ids = torch.tensor([[0] * (width - len(p)) + list(p) for p in prompts])
        seen = torch.arange(width + max_tokens)[None] >= pad[:, None]
        positions = (torch.arange(width)[None] - pad[:, None]).clamp_min(0).float()
        future = torch.ones(width, width, dtype=torch.bool).triu(1)
        mask = (future[None] | ~seen[:, None, :width]) & ~torch.eye(width, dtype=torch.bool)
        cache = [None] * self.c["num_hidden_layers"]
        logits = self.forward(ids, positions, mask[:, None], cache)[:, -1]
        outputs, open_ = [[] for _ in prompts], [True] * batch
        for step in range(max_tokens):
            if watch is not None:
                watch(step, logits)
            best = logits.argmax(-1)
            for b, token in enumerate(best.tolist()):
                if open_[b]:
                    outputs[b].append(token)
                    open_[b] = token not in stop
            if not any(open_) or step == max_tokens - 1:
                break
            where = width + step
            positions = (where - pad)[:, None].float()
            hidden = ~seen[:, None, None, :where + 1]
            logits = self.forward(best[:, None], positions, hidden, cache)[:, -1]
        return outputs
