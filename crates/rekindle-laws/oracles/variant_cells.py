#!/usr/bin/env python3
"""Writes golden numbers of variants of the well-known cells, and of older networks, into ../golden.

    python3 -m venv env
    env/bin/pip install torch==2.15.0 numpy==2.4.6
    env/bin/python crates/rekindle-laws/oracles/variant_cells.py

A step is the paper's equations, written out below in float64; layers, directions and lengths are those of
cell_layers.py. Where an option makes a cell another one that torch has, it must agree with that one to 1e-12, gradients
included. README.md says what a file holds.
"""

from dataclasses import replace

import torch
from cell_layers import Cell, both, case
from torch import relu, sigmoid, tanh
from torch.func import functional_call
from torch_rnn import D_HIDDEN, LENGTHS

ORIGIN = f"the paper's equations in torch {torch.__version__.split('+')[0]}"
ZEROS = torch.zeros(4 * D_HIDDEN, dtype=torch.float64)


def lstm_cell(preactivation, c):
    """torch's LSTM, given the sums of its four gates i, f, g, o."""
    size = c.shape[1]
    cell = torch.nn.LSTMCell(4 * size, size, dtype=torch.float64)
    weights = {
        "weight_ih": torch.eye(4 * size, dtype=torch.float64),
        "weight_hh": torch.zeros(4 * size, size, dtype=torch.float64),
        "bias_ih": ZEROS,
        "bias_hh": ZEROS,
    }
    return functional_call(cell, weights, (torch.cat(preactivation, 1), (torch.zeros_like(c), c)))


def plain_lstm(x, state, w):
    """torch's LSTM with the weights as they are."""
    size = state[0].shape[1]
    cell = torch.nn.LSTMCell(x.shape[1], size, dtype=torch.float64)
    weights = {"weight_ih": w.ih, "weight_hh": w.hh, "bias_ih": w.bih, "bias_hh": w.bhh}
    return list(functional_call(cell, weights, (x, tuple(state))))


def nested_lstm(squash):
    def step(x, state, w):
        h, c, inner = state
        i, f, g, o = [a + w.h(k, h) for k, a in enumerate(w.x(x))]
        given, kept = sigmoid(i) * squash(g), sigmoid(f) * c
        c, inner = lstm_cell([w.h(4 + k, given) + w.h(8 + k, kept) for k in range(4)], inner)
        return [sigmoid(o) * tanh(c), c, inner]

    return step


def mogrifier_lstm(rounds):
    def step(x, state, w):
        (h, c), (x,) = state, w.x(x)
        for k in range(rounds):
            if k % 2 == 0:
                x = 2 * sigmoid(w.h(k, h)) * x
            else:
                h = 2 * sigmoid(w.h(k, x)) * h
        return list(lstm_cell([w.h(rounds + k, x) + w.h(rounds + 4 + k, h) for k in range(4)], c))

    return step


def fast_slow_lstm(cells):
    def step(x, state, w):
        h, c, s, m = state
        h, c = lstm_cell([a + w.h(k, h) for k, a in enumerate(w.x(x))], c)
        s, m = lstm_cell([w.h(4 + k, s) + w.h(8 + k, h) for k in range(4)], m)
        h, c = lstm_cell([w.h(12 + k, h) + w.h(16 + k, s) for k in range(4)], c)
        for cell in range(cells - 2):
            h, c = lstm_cell([w.h(20 + 4 * cell + k, h) for k in range(4)], c)
        return [h, c, s, m]

    return step


def sub_lstm(x, state, w):
    h, c = state
    i, f, z, o = [sigmoid(a + w.h(k, h)) for k, a in enumerate(w.x(x))]
    c = c * f + z - i
    return [sigmoid(c) - o, c]


