"""Calls of everyday tools: weather, mail, orders and the like, from a table of natural questions."""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
import re

from .. import render
from . import values
from .declare import Parameter, chosen_name, declaration, loosely, maybe_system
from .values import KINDS, Kind

COUNTRIES = """France,Germany,Italy,Spain,Portugal,Norway,Sweden,Denmark,Finland,Austria,Switzerland,Greece,Poland,
Hungary,Ireland,Egypt,Japan,China,India,Canada,Peru,Cuba,Kenya,Turkey,Belgium,Iceland,Thailand,Brazil,Chile,Mexico,
Vietnam,Nepal,Ghana,Morocco""".replace("\n", "").split(",")
ROOMS = "kitchen,bedroom,bathroom,living room,garage,garden,office,hall,cellar,attic,front,back,guest room".split(",")
EXTRA = {
    "deg": Kind(("degrees",), lambda r: r.randint(-15, 40), ("{}",), "integer"),
    "sky": Kind(("sky",), values.one_of("sunny,cloudy,rainy,snowy,windy,foggy,clear,stormy,partly cloudy,light rain".split(",")), ("{}",)),
    "unit": Kind(("unit",), values.one_of(["celsius", "fahrenheit"]), ("{}",)),
    "ok": Kind(("status",), values.one_of(["sent", "done", "ok", "ready", "confirmed", "finished"]), ("{}",)),
    "ship": Kind(("status",), values.one_of("shipped,delayed,delivered,open,pending,on its way,lost,packed".split(",")), ("{}",)),
    "play": Kind(("status",), values.one_of(["playing"]), ("{}",)),
    "on": Kind(("status",), values.one_of(["on"]), ("{}",)),
    "off": Kind(("status",), values.one_of(["off"]), ("{}",)),
    "look": Kind(("look",), values.one_of(values.LOOKS), ("{}",)),
    "score": Kind(("rating",), lambda r: round(r.uniform(2, 5), 1), ("{}",), "number"),
    "place": Kind(("country",), values.one_of(COUNTRIES), ("{}",)),
    "room": Kind(("room",), values.one_of(ROOMS), ("{}",)),
    "year": Kind(("year",), lambda r: r.randint(1930, 2025), ("{}",), "integer"),
    "age": Kind(("age",), lambda r: r.randint(18, 90), ("{}",), "integer"),
    "big": Kind(("population",), lambda r: r.randint(1000, 9999999), ("{}",), "integer"),
    "word": Kind(("word",), values.word, ("{}",)),
}


@dataclass(frozen=True)
class Tool:
    names: tuple
    description: str
    parameters: tuple
    questions: tuple
    results: tuple
    answers: tuple


@dataclass(frozen=True)
class Chosen:
    """A tool as one client declares it."""

    tool: Tool
    name: str
    parameters: tuple
    declared: dict


def kind_of(text):
    return EXTRA.get(text) or KINDS[text]


def parse_parameter(text):
    optional, text = text.startswith("?"), text.lstrip("?")
    if "=" in text:
        names, choices = text.split("=")
        choices = tuple(choices.split(","))
        return names.split("/"), Parameter("", Kind((), values.one_of(choices), ("{}",)), not optional, choices)
    names, kind = text.split(":")
    found = re.fullmatch(r"bool\((\w+),(\w+)\)", kind)
    if found:
        return names.split("/"), Parameter("", Kind((), values.one_of([True, False]), ("{}",), "boolean"), True, (), found.groups())
    return names.split("/"), Parameter("", kind_of(kind), not optional)


@cache
def table():
    tools = []
    for line in (Path(__file__).with_name("everyday.txt")).read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        names, description, parameters, questions, results, answers = [part.strip() for part in line.split(" | ")]
        tools.append(Tool(tuple(names.split("/")), description,
                          tuple(parse_parameter(p.strip()) for p in parameters.split(" ; ")),
                          tuple(q.strip() for q in questions.split(" ; ")),
                          tuple((k, kind_of(v)) for k, v in (x.split(":") for x in results.split(","))),
                          tuple(a.strip() for a in answers.split(" ; "))))
    return tools


