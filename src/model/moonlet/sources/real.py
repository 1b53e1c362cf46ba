"""Calls out of real dialogues and requests: SGD, Taskmaster-4, Snips and NLU-Evaluation-Data."""

from functools import cache
import json
import re

from .. import render
from . import values
from .declare import chosen_name, maybe_system
from .files import held, rows


def schema(r, slots, descriptions, types):
    properties = {}
    for slot in slots:
        properties[slot] = {"type": types.get(slot, "string")}
        if slot in descriptions and r.random() < 0.4:
            properties[slot]["description"] = descriptions[slot]
    return properties


def snake(name):
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def declared(r, name, description, properties, required):
    function = {"name": name}
    if description and r.random() < 0.6:
        function["description"] = description
    function["parameters"] = {"type": "object", "properties": properties}
    if r.random() < 0.8:
        function["parameters"]["required"] = required
    return {"type": "function", "function": function}


@cache
def described():
    """Descriptions of the SGD methods and slots."""
    methods, slots = {}, {}
    for service in rows("sgd_schema"):
        for slot in service["slots"]:
            slots[service["service_name"], slot["name"]] = slot["description"]
        for intent in service["intents"]:
            methods[service["service_name"], intent["name"]] = (intent["description"], [*intent["required_slots"], *intent["optional_slots"]])
    return methods, slots


def sgd_calls(row):
    """(turns before, call) for each call whose values the user has just said."""
    turns = row["turns"]
    for i, turn in enumerate(turns):
        for call in turn.get("c", [])[:1]:
            for back in (1, 3, 5):
                before = turns[max(0, i - back):i]
                if not before or before[0]["r"] != "U":
                    continue
                said = " ".join(t["t"] for t in before)
                if call["p"] and len(call["p"]) < 5 and len(said) < 420 and all(v in said for v in call["p"].values()):
                    yield before, call
                    break


@cache
def sgd():
    return [found for row in rows("sgd") if not held(row["id"]) for found in sgd_calls(row)]


def sgd_document(r):
    before, call = r.choice(sgd())
    methods, slots = described()
    description, known = methods.get((call["s"], call["m"]), ("", []))
    named = list(call["p"])
    extra = [s for s in known if s not in named]
    offered = named + (r.sample(extra, min(len(extra), 1)) if r.random() < 0.3 else [])
    if r.random() < 0.3:
        r.shuffle(offered)
    name = chosen_name(r, snake(call["m"]))
    texts = {slot: slots.get((call["s"], slot), slot) for slot in offered}
    tool = declared(r, name, description, schema(r, offered, texts, {}), named)
    parts = render.tools([tool]) + maybe_system(r)
    for turn in before:
        parts += render.user(turn["t"]) if turn["r"] == "U" else render.said(turn["t"])
    return parts + render.called([(name, {s: call["p"][s] for s in offered if s in call["p"]})])


@cache
def dialogues():
    """Whole dialogues of SGD whose every call has a result."""
    return [row["turns"] for row in rows("sgd") if not held(row["id"]) and all(c.get("res") for t in row["turns"] for c in t.get("c", []))]


def dialogue_document(r):
    """A dialogue with every tool it calls declared, its calls and what they return; from its start, or the first turns of it."""
    turns, (methods, slots) = r.choice(dialogues()), described()
    turns = turns[:r.choice((4, 6, 8, 10, len(turns), len(turns)))]
    calls = [c for t in turns for c in t.get("c", [])[:1]]
    names, tools_ = {}, []
    for call in calls:
        key = call["s"], call["m"]
        if key in names:
            continue
        names[key] = chosen_name(r, snake(call["m"]))
        description, known = methods.get(key, ("", []))
        offered = [*dict.fromkeys([*known, *(s for c in calls if (c["s"], c["m"]) == key for s in c["p"])])][:8]
        texts = {slot: slots.get((call["s"], slot), slot) for slot in offered}
        needed = [s for s in offered if all(s in c["p"] for c in calls if (c["s"], c["m"]) == key)]
        tools_.append(declared(r, names[key], description, schema(r, offered, texts, {}), needed))
    parts, number = (render.tools(tools_) if tools_ else []) + maybe_system(r), 0
    for turn in turns:
        if turn["r"] == "U":
            parts += render.user(turn["t"])
            continue
        for call in turn.get("c", [])[:1]:
            name = names[call["s"], call["m"]]
            found = [dict(r.sample(list(one.items()), min(len(one), 6))) for one in call["res"][:r.choice((1, 1, 2))]]
            parts += render.called([(name, call["p"])], number) + render.returned(name, number, render.compact(found))
            number += 1
        parts += render.said(turn["t"])
    return parts


@cache
def requests():
    """(text, intent, slots) of Snips and NLU with every slot said once in the text."""
    found = []
    for row in rows("snips"):
        text = re.sub(r"\s+", " ", "".join(piece for piece, _ in row["d"])).strip()
        found.append((text, snake(row["i"]), [(slot, piece.strip()) for piece, slot in row["d"] if slot]))
    for row in rows("nlu_eval_data"):
        found.append((row["t"], row["i"], [(slot, value.strip()) for slot, value in row["e"]]))
    return [(t, i, s) for t, i, s in found if s and not held(t) and len(dict(s)) == len(s) < 5 and all(v in t for _, v in s)]


def request_document(r):
    text, intent, slots = r.choice(requests())
    types, arguments = {}, {}
    for slot, value in slots:
        if value.isdigit() and len(value) < 6 and not value.startswith("0"):
            types[slot], arguments[slot] = "integer", int(value)
        else:
            arguments[slot] = value
    rename = r.random() < 0.15
    name = f"{values.invented(r)}_{values.invented(r)}" if rename else chosen_name(r, intent)
    tool = declared(r, name, intent.replace("_", " "), schema(r, list(arguments), {s: s.replace("_", " ") for s in arguments}, types), list(arguments))
    return render.tools([tool]) + maybe_system(r) + render.user(text) + render.called([(name, arguments)])


@cache
def orders():
    """(what the user says, call) of Taskmaster: the first call of a turn, if its values are said."""
    found = []
    for number, row in enumerate(rows("taskmaster4")):
        for turn in row["turns"]:
            actions = turn.get("a") or []
            if turn["r"] != "u" or len(actions) < 2 or actions[0][0] != "api_call" or held(f"{row['vertical']}{number}"):
                continue
            try:
                arguments = json.loads(actions[1][1])
            except ValueError:
                continue
            if arguments and len(arguments) < 4 and all(isinstance(v, str) and v in turn["t"] for v in arguments.values()):
                found.append((turn["t"], actions[0][1], arguments))
    return found


def order_document(r):
    text, name, arguments = r.choice(orders())
    name = chosen_name(r, name)
    tool = declared(r, name, name.replace("_", " "), schema(r, list(arguments), {}, {}), list(arguments))
    return render.tools([tool]) + maybe_system(r) + render.user(text) + render.called([(name, arguments)])


def document(r):
    return r.choices([sgd_document, request_document, order_document, dialogue_document], [25, 35, 5, 35])[0](r)
