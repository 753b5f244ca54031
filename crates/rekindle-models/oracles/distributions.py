#!/usr/bin/env python3
"""Writes golden numbers of distributions and strokes into ../golden, one .safetensors file a case.

    python3 -m venv env
    env/bin/pip install torch==2.15.0 numpy==2.4.6 safetensors==0.8.0 mpmath==1.3.0
    env/bin/python crates/rekindle-models/oracles/distributions.py

From the densities' definitions with fifty digits (mpmath), gradients as its numerical derivatives; nothing is random. A file holds
`input.outputs` and `input.numbers`, `output.losses`, and `grad.outputs`, the gradient of the sum of the losses; of distributions
`output.quantiles`, those of LEVELS, and `output.scores`, the integral of the squared distance of their cumulative function from the
number's. The metadata say which distribution it is.
"""

import json
import math
import pathlib

import torch
from mpmath import betainc, diff, erf, exp, findroot, inf, log, log1p, loggamma, mp, mpf, pi, quad, sqrt, tanh
from safetensors.torch import save

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden"
mp.dps = 50
LEAST = mpf("1e-6")


def softplus(x):
    return log1p(exp(x))


def normal(o, z):
    mean, deviation = o[0], softplus(o[1]) + LEAST
    return ((z - mean) / deviation) ** 2 / 2 + log(deviation * sqrt(2 * pi))


def student_t(o, z):
    freedom, mean, deviation = 2 + softplus(o[0]) + LEAST, o[1], softplus(o[2]) + LEAST
    tail = (freedom + 1) / 2 * log1p(((z - mean) / deviation) ** 2 / freedom)
    return tail + log(deviation) + log(pi * freedom) / 2 + loggamma(freedom / 2) - loggamma((freedom + 1) / 2)


def negative_binomial(o, z):
    mean, alpha = softplus(o[0]) + LEAST, softplus(o[1]) + LEAST
    r = 1 / alpha
    ways = loggamma(z + r) - loggamma(z + 1) - loggamma(r)
    return -(ways + r * log(r / (r + mean)) + z * log(mean / (r + mean)))


LEVELS = [0.1, 0.5, 0.9]


def quantile(kind, o, level):
    """Where the cumulative function reaches the level."""
    if kind == "negative_binomial":
        mean, alpha = softplus(o[0]) + LEAST, softplus(o[1]) + LEAST
        k = 0
        while below(kind, o, mpf(k)) < level:
            k += 1
        return k
    place, scale = (o[1], softplus(o[2])) if kind == "student_t" else (o[0], softplus(o[1]))
    return findroot(lambda x: below(kind, o, x) - level, place + (level - mpf("0.5")) * scale)


def below(kind, o, x):
    """The cumulative function."""
    if kind == "normal":
        return (1 + erf((x - o[0]) / (softplus(o[1]) + LEAST) / sqrt(2))) / 2
    if kind == "student_t":
        freedom, t = 2 + softplus(o[0]) + LEAST, (x - o[1]) / (softplus(o[2]) + LEAST)
        tail = betainc(freedom / 2, mpf("0.5"), 0, freedom / (freedom + t * t), regularized=True) / 2
        return 1 - tail if t > 0 else tail
    mean, r = softplus(o[0]) + LEAST, 1 / (softplus(o[1]) + LEAST)
    return betainc(r, x + 1, 0, r / (r + mean), regularized=True)


def score(kind, o, z):
    """The integral of (F(x) - [z <= x])^2."""
    if kind == "negative_binomial":
        total, k = mpf(0), 0
        while k <= z or below(kind, o, mpf(k)) < 1 - mpf("1e-18"):
            total += (below(kind, o, mpf(k)) - (z <= k)) ** 2
            k += 1
        return total
    return quad(lambda x: below(kind, o, x) ** 2, [-inf, z - 10, z]) + quad(lambda x: (1 - below(kind, o, x)) ** 2, [z, z + 10, inf])


def quantiles(o, z):
    loss, q = mpf(0), mpf(0)
    for place, level in enumerate(LEVELS):
        q = o[0] if place == 0 else q + softplus(o[place])
        loss += 2 * max(mpf(level) * (z - q), (mpf(level) - 1) * (z - q))
    return loss


