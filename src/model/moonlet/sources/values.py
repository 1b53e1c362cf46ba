"""Random values of everyday kinds: what questions name and tool calls carry."""

from collections import Counter
from dataclasses import dataclass
from functools import cache
import re
from typing import Callable

from .files import held, rows

PEOPLE = """Anna Ben Carla David Elena Felix Grace Hugo Iris Jonas Karin Leo Maria Nina Oscar Paula Rosa Sam Tina Umar
Vera Walter Yusuf Zoe Alice Bob Charlie Diana Erik Fatima George Hana Ivan Julia Kenji Lara Mark Nora Omar Petra Ravi
Sofia Tom Victor Wendy Amir Chloe Peter Lucy Emma James John Kate Laura Mike Olivia Paul Rachel Steve Susan Simon Ahmed
Aisha Carlos Chen Dmitri Eva Frank Greta Henry Ingrid Jack Kim Lena Mei Noah Priya Rita Sven Tariq Wei Yuki""".split()
CITIES = """Oslo,Paris,London,Berlin,Madrid,Rome,Vienna,Zurich,Geneva,Lisbon,Dublin,Athens,Prague,Warsaw,Budapest,
Copenhagen,Stockholm,Helsinki,Brussels,Amsterdam,New York,Boston,Chicago,Seattle,San Francisco,Los Angeles,Miami,Denver,
Austin,Toronto,Montreal,Mexico City,Lima,Bogota,Buenos Aires,Cairo,Nairobi,Lagos,Cape Town,Mumbai,Delhi,Tokyo,Kyoto,
Osaka,Seoul,Beijing,Shanghai,Singapore,Bangkok,Hanoi,Jakarta,Manila,Sydney,Melbourne,Auckland,Istanbul,Dubai,Hamburg,
Munich,Milan,Naples,Porto,Bergen,Lyon,Nice,Marseille,Ghent,Krakow,Riga,Tallinn,Vilnius,Reykjavik,Tbilisi,Baku,Quito,
Havana,Dallas,Houston,Phoenix,Portland,Salzburg,Graz,Basel,Bern,Leeds,Glasgow,Cardiff,Belfast,Sofia,Zagreb,Belgrade,
Bucharest,Kyiv,Florence,Venice,Turin,Seville,Valencia,Bordeaux,Rotterdam,Antwerp,Cologne,Frankfurt,Stuttgart,Leipzig,
Dresden,Manchester,Liverpool,Bristol,York,Oxford,Cambridge,Edinburgh,Philadelphia,Atlanta,Detroit,Orlando,Las Vegas,
San Diego,Vancouver,Ottawa,Calgary,Santiago,Rio de Janeiro,Tunis,Accra,Dakar,Tehran,Doha,Karachi,Dhaka,Hong Kong,
Taipei,Brisbane,Perth,Wellington""".replace("\n", "").split(",")
THINGS = """lamp book apple bicycle guitar coffee tea umbrella camera jacket laptop pizza sandwich pen clock garden
kitchen bedroom door window car train ticket song movie report order package letter robot sensor printer server plant
chair table phone map box ring cake bread milk shirt shoe watch mirror blanket pillow candle basket bottle knife spoon
tower bridge market museum hospital school office garage bathroom heater fan radio speaker oven""".split()
COLOURS = "red blue green yellow white black orange purple pink brown grey".split()
LOOKS = COLOURS + """small large old new fast slow quiet cheap fresh warm cold local daily urgent private public open low
medium high dark light short long soft loud""".split()
MONTHS = "January February March April May June July August September October November December".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
NEAR = ["today", "tomorrow", "tonight", "next week", "next Monday", "this weekend", "this evening"]
LANGUAGES = """French German Spanish Italian Norwegian Swedish Dutch Polish Greek Turkish Arabic Hindi Japanese Chinese
Korean Russian Portuguese Finnish Danish Latin""".split()
CURRENCIES = "USD EUR GBP JPY CHF NOK SEK DKK PLN CAD AUD CNY INR".split()
SYLLABLES = """ba be bi bo bu da de di do du fa fe fi fo ga ge gi go ha he hi ho ka ke ki ko ku la le li lo lu ma me mi
mo mu na ne ni no nu pa pe pi po ra re ri ro ru sa se si so su ta te ti to tu va ve vi vo wa wi za ze zo ja jo ju sha cho
tri bro gra plo ster lin mar ton vel dor""".split()
SENTENCES = """I will be late|see you soon|the meeting is moved|please call me back|happy birthday|dinner is ready
|thank you for your help|I am on my way|the train is late|do not forget the milk|good luck|we won the game|I miss you
|the door is open|bring your coat|lunch at noon|the report is done|let us meet tomorrow|the cat is fine|call the doctor
""".replace("\n", "").split("|")