def mi(w, x, h, block):
    """The multiplicative integration of a block, numbered as it is stored."""
    names = [name.removeprefix("alpha_") for name in w.v if name.startswith("alpha_")]
    alpha, beta1, beta2 = (w.v[f"{key}_{names[block]}"] for key in ["alpha", "beta1", "beta2"])
    a, b = w.x(x)[block], w.h(block, h)
    return alpha * a * b + beta1 * b + beta2 * a + w.v.get(f"bias_{names[block]}", 0)


def mi_rnn(x, state, w):
    return [tanh(mi(w, x, state[0], 0))]


def mi_gru(x, state, w):
    (h,) = state
    r, z = sigmoid(mi(w, x, h, 0)), sigmoid(mi(w, x, h, 1))
    return [(1 - z) * h + z * tanh(mi(w, x, r * h, 2))]


def mi_lstm(x, state, w):
    h, c = state
    return list(lstm_cell([mi(w, x, h, block) for block in range(4)], c))


def mi_vectors(blocks, bias):
    keys = ["alpha", "beta1", "beta2"] + ["bias"] * bias
    return " ".join(f"{key}_{block}" for block in blocks.split() for key in keys)


def indy_lstm(x, state, w):
    h, c = state
    return list(lstm_cell([a + w.v[f"u_{gate}"] * h for gate, a in zip("ifgo", w.x(x), strict=True)], c))


def slim(variant, w, gate, block, h):
    """A gate of the slim cells, before the sigmoid; its product, if it has one, is of that number."""
    if variant <= 2:
        return w.h(block, h)
    if variant == 3:
        return w.v[f"b_{gate}"].expand(h.shape)
    return w.v[f"u_{gate}"] * h + w.v.get(f"b_{gate}", 0)


def slim_lstm(variant):
    def step(x, state, w):
        (h, c), (g,) = state, w.x(x)
        g = g + w.h(2 if variant <= 2 else 0, h)
        i, f, o = [slim(variant, w, gate, block, h) for gate, block in [("i", 0), ("f", 1), ("o", 3)]]
        return list(lstm_cell([i, f, g, o], c))

    return step


def slim_gru(variant):
    def step(x, state, w):
        (h,), (n,) = state, w.x(x)
        r, z = [sigmoid(slim(variant, w, gate, block, h)) for block, gate in enumerate("rz")]
        n = tanh(n + w.h(2 if variant <= 2 else 0, r * h))
        return [(1 - z) * h + z * n]

    return step


def slim_mgu(variant):
    def step(x, state, w):
        (h,), (n,) = state, w.x(x)
        f = sigmoid(slim(variant, w, "f", 0, h))
        return [(1 - f) * h + f * tanh(n + w.h(1 if variant <= 2 else 0, f * h))]

    return step


def gru_ode(dt):
    def step(x, state, w):
        (h,), (r, z, n) = state, w.x(x)
        r, z = sigmoid(r + w.h(0, h)), sigmoid(z + w.h(1, h))
        return [h + dt * (1 - z) * (tanh(n + w.h(2, r * h)) - h)]

    return step


def caru(x, state, w):
    (h,), (v, z) = state, w.x(x)
    n = tanh(w.h(0, h) + v)
    gate = sigmoid(v) * sigmoid(w.h(1, h) + z)
    return [torch.lerp(h, n, gate)]


def gilr_lstm(x, state, w):
    (_, c, s), (g, j, *rest) = state, w.x(x)
    s = torch.lerp(tanh(j), s, sigmoid(g))
    f, i, o, z = [a + w.h(k, s) for k, a in enumerate(rest)]
    c = sigmoid(f) * c + sigmoid(i) * tanh(z)
    return [sigmoid(o) * c, c, s]


def jordan(mu):
    def step(x, state, w):
        (_, s), (h,) = state, w.x(x)
        y = sigmoid(w.h(1, sigmoid(h + w.h(0, s))))
        return [y, mu * s + y]

    return step


def ct_rnn(alpha, phi):
    def step(x, state, w):
        (_, u), (a,) = state, w.x(x)
        u = u + alpha * (-u + w.h(0, phi(u)) + a)
        return [phi(u), u]

    return step


