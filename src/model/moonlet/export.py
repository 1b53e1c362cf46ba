"""Writes a training checkpoint as a Hugging Face folder the way Moonshot ships K2-Thinking."""

import argparse
import json
from pathlib import Path
import shutil

from safetensors.torch import save_file
import torch

from .model import Moonlet, Shape, quantise
from .tokenizer import BASE, special_tokens

GROUP = 32
# Kept in decoded text, as K2 has it, so that a parser can see them.
TEXTUAL = {"<think>", "</think>", "<|tool_calls_section_begin|>", "<|tool_calls_section_end|>",
           "<|tool_call_begin|>", "<|tool_call_argument_begin|>", "<|tool_call_end|>"}


def pack(weight):
    """compressed-tensors pack-quantized: eight nibbles a word, lowest first, stored as q + 8."""
    q, scale = quantise(weight, GROUP)
    nibbles = (q.reshape(weight.shape[0], -1, 8).to(torch.int64) + 8)
    words = (nibbles << (4 * torch.arange(8))).sum(-1)
    words = torch.where(words >= 2 ** 31, words - 2 ** 32, words).to(torch.int32)
    return {"weight_packed": words, "weight_scale": scale.bfloat16(),
            "weight_shape": torch.tensor(weight.shape, dtype=torch.int32)}


NORMS = ("input_layernorm", "post_attention_layernorm")
ATTENTION = ("q_a_proj", "q_a_layernorm", "q_b_proj", "kv_a_proj_with_mqa", "kv_a_layernorm", "kv_b_proj", "o_proj")


def tensors(state, bias, shape):
    """The checkpoint under the names of K2's files."""
    out = {"model.embed_tokens.weight": state["embed"].bfloat16(), "model.norm.weight": state["norm"].bfloat16(),
           "lm_head.weight": state["head"].bfloat16()}
    for n in range(shape.num_hidden_layers):
        old, new = f"layers.{n}.", f"model.layers.{n}."
        for name in NORMS:
            out[f"{new}{name}.weight"] = state[old + name].bfloat16()
        for name in ATTENTION:
            out[f"{new}self_attn.{name}.weight"] = state[old + name].bfloat16()
        if n == 0:
            out |= gated(f"{new}mlp", state[old + "gate_up"], state[old + "down"])
        else:
            out |= mixture(f"{new}mlp", old, state, bias[n])
    return {k: v.contiguous() for k, v in out.items()}


def gated(name, gate_up, down):
    return {f"{name}.gate_proj.weight": gate_up[0].bfloat16(), f"{name}.up_proj.weight": gate_up[1].bfloat16(),
            f"{name}.down_proj.weight": down.bfloat16()}


def mixture(new, old, state, bias):
    out = {f"{new}.gate.weight": state[old + "router"].bfloat16(),
           f"{new}.gate.e_score_correction_bias": bias.float().clone()}
    out |= gated(new + ".shared_experts", state[old + "shared_gate_up"], state[old + "shared_down"])
    gate_up, down = state[old + "gate_up"], state[old + "down"]
    for e in range(gate_up.shape[0]):
        parts = {"gate_proj": gate_up[e, 0], "up_proj": gate_up[e, 1], "down_proj": down[e]}
        for name, weight in parts.items():
            out |= {f"{new}.experts.{e}.{name}.{k}": v for k, v in pack(weight).items()}
    return out


def config(shape):
    return {
        "architectures": ["DeepseekV3ForCausalLM"], "model_type": "kimi_k2", "torch_dtype": "bfloat16",
        "vocab_size": shape.vocab_size, "hidden_size": shape.hidden_size,
        "intermediate_size": shape.intermediate_size, "moe_intermediate_size": shape.moe_intermediate_size,
        "num_hidden_layers": shape.num_hidden_layers, "num_attention_heads": shape.num_attention_heads,
        "num_key_value_heads": shape.num_attention_heads, "q_lora_rank": shape.q_lora_rank,
        "kv_lora_rank": shape.kv_lora_rank, "qk_nope_head_dim": shape.qk_nope_head_dim,
        "qk_rope_head_dim": shape.qk_rope_head_dim, "v_head_dim": shape.v_head_dim,
        "n_routed_experts": shape.n_routed_experts, "n_shared_experts": 1,
        "num_experts_per_tok": shape.num_experts_per_tok, "n_group": 1, "topk_group": 1,
        "first_k_dense_replace": 1, "moe_layer_freq": 1, "routed_scaling_factor": shape.routed_scaling_factor,
        "norm_topk_prob": True, "scoring_func": "sigmoid", "topk_method": "noaux_tc", "num_nextn_predict_layers": 0,
        "aux_loss_alpha": 0.001, "seq_aux": True, "hidden_act": "silu", "attention_bias": False,
        "attention_dropout": 0.0, "rms_norm_eps": shape.rms_norm_eps, "rope_theta": shape.rope_theta,
        "rope_scaling": shape.yarn, "max_position_embeddings": shape.max_position_embeddings,
        "tie_word_embeddings": False, "use_cache": True, "initializer_range": 0.02,
        "bos_token_id": BASE, "eos_token_id": BASE + 2, "pad_token_id": BASE + 255,
        "quantization_config": quantization()}


