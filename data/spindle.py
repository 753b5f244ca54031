#!/usr/bin/env python3
"""Writes spindle.csv: the load and the temperature of a spindle, a row every five minutes, with faults of which each row is labelled.

    python3 data/spindle.py > data/spindle.csv

Synthetic: a pass takes 24 rows, in which the load rises and falls twice and the temperature follows it. There are no faults in the first 70 %
of the rows; behind them are eight, of four kinds, of 24 to 48 rows each: a load that sticks, one that swings twice as fast, one whose two peaks are
one, and a temperature that no longer follows.
"""

import datetime
import math
import random

ROWS, PASS = 3000, 24
FAULTS = [(2150, 36, "sticks"), (2260, 48, "fast"), (2390, 24, "merged"), (2480, 36, "cold"),
          (2600, 24, "sticks"), (2690, 48, "merged"), (2800, 36, "fast"), (2910, 48, "cold")]


def main():
    draw = random.Random(16)
    begin = datetime.datetime(2026, 3, 2)
    temperature, stuck = 40.0, 0.0
    print("time,load,temperature,fault")
    for row in range(ROWS):
        fault = next((kind for start, length, kind in FAULTS if start <= row < start + length), "")
        place = 2 * math.pi * row / PASS
        load = 50 + 20 * math.sin(place) + 15 * math.sin(2 * place + 0.7)
        if fault == "fast":
            load = 50 + 20 * math.sin(2 * place) + 15 * math.sin(4 * place + 0.7)
        elif fault == "merged":
            load = 50 + 25 * math.sin(place)
        elif fault == "sticks":
            load = stuck
        stuck = load
        temperature += 0.15 * (20 + 0.5 * (50 if fault == "cold" else load) - temperature) + 0.1 * draw.gauss(0, 1)
        when = begin + datetime.timedelta(minutes=5 * row)
        print(f"{when:%Y-%m-%d %H:%M},{load + draw.gauss(0, 1.5):.1f},{temperature:.2f},{int(bool(fault))}")


main()
