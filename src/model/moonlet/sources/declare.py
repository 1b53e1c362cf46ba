"""Builds tool declarations the ways clients send them, and conversations around a set of tools."""

from dataclasses import dataclass

from .. import render
from .values import KINDS, Kind, capital

SYSTEMS = """You are a helpful assistant.|You are a friendly assistant.|You are Moonlet, a small assistant.|You are a
 helpful, honest assistant.|Answer briefly.|You help people with their questions.|You are an assistant that can call
 tools.|Be kind and clear.|You are a helpful AI assistant.|Use the tools when they help.|You are a polite assistant who
 gives short answers.|Keep your answers short.|Today is Monday.|You are an assistant for a small
 company.""".replace("\n", "").split("|")


@dataclass(frozen=True)
class Parameter:
    name: str
    kind: Kind
    required: bool = True
    choices: tuple = ()
    words: tuple = ()


def maybe_system(r):
    return render.system(r.choice(SYSTEMS)) if r.random() < 0.3 else []


def parameter_schema(r, parameter, described):
    schema = {"type": parameter.kind.type}
    if parameter.choices:
        schema["enum"] = list(parameter.choices)
    if described:
        spoken = parameter.name.replace("_", " ")
        example = "" if parameter.choices else str(parameter.kind.draw(r))
        schema["description"] = r.choice(["The {}", "the {}", "Which {}", "{}", "{} to use", "The {}, e.g. " + example,
                                          "{}, for example " + example]).format(spoken)
        if r.random() < 0.3:
            schema = {"description": schema.pop("description")} | schema
    if parameter.kind.type == "integer" and r.random() < 0.06:
        schema["minimum"] = r.choice((0, 1))
    return schema


def declaration(r, name, description, parameters):
    """One entry of a client's tools; the optional keys come and go."""
    described = r.random() < 0.4
    schema = {"type": "object", "properties": {p.name: parameter_schema(r, p, described) for p in parameters}}
    if r.random() < 0.87:
        schema["required"] = [p.name for p in parameters if p.required]
    if r.random() < 0.15:
        schema["additionalProperties"] = False
    function = {"name": name}
    if description and r.random() < 0.75:
        function["description"] = description
    function["parameters"] = schema
    if r.random() < 0.1:
        function["strict"] = True
    if r.random() < 0.05:
        function = dict(sorted(function.items()))
    tool = {"type": "function", "function": function}
    return {"function": function, "type": "function"} if r.random() < 0.04 else tool


def chosen_name(r, snake):
    """The same name in the ways programmers write it."""
    words = snake.split("_")
    camel = words[0] + "".join(capital(w) for w in words[1:])
    return r.choices([snake, camel, capital(camel), "-".join(words)], [70, 21, 6, 3])[0]


def numbered(turns, first):
    return [part for turn in turns for part in turn(first)]


def ending(text):
    """The text as its writer might leave it."""
    return text[:-1] if text.endswith(".") else text


def loosely(r, question):
    """Now and then in lower case at the start, without the final mark, or with a greeting or thanks around it."""
    if r.random() < 0.12:
        question = question[:1].lower() + question[1:]
    if r.random() < 0.15:
        question = ending(question)
    if r.random() < 0.08:
        question = r.choice(["Hi, ", "Hello! ", "Hey, ", "Please: ", "Good morning. ", "OK, ", "Now: "]) + question
    if r.random() < 0.06:
        question += r.choice([" Thanks!", " Thank you.", " please", " It is urgent.", " Thanks"])
    return question


def kind(name):
    return KINDS[name]
