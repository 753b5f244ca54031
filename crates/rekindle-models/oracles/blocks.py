#!/usr/bin/env python3
"""Writes golden numbers of language models of residual blocks into ../golden, one .safetensors file a preset.

    python3 -m venv env
    env/bin/pip install torch==2.15.0 numpy==2.4.6 safetensors==0.8.0 pytorch-crf==0.7.2
    env/bin/python crates/rekindle-models/oracles/blocks.py

Written from the papers that the presets name, step by step, in float64. networks.py says what a file holds.
"""

import math

import torch
from torch.nn.functional import gelu, log_softmax, logsigmoid, sigmoid, silu, softplus

from networks import Case, padded

ROWS = [[2, 0, 5, 5], [1, 4, 4, 3, 6, 0, 2], [3, 1]]
TOKENS, D_MODEL, BLOCKS, EPSILON = 7, 8, 2, 1e-6


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

    def rms(self, path, x):
        root = (x.square().mean(-1, keepdim=True) + EPSILON).sqrt()
        return x / root * self.tensor(f"{path}.rms.gamma", [x.shape[-1]])


def convolution(p, path, x):
    """Of one row: every feature by itself, over the last four steps."""
    weight, bias = p.tensor(f"{path}.weight", [4, x.shape[1]]), p.tensor(f"{path}.bias", [x.shape[1]])
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
    q, k, v = (heads(silu(p.linear(f"{path}.{name}", x, D_MODEL, False))) for name in "qkv")
    q, k = unit(q), unit(k)
    beta = sigmoid(p.linear(f"{path}.beta", x, 4))
    alpha = torch.ones_like(beta)
    if gated:
        rate = softplus(p.linear(f"{path}.alpha", x, 4))
        alpha = (-p.tensor(f"{path}.a_log", [4]).exp() * rate).exp()
    s, out = torch.zeros(4, q.shape[2], v.shape[2], dtype=torch.float64), []
    for t in range(len(x)):
        s = alpha[t][:, None, None] * s
        error = v[t] - (s * k[t][..., None]).sum(1)
        s = s + beta[t][:, None, None] * k[t][..., None] * error[:, None]
        out.append((s * q[t][..., None]).sum(1))
    return torch.stack(out).reshape(len(x), -1)


def hgrn2(p, path, x):
    f = heads(sigmoid(p.linear(f"{path}.f", x, D_MODEL)))
    i, o = heads(silu(p.linear(f"{path}.i", x, D_MODEL))), heads(sigmoid(p.linear(f"{path}.o", x, D_MODEL)))
    s, out = torch.zeros(4, f.shape[2], i.shape[2], dtype=torch.float64), []
    for t in range(len(x)):
        s = f[t][..., None] * s + (1 - f[t])[..., None] * i[t][:, None]
        out.append((s * o[t][..., None]).sum(1))
    return torch.stack(out).reshape(len(x), -1)


def normed(p, path, y):
    """Every head by itself, with the same factors."""
    return p.rms(path, heads(y)).reshape(len(y), -1)


def hawk_mixer(p, path, u):
    d_rnn = math.ceil(4 * D_MODEL / 3)
    inner = convolution(p, f"{path}.convolution", p.linear(f"{path}.input", u, d_rnn))
    y = rg_lru(p, f"{path}.recurrent.layers.0.forward", inner)
    return p.linear(f"{path}.output", y * gelu(p.linear(f"{path}.gate", u, d_rnn)), D_MODEL)


def hgrn2_mixer(p, path, u):
    y = p.rms(f"{path}.norm", hgrn2(p, f"{path}.recurrent.layers.0.forward", u))
    return p.linear(f"{path}.output", y, D_MODEL, False)


def gla_mixer(p, path, u):
    y = normed(p, f"{path}.norm", gla(p, f"{path}.recurrent.layers.0.forward", u))
    return p.linear(f"{path}.output", y * silu(p.linear(f"{path}.gate", u, D_MODEL, False)), D_MODEL, False)


def gated_delta_mixer(p, path, u):
    y = normed(p, f"{path}.norm", gated_delta_net(p, f"{path}.recurrent.layers.0.forward", u))
    return p.linear(f"{path}.output", y * silu(p.linear(f"{path}.gate", u, D_MODEL, False)), D_MODEL, False)


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


def plain(p, path, u):
    return mlp(p, path, u, gelu, 4 * D_MODEL, False, True)


def model(name, mixer, perceptron, tied=False):
    p = Parameters()
    said = []
    for row in ROWS:
        x = p.tensor("embedding.weight", [TOKENS, D_MODEL])[row]
        for block in range(BLOCKS):
            path = f"blocks.blocks.{block}"
            x = x + mixer(p, f"{path}.mixer", p.rms(f"{path}.mixer_norm", x))
            x = x + perceptron(p, f"{path}.mlp", p.rms(f"{path}.mlp_norm", x))
        y = p.rms("blocks.norm", x)
        logits = y @ p.tensor("embedding.weight", None).T if tied else p.linear("output", y, TOKENS, False)
        said.append(log_softmax(logits, 1))
    steps = sum(len(row) - 1 for row in ROWS)
    loss = -sum(log_probs[t, row[t + 1]] for log_probs, row in zip(said, ROWS) for t in range(len(row) - 1)) / steps
    longest = max(map(len, ROWS))
    said = torch.stack([torch.cat([rows, rows.new_zeros(longest - len(rows), TOKENS)]) for rows in said])
    config = f'tokens = {TOKENS}\ntied = {str(tied).lower()}\npreset = "{name}"\nd_model = {D_MODEL}\nblocks = {BLOCKS}\n'
    p.case.write(f"blocks-{name}" + ("-tied" if tied else ""), "language_model", config, {"tokens": padded(ROWS)}, {"log_probs": said}, loss)


def main():
    torch.set_num_threads(1)
    model("mingru", narrow_mixer(mingru), plain)
    model("minlstm", narrow_mixer(minlstm), plain, True)
    model("hawk", hawk_mixer, geglu)
    model("gla", gla_mixer, swiglu)
    model("hgrn2", hgrn2_mixer, swiglu)
    model("delta_net", delta_mixer, swiglu)
    model("gated_delta_net", gated_delta_mixer, swiglu)


if __name__ == "__main__":
    main()
