#!/usr/bin/env python3
"""Writes golden numbers of language models of residual blocks into ../golden, one .safetensors file a preset.

    python3 -m venv env
    env/bin/pip install torch==2.15.0 numpy==2.4.6 safetensors==0.8.0 pytorch-crf==0.7.2
    env/bin/python crates/rekindle-models/oracles/blocks.py

Written from the papers that the presets name, step by step, in float64. networks.py says what a file holds.
"""

import math

import torch
from torch.nn.functional import cross_entropy, gelu, log_softmax, logsigmoid, sigmoid, silu, softplus

from networks import Case, padded

ROWS = [[2, 0, 5, 5], [1, 4, 4, 3, 6, 0, 2], [3, 1]]
TOKENS, D_MODEL, EPSILON = 7, 8, 1e-6


class Parameters:
    """Parameters by their paths, made where they are first asked for."""

    def __init__(self):
        self.case = Case()

    def tensor(self, path, shape):
        if path not in self.case.parameters:
            value = torch.zeros(shape, dtype=torch.float64, requires_grad=True)
            self.case.add(path, value)
        return self.case.parameters[path][0]

    def linear(self, path, x, to, bias=True):
        y = x @ self.tensor(f"{path}.weight", [x.shape[-1], to])
        return y + self.tensor(f"{path}.bias", [to]) if bias else y

    def headwise(self, path, x, parts):
        """Every part of the features by itself; a row of the weights for every feature that it gives."""
        each = x.shape[-1] // parts
        weight = self.tensor(f"{path}.weight", [parts, each, each])
        return torch.einsum("poi,tpi->tpo", weight, x.reshape(len(x), parts, each)).reshape(x.shape)

    def unbiased_layer(self, path, x):
        x = x - x.mean(-1, keepdim=True)
        x = x / (x.square().mean(-1, keepdim=True) + 1e-5).sqrt()
        return x * self.tensor(f"{path}.layer.gamma", [x.shape[-1]])

    def layer(self, path, x):
        return self.unbiased_layer(path, x) + self.tensor(f"{path}.layer.beta", [x.shape[-1]])

    def grouped(self, path, x, bias, epsilon):
        """Every head by itself, with factors of its own for every feature."""
        y = heads(x)
        y = y - y.mean(-1, keepdim=True)
        y = (y / (y.square().mean(-1, keepdim=True) + epsilon).sqrt()).reshape(x.shape)
        y = y * self.tensor(f"{path}.gamma", [x.shape[1]])
        return y + self.tensor(f"{path}.beta", [x.shape[1]]) if bias else y

    def rms(self, path, x):
        root = (x.square().mean(-1, keepdim=True) + EPSILON).sqrt()
        return x / root * self.tensor(f"{path}.rms.gamma", [x.shape[-1]])


def convolution(p, path, x, bias=True):
    """Of one row: every feature by itself, over the last four steps."""
    weight = p.tensor(f"{path}.weight", [4, x.shape[1]])
    bias = p.tensor(f"{path}.bias", [x.shape[1]]) if bias else 0.0
    before = torch.cat([x.new_zeros(3, x.shape[1]), x])
    return torch.stack([(before[t : t + 4] * weight).sum(0) + bias for t in range(len(x))])


def mingru(p, path, x):
    z, n = p.linear(f"{path}.gates.input", x, 2 * D_MODEL).chunk(2, 1)
    h, out = torch.zeros(D_MODEL, dtype=torch.float64), []
    for t in range(len(x)):
        h = (1 - sigmoid(z[t])) * h + sigmoid(z[t]) * n[t]
        out.append(h)
    return torch.stack(out)


def minlstm(p, path, x):
    f, i, n = p.linear(f"{path}.gates.input", x, 3 * D_MODEL).chunk(3, 1)
    h, out = torch.zeros(D_MODEL, dtype=torch.float64), []
    for t in range(len(x)):
        total = sigmoid(f[t]) + sigmoid(i[t])
        h = sigmoid(f[t]) / total * h + sigmoid(i[t]) / total * n[t]
        out.append(h)
    return torch.stack(out)


