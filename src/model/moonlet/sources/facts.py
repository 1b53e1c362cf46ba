"""Short facts by template."""

from .. import render
from . import values
from .declare import loosely, maybe_system

CAPITALS = dict(pair.split("-") for pair in """France-Paris;Germany-Berlin;Italy-Rome;Spain-Madrid;Portugal-Lisbon;Norway-Oslo;Sweden-Stockholm;
Denmark-Copenhagen;Finland-Helsinki;Austria-Vienna;Switzerland-Bern;Greece-Athens;Poland-Warsaw;Hungary-Budapest;Ireland-Dublin;England-London;
Egypt-Cairo;Japan-Tokyo;China-Beijing;Russia-Moscow;Canada-Ottawa;Peru-Lima;Cuba-Havana;Kenya-Nairobi;Turkey-Ankara;Belgium-Brussels;
Iceland-Reykjavik;Thailand-Bangkok;Chile-Santiago;Scotland-Edinburgh;Croatia-Zagreb;Latvia-Riga;Estonia-Tallinn;Lithuania-Vilnius;Ukraine-Kyiv;
Romania-Bucharest;Bulgaria-Sofia;Serbia-Belgrade;Slovenia-Ljubljana;Slovakia-Bratislava;Albania-Tirana;Malta-Valletta;Cyprus-Nicosia;
the Netherlands-Amsterdam;the United States-Washington;the United Kingdom-London;Mexico-Mexico City;Brazil-Brasilia;Argentina-Buenos Aires;
Colombia-Bogota;Venezuela-Caracas;Ecuador-Quito;Bolivia-Sucre;Paraguay-Asuncion;Uruguay-Montevideo;Jamaica-Kingston;Panama-Panama City;
Costa Rica-San Jose;Guatemala-Guatemala City;India-New Delhi;Pakistan-Islamabad;Nepal-Kathmandu;Bangladesh-Dhaka;Vietnam-Hanoi;
South Korea-Seoul;North Korea-Pyongyang;Mongolia-Ulaanbaatar;Indonesia-Jakarta;Malaysia-Kuala Lumpur;the Philippines-Manila;Australia-Canberra;
New Zealand-Wellington;Iran-Tehran;Iraq-Baghdad;Israel-Jerusalem;Jordan-Amman;Lebanon-Beirut;Syria-Damascus;Saudi Arabia-Riyadh;Qatar-Doha;
Kuwait-Kuwait City;Georgia-Tbilisi;Armenia-Yerevan;Azerbaijan-Baku;Kazakhstan-Astana;Morocco-Rabat;Algeria-Algiers;Tunisia-Tunis;Libya-Tripoli;
Sudan-Khartoum;Ethiopia-Addis Ababa;Uganda-Kampala;Tanzania-Dodoma;Rwanda-Kigali;Ghana-Accra;Nigeria-Abuja;Senegal-Dakar;Mali-Bamako;
Zimbabwe-Harare;Angola-Luanda;Namibia-Windhoek;Botswana-Gaborone;South Africa-Pretoria;Madagascar-Antananarivo;Luxembourg-Luxembourg;
the Czech Republic-Prague""".replace("\n", "").split(";"))
OPPOSITES = dict(pair.split("-") for pair in """hot-cold big-small fast-slow happy-sad up-down left-right day-night
open-closed wet-dry hard-soft old-young long-short light-dark full-empty rich-poor early-late good-bad high-low loud-quiet
strong-weak clean-dirty near-far thick-thin first-last black-white love-hate yes-no in-out
sweet-sour heavy-light true-false win-lose begin-end buy-sell give-take laugh-cry push-pull above-below inside-outside
brave-afraid tall-tiny cheap-expensive easy-difficult alive-dead asleep-awake summer-winter north-south east-west""".split())
COLOURED = {"the sky": "blue", "grass": "green", "snow": "white", "a banana": "yellow", "blood": "red", "coal": "black",
            "an orange": "orange", "a carrot": "orange", "milk": "white", "a tomato": "red", "the sun": "yellow"}
