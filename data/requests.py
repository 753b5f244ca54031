#!/usr/bin/env python3
"""Writes requests.conll beside this script: synthetic requests of travellers, with a tag for every word.

Nobody said these sentences: each is put together from the patterns below, so its tags are known by construction. A line is a word and
its tag, a blank line ends a sentence, and the tags are of the scheme BIO: FROM and TO (places), DAY, TIME, BY (who carries) and
PERSON. The set is made so that a word does not tell its tag:
- the places that one leaves and goes to are drawn from one list, and it is the words around them that say which is which, in either
  order and often far away;
- Will, May, Victoria, Jordan, Chad and Paris are people as well as words of other kinds;
- places are as unequally frequent as words are (Zipf), so that some of those that are tested on were never seen.

    python3 data/requests.py

Needs the standard library of Python 3.9 or later only, and draws from `random.Random(seed).random()` alone, whose sequence Python
keeps from version to version. Prints the counts and the sha256 of the file.
"""

import hashlib
import pathlib
import random

SEED = 31
ROWS = 2000

PLACES = """Lisbon/Oslo/New York/Paris/Victoria/Lima/Cape Town/Jordan/Prague/Rio de Janeiro/Tunis/Chad/Osaka/San Jose/Bergen/Turin/
Salt Lake City/Quito/Riga/Ghent/Nairobi/Porto Alegre/Tampa/Graz/Kuala Lumpur/Cork/Malmo/Seville/Baton Rouge/Accra/Hanoi/Nantes/Split/
Addis Ababa/Leeds/Bari/Zagreb/Santa Fe/Tromso/Pisa/Dakar/St Gallen/Basra/Lund/Cebu/Hobart/Zug/La Paz/Perth/Gdansk/Ulm/Suva/Ho Chi Minh
City/Aarhus/Cusco/Kyoto/Nome/Varna/Jena/Reno""".replace("\n", "").split("/")
PEOPLE = "Will/May/Victoria/Ada/Jordan/Chad/Paris/my aunt/the two of us/Mr Bell/Grace Hill/our class".split("/")
CARRIERS = "Nordair/Blue Line/the night train/Atlas/Sunrise Coaches/bus/ferry/Pacific West".split("/")
DAYS = "today/tomorrow/Monday/on Friday/next Tuesday/on the third of May/May 12/this weekend/on Sunday morning".split("/")
TIMES = "at noon/before 9 am/after 6/at half past seven/around midnight/by 14:30/as early as possible".split("/")

# A word in braces is a slot; everything else is outside.
OPENINGS = ["", "", "please ,", "hello ,", "I need", "show me", "is there", "book", "will there be"]
ROUTES = """a seat from {FROM} to {TO}
a ticket to {TO} from {FROM}
anything that leaves {FROM} for {TO}
a way to {TO} ; we start in {FROM}
a trip to {TO} , and {FROM} is where it begins
the next connection between {FROM} and {TO}
something out of {FROM} that stops in {TO}
a flight for {PERSON} from {FROM} to {TO}
a place to {TO} for {PERSON} , who lives in {FROM}
the fare that {PERSON} pays from {FROM} to {TO}""".split("\n")
ENDINGS = ["", "", "{DAY}", "{DAY} {TIME}", "{TIME}", "with {BY}", "with {BY} {DAY}", "{DAY} , with {BY}", "but not {DAY}"]
CLOSINGS = ["", ".", "?", ", thanks", ", if {PERSON} may come along"]


class Draw:
    def __init__(self, seed):
        self.random = random.Random(seed).random

    def one(self, things):
        return things[int(self.random() * len(things))]

    def unequal(self, things):
        """The n-th thing n times as seldom as the first."""
        weights = [1 / (n + 1) for n in range(len(things))]
        at = self.random() * sum(weights)
        for thing, weight in zip(things, weights):
            at -= weight
            if at < 0:
                return thing
        return things[-1]


def sentence(draw):
    pattern = " ".join([draw.one(OPENINGS), draw.one(ROUTES), draw.one(ENDINGS), draw.one(CLOSINGS)])
    start = draw.unequal(PLACES)
    end = draw.unequal(PLACES)
    while end == start:
        end = draw.unequal(PLACES)
    fill = {"{FROM}": lambda: start, "{TO}": lambda: end, "{PERSON}": lambda: draw.one(PEOPLE)}
    fill.update({"{BY}": lambda: draw.one(CARRIERS), "{DAY}": lambda: draw.one(DAYS), "{TIME}": lambda: draw.one(TIMES)})
    words = []
    for token in pattern.split():
        if token not in fill:
            words.append((token, "O"))
            continue
        for at, word in enumerate(fill[token]().split()):
            words.append((word, ("I-" if at else "B-") + token.strip("{}")))
    return words


def main():
    draw = Draw(SEED)
    seen, rows = set(), []
    while len(rows) < ROWS:
        words = sentence(draw)
        if tuple(words) not in seen:
            seen.add(tuple(words))
            rows.append(words)
    text = "\n".join("".join(f"{word} {tag}\n" for word, tag in words) for words in rows)
    path = pathlib.Path(__file__).with_name("requests.conll")
    path.write_bytes(text.encode())
    print(len(rows), "sentences,", sum(map(len, rows)), "words,", len(text.encode()), "bytes")
    print(hashlib.sha256(text.encode()).hexdigest())


main()
