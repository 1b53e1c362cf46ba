"""Reads an exported folder back into the parameters of training; the routed experts are what their INT4 says."""

import torch

from .export import ATTENTION, NORMS
from .reference import read


def parameters(folder, shape):
    """The state and the routers' bias that the folder was written from, as rounded there."""
    raw = read(folder)
    state = {"embed": raw["model.embed_tokens.weight"], "norm": raw["model.norm.weight"], "head": raw["lm_head.weight"]}
    bias = torch.zeros(shape.num_hidden_layers, shape.n_routed_experts)
    for n in range(shape.num_hidden_layers):
        new, old = f"layers.{n}.", f"model.layers.{n}."
        state |= {new + name: raw[f"{old}{name}.weight"] for name in NORMS}
        state |= {new + name: raw[f"{old}self_attn.{name}.weight"] for name in ATTENTION}
        if n == 0:
            state[new + "gate_up"], state[new + "down"] = gated(raw, old + "mlp")
            continue
        bias[n] = raw[old + "mlp.gate.e_score_correction_bias"]
        state[new + "router"] = raw[old + "mlp.gate.weight"]
        state[new + "shared_gate_up"], state[new + "shared_down"] = gated(raw, old + "mlp.shared_experts")
        routed = [gated(raw, f"{old}mlp.experts.{e}") for e in range(shape.n_routed_experts)]
        state[new + "gate_up"], state[new + "down"] = (torch.stack(part) for part in zip(*routed))
    return state, bias


def gated(raw, name):
    gate, up, down = (raw[f"{name}.{part}_proj.weight"] for part in ("gate", "up", "down"))
    return torch.stack([gate, up]), down
