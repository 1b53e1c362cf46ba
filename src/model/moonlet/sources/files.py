"""Reads the downloaded files and says which of their rows are held out."""

import hashlib
import json
import lzma
import os
from pathlib import Path

FOLDER = Path(os.environ.get("MOONLET_DATA", Path(__file__).parents[2] / "work/data"))


def rows(name):
    path = FOLDER / f"{name}.jsonl.xz"
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: put the training files there or set MOONLET_DATA (see README.md)")
    with lzma.open(path, "rt") as file:
        return [json.loads(line) for line in file]


def held(key):
    """One row in fifty, by a hash of a key that never changes."""
    return int(hashlib.sha256(key.encode()).hexdigest(), 16) % 50 == 0


def split(found, key, heldout):
    return [row for row in found if held(key(row)) == heldout]