def multiplicative_rnn(x, state, w):
    """With the matrix of each input written out."""
    (h,), (f, a) = state, w.x(x)
    matrix = w.U[1] @ torch.diag(f[0]) @ w.U[0]
    return [tanh(h @ matrix.T + w.d[1] + a)]


def rin(x, state, w):
    (h,), (a,) = state, w.x(x)
    return [relu(a + h @ (w.U[0] + torch.eye(h.shape[1]).double()).T + w.d[0])]


def deep_transition(depth, shortcut):
    def step(x, state, w):
        (h,), (a,) = state, w.x(x)
        a = a + w.h(0, h)
        for level in range(1, depth):
            a = w.h(level, tanh(a))
        return [tanh(a + w.h(depth, h) if shortcut else a)]

    return step


SCALES = [0.0, 0.5, 0.9, 0.99, 0.999]


def statistical_ru(x, state, w):
    """All averages as one vector, as in the paper."""
    mu, (phi,) = torch.cat(state[1:], 1), w.x(x)
    alpha = torch.tensor(SCALES, dtype=torch.float64).repeat_interleave(phi.shape[1])
    W_r, W_o = torch.cat(w.U[:5], 1), torch.cat(w.U[6:], 1)
    r = relu(mu @ W_r.T + w.d[0])
    phi = relu(phi + r @ w.U[5].T)
    mu = alpha * mu + (1 - alpha) * phi.repeat(1, 5)
    return [relu(mu @ W_o.T + w.d[6]), *mu.split(phi.shape[1], 1)]


def qrnn(pooling, window):
    """The convolution written out: the states are sums of products of inputs that are past."""

    def step(x, state, w):
        gates, products = len(pooling), w.x(x)
        c, shares = state[1], state[2:]
        sums = products[:gates]
        if window > 1:
            sums = [a + p for a, p in zip(sums, shares[:gates], strict=True)]
        new = [*shares[gates:], *[0] * gates]
        new = [p + u for p, u in zip(new, products[gates:], strict=False)] if window > 1 else []
        values = dict(zip(pooling, sums, strict=True))
        f = sigmoid(values["f"])
        i = sigmoid(values["i"]) if "i" in values else 1 - f
        c = f * c + i * tanh(values["z"])
        return [sigmoid(values["o"]) * c if "o" in values else c, c, *new]

    return step


def qrnn_names(pooling, window):
    past = [f"{{}}{k}_{gate}" for k in range(1, window) for gate in pooling]
    states = " ".join(["h", "c", *[name.format("p") for name in past]])
    return states, " ".join([*pooling, *["-" + name.format("u") for name in past]])


def peephole_lstm(without):
    def step(x, state, w):
        (h, c), gates = state, [gate for gate in "ifgo" if gate != without]
        sums = {gate: a + w.h(k, h) for k, (gate, a) in enumerate(zip(gates, w.x(x), strict=True))}
        one = torch.ones_like(c)
        i = sigmoid(sums["i"] + w.v["p_i"] * c) if "i" in sums else one
        f = sigmoid(sums["f"] + w.v["p_f"] * c) if "f" in sums else one
        c = f * c + i * (sums["g"] if without == "input_activation" else tanh(sums["g"]))
        o = sigmoid(sums["o"] + w.v["p_o"] * c) if "o" in sums else one
        return [o * (c if without == "output_activation" else tanh(c)), c]

    return step


def peephole_form(option, without):
    gates = [gate for gate in "ifgo" if gate != without]
    blocks, peepholes = " ".join(gates), " ".join(f"p_{gate}" for gate in gates if gate != "g")
    step = peephole_lstm(without)
    return Cell("peephole_lstm", "h c", blocks, blocks, step, peepholes, options={"without": f'"{option}"'}, label=option)


