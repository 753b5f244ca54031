#!/usr/bin/env python3
"""Writes formal/NAME-train.txt.gz and formal/NAME-test.txt.gz beside this script: three formal languages, whose every prefix has an answer.

    parity      bits; is the number of ones so far even (e) or odd (o)?
    modulo      digits 0 to 4; the remainder of their sum so far by 5 (r0 to r4)
    counting    words of the language a^n b^n c^n, one behind the other; which letters may follow (ab, b, c, a)?

A row is a line of word/TAG. Rows to train on have 1 to 40 words, those to test on 41 to 120, so that a network is asked whether it has learned
the rule or the lengths. In `counting` n is 1 to 10 in rows to train on, three words to a row, and 11 to 30 in those to test on.

    python3 data/formal.py

Needs the standard library of Python 3.9 or later only, and draws from `random.Random(seed).random()` alone, whose sequence Python
keeps from version to version. Prints the counts and the sha256 of the texts and of the packed files.
"""

import gzip
import hashlib
import pathlib
import random

SEED = 11
TRAIN, TEST = 2000, 200


def parity(rng, is_test):
    odd, row = 0, []
    for _ in range(length(rng, is_test)):
        bit = draw(rng, 2)
        odd ^= bit
        row.append((str(bit), "eo"[odd]))
    return row


def modulo(rng, is_test):
    rest, row = 0, []
    for _ in range(length(rng, is_test)):
        digit = draw(rng, 5)
        rest = (rest + digit) % 5
        row.append((str(digit), f"r{rest}"))
    return row


def counting(rng, is_test):
    row = []
    for _ in range(3):
        n = 11 + draw(rng, 20) if is_test else 1 + draw(rng, 10)
        row += [("a", "ab")] * n + [("b", "b")] * (n - 1) + [("b", "c")] + [("c", "c")] * (n - 1) + [("c", "a")]
    return row


def length(rng, is_test):
    return 41 + draw(rng, 80) if is_test else 1 + draw(rng, 40)


def draw(rng, below):
    return int(rng.random() * below)


folder = pathlib.Path(__file__).parent / "formal"
folder.mkdir(exist_ok=True)
for language in (parity, modulo, counting):
    rng = random.Random(SEED)
    for part, rows in (("train", TRAIN), ("test", TEST)):
        lines = [" ".join(f"{word}/{tag}" for word, tag in language(rng, part == "test")) for _ in range(rows)]
        text = ("\n".join(lines) + "\n").encode()
        packed = gzip.compress(text, 9, mtime=0)
        path = folder / f"{language.__name__}-{part}.txt.gz"
        path.write_bytes(packed)
        print(f"{path.name}: {len(lines)} rows, {sum(line.count('/') for line in lines)} words")
        print(f"  text:   {len(text)} bytes, sha256 {hashlib.sha256(text).hexdigest()}")
        print(f"  packed: {len(packed)} bytes, sha256 {hashlib.sha256(packed).hexdigest()}")