def choose(r, tool):
    same = r.randrange(min(len(names) for names, _ in tool.parameters)) if r.random() < 0.4 else None
    parameters, used = [], set()
    for names, parameter in tool.parameters:
        name = names[same] if same is not None else r.choice(names)
        if name in used:
            name = next((n for n in names if n not in used), name + "_2")
        if r.random() < 0.06:
            name = values.invented(r)
        used.add(name)
        parameters.append(replace(parameter, name=name))
    name = chosen_name(r, r.choice(tool.names)) if r.random() < 0.9 else f"{values.invented(r)}_{values.invented(r)}"
    return Chosen(tool, name, tuple(parameters), declaration(r, name, tool.description, parameters))


def fill(template, said):
    """Puts the values in; a part in brackets goes where its value is missing."""
    def keep(found):
        index = int(re.search(r"\{(\d)\}", found.group(1)).group(1))
        return found.group(1) if said[index] is not None else ""
    text = re.sub(r"\[([^\]]*)\]", keep, template)
    return re.sub(r"\{(\d)\}", lambda m: str(said[int(m.group(1))]), text)


def ask(r, chosen):
    """A question and the arguments it stands for."""
    question = r.choice(chosen.tool.questions)
    arguments, said = {}, []
    for i, p in enumerate(chosen.parameters):
        if not p.required and (f"{{{i}}}" not in question or r.random() < 0.5):
            said.append(None)
            continue
        value = p.kind.draw(r)
        arguments[p.name] = value
        said.append(p.words[0 if value else 1] if p.words else value)
    return loosely(r, values.capital(fill(question, said))), arguments, said


def answer(r, chosen, said):
    """What the tool returns, as text, and the words that tell it."""
    found = [(key, kind.draw(r)) for key, kind in chosen.tool.results]
    text = r.choice(chosen.tool.answers)
    for i, (_, value) in enumerate(found):
        text = text.replace(f"{{r{i}}}", str(value))
    if any(f"{{{i}}}" in text for i, value in enumerate(said) if value is None):
        text = "Done."
    text = values.capital(fill(text, said))
    if r.random() < 0.25:
        return ", ".join(f"{k}: {v}" if r.random() < 0.7 else str(v) for k, v in found), text
    if r.random() < 0.2:
        found.append((values.invented(r), r.choice([values.whole, values.word])(r)))
    dump = render.compact(dict(found))
    return (dump.replace('":', '": ').replace(',"', ', "') if r.random() < 0.2 else dump), text


def round_(r, chosen, number, plain):
    """Question and call; and unless plain the result and the answer."""
    question, arguments, said = ask(r, chosen)
    parts = render.user(question) + render.called([(chosen.name, arguments)], number)
    if plain:
        return parts
    content, text = answer(r, chosen, said)
    return parts + render.returned(chosen.name, number, content) + render.said(text)


def missing(r, chosen):
    """A request without its arguments: ask for the first one."""
    verb = chosen.tool.names[0].replace("_", " ")
    lacking = next(p.name for p in chosen.parameters if p.required).replace("_", " ")
    question = r.choice(["{} please", "Please {}.", "Can you {}?", "{}", "I want to {}.", "{} for me"]).format(verb)
    return render.user(values.capital(question)) + render.said(
        r.choice(["Which {} do you mean?", "What is the {}?", "Please tell me the {}."]).format(lacking))


def twice(r, chosen):
    """Two calls in one answer."""
    question, one, _ = ask(r, chosen)
    more, two, _ = ask(r, chosen)
    joined = question.rstrip(".!?") + r.choice([" and ", ", and then ", "? And ", ". Also "]) + more[:1].lower() + more[1:]
    return render.user(joined) + render.called([(chosen.name, one), (chosen.name, two)])


def document(r, unfit):
    """One conversation with one to three everyday tools; unfit(r) gives a question no tool is for, and its answer."""
    offered = [choose(r, t) for t in r.sample(table(), r.choices([1, 2, 3, 5, 8], [45, 23, 18, 9, 5])[0])]
    if len({c.name for c in offered}) < len(offered):
        offered = offered[:1]
    parts = render.tools([c.declared for c in offered]) + maybe_system(r)
    dice = r.random()
    if dice < 0.06:
        return parts + unfit(r)
    if dice < 0.10:
        return parts + missing(r, r.choice(offered))
    if dice < 0.14:
        return parts + twice(r, r.choice(offered))
    if dice < 0.45:
        return parts + round_(r, r.choice(offered), 0, True)
    for number in range(r.choice((1, 1, 2, 3, 4))):
        if r.random() < 0.15:
            parts += unfit(r)
        parts += round_(r, r.choice(offered), number, False)
    return parts + (unfit(r) if r.random() < 0.1 else [])
