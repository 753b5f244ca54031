#!/usr/bin/env python3
"""Writes ../golden/functions.tsv: what the functions of the equations are at their edges, values and derivatives.

    python3 -m venv env
    env/bin/pip install mpmath==1.3.0
    env/bin/python crates/rekindle-laws/oracles/functions.py

A line is a function, its arguments, its values and its derivatives, each a list of f64 with spaces between; a tab stands
between lists. A function of one or two values has one value, and a derivative by each argument. A function of a row has a
value for every unit, and the derivative of the sum of all its values by each. Arguments that f32 cannot hold are for f64
alone; in f32 the other numbers are the nearest ones there, infinite beyond its largest.

Numbers are computed with mpmath at 1,500 bits and rounded once, or exactly with fractions. Derivatives are written out below
and must agree with mpmath's differences at every finite argument that is no kink. At a kink and at a tie, at infinities and
at NaN, they follow these rules:

- relu 0 at 0, leaky_relu 0.01 at 0, hard_sigmoid 0 at -3 and 3, abs 0 at 0, sqrt infinite at 0; sign and floor 0
  everywhere; max and min go to the first of equals, amax in equal parts to all of them.
- At an infinity value and derivative are the limits; sin and cos have none and are NaN.
- NaN makes every value NaN, and derivatives too, but for those that a comparison chooses from numbers, as none with NaN
  holds: relu 0, leaky_relu 0.01, hard_sigmoid 0, sign 0, floor 0; max and min go to the first, amax to all.
"""

import math
import pathlib
import struct
from fractions import Fraction

import mpmath
from mpmath import mp, mpf

FILE = pathlib.Path(__file__).resolve().parent.parent / "golden" / "functions.tsv"
mp.prec = 1500
INF, NAN = math.inf, math.nan


def f32(x):
    """The nearest number that f32 can hold."""
    return struct.unpack("<f", struct.pack("<f", x))[0]


def sigmoid(x):
    return 1 / (1 + mpmath.exp(-x))


def softplus(x):
    return max(x, mpf(0)) + mpmath.log1p(mpmath.exp(-abs(x)))


def normal(x):
    # Beyond 1000 the rest is below 1e-200000.
    if abs(x) > 1000:
        return mpf(1 if x > 0 else 0)
    return mpmath.erfc(-x / mpmath.sqrt(2)) / 2


def density(x):
    return mpmath.exp(-x * x / 2) / mpmath.sqrt(2 * mpmath.pi)


def piecewise(at, left, middle, right):
    """One of three functions: below, at and above a number."""
    return lambda x: (left if x < at else right if x > at else middle)(x)


def constant(c):
    return lambda x: mpf(c)


def same(x):
    return x


def hard(inside, above):
    return lambda x: mpf(0) if x <= -3 else above(x) if x >= 3 else inside(x)


ZERO, ONE = constant(0), constant(1)
HUNDREDTH = mpf(1) / 100

