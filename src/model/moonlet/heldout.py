"""Draws the training documents again and searches them for what the examination asks."""

import argparse
import itertools

from .corpus import Stream
from .exam import STEMS, Exam, Forbidden
from .sources import stories

OPENING, PIECE = 200, 60


def documents(seed, count, mixture="mixture"):
    """The source and the text of a stream's first documents, decoded from the very ids that are trained on."""
    stream = Stream(seed, mixture)
    for document in itertools.islice(stream, count):
        yield stream.names[document.source], stream.coding.decode(document.ids)


def pieces(text):
    """Stretches of a held-out story after its opening, which many stories share, that hold no exchangeable name."""
    plain = [s for s in stories.NAMED.split(text[OPENING:]) if len(s) >= PIECE]
    return [s[(len(s) - PIECE) // 2:][:PIECE] for s in plain]


def search(found, forbidden, told):
    """Counts of documents and the offences found: values, names, names with a held-out stem, stories."""
    count, offences = 0, []
    for source, text in found:
        count += 1
        hit = forbidden.found(text)
        if hit:
            offences.append((source, "value, name or stem", hit))
        if source in ("stories", "tales"):
            offences += [(source, "story", text[at:at + PIECE]) for at in range(len(text) - PIECE) if text[at:at + PIECE] in told]
    return count, offences


def main(argv):
    parser = argparse.ArgumentParser(prog="moonlet check-heldout")
    parser.add_argument("--seed", default="1-0", help="seed and first step of the training")
    parser.add_argument("--mixture", default="mixture", help="or onward, for a run that went on from weights")
    parser.add_argument("--workers", type=int, default=13)
    parser.add_argument("--documents", type=int, default=20000, help="how many of each worker's documents are drawn again")
    args = parser.parse_args(argv)
    exam, failed = Exam(), False
    told = {piece for text in stories.tales(True) for piece in pieces(text)}
    forbidden = Forbidden(exam.forbidden())
    print(f"{len(exam.names())} function names, {len(STEMS)} stems, {len(exam.values())} values, "
          f"{len(stories.tales(True))} stories in {len(told)} pieces")
    for worker in range(args.workers):
        seed = f"{args.seed}-{worker}"
        count, offences = search(documents(seed, args.documents, args.mixture), forbidden, told)
        print(f"stream {seed}: {count} training documents, {len(offences)} offences {offences[:10]}", flush=True)
        failed = failed or bool(offences) or count == 0
    return 1 if failed else 0