def rg_lru(p, path, x):
    width = x.shape[1]
    r, i = sigmoid(p.linear(f"{path}.gates.input", x, 2 * width)).chunk(2, 1)
    log_a = -8 * softplus(p.tensor(f"{path}.gates.vectors.0", [width])) * r
    h, out = torch.zeros(width, dtype=torch.float64), []
    for t in range(len(x)):
        a = log_a[t].exp()
        h = a * h + (1 - a**2).sqrt() * (i[t] * x[t])
        out.append(h)
    return torch.stack(out)


def heads(x):
    return x.reshape(len(x), 4, -1)


def unit(x):
    """As the authors' code has it, with a derivative at zero."""
    return x / (x.square().sum(-1, keepdim=True) + 1e-6).sqrt()


def gla(p, path, x):
    q, k = (heads(p.linear(f"{path}.{name}", x, D_MODEL // 2, False)) for name in "qk")
    v = heads(p.linear(f"{path}.v", x, D_MODEL, False))
    low = p.linear(f"{path}.alpha_down", x, 16, False)
    alpha = heads(logsigmoid(p.linear(f"{path}.alpha_up", low, D_MODEL // 2)) / 16).exp()
    s, out = torch.zeros(4, q.shape[2], v.shape[2], dtype=torch.float64), []
    for t in range(len(x)):
        s = alpha[t][..., None] * s + k[t][..., None] * v[t][:, None]
        out.append((s * q[t][..., None]).sum(1) / math.sqrt(q.shape[2]))
    return torch.stack(out).reshape(len(x), -1)


def gated_delta_net(p, path, x, gated=True):
    """With the convolutions of the mixer behind query, key and value."""
    mixer, keys = path.partition(".recurrent")[0], 8 if gated else D_MODEL
    widths = [keys, keys, 2 * keys if gated else keys]
    q, k, v = (p.linear(f"{path}.{name}", x, width, False) for name, width in zip("qkv", widths))
    q, k, v = (convolution(p, f"{mixer}.convolved.{at}", t, False) for at, t in enumerate([q, k, v]))
    q, k, v = unit(heads(silu(q))), unit(heads(silu(k))), heads(silu(v))
    alpha = torch.ones(len(x), 4, 1, dtype=torch.float64)
    if gated:
        rate = softplus(p.linear(f"{path}.alpha", x, 4))
        alpha = (-p.tensor(f"{path}.a_log", [4]).exp() * rate).exp()[..., None]
    return delta_rule(p, path, x, q, k, v, alpha)


def delta_rule(p, path, x, q, k, v, alpha):
    """`alpha` has a factor for every row of the memory, or one for all; queries are divided as in fla's layers."""
    beta = sigmoid(p.linear(f"{path}.beta", x, 4, False))
    s, out = torch.zeros(4, q.shape[2], v.shape[2], dtype=torch.float64), []
    for t in range(len(x)):
        s = alpha[t][..., None] * s
        error = v[t] - (s * k[t][..., None]).sum(1)
        s = s + beta[t][:, None, None] * k[t][..., None] * error[:, None]
        out.append((s * q[t][..., None]).sum(1) / math.sqrt(q.shape[2]))
    return torch.stack(out).reshape(len(x), -1)


def kda(p, path, x):
    """With the convolutions of the mixer behind query, key and value."""
    mixer = path.partition(".recurrent")[0]
    q, k, v = (p.linear(f"{path}.{name}", x, D_MODEL, False) for name in "qkv")
    q, k, v = (convolution(p, f"{mixer}.convolved.{at}", t, False) for at, t in enumerate([q, k, v]))
    q, k, v = unit(heads(silu(q))), unit(heads(silu(k))), heads(silu(v))
    rate = p.linear(f"{path}.alpha_up", p.linear(f"{path}.alpha_down", x, D_MODEL // 4, False), D_MODEL)
    alpha = (-p.tensor(f"{path}.a_log", [4]).exp()[:, None] * heads(softplus(rate))).exp()
    return delta_rule(p, path, x, q, k, v, alpha)


def mamba2(p, path, x):
    """As the authors' simplest code has it, step by step; the convolutions of the mixer stand behind x, B and C."""
    mixer, inner, states = path.partition(".recurrent")[0], 2 * D_MODEL, 2 * D_MODEL
    parts = [p.linear(f"{path}.{name}", x, width, False) for name, width in zip("xbc", [inner, states, states])]
    v, b, c = (silu(convolution(p, f"{mixer}.convolved.{at}", t)) for at, t in enumerate(parts))
    dt = softplus(p.linear(f"{path}.dt", x, 4))
    a, d = -p.tensor(f"{path}.a_log", [4]).exp(), p.tensor(f"{path}.d", [4])
    v = heads(v)
    h, out = torch.zeros(4, inner // 4, states, dtype=torch.float64), []
    for t in range(len(x)):
        h = (dt[t] * a).exp()[:, None, None] * h + dt[t][:, None, None] * v[t][..., None] * b[t]
        out.append((h * c[t]).sum(2) + d[:, None] * v[t])
    return torch.stack(out).reshape(len(x), -1)


def hgrn2(p, path, x, blocks=2):
    """Bounds of the forget gates rise from block to block, from 0."""
    shares = p.tensor("blocks.lower_bounds", [blocks, D_MODEL]).softmax(0)
    bound = (shares.cumsum(0) - shares[0])[int(path.split(".")[2])]
    f = heads(bound + (1 - bound) * sigmoid(p.linear(f"{path}.f", x, D_MODEL, False)))
    i, o = heads(p.linear(f"{path}.i", x, D_MODEL, False)), heads(silu(p.linear(f"{path}.o", x, D_MODEL, False)))
    s, out = torch.zeros(4, f.shape[2], i.shape[2], dtype=torch.float64), []
    for t in range(len(x)):
        s = f[t][..., None] * s + (1 - f[t])[..., None] * i[t][:, None]
        out.append((s * o[t][..., None]).sum(1) / math.sqrt(f.shape[2]))
    return torch.stack(out).reshape(len(x), -1)


def normed(p, path, y):
    """Every head by itself, with the same factors."""
    return p.rms(path, heads(y)).reshape(len(y), -1)


def hawk_mixer(p, path, u):
    d_rnn = math.ceil(4 * D_MODEL / 3)
    inner = convolution(p, f"{path}.convolution", p.linear(f"{path}.input", u, d_rnn))
    y = rg_lru(p, f"{path}.recurrent.layers.0.forward", inner)
    return p.linear(f"{path}.output", y * gelu(p.linear(f"{path}.gate", u, d_rnn)), D_MODEL)


def shifted(p, path, x):
    """Each step with a share of the step before it."""
    before = torch.cat([torch.zeros_like(x[:1]), x[:-1]])
    return x + (before - x) * p.tensor(path, [x.shape[1]])


def rwkv7_mixer(p, path, u, first):
    """Time mixing; `first` has the values of the first block."""
    cell = f"{path}.cell"
    xr, xw, xk, xv, xa, xg = (shifted(p, f"{path}.mu_{name}", u) for name in "rwkvag")
    r, k, v = (p.linear(f"{cell}.{name}", x, D_MODEL, False) for name, x in zip("rkv", [xr, xk, xv]))
    if first:
        share = p.linear(f"{path}.values.up", p.linear(f"{path}.values.down", xv, D_MODEL, False), D_MODEL)
        v = v + (first[0] - v) * sigmoid(share)
    else:
        first.append(v)
    w = p.linear(f"{cell}.w_up", torch.tanh(p.linear(f"{cell}.w_down", xw, D_MODEL, False)), D_MODEL)
    w = heads((-math.exp(-0.5) * sigmoid(w)).exp())
    a = sigmoid(p.linear(f"{cell}.a_up", p.linear(f"{cell}.a_down", xa, D_MODEL, False), D_MODEL))
    kappa = unit(heads(k * p.tensor(f"{cell}.xi", [D_MODEL])))
    k = heads(k * (1 + (a - 1) * p.tensor(f"{cell}.alpha", [D_MODEL])))
    a, r, v = heads(a), heads(r), heads(v)
    s, out = torch.zeros(4, r.shape[2], v.shape[2], dtype=torch.float64), []
    for t in range(len(u)):
        found = (kappa[t][..., None] * s).sum(1)
        s = w[t][..., None] * s - (a[t] * kappa[t])[..., None] * found[:, None] + k[t][..., None] * v[t][:, None]
        out.append((s * r[t][..., None]).sum(1))
    y = p.grouped(f"{path}.norm", torch.stack(out).reshape(len(u), -1), True, 1e-5 * v.shape[2])
    rho = p.tensor(f"{path}.rho", [D_MODEL]).reshape(4, -1)
    y = y + ((r * k * rho).sum(2, keepdim=True) * v).reshape(len(u), -1)
    gate = p.linear(f"{path}.gate.up", sigmoid(p.linear(f"{path}.gate.down", xg, D_MODEL, False)), D_MODEL, False)
    return p.linear(f"{path}.output", y * gate, D_MODEL, False)


def channel_mix(p, path, u):
    hidden = p.linear(f"{path}.up", shifted(p, f"{path}.mu", u), 4 * D_MODEL, False)
    return p.linear(f"{path}.down", torch.relu(hidden).square(), D_MODEL, False)


def mlstm_mixer(p, path, u):
    """Without a stabiliser: at these sizes no exponential overflows."""
    inner = 2 * D_MODEL
    x = p.linear(f"{path}.up", u, inner, False)
    c = silu(convolution(p, f"{path}.convolution", x))
    q, k, v = (p.headwise(f"{path}.{name}", t, inner // 4) for name, t in zip("qkv", [c, c, x]))
    gates = torch.cat([q, k, v], 1)
    i, f = p.linear(f"{path}.i", gates, 4).exp(), sigmoid(p.linear(f"{path}.f", gates, 4))
    q, k, v = heads(q), heads(k) / math.sqrt(inner // 4), heads(v)
    s, n, out = torch.zeros(4, k.shape[2], v.shape[2], dtype=torch.float64), torch.zeros_like(k[0]), []
    for t in range(len(u)):
        s = f[t][:, None, None] * s + i[t][:, None, None] * k[t][..., None] * v[t][:, None]
        n = f[t][:, None] * n + i[t][:, None] * k[t]
        weight = (n * q[t]).sum(1).abs().clamp(min=1.0)
        out.append((s * q[t][..., None]).sum(1) / weight[:, None])
    h = p.grouped(f"{path}.norm", torch.stack(out).reshape(len(u), -1), False, 1e-5)
    h = h + p.tensor(f"{path}.skip", [inner]) * c
    return p.linear(f"{path}.down", h * silu(p.linear(f"{path}.gate", u, inner, False)), D_MODEL, False)


def slstm_mixer(p, path, u):
    """Without a stabiliser; maps of four heads."""
    c = silu(convolution(p, f"{path}.convolution", u))
    given = [p.headwise(f"{path}.gates.{gate}", x, 4) for gate, x in enumerate([c, c, u, u])]
    bias = p.tensor(f"{path}.bias", [4, 4, D_MODEL // 4]).reshape(4, -1)
    h = c_ = n = torch.zeros(D_MODEL, dtype=torch.float64)
    out = []
    for t in range(len(u)):
        before = [p.headwise(f"{path}.recurrent.{gate}", h[None], 4)[0] for gate in range(4)]
        i, f, z, o = (given[gate][t] + before[gate] + bias[gate] for gate in range(4))
        c_ = sigmoid(f) * c_ + i.exp() * torch.tanh(z)
        n = sigmoid(f) * n + i.exp()
        h = sigmoid(o) * c_ / n
        out.append(h)
    return p.grouped(f"{path}.norm", torch.stack(out), False, 1e-5)


def hgrn2_mixer(p, path, u):
    y = p.rms(f"{path}.norm", hgrn2(p, f"{path}.recurrent.layers.0.forward", u))
    return p.linear(f"{path}.output", y, D_MODEL, False)


def gla_mixer(p, path, u):
    y = normed(p, f"{path}.norm", gla(p, f"{path}.recurrent.layers.0.forward", u))
    return p.linear(f"{path}.output", y * silu(p.linear(f"{path}.gate", u, D_MODEL, False)), D_MODEL, False)


def gated_delta_mixer(p, path, u):
    y = normed(p, f"{path}.norm", gated_delta_net(p, f"{path}.recurrent.layers.0.forward", u))
    return p.linear(f"{path}.output", y * silu(p.linear(f"{path}.gate", u, y.shape[1], False)), D_MODEL, False)


def mamba2_mixer(p, path, u):
    y = mamba2(p, f"{path}.recurrent.layers.0.forward", u)
    y = p.rms(f"{path}.norm", y * silu(p.linear(f"{path}.gate", u, y.shape[1], False)))
    return p.linear(f"{path}.output", y, D_MODEL, False)


def kda_mixer(p, path, u):
    y = normed(p, f"{path}.norm", kda(p, f"{path}.recurrent.layers.0.forward", u))
    gate = p.linear(f"{path}.gate", p.linear(f"{path}.gate_down", u, D_MODEL // 4, False), D_MODEL)
    return p.linear(f"{path}.output", y * sigmoid(gate), D_MODEL, False)


def delta_mixer(p, path, u):
    y = normed(p, f"{path}.norm", gated_delta_net(p, f"{path}.recurrent.layers.0.forward", u, False))
    return p.linear(f"{path}.output", y, D_MODEL, False)


def narrow_mixer(cell):
    def mixer(p, path, u):
        y = cell(p, f"{path}.recurrent.layers.0.forward", convolution(p, f"{path}.convolution", u))
        return p.linear(f"{path}.output", y, D_MODEL, False)

    return mixer


def mlp(p, path, u, function, width, gated=True, bias=False):
    hidden = function(p.linear(f"{path}.gate", u, width, bias)) if gated else None
    up = p.linear(f"{path}.up", u, width, bias)
    return p.linear(f"{path}.down", hidden * up if gated else function(up), D_MODEL, bias)


def swiglu(p, path, u):
    return mlp(p, path, u, silu, math.ceil(8 * D_MODEL / 3))


def geglu(p, path, u):
    return mlp(p, path, u, gelu, 3 * D_MODEL, bias=True)


def slstm_glu(p, path, u):
    return mlp(p, path, u, gelu, math.ceil(4 * D_MODEL / 3))


def plain(p, path, u):
    return mlp(p, path, u, gelu, 4 * D_MODEL, False, True)


def model(name, blocks, norm=Parameters.rms, tied=False, input_norm=False, smoothing=0.0):
    """`blocks` has the mixer and the perceptron of each block."""
    p = Parameters()
    said = []
    for row in ROWS:
        x = p.tensor("embedding.weight", [TOKENS, D_MODEL])[row]
        x = norm(p, "blocks.input_norm", x) if input_norm else x
        first = []
        for block, (mixer, perceptron) in enumerate(blocks):
            path = f"blocks.blocks.{block}"
            normed = norm(p, f"{path}.mixer_norm", x)
            x = x + (mixer(p, f"{path}.mixer", normed, first) if mixer is rwkv7_mixer else mixer(p, f"{path}.mixer", normed))
            if perceptron:
                x = x + perceptron(p, f"{path}.mlp", norm(p, f"{path}.mlp_norm", x))
        y = norm(p, "blocks.norm", x)
        logits = y @ p.tensor("embedding.weight", None).T if tied else p.linear("output", y, TOKENS, False)
        said.append(log_softmax(logits, 1))
    wanted = torch.tensor([token for row in ROWS for token in row[1:]])
    loss = cross_entropy(torch.cat([rows[:-1] for rows in said]), wanted, label_smoothing=smoothing)
    longest = max(map(len, ROWS))
    said = torch.stack([torch.cat([rows, rows.new_zeros(longest - len(rows), TOKENS)]) for rows in said])
    config = f'tokens = {TOKENS}\ntied = {str(tied).lower()}\npreset = "{name}"\nd_model = {D_MODEL}\nblocks = {len(blocks)}\n'
    inputs = {"tokens": padded(ROWS)}
    if smoothing:
        inputs["smoothing"] = torch.tensor([smoothing], dtype=torch.float64)
    p.case.write(f"blocks-{name}" + ("-tied" if tied else ""), "language_model", config, inputs, {"log_probs": said}, loss)


def main():
    torch.set_num_threads(1)
    model("mingru", 2 * [(narrow_mixer(mingru), plain)])
    model("minlstm", 2 * [(narrow_mixer(minlstm), plain)], tied=True)
    model("hawk", 2 * [(hawk_mixer, geglu)])
    model("gla", 2 * [(gla_mixer, swiglu)])
    model("hgrn2", 2 * [(hgrn2_mixer, swiglu)])
    model("delta_net", 2 * [(delta_mixer, swiglu)], smoothing=0.1)
    model("gated_delta_net", 2 * [(gated_delta_mixer, swiglu)])
    model("kda", 2 * [(kda_mixer, swiglu)])
    model("mamba2", 2 * [(mamba2_mixer, None)])
    model("rwkv7", 2 * [(rwkv7_mixer, channel_mix)], Parameters.layer, input_norm=True)
    model("xlstm", [(mlstm_mixer, None), (slstm_mixer, slstm_glu)], Parameters.unbiased_layer)


if __name__ == "__main__":
    main()
