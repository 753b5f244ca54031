#!/usr/bin/env python3
"""Writes golden numbers of the echo state network's reservoir into ../golden.

    python3 -m venv env
    env/bin/pip install torch==2.15.0 numpy==2.4.6
    env/bin/python crates/rekindle-laws/oracles/esn.py

A step is the paper's equation in torch, in float64; with leak 1 it must be that of torch.nn.RNNCell. The weights are fixed:
only inputs and states have gradients. README.md says what a file holds.
"""

import torch
from free_layers import Cell, both, case
from torch import tanh
from torch_rnn import D_HIDDEN, LENGTHS, wave

ORIGIN = f"the paper's equation in torch {torch.__version__.split('+')[0]}"


def reservoir(leak):
    def step(u, state, w):
        (x,) = state
        d = w.get("bias_ih", 0) + w.get("bias_hh", 0)
        return [(1 - leak) * x + leak * tanh(u @ w["weight_ih"].T + x @ w["weight_hh"].T + d)]

    return step


def shapes(d_input, bias):
    found = {"weight_ih": [D_HIDDEN, d_input], "weight_hh": [D_HIDDEN, D_HIDDEN]}
    return found | ({"bias_ih": [D_HIDDEN], "bias_hh": [D_HIDDEN]} if bias else {})


def agree():
    """With leak 1, a step is that of torch.nn.RNNCell."""
    w = {name: wave(shape, 0.5, k) for k, (name, shape) in enumerate(shapes(3, True).items())}
    cell = torch.nn.RNNCell(3, D_HIDDEN, dtype=torch.float64)
    cell.load_state_dict(w)
    u, x = wave([1, 3], 1.0, 0.3), wave([1, D_HIDDEN], 0.6, 2.5)
    assert float((reservoir(1.0)(u, [x], w)[0] - cell(u, x)).detach().abs().max()) < 1e-15


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    agree()
    states = {"h": D_HIDDEN}
    both(Cell("esn", states, shapes, reservoir(1.0), {"leak": 1.0}, fixed=True), ORIGIN)
    leaky = Cell("esn", states, shapes, reservoir(0.3), {"leak": 0.3}, "leaky", fixed=True)
    case(leaky, 1, False, True, LENGTHS, ORIGIN)


if __name__ == "__main__":
    main()
