"""JSON out of a text: by a list of keys or by a schema."""

from .. import render
from . import values
from .declare import loosely, maybe_system
from .values import KINDS

COMMON = ("city", "person", "phrase", "thing", "title", "email", "date", "day", "time", "id", "count", "number",
          "phone", "colour", "language", "currency")
BY_KEYS = ("Give me JSON with the keys {k}: {t}", "Turn this into JSON with {k}. {t}", "{t}\nAnswer as JSON with the keys {k}.",
           "Extract {k} as JSON from: {t}", "Write a JSON object with {k}. {t}", "{t} Give me {k} as JSON.",
           "Return a JSON object with the keys {k} for this text: {t}", "Read this and answer in JSON ({k}): {t}",
           "As JSON with {k}: {t}", "Get {k} from the text as JSON. Text: {t}")
BY_SCHEMA = ("{t}\nAnswer with JSON that matches this schema: {s}", "Schema: {s}\nText: {t}", "Use this JSON schema: {s}\n{t}",
             "{s}\n{t}", "Extract data by this schema: {s} from: {t}", "{t}\nReply in JSON by the schema {s}")
FREE = ("Turn this into JSON: {t}", "{t}\nAs JSON please.", "Write this as JSON: {t}", "Give me this as JSON. {t}")
TOLD = {"city": ("lives in {}", "went to {}", "is from {}"), "date": ("came on {}", "was born on {}"),
        "count": ("has {} points", "bought {} of them"), "email": ("can be reached at {}", "writes from {}"),
        "language": ("speaks {}",), "thing": ("likes the {}", "has a {}"), "phone": ("has the number {}",),
        "colour": ("likes {}",), "title": ('reads "{}"',), "time": ("came at {}",)}


def fields(r):
    found = {}
    for key in r.sample(COMMON, r.choice((1, 2, 2, 3, 3, 4))):
        kind = KINDS[key]
        name = r.choice(kind.names) if r.random() < 0.7 else values.invented(r)
        found[name] = (kind, kind.draw(r))
    return found


def person_told(r):
    """A small prose text about one person, with the fields it gives."""
    name = values.person(r)
    keys = r.sample(list(TOLD), r.choice((1, 2, 2, 3)))
    found, clauses = {"name": (KINDS["person"], name)}, []
    if r.random() < 0.5:
        age = r.randint(4, 90)
        found["age"] = (KINDS["few"], age)
        clauses.append(f"is {age} years old")
    for key in keys:
        kind = KINDS[key]
        value = kind.draw(r)
        field = r.choice(kind.names)
        if field not in found:
            found[field] = (kind, value)
            clauses.append(r.choice(TOLD[key]).format(value))
    joint = r.choice([" and ", ". He ", ". She ", ", "])
    return f"{name} " + joint.join(clauses) + ".", found


def listed(r):
    """A list of words under one key."""
    name = r.choice(["items", "names", "words", "tags", "colors", "cities", values.invented(r)])
    draw = r.choice([values.word, values.person, values.city, values.invented, values.thing])
    items = [draw(r) for _ in range(r.randint(1, 5))]
    told = r.choice([", ".join(items), " and ".join(items), "; ".join(items)])
    question = r.choice(["Make a JSON object with the key {k} for this list: {t}", "Put these in a JSON array under {k}: {t}",
                         "{t}\nAnswer as JSON with the list {k}."])
    return question.format(k=name, t=told), {name: items}


def text_of(r, found):
    pairs = [(name, value) for name, (_, value) in found.items()]
    return r.choice([
        lambda: ", ".join(f"{n} is {v}" for n, v in pairs) + ".",
        lambda: "; ".join(f"{n}: {v}" for n, v in pairs),
        lambda: ". ".join(f"The {n.replace('_', ' ')} is {v}" for n, v in pairs) + ".",
        lambda: " and ".join(f"{n} {v}" for n, v in pairs),
        lambda: "\n".join(f"{values.capital(n)}: {v}" for n, v in pairs),
        lambda: ", ".join(f"{n} = {v}" for n, v in pairs)])()


def question(r):
    if r.random() < 0.15:
        return listed(r)
    if r.random() < 0.4:
        text, found = person_told(r)
    else:
        found = fields(r)
        text = text_of(r, found)
    answer = {name: value for name, (_, value) in found.items()}
    dice = r.random()
    if dice < 0.55:
        asked = list(answer)
        if len(asked) > 1 and r.random() < 0.3:
            asked = r.sample(asked, r.randint(1, len(asked)))
        return r.choice(BY_KEYS).format(k=", ".join(asked), t=text), {k: answer[k] for k in asked}
    if dice < 0.65:
        return r.choice(FREE).format(t=text_of(r, found)), answer
    schema = {"type": "object", "properties": {n: {"type": kind.type} for n, (kind, _) in found.items()}}
    if r.random() < 0.8:
        schema["required"] = list(found)
    if r.random() < 0.3:
        schema["additionalProperties"] = False
    return r.choice(BY_SCHEMA).format(s=render.compact(schema), t=text), answer


def document(r):
    asked, answer = question(r)
    return maybe_system(r) + render.user(loosely(r, asked)) + render.said(render.compact(answer))