TEXTS = "storybooks_ccby synthetic_persona_chat sgd taskmaster4 nlu_eval_data".split()


@dataclass(frozen=True)
class Kind:
    """One sort of value: what parameters that take it are called, and how a question leads up to it."""

    names: tuple
    draw: Callable
    leads: tuple
    type: str = "string"


@cache
def lexicon():
    """Common words of the training stories, to make phrases of."""
    counts = Counter()
    for row in rows("tinystories"):
        if not held(row["t"][:80]):
            counts.update(re.findall(r"\b[a-z]{3,9}\b", row["t"]))
    return [w for w, n in counts.most_common(2600) if n > 20][60:]


@cache
def rarities():
    """Longer words of every downloaded text down to those said once, which names are made of: half a dozen tokens each."""
    found = {word for name in TEXTS for row in rows(name) for word in re.findall(r"\b[a-z]{5,12}\b", str(row)) if not held(word)}
    return sorted(found)


def capital(text):
    return text[:1].upper() + text[1:]


def invented(r):
    return "".join(r.choice(SYLLABLES) for _ in range(r.choice((2, 2, 3, 3, 4)))) + r.choice(["", "", *"nrslx"])


def rarity(r):
    return r.choice(rarities())


def word(r):
    return r.choice([invented, lambda r: r.choice(lexicon()), lambda r: r.choice(THINGS)])(r)


def city(r):
    if r.random() < 0.5:
        return r.choice(CITIES)
    return capital(invented(r)) + r.choice(["", "", "", "ville", "burg", " City", " Bay"])


def person(r):
    name = r.choice(PEOPLE) if r.random() < 0.75 else capital(invented(r))
    return name + (" " + capital(invented(r)) if r.random() < 0.4 else "")


def thing(r):
    return r.choice([r.choice(THINGS), f"{r.choice(LOOKS)} {r.choice(THINGS)}", invented(r), r.choice(lexicon())])


def phrase(r):
    return " ".join(r.choice([r.choice(LOOKS), word(r), r.choice(lexicon()), r.choice(THINGS)])
                    for _ in range(r.choice((1, 2, 2, 3))))


def title(r):
    small = {"the", "of", "and"}
    text = r.choice([phrase(r), phrase(r), f"the {phrase(r)}", f"{word(r)} and {word(r)}", f"{thing(r)} of {word(r)}"])
    return capital(" ".join(w if w in small else capital(w) for w in text.split()))


def email(r):
    local = r.choice([r.choice(PEOPLE).lower(), invented(r)]) + r.choice(["", "." + invented(r), str(r.randint(1, 99))])
    return f"{local}@{r.choice([invented(r), 'mail', 'example', 'post'])}.{r.choice(['com', 'org', 'net', 'io', 'de'])}"


def date(r):
    return f"{r.choice((19, 20, 20, 20))}{r.randint(0, 39):02d}-{r.randint(1, 12):02d}-{r.randint(1, 28):02d}"


def day(r):
    month = r.choice(MONTHS)
    return r.choice([f"{month} {r.randint(1, 28)}", f"{r.randint(1, 28)} {month}", r.choice(NEAR[:2] + NEAR),
                     r.choice(DAYS), r.choice(DAYS)])


def time(r):
    minute = r.choice([0, 15, 30, 45, r.randint(0, 59)])
    hour = r.randint(1, 12)
    return r.choice([f"{r.randint(0, 23):02d}:{minute:02d}", f"{hour}:{minute:02d}", f"{hour} pm", f"{hour} am"])


def code(r):
    letters = "".join(r.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(r.randint(1, 3)))
    return letters + r.choice(["-", "", "_"]) + str(r.randint(10, 99999))


def whole(r):
    return r.choice([r.randint(1, 12), r.randint(1, 100), r.randint(1, 9999), r.randint(1, 10 ** r.randint(1, 6))])