SOUNDS = dict(pair.split("-", 1) for pair in """cat-meow dog-woof cow-moo duck-quack sheep-baa pig-oink lion-roar frog-croak
bee-buzz owl-hoot horse-neigh mouse-squeak snake-hiss rooster-cock-a-doodle-doo hen-cluck wolf-howl crow-caw goat-baa
donkey-hee-haw bird-tweet kitten-meow puppy-woof""".split())
MEANT = dict(line.split(": ") for line in """What is a dog?: A dog is an animal with four legs that many people keep as a friend.
What is a cat?: A cat is a small animal with soft fur that likes to catch mice.
What is the sun?: The sun is the star that gives us light and warmth.
What is the moon?: The moon goes around the Earth and shines at night.
What is rain?: Rain is water that falls from the clouds.
What is snow?: Snow is frozen water that falls from the clouds in winter.
What is a tree?: A tree is a tall plant with a trunk, branches and leaves.
What is a book?: A book is a set of pages with words or pictures to read.
What is a computer?: A computer is a machine that follows instructions and works with information.
What is the internet?: The internet connects computers all over the world.
What is a language model?: A language model is a program that writes text, one word after the other.
What is Java?: Java is a programming language that runs on many kinds of computers.
What is Python?: Python is a programming language that is easy to read.
What is JSON?: JSON is a simple text format for data, with keys and values.
What is water?: Water is a clear liquid that every living thing needs.
What is a river?: A river is a long stream of water that flows to a lake or the sea.
What is a mountain?: A mountain is a very high piece of land.
What is the sea?: The sea is the salt water that covers most of the Earth.
What is a star?: A star is a big ball of hot gas that shines far away.
What is the Earth?: The Earth is the planet we live on.
What is a bee?: A bee is a small insect that makes honey.
What is honey?: Honey is a sweet food that bees make from flowers.
What is bread?: Bread is a food made of flour and water and baked in an oven.
What is music?: Music is sound that is made to be nice to hear.
What is a school?: A school is a place where children learn.
What is a friend?: A friend is someone you like and trust.
What is love?: Love is a strong, warm feeling for someone.
What is an elephant?: An elephant is a very big grey animal with a long trunk.
What is a whale?: A whale is a very big animal that lives in the sea.
What is a robot?: A robot is a machine that can do work by itself.
What is an API?: An API is a way for one program to talk to another.
What is a tool call?: A tool call asks a program to do something, such as looking up the weather.
How many days are in a week?: There are seven days in a week.
How many months are in a year?: There are twelve months in a year.
How many days are in a year?: There are 365 days in a year, and 366 in a leap year.
How many hours are in a day?: There are 24 hours in a day.
How many minutes are in an hour?: There are 60 minutes in an hour.
How many seconds are in a minute?: There are 60 seconds in a minute.
How many legs does a dog have?: A dog has four legs.
How many legs does a spider have?: A spider has eight legs.
How many legs does an ant have?: An ant has six legs.
How many legs does a bird have?: A bird has two legs.
How many continents are there?: There are seven continents.
How many planets are there?: There are eight planets that go around our sun.
What is the largest planet?: Jupiter is the largest planet.
What is the largest ocean?: The Pacific is the largest ocean.
What is the largest animal?: The blue whale is the largest animal.
What is the tallest animal?: The giraffe is the tallest animal.
What is the fastest land animal?: The cheetah is the fastest land animal.
What is the highest mountain?: Mount Everest is the highest mountain.
What is the largest country?: Russia is the largest country.
What is the closest planet to the sun?: Mercury is the closest planet to the sun.
Why is the sky blue?: The sky is blue because the air scatters blue light the most.
Why do we sleep?: We sleep so that our body and our mind can rest.
Where does milk come from?: Milk comes from cows and other animals.
Where do bears live?: Most bears live in forests and mountains.
Where do penguins live?: Most penguins live in the cold south, near Antarctica.
What do cows eat?: Cows eat grass.
What do cats eat?: Cats eat meat and fish.
What do rabbits eat?: Rabbits eat grass and vegetables such as carrots.
What do bees make?: Bees make honey.
Can birds fly?: Yes, most birds can fly.
Can fish fly?: No, fish swim in water.
Can dogs fly?: No, dogs cannot fly.
Is the sun hot?: Yes, the sun is very hot.
Is ice cold?: Yes, ice is cold. It is frozen water.
Who wrote Romeo and Juliet?: William Shakespeare wrote Romeo and Juliet.
What is the freezing point of water?: Water freezes at 0 degrees Celsius.
What is the boiling point of water?: Water boils at 100 degrees Celsius.
What is the first month of the year?: January is the first month of the year.
What is the last month of the year?: December is the last month of the year.
What are the seasons?: The four seasons are spring, summer, autumn and winter.
What are the primary colors?: The primary colors are red, yellow and blue.
What is half of ten?: Half of ten is five.
What is two plus two?: Two plus two is four.""".split("\n"))
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


def meant(r):
    return r.choice(list(MEANT.items()))


def fact(r):
    return r.choice([meant, meant, meant, capital_of, capital_of, opposite, colour, sound, kind, counting, neighbour, following, larger])(r)


def document(r):
    question, text = fact(r)
    return maybe_system(r) + render.user(loosely(r, question)) + render.said(text)
