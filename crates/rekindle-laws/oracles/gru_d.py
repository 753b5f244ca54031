#!/usr/bin/env python3
"""Writes golden numbers of the GRU for missing values into ../golden.

    python3 -m venv env
    env/bin/pip install torch==2.15.0 numpy==2.4.6
    env/bin/python crates/rekindle-laws/oracles/gru_d.py

The paper's equations in float64, feature by feature where something is missing; torch.nn.GRUCell must agree to 1e-12 where
nothing is missing, nothing decays, and U_n is diagonal, so that its product and r commute. README.md says what a file
holds.
"""

import torch
import torch.nn.functional as F
from free_layers import Cell, both, case
from torch import exp, relu, sigmoid, tanh
from torch_rnn import D_HIDDEN, D_INPUT, LENGTHS, wave

ORIGIN = f"the paper's equations in torch {torch.__version__.split('+')[0]}"


def gru_d(mean):
    def shapes(d_input, bias):
        found = {"weight_ih": [3 * D_HIDDEN, d_input]}
        found |= {"bias_ih": [3 * D_HIDDEN]} if bias else {}
        found |= {"weight_hh": [3 * D_HIDDEN, D_HIDDEN], "weight_mh": [3 * D_HIDDEN, d_input]}
        found |= {"weight_gamma_h": [D_HIDDEN, d_input]}
        found |= {"bias_gamma_h": [D_HIDDEN]} if bias else {}
        found |= {"vector_gamma_x": [d_input]}
        return found | ({"vector_b_gamma_x": [d_input]} if bias else {})

    def step(x, state, w):
        h, last, delta = [s[0] for s in state]
        zero = torch.zeros_like(last)
        gamma_x = exp(-relu(w["vector_gamma_x"] * delta + w.get("vector_b_gamma_x", zero)))
        gamma_h = exp(-relu(F.linear(delta, w["weight_gamma_h"], w.get("bias_gamma_h"))))
        there = [not bool(value.isnan()) for value in x[0]]
        mask = torch.tensor(there, dtype=torch.float64)
        old = last + mean
        faded = [x[0, d] if there[d] else gamma_x[d] * old[d] + (1 - gamma_x[d]) * mean for d in range(len(there))]
        seen = torch.stack(faded)
        h = gamma_h * h
        from_x = F.linear(seen, w["weight_ih"], w.get("bias_ih")) + w["weight_mh"] @ mask
        (x_r, x_z, x_n), (u_r, u_z, u_n) = from_x.split(D_HIDDEN), w["weight_hh"].split(D_HIDDEN)
        r, z = sigmoid(x_r + u_r @ h), sigmoid(x_z + u_z @ h)
        n = tanh(x_n + u_n @ (r * h))
        h = (1 - z) * h + z * n
        last = torch.stack([x[0, d] - mean if there[d] else last[d] for d in range(len(there))])
        delta = torch.stack([zero[d] + 1 if there[d] else delta[d] + 1 for d in range(len(there))])
        return [h[None], last[None], delta[None]]

    return shapes, step


def check():
    shapes, step = gru_d(0.0)
    w = {name: wave(shape, 0.5, k) for k, (name, shape) in enumerate(shapes(D_INPUT, True).items())}
    for name in ["weight_mh", "weight_gamma_h", "bias_gamma_h"]:
        w[name] = torch.zeros_like(w[name])
    w["weight_hh"][2 * D_HIDDEN :] = torch.diag(torch.diag(w["weight_hh"][2 * D_HIDDEN :]))
    theirs = torch.nn.GRUCell(D_INPUT, D_HIDDEN, dtype=torch.float64)
    sign = torch.ones(3 * D_HIDDEN, dtype=torch.float64)
    sign[D_HIDDEN : 2 * D_HIDDEN] = -1  # its z keeps what the paper's replaces
    with torch.no_grad():
        for name, value in [("weight_ih", w["weight_ih"]), ("weight_hh", w["weight_hh"])]:
            getattr(theirs, name).copy_(sign[:, None] * value)
        theirs.bias_ih.copy_(sign * w["bias_ih"])
        theirs.bias_hh.zero_()
        x, h = wave([1, D_INPUT], 1.0, 0.3), wave([1, D_HIDDEN], 0.6, 2.5)
        ours = step(x, [h, torch.zeros_like(x), torch.zeros_like(x)], w)[0]
        assert (ours - theirs(x, h)).abs().max() < 1e-12


def cell(mean, label=""):
    shapes, step = gru_d(mean)
    states = {"h": D_HIDDEN, "last": None, "delta": None}
    return Cell("gru_d", states, shapes, step, {"mean": mean}, label, missing=True, raised="vector_b_gamma_x")


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    check()
    both(cell(0.0), ORIGIN)
    case(cell(0.7, "mean"), 1, True, True, LENGTHS, ORIGIN)


if __name__ == "__main__":
    main()
