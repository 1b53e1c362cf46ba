"""Turns exported weights back into a checkpoint, so that training goes on where the shipped model stands."""

import argparse
from pathlib import Path

import torch

from .model import Moonlet, Shape
from .reference import read

ROOT = Path(__file__).parents[1]


def parameters(w, shape):
    """The training parameters (see model.Moonlet) from tensors under the names of K2's files."""
    out = {"embed": w["model.embed_tokens.weight"], "norm": w["model.norm.weight"], "head": w["lm_head.weight"]}
    for n in range(shape.num_hidden_layers):
        new, old = f"layers.{n}.", f"model.layers.{n}."
        for name in ("input_layernorm", "post_attention_layernorm"):
            out[new + name] = w[f"{old}{name}.weight"]
        for name in ("q_a_proj", "q_a_layernorm", "q_b_proj", "kv_a_proj_with_mqa", "kv_a_layernorm", "kv_b_proj", "o_proj"):
            out[f"{new}attention.{name}"] = w[f"{old}self_attn.{name}.weight"]
        if n == 0:
            out |= gated(new + "mlp", old + "mlp", w)
        else:
            out |= mixture(new + "mlp", old + "mlp", w, shape.n_routed_experts)
    return out


def gated(new, old, w):
    gate_up = torch.stack([w[f"{old}.gate_proj.weight"], w[f"{old}.up_proj.weight"]])
    return {new + ".gate_up": gate_up, new + ".down": w[f"{old}.down_proj.weight"]}


def mixture(new, old, w, count):
    experts = [gated("", f"{old}.experts.{e}", w) for e in range(count)]
    stacked = {f"{new}{part}": torch.stack([e[part] for e in experts]) for part in (".gate_up", ".down")}
    return {f"{new}.router": w[f"{old}.gate.weight"]} | gated(new + ".shared", f"{old}.shared_experts", w) | stacked


def biases(w, shape):
    rows = [torch.zeros(shape.n_routed_experts)]
    rows += [w[f"model.layers.{n}.mlp.gate.e_score_correction_bias"] for n in range(1, shape.num_hidden_layers)]
    return torch.stack(rows)


def main(argv):
    parser = argparse.ArgumentParser(prog="moonlet warm")
    parser.add_argument("--weights", default=str(ROOT / "weights"))
    parser.add_argument("--tokens", type=int, default=0, help="tokens that the weights have seen, for the log")
    parser.add_argument("--to", default=str(ROOT / "work" / "stable.pt"))
    args = parser.parse_args(argv)
    shape = Shape()
    weights = read(args.weights)
    model = parameters(weights, shape)
    named = dict(Moonlet(shape).named_parameters())
    if {n: p.shape for n, p in named.items()} != {n: p.shape for n, p in model.items()}:
        raise SystemExit(f"{args.weights}: not a model of Moonlet's shape")
    # The optimiser's moments are not exported: they start at zero and fill within a few dozen steps.
    zeros = {n: torch.zeros_like(p) for n, p in model.items()}
    torch.save({"model": model, "first": zeros, "second": zeros, "bias": biases(weights, shape), "step": args.tokens // 8192,
                "tokens": args.tokens, "loader": {"owed": {}, "sources": {}}, "progress": 0.0}, args.to)
    print(f"wrote {args.to}")
