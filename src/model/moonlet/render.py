"""Moonlet's chat layout: a document is a list of parts, each a text or a special token, predicted or not."""

import json
from typing import NamedTuple

from .tokenizer import BASE, OFFSETS

MARKS = {"user": "<|im_user|>", "assistant": "<|im_assistant|>"}


class Part(NamedTuple):
    text: str
    predicted: bool = False
    special: bool = False


def mark(name, predicted=False):
    return Part(name, predicted, True)


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def turn(role, *body, predicted=False):
    """One turn; only an assistant's body and its end are predicted."""
    head = [mark(MARKS.get(role, "<|im_system|>")), Part(role), mark("<|im_middle|>")]
    return [*head, *body, mark("<|im_end|>", predicted)]


def tools(declarations):
    return turn("tool_declare", Part(compact(declarations)))


def system(text):
    return turn("system", Part(text))


def user(text):
    return turn("user", Part(text))


def said(text):
    return turn("assistant", Part(text, True), predicted=True)


def thought(thinking, text):
    return turn("assistant", mark("<think>", True), Part(thinking, True), mark("</think>", True), Part(text, True),
                predicted=True)


def called(calls, first=0, text=""):
    """An assistant turn that calls (name, arguments) one after the other; ids count from first."""
    body = [Part(text, True)] if text else []
    body.append(mark("<|tool_calls_section_begin|>", True))
    for i, (name, arguments) in enumerate(calls):
        body += [mark("<|tool_call_begin|>", True), Part(f"functions.{name}:{first + i}", True),
                 mark("<|tool_call_argument_begin|>", True), Part(compact(arguments), True),
                 mark("<|tool_call_end|>", True)]
    return turn("assistant", *body, mark("<|tool_calls_section_end|>", True), predicted=True)


def returned(name, number, content):
    return turn("tool", Part(f"## Return of functions.{name}:{number}\n{content}"))


def raw(text):
    """A text to be learnt as it stands, ended like an answer."""
    return [Part(text, True), mark("[EOS]", True)]


def opening():
    """What makes the assistant answer."""
    return [mark("<|im_assistant|>"), Part("assistant"), mark("<|im_middle|>")]


def text_of(parts):
    return "".join(p.text for p in parts)


def encode(coding, parts):
    """The ids and the mask of a document; text never turns into special ids."""
    ids, predicted = [], []
    for part in parts:
        piece = [BASE + OFFSETS[part.text]] if part.special else coding.encode_ordinary(part.text)
        ids += piece
        predicted += [int(part.predicted)] * len(piece)
    return ids, predicted
