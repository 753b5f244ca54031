#!/usr/bin/env python3
"""Writes golden numbers of cells whose weights are mapped or whose rows are normalised or ordered into ../golden.

    python3 -m venv env
    env/bin/pip install torch==2.15.0 numpy==2.4.6 torchrecurrent==0.2.5
    env/bin/python crates/rekindle-laws/oracles/structured_cells.py

A step is torchrecurrent's cell where it has one, and otherwise the paper's equations, written out below in float64 with
torch's own matrix_exp, solve, fft, layer_norm, cumsum and LSTMCell; layers, directions and lengths are those of cell_layers.py, and
blocks that are not stored are not among a cell's. README.md says what a file holds.
"""

import math
from dataclasses import replace

import torch
import torch.nn.functional as F
import torchrecurrent as tr
from cell_layers import Cell, both, case
from torch import relu, sigmoid, softmax, tanh
from torch.func import functional_call
from torch_rnn import D_HIDDEN, LENGTHS
from torchrecurrent_cells import ORIGIN as PACKAGE
from torchrecurrent_cells import of, usual

ORIGIN = f"the paper's equations in torch {torch.__version__.split('+')[0]}"
ONE = torch.eye(D_HIDDEN, dtype=torch.float64)


def antisymmetric(cls, epsilon, gamma):
    return of(cls, lambda w: usual(w) | {"bias_hh": torch.zeros_like(w.bhh)}, epsilon=epsilon, gamma=gamma)


def lipschitz(epsilon, beta, gamma):
    def matrix(m):
        return (1 - beta) * (m + m.T) + beta * (m - m.T) - gamma * ONE

    def step(x, state, w):
        (h,), (u,), (a, m) = state, w.x(x), w.U
        return [h + epsilon * (h @ matrix(a).T + tanh(h @ matrix(m).T + u))]

    return step


def mod_relu(z, b):
    return torch.sign(z) * relu(z.abs() + b)


def exp_rnn(x, state, w):
    (h,), (v,), (m,) = state, w.x(x), w.U
    return [mod_relu(h @ torch.matrix_exp(m - m.T).T + v, w.v["b"])]


def sco_rnn(negative):
    scale = torch.diag(torch.tensor([-1.0] * negative + [1.0] * (D_HIDDEN - negative), dtype=torch.float64))

    def step(x, state, w):
        (h,), (v,), (m,) = state, w.x(x), w.U
        a = m - m.T
        return [mod_relu(h @ (torch.linalg.solve(ONE + a, ONE - a) @ scale).T + v, w.v["b"])]

    return step


def normal(v):
    """Layer normalisation of a row without gain and bias."""
    return F.layer_norm(v, v.shape[-1:], eps=1e-5)


def layer_norm_lstm(x, state, w):
    h, c = state

    def four(kind):
        return torch.cat([w.v[f"{kind}_{gate}"] for gate in "ifgo"])

    v = four("alpha") * normal(torch.cat(w.x(x), 1)) + four("gamma") * normal(h @ w.hh.T) + four("beta")
    i, f, g, o = v.split(D_HIDDEN, 1)
    c = sigmoid(f) * c + sigmoid(i) * tanh(g)
    return [sigmoid(o) * tanh(w.v["alpha_c"] * normal(c) + w.v["beta_c"]), c]


def layer_norm_gru(x, state, w):
    (h,), (x_r, x_z, x_n) = state, w.x(x)
    gates = 2 * D_HIDDEN

    def two(kind):
        return torch.cat([w.v[f"{kind}_r"], w.v[f"{kind}_z"]])

    v = two("alpha") * normal(torch.cat([x_r, x_z], 1)) + two("gamma") * normal(h @ w.hh[:gates].T) + two("beta")
    r, z = sigmoid(v).split(D_HIDDEN, 1)
    n = w.v["alpha_n"] * normal(x_n) + w.v["beta_n"]
    n = tanh(n + r * (w.v["gamma_n"] * normal(h @ w.hh[gates:].T) + w.v["delta_n"]))
    return [(1 - z) * h + z * n]


