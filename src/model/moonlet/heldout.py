"""Proves by search that nothing of the examination stands in the training corpus."""

import argparse
from pathlib import Path

import numpy as np

from . import tokenizer
from .exam import STEMS, Exam, Forbidden
from .sources import stories

ROOT = Path(__file__).parents[1]
OPENING, PIECE = 200, 60


def corpora():
    """Every corpus that was trained on, the earlier ones too."""
    return [path for path in sorted((ROOT / "work").glob("corpus*")) if (path / "train").is_dir()]


def documents(folder, coding):
    """The rendered text of every training document, decoded from the very ids that are trained on."""
    for docs in sorted(folder.glob("*.docs")):
        starts = np.fromfile(docs, np.int64)
        tokens = np.fromfile(docs.with_suffix(".tokens"), np.uint16)
        for a, b in zip(starts[:-1], starts[1:]):
            yield docs.stem, coding.decode(tokens[a:b].tolist())


def pieces(text):
    """Stretches of a held-out story after its opening, which many stories share, that hold no exchangeable name."""
    plain = [s for s in stories.NAMED.split(text[OPENING:]) if len(s) >= PIECE]
    return [s[(len(s) - PIECE) // 2:][:PIECE] for s in plain]


def search(folder, coding, forbidden, told):
    """Counts of documents and the offences found: values, names, names with a held-out stem, stories."""
    count, offences = 0, []
    for source, text in documents(folder, coding):
        count += 1
        hit = forbidden.found(text)
        if hit:
            offences.append((source, "value, name or stem", hit))
        if source in ("stories", "tales"):
            offences += [(source, "story", text[at:at + PIECE]) for at in range(len(text) - PIECE) if text[at:at + PIECE] in told]
    return count, offences


def main(argv):
    parser = argparse.ArgumentParser(prog="moonlet check-heldout")
    parser.add_argument("corpora", nargs="*", default=corpora())
    args = parser.parse_args(argv)
    exam, coding = Exam(), tokenizer.load()
    told = {piece for text in stories.tales(True) for piece in pieces(text)}
    forbidden, failed = Forbidden(exam.forbidden()), False
    print(f"{len(exam.names())} function names, {len(STEMS)} stems, {len(exam.values())} values, "
          f"{len(stories.tales(True))} stories in {len(told)} pieces")
    for folder in args.corpora:
        count, offences = search(Path(folder) / "train", coding, forbidden, told)
        print(f"{Path(folder).name}: {count} training documents, {len(offences)} offences {offences[:10]}")
        failed = failed or bool(offences) or count == 0
    return 1 if failed else 0
