"""Writes llama-golden.jsonl: llama.cpp's logits on the tiny models of gen_gguf.py.

    python golden.py SHARED/tools/gen_gguf.py LOGITS > ../../resources/dev/perigee/engine/model/llama-golden.jsonl

LOGITS is the program that logits.c makes. Needs numpy, as gen_gguf.py does; LlamaGoldenTests makes the same models again.
"""
import base64
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

PRESETS = ['f32', 'f16', 'q8_0', 'q4x', 'q4_0', 'q4_k']
TOKENS = [(i * 37 + i * i * 11 + 5) % 512 for i in range(24)]


def main():
    generator, program = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        for preset in PRESETS:
            model = pathlib.Path(folder, preset + '.gguf')
            subprocess.run([sys.executable, generator, 'tiny', preset, model], check=True, stdout=subprocess.DEVNULL)
            logits = subprocess.run([program, model, *map(str, TOKENS)], check=True, stdout=subprocess.PIPE).stdout
            print(json.dumps({
                'preset': preset, 'sha256': hashlib.sha256(model.read_bytes()).hexdigest(), 'tokens': TOKENS,
                'logits': base64.b64encode(logits).decode()}))


main()
