#!/usr/bin/env python3
"""Writes golden numbers of the cells with a matrix memory into ../golden.

    python3 -m venv env
    env/bin/pip install torch==2.15.0 numpy==2.4.6 einops==0.8.2
    env/bin/pip install --no-deps fla-core==0.6.0 mlstm_kernels==2.0.6
    env/bin/python crates/rekindle-laws/oracles/matrix_cells.py

A step is the paper's recurrence, one step after the other, written out below in float64. Wherever flash-linear-attention
(fla-core) or mlstm_kernels have a plain sequential form of the recurrence, it must agree; theirs is float32, and their
files are read one by one, as the packages themselves need a GPU. README.md says what a file holds.
"""

import importlib.util
import math
import pathlib
import sys
from math import sqrt

import torch
import torch.nn.functional as F
from free_layers import Cell, both, case
from torch import exp, sigmoid, tanh
from torch_rnn import D_HIDDEN, LENGTHS, wave

ORIGIN = f"the papers' recurrences in torch {torch.__version__.split('+')[0]}"
HEADS, KEY = 2, 3
VALUE = D_HIDDEN // HEADS
KEYS = HEADS * KEY
RANK = 2


def logsigmoid(x):
    return -F.softplus(-x)


def unit(x):
    """Divided by its length along the last axis."""
    return x / torch.sqrt((x * x).sum(-1, keepdim=True) + 1e-6)


def linear(w, name, x):
    """[1, d] -> [to]"""
    y = x[0] @ w[f"weight_{name}"].T
    return y + w[f"bias_{name}"] if f"bias_{name}" in w else y


def heads(v, count=HEADS):
    return v.reshape(count, -1)


# What an input makes: x, w -> vectors a head.


def plain(x, w):
    return [heads(linear(w, name, x)) for name in "qkv"]


def features(x, w):
    q, k, v = plain(x, w)
    phi = lambda t: torch.where(t > 0, t + 1, exp(t))  # elu(t) + 1
    return phi(q), phi(k), v


def delta(x, w):
    q, k, v = plain(x, w)
    return unit(F.silu(q)), unit(F.silu(k)), F.silu(v), sigmoid(linear(w, "beta", x))


def low_rank(w, name, x, between=lambda t: t):
    return linear(w, f"{name}_up", between(linear(w, f"{name}_down", x))[None])


# The recurrences: what an input made, the memory -> o, the memory. Matrices are [KEY, VALUE] for each head.


def each(step):
    """A recurrence of one head, for all of them."""

    def of_all(made, memory, *more):
        found = [step(*[m[h] for m in made], *[m[h] for m in memory], *[m[h] for m in more]) for h in range(HEADS)]
        o, *memory = [torch.stack(part) for part in zip(*found, strict=True)]
        return o, memory

    return of_all


@each
def linear_attention(q, k, v, s, z):
    s, z = s + torch.outer(k, v), z + k[:, None]
    return (s.T @ q) / (z[:, 0] @ q), s, z


@each
def scalar_decay(q, k, v, alpha, s):
    s = alpha * s + torch.outer(k, v)
    return s.T @ q, s


@each
def vector_decay(q, k, v, alpha, s):
    s = torch.diag(alpha) @ s + torch.outer(k, v)
    return s.T @ q, s


@each
def with_bonus(r, k, v, w, u, s):
    o = (s + torch.diag(u) @ torch.outer(k, v)).T @ r
    return o, torch.diag(w) @ s + torch.outer(k, v)


@each
def goose(r, k, v, w, kappa, a, s):
    """The paper's wkv [VALUE, KEY], of which the memory is the transpose."""
    wkv = s.T @ (torch.diag(w) - torch.outer(kappa, a * kappa)) + torch.outer(v, k)
    return wkv @ r, wkv.T


@each
def delta_rule(q, k, v, beta, s):
    s = s + beta * torch.outer(k, v - s.T @ k)
    return s.T @ q, s


