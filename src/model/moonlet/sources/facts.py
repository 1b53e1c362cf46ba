"""Short facts by template."""

from .. import render
from . import values
from .declare import loosely, maybe_system

CAPITALS = dict(zip("""France Germany Italy Spain Portugal Norway Sweden Denmark Finland Austria Switzerland Greece Poland
Hungary Ireland England Egypt Japan China Russia Canada Peru Cuba Kenya Turkey Belgium Iceland Thailand Chile Scotland
Croatia Latvia""".split(), """Paris Berlin Rome Madrid Lisbon Oslo Stockholm Copenhagen Helsinki Vienna Bern Athens Warsaw
Budapest Dublin London Cairo Tokyo Beijing Moscow Ottawa Lima Havana Nairobi Ankara Brussels Reykjavik Bangkok Santiago
Edinburgh Zagreb Riga""".split()))
OPPOSITES = dict(pair.split("-") for pair in """hot-cold big-small fast-slow happy-sad up-down left-right day-night
open-closed wet-dry hard-soft old-young long-short light-dark full-empty rich-poor early-late good-bad high-low loud-quiet
strong-weak clean-dirty near-far thick-thin first-last black-white love-hate yes-no""".split())
COLOURED = {"the sky": "blue", "grass": "green", "snow": "white", "a banana": "yellow", "blood": "red", "coal": "black",
            "an orange": "orange", "a carrot": "orange", "milk": "white", "a tomato": "red", "the sun": "yellow"}
SOUNDS = dict(pair.split("-") for pair in """cat-meow dog-woof cow-moo duck-quack sheep-baa pig-oink lion-roar frog-croak
bee-buzz owl-hoot horse-neigh mouse-squeak snake-hiss""".split())
KINDS = dict(pair.split("-") for pair in """dog-animal cat-animal rose-flower tulip-flower apple-fruit banana-fruit
carrot-vegetable hammer-tool car-vehicle train-vehicle piano-instrument guitar-instrument eagle-bird sparrow-bird
trout-fish shark-fish chair-piece_of_furniture table-piece_of_furniture red-colour Paris-city Norway-country
Monday-day May-month gold-metal iron-metal oak-tree ant-insect""".split())


def an(word):
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def capital_of(r):
    country = r.choice(list(CAPITALS))
    if r.random() < 0.25:
        return f"{CAPITALS[country]} is the capital of which country?", f"{CAPITALS[country]} is the capital of {country}."
    question = r.choice(["What is the capital of {}?", "Capital of {}?", "Which city is the capital of {}?", "What's the capital of {}?"])
    return question.format(country), f"The capital of {country} is {CAPITALS[country]}."


def opposite(r):
    one = r.choice(list(OPPOSITES))
    one, two = (one, OPPOSITES[one]) if r.random() < 0.5 else (OPPOSITES[one], one)
    question = r.choice(["What is the opposite of {}?", "Opposite of {}?", "Tell me the opposite of {}."])
    return question.format(one), f"The opposite of {one} is {two}."


def colour(r):
    what = r.choice(list(COLOURED))
    return r.choice(["What color is {}?", "Which colour has {}?"]).format(what), f"{values.capital(what)} is {COLOURED[what]}."


def sound(r):
    animal = r.choice(list(SOUNDS))
    return r.choice(["What does a {} say?", "What sound does a {} make?"]).format(animal), f"{values.capital(an(animal))} says {SOUNDS[animal]}."


def kind(r):
    what = r.choice(list(KINDS))
    named = what if what[0].isupper() or what in ("gold", "iron", "red") else an(what)
    return f"What is {named}?", f"{values.capital(named)} is {an(KINDS[what].replace('_', ' '))}."


def counting(r):
    last = r.randint(3, 12)
    if r.random() < 0.2:
        return f"Count down from {last}.", " ".join(str(i) for i in range(last, -1, -1))
    return r.choice(["Count to {}.", "Please count to {}.", "Count from 1 to {}."]).format(last), " ".join(map(str, range(1, last + 1)))


def neighbour(r):
    names = r.choice([values.DAYS, values.MONTHS])
    i, what = r.randrange(len(names)), "day" if len(names) == 7 else "month"
    if r.random() < 0.5:
        return f"What {what} comes after {names[i]}?", f"{names[(i + 1) % len(names)]} comes after {names[i]}."
    return f"What {what} comes before {names[i]}?", f"{names[i - 1]} comes before {names[i]}."


def following(r):
    n = r.randint(1, 99)
    return r.choice(["What number comes after {}?", "Which number follows {}?"]).format(n), f"{n + 1} comes after {n}."


def larger(r):
    a, b = r.sample(range(1, 1000), 2)
    return f"Which is larger, {a} or {b}?", f"{max(a, b)} is larger than {min(a, b)}."


def fact(r):
    return r.choice([capital_of, opposite, colour, sound, kind, counting, neighbour, following, larger])(r)


def document(r):
    question, text = fact(r)
    return maybe_system(r) + render.user(loosely(r, question)) + render.said(text)
