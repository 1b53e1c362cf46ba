"""Writes transformers-golden.jsonl: the logits of small random models as Hugging Face transformers computes them in float32.

    pip install torch==2.15.0 transformers==5.24.0 numpy && python golden.py > ../../resources/dev/perigee/engine/model/transformers-golden.jsonl

No weight is stored: every tensor is a function of its name (see bits), which HashedCheckpoint.java writes down a second time.
"""

import base64
import json
import math
import sys

import numpy as np
import torch
from transformers import DeepseekV2Config, DeepseekV2ForCausalLM, DeepseekV3Config, DeepseekV3ForCausalLM

BASE = {
    "hidden_act": "silu", "attention_bias": False, "tie_word_embeddings": False, "hidden_size": 64, "intermediate_size": 96,
    "moe_intermediate_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 4, "q_lora_rank": 24,
    "kv_lora_rank": 48, "qk_nope_head_dim": 16, "qk_rope_head_dim": 8, "v_head_dim": 16, "n_routed_experts": 8,
    "n_shared_experts": 1, "num_experts_per_tok": 3, "n_group": 1, "topk_group": 1, "first_k_dense_replace": 1,
    "routed_scaling_factor": 2.5, "norm_topk_prob": True, "rms_norm_eps": 1e-6, "rope_theta": 50000.0,
    "max_position_embeddings": 4096, "vocab_size": 96}
SIGMOID = {"model_type": "deepseek_v3", "scoring_func": "sigmoid", "topk_method": "noaux_tc"}
SOFTMAX = {"model_type": "deepseek_v2", "scoring_func": "softmax", "topk_method": "greedy", "norm_topk_prob": False}


def yarn(factor, fast, slow, mscale=1.0, all_dim=1.0):
    return {"rope_scaling": {"type": "yarn", "factor": factor, "original_max_position_embeddings": 64, "beta_fast": fast,
                             "beta_slow": slow, "mscale": mscale, "mscale_all_dim": all_dim}}


CASES = [
    ("kimi-k2 bf16, YaRN 1/1", SIGMOID | {"model_type": "kimi_k2"} | yarn(32.0, 1.0, 1.0), "BF16", 0),
    ("moonlight f32, no query compression, no YaRN, two shared experts",
     SIGMOID | {"q_lora_rank": None, "n_shared_experts": 2, "rope_scaling": None}, "F32", 0),
    ("deepseek-v3 bf16, 8 groups, 3 dense layers, YaRN 32/1",
     SIGMOID | {"n_group": 8, "topk_group": 4, "n_routed_experts": 16, "first_k_dense_replace": 3, "num_hidden_layers": 5,
                "rope_theta": 10000.0} | yarn(40.0, 32.0, 1.0), "BF16", 0),
    ("f16, mscale 1 and mscale_all_dim 0.7, 2 dense layers",
     SIGMOID | {"first_k_dense_replace": 2, "num_hidden_layers": 4} | yarn(16.0, 32.0, 1.0, 1.0, 0.7), "F16", 0),
    ("kimi-k2-thinking INT4 experts, eps 1e-5, inner norms 1e-6",
     SIGMOID | {"model_type": "kimi_k2", "rms_norm_eps": 1e-5} | yarn(64.0, 1.0, 1.0), "INT4", 1e-6),
    ("kimi-k2-thinking INT4 experts, eps 1e-5 everywhere",
     SIGMOID | {"model_type": "kimi_k2", "rms_norm_eps": 1e-5} | yarn(64.0, 1.0, 1.0), "INT4", 0),
    ("deepseek-v3 FP8 with partial tiles",
     SIGMOID | {"hidden_size": 160, "intermediate_size": 288, "moe_intermediate_size": 144, "q_lora_rank": 136,
                "kv_lora_rank": 200, "n_group": 2, "topk_group": 1, "n_routed_experts": 8} | yarn(40.0, 32.0, 1.0), "FP8", 0),
    ("deepseek-v2-lite bf16, softmax, greedy, mscale 0.707",
     SOFTMAX | {"q_lora_rank": None, "n_shared_experts": 2, "routed_scaling_factor": 1.0} | yarn(40.0, 32.0, 1.0, 0.707, 0.707),
     "BF16", 0),
    ("deepseek-v2 bf16, softmax, group_limited_greedy",
     SOFTMAX | {"topk_method": "group_limited_greedy", "n_group": 4, "topk_group": 2, "routed_scaling_factor": 16.0}
     | yarn(40.0, 32.0, 1.0), "BF16", 0),
]
TOKENS = [(i * 37 + i * i * 11 + 5) % 96 for i in range(96)]