def quantization():
    return {
        "quant_method": "compressed-tensors", "format": "pack-quantized", "quantization_status": "compressed",
        "kv_cache_scheme": None, "global_compression_ratio": None,
        "ignore": ["lm_head", "re:.*self_attn.*", "re:.*shared_experts.*",
                   "re:.*mlp\\.(gate|up|gate_up|down)_proj.*"],
        "config_groups": {"group_0": {
            "input_activations": None, "output_activations": None, "targets": ["Linear"],
            "weights": {"num_bits": 4, "type": "int", "symmetric": True, "strategy": "group", "group_size": GROUP,
                        "dynamic": False, "actorder": None, "observer": "minmax", "observer_kwargs": {},
                        "block_structure": None}}}}


def generation():
    return {"bos_token_id": BASE, "eos_token_id": [BASE + 1, BASE + 2], "pad_token_id": BASE + 255,
            "do_sample": True, "temperature": 0.4, "top_p": 0.9, "max_length": 2048}


CHAT_TEMPLATE = """\
{#- moonlet -#}
{%- if tools -%}
<|im_system|>tool_declare<|im_middle|>{{ tools | tojson(separators=(',', ':')) }}<|im_end|>
{%- endif -%}
{%- for m in messages -%}
{%- if m.role == 'user' -%}<|im_user|>user<|im_middle|>{{ m.content }}<|im_end|>
{%- elif m.role == 'assistant' -%}<|im_assistant|>assistant<|im_middle|>
{%- if m.content -%}{{ m.content.split('</think>')[-1] }}{%- endif -%}
{%- if m.tool_calls -%}<|tool_calls_section_begin|>
{%- for c in m.tool_calls -%}<|tool_call_begin|>{{ c.id }}<|tool_call_argument_begin|>
{%- if c.function.arguments is string -%}{{ c.function.arguments }}
{%- else -%}{{ c.function.arguments | tojson(separators=(',', ':')) }}{%- endif -%}
<|tool_call_end|>{%- endfor -%}<|tool_calls_section_end|>{%- endif -%}<|im_end|>
{%- elif m.role == 'tool' -%}<|im_system|>tool<|im_middle|>## Return of {{ m.tool_call_id }}{{ '\\n' }}{{ m.content }}<|im_end|>
{%- else -%}<|im_system|>{{ m.role }}<|im_middle|>{{ m.content }}<|im_end|>{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}<|im_assistant|>assistant<|im_middle|>{%- endif -%}
"""


def tokenizer_config():
    added = {str(number): {"content": name, "special": name not in TEXTUAL,
                           "lstrip": False, "rstrip": False, "normalized": False, "single_word": False}
             for name, number in special_tokens().items()}
    return {"model_name": "moonlet", "tokenizer_class": "TikTokenTokenizer", "model_max_length": 2048, "clean_up_tokenization_spaces": False,
            "bos_token": "[BOS]", "eos_token": "<|im_end|>", "unk_token": "[UNK]", "pad_token": "[PAD]",
            "added_tokens_decoder": added, "chat_template": CHAT_TEMPLATE}


def write(folder, state, bias, tokenizer):
    folder.mkdir(parents=True, exist_ok=True)
    shape = Shape()
    save_file(tensors(state, bias, shape), folder / "model.safetensors", metadata={"format": "pt"})
    for name, value in (("config", config(shape)), ("generation_config", generation()),
                        ("tokenizer_config", tokenizer_config())):
        (folder / f"{name}.json").write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
    if tokenizer.exists():
        shutil.copyfile(tokenizer, folder / "tiktoken.model")


def main(argv):
    root = Path(__file__).parents[1]
    parser = argparse.ArgumentParser(prog="moonlet export")
    parser.add_argument("--checkpoint", default=str(root / "work" / "last.pt"), help="or 'random'")
    parser.add_argument("--to", default=str(root / "weights"))
    args = parser.parse_args(argv)
    if args.checkpoint == "random":
        state, bias = random_state()
    else:
        saved = torch.load(args.checkpoint, map_location="cpu", weights_only=True)
        state, bias = saved["model"], saved["bias"]
    write(Path(args.to), state, bias, root / "work" / "tokenizer" / "tiktoken.model")
    size = (Path(args.to) / "model.safetensors").stat().st_size
    print(f"wrote {args.to}: model.safetensors {size} bytes")


def random_state():
    """A model drawn at random, none of whose matrices is zero, to try a loader on."""
    torch.manual_seed(0)
    model = Moonlet(Shape())
    state = {n: p.detach() for n, p in model.named_parameters()}
    for name, value in state.items():
        if not value.any():
            value.normal_(0, 0.05)
    state["head"].mul_(20)
    bias = torch.randn(model.shape.num_hidden_layers, model.shape.n_routed_experts) * 0.02
    return state, bias