@each
def gated_delta_rule(q, k, v, beta, alpha, s):
    one = torch.eye(KEY, dtype=s.dtype)
    s = alpha * (one - beta * torch.outer(k, k)) @ s + beta * torch.outer(k, v)
    return s.T @ q, s


@each
def kimi(q, k, v, beta, alpha, s):
    one = torch.eye(KEY, dtype=s.dtype)
    s = (one - beta * torch.outer(k, k)) @ torch.diag(alpha) @ s + beta * torch.outer(k, v)
    return s.T @ q, s


@each
def delta_product(q, ks, vs, betas, s):
    for k, v, beta in zip(ks.reshape(-1, KEY), vs.reshape(-1, VALUE), betas, strict=True):
        s = s + beta * torch.outer(k, v - s.T @ k)
    return s.T @ q, s


@each
def mlstm(q, k, v, i, log_f, o, c, n, m):
    """The paper's C is [VALUE, KEY], of which the memory is the transpose."""
    scale = torch.maximum(log_f + m[0, 0], i)
    f, i = exp(log_f + m[0, 0] - scale), exp(i - scale)
    c = f * c.T + i * torch.outer(v, k)
    n = f * n[:, 0] + i * k
    h = o * (c @ q) / torch.maximum(torch.abs(n @ q), exp(-scale))
    return h, c.T, n[:, None], scale[None, None]


# The cells: shapes of the weights, and a step from both halves.


def shapes(*maps, more=None):
    """maps: (name, width, always a bias?, from another width than the input's)."""

    def of(d_input, bias):
        found = {}
        for name, to, always, source in maps:
            found[f"weight_{name}"] = [to, source or d_input]
            if always or (bias and always is not None):
                found[f"bias_{name}"] = [to]
        return found | {f"vector_{name}": [to] for name, to in (more or {}).items()}

    return of


def switched(name, to):
    """A map whose bias is the config's to switch."""
    return name, to, False, None


def gate(name, to):
    return name, to, True, None


def narrow(name, rank=RANK, to=KEYS):
    return [(f"{name}_down", rank, None, None), (f"{name}_up", to, True, rank)]


def keys(*names):
    return [switched(name, KEYS) for name in names]


def values(name):
    return switched(name, D_HIDDEN)


def step(make, recur, memory):
    """memory: the shapes of the matrices a head."""

    def of(x, state, w):
        matrices = [s.reshape(HEADS, *shape) for s, shape in zip(state[1:], memory, strict=True)]
        o, after = recur(make(x, w), matrices)
        return [o.reshape(1, -1), *[s.reshape(1, -1) for s in after]]

    return of


def cell(kind, weights, make, recur, output="o", memory="S", options=None, label=""):
    square = {memory: (KEY, VALUE)} if isinstance(memory, str) else memory
    states = {output: D_HIDDEN} | {name: HEADS * rows * columns for name, (rows, columns) in square.items()}
    own = {"heads": HEADS, "d_key": KEY} | (options or {})
    return Cell(kind, states, weights, step(make, recur, list(square.values())), own, label)


def retnet(x, w):
    q, k, v = plain(x, w)
    return q, k / sqrt(KEY), v, 1 - torch.tensor([2.0**-5, 2.0**-6], dtype=torch.float64)


def gla(x, w):
    q, k, v = plain(x, w)
    alpha = sigmoid(heads(low_rank(w, "alpha", x))) ** (1 / 16)
    return q / sqrt(KEY), k, v, alpha


def mamba2(x, w):
    v, dt = heads(linear(w, "x", x)), F.softplus(linear(w, "dt", x))
    b, c = [linear(w, name, x) for name in "bc"]
    alpha = exp(dt * -exp(w["vector_a_log"]))
    return torch.stack([c] * HEADS), dt[:, None] * b, v, alpha, w["vector_d"]


@each
def ssd(c, b, v, alpha, d, s):
    s = alpha * s + torch.outer(b, v)
    return s.T @ c + d * v, s


def hgrn2(bound):
    def make(x, w):
        f, i, o = [heads(linear(w, name, x)) for name in "fio"]
        f = bound + (1 - bound) * sigmoid(f)
        return sigmoid(o), 1 - f, F.silu(i), f

    return make


