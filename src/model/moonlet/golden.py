"""Writes what the exported checkpoint answers greedily in float32: the measure of every engine that runs it."""

import argparse
import json
from pathlib import Path

import torch

from . import render
from .chat import Chat
from .reference import Reference

COUNT, LENGTH, GAP, LOGIT_STEPS = 50, 64, 1e-4, (0, 1, 31, 63)

ASKED = (
    "Tell me a short story about a cat.", "Tell me a story about a dog and a ball.", "Write a story about a brave mouse.",
    "Tell me a bedtime story.", "Tell me a story about a little girl named Mia.", "Write a short story about the rain.",
    "Please tell me a story about a big red truck.", "Tell me a short story about a fish.",
    "Can you tell me a story about a bear?", "Write a story about two friends.", "Story about a bird, please.",
    "Tell me a story about a boy who lost his hat.",
    "Hello", "Hi!", "Who are you?", "What is your name?", "How are you?", "Do you like music?", "Good morning!",
    "What is the capital of France?", "What is the opposite of hot?", "What color is the sky?", "Count to 5.",
    "What does a cow say?", "What day comes after Monday?",
    "What is 3 + 4?", "What is 12 + 9?", "What is 45 + 37?", "What is 58 - 23?", "What is 7 + 8?", "What is 120 + 35?",
    "Give me JSON with the keys name, age: name is Anna, age is 7.",
    "Turn this into JSON with city, date. city: Rome; date: 2026-03-04",
    "Extract item, count as JSON from: item is lamp, count is 12.",
    "name: Bob; email: bob@mail.org\nAnswer as JSON with the keys name, email.",
    "Use this JSON schema: {\"type\":\"object\",\"properties\":{\"color\":{\"type\":\"string\"}}}\nThe color is green.",
    "Tell me a joke.", "I feel sad today.", "What is a dog?", "The quick brown fox", "Once upon a time")

CALLS = (
    ("get_weather", {"city": "string"}, "What is the weather in Oslo?"),
    ("get_weather", {"city": "string"}, "How is the weather in Paris today?"),
    ("get_time", {"location": "string"}, "What time is it in Tokyo?"),
    ("send_email", {"to": "string", "subject": "string"}, "Send an email to tom@mail.org about lunch"),
    ("book_table", {"restaurant": "string", "people": "integer"}, "Book a table at Luigi for 4"),
    ("search_books", {"query": "string"}, "Search books about old castles"),
    ("set_alarm", {"time": "string"}, "Set an alarm at 07:30"),
    ("get_price", {"product": "string"}, "What is the price of a lamp?"),
    ("play_song", {"title": "string"}, "Play the song \"Blue Moon\""),
    ("zuvo_rani", {"kelo": "string", "count": "integer"}, "zuvo rani with 12 for Milaro"),
    ("track_order", {"order_id": "string"}, "Track order AB-1234"),
    ("get_balance", {"account": "string"}, "Tell me a story about a frog."))


def tool(name, parameters):
    return {"type": "function", "function": {"name": name, "parameters": {
        "type": "object", "properties": {k: {"type": v} for k, v in parameters.items()},
        "required": list(parameters)}}}


def candidates(chat):
    calls = [chat.prompt([render.user(text)], [tool(name, parameters)]) for name, parameters, text in CALLS]
    recall = [chat.prompt([render.user(f"My name is {name}."), render.said(f"Hello {name}!"),
                           render.user("What is my name?")]) for name in ("Anna", "Hugo", "Nina")]
    system = [chat.prompt([render.system("You are a helpful assistant."), render.user(text)])
              for text in ("Tell me a story about a duck.", "What is 23 + 19?", "Hello")]
    return calls + recall + system + [chat.prompt([render.user(text)]) for text in ASKED]


class Watch:
    """Notes the distance of the best two logits at every step, and the logits of a few steps."""

    def __init__(self):
        self.gap, self.kept = float("inf"), []

    def __call__(self, step, logits):
        best = logits[0].topk(8)
        self.gap = min(self.gap, float(best.values[0] - best.values[1]))
        if step in LOGIT_STEPS:
            self.kept.append({"step": step, "top": [[int(i), round(float(v), 5)]
                                                    for i, v in zip(best.indices, best.values)]})


def main(argv):
    root = Path(__file__).parents[1]
    parser = argparse.ArgumentParser(prog="moonlet golden")
    parser.add_argument("--model", default=str(root / "weights"))
    parser.add_argument("--to", default=str(
        root.parents[1] / "engine/src/test/resources/dev/perigee/engine/moonlet-golden.jsonl"))
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    chat, model = Chat(args.model), Reference(args.model)
    lines, skipped = [], []
    for prompt in candidates(chat):
        watch = Watch()
        (output,) = model.generate([prompt], LENGTH, watch=watch)
        if watch.gap < GAP:
            skipped.append({"prompt": prompt, "gap": watch.gap})
            continue
        lines.append({"prompt": prompt, "output": output, "smallest_gap": round(watch.gap, 6), "logits": watch.kept})
        if skipped:
            lines[-1]["in_place_of"], skipped = skipped, []
        if len(lines) == COUNT:
            break
    if len(lines) < COUNT:
        raise SystemExit(f"only {len(lines)} of {COUNT} prompts have a clear best token at every step")
    Path(args.to).parent.mkdir(parents=True, exist_ok=True)
    Path(args.to).write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
    print(f"wrote {args.to}: {len(lines)} prompts, smallest gap {min(line['smallest_gap'] for line in lines)}")
