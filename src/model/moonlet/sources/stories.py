"""TinyStories as they are and as answers to a wish, and picture books told as they are."""

from collections import Counter
from functools import cache
import re

from .. import render
from .declare import maybe_system
from .files import rows, split
from .values import capital

GIRLS = "Lily Sue Mia Anna Sara Amy Lucy Emma Lisa Jane Jill Kim Molly Zoe Bella Ella Ruby Mandy Daisy Rose".split()
BOYS = "Tim Tom Ben Max Sam Jack Bob Timmy Tommy Leo Joe Fred Billy Jim John Peter Dan Nick Luke Charlie".split()
NAMED = re.compile(r"\b(" + "|".join(GIRLS + BOYS) + r")\b")
ANIMALS = "cat dog rabbit bear frog lion duck horse cow pig monkey turtle goat tiger beaver kitten lamb panda".split()
ANIMAL = re.compile(r"\b(" + "|".join(ANIMALS) + r")(s?)\b", re.I)
TELLING = re.compile(r"\b(bark|meow|mew|moo|woof|quack|roar|croak|ribbit|oink|neigh|purr|paw|hop|swam|swim|fur|mane|bunn|pupp)", re.I)
NOUNS = """cat dog bird rabbit bear fish frog mouse lion fox duck horse cow pig bunny monkey elephant owl squirrel
butterfly dragon princess prince king queen fairy girl boy robot doll car truck train boat ball tree flower kite cake
cookie apple garden park beach forest river snow rain moon star sun toy box hat book bike castle farm puppy kitten
turtle bee ant spider snake dinosaur wizard pirate doctor farmer teacher mom dad grandma baby teddy balloon puzzle swing
slide house zoo school bridge lake mountain tiger wolf deer goat sheep chicken bug worm crab whale shark dolphin penguin
zebra giraffe parrot chick witch knight giant monster unicorn fireman policeman sailor friend""".split()
WISHES = """Tell me a story about {x}.|Tell me a short story about {x}.|Write a short story about {x}.|Write a story about
 {x}.|Can you tell me a story about {x}?|Please write a story about {x}.|I want to hear a story about {x}.|Story about {x}
 please|tell me a story about {x}|A short story about {x}, please.|Make up a story about {x}.|Could you write a little
 story about {x} for me?|Please tell me a short story about {x}.|tell me a short story about {x}|I would like a story about
 {x}.|Give me a story about {x}.|Do you know a story about {x}?|Tell a story about {x}.|write a story about {x}|Can you
 write a short story about {x}?|My child wants a story about {x}.|A bedtime story about {x}, please.|Tell me a bedtime
 story about {x}.|Tell me a nice story about {x}.|Tell us a story about {x}.|Short story about {x}|Invent a story about
 {x}.|Hi! Tell me a story about {x}.|Let me hear a tale about {x}.|Tell me a tale about {x}.""".replace("\n", "").split("|")
HERO = re.compile(r"\b(?:was|lived|named) an? (?:\w+,? ){0,3}?(" + "|".join(NOUNS) + r")\b")
OPEN_WISHES = """Tell me a story.|Tell me a short story.|Write a story.|Please tell me a story.|Can you tell me a
 story?|I want to hear a story.|Tell me a bedtime story.|A story, please.|Write a short story for children.|Make up a
 story.""".replace("\n", "").split("|")


@cache
def tales(heldout=False):
    return [row["t"].strip() for row in split(rows("tinystories"), lambda row: row["t"][:80], heldout)]


@cache
def heroic():
    """The stories whose hero is no child, too few to be left to chance: they show that the wish decides."""
    found = [(text, HERO.search(text.lower()[:120])) for text in tales()]
    return [text for text, hero in found if hero and hero.group(1) not in ("girl", "boy", "mom", "dad")]


@cache
def books():
    return [row["t"].strip() for row in split(rows("storybooks_ccby"), lambda row: row["title"], False)]