def rwkv6(x, w):
    r, k, v = [heads(linear(w, name, x)) for name in "rkv"]
    return r, k, v, exp(-exp(heads(low_rank(w, "w", x, tanh)))), heads(w["vector_u"])


def rwkv7(x, w):
    r, k, v = [heads(linear(w, name, x)) for name in "rkv"]
    decay = exp(-math.exp(-0.5) * sigmoid(heads(low_rank(w, "w", x, tanh))))
    a = sigmoid(heads(low_rank(w, "a", x)))
    kappa = unit(k * heads(w["vector_xi"]))
    return r, k * (1 + (a - 1) * heads(w["vector_alpha"])), v, decay, kappa, a


def gated(x, w):
    return *delta(x, w), exp(-exp(w["vector_a_log"]) * F.softplus(linear(w, "alpha", x)))


def kda(x, w):
    rate = exp(w["vector_a_log"])[:, None]
    return *delta(x, w), exp(-rate * F.softplus(heads(low_rank(w, "alpha", x))))


def product(n):
    def make(x, w):
        q, k, v = plain(x, w)
        k = unit(F.silu(k).reshape(HEADS, n, KEY)).reshape(HEADS, -1)
        return unit(F.silu(q)), k, F.silu(v), 2 * sigmoid(heads(linear(w, "beta", x)))

    return make


def xlstm(x, w):
    q, v, o = [heads(linear(w, name, x)) for name in "qvo"]
    k = x[0] @ w["weight_k"].T / sqrt(KEY) + w.get("bias_k", 0)
    return q, heads(k), v, linear(w, "i", x), logsigmoid(linear(w, "f", x)), sigmoid(o)


QKV = [*keys("q", "k"), values("v")]
RKV = [*keys("r", "k"), values("v")]
MLSTM = {"C": (KEY, VALUE), "n": (KEY, 1), "m": (1, 1)}


def householders(n):
    maps = [*keys("q"), switched("k", n * KEYS), switched("v", n * D_HIDDEN), gate("beta", n * HEADS)]
    label = f"{n}" if n != 2 else ""
    return cell("delta_product", shapes(*maps), product(n), delta_product, options={"householders": n}, label=label)


def hgrn2_cell(bound, label=""):
    maps = [*keys("f"), values("i"), *keys("o")]
    options = {"lower_bound": bound}
    return cell("hgrn2", shapes(*maps), hgrn2(bound), vector_decay, "y", "h", options, label)


RANKED = {"rank": RANK}
CELLS = [
    cell("linear_attention", shapes(*QKV), features, linear_attention, memory={"S": (KEY, VALUE), "z": (KEY, 1)}),
    cell("retnet", shapes(*QKV), retnet, scalar_decay),
    cell("gla", shapes(*QKV, *narrow("alpha")), gla, vector_decay, options=RANKED),
    cell(
        "mamba2",
        shapes(values("x"), switched("b", KEY), switched("c", KEY), gate("dt", HEADS), more={"a_log": HEADS, "d": HEADS}),
        mamba2, ssd, "y", "h",
    ),
    hgrn2_cell(0.0),
    cell("rwkv6", shapes(*RKV, *narrow("w"), more={"u": KEYS}), rwkv6, with_bonus, options=RANKED),
    cell(
        "rwkv7", shapes(*RKV, *narrow("w"), *narrow("a"), more={"xi": KEYS, "alpha": KEYS}), rwkv7, goose, options=RANKED
    ),
    cell("delta_net", shapes(*QKV, gate("beta", HEADS)), delta, delta_rule),
    cell(
        "gated_delta_net", shapes(*QKV, gate("beta", HEADS), gate("alpha", HEADS), more={"a_log": HEADS}),
        gated, gated_delta_rule,
    ),
    cell(
        "kda", shapes(*QKV, gate("beta", HEADS), *narrow("alpha"), more={"a_log": HEADS}), kda, kimi, options=RANKED
    ),
    householders(2),
    cell(
        "mlstm", shapes(*QKV, gate("i", HEADS), gate("f", HEADS), values("o")), xlstm, mlstm, "h", MLSTM,
    ),
]
# Options, one layer each.
FORMS = [hgrn2_cell(0.5, "bounded"), householders(1), householders(3)]


