"""MuonClip: Muon for matrices, AdamW for the rest, and QK-Clip, over parameters in shared memory."""

import torch

from .model import fast_type

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
TYPE = fast_type()


def orthogonalise(m):
    """Five Newton-Schulz steps on a stack of matrices [n, rows, columns]."""
    a, b, c = COEFFICIENTS
    turned = m.shape[1] > m.shape[2]
    x = m.transpose(1, 2) if turned else m
    x = (x / (x.flatten(1).norm(dim=1)[:, None, None] + 1e-7)).to(TYPE)
    for _ in range(5):
        s = torch.bmm(x, x.transpose(1, 2))
        x = torch.baddbmm(x, torch.baddbmm(s, s, s, beta=b, alpha=c), x, beta=a)
    return x.transpose(1, 2) if turned else x


def muon(param, grad, momentum, rate, decay=0.1, mu=0.95):
    """One Muon step on a stack of matrices; momentum is updated in place."""
    momentum.mul_(mu).add_(grad)
    update = orthogonalise(grad.add(momentum, alpha=mu).view(-1, *param.shape[-2:]))
    scale = 0.2 * max(param.shape[-2:]) ** 0.5
    param.mul_(1 - rate * decay).add_(update.reshape(param.shape), alpha=-rate * scale)


def muon_pair(param, grad, momentum, rate, heads, first_rows):
    """Muon on kv_b_proj as the two matrices it is, keys and values, whose rows lie interleaved by head."""
    views = [t.view(heads, -1, t.shape[-1]).split([first_rows, t.shape[0] // heads - first_rows], 1)
             for t in (param, grad, momentum)]
    for p, g, m in zip(*views):
        rows = p.flatten(0, 1), g.flatten(0, 1), m.flatten(0, 1)
        muon(*rows, rate)
        p.copy_(rows[0].view_as(p)), m.copy_(rows[2].view_as(m))


def adamw(param, grad, first, second, rate, step, decay):
    b1, b2 = 0.9, 0.95
    first.lerp_(grad, 1 - b1)
    second.mul_(b2).addcmul_(grad, grad, value=1 - b2)
    root = (second / (1 - b2 ** step)).sqrt_().add_(1e-8)
    param.mul_(1 - rate * decay).addcdiv_(first, root, value=-rate / (1 - b1 ** step))


def is_matrix(name):
    return not any(part in name for part in ("embed", "head", "norm", "router"))


def matrix_cost(param):
    """Multiplications of one Newton-Schulz step, for dealing the work out to the ranks."""
    rows, columns = sorted(param.shape[-2:])
    return param.numel() // (rows * columns) * rows * rows * (2 * columns + rows)


def qk_clip(model, largest, limit=100.0):
    """Scales the query and key rows of every head whose largest logit passed the limit."""
    s, clipped = model.shape, 0
    for n, layer in enumerate(model.layers):
        q = layer.attention.q_b_proj.data.view(s.num_attention_heads, s.qk_head_dim, -1)
        kv = layer.attention.kv_b_proj.data.view(s.num_attention_heads, -1, s.kv_lora_rank)
        for h in range(s.num_attention_heads):
            top = float(largest[n, h])
            if top <= limit:
                continue
            ratio, clipped = limit / top, clipped + 1
            q[h, :s.qk_nope_head_dim] *= ratio ** 0.5
            q[h, s.qk_nope_head_dim:] *= ratio
            kv[h, :s.qk_nope_head_dim] *= ratio ** 0.5
    return clipped