def phased_lstm(open_share, leak):
    """The time gate by cases, as in the paper."""

    def step(x, state, w):
        h, c, t = state
        t = t + 1
        tau, s = torch.exp(w.v["tau"] + 1.5), w.v["s"]
        phase = torch.remainder(t - s, tau) / tau
        rising, falling = 2 * phase / open_share, 2 - 2 * phase / open_share
        k = torch.where(phase < open_share / 2, rising, torch.where(phase < open_share, falling, leak * phase))
        i, f, g, o = [a + w.h(block, h) for block, a in enumerate(w.x(x))]
        i, f = sigmoid(i + w.v["p_i"] * c), sigmoid(f + w.v["p_f"] * c)
        new = f * c + i * tanh(g)
        shown = sigmoid(o + w.v["p_o"] * new) * tanh(new)
        return [k * shown + (1 - k) * h, k * new + (1 - k) * c, t]

    return step


def ur_lstm(x, state, w):
    h, c = state
    f, r, u, o = [a + w.h(k, h) for k, a in enumerate(w.x(x))]
    f, r = sigmoid(f), sigmoid(r)
    g = r * (1 - (1 - f) ** 2) + (1 - r) * f**2
    c = g * c + (1 - g) * tanh(u)
    return [sigmoid(o) * tanh(c), c]


def momentum_lstm(momentum, size):
    def step(x, state, w):
        h, c, *v = state
        v = [momentum * old + size * a for old, a in zip(v, w.x(x), strict=True)]
        return [*lstm_cell([a + w.h(k, h) for k, a in enumerate(v)], c), *v]

    return step


def without_momentum(x, state, w):
    """torch's LSTM, and the products of the input as velocities."""
    size = state[0].shape[1]
    cell = torch.nn.LSTMCell(x.shape[1], size, dtype=torch.float64)
    weights = {"weight_ih": w.ih, "weight_hh": w.hh, "bias_ih": ZEROS, "bias_hh": w.bhh}
    return [*functional_call(cell, weights, (x, tuple(state[:2]))), *w.x(x)]


def delta_rnn(outer):
    def step(x, state, w):
        (h,), (a,) = state, w.x(x)
        b = w.h(0, h)
        inner = tanh(w.v["alpha"] * a * b + w.v["beta1"] * b + w.v["beta2"] * a + w.v.get("b", 0))
        r = sigmoid(a + w.v.get("b_r", 0))
        return [outer((1 - r) * inner + r * h)]

    return step


def rwa(x, state, w):
    """The sums as they are, without a largest exponent; what is handed on is divided by it."""
    (h, n, d, m), (u, g, a) = state, w.x(x)
    g, a = g + w.h(0, h), a + w.h(1, h)
    n = n * torch.exp(m) + torch.exp(a) * u * tanh(g)
    d = d * torch.exp(m) + torch.exp(a)
    m = torch.maximum(m, a)
    return [tanh(n / d), n * torch.exp(-m), d * torch.exp(-m), m]


def same(v):
    return v


LSTM = "i f g o"


def blocks(suffix, bias=True):
    return " ".join(f"{'' if bias else '-'}{gate}{suffix}" for gate in LSTM.split())


def w_blocks():
    return " ".join(f"-w_{gate}" for gate in LSTM.split())


INNER = f"{LSTM} {blocks('_x', False)} {blocks('_c')}"
FAST_SLOW = f"{blocks('1')} {blocks('_s')} {blocks('_h', False)} {blocks('2')} {blocks('_x', False)}"
FIVE = range(1, 6)
STATISTICS = [f"{'-' if k > 1 else ''}{letter}{k}" for letter in "ro" for k in FIVE]
STATISTICS = " ".join([*STATISTICS[:5], "-phi", *STATISTICS[5:]])

