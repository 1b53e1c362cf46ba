"""Renders a conversation in Moonlet's layout and lets one look at what a checkpoint answers."""

import argparse
import base64
import json
from pathlib import Path

import tiktoken

PATTERN = "|".join([
    r"[\p{Han}]+",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+"])


class Chat:
    """The tokenizer of an exported folder and the chat layout over it."""

    def __init__(self, folder):
        folder = Path(folder)
        lines = (folder / "tiktoken.model").read_text().split("\n")
        ranks = {base64.b64decode(a): int(b) for a, b in (line.split() for line in lines if line)}
        config = json.loads((folder / "tokenizer_config.json").read_text())
        self.special = {v["content"]: int(k) for k, v in config["added_tokens_decoder"].items()}
        self.coding = tiktoken.Encoding("moonlet", pat_str=PATTERN, mergeable_ranks=ranks, special_tokens=self.special)
        self.stop = {self.special["[EOS]"], self.special["<|im_end|>"]}

    def text(self, text):
        return self.coding.encode_ordinary(text)

    def turn(self, role, text, name=None):
        mark = role if role in ("user", "assistant") else "system"
        return [self.special[f"<|im_{mark}|>"], *self.text(name or role), self.special["<|im_middle|>"],
                *self.text(text), self.special["<|im_end|>"]]

    def prompt(self, messages, tools=None):
        """The token ids of a conversation of (role, text) pairs up to where the assistant begins."""
        ids = []
        if tools:
            ids += self.turn("tool_declare", json.dumps(tools, ensure_ascii=False, separators=(",", ":")))
        for role, text in messages:
            ids += self.turn(role, text)
        return ids + [self.special["<|im_assistant|>"], *self.text("assistant"), self.special["<|im_middle|>"]]

    def decode(self, ids):
        return self.coding.decode(ids)


def main(argv):
    from .reference import Reference
    root = Path(__file__).parents[1]
    parser = argparse.ArgumentParser(prog="moonlet chat")
    parser.add_argument("--model", default=str(root / "weights"))
    parser.add_argument("--max-tokens", type=int, default=200)
    parser.add_argument("--tools", default=None, help="a JSON array of tools")
    parser.add_argument("text", nargs="+", help="one user turn each, asked one by one")
    args = parser.parse_args(argv)
    chat, model = Chat(args.model), Reference(args.model)
    tools = json.loads(args.tools) if args.tools else None
    prompts = [chat.prompt([("user", t)], tools) for t in args.text]
    for text, ids in zip(args.text, model.generate(prompts, args.max_tokens, chat.stop)):
        print(f"> {text}\n{chat.decode(ids)}\n")