def on_lstm(x, state, w):
    h, c = state
    i, f, g, o, mf, mi = [a + w.h(k, h) for k, a in enumerate(w.x(x))]
    mf, mi = torch.cumsum(softmax(mf, 1), 1), 1 - torch.cumsum(softmax(mi, 1), 1)
    both_open = mf * mi
    f = sigmoid(f) * both_open + (mf - both_open)
    i = sigmoid(i) * both_open + (mi - both_open)
    c = f * c + i * tanh(g)
    return [sigmoid(o) * tanh(c), c]


def mass_conserving(x, state, w):
    (_, c), (i, o, m) = state, w.x(x)
    share = c / (c.norm(1, 1, keepdim=True) + 1e-5)
    i, o = softmax(i + share @ w.U[0].T, 1), sigmoid(o + share @ w.U[1].T)
    there = c @ softmax(w.U[2], 0).T
    mass = there + i * m.sum(1, keepdim=True)
    h, c_new = o * mass, (1 - o) * mass
    assert abs((h + c_new - c - m).detach().sum()) < 1e-12, "mass is lost"
    return [h, c_new]


def slstm(heads, log_forget):
    def step(x, state, w):
        h, c, n, m = state
        size = D_HIDDEN // heads
        parts = h.split(size, 1)

        def mixed(k):
            own = w.U[k].split(size)
            return torch.cat([part @ u.T for part, u in zip(parts, own, strict=True)], 1) + w.d[k]

        i, f, z, o = [a + mixed(k) for k, a in enumerate(w.x(x))]
        log_f = log_forget(f) + m
        fresh = n == 0
        m = torch.where(fresh, i, torch.maximum(log_f, i))
        f = torch.where(fresh, torch.zeros_like(m), torch.exp(torch.where(fresh, m, log_f) - m))
        i = torch.exp(i - m)
        c, n = f * c + i * tanh(z), f * n + i
        return [sigmoid(o) * c / n.clamp(min=1), c, n, m]

    return step


def rg_lru(x, state, w):
    (h,), (r, i) = state, w.x(x)
    a = torch.exp(-F.softplus(w.v["lambda"])) ** (8 * sigmoid(r))
    return [a * h + torch.sqrt(1 - a**2) * sigmoid(i) * w.raw(x)]


def lmu(theta):
    order = range(D_HIDDEN)
    a = torch.tensor(
        [[(2 * i + 1) / theta * (-1 if i < j else (-1) ** (i - j + 1)) for j in order] for i in order],
        dtype=torch.float64,
    )
    b = torch.tensor([[(2 * i + 1) * (-1) ** i / theta] for i in order], dtype=torch.float64)
    held_a = torch.matrix_exp(a)
    held_b = torch.linalg.solve(a, (held_a - ONE) @ b)

    def step(x, state, w):
        (h, m), (u, v) = state, w.x(x)
        u = u.sum(1, keepdim=True) + (w.v["e_h"] * h).sum(1, keepdim=True) + (w.v["e_m"] * m).sum(1, keepdim=True)
        m = m @ held_a.T + u @ held_b.T
        return [tanh(v + w.h(0, h) + m @ w.U[1].T), m]

    return step


def ltc(unfolds):
    def step(x, state, w):
        (h,), (v,) = state, w.x(x)
        for _ in range(unfolds):
            f = sigmoid(v + h @ w.U[0].T)
            h = (h + f * w.v["a"] / unfolds) / (1 + (F.softplus(w.v["leak"]) + f) / unfolds)
        return [h]

    return step


