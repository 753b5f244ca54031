"""Writes walk.csv, a random walk of 400 steps: `python3 docs/book/data/walk.py > docs/book/data/walk.csv`."""

import random

draw = random.Random(1)
value = 100.0
print("STEP,VALUE")
for step in range(400):
    print(f"{step},{value:.2f}")
    value += draw.gauss(0, 3)
