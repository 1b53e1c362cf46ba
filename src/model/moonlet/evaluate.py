"""Examines an exported checkpoint: held-out loss, tool calls, JSON, repetition; greedy and without constraints."""

import argparse
from collections import Counter
import json
import math
from pathlib import Path
import random
import re
import time

import jsonschema
import torch
import torch.nn.functional as F

from . import render, tokenizer
from .exam import Exam
from .export import main as export
from .reference import Reference
from .sources import stories, values

ROOT = Path(__file__).parents[1]
GATES = {"story_loss": 2.2, "valid_calls": 0.95, "exact_arguments": 0.70, "parseable_json": 0.90, "repeating": 0}
CALL = re.compile(r"<\|tool_call_begin\|>functions\.(.+?):(\d+)<\|tool_call_argument_begin\|>(.*?)<\|tool_call_end\|>", re.S)
SPOKEN = ("Hello", "Who are you?", "What can you do?", "Tell me a joke.", "How are you?", "What is the capital of Norway?",
          "What is 12 + 9?", "What is 58 - 23?", "Do you like dogs?", "Count to 10.", "I feel sad today.", "What is a dog?",
          "What color is the sky?", "What day comes after Monday?", "What is the opposite of hot?", "Tell me a story.",
          "I like to play football.", "What do you do for fun?", "Thank you!", "Goodbye")
SHOWN = ("Tell me a short story about a cat.", "Tell me a story about a brave mouse.", "Hello", "Who are you?", "What is 12 + 9?",
         "What is the capital of Norway?", "Give me JSON with the keys name, age: Anna is 7 years old.")
