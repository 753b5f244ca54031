#!/usr/bin/env python3
"""Writes golden numbers of the cells that no package has as their papers have them into ../golden.

    python3 -m venv env
    env/bin/pip install torch==2.15.0 numpy==2.4.6 torchrecurrent==0.2.5
    env/bin/python crates/rekindle-laws/oracles/paper_cells.py

A step is the paper's equations, written out below in float64; layers, directions and lengths are those of
cell_layers.py. Where torchrecurrent's cell differs in one place, the same code with that place as torchrecurrent has it
must agree with it to 1e-12, gradients included. README.md says what a file holds.
"""

from dataclasses import replace

import torch
import torch.nn.functional as F
import torchrecurrent as tr
from cell_layers import Cell, Weights, both, case
from torch import relu, sigmoid, tanh
from torch_rnn import D_HIDDEN, LENGTHS
from torchrecurrent_cells import of, shown, usual

ORIGIN = f"the paper's equations in torch {torch.__version__.split('+')[0]}"
IDENTITY, NOTHING = torch.eye(D_HIDDEN).double(), torch.zeros(D_HIDDEN).double()


def intersection(x, state, w):
    _, h = state
    y_in, h_in, g_y, g_h = [a + w.h(i, h) for i, a in enumerate(w.x(x))]
    y = sigmoid(g_y) * w.raw(x) + (1 - sigmoid(g_y)) * relu(y_in)
    return [y, sigmoid(g_h) * h + (1 - sigmoid(g_h)) * tanh(h_in)]


def mut1(x, state, w):
    (h,), (z, r) = state, w.x(x)
    z, r = sigmoid(z), sigmoid(r + w.h(0, h))
    return [tanh(w.h(1, r * h) + tanh(w.raw(x))) * z + h * (1 - z)]


def mut1_mapped(w):
    """torchrecurrent's third block maps the input."""
    return usual(w) | {"weight_ih": torch.cat([*w.W, IDENTITY]), "bias_ih": torch.cat([*w.b, NOTHING])}


def mut2(x, state, w):
    (h,), (z, n) = state, w.x(x)
    z, r = sigmoid(z + w.h(0, h)), sigmoid(w.raw(x) + w.h(1, h))
    return [tanh(n + w.h(2, r * h)) * z + h * (1 - z)]


def mut2_mapped(w):
    """torchrecurrent's second block maps the input."""
    z, n = w.W
    b_z, b_n = w.b
    return usual(w) | {"weight_ih": torch.cat([z, IDENTITY, n]), "bias_ih": torch.cat([b_z, NOTHING, b_n])}


def scrn(x, state, w):
    (h, s), (b, a) = state, w.x(x)
    s = (1 - 0.95) * b + 0.95 * s
    return [sigmoid(w.h(0, s) + a + w.h(1, h)), s]


def nas(node3):
    def step(x, state, w):
        h, c = state
        a = [[i, w.h(j, h)] for j, i in enumerate(w.x(x))]
        a = [node3(*pair) if j == 3 else sum(pair) for j, pair in enumerate(a)]
        l0 = tanh(sigmoid(a[0]) * relu(a[1]))
        l1 = tanh(sigmoid(a[2]) + relu(a[3]))
        l2 = tanh(tanh(a[4]) * sigmoid(a[5]))
        l3 = sigmoid(tanh(a[6]) + sigmoid(a[7]))
        c = tanh(l0 + c) * l1
        return [tanh(c * tanh(l2 + l3)), c]

    return step


def lem(stale):
    def step(x, state, w):
        (y, z), (bar, dt, a, b) = state, w.x(x)
        bar, dt = sigmoid(bar + w.h(0, y)), sigmoid(dt + w.h(1, y))
        new = (1 - dt) * z + dt * tanh(a + w.h(2, y))
        return [(1 - bar) * y + bar * tanh(b + w.h(3, z if stale else new)), new]

    return step


def lem_weights(w):
    own = {"weight_hh": torch.cat(w.U[:3]), "bias_hh": torch.cat(w.d[:3]), "weight_ch": w.U[3], "bias_ch": w.d[3]}
    return usual(w) | own


def rhn(depth):
    def step(x, state, w):
        (s,), first = state, w.x(x)
        for level in range(depth):
            h, t = w.h(2 * level, s), w.h(2 * level + 1, s)
            if level == 0:
                h, t = h + first[0], t + first[1]
            s = tanh(h) * sigmoid(t) + s * (1 - sigmoid(t))
        return [s]

    return step


def rhn_flat(x, state, w):
    """One level is the update gate network, whose gate keeps what this one's replaces."""

    def turned(v):
        return torch.cat([v[:D_HIDDEN], -v[D_HIDDEN:]])

    return of(tr.UGRNNCell, lambda w: {key: turned(value) for key, value in usual(w).items()})(x, state, w)


def qrnn(x, state, w):
    """Pooling by the number of blocks: z, f; z, f, o; z, f, o, i."""
    z, f, *more = w.x(x)
    z, f, c = tanh(z), sigmoid(f), state[1]
    i = sigmoid(more[1]) if len(more) == 2 else 1 - f
    c = f * c + i * z
    return [sigmoid(more[0]) * c if more else c, c]