# name -> value, derivative, kinks, [value and derivative at -inf, at inf, at NaN]
UNARY = {
    "sigmoid": (sigmoid, lambda x: sigmoid(x) * sigmoid(-x), [], [(0, 0), (1, 0), (NAN, NAN)]),
    "tanh": (mpmath.tanh, lambda x: mpmath.sech(x) ** 2, [], [(-1, 0), (1, 0), (NAN, NAN)]),
    "relu": (
        piecewise(0, ZERO, ZERO, same),
        piecewise(0, ZERO, ZERO, ONE),
        [0],
        [(0, 0), (INF, 1), (NAN, 0)],
    ),
    "leaky_relu": (
        piecewise(0, lambda x: HUNDREDTH * x, ZERO, same),
        piecewise(0, constant(HUNDREDTH), constant(HUNDREDTH), ONE),
        [0],
        [(-INF, 0.01), (INF, 1), (NAN, 0.01)],
    ),
    "elu": (
        piecewise(0, mpmath.expm1, ZERO, same),
        piecewise(0, mpmath.exp, ONE, ONE),
        [],
        [(-1, 0), (INF, 1), (NAN, NAN)],
    ),
    "gelu": (lambda x: x * normal(x), lambda x: normal(x) + x * density(x), [], [(0, 0), (INF, 1), (NAN, NAN)]),
    "silu": (
        lambda x: x * sigmoid(x),
        lambda x: sigmoid(x) * (1 + x * sigmoid(-x)),
        [],
        [(0, 0), (INF, 1), (NAN, NAN)],
    ),
    "mish": (
        lambda x: x * mpmath.tanh(softplus(x)),
        lambda x: mpmath.tanh(softplus(x)) + x * sigmoid(x) * mpmath.sech(softplus(x)) ** 2,
        [],
        [(0, 0), (INF, 1), (NAN, NAN)],
    ),
    "softplus": (
        softplus,
        sigmoid,
        [],
        [(0, 0), (INF, 1), (NAN, NAN)],
    ),
    "hard_sigmoid": (
        hard(lambda x: (x + 3) / 6, ONE),
        hard(constant(mpf(1) / 6), ZERO),
        [-3, 3],
        [(0, 0), (1, 0), (NAN, 0)],
    ),
    "softsign": (
        lambda x: x / (1 + abs(x)),
        lambda x: 1 / (1 + abs(x)) ** 2,
        [],
        [(-1, 0), (1, 0), (NAN, NAN)],
    ),
    "sign": (mpmath.sign, ZERO, [0], [(-1, 0), (1, 0), (NAN, 0)]),
    "exp": (mpmath.exp, mpmath.exp, [], [(0, 0), (INF, INF), (NAN, NAN)]),
    "sqrt": (
        lambda x: mpmath.sqrt(x) if x >= 0 else mpf(NAN),
        lambda x: 1 / (2 * mpmath.sqrt(x)) if x > 0 else mpf(INF if x == 0 else NAN),
        [0],
        [(NAN, NAN), (INF, 0), (NAN, NAN)],
    ),
    "sin": (mpmath.sin, mpmath.cos, [], [(NAN, NAN), (NAN, NAN), (NAN, NAN)]),
    "cos": (mpmath.cos, lambda x: -mpmath.sin(x), [], [(NAN, NAN), (NAN, NAN), (NAN, NAN)]),
    "floor": (mpmath.floor, ZERO, None, [(-INF, 0), (INF, 0), (NAN, 0)]),
    "abs": (abs, mpmath.sign, [0], [(INF, -1), (INF, 1), (NAN, NAN)]),
}

# Around 0, beside 3, where implementations change their ways (20, 40), where exp ends in f32 and f64, and far out.
MAGNITUDES = [1e-30, 1e-10, 1e-3, 0.1, 0.5, 1, 1.5, 2, 3, 4, 10, 20, 20.5, 30, 40, 40.5, 80, 88, 89, 100, 700, 710, 1000, 1e10, 1e30]
MAGNITUDES = [f32(x) for x in MAGNITUDES] + [3 - 2**-22, 3 + 2**-22, 3 - 2**-51, 3 + 2**-51, 0.1, 1e300]
POINTS = [0.0, -0.0] + [sign * x for x in sorted(set(MAGNITUDES)) for sign in (1, -1)]


def unary():
    for name, (f, slope, kinks, ends) in UNARY.items():
        for x in POINTS:
            value, derivative = f(mpf(x)), slope(mpf(x))
            if kinks is not None and x not in kinks and not mpmath.isnan(value):
                # So near that no kink is between.
                step = mpf(2) ** -200 * min(1, abs(mpf(x)) or 1)
                difference = (f(mpf(x) + step) - f(mpf(x) - step)) / (2 * step)
                apart = abs(difference - derivative)
                assert apart <= mpf(10) ** -15 * max(1, abs(derivative)), (name, x, difference, derivative)
            yield name, [x], [value], [derivative]
        for x, (value, derivative) in zip([-INF, INF, NAN], ends):
            yield name, [x], [value], [derivative]


def exact(x):
    """A number as a fraction, or itself where it is none."""
    return Fraction(x) if math.isfinite(x) else x


def times(a, b):
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a * b
    return float(a) * float(b)


