#!/usr/bin/env python3
"""Writes golden numbers of the non-saturating recurrent unit into ../golden.

    python3 -m venv env
    env/bin/pip install torch==2.15.0 numpy==2.4.6
    env/bin/python crates/rekindle-laws/oracles/nru.py

The paper's equations in float64, head by head, with torch's outer product and normalize. README.md says what a file holds.
"""

import math

import torch
import torch.nn.functional as F
from free_layers import Cell, both, case
from torch import relu
from torch_rnn import D_HIDDEN, LENGTHS

ORIGIN = f"the paper's equations in torch {torch.__version__.split('+')[0]}"


def nru(memory, heads, rectify):
    root = math.isqrt(memory * heads)
    parts = [heads, heads, root, root, root, root]

    def shapes(d_input, bias):
        found = {"weight_ih": [D_HIDDEN, d_input]}
        found |= {"bias_ih": [D_HIDDEN]} if bias else {}
        found |= {"weight_hh": [D_HIDDEN, D_HIDDEN], "weight_mh": [D_HIDDEN, memory], "weight_hv": [sum(parts), D_HIDDEN]}
        found |= {"bias_hv": [sum(parts)]} if bias else {}
        return found | {"weight_mv": [sum(parts), memory]}

    def step(x, state, w):
        h, m = [s[0] for s in state]
        h = relu(F.linear(x[0], w["weight_ih"], w.get("bias_ih")) + w["weight_hh"] @ h + w["weight_mh"] @ m)
        both = torch.cat([w["weight_hv"], w["weight_mv"]], 1) @ torch.cat([h, m]) + w.get("bias_hv", 0)
        alpha, beta, p_v, q_v, p_w, q_w = both.split(parts)
        v, w = [rectify(torch.outer(p, q)).flatten().split(memory) for p, q in [(p_v, q_v), (p_w, q_w)]]
        for k in range(heads):
            m = m + rectify(alpha[k]) * F.normalize(v[k], p=5, dim=0) - rectify(beta[k]) * F.normalize(w[k], p=5, dim=0)
        return [h[None], m[None]]

    return shapes, step


def cell(memory, heads, rectified, label):
    shapes, step = nru(memory, heads, relu if rectified else lambda v: v)
    options = {"memory": memory, "heads": heads, "rectified": str(rectified).lower()}
    return Cell("nru", {"h": D_HIDDEN, "m": memory}, shapes, step, options, label)


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    both(cell(8, 2, True, ""), ORIGIN)
    case(cell(9, 1, False, "plain"), 1, False, True, LENGTHS, ORIGIN)


if __name__ == "__main__":
    main()