NESTED = Cell("nested_lstm", "h c m", LSTM, INNER, nested_lstm(same))
MOGRIFIER = Cell("mogrifier_lstm", "h c", "-e", f"-q1 -r2 -q3 -r4 -q5 {w_blocks()} {LSTM}", mogrifier_lstm(5))
SLIM_LSTM = Cell("slim_lstm", "h c", "g", LSTM, slim_lstm(1))
SLIM_GRU = Cell("slim_gru", "h", "n", "r z n", slim_gru(1))
SLIM_MGU = Cell("slim_mgu", "h", "n", "f n", slim_mgu(1))
PHASED = Cell("phased_lstm", "h c t", LSTM, LSTM, phased_lstm(0.05, 0.001), "tau s p_i p_f p_o")
VELOCITIES = "h c v_i v_f v_g v_o"
MOMENTUM = Cell("momentum_lstm", VELOCITIES, "-i -f -g -o", LSTM, momentum_lstm(0.6, 0.6))
GRU_ODE = Cell("gru_ode", "h", "r z n", "r z n", gru_ode(0.1))
CELLS = [
    NESTED,
    MOGRIFIER,
    Cell("fast_slow_lstm", "h c s m", blocks("1"), FAST_SLOW, fast_slow_lstm(2)),
    PHASED,
    Cell("ur_lstm", "h c", "f r u o", "f r u o", ur_lstm),
    MOMENTUM,
    Cell("rwa", "h n d m", "u g -a", "g -a", rwa),
    Cell("sub_lstm", "h c", "i f z o", "i f z o", sub_lstm),
    Cell("indy_lstm", "h c", LSTM, "", indy_lstm, "u_i u_f u_g u_o"),
    SLIM_LSTM,
    SLIM_GRU,
    SLIM_MGU,
    GRU_ODE,
    Cell("caru", "h", "n z", "n z", caru),
    Cell("gilr_lstm", "h c s", "g j f i o z", "f i o z", gilr_lstm),
    Cell("jordan", "y s", "h", "h y", jordan(0.5)),
    Cell("ct_rnn", "r u", "u", "u", ct_rnn(0.1, sigmoid)),
    Cell("multiplicative_rnn", "h", "-f h", "-f h", multiplicative_rnn),
    Cell("rin", "h", "h", "h", rin),
    Cell("deep_transition", "h", "h1", "h1 h2", deep_transition(2, False)),
    Cell("statistical_ru", "o m1 m2 m3 m4 m5", "phi", STATISTICS, statistical_ru),
]
# Cells whose biases are learned vectors: with them and without.
VECTOR_CELLS = [("mi_rnn", "h", "h", mi_rnn), ("mi_gru", "h", "r z n", mi_gru), ("mi_lstm", "h c", LSTM, mi_lstm)]
# Options, one layer each.
FORMS = [
    replace(NESTED, step=nested_lstm(tanh), options={"activation": '"tanh"'}, label="tanh"),
    replace(MOGRIFIER, hiddens=f"-q1 -r2 {w_blocks()} {LSTM}", step=mogrifier_lstm(2), options={"rounds": 2}, label="2"),
    Cell(
        "fast_slow_lstm", "h c s m", blocks("1"), f"{FAST_SLOW} {blocks('3')} {blocks('4')}", fast_slow_lstm(4),
        options={"fast_cells": 4}, label="4",
    ),
    replace(PHASED, step=phased_lstm(0.5, 0.1), options={"open": 0.5, "leak": 0.1}, label="open"),
    replace(
        MOMENTUM, step=momentum_lstm(0.0, 1.0), options={"momentum": 0.0, "step": 1.0}, label="none",
        check=without_momentum,
    ),
    replace(SLIM_LSTM, hiddens="-i -f g -o", step=slim_lstm(2), options={"variant": 2}, label="2"),
    replace(SLIM_LSTM, hiddens="g", step=slim_lstm(3), vectors="b_i b_f b_o", options={"variant": 3}, label="3"),
    replace(SLIM_LSTM, hiddens="g", step=slim_lstm(4), vectors="u_i u_f u_o", options={"variant": 4}, label="4"),
    replace(
        SLIM_LSTM, hiddens="g", step=slim_lstm(5), vectors="u_i b_i u_f b_f u_o b_o", options={"variant": 5}, label="5",
    ),
    replace(SLIM_GRU, hiddens="-r -z n", step=slim_gru(2), options={"variant": 2}, label="2"),
    replace(SLIM_GRU, hiddens="n", step=slim_gru(3), vectors="b_r b_z", options={"variant": 3}, label="3"),
    replace(SLIM_MGU, hiddens="-f n", step=slim_mgu(2), options={"variant": 2}, label="2"),
    replace(SLIM_MGU, hiddens="n", step=slim_mgu(3), vectors="b_f", options={"variant": 3}, label="3"),
    replace(GRU_ODE, step=gru_ode(1.0), options={"dt": 1.0}, label="gru"),
    Cell("jordan", "y s", "h", "h y", jordan(0.0), options={"mu": 0.0}, label="bare"),
    Cell(
        "ct_rnn", "r u", "u", "u", ct_rnn(0.5, tanh),
        options={"alpha": 0.5, "activation": '"tanh"'}, label="tanh",
    ),
    Cell(
        "deep_transition", "h", "h1", "h1 h2 h3 -s", deep_transition(3, True),
        options={"depth": 3, "shortcut": "true"}, label="shortcut",
    ),
    *[
        Cell(
            "qrnn", *qrnn_names(pooling, window), "", qrnn(pooling, window),
            options={"pooling": f'"{name}"', "window": window}, label=f"{name}-{window}",
        )
        for name, pooling, window in [("fo", "zfo", 2), ("ifo", "zfoi", 2), ("f", "zf", 3)]
    ],
    *[
        peephole_form(option, without)
        for option, without in [
            ("input_gate", "i"),
            ("forget_gate", "f"),
            ("output_gate", "o"),
            ("input_activation", "input_activation"),
            ("output_activation", "output_activation"),
        ]
    ],
]