def few(r):
    return r.randint(1, 12)


def number(r):
    return round(r.uniform(0.1, 500), r.choice([1, 2]))


def message(r):
    return r.choice([r.choice(SENTENCES), f"{r.choice(SENTENCES)} {r.choice(PEOPLE)}", phrase(r),
                     f"the {phrase(r)} is {r.choice(LOOKS)}", f"I need the {phrase(r)}"])


def sum_(r):
    return f"{r.randint(1, 999)} {r.choice('+-*/')} {r.randint(1, 99)}"


def symbol(r):
    return "".join(r.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(r.randint(2, 4)))


def url(r):
    return f"https://{invented(r)}.{r.choice(['com', 'org', 'net'])}/{word(r)}"


def phone(r):
    return f"{r.choice(['', '+'])}{r.randint(100, 999)}-{r.randint(100, 999)}-{r.randint(1000, 9999)}"


def path(r):
    return f"{r.choice(['', '/', 'docs/'])}{word(r)}{r.choice(['_', '-', '/'])}{invented(r)}.{r.choice('txt md csv pdf png'.split())}"


def one_of(choices):
    return lambda r: r.choice(choices)


KINDS = {
    "city": Kind(("city", "location", "place", "town", "destination", "origin", "region", "area"), city,
                 ("in {}", "for {}", "at {}", "near {}", "in {}")),
    "person": Kind(("name", "person", "customer", "user", "recipient", "contact", "author", "artist", "owner"), person,
                   ("for {}", "to {}", "by {}", "of {}", "with {}")),
    "phrase": Kind(("query", "topic", "keyword", "term", "subject", "phrase", "q"), phrase,
                   ("about {}", "for {}", 'for "{}"', 'with "{}"', "on {}", "about '{}'")),
    "thing": Kind(("item", "product", "device", "thing", "object", "room", "tag", "ingredient"), thing,
                  ("for {}", "of {}", "with {}", 'for "{}"', "for the {}")),
    "title": Kind(("title", "song", "book", "movie", "playlist", "project", "label", "album"), title,
                  ('called "{}"', "called {}", "named {}", 'for "{}"', "for {}")),
    "email": Kind(("email", "address", "mail_to", "to", "sender"), email, ("to {}", "for {}", "at {}", "from {}")),
    "date": Kind(("date", "day", "start_date", "deadline", "from_date"), date, ("on {}", "for {}", "by {}")),
    "day": Kind(("date", "day", "when"), day, ("on {}", "for {}", "{}")),
    "time": Kind(("time", "hour", "at", "start_time"), time, ("at {}", "for {}", "by {}")),
    "id": Kind(("id", "code", "order_id", "account", "reference", "serial", "user_id"), code,
               ("{}", "with id {}", "number {}", "for {}", "of {}")),
    "count": Kind(("count", "number", "quantity", "amount", "limit", "days", "minutes", "level", "size"), whole,
                  ("{}", "with {}", "for {}", "of {}"), "integer"),
    "few": Kind(("people", "guests", "days", "hours", "pages", "seats"), few, ("for {}",), "integer"),
    "number": Kind(("price", "value", "weight", "distance", "temperature", "rate"), number,
                   ("of {}", "at {}", "with {}", "for {}"), "number"),
    "message": Kind(("message", "text", "body", "content", "note"), message,
                    ('saying "{}"', "saying {}", "that says {}", "with the text {}", 'with the message "{}"')),
    "sum": Kind(("expression", "formula"), sum_, ("{}",)),
    "symbol": Kind(("symbol", "ticker"), symbol, ("of {}", "for {}")),
    "url": Kind(("url", "link", "page"), url, ("{}", "at {}")),
    "phone": Kind(("phone", "phone_number"), phone, ("{}", "to {}", "at {}")),
    "path": Kind(("path", "file", "filename"), path, ("{}", "in {}")),
    "language": Kind(("language", "target", "lang", "to"), one_of(LANGUAGES), ("to {}", "into {}", "in {}")),
    "currency": Kind(("currency", "from", "to", "base"), one_of(CURRENCIES), ("in {}", "to {}")),
    "colour": Kind(("color", "colour"), one_of(COLOURS), ("in {}", "to {}")),
}
