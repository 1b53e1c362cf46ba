"""Writes gguf-formats-golden.jsonl: random weights in every GGUF format that the engine reads, and what they mean in float32.

usage: pip install gguf==0.19.0 && python gguf_formats.py ../resources/dev/perigee/engine/quantization/gguf-formats-golden.jsonl

Every bit is random but those of the scales, which are finite: ordinary, negative, subnormal and zero ones. A line holds a matrix as
stored (base64), the SHA-256 of its values as little-endian float32, and the bits of the first row's first values.
"""

import base64
import hashlib
import json
import sys

import numpy as np
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType as Type
from gguf.quants import dequantize

ROWS = 8
BLOCKS = 2
SHOWN = 16

# where a block's half-precision scales begin
HALVES = {
    Type.Q4_0: [0], Type.Q4_1: [0, 2], Type.Q5_0: [0], Type.Q5_1: [0, 2], Type.Q8_0: [0],
    Type.Q2_K: [80, 82], Type.Q3_K: [108], Type.Q4_K: [0, 2], Type.Q5_K: [0, 2], Type.Q6_K: [208],
    Type.IQ1_S: [0], Type.IQ1_M: [], Type.IQ2_XXS: [0], Type.IQ2_XS: [0], Type.IQ2_S: [0],
    Type.IQ3_XXS: [0], Type.IQ3_S: [0], Type.IQ4_NL: [0], Type.IQ4_XS: [0],
    Type.TQ1_0: [52], Type.TQ2_0: [64], Type.MXFP4: [],
}


def scales(rng, count):
    values = rng.standard_normal(count).astype(np.float16)
    values[0] = 0
    values[1] = np.float16(6e-8)
    values[2] = np.float16(-3.1e-5)
    values[3] = np.float16(-0.0)
    return values


def quantised(rng, kind):
    count = ROWS * BLOCKS
    blocks = rng.integers(0, 256, (count, GGML_QUANT_SIZES[kind][1]), np.uint8)
    for at in HALVES[kind]:
        blocks[:, at:at + 2] = scales(rng, count).view(np.uint8).reshape(count, 2)
    if kind == Type.IQ1_M:
        bits = scales(rng, count).view(np.uint16)
        words = blocks[:, 48:].copy().view(np.uint16)
        for i in range(4):
            words[:, i] = words[:, i] & 0x0FFF | ((bits >> 4 * i & 15) << 12)
        blocks[:, 48:] = words.view(np.uint8)
    if kind == Type.MXFP4:
        blocks[:, 0] = rng.integers(0, 251, count)
        blocks[:3, 0] = [0, 1, 2]
    return blocks.reshape(ROWS, -1)


def plain(rng, kind):
    values = rng.standard_normal((ROWS, BLOCKS * 32)).astype(np.float32)
    if kind == Type.F16:
        return values.astype(np.float16).view(np.uint8)
    if kind == Type.BF16:
        return (values.view(np.uint32) >> 16).astype(np.uint16).view(np.uint8)
    return values.view(np.uint8)


def main(path):
    with open(path, "w", encoding="ascii", newline="\n") as out:
        for kind in [Type.F32, Type.F16, Type.BF16, *HALVES]:
            rng = np.random.Generator(np.random.PCG64(int(kind)))
            stored = quantised(rng, kind) if kind in HALVES else plain(rng, kind)
            values = np.ascontiguousarray(dequantize(stored, kind), "<f4").reshape(ROWS, -1)
            assert np.isfinite(values).all(), kind
            line = {
                "type": kind.name,
                "id": int(kind),
                "rows": ROWS,
                "columns": values.shape[1],
                "data": base64.b64encode(stored.tobytes()).decode(),
                "sha256": hashlib.sha256(values.tobytes()).hexdigest(),
                "first": [int(v) for v in values[0, :SHOWN].view("<i4")],
            }
            out.write(json.dumps(line, separators=(",", ":")) + "\n")


main(sys.argv[1])