def bits(name, count):
    """64 bits for each element: splitmix64 from the FNV-1a hash of the name."""
    seed = 0xcbf29ce484222325
    for byte in name.encode():
        seed = (seed ^ byte) * 0x100000001b3 % 2 ** 64
    x = (np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9e3779b97f4a7c15))
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xbf58476d1ce4e5b9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94d049bb133111eb)
    return x ^ (x >> np.uint64(31))


def signed(name, count):
    """-128 to 127 from the highest byte."""
    return (bits(name, count) >> np.uint64(56)).astype(np.uint8).astype(np.int8).astype(np.float32)


def plain(name, shape):
    """A weight whose values have eight bits, so that bf16, f16 and f32 hold the same."""
    b = signed(name, math.prod(shape))
    if "norm" in name:
        return 1 + b / 256
    if name.endswith("correction_bias"):
        return b / 512
    return b / 128 * np.float32(2.0 ** (1 - round(math.log2(shape[-1]) / 2)))


def is_latent(module):
    return module.endswith((".q_a_proj", ".kv_a_proj_with_mqa"))


def int4(name, rows, columns):
    words = bits(name + ".weight_packed", rows * columns // 8).astype(np.uint32)
    nibbles = (words[:, None] >> (4 * np.arange(8, dtype=np.uint32))) & 15
    scales = (128 + (signed(name + ".weight_scale", rows * columns // 32).astype(np.int32) & 127)) * np.float32(2.0 ** -13)
    return (nibbles.reshape(rows, -1, 32).astype(np.float32) - 8) * scales.astype(np.float32).reshape(rows, -1, 1)


def fp8(name, rows, columns):
    raw = (bits(name + ".weight", rows * columns) & np.uint64(255)).astype(np.uint8)
    raw = np.where(raw & 127 == 127, raw ^ 1, raw).astype(np.uint8)
    values = torch.from_numpy(raw).view(torch.float8_e4m3fn).float().numpy().reshape(rows, columns)
    tiles = (-(-rows // 128), -(-columns // 128))
    scales = ((384 + signed(name + ".weight_scale_inv", math.prod(tiles))) / 256 * np.float32(2.0 ** -10)).reshape(tiles)
    return values * np.repeat(np.repeat(scales, 128, 0)[:rows], 128, 1)[:, :columns]


class Tensors:
    """Makes the tensors of one checkpoint and keeps the list of what its file holds."""

    def __init__(self, store, shrink):
        self.store, self.shrink, self.files = store, shrink, []

    def vector(self, name, size):
        self.files.append([name, "F32", [size]])
        return torch.from_numpy(plain(name, [size]).astype(np.float32))

    def matrix(self, module, rows, columns, kind):
        """kind: 'expert', 'linear' or 'other', which decides what the store does with it."""
        if self.store == "INT4" and kind == "expert":
            self.files += [[module + ".weight_packed", "I32", [rows, columns // 8]],
                           [module + ".weight_scale", "BF16", [rows, columns // 32]],
                           [module + ".weight_shape", "I32", [2], [rows, columns]]]
            value = int4(module, rows, columns)
        elif self.store == "FP8" and kind != "other":
            self.files += [[module + ".weight", "F8_E4M3", [rows, columns]],
                           [module + ".weight_scale_inv", "F32", [-(-rows // 128), -(-columns // 128)]]]
            value = fp8(module, rows, columns)
        else:
            self.files.append([module + ".weight", self.store if self.store in ("F32", "F16") else "BF16", [rows, columns]])
            value = plain(module + ".weight", [rows, columns]) * np.float32(2.0 ** (-self.shrink if is_latent(module) else 0))
        return torch.from_numpy(np.ascontiguousarray(value, np.float32).reshape(rows, columns))


def kind_of(name):
    if "experts" in name and "shared" not in name:
        return "expert"
    return "other" if "embed" in name or "lm_head" in name or name.endswith("mlp.gate") else "linear"


def state(model, tensors):
    """The weights under transformers' names; its experts of a layer are one tensor, gate and up together."""
    out = {}
    for name, p in model.state_dict().items():
        module = name.rsplit(".", 1)[0]
        if name.endswith("experts.gate_up_proj"):
            inner = p.shape[1] // 2
            out[name] = torch.stack([torch.cat([
                tensors.matrix(f"{module}.{e}.{half}_proj", inner, p.shape[2], "expert") for half in ("gate", "up")])
                for e in range(p.shape[0])])
        elif name.endswith("experts.down_proj"):
            out[name] = torch.stack([tensors.matrix(f"{module}.{e}.down_proj", *p.shape[1:], "expert")
                                     for e in range(p.shape[0])])
        elif p.dim() == 2:
            out[name] = tensors.matrix(module, *p.shape, kind_of(module))
        else:
            out[name] = tensors.vector(name, p.shape[0])
    return out


def reference(config, inner_eps, tensors):
    own = {k: v for k, v in config.items() if k not in ("model_type", "scoring_func", "rope_scaling", "rope_theta")}
    own["rope_parameters"] = {"rope_type": "default", "rope_theta": config["rope_theta"]}
    if config["rope_scaling"]:
        own["rope_parameters"] |= {k: v for k, v in config["rope_scaling"].items() if k != "type"} | {"rope_type": "yarn"}
    second = config["model_type"] == "deepseek_v2"
    kind, make = (DeepseekV2Config, DeepseekV2ForCausalLM) if second else (DeepseekV3Config, DeepseekV3ForCausalLM)
    model = make._from_config(kind(**own), attn_implementation="eager").float().eval()
    model.load_state_dict(state(model, tensors), strict=True)
    for name, module in model.named_modules():
        if name.endswith(("q_a_layernorm", "kv_a_layernorm")):
            module.variance_epsilon = inner_eps or config["rms_norm_eps"]
    return model


def main():
    torch.set_num_threads(1)
    for name, changed, store, inner_eps in CASES:
        # Small latents let an epsilon of 1e-5 be told from one of 1e-6.
        config, shrink = BASE | changed, 6 if changed.get("rms_norm_eps") else 0
        tensors = Tensors(store, shrink)
        model = reference(config, inner_eps, tensors)
        with torch.no_grad():
            logits = model(torch.tensor([TOKENS])).logits[0].float().numpy()
        if store == "INT4":
            config["quantization_config"] = {"quant_method": "compressed-tensors", "format": "pack-quantized", "config_groups": {
                "group_0": {"weights": {"num_bits": 4, "type": "int", "symmetric": True, "group_size": 32, "actorder": None}}}}
        if store == "FP8":
            config["quantization_config"] = {"quant_method": "fp8", "fmt": "e4m3", "activation_scheme": "dynamic",
                                             "weight_block_size": [128, 128]}
        print(json.dumps({"name": name, "config": config, "latent_norm_eps": inner_eps, "shrink": shrink, "tensors": tensors.files, "tokens": TOKENS,
                          "logits": base64.b64encode(logits.astype("<f4").tobytes()).decode()}, separators=(",", ":")))
        print(name, f"logits {logits.std():.3f} std, top {logits.max():.2f}", file=sys.stderr)


main()
