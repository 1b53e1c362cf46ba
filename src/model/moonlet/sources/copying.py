"""Pure copying: a row of unforeseeable words is said again, so that almost every predicted token must be looked up."""

from .. import render
from . import values
from .declare import chosen_name
from .values import capital

ASKED = ("{}", "Repeat: {}", "Say again: {}", "Copy this: {}", "Once more: {}", "Write: {}")


def identifier(r):
    """Two or three words in one name, as programmers write them."""
    return chosen_name(r, "_".join(r.choice([values.rarity, values.rarity, values.invented])(r) for _ in range(r.choice((2, 2, 3)))))


def row(r):
    draws = r.sample([values.word, values.invented, values.thing, values.city, values.person, lambda r: r.choice(values.lexicon()),
                      values.code, values.rarity, identifier, lambda r: str(values.whole(r)), lambda r: capital(values.invented(r))], r.randint(1, 3))
    return [r.choice(draws)(r) for _ in range(r.choice((2, 4, 8, 16, 24)))]


def echoed(r):
    """The same words in the same order, with the same marks between them."""
    text = r.choice([" ", " ", ", ", "; ", "\n"]).join(row(r))
    return render.user(r.choice(ASKED).format(text)) + render.said(text)


def keyed(r):
    """Words under keys, out as a JSON object; sometimes in another order or only some of them."""
    words = list(dict.fromkeys(row(r)))[:8]
    keys = list(dict.fromkeys(r.choice([values.invented, values.word])(r).replace(" ", "_") for _ in words))
    pairs = list(zip(keys, words))
    told = r.choice([", ", "; ", "\n"]).join(r.choice([f"{k} is {v}", f"{k}: {v}", f"{k} {v}", f"{k} = {v}"]) for k, v in pairs)
    kept = r.sample(pairs, r.randint(1, len(pairs))) if r.random() < 0.4 else pairs
    asked = "JSON of {k}: {t}" if kept is not pairs or r.random() < 0.5 else "JSON: {t}"
    return render.user(asked.format(k=", ".join(k for k, _ in kept), t=told)) + render.said(render.compact(dict(kept)))


def listed(r):
    words = row(r)
    return render.user(f"JSON list: {', '.join(words)}") + render.said(render.compact(words))


def document(r):
    return r.choices([echoed, keyed, listed], [50, 30, 20])[0](r)
