"""Calls of composed tools: names, parameters and questions put together by a grammar, so that only copying helps."""

from dataclasses import dataclass

from .. import render
from . import values
from .declare import Parameter, chosen_name, declaration, loosely, maybe_system
from .values import KINDS, Kind, capital

VERBS = """get find check search fetch show list create add set send book start stop open close play schedule update
delete convert calculate track measure count lock read reserve compare load save print move copy sort clean plan order
make build test call pick scan paint cook wash fill share rent buy sell""".split()
NOUNS = """weather time price status news stock event meeting flight hotel balance reminder message alarm route
population score temperature forecast user account file page photo video image task note list group team room table
backup query record color name date number size team game menu bill loan tax fee city""".split()
COMMON = ("city", "person", "phrase", "thing", "title", "email", "date", "day", "time", "id", "count", "number",
          "message", "word")
WORD = Kind(("word", "value", "input", "key", "type"), values.word, ("{}", "with {}", "for {}", 'for "{}"'))


@dataclass(frozen=True)
class Composed:
    name: str
    verb: str
    noun: str
    parameters: tuple
    declared: dict


def words(r):
    verb = r.choice(VERBS) if r.random() < 0.6 else values.invented(r)
    noun = r.choice([r.choice(NOUNS), r.choice(values.THINGS), values.rarity(r), values.rarity(r), values.invented(r)])
    return verb, noun


def name_of(r, verb, noun):
    name = r.choices([f"{verb}_{noun}", noun,
                      f"{noun}_{values.invented(r)}", f"{verb}_{noun}_{values.invented(r)}", f"{noun}_{verb}"],
                     [58, 10, 14, 10, 8])[0]
    return chosen_name(r, name)


def flag(r):
    return Parameter(r.choice(["urgent", "fast", "silent", "exact", "active", "public", values.invented(r)]),
                     Kind((), values.one_of([True, False]), ("{}",), "boolean"))


def choice(r):
    pool = [values.invented(r), r.choice(values.LOOKS), r.choice(values.COLOURS), r.choice(values.THINGS), values.symbol(r)]
    choices = tuple(dict.fromkeys(r.choice(pool) if r.random() < 0.5 else values.invented(r) for _ in range(r.randint(2, 4))))
    name = r.choice(["mode", "unit", "type", "color", "style", "format", "level", values.invented(r)])
    return Parameter(name, Kind((), values.one_of(choices), ("as {}", "in {}", "with {}", "{} please")), True, choices)


def parameters(r):
    found = []
    for key in r.sample(COMMON, r.choices([1, 2, 3, 4], [50, 32, 13, 5])[0]):
        kind = WORD if key == "word" else KINDS[key]
        name = r.choice(kind.names)
        dice = r.random()
        if dice < 0.35:
            name = values.invented(r)
        elif dice < 0.45:
            name += "_" + values.invented(r)
        found.append(Parameter(name, kind, not found or r.random() < 0.82))
    if r.random() < 0.10:
        found.append(choice(r))
    if r.random() < 0.06:
        found.append(flag(r))
    return tuple({p.name: p for p in reversed(found)}.values())[::-1]    # of one name the first, which is required


def description(r, verb, noun, first):
    spoken = first.name.replace("_", " ")
    return r.choice([f"{capital(verb)} {noun}", f"{capital(verb)} the {noun}", f"{capital(verb)} a {noun}.",
                     f"Use it to {verb} the {noun}", f"{capital(verb)} the {noun} for a {spoken}", f"{capital(noun)} service",
                     f"{capital(verb)} a {noun} by {spoken}.", f"Returns the {noun}"])


def compose(r):
    verb, noun = words(r)
    found = parameters(r)
    name = name_of(r, verb, noun)
    return Composed(name, verb, noun, found, declaration(r, name, description(r, verb, noun, found[0]), found))


def mention(r, parameter, value, alone):
    """The words of a question that give one value."""
    spoken = parameter.name.replace("_", " ")
    if value is True or value is False:
        return f"{'with' if value else 'without'} {spoken}" if r.random() < 0.6 else f"with {spoken} {str(value).lower()}"
    plain = r.choice(parameter.kind.leads).format(value)
    named = r.choice([f"with {spoken} {value}", f"{spoken} {value}", f"{spoken} = {value}", f"and {spoken} {value}",
                      f"using {value} as {spoken}", f"where {spoken} is {value}", f"{spoken}: {value}"])
    if parameter.name in parameter.kind.names or parameter.choices:
        return plain if r.random() < 0.75 else named
    return plain if alone and r.random() < 0.7 else named


