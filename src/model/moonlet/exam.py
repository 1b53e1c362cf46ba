"""The examination: questions whose function names and values no training document holds.

It was drawn once into exam.json; the step `exam` draws a new one whose values stand in no corpus made so far.
"""

import argparse
import json
from pathlib import Path
import random
import re

from . import render
from .sources import json_text, values
from .sources.declare import Parameter, declaration
from .sources.values import KINDS, capital

STEMS = """lecture harvest voucher glacier pharmacy sculpture ferry antenna warranty orchard pension satellite typhoon
quarry mortgage tariff vaccine aquarium lighthouse passport locksmith greenhouse carnival embassy turbine marathon mosaic
vineyard lottery blizzard plumber tournament tide eclipse parcel almanac""".split()
VERBS = "get find check book create show track send cancel update search order".split()
PLACES = """Trondheim,Uppsala,Bilbao,Maribor,Gdansk,Aarhus,Tampere,Plovdiv,Cusco,Medellin,Kumasi,Mombasa,Jaipur,Sapporo,
Busan,Da Nang,Chiang Mai,Hobart,Dunedin,Winnipeg,Halifax,Tulsa,Omaha,Savannah,Galway,Limerick,Swansea,Dundee,Nantes,
Toulouse,Bremen,Innsbruck,Lucerne,Verona,Palermo,Patras,Izmir,Aleppo,Muscat,Lusaka""".replace("\n", "").split(",")
PEOPLE = """Astrid Bogdan Celeste Dragan Esther Fabio Gudrun Horatio Isolde Joaquin Katja Lorenzo Magnus Nadia Ottilie
Pascal Ragnar Sabine Thaddeus Ulrich Viola Wilfred Xiomara Yvonne Zoltan Bertram Cordelia Desmond Eleonora
Florian""".split()
KINDS_ASKED = ("city", "city", "person", "phrase", "title", "email", "date", "id", "count", "number", "message")
ASKED = ("What is the {s} {a}?", "What's the {s} {a}?", "{V} the {s} {a}.", "Please {v} the {s} {a}.", "Can you {v} the {s} {a}?",
         "I need the {s} {a}.", "{S} {a} please", "I was wondering about the {s} {a}.", "Would you {v} the {s} {a} for me?",
         "Any chance you could {v} the {s} {a}?", "It would be great to have the {s} {a}.", "Quickly, {v} a {s} {a}!",
         "My boss wants the {s} {a}.", "Are you able to {v} the {s} {a}?", "Kindly {v} a {s} {a}.")


FILE = Path(__file__).with_name("exam.json")


def drawn(r, key):
    """A value of the kind that is long or rare enough to be kept out of the training texts."""
    if key == "city":
        return r.choice(PLACES) if r.random() < 0.5 else capital(values.invented(r)) + r.choice(["", "stad", "heim"])
    if key == "person":
        return r.choice(PEOPLE) + " " + capital(values.invented(r))
    if key == "count":
        return r.randint(10001, 99999)
    if key == "date":
        return f"20{r.randint(40, 69)}-{r.randint(1, 12):02d}-{r.randint(1, 28):02d}"
    if key == "number":
        return round(r.uniform(100, 999), 2)
    found = KINDS[key].draw(r)
    while len(found) < 5 or (key in ("phrase", "title", "message") and " " not in found):
        found = KINDS[key].draw(r)
    return found


def spoken(r, parameter, value, alone):
    """How the question gives the value: plainly where the name's kind says what it is."""
    if alone or (parameter.name in parameter.kind.names and r.random() < 0.6):
        return r.choice(parameter.kind.leads).format(value)
    return f"with {parameter.name.replace('_', ' ')} {value}"


DECLARED = re.compile(r'"name": ?"([^"]+)"|functions\.([\w.-]+):\d')
PARTS = re.compile(r"[A-Z]?[a-z]+")


