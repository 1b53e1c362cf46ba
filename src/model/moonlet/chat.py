"""Lets one look at what a checkpoint answers."""

import argparse
import json
from pathlib import Path

from . import render, tokenizer
from .reference import Reference


class Chat:
    """The tokenizer of an exported folder with the chat layout over it."""

    def __init__(self, folder):
        self.coding = tokenizer.load(Path(folder) / "tiktoken.model")
        self.stop = {tokenizer.BASE + tokenizer.OFFSETS[name] for name in ("[EOS]", "<|im_end|>")}

    def prompt(self, turns, tools=None):
        """The token ids of rendered turns up to where the assistant begins."""
        parts = render.tools(tools) if tools else []
        for turn in turns:
            parts = parts + turn
        return render.encode(self.coding, parts + render.opening())[0]

    def decode(self, ids):
        return self.coding.decode(ids)


def main(argv):
    root = Path(__file__).parents[1]
    parser = argparse.ArgumentParser(prog="moonlet chat")
    parser.add_argument("--model", default=str(root / "weights"))
    parser.add_argument("--max-tokens", type=int, default=200)
    parser.add_argument("--tools", default=None, help="a JSON array of tools")
    parser.add_argument("text", nargs="+", help="one user turn each, asked one by one")
    args = parser.parse_args(argv)
    chat, model = Chat(args.model), Reference(args.model)
    tools = json.loads(args.tools) if args.tools else None
    prompts = [chat.prompt([render.user(t)], tools) for t in args.text]
    for text, ids in zip(args.text, model.generate(prompts, args.max_tokens, chat.stop)):
        print(f"> {text}\n{chat.decode(ids)}\n")
