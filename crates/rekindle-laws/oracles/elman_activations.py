#!/usr/bin/env python3
"""Writes golden numbers of an Elman layer under every activation that torch.nn.RNN lacks into ../golden.

    python3 -m venv env
    env/bin/pip install torch==2.15.0 numpy==2.4.6
    env/bin/python crates/rekindle-laws/oracles/elman_activations.py

The layer is written out below, h' = f(W x + b + U h + d), with f from torch.nn.functional and gradients by torch's
autograd, all in float64. The same code with tanh must agree to 1e-12 with torch.nn.RNN, gradients included, which
checks its handling of lengths. What goes into f is checked to reach both sides of 0 (and for hard_sigmoid the three
pieces) and to keep away from every kink. README.md says what a file holds.
"""

import torch
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch_rnn import BATCH, D_HIDDEN, D_INPUT, LENGTHS, TIME, gradients, inputs, layer_toml, weight_wave, write

STATE = "state.0.forward.h"
CLEARANCE = 1e-3

# activation -> the function, the scale of input.x, the places where its pieces meet
ACTIVATIONS = {
    "sigmoid": (F.sigmoid, 3.0, []),
    "leaky_relu": (lambda v: F.leaky_relu(v, negative_slope=0.01), 3.0, [0.0]),
    "elu": (lambda v: F.elu(v, alpha=1.0), 3.0, [0.0]),
    "gelu": (lambda v: F.gelu(v, approximate="none"), 3.0, []),
    "silu": (F.silu, 3.0, []),
    "softplus": (F.softplus, 3.0, []),
    # F.hardsigmoid's gradient has 1/6 in float32, whatever the type.
    "hard_sigmoid": (lambda v: (v / 6 + 0.5).clamp(0, 1), 5.0, [-3.0, 3.0]),
    "softsign": (F.softsign, 3.0, [0.0]),
    "identity": (lambda v: v, 3.0, []),
}


def make_weights():
    """PyTorch's names and shapes, in the order of torch.nn.RNN's state_dict."""
    shapes = {
        "weight_ih_l0": [D_HIDDEN, D_INPUT],
        "weight_hh_l0": [D_HIDDEN, D_HIDDEN],
        "bias_ih_l0": [D_HIDDEN],
        "bias_hh_l0": [D_HIDDEN],
    }
    return {name: weight_wave(shape, k) for k, (name, shape) in enumerate(shapes.items())}


def forward(leaves, f):
    """Row by row and step by step. Returns y, the states, and everything f was applied to."""
    w, u = leaves["weight_ih_l0"], leaves["weight_hh_l0"]
    b, d = leaves["bias_ih_l0"], leaves["bias_hh_l0"]
    rows, finals, arguments = [], [], []
    for row in range(BATCH):
        h = leaves[STATE][row]
        ys = [torch.zeros(D_HIDDEN, dtype=torch.float64)] * TIME
        for t in range(LENGTHS[row]):
            a = w @ leaves["x"][row, t] + b + u @ h + d
            arguments.append(a.detach())
            h = ys[t] = f(a)
        rows.append(torch.stack(ys))
        finals.append(h)
    return torch.stack(rows), {STATE: torch.stack(finals)}, torch.cat(arguments)


def torch_forward(leaves, weights):
    """torch.nn.RNN (tanh) on the same leaves."""
    module = torch.nn.RNN(D_INPUT, D_HIDDEN, batch_first=True, dtype=torch.float64)
    assert list(module.state_dict()) == list(weights)
    packed = pack_padded_sequence(leaves["x"], torch.tensor(LENGTHS), batch_first=True, enforce_sorted=False)
    parameters = {key: leaves[key] for key in weights}
    y, h = torch.func.functional_call(module, parameters, (packed, leaves[STATE][None]))
    y, _ = pad_packed_sequence(y, batch_first=True, total_length=TIME)
    return y, {STATE: h[0]}


def error(a, b):
    return float((a - b).detach().abs().max())


def check_arguments(name, arguments, joints):
    """Every piece of f and both sides of 0 are reached, and no argument is near a joint."""
    for low, high in zip([-torch.inf, *joints], [*joints, torch.inf], strict=True):
        assert bool(((low < arguments) & (arguments < high)).any()), (name, low, high)
    assert arguments.min() < -1 and arguments.max() > 1, name
    assert arguments.abs().max() < 20, f"{name}: there F.softplus turns into the identity"
    for joint in joints:
        assert (arguments - joint).abs().min() > CLEARANCE, (name, joint)


def case(name, f, scale, joints):
    weights = make_weights()
    tensors = inputs(1, False, {"h": D_HIDDEN}, D_HIDDEN, LENGTHS)
    tensors["input.x"] *= scale
    leaves = {"x": tensors["input.x"].clone().requires_grad_()}
    leaves |= {key: value.clone().requires_grad_() for key, value in weights.items()}
    leaves[STATE] = tensors[f"input.{STATE}"].clone().requires_grad_()

    # The code itself, on the activation that PyTorch has.
    y, states, _ = forward(leaves, torch.tanh)
    torch_y, torch_states = torch_forward(leaves, weights)
    assert error(y, torch_y) < 1e-12
    mine = gradients(tensors, leaves, y, states)
    theirs = gradients(tensors, leaves, torch_y, torch_states)
    assert all(error(mine[key], theirs[key]) < 1e-12 for key in leaves)

    y, states, arguments = forward(leaves, f)
    check_arguments(name, arguments, joints)
    print(f"{name}: applied to {arguments.min():.2f} .. {arguments.max():.2f}")

    tensors |= {f"weights.{key}": value for key, value in weights.items()}
    tensors["output.y"] = y
    tensors |= {f"output.{key}": value for key, value in states.items()}
    found = gradients(tensors, leaves, y, states)
    assert all(bool(value.any()) for value in found.values()), name
    tensors |= {f"output.grad.{key}": value for key, value in found.items()}
    metadata = {
        "layer": layer_toml(1, False, "elman", True, f'activation = "{name}"'),
        "origin": f"torch.nn.functional, torch {torch.__version__.split('+')[0]}",
    }
    write(f"elman-{name}", tensors, metadata)


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for name, options in ACTIVATIONS.items():
        case(name, *options)


if __name__ == "__main__":
    main()