class Forbidden:
    """What no training document may hold: strings as words of their own, and held-out stems in the names it declares or calls."""

    def __init__(self, strings):
        ordered = sorted(strings, key=len, reverse=True)
        self.pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, ordered)) + r")(?!\w)")

    def found(self, text):
        """The first such thing in the text, or None."""
        hit = self.pattern.search(text)
        if hit:
            return hit.group()
        named = {part.lower() for pair in DECLARED.findall(text) for part in PARTS.findall("".join(pair))}
        return next(iter(sorted(named & set(STEMS))), None)


class Examiner:
    """Draws the questions; a value or name that stands in the texts seen is drawn again."""

    def __init__(self, seen, seed=20261125):
        self.seen, self.r = seen, random.Random(seed)

    def fresh(self, key):
        for _ in range(200):
            value = drawn(self.r, key)
            if str(value) not in self.seen:
                return value
        raise RuntimeError(f"no value of the kind {key} is left that stands in no corpus")

    def call(self, number):
        r, stem, verb = self.r, STEMS[number % len(STEMS)], self.r.choice(VERBS)
        found = {}
        for key in r.sample(tuple(dict.fromkeys(KINDS_ASKED)), r.choices([1, 2, 3], [55, 35, 10])[0]):
            kind = KINDS[key]
            name = r.choice(kind.names) if r.random() < 0.7 else values.invented(r)
            found.setdefault(name, (Parameter(name, kind), self.fresh(key)))
        name = r.choice([f"{verb}_{stem}", f"{verb}_{stem}", f"{stem}_{values.invented(r)}", verb + capital(stem)])
        tool = declaration(r, name, f"{capital(verb)} the {stem}.", [p for p, _ in found.values()])
        told = " ".join(spoken(r, p, v, len(found) == 1) for p, v in found.values())
        asked = r.choice(ASKED).format(s=stem, S=capital(stem), v=verb, V=capital(verb), a=told)
        return {"tool": tool, "question": asked, "name": name, "arguments": {n: v for n, (_, v) in found.items()}}

    def text(self):
        r, found = self.r, {}
        for key in r.sample(tuple(dict.fromkeys(KINDS_ASKED)), r.choice((1, 2, 2, 3))):
            kind = KINDS[key]
            found[r.choice(kind.names)] = (kind, self.fresh(key))
        text = json_text.text_of(r, found)
        answer = {name: value for name, (_, value) in found.items()}
        if r.random() < 0.6:
            return {"question": r.choice(json_text.BY_KEYS).format(k=", ".join(found), t=text), "answer": answer}
        schema = {"type": "object", "properties": {n: {"type": k.type} for n, (k, _) in found.items()}, "required": list(found)}
        return {"question": r.choice(json_text.BY_SCHEMA).format(s=render.compact(schema), t=text), "answer": answer}


class Exam:
    """200 one-function tools with a question each, and 60 texts for JSON."""

    def __init__(self):
        found = json.loads(FILE.read_text())
        self.calls, self.texts = found["calls"], found["texts"]

    def names(self):
        return {call["name"] for call in self.calls}

    def values(self):
        found = [call["arguments"] for call in self.calls] + [text["answer"] for text in self.texts]
        return {str(value) for arguments in found for value in arguments.values()}

    def forbidden(self):
        return self.names() | self.values()


def main(argv):
    from .heldout import documents
    parser = argparse.ArgumentParser(prog="moonlet exam")
    parser.add_argument("--count", type=int, default=200)
    args = parser.parse_args(argv)
    seen = "\n".join(text for _, text in documents("exam", 200000))
    examiner = Examiner(seen)
    calls = [examiner.call(i) for i in range(args.count)]
    lines = ",\n".join(render.compact(c) for c in calls)
    texts = ",\n".join(render.compact(examiner.text()) for _ in range(60))
    FILE.write_text(f'{{"calls":[\n{lines}],\n"texts":[\n{texts}]}}\n')
    print(f"wrote {FILE.name}: {len(calls)} calls, 60 texts, against {len(seen)} characters of corpus")
