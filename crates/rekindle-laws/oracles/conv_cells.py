#!/usr/bin/env python3
"""Writes golden numbers of the convolutional cells into ../golden.

    python3 -m venv env
    env/bin/pip install torch==2.15.0 numpy==2.4.6 keras==3.15.1
    env/bin/python crates/rekindle-laws/oracles/conv_cells.py

A step is the paper's equations with torch's convolutions, in float64. Without peepholes, ConvLSTM must agree with Keras's
ConvLSTM1D, 2D and 3D to 1e-12, outputs and final states. README.md says what a file holds.
"""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from free_layers import Cell, case  # noqa: E402
from torch import sigmoid, tanh  # noqa: E402
from torch_rnn import BATCH, D_HIDDEN, LENGTHS, TIME, wave  # noqa: E402

ORIGIN = f"the papers' equations in torch {torch.__version__.split('+')[0]}"
KERAS = f"{ORIGIN}; keras {keras.__version__} agrees"
WIDTH = 3
CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}


def points(space):
    return torch.Size(space).numel()


def picture(flat, space):
    return flat.reshape(flat.shape[0], -1, *space)


def convolve(x, weight, bias, space):
    return CONV[len(space)](x, weight, bias, padding="same")


def conv_lstm(space):
    def step(x, state, w):
        h, c = [picture(s, space) for s in state]
        x = convolve(picture(x, space), w["weight_ih"], w.get("bias_ih"), space)
        i, f, g, o = (x + convolve(h, w["weight_hh"], None, space)).split(D_HIDDEN, 1)
        peep = lambda name, c: picture(w[f"vector_{name}"][None], space) * c if f"vector_{name}" in w else 0
        i, f = sigmoid(i + peep("p_i", c)), sigmoid(f + peep("p_f", c))
        c = f * c + i * tanh(g)
        h = sigmoid(o + peep("p_o", c)) * tanh(c)
        return [h.flatten(1), c.flatten(1)]

    return step


def conv_gru(space):
    def step(x, state, w):
        (h,) = [picture(s, space) for s in state]
        z, r, n = convolve(picture(x, space), w["weight_ih"], w.get("bias_ih"), space).split(D_HIDDEN, 1)
        z_h, r_h = convolve(h, w["weight_hh"], None, space).split(D_HIDDEN, 1)
        z, r = sigmoid(z + z_h), sigmoid(r + r_h)
        n = tanh(n + convolve(r * h, w["weight_hn"], None, space))
        return [((1 - z) * h + z * n).flatten(1)]

    return step


def shapes(space, blocks, hidden, vectors=()):
    """hidden: the name of each recurrent kernel, and its blocks."""
    kernel = [WIDTH] * len(space)

    def of(d_input, bias):
        found = {"weight_ih": [blocks * D_HIDDEN, d_input // points(space), *kernel]}
        if bias:
            found["bias_ih"] = [blocks * D_HIDDEN]
        found |= {name: [count * D_HIDDEN, D_HIDDEN, *kernel] for name, count in hidden.items()}
        return found | {f"vector_{name}": [D_HIDDEN * points(space)] for name in vectors}

    return of


def cell(kind, space, channels, peepholes=False):
    options, label = {"space": space}, f"{len(space)}d"
    states = dict.fromkeys("hc" if kind == "conv_lstm" else "h", D_HIDDEN * points(space))
    if kind == "conv_lstm":
        vectors = ["p_i", "p_f", "p_o"] if peepholes else []
        weights, step = shapes(space, 4, {"weight_hh": 4}, vectors), conv_lstm(space)
    else:
        weights, step = shapes(space, 3, {"weight_hh": 2, "weight_hn": 1}), conv_gru(space)
    if peepholes:
        options |= {"peepholes": "true"}
        label = "peepholes"
    return Cell(kind, states, weights, step, options, label, channels * points(space))


LSTMS = [cell("conv_lstm", space, channels) for space, channels in [([3], 1), ([2, 2], 2), ([2, 1, 2], 1)]]
GRUS = [cell("conv_gru", space, channels) for space, channels in [([3], 1), ([2, 2], 2), ([2, 1, 2], 1)]]


def agree(cell):
    """One layer over a batch is that of Keras, which has channels last."""
    space = cell.options["space"]
    weights = {name: wave(shape, 0.5, k) for k, (name, shape) in enumerate(cell.shapes(cell.d_input, True).items())}
    x = wave([BATCH, TIME, cell.d_input], 1.0, 0.3)
    width = cell.states["h"]
    state = [wave([BATCH, width], 0.6, 2.5 + k) for k in range(2)]

    last = lambda t, at: t.movedim(at, -1)
    layer = getattr(keras.layers, f"ConvLSTM{len(space)}D")
    layer = layer(D_HIDDEN, WIDTH, padding="same", return_sequences=True, return_state=True, dtype="float64")
    pictures = last(x.reshape(BATCH, TIME, -1, *space), 2)
    layer.build(pictures.shape)
    kernel = lambda name: weights[name].movedim([0, 1], [-1, -2])
    layer.set_weights([kernel("weight_ih").numpy(), kernel("weight_hh").numpy(), weights["bias_ih"].numpy()])
    initial = [last(picture(s, space), 1) for s in state]
    theirs = [t.detach().cpu() for t in layer(pictures, initial_state=initial)]
    theirs = [theirs[0].movedim(-1, 2).flatten(2), *[t.movedim(-1, 1).flatten(1) for t in theirs[1:]]]

    outputs = []
    for t in range(TIME):
        state = cell.step(x[:, t], state, weights)
        outputs.append(state[0])
    ours = [torch.stack(outputs, 1), *state]
    error = max(float((a - b).abs().max()) for a, b in zip(ours, theirs, strict=True))
    assert error < 1e-12, error
    print(f"ConvLSTM{len(space)}D: {error:.1e} from Keras")


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for of in LSTMS:
        agree(of)
    for cells, origin in [(LSTMS, KERAS), (GRUS, ORIGIN)]:
        line, plane, volume = cells
        case(line, 1, False, False, LENGTHS, origin)
        case(line, 2, True, True, LENGTHS, origin)
        case(plane, 1, True, True, LENGTHS, origin)
        case(volume, 1, False, True, LENGTHS, origin)
    case(cell("conv_lstm", [3], 1, peepholes=True), 1, False, True, LENGTHS, ORIGIN)


if __name__ == "__main__":
    main()