def plus(a, b):
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a + b
    return float(a) + float(b)


def over(a, b):
    """A quotient as IEEE 754 has it: of zero, of infinities, of NaN."""
    if isinstance(a, Fraction) and isinstance(b, Fraction) and b:
        return a / b
    a, b = float(a), float(b)
    if b == 0:
        return NAN if a == 0 or math.isnan(a) else math.copysign(INF, a)
    return a / b


def minus(a):
    return -a


PAIRS = [(1, 2), (2, 1), (1, 1), (-1, -1), (0, 0), (-1, 1), (0, 1), (1, 0), (-1, 0), (1, 2.5), (2.5, 1), (3, 7), (0.3, 0.1)]
PAIRS += [(f32(a), f32(b)) for a, b in [(1e30, 1e30), (1e30, -1e30), (1e-30, 1e-25), (1e-30, 1e30), (1e30, 1e25), (1e25, 1e-10)]]
# A divisor whose reciprocal f32 can't hold, and one whose square it can't.
PAIRS += [(2.0**-130, 2.0**-129), (2.0**127, 2.0**126), (1e-300, 1e-200)]
PAIRS += [(1, INF), (INF, 1), (INF, INF), (-INF, -INF), (INF, -INF), (-INF, INF), (NAN, 1), (1, NAN), (NAN, NAN), (0, INF), (INF, 0)]


def binary():
    for pair in PAIRS:
        a, b = map(float, pair)
        x, y = exact(a), exact(b)
        yield "+", [a, b], [plus(x, y)], [1, 1]
        yield "-", [a, b], [plus(x, minus(y))], [1, -1]
        yield "*", [a, b], [times(x, y)], [y, x]
        yield "/", [a, b], [over(x, y)], [over(Fraction(1), y), minus(over(over(x, y), y))]
        unknown = math.isnan(a) or math.isnan(b)
        yield "max", [a, b], [NAN if unknown else max(a, b)], [0, 1] if b > a else [1, 0]
        yield "min", [a, b], [NAN if unknown else min(a, b)], [0, 1] if b < a else [1, 0]


ROWS = [
    [1, 2, 3, 4, 5],
    [5, -1, 5, 0, 2],
    [-2, -2, -2, -2, -2],
    [0, 0, -1, 0, -3],
    [f32(1e30)] * 4 + [f32(1e25)],
    [0.1, 0.2, 0.3, 0.1, 0.3],
    [1, INF, 2, 3, 4],
    [INF, 1, INF, INF, 2],
    [-INF, 1, -INF, 2, 2],
    [-INF] * 5,
    [1, INF, 2, -INF, 3],
    [NAN, 1, 2, 3, 4],
    [1, 2, NAN, 3, 4],
    [1, INF, 2, 3, NAN],
    [NAN] * 5,
]


def sums(row):
    total = []
    for x in row:
        total.append(plus(total[-1], x) if total else x)
    return total


def across():
    for numbers in ROWS:
        numbers = [float(x) for x in numbers]
        row = [exact(x) for x in numbers]
        n = len(row)
        total = sums(row)[-1]
        yield "mean", numbers, [over(total, Fraction(n))] * n, [1] * n
        yield "sum", numbers, [total] * n, [n] * n
        yield "cumsum", numbers, sums(row), [n - i for i in range(n)]
        yield "revcumsum", numbers, sums(row[::-1])[::-1], [i + 1 for i in range(n)]
        unknown = any(math.isnan(x) for x in numbers)
        largest = NAN if unknown else max(numbers)
        chosen = [unknown or x == largest for x in numbers]
        share = Fraction(n, sum(chosen))
        yield "amax", numbers, [largest] * n, [share if c else 0 for c in chosen]


def text(x):
    """The nearest f64, in as many digits as give it back."""
    try:
        return repr(float(x))
    except OverflowError:
        return "inf" if x > 0 else "-inf"


def main():
    lines = []
    for name, *lists in [*unary(), *binary(), *across()]:
        lines.append("\t".join([name] + [" ".join(map(text, numbers)) for numbers in lists]))
    FILE.write_text("\n".join(lines) + "\n")


main()