# What packages make of the same numbers.


def package(path):
    """A file of a package, without the package."""
    for root in map(pathlib.Path, sys.path):
        if (root / path).exists():
            spec = importlib.util.spec_from_file_location(path.replace("/", "_"), root / path)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            return module
    raise FileNotFoundError(path)


STEPS = 5


def made(*widths):
    """Vectors a head over time, [STEPS, HEADS, width]."""
    return [wave([STEPS, HEADS, width], 0.8, 0.9 * n + 0.2) for n, width in enumerate(widths)]


def over_time(recur, vectors, memory):
    outputs = []
    for t in range(STEPS):
        o, memory = recur([v[t].squeeze(-1) if v.shape[2] == 1 else v[t] for v in vectors], memory)
        outputs.append(o)
    return torch.stack(outputs), memory


def near(name, ours, theirs):
    """ours [STEPS, HEADS, VALUE] and [HEADS, KEY, VALUE]; theirs with a batch of one."""
    for a, b in zip(ours, theirs, strict=True):
        assert float((a - b.double()).abs().max()) < 2e-6, name
    print(f"{name}: as in the package")


def agree():
    q, k, v, g, a = made(KEY, KEY, VALUE, KEY, KEY)
    beta, scalar = [sigmoid(t) for t in made(1, 1)]
    log_g, log_scalar = -torch.abs(g) - 0.1, -torch.abs(scalar) - 0.1
    s = wave([HEADS, KEY, VALUE], 0.6, 2.5)
    batch = lambda t: t[None]  # [1, STEPS, HEADS, width]
    by_head = lambda t: t.transpose(0, 1)[None]  # [1, HEADS, STEPS, width]
    ours = lambda recur, *vectors: (lambda o, m: (o, m[0]))(*over_time(recur, vectors, [s]))
    theirs = lambda o, m: (o[0], m[0])
    flat = lambda t: t.squeeze(-1)
    root = sqrt(KEY)

    naive = package("fla/ops/gla/naive.py").naive_recurrent_gla
    found = naive(batch(q), batch(k), batch(v), batch(log_g), batch(s), True)
    near("vector decay (fla: gla)", ours(vector_decay, q / root, k, v, exp(log_g)), theirs(*found))

    naive = package("fla/ops/simple_gla/naive.py").naive_recurrent_simple_gla
    found = naive(batch(q), batch(k), batch(v), batch(flat(log_scalar)), 1.0, batch(s))
    near("scalar decay (fla: simple_gla)", ours(scalar_decay, q, k, v, exp(log_scalar)), theirs(*found))

    naive = package("fla/ops/retention/naive.py").naive_retention
    gamma = (1 - 2.0 ** (-5 - torch.arange(HEADS).double())).expand(STEPS, HEADS)[..., None]
    o, _ = over_time(scalar_decay, [q, k / root, v, gamma], [torch.zeros_like(s)])
    near("retention (fla)", [o], [naive(by_head(q), by_head(k), by_head(v))[0].transpose(0, 1)])

    naive = package("fla/ops/rwkv6/recurrent_naive.py").naive_recurrent_rwkv6
    u = wave([HEADS, KEY], 0.5, 7.0)
    found = naive(by_head(q), by_head(k), by_head(v), by_head(log_g), u, 1.0, batch(s), True)
    o, m = theirs(*found)
    bonus = u.expand(STEPS, HEADS, KEY)
    near("bonus (fla: rwkv6)", ours(with_bonus, q, k, v, exp(log_g), bonus), (o.transpose(0, 1), m))

    naive = package("fla/ops/generalized_delta_rule/dplr/naive.py").dplr_recurrence
    kappa, rate = unit(k), sigmoid(a)
    found = naive(*map(by_head, (q, k, v, kappa.float(), -rate * kappa, log_g)), batch(s).float())
    o, m = theirs(*found)
    near("diagonal and rank one (fla: rwkv7)", ours(goose, q / root, k, v, exp(log_g), kappa, rate), (o.transpose(0, 1), m))

    naive = package("fla/ops/delta_rule/naive.py").delta_rule_recurrence
    found = naive(by_head(q), by_head(unit(k)), by_head(v), by_head(beta), batch(s))
    o, m = theirs(*found)
    near("delta rule (fla)", ours(delta_rule, q / root, unit(k), v, beta), (o.transpose(0, 1), m))

    naive = package("fla/ops/gated_delta_rule/naive.py").naive_recurrent_gated_delta_rule
    found = naive(batch(q), batch(unit(k)), batch(v), batch(flat(beta)), batch(flat(log_scalar)), 1.0, batch(s), True)
    near("gated delta rule (fla)", ours(gated_delta_rule, q, unit(k), v, beta, exp(log_scalar)), theirs(*found))

    naive = package("fla/ops/kda/naive.py").naive_recurrent_kda
    found = naive(batch(q), batch(unit(k)), batch(v), batch(log_g), batch(flat(beta)), 1.0, batch(s), True)
    near("kda (fla)", ours(kimi, q, unit(k), v, beta, exp(log_g)), theirs(*found))

    naive = package("fla/ops/gated_delta_product/naive.py").naive_recurrent_gated_delta_product
    n = 2
    ks, vs, betas = made(n * KEY, n * VALUE, n)
    ks, betas = unit(ks.reshape(STEPS, HEADS, n, KEY)), 2 * sigmoid(betas)
    in_turn = lambda t, width: t.reshape(STEPS, HEADS, n, width).transpose(1, 2).reshape(1, STEPS * n, HEADS, width)
    found = naive(
        batch(q), in_turn(ks, KEY), in_turn(vs, VALUE), None, flat(in_turn(betas, 1)), 1.0,
        initial_state=batch(s).float(), output_final_state=True, num_householder=n,
    )
    near("delta product (fla)", ours(delta_product, q, ks.reshape(STEPS, HEADS, -1), vs, betas), theirs(*found))

    naive = package("fla/ops/linear_attn/naive.py").naive_recurrent_linear_attn
    positive = [torch.abs(t) + 0.1 for t in (q, k)]
    z = wave([HEADS, KEY, 1], 0.1, 1.0) + 0.3
    o, m = over_time(linear_attention, [*positive, v], [s, z])
    found = naive(*map(batch, positive), batch(v), 1.0, (batch(s).float(), batch(flat(z))[None].float()), True, True)
    near("linear attention (fla)", (o, m[0]), (found[0][0], found[1][0][0]))

    one_step = package("mlstm_kernels/torch/recurrent/native_step.py").mlstm_recurrent_step__native
    i, log_f = [t * 3 for t in made(1, 1)]
    log_f = logsigmoid(log_f)
    n, m = wave([HEADS, KEY, 1], 0.4, 1.0), wave([HEADS, 1, 1], 0.5, 2.0)
    o, after = over_time(mlstm, [q / root, k, v, i, log_f, torch.ones_like(v)], [s, n, m])
    f = torch.log(exp(log_f) / (1 - exp(log_f)))  # the package takes it before the sigmoid
    c_t, n_t, m_t = batch(s), batch(flat(n)), batch(flat(m))
    outputs = []
    for t in range(STEPS):
        h, (c_t, n_t, m_t) = one_step(
            *[batch(vector[t]) for vector in (q, k, v, i, f)], c_t, n_t, m_t, eps=0.0, dtype_state=torch.float64
        )
        outputs.append(h[0])
    near("mlstm (mlstm_kernels)", (o, after[0], after[1][..., 0]), (torch.stack(outputs), c_t[0], n_t[0]))


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    agree()
    for of in CELLS:
        both(of, ORIGIN)
    for of in FORMS:
        case(of, 1, False, True, LENGTHS, ORIGIN)


if __name__ == "__main__":
    main()