def sru(scale):
    def step(x, state, w):
        (_, c), (u, f, r) = state, w.x(x)
        f, r = sigmoid(f + w.v["v_f"] * c), sigmoid(r + w.v["v_r"] * c)
        c = f * c + (1 - f) * u
        return [r * c + (1 - r) * scale * w.raw(x), c]

    return step


def positive(v):
    return torch.where(v >= 0, v + 0.5, sigmoid(v))


def mingru(g):
    def step(x, state, w):
        (h,), (z, n) = state, w.x(x)
        return [(1 - sigmoid(z)) * h + sigmoid(z) * g(n)]

    return step


def mingru_typed(x, state, w):
    """The strongly typed network's gate keeps what this one's replaces: sigmoid(-a) is 1 - sigmoid(a)."""
    z, n = w.W
    b_z, b_n = w.b
    return of(tr.TRNNCell, lambda _: {"weight_ih": torch.cat([n, -z]), "bias_ih": torch.cat([b_n, -b_z])})(x, state, w)


def minlstm(g):
    def step(x, state, w):
        (h,), (f, i, n) = state, w.x(x)
        f, i = sigmoid(f), sigmoid(i)
        return [f / (f + i) * h + i / (f + i) * g(n)]

    return step


def hgrn(bound):
    def step(x, state, w):
        (_, h), (f, i, g) = state, w.x(x)
        f = bound + (1 - bound) * sigmoid(f)
        h = f * h + (1 - f) * F.silu(i)
        return [sigmoid(g) * h, h]

    return step


def same(v):
    return v


EIGHT = "n0 n1 n2 n3 n4 n5 n6 n7"
# The same code as a package has it, against the package.
NAS = Cell("nas", "h c", EIGHT, EIGHT, nas(lambda a, b: a * b))
LEM = Cell("lem", "y z", "dt_bar dt z y", "dt_bar dt z y", lem(stale=False))
VARIANTS = [
    (replace(NAS, step=nas(lambda a, b: a + b)), of(tr.NASCell)),
    (replace(LEM, step=lem(stale=True)), of(tr.LEMCell, lem_weights)),
]
MINGRU = Cell("mingru", "h", "z n", "", mingru(same), check=mingru_typed)
MINLSTM = Cell("minlstm", "h", "f i n", "", minlstm(same))
SRU = Cell("sru", "h c", "-u f r", "", sru(1.0), "v_f v_r", raw=True)
HGRN = Cell("hgrn", "y h", "lambda i g", "", hgrn(0.0))
CELLS = [
    Cell(
        "intersection", "y h", "y_in h_in g_y g_h", "y_in h_in g_y g_h", intersection,
        raw=True, check=shown(tr.IntersectionRNNCell), check_raw=True,
    ),
    Cell("mut1", "h", "z r", "r n", mut1, raw=True, check=of(tr.MUT1Cell, mut1_mapped), check_raw=True),
    Cell("mut2", "h", "z n", "z r n", mut2, raw=True, check=of(tr.MUT2Cell, mut2_mapped), check_raw=True),
    Cell("scrn", "h s", "-b a", "-p a", scrn),
    NAS,
    LEM,
    Cell("rhn", "s", "h t", "h1 t1 h2 t2 h3 t3", rhn(3)),
    Cell("qrnn", "h c", "z f o", "", qrnn),
    SRU,
    MINGRU,
    MINLSTM,
    HGRN,
]
# Options, one layer each.
FORMS = [
    Cell("rhn", "s", "h t", "h1 t1", rhn(1), options={"depth": 1}, label="flat", check=rhn_flat),
    Cell("qrnn", "h c", "z f", "", qrnn, options={"pooling": '"f"'}, label="f"),
    Cell("qrnn", "h c", "z f o i", "", qrnn, options={"pooling": '"ifo"'}, label="ifo"),
    replace(SRU, step=sru(1.5), options={"scale": 1.5}, label="scaled"),
    replace(MINGRU, step=mingru(positive), check=None, options={"candidate": '"positive"'}, label="positive"),
    replace(MINLSTM, step=minlstm(positive), options={"candidate": '"positive"'}, label="positive"),
    replace(HGRN, step=hgrn(0.5), options={"lower_bound": 0.5}, label="bounded"),
]


def agree(cell, check):
    """One step of a variant is that of the package."""
    import cell_layers

    names = cell.states.split()
    leaves = cell_layers.make_weights(cell, 1, ["forward"], True, 3)
    leaves = {key: value.requires_grad_() for key, value in leaves.items()}
    x = cell_layers.weight_wave([1, 3], 20)
    state = [cell_layers.weight_wave([1, D_HIDDEN], 21 + k) for k in range(len(names))]
    w = Weights(cell, leaves, "_l0", 3)
    mine, theirs = (torch.cat(step(x, state, w)) for step in (cell.step, check))
    assert cell_layers.error(mine, theirs) < 1e-12, cell.kind
    mine, theirs = (torch.autograd.grad((v * v).sum(), list(leaves.values())) for v in (mine, theirs))
    assert all(cell_layers.error(a, b) < 1e-12 for a, b in zip(mine, theirs, strict=True)), cell.kind


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for cell, check in VARIANTS:
        agree(cell, check)
    for cell in CELLS:
        both(cell, ORIGIN)
    for cell in FORMS:
        case(cell, 1, False, True, LENGTHS, ORIGIN, D_HIDDEN if cell.raw else 3)


if __name__ == "__main__":
    main()