def sentence(r, tool, given):
    verb, noun = tool.verb, tool.noun
    article = r.choice(["the", "the", "the", "a", "my", "some"])
    asked = r.choice([f"{capital(verb)} {article} {noun}", f"Please {verb} {article} {noun}", f"Can you {verb} {article} {noun}",
                      f"Could you {verb} {article} {noun}", f"I want to {verb} {article} {noun}", f"I need {article} {noun}",
                      f"What is the {noun}", f"What's the {noun}", f"How is the {noun}", f"{capital(noun)}", f"{verb} {noun}",
                      f"Tell me the {noun}", f"Give me {article} {noun}", f"Show me {article} {noun}", f"Do you know the {noun}",
                      f"I would like you to {verb} {article} {noun}", f"Let's {verb} {article} {noun}", f"Use {tool.name}",
                      f"Call {tool.name}", f"Which {noun} is there", f"Run {tool.name}", f"How about the {noun}",
                      f"Where is the {noun}", f"When is the {noun}", f"Is there a {noun}", f"We have to {verb} {article} {noun}",
                      f"Time to {verb} {article} {noun}", f"You should {verb} {article} {noun}", f"{capital(verb)} it"])
    mark = "?" if asked.split(" ")[0] in {"Can", "Could", "What", "What's", "How", "Do", "Which", "Where", "When", "Is"} else "."
    told = [mention(r, p, v, len(given) == 1) for p, v in given]
    if len(told) == 1 and r.random() < 0.15 and told[0].split(" ")[0] in {"in", "for", "at", "near", "on", "by"}:
        return f"{capital(told[0])}, {asked[:1].lower()}{asked[1:]}{mark}"
    joint = r.choice([" ", " ", " ", ", ", " and "])
    return f"{asked} {joint.join(told)}".strip() + r.choice([mark, mark, ""])


def given(r, tool):
    return [(p, p.kind.draw(r)) for p in tool.parameters if p.required or r.random() < 0.5]


def ask(r, tool):
    found = given(r, tool)
    order = found[:]
    if r.random() < 0.3:
        r.shuffle(order)
    return loosely(r, sentence(r, tool, order)), {p.name: v for p, v in found}


def result(r, tool, subject):
    """A random result and the words that tell it."""
    key = r.choice([tool.noun, tool.noun, "result", "value", values.invented(r)])
    draw = r.choice([values.whole, values.number, values.word, values.phrase, values.time, values.date, values.person])
    found = {key: draw(r)}
    text = r.choice(["The {k} for {s} is {v}.", "For {s}, the {k} is {v}.", "The {k} is {v}."]).format(k=key, s=subject, v=found[key])
    if r.random() < 0.35:
        other = values.invented(r)
        found[other] = r.choice([values.whole, values.word])(r)
        text += f" The {other} is {found[other]}."
    if len(found) == 1 and r.random() < 0.25:
        return str(found[key]), text
    return render.compact(found), text


def round_(r, tool, number, plain):
    question, arguments = ask(r, tool)
    parts = render.user(question) + render.called([(tool.name, arguments)], number)
    if plain:
        return parts
    content, text = result(r, tool, next(iter(arguments.values())))
    return parts + render.returned(tool.name, number, content) + render.said(text)


def missing(r, tool):
    """Asks for the one required value that the question leaves out."""
    found = given(r, tool)
    lacking = r.choice([p for p, _ in found if p.required])
    question = sentence(r, tool, [(p, v) for p, v in found if p is not lacking])
    spoken = lacking.name.replace("_", " ")
    return render.user(question) + render.said(
        r.choice(["Which {} do you mean?", "What is the {}?", "Please tell me the {}."]).format(spoken))


def twice(r, tool):
    one, first = ask(r, tool)
    found = given(r, tool)
    if r.random() < 0.5:
        more = ", ".join(mention(r, p, v, len(found) == 1) for p, v in found)
        joined = one.rstrip(".!?") + r.choice([" and also ", ", then ", " and ", ". Also "]) + more + "."
    else:
        more = sentence(r, tool, found)
        joined = one.rstrip(".!?") + r.choice([" and ", ", and then ", ". Also "]) + more[:1].lower() + more[1:]
    return render.user(joined) + render.called([(tool.name, first), (tool.name, {p.name: v for p, v in found})])


def document(r, unfit):
    """One conversation with one to three composed tools."""
    offered = [compose(r) for _ in range(r.choices([1, 2, 3, 4, 6], [58, 20, 12, 6, 4])[0])]
    if len({c.name for c in offered}) < len(offered):
        offered = offered[:1]
    parts = render.tools([c.declared for c in offered]) + maybe_system(r)
    dice = r.random()
    if dice < 0.04:
        return parts + unfit(r)
    if dice < 0.08:
        return parts + missing(r, r.choice(offered))
    if dice < 0.12:
        return parts + twice(r, r.choice(offered))
    rounds = r.choices([1, 2, 3, 5], [55, 25, 14, 6])[0]
    for number in range(rounds):
        parts += round_(r, r.choice(offered), number, number == rounds - 1 and r.random() < 0.7)
    return parts
