#!/usr/bin/env python3
"""Writes damping.ts beside this script: a synthetic set of damped oscillations, each with its damping ratio, for regression.

A mass on a spring is let go and measured with noise: x(t) = A exp(-z w t) cos(w sqrt(1 - z z) t + p), and beside it its
velocity, at steps of 0.1. The number to predict is z, from 0.02 to 0.4; A, w, p, the noise and the number of steps are drawn
for each series and say nothing of it.

    python3 data/damping.py

Needs the standard library of Python 3.9 or later only, and draws from `random.Random(seed).random()` alone, whose sequence
Python keeps from version to version. Prints the bytes and the sha256 of the file.
"""

import hashlib
import math
import pathlib
import random

SEED = 20260
ROWS = 600
STEPS = (40, 80)
NOISE = 0.05


def between(draw, low, high):
    return low + (high - low) * draw()


def normal(draw):
    return math.sqrt(-2 * math.log(1 - draw())) * math.cos(2 * math.pi * draw())


def series(draw):
    ratio = between(draw, 0.02, 0.4)
    amplitude, frequency, phase = between(draw, 0.5, 2), between(draw, 1.5, 4), between(draw, 0, 2 * math.pi)
    damped = frequency * math.sqrt(1 - ratio * ratio)
    place, speed = [], []
    for step in range(int(between(draw, STEPS[0], STEPS[1] + 1))):
        t = 0.1 * step
        envelope, angle = amplitude * math.exp(-ratio * frequency * t), damped * t + phase
        x = envelope * math.cos(angle)
        v = -ratio * frequency * x - damped * envelope * math.sin(angle)
        place.append(x + NOISE * normal(draw))
        speed.append(v + NOISE * normal(draw))
    written = [",".join(f"{value:.3f}" for value in channel) for channel in (place, speed)]
    return f"{written[0]}:{written[1]}:{ratio:.4f}"


def main():
    draw = random.Random(SEED).random
    head = ["@problemName Damping", "@timeStamps false", "@univariate false", "@dimensions 2", "@equalLength false",
            "@targetLabel true", "@data"]
    text = "\n".join(head + [series(draw) for _ in range(ROWS)]) + "\n"
    path = pathlib.Path(__file__).with_name("damping.ts")
    path.write_text(text, encoding="ascii", newline="\n")
    content = path.read_bytes()
    print(path.name, len(content), hashlib.sha256(content).hexdigest())


main()