WEATHER = {"type": "function", "function": {"name": "get_weather", "description": "Get the weather for a city", "parameters": {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}


class Examinee:
    """A checkpoint with its tokenizer: answers conversations in batches."""

    def __init__(self, folder):
        self.model, self.coding = Reference(folder), tokenizer.load(Path(folder) / "tiktoken.model")
        self.stop = {tokenizer.BASE + tokenizer.OFFSETS[name] for name in ("[EOS]", "<|im_end|>")}

    def prompt(self, parts):
        return render.encode(self.coding, parts + render.opening())[0]

    def ids(self, conversations, limit, batch=25):
        """Greedy answers as ids without the end; close in length together, in the order asked."""
        prompts = [self.prompt(c) for c in conversations]
        order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
        answers = [None] * len(prompts)
        for at in range(0, len(order), batch):
            some = order[at:at + batch]
            for i, out in zip(some, self.model.generate([prompts[i] for i in some], limit, self.stop)):
                answers[i] = out
        return answers

    def texts(self, conversations, limit):
        return [self.coding.decode([t for t in ids if t not in self.stop]) for ids in self.ids(conversations, limit)]

    def loss(self, texts):
        """Mean loss in nats of the tokens of raw texts, the end included, the first token not."""
        total = count = 0
        for text in texts:
            ids = render.encode(self.coding, render.raw(text))[0][:512]
            logits = self.model.logits(ids)
            total += float(F.cross_entropy(logits[:-1], torch.tensor(ids[1:]), reduction="sum"))
            count += len(ids) - 1
        return total / count


def parsed(text):
    try:
        return json.loads(text)
    except ValueError:
        return None


def judge_call(asked, answer):
    """(valid, exact, what was wrong) of the answer to one question."""
    found = CALL.findall(answer)
    if len(found) != 1:
        return False, False, "no call" if not found else "more than one call"
    name, _, text = found[0]
    arguments = parsed(text)
    if name != asked["name"]:
        return False, False, "name"
    if not isinstance(arguments, dict):
        return False, False, "not JSON"
    try:
        jsonschema.validate(arguments, asked["tool"]["function"]["parameters"])
    except jsonschema.ValidationError as error:
        return False, False, "schema: " + error.message[:60]
    return True, arguments == asked["arguments"], "" if arguments == asked["arguments"] else "value"


def examine_calls(examinee, asked):
    answers = examinee.texts([render.tools([a["tool"]]) + render.user(a["question"]) for a in asked], 96)
    verdicts = [judge_call(a, answer) for a, answer in zip(asked, answers)]
    wrong = [{"question": a["question"], "expected": {"name": a["name"], "arguments": a["arguments"]}, "answer": answer, "why": why}
             for a, answer, (_, exact, why) in zip(asked, answers, verdicts) if not exact]
    return {"asked": len(asked), "valid_calls": sum(v for v, _, _ in verdicts) / len(asked),
            "exact_arguments": sum(e for _, e, _ in verdicts) / len(asked),
            "why_not": dict(Counter(why.split(":")[0] for *_, why in verdicts if why)), "wrong": wrong[:12]}


def examine_json(examinee, asked):
    answers = examinee.texts([render.user(a["question"]) for a in asked], 96)
    return {"asked": len(asked), "parseable_json": sum(parsed(t) is not None for t in answers) / len(asked),
            "exact_json": sum(parsed(t) == a["answer"] for a, t in zip(asked, answers)) / len(asked),
            "samples": [{"question": a["question"], "answer": t} for a, t in list(zip(asked, answers))[:6]]}


def repeats(ids, length=12, times=3):
    return any(n >= times for n in Counter(tuple(ids[i:i + length]) for i in range(len(ids) - length + 1)).values())


def examine_repetition(examinee, count=50, tokens=200):
    r = random.Random(7)
    wishes = [r.choice(stories.WISHES).format(x=stories.with_article(noun)) for noun in r.sample(stories.NOUNS, count)]
    questions = (list(SPOKEN) + wishes)[:count]
    answers = examinee.ids([render.user(q) for q in questions], tokens)
    looping = [(q, examinee.coding.decode(ids)) for q, ids in zip(questions, answers) if repeats(ids)]
    return {"prompts": count, "tokens_at_most": tokens, "mean_tokens": sum(map(len, answers)) / count,
            "repeating": len(looping), "repeated": looping[:5]}


def sums(examinee, count):
    r = random.Random(11)
    pairs = [(r.randrange(10, 100), r.randrange(10, 100)) for _ in range(count)]
    answers = examinee.texts([render.user(f"What is {a} + {b}?") for a, b in pairs], 96)
    return sum(t.split("</think>")[-1].strip().endswith(f"= {a + b}") for (a, b), t in zip(pairs, answers)) / count


def everyday(examinee, count):
    """The weather of real and made-up places, with one tool of the commonest kind."""
    r = random.Random(13)
    cities = ["Oslo"] + [values.city(r) for _ in range(count - 1)]
    answers = examinee.texts([render.tools([WEATHER]) + render.user(f"What is the weather in {c}?") for c in cities], 64)
    right = [any(parsed(text) == {"city": c} for _, _, text in CALL.findall(t)) for c, t in zip(cities, answers)]
    return sum(right) / count, answers[0]


def samples(examinee):
    return [{"question": q, "answer": a} for q, a in zip(SHOWN, examinee.texts([render.user(q) for q in SHOWN], 220))]


def examine(examinee, quick):
    start, exam = time.time(), Exam()
    calls = examine_calls(examinee, exam.calls[:50] if quick else exam.calls)
    forms = examine_json(examinee, exam.texts[:20] if quick else exam.texts)
    looped = examine_repetition(examinee, 20 if quick else 50)
    loss = examinee.loss(stories.tales(True)[:20 if quick else 100])
    weather, oslo = everyday(examinee, 10 if quick else 40)
    figures = {"story_loss": loss, "valid_calls": calls["valid_calls"], "exact_arguments": calls["exact_arguments"],
               "parseable_json": forms["parseable_json"], "repeating": looped["repeating"], "exact_json": forms["exact_json"],
               "two_digit_sums": sums(examinee, 20 if quick else 50), "weather_calls": weather}
    passed = {"story_loss": loss <= GATES["story_loss"], "repeating": looped["repeating"] <= GATES["repeating"]}
    passed |= {gate: figures[gate] >= GATES[gate] for gate in ("valid_calls", "exact_arguments", "parseable_json")}
    return {"figures": {k: round(v, 4) for k, v in figures.items()}, "gates": GATES, "passed": passed, "calls": calls,
            "json": forms, "repetition": looped, "oslo": oslo, "samples": samples(examinee), "quick": quick,
            "story_perplexity": round(math.exp(loss), 2), "seconds": round(time.time() - start)}


def main(argv):
    parser = argparse.ArgumentParser(prog="moonlet evaluate")
    parser.add_argument("--model", default=str(ROOT / "weights"), help="an exported folder")
    parser.add_argument("--checkpoint", help="a checkpoint of the training, exported first")
    parser.add_argument("--quick", action="store_true", help="fewer questions, to look during training")
    parser.add_argument("--to", help="where the findings go (default: evaluation.json in the folder)")
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    folder = Path(args.model)
    if args.checkpoint:
        folder = ROOT / "work/examined"
        export(["--checkpoint", args.checkpoint, "--to", str(folder)])
    found = examine(Examinee(folder), args.quick)
    to = Path(args.to or folder / "evaluation.json")
    to.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    for name, value in found["figures"].items():
        gate = f"  (gate {GATES[name]}: {'passed' if found['passed'][name] else 'MISSED'})" if name in GATES else ""
        print(f"{name:16} {value}{gate}")
    print("why not:", found["calls"]["why_not"])
    for sample in found["samples"]:
        print(f"> {sample['question']}\n{sample['answer']}\n")
    print(f"> What is the weather in Oslo? (get_weather)\n{found['oslo']}\nwrote {to} after {found['seconds']} s")
