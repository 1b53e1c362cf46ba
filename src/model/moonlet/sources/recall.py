"""Remembering what was said before, and saying again what was just said: the copying skill on its own."""

from .. import render
from . import values
from .declare import maybe_system
from .facts import fact

THINGS = (
    ("My name is {}.", "Nice to meet you, {}!", ("What is my name?", "Who am I?", "Do you know my name?"), "Your name is {}.", values.person),
    ("I am {}.", "Hello {}!", ("What is my name?", "Who am I?"), "You are {}.", values.person),
    ("I live in {}.", "{} sounds nice.", ("Where do I live?", "In which city do I live?"), "You live in {}.", values.city),
    ("The secret word is {}.", "I will remember it.", ("What is the secret word?", "Which word was it?"), "The secret word is {}.", values.word),
    ("My dog is called {}.", "{} is a nice name.", ("What is my dog called?", "How is my dog called?"), "Your dog is called {}.", values.person),
    ("My favourite colour is {}.", "{} is a nice colour.", ("What is my favourite colour?",), "Your favourite colour is {}.", lambda r: r.choice(values.COLOURS)),
    ("I am {} years old.", "That is a good age.", ("How old am I?",), "You are {} years old.", lambda r: r.randint(4, 99)),
    ("My number is {}.", "Thank you, I noted it.", ("What is my number?",), "Your number is {}.", values.code),
    ("I like {}.", "I like {} too.", ("What do I like?",), "You like {}.", values.phrase),
    ("The meeting is at {}.", "All right.", ("When is the meeting?",), "The meeting is at {}.", values.time))


def memory(r):
    told, reply, questions, answer, draw = r.choice(THINGS)
    value = draw(r)
    parts = render.user(told.format(value)) + render.said(values.capital(reply.format(value)))
    for _ in range(r.choice((0, 0, 1, 2))):
        question, text = fact(r)
        parts += render.user(question) + render.said(text)
    return parts + render.user(r.choice(questions)) + render.said(answer.format(value))


def text(r):
    draw = r.choice([values.phrase, values.invented, values.title, values.message, values.person, values.city, values.code,
                     values.email, values.date, lambda r: " ".join(values.invented(r) for _ in range(r.randint(1, 5))),
                     lambda r: str(values.whole(r)), lambda r: " ".join(values.word(r) for _ in range(r.randint(2, 6)))])
    return draw(r)


def echo(r):
    """Say it again; as it is, in quotes, or as a piece of JSON."""
    said = text(r)
    question = r.choice(["Repeat: {}", "Say {}", 'Say "{}".', "Repeat after me: {}", "Write {}", "Please repeat {}", "Echo {}",
                         'Write "{}"'])
    return render.user(question.format(said)) + render.said(said)


def pieces(r):
    """Several words into a JSON list, or one word of a list by its number or its key."""
    draw = r.choice([values.invented, values.word, values.person, values.city, values.thing, values.code])
    words = list(dict.fromkeys(draw(r) for _ in range(r.randint(2, 7))))
    dice = r.random()
    if dice < 0.5:
        told = r.choice([", ", " and ", " ", "; "]).join(words)
        return render.user(r.choice(["As a JSON list: {}", "JSON list: {}", "Make a JSON array of {}", "{} as JSON list"]).format(told)) \
            + render.said(render.compact(words))
    if dice < 0.75:
        place = r.choice([0, -1])
        told = r.choice([", ", " "]).join(words)
        name = {0: "first", -1: "last"}[place]
        return render.user(f"What is the {name} of these: {told}?") + render.said(words[place])
    keys = list(dict.fromkeys(values.word(r) for _ in words))[:4]
    pairs = list(zip(keys, words))
    told = r.choice([", ".join(f"{k} is {v}" for k, v in pairs), "; ".join(f"{k}: {v}" for k, v in pairs)])
    parts = render.user(f"{told}. What is {pairs[0][0]}?") + render.said(pairs[0][1])
    for key, value in r.sample(pairs, len(pairs)):
        parts += render.user(f"And {key}?") + render.said(value)
    return parts


def document(r):
    if r.random() < 0.3:
        return maybe_system(r) + memory(r)
    parts = [] if r.random() < 0.8 else maybe_system(r)
    for _ in range(r.randint(1, 4)):
        parts += r.choice([echo, pieces])(r)
    return parts
