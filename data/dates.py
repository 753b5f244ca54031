#!/usr/bin/env python3
"""Writes dates.tsv beside this script: dates as people write them in English, and the same as ISO 8601 has them.

    Thursday, the 3rd of March 1904     1904-03-03
    12/31/87                            1987-12-31

Days are drawn from 1900 to 2049. A year of two digits is of 1950 to 2049; of two numbers in front of a year the month stands first
where slashes part them and the day where points do; weekdays agree with their dates and need not be read.

    python3 data/dates.py

Needs the standard library of Python 3.9 or later only, and draws from `random.Random(seed).random()` alone, whose sequence Python
keeps from version to version. Prints the counts and the sha256 of the file.
"""

import datetime
import hashlib
import pathlib
import random

SEED = 7
ROWS = 4000
MONTHS = """January February March April May June July August September October November December""".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
FIRST = datetime.date(1900, 1, 1)
COUNT = (datetime.date(2050, 1, 1) - FIRST).days


def ordinal(n):
    return f"{n}{'th' if 10 <= n % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th')}"


def forms(date):
    """The ways in which a date is written."""
    day, month, year = date.day, MONTHS[date.month - 1], date.year
    name, short = DAYS[date.weekday()], year % 100
    all = [
        f"{day} {month} {year}",
        f"{month} {day}, {year}",
        f"{name}, the {ordinal(day)} of {month} {year}",
        f"{month} the {ordinal(day)}, {year}",
        f"{name} {day} {month[:3]} {year}",
        f"{month[:3]}. {day}, {year}",
        f"{date.month}/{day}/{year}",
        f"{day}.{date.month}.{year}",
        f"in {year}, on {month} {day}",
    ]
    if year >= 1950:
        all += [f"{date.month}/{day}/{short:02}", f"{day} {month[:3].lower()} '{short:02}"]
    return all


def main():
    draw = random.Random(SEED).random
    rows, seen = [], set()
    while len(rows) < ROWS:
        date = FIRST + datetime.timedelta(int(draw() * COUNT))
        ways = forms(date)
        row = f"{ways[int(draw() * len(ways))]}\t{date.isoformat()}\n"
        if row not in seen:
            seen.add(row)
            rows.append(row)
    data = ("source\ttarget\n" + "".join(rows)).encode()
    pathlib.Path(__file__).with_name("dates.tsv").write_bytes(data)
    print(len(rows), "rows,", len(data), "bytes")
    print(hashlib.sha256(data).hexdigest())


main()
