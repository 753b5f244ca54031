#!/usr/bin/env python3
"""Writes golden numbers of state spaces and other cells of diagonal recurrence into ../golden.

    python3 -m venv env
    env/bin/pip install torch==2.15.0 numpy==2.4.6
    env/bin/python crates/rekindle-laws/oracles/diagonal_cells.py

A step is the paper's equations, written out below in float64 and with torch's complex numbers; layers, directions and
lengths are those of cell_layers.py. README.md says what a file holds. With `hippo` it prints instead what the tests of
crates/rekindle/src/cells/linear/state_space.rs compare with.
"""

import sys
from dataclasses import replace

import numpy
import torch
import torch.nn.functional as F
from cell_layers import Cell, both, case
from torch import sigmoid
from torch_rnn import D_HIDDEN, LENGTHS

ORIGIN = f"the paper's equations in torch {torch.__version__.split('+')[0]}"


def same(v):
    return v


def steps(discretization, eigenvalues, dt):
    """What the memory and the input are multiplied with."""
    if discretization == "zoh":
        a = torch.exp(eigenvalues * dt)
        return a, (a - 1) / eigenvalues
    half = eigenvalues * dt / 2
    return (1 + half) / (1 - half), dt / (1 - half)


def lru(act):
    def step(x, state, w):
        memory, (b_re, b_im) = torch.complex(*state[1:]), w.x(x)
        nu, theta, gamma = (w.v[name] for name in ["nu", "theta", "gamma"])
        eigenvalues = torch.exp(torch.complex(-torch.exp(nu), torch.exp(theta)))
        memory = eigenvalues * memory + torch.exp(gamma) * torch.complex(b_re, b_im)
        y = (memory @ torch.complex(w.U[0], w.U[1]).T).real + w.v["d"] * w.raw(x)
        return [act(y), memory.real, memory.imag]

    return step


def s5(discretization, share, act):
    def step(x, state, w):
        memory, (b_re, b_im) = torch.complex(*state[1:]), w.x(x)
        eigenvalues = torch.complex(w.v["lambda_re"], w.v["lambda_im"])
        a, b = steps(discretization, eigenvalues, torch.exp(w.v["dt"]))
        memory = a * memory + b * torch.complex(b_re, b_im)
        y = share * (memory @ torch.complex(w.U[0], w.U[1]).T).real + w.v["d"] * w.raw(x)
        return [act(y), memory.real, memory.imag]

    return step


def s4d(order, discretization, act):
    """All memories of a channel as one vector, as in the paper."""
    pairs = range(order // 2)

    def vectors(w, letter, part):
        return torch.stack([w.v[f"{letter}{n}_{part}"] for n in pairs], 1)

    def step(x, state, w):
        (u,), (_, *parts) = w.x(x), state
        memory = torch.complex(torch.stack(parts[::2], 2), torch.stack(parts[1::2], 2))
        eigenvalues = torch.complex(-torch.exp(vectors(w, "a", "re")), vectors(w, "a", "im"))
        a, b = steps(discretization, eigenvalues, torch.exp(w.v["dt"])[:, None])
        memory = a * memory + b * u[:, :, None]
        c = torch.complex(vectors(w, "c", "re"), vectors(w, "c", "im"))
        y = 2 * (c * memory).sum(2).real + w.v["d"] * u
        parts = [part for n in pairs for part in (memory[:, :, n].real, memory[:, :, n].imag)]
        return [act(y), *parts]

    return step


def s4d_names(order):
    names = [f"{n}_{part}" for n in range(order // 2) for part in ("re", "im")]
    states = " ".join(["y", *[f"x{name}" for name in names]])
    return states, " ".join(["dt", "d", *[f"a{name} c{name}" for name in names]])


def rwkv4(x, state, w):
    """The sums as they are, without a largest exponent; what is handed on is divided by it."""
    (_, last, a, b, m), (x,) = state, w.x(x)
    r, k, v = [w.h(i, w.v[f"mu_{name}"] * x + (1 - w.v[f"mu_{name}"]) * last) for i, name in enumerate("rkv")]
    a, b, decay = a * torch.exp(m), b * torch.exp(m), torch.exp(w.v["decay"])
    now = torch.exp(w.v["u"] + k)
    wkv = (a + now * v) / (b + now)
    a = torch.exp(-decay) * a + torch.exp(k) * v
    b = torch.exp(-decay) * b + torch.exp(k)
    m = torch.maximum(m - decay, k)
    return [w.h(3, sigmoid(r) * wkv), x, a * torch.exp(-m), b * torch.exp(-m), m]


LRU = Cell("lru", "y x_re x_im", "-b_re -b_im", "-c_re -c_im", lru(same), "nu theta gamma d", raw=True)
S5 = Cell("s5", "y x_re x_im", "-b_re -b_im", "-c_re -c_im", s5("zoh", 2, same), "lambda_re lambda_im dt d", raw=True)
S4D_STATES, S4D_VECTORS = s4d_names(16)
SMALL_STATES, SMALL_VECTORS = s4d_names(4)
CELLS = [LRU, S5, Cell("rwkv4", "o p a b m", "-e", "-r -k -v -o", rwkv4, "u decay mu_r mu_k mu_v")]
# Options, one layer each, and S4D with as many states as its default has.
FORMS = [
    replace(LRU, step=lru(F.gelu), options={"activation": '"gelu"'}, label="gelu"),
    replace(S5, step=s5("bilinear", 2, same), options={"discretization": '"bilinear"'}, label="bilinear"),
    replace(S5, step=s5("zoh", 1, F.gelu), options={"conj_sym": "false", "activation": '"gelu"'}, label="gelu"),
    Cell("s4d", S4D_STATES, "u", "", s4d(16, "zoh", same), S4D_VECTORS),
]
SMALL = {"d_state": 4, "discretization": '"bilinear"', "activation": '"gelu"'}


def hippo():
    for order in [2, 3, 6]:
        legs = numpy.zeros((order, order))
        for n in range(order):
            legs[n, :n] = [-numpy.sqrt((2 * n + 1) * (2 * k + 1)) for k in range(n)]
            legs[n, n] = -(n + 1)
        p = numpy.sqrt(numpy.arange(order) + 0.5)
        found = numpy.linalg.eigvals(legs + numpy.outer(p, p)).imag
        print(order, sorted(float(v) for v in found if v > 1e-9))


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    if "hippo" in sys.argv[1:]:
        return hippo()
    for cell in CELLS:
        both(cell, ORIGIN)
    for cell in FORMS:
        case(cell, 1, False, True, LENGTHS, ORIGIN, D_HIDDEN if cell.raw else 3)
    small = Cell("s4d", SMALL_STATES, "u", "", s4d(4, "bilinear", F.gelu), SMALL_VECTORS, options=SMALL, label="4")
    both(small, ORIGIN)


if __name__ == "__main__":
    main()
