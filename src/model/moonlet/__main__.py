"""python -m moonlet STEP [options]"""

from importlib import import_module
import sys

STEPS = {"tokenizer": "tokenizer", "exam": "exam", "train": "train", "export": "export", "golden": "golden",
         "chat": "chat", "evaluate": "evaluate", "check-heldout": "heldout", "card": "card"}


def main(argv):
    if not argv or argv[0] not in STEPS:
        print("usage: moonlet " + "|".join(STEPS), file=sys.stderr)
        return 2
    return import_module("moonlet." + STEPS[argv[0]]).main(argv[1:]) or 0


sys.exit(main(sys.argv[1:]))