def cfc(mode):
    def step(x, state, w):
        (h,), (z,) = state, w.x(x)
        z = 1.7159 * tanh(0.666 * (z + w.h(0, h)))
        first = w.h(1, z)
        if mode == "pure":
            a = w.v["a"]
            return [-a * torch.exp(-(w.v["w_tau"].abs() + first.abs())) * first + a]
        t = sigmoid(w.h(3, z) + w.h(4, z))
        g, h = tanh(first), tanh(w.h(2, z))
        return [g + t * h if mode == "no_gate" else g * (1 - t) + t * h]

    return step


def clockwork(modules):
    """A unit moves where its period divides the count of steps; of a count between two, where it did since."""
    module = torch.tensor([unit * modules // D_HIDDEN for unit in range(D_HIDDEN)])
    hears = (module[None, :] >= module[:, None]).double()

    def step(x, state, w):
        (h, t), (v,) = state, w.x(x)
        new = tanh(v + h @ (w.U[0] * hears).T + w.d[0])
        return [torch.where(torch.remainder(t, 2.0**module) < 1, new, h), t + 1]

    return step


def shuffling_rnn(outer):
    def step(x, state, w):
        (h,), (f, s) = state, w.x(x)
        return [outer(torch.roll(h, 1, dims=1) + w.h(0, relu(f)) * sigmoid(s))]

    return step


def time_lstm(variant):
    """The input's last number is the interval."""

    def step(x, state, w):
        (h, c), named = state, dict(zip(TIME_INPUTS[variant].replace("-", "").split(), range(9)))
        hidden = TIME_HIDDENS[variant].split()

        def of_input(block, part):
            index = named[block]
            own = part @ w.W[index][:, -1:].T if block.startswith("dt") else part @ w.W[index][:, :-1].T
            return own + w.b[index]

        x, dt = x[:, :-1], x[:, -1:]
        i, g, o = [of_input(block, x) + w.h(hidden.index(block), h) for block in "igo"]
        i = sigmoid(i + w.v["p_i"] * c)
        if variant < 3:
            f = sigmoid(of_input("f", x) + w.h(hidden.index("f"), h) + w.v["p_f"] * c)
        t1 = sigmoid(of_input("t1", x) + sigmoid(of_input("dt_t1", dt)))
        seen = (1 - i * t1 if variant == 3 else f) * c + i * t1 * tanh(g)
        kept = seen
        if variant > 1:
            t2 = sigmoid(of_input("t2", x) + sigmoid(of_input("dt_t2", dt)))
            kept = (1 - i if variant == 3 else f) * c + i * t2 * tanh(g)
        o = sigmoid(o + of_input("dt_o", dt) + w.v["p_o"] * seen)
        return [o * tanh(seen), kept]

    return step


def hyper_lstm(x, state, w):
    h, c, hyper_h, hyper_c = state
    own, watched, before, d_h, d_x, b = [range(k, k + 4) for k in range(0, 24, 4)]
    y = [
        w.h(d_h[k], hyper_h) * (h @ w.U[before[k]].T) + w.h(d_x[k], hyper_h) * (x @ w.W[k].T) + w.h(b[k], hyper_h)
        for k in range(4)
    ]
    i, f, g, o = y
    c_new = sigmoid(f) * c + sigmoid(i) * tanh(g)
    cell = torch.nn.LSTMCell(x.shape[1] + D_HIDDEN, D_HIDDEN, dtype=torch.float64)
    rows = {
        "weight_ih": torch.cat([torch.cat([w.U[watched[k]], w.W[4 + k]], 1) for k in range(4)]),
        "weight_hh": torch.cat([w.U[k] for k in own]),
        "bias_ih": torch.cat(w.b[4:8]),
        "bias_hh": torch.cat([w.d[k] for k in own]),
    }
    return [sigmoid(o) * tanh(c_new), c_new, *functional_call(cell, rows, (torch.cat([h, x], 1), (hyper_h, hyper_c)))]


def goru(x, state, w):
    (h,), (r, z, n) = state, w.x(x)
    r, z = sigmoid(r + w.h(0, h)), sigmoid(z + w.h(1, h))
    turned = h @ torch.matrix_exp(w.U[2] - w.U[2].T).T
    return [z * h + (1 - z) * mod_relu(n + r * turned, w.v["b"])]


def shuffled(n):
    """The permutation: Fisher and Yates' shuffle by Knuth's linear congruential generator."""
    order, state = list(range(n)), 1
    for place in range(n - 1, 0, -1):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        other = (state >> 33) % (place + 1)
        order[place], order[other] = order[other], order[place]
    return order


def urnn(x, state, w):
    """The reflection v1 is stored as it stands behind the permutation; here it stands before it, as in the paper."""
    (_, re, im), (v_re, v_im) = state, w.x(x)
    angle = {k: torch.exp(1j * w.v[f"w{k}"]) for k in [1, 2, 3]}
    order = shuffled(D_HIDDEN)
    before = [order.index(k) for k in range(D_HIDDEN)]

    def reflect(z, v):
        return z - 2 * (z @ v.conj())[:, None] * v / (v.abs() ** 2).sum()

    v1, v2 = [torch.complex(w.v[f"v{k}_re"], w.v[f"v{k}_im"]) for k in [1, 2]]
    z = reflect(torch.fft.fft(torch.complex(re, im) * angle[1], norm="ortho"), v1[before])
    z = torch.fft.ifft(z[:, order] * angle[2], norm="ortho")
    z = reflect(z, v2) * angle[3] + torch.complex(v_re, v_im)
    size = torch.sqrt(z.abs() ** 2 + 1e-5)
    h = z / size * relu(size + w.v["b"])
    return [w.h(-2, h.real) + w.h(-1, h.imag), h.real, h.imag]


def names(kinds, blocks):
    return " ".join(f"{kind}_{block}" for kind in kinds.split() for block in blocks.split())


GATES, PLAIN = "i f g o", "-i -f -g -o"
NORMALS = names("alpha gamma beta", GATES) + " alpha_c beta_c"
SLSTM = Cell("slstm", "h c n m", "i f z o", "i f z o", slstm(1, F.logsigmoid))
ANTISYMMETRIC = Cell("antisymmetric_rnn", "h", "h", "-h", antisymmetric(tr.AntisymmetricRNNCell, 0.01, 0.01))
GATED = Cell(
    "gated_antisymmetric_rnn", "h", "z h", "-a", antisymmetric(tr.GatedAntisymmetricRNNCell, 0.01, 0.01),
)
LIPSCHITZ = Cell("lipschitz_rnn", "h", "w", "-a -w", lipschitz(0.03, 0.75, 0.001))
SCO = Cell("sco_rnn", "h", "-h", "-h", sco_rnn(2), "b")
LTC = Cell("ltc", "h", "f", "-f1", ltc(6), "a leak")
TIME_INPUTS = {
    1: "i f g o -dt_o -dt_t1 t1", 2: "i f g o -dt_o -dt_t1 t1 -dt_t2 t2", 3: "i g o -dt_o -dt_t1 t1 -dt_t2 t2",
}
TIME_HIDDENS = {1: "i f g o", 2: "i f g o", 3: "i g o"}
TIME_VECTORS = {1: "p_i p_f p_o", 2: "p_i p_f p_o", 3: "p_i p_o"}


def time_cell(variant, **more):
    return Cell(
        "time_lstm", "h c", TIME_INPUTS[variant], TIME_HIDDENS[variant], time_lstm(variant), TIME_VECTORS[variant], **more,
    )


SHUFFLING = Cell("shuffling_rnn", "h", "f s", "r", shuffling_rnn(relu))
CLOCKWORK = Cell("clockwork", "h t", "h", "h", clockwork(7))
CFC = Cell("cfc", "h", "z", "z first second t_a t_b", cfc("default"))
LMU = Cell("lmu", "h m", "-u h", "h -m", lmu(100.0), "e_h e_m")
CELLS = [
    LIPSCHITZ,
    Cell("exp_rnn", "h", "-h", "-h", exp_rnn, "b"),
    SCO,
    Cell("layer_norm_lstm", "h c", PLAIN, PLAIN, layer_norm_lstm, NORMALS),
    Cell(
        "layer_norm_gru", "h", "-r -z -n", "-r -z -n", layer_norm_gru,
        names("alpha gamma beta", "r z n") + " delta_n",
    ),
    Cell("on_lstm", "h c", f"{GATES} mf mi", f"{GATES} mf mi", on_lstm),
    Cell("mass_conserving_lstm", "h c", "i o -m", "-i -o -r", mass_conserving),
    SLSTM,
    Cell("rg_lru", "h", "r i", "", rg_lru, "lambda", raw=True),
    LMU,
    LTC,
    CFC,
    CLOCKWORK,
    # With relu, a direction of the second layer is dead.
    replace(SHUFFLING, step=shuffling_rnn(tanh), options={"activation": '"tanh"'}, label="tanh"),
    time_cell(3),
    Cell("goru", "h", "r z -n", "r z -n", goru, "b"),
    Cell(
        "urnn", "o h_re h_im", "-v_re -v_im", "o_re -o_im", urnn, "w1 v1_re v1_im w2 v2_re v2_im w3 b",
    ),
    Cell(
        "hyper_lstm", "h c hyper_h hyper_c", f"{PLAIN} {names('hyper', GATES)}",
        f"{names('hyper', GATES)} {names('-watched', GATES)} {PLAIN} {names('zh zx zb', GATES)}", hyper_lstm,
    ),
]
PACKAGED = [ANTISYMMETRIC, GATED]
# Options, one layer each.
LARGE = {"epsilon": 0.5, "gamma": 0.25}
FORMS = [
    replace(LIPSCHITZ, step=lipschitz(0.5, 0.6, 0.25), options=LARGE | {"beta": 0.6}, label="large"),
    replace(SCO, step=sco_rnn(0), options={"negative": 0.0}, label="rotation"),
    replace(
        SLSTM, step=slstm(2, lambda f: f), heads=2, options={"heads": 2, "forget": '"exponential"'}, label="heads",
    ),
    replace(CLOCKWORK, step=clockwork(2), options={"modules": 2}, label="two"),
    SHUFFLING,
    time_cell(1, options={"variant": 1}, label="1"),
    time_cell(2, options={"variant": 2}, label="2"),
    replace(LMU, step=lmu(4.0), options={"theta": 4.0}, label="short"),
    replace(LTC, step=ltc(1), options={"unfolds": 1}, label="once"),
    replace(CFC, step=cfc("no_gate"), options={"mode": '"no_gate"'}, label="no_gate"),
    replace(CFC, step=cfc("pure"), hiddens="z first", vectors="a w_tau", options={"mode": '"pure"'}, label="pure"),
]
PACKAGED_FORMS = [
    replace(ANTISYMMETRIC, step=antisymmetric(tr.AntisymmetricRNNCell, 0.5, 0.25), options=LARGE, label="large"),
    replace(GATED, step=antisymmetric(tr.GatedAntisymmetricRNNCell, 0.5, 0.25), options=LARGE, label="large"),
]


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    assert math.isclose(float(normal(torch.arange(4.0).double()).norm()) ** 2, 4, rel_tol=1e-4)
    for cells, origin in [(CELLS, ORIGIN), (PACKAGED, PACKAGE)]:
        for cell in cells:
            both(cell, origin)
    for cells, origin in [(FORMS, ORIGIN), (PACKAGED_FORMS, PACKAGE)]:
        for cell in cells:
            case(cell, 1, False, True, LENGTHS, origin)


if __name__ == "__main__":
    main()