def strokes(o, z):
    components = len(o) // 6
    part = [o[1 + k * components : 1 + (k + 1) * components] for k in range(6)]
    total = sum(exp(v) for v in part[0])
    density = mpf(0)
    for j in range(components):
        one, two = (z[0] - part[1][j]) / exp(part[3][j]), (z[1] - part[2][j]) / exp(part[4][j])
        rho = tanh(part[5][j])
        distance = one**2 + two**2 - 2 * rho * one * two
        scale = 2 * pi * exp(part[3][j]) * exp(part[4][j]) * sqrt(1 - rho**2)
        density += exp(part[0][j]) / total * exp(-distance / (2 * (1 - rho**2))) / scale
    leaves = 1 / (1 + exp(o[0]))
    return -log(density) - log(leaves if z[2] == 1 else 1 - leaves)


def derivative(loss, o, z, place):
    return diff(lambda v: loss(o[:place] + [v] + o[place + 1 :], z), o[place])


def write(name, kind, loss, outputs, numbers):
    losses, gradients, reached, scores = [], [], [], []
    of = isinstance(kind, str) and not name.endswith("-edges")
    for o, z in zip(outputs, numbers):
        o = [mpf(v) for v in o]
        z = [mpf(v) for v in z] if isinstance(z, list) else mpf(z)
        losses.append(float(loss(o, z)))
        gradients.append([float(derivative(loss, o, z, place)) for place in range(len(o))])
        if of:
            mp.dps = 25
            reached.append([float(quantile(kind, o, mpf(level))) for level in LEVELS])
            scores.append(float(score(kind, o, z)))
            mp.dps = 50
    double = lambda rows: torch.tensor(rows, dtype=torch.float64)
    tensors = {"input.outputs": double(outputs), "input.numbers": double(numbers)}
    tensors |= {"output.losses": double(losses), "grad.outputs": double(gradients)}
    if of:
        tensors |= {"output.quantiles": double(reached), "output.scores": double(scores)}
    metadata = {"network": "strokes" if kind is None else "distribution"}
    metadata["config"] = "" if kind is None else f"kind = {json.dumps(kind)}\n" if isinstance(kind, str) else kind["toml"]
    (GOLDEN / f"{name}.safetensors").write_bytes(save(tensors, metadata))
    print(name, losses[:3])


def main():
    wave = lambda n, scale: scale * math.cos(0.7 * n + 0.01 * n * n)
    rows = lambda width, scale: [[wave(width * row + k, scale) for k in range(width)] for row in range(8)]
    numbers = [wave(n + 0.3, 3.0) for n in range(8)]
    write("distribution-normal", "normal", normal, rows(2, 2.0), numbers)
    write("distribution-student_t", "student_t", student_t, rows(3, 2.0), numbers)
    # Many degrees of freedom: nearly a normal distribution; and a number far out.
    write("distribution-student_t-edges", "student_t", student_t, [[5e4, 0.1, 0.3], [-9.0, 0.0, -3.0]], [0.5, 40.0])
    counts = [0.0, 1.0, 2.0, 3.0, 7.0, 20.0, 0.0, 150.0]
    write("distribution-negative_binomial", "negative_binomial", negative_binomial, rows(2, 3.0), counts)
    # Nearly Poisson, with an alpha of 1e-6 and little more; and one so wide that most counts are zero.
    edges = [[3.0, -30.0], [30.0, -9.0], [2.0, 40.0], [-9.0, 0.0]]
    write("distribution-negative_binomial-edges", "negative_binomial", negative_binomial, edges, [4.0, 25.0, 90.0, 0.0])
    kind = {"toml": f"kind = {{ quantiles = {LEVELS} }}\n"}
    write("distribution-quantiles", kind, quantiles, rows(3, 1.5), numbers)
    ends = [[wave(n + 0.1, 0.8), wave(2 * n + 1.7, 0.8), float(n % 3 == 0)] for n in range(8)]
    write("strokes", None, strokes, rows(1 + 6 * 3, 1.2), ends)


if __name__ == "__main__":
    main()
