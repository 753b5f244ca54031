#!/usr/bin/env python3
"""Writes reviews.tsv beside this script: a synthetic set of short product reviews, labelled positive or negative.

No person wrote these reviews: each one is put together from the templates below, so its label is known by
construction. The set is made so that counting words is not enough:
- a clause may turn its opinion word round ("not good", "far from awful"), or only seem to ("not only good but also");
- of two clauses that disagree, the one that the connective points at decides ("A, but B" and "although A, B": B;
  "B, although A": B again, now in front);
- what somebody had expected, or what was true of an older model, decides nothing.
Negation and contrast are drawn independently of the label, so words alone say little about it.

    python3 data/reviews.py

Needs the standard library of Python 3.9 or later only, and draws from `random.Random(seed).random()` alone, whose
sequence Python keeps from version to version. Prints the counts and the sha256 of the file.
"""

import hashlib
import pathlib
import random

SEED = 20240
ROWS = 3000
WORDS = (3, 40)

PRODUCTS = """kettle lamp backpack blender keyboard camera tent umbrella toaster speaker watch printer chair drill
heater vacuum bicycle pan phone jacket desk router pillow razor monitor scooter mixer headset wallet torch""".split()
PARTS = """handle cover battery colour finish screen cable sound box manual strap weight design motor lid button price
fabric grip size""".split()
GOOD = """good great excellent reliable sturdy comfortable quiet superb lovely solid handy pleasant clever fantastic
durable accurate impressive smooth""".split()
BAD = """bad awful terrible flimsy uncomfortable noisy useless ugly poor clumsy annoying faulty fragile inaccurate
disappointing dreadful dull sloppy""".split()
DEGREES = ["", "", "", "really ", "very ", "quite ", "truly ", "simply "]
# What may stand after "is": DEGREES keep the opinion word as it is, TURNS turn it round.
TURNS = ["not", "never", "hardly", "far from", "anything but", "not at all", "in no way", "no longer"]
LOVE = ["I love", "I recommend", "I enjoy", "I trust", "I admire", "we like"]
HATE = ["I regret", "I hate", "I dislike", "we resent", "I avoid", "I curse"]
LOVE_NOT = """I do not love/I cannot recommend/I do not enjoy/I would not trust/I never admired/we do not like""".split("/")
HATE_NOT = """I do not regret/I cannot hate/I do not dislike/we do not resent/I would not avoid/I never cursed""".split("/")
FILLERS = """I bought it in {month} for my {person}.
My {person} ordered one in {month}.
It came in a {colour} box.
We keep it in the {place}.
This is about the {colour} one.
It took {number} days to arrive.
I have used it for {number} weeks.
It is my second {product} this year.
The shop sent it in {month}.
My {person} asked me to write this.
It stands next to the {product2} in the {place}.""".split("\n")
FILL = {
    "month": "January March April June July October November".split(),
    "person": "sister brother mother father neighbour son daughter friend uncle".split(),
    "colour": "red blue green white black grey".split(),
    "place": "kitchen office garage hall cellar garden bedroom".split(),
    "number": "two three four five six seven eight ten twelve".split(),
}


class Draw:
    """Draws from `random()` only."""

    def __init__(self, seed):
        self.random = random.Random(seed).random

    def chance(self, p):
        return self.random() < p

    def pick(self, items):
        return items[int(self.random() * len(items))]

    def shuffle(self, items):
        for i in range(len(items) - 1, 0, -1):
            j = int(self.random() * (i + 1))
            items[i], items[j] = items[j], items[i]


def word(draw, positive):
    return draw.pick(GOOD if positive else BAD)


def subject(draw, product):
    kind = draw.random()
    if kind < 0.35:
        return f"the {product}"
    if kind < 0.85:
        return f"the {draw.pick(PARTS)}"
    return draw.pick(["it", "this one", "everything about it"])