@cache
def fairy_tales():
    """The sections of old fairy tales, each a text of its own."""
    return [part.strip() for row in split(rows("fairytaleqa_stories"), lambda row: row["story"], False) for part in row["sections"]]


def renamed(r, text):
    """The story with its children's names exchanged for others."""
    present = set(NAMED.findall(text))
    names = {}
    for pool in (GIRLS, BOYS):
        here = [n for n in pool if n in present]
        names.update(zip(here, r.sample(pool, len(here))))
    return NAMED.sub(lambda m: names[m.group()], text) if names else text


def recast(r, text):
    """The story with its animals exchanged for others, where nothing tells which animal it was."""
    present = list(dict.fromkeys(found[0].lower() for found in ANIMAL.findall(text)))
    if not present or len(present) > 3 or TELLING.search(text):
        return text
    others = dict(zip(present, r.sample(ANIMALS, len(present))))

    def exchanged(found):
        other = others[found.group(1).lower()] + found.group(2).lower()
        return capital(other) if found.group(1)[0].isupper() else other
    return ANIMAL.sub(exchanged, text)


def varied(r, pool=tales):
    text = renamed(r, r.choice(pool()))
    return recast(r, text) if r.random() < 0.5 else text


def with_article(noun):
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def topic(r, text):
    """What the story is about: a noun that it names early and more than once, perhaps with a second or a name."""
    low = text.lower()
    counts = Counter(w[:-1] if w.endswith("s") and w[:-1] in NOUNS else w for w in re.findall(r"[a-z]+", low))
    heads = [n for n in NOUNS if counts[n] >= 3 and re.search(rf"\b{n}\b", low[:160])]
    if not heads:
        return None
    hero = HERO.search(low[:120])
    heads.sort(key=lambda n: (not hero or hero.group(1) != n, -counts[n]))
    first = with_article(heads[0])
    named = re.search(rf"\b{heads[0]} (?:named|called) ([A-Z][a-z]+)", text)
    if named and r.random() < 0.35:
        return f"{first} {r.choice(['named', 'called'])} {named.group(1)}"
    if len(heads) > 1 and r.random() < 0.25:
        return f"{first} and {with_article(heads[1])}"
    child = re.search(r"\b(?:named|called) ([A-Z][a-z]+)", text)
    if child and r.random() < 0.12:
        return child.group(1)
    if r.random() < 0.08:
        return heads[0] + "s"
    return first


def shortened(text, limit):
    """The text up to a sentence's end within the limit."""
    if len(text) <= limit:
        return text
    end = max(text.rfind(mark, 0, limit) for mark in (". ", ".\n", '." ', "! "))
    return text[:end + 1] if end > limit // 3 else text[:limit]


STUMBLES = 0.45


def stumbling(r, text):
    """The text, sometimes with a stretch of it said again once or more and then gone on with.

    Only what is right is predicted: so the model learns to leave a loop, never to enter one.
    """
    words = re.split("(?= )", text)
    length, again = r.randint(3, 16), r.choice((1, 1, 2, 3))
    if len(words) < 3 * length or r.random() > STUMBLES:
        return [render.Part(text, True)]
    end = r.randint(2 * length, len(words) - length)
    stretch = "".join(words[end - length:end])
    return [render.Part("".join(words[:end]), True), render.Part(stretch * again), render.Part("".join(words[end:]), True)]


def raw_document(r):
    return [*stumbling(r, varied(r)), render.mark("[EOS]", True)]


def wished(r, text):
    about = topic(r, text)
    if about is None:
        return render.user(r.choice(OPEN_WISHES))
    return render.user(r.choice(WISHES).format(x=about))


def wish_document(r):
    text = varied(r, heroic if r.random() < 0.5 else tales)
    while topic(r, text) is None and r.random() < 0.9:
        text = varied(r)
    return maybe_system(r) + wished(r, text) + render.turn("assistant", *stumbling(r, text), predicted=True)


def book_document(r):
    pool, limit = (books, 2800) if r.random() < 0.6 else (fairy_tales, 2800)
    return render.raw(shortened(r.choice(pool()), limit))
