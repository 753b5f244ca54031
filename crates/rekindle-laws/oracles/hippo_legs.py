#!/usr/bin/env python3
"""Writes golden numbers of the network with a HiPPO-LegS memory into ../golden.

    python3 -m venv env
    env/bin/pip install torch==2.15.0 numpy==2.4.6
    env/bin/python crates/rekindle-laws/oracles/hippo_legs.py

Equations of the form of the authors' code in float64, with torch's solve_triangular; what is written as a line must be
remembered as its Legendre coefficients. README.md says what a file holds.
"""

import math

import torch
import torch.nn.functional as F
from free_layers import Cell, both, case
from torch import sigmoid, tanh
from torch_rnn import D_HIDDEN, LENGTHS

ORIGIN = f"equations of the authors' form in torch {torch.__version__.split('+')[0]}"


def transition(order, k):
    """The bilinear step of dc/dt = -A c / t + B f / t, of length 1, with t held at k."""
    n = torch.arange(order, dtype=torch.float64)
    b = (2 * n + 1).sqrt()
    a = torch.tril(torch.outer(b, b), -1) + torch.diag(n + 1)
    one = torch.eye(order, dtype=torch.float64)
    right = torch.cat([one - a / (2 * k), (b / k)[:, None]], 1)
    both = torch.linalg.solve_triangular(one + a / (2 * k), right, upper=False)
    return both[:, :order], both[:, order]


def remember(c, f, k):
    if k == 0:
        return F.pad(f, (0, len(c) - 1))
    a, b = transition(len(c), k)
    return a @ c + b * f


def check():
    """Of f(s) = s on [0, 1] the coefficients are 1/2 and sqrt(3)/6, and all others 0."""
    steps = 4000
    c = torch.zeros(4, dtype=torch.float64)
    for k in range(steps):
        c = remember(c, torch.tensor([(k + 0.5) / steps], dtype=torch.float64), k)
    line = torch.tensor([0.5, math.sqrt(3) / 6, 0, 0], dtype=torch.float64)
    assert (c - line).abs().max() < 1e-3, c


def hippo(memory):
    def shapes(d_input, bias):
        found = {"weight_xf": [1, d_input]}
        found |= {"bias_xf": [1]} if bias else {}
        found |= {"weight_hf": [1, D_HIDDEN], "weight_ih": [2 * D_HIDDEN, d_input]}
        found |= {"bias_ih": [2 * D_HIDDEN]} if bias else {}
        return found | {"weight_ch": [2 * D_HIDDEN, memory]}

    def step(x, state, w):
        h, c, t = [s[0] for s in state]
        f = F.linear(x[0], w["weight_xf"], w.get("bias_xf")) + w["weight_hf"] @ h
        c = remember(c, f, max(math.floor(t.item() + 0.5), 0))
        n, g = (F.linear(x[0], w["weight_ih"], w.get("bias_ih")) + w["weight_ch"] @ c).split(D_HIDDEN)
        h = (1 - sigmoid(g)) * h + sigmoid(g) * tanh(n)
        return [h[None], c[None], t[None] + 1]

    return shapes, step


def cell(memory):
    shapes, step = hippo(memory)
    return Cell("hippo_legs", {"h": D_HIDDEN, "c": memory, "t": 1}, shapes, step, {"memory": memory})


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    check()
    both(cell(5), ORIGIN)
    case(cell(2), 1, True, True, LENGTHS, ORIGIN)


if __name__ == "__main__":
    main()