def clause(draw, product, positive):
    """One clause that means `positive`; how it says so is drawn independently of what it says."""
    kind = draw.random()
    turned = draw.chance(0.45)
    if kind < 0.16:
        verb = draw.pick(
            (LOVE_NOT if turned else HATE) if not positive else (HATE_NOT if turned else LOVE)
        )
        return f"{verb} the {product if draw.chance(0.5) else draw.pick(PARTS)}"
    if kind < 0.28:
        first, second = word(draw, positive), word(draw, positive)
        while second == first:
            second = word(draw, positive)
        form = draw.pick(["not only {} but also {}", "{} and {}", "both {} and {}"])
        return f"{subject(draw, product)} is " + form.format(first, second)
    if kind < 0.38:
        # A noun phrase: "it is a good lamp", "it is not a good lamp".
        opinion = word(draw, positive != turned)
        article = "an" if opinion[0] in "aeiou" else "a"
        which = draw.pick(["it", "this"])
        turn = draw.pick(["not ", "hardly ", "never "]) if turned else ""
        return f"{which} is {turn}{article} {opinion} {product}"
    if turned:
        turn = draw.pick(TURNS)
        return f"{subject(draw, product)} is {turn} {word(draw, not positive)}"
    return f"{subject(draw, product)} is {draw.pick(DEGREES)}{word(draw, positive)}"


def opinion(draw, product, positive):
    """What the review says in the end: one or two sentences without the neutral ones."""
    main = clause(draw, product, positive)
    kind = draw.random()
    if kind < 0.30:
        return main
    # The other clause agrees or disagrees with equal chance, so it tells nothing about the label.
    other = clause(draw, product, draw.chance(0.5))
    if kind < 0.50:
        return f"{other}, but {main}"
    if kind < 0.62:
        return f"although {other}, {main}"
    if kind < 0.74:
        return f"{main}, although {other}"
    if kind < 0.82:
        return f"{other}; {draw.pick(['still', 'however', 'even so'])}, {main}"
    expected = word(draw, draw.chance(0.5))
    if kind < 0.92:
        before = draw.pick(["I expected it to be", "my {person} said it would be", "I had read that it was"])
        before = before.format(person=draw.pick(FILL["person"]))
        return f"{before} {expected}, {draw.pick(['and now', 'and in the end', 'yet'])} {main}"
    return f"the older model was {expected}, while {draw.pick(['here', 'this time', 'now'])} {main}"


def filler(draw, product, used):
    """A sentence that says nothing about the label, from a template that this review has not used."""
    template = draw.pick([t for t in FILLERS if t not in used])
    used.append(template)
    values = {name: draw.pick(items) for name, items in FILL.items()}
    other = draw.pick([p for p in PRODUCTS if p != product])
    return template.format(product=product, product2=other, **values)


def sentence(text):
    return text[0].upper() + text[1:] + "."


def review(draw, positive):
    product = draw.pick(PRODUCTS)
    core = sentence(opinion(draw, product, positive))
    used = []
    before = [filler(draw, product, used) for _ in range(draw.pick([0, 0, 0, 0, 1, 1, 2]))]
    after = [filler(draw, product, used) for _ in range(draw.pick([0, 0, 0, 0, 0, 1, 1, 2]))]
    return " ".join(before + [core] + after)


def main():
    draw = Draw(SEED)
    rows, seen = [], set()
    for label, positive in [("positive", True), ("negative", False)]:
        count = 0
        while count < ROWS // 2:
            text = review(draw, positive)
            if text in seen or not WORDS[0] <= len(text.split()) <= WORDS[1]:
                continue
            seen.add(text)
            rows.append((text, label))
            count += 1
    draw.shuffle(rows)
    data = ("text\tlabel\n" + "".join(f"{text}\t{label}\n" for text, label in rows)).encode("ascii")
    path = pathlib.Path(__file__).resolve().parent / "reviews.tsv"
    path.write_bytes(data)
    lengths = [len(text.split()) for text, _ in rows]
    print(f"{len(rows)} rows, {min(lengths)} to {max(lengths)} words (mean {sum(lengths) / len(lengths):.1f})")
    print(f"{len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