def indy_as_lstm():
    """With diagonal matrices torch's LSTM is the independently recurrent one."""
    torch.manual_seed(0)
    x, h, c = torch.randn(3, 1, D_HIDDEN, dtype=torch.float64)
    W, u = torch.randn(4 * D_HIDDEN, D_HIDDEN).double(), torch.randn(4, D_HIDDEN).double()

    class Given:
        v = dict(zip(["u_i", "u_f", "u_g", "u_o"], u, strict=True))
        ih, hh = W, torch.cat([torch.diag(row) for row in u])
        bih = bhh = ZEROS

        @staticmethod
        def x(x):
            return (x @ W.T).split(D_HIDDEN, 1)

    mine, theirs = indy_lstm(x, [h, c], Given), plain_lstm(x, [h, c], Given)
    assert all(torch.allclose(a, b, rtol=0, atol=1e-12) for a, b in zip(mine, theirs, strict=True))


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    indy_as_lstm()
    for cell in CELLS:
        both(cell, ORIGIN)
    for kind, states, names, step in VECTOR_CELLS:
        plain = " ".join(f"-{name}" for name in names.split())
        for bias in [False, True]:
            cell = Cell(kind, states, plain, plain, step, mi_vectors(names, bias))
            case(cell, 2 if bias else 1, bias, bias, LENGTHS, ORIGIN)
    for bias, outer, option in [(False, relu, "relu"), (True, relu, "relu"), (True, same, "identity")]:
        vectors = "alpha beta1 beta2" + " b b_r" * bias
        cell = Cell("delta_rnn", "h", "-w", "-v", delta_rnn(outer), vectors, options={"activation": f'"{option}"'})
        case(replace(cell, label=option), 2 if bias else 1, bias, bias, LENGTHS, ORIGIN)
    for cell in FORMS:
        case(cell, 1, False, True, LENGTHS, ORIGIN)


if __name__ == "__main__":
    main()
