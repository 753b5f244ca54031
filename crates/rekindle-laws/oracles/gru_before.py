#!/usr/bin/env python3
"""Writes golden numbers of the GRU whose reset gate comes before the recurrent product into ../golden.

    python3 -m venv env
    env/bin/pip install torch==2.15.0 numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0
    env/bin/python crates/rekindle-laws/oracles/gru_before.py

PyTorch has no such GRU; ONNX does (operator GRU with linear_before_reset=0). The outputs and final states of
onnxruntime (float32) must agree to 1e-5 with a float64 implementation written from ONNX's equations below; what is
written is the float64 implementation's outputs, and its gradients by torch's autograd. The same code with the reset
gate moved behind the product must agree to 1e-12 with torch.nn.GRU, gradients included, which checks its handling of
directions, layers and lengths. README.md says what a file holds.

ONNX's equations, with (.) elementwise:
    z  = sigmoid(W_z x + R_z h + Wb_z + Rb_z)
    r  = sigmoid(W_r x + R_r h + Wb_r + Rb_r)
    n  = tanh(W_h x + R_h (r (.) h) + Rb_h + Wb_h)        ONNX calls it ht
    h' = (1 - z) (.) n + z (.) h
ONNX stacks the gates of W [3H, D], R [3H, H] and of the two halves of B [6H] (Wb, then Rb) as z, r, h. The golden
files hold PyTorch's names and order instead: weight_ih = W, weight_hh = R, bias_ih = Wb, bias_hh = Rb, each stacked
r, z, n (n is ONNX's h).
"""

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch_rnn import (
    BATCH,
    D_HIDDEN,
    D_INPUT,
    DIRECTIONS,
    LENGTHS,
    TIME,
    case_name,
    gradients,
    inputs,
    layer_toml,
    weight_wave,
    write,
)

TOLERANCE = 1e-5


def suffixes(layer, directions):
    return [f"_l{layer}{'_reverse' if direction == 'reverse' else ''}" for direction in directions]


def make_weights(layers, directions, bias):
    """PyTorch's names and shapes, in the order of torch.nn.GRU's state_dict."""
    weights = {}
    for layer in range(layers):
        d_below = D_INPUT if layer == 0 else D_HIDDEN * len(directions)
        for suffix in suffixes(layer, directions):
            shapes = {"weight_ih": [3 * D_HIDDEN, d_below], "weight_hh": [3 * D_HIDDEN, D_HIDDEN]}
            if bias:
                shapes |= {"bias_ih": [3 * D_HIDDEN], "bias_hh": [3 * D_HIDDEN]}
            for name, shape in shapes.items():
                weights[name + suffix] = weight_wave(shape, len(weights))
    return weights


def step(x, h, weights, suffix, reset):
    """One step of one row: x [D], h [H]."""
    nothing = torch.zeros(3 * D_HIDDEN, dtype=torch.float64)
    w_r, w_z, w_n = weights["weight_ih" + suffix].chunk(3)
    u_r, u_z, u_n = weights["weight_hh" + suffix].chunk(3)
    b_r, b_z, b_n = weights.get("bias_ih" + suffix, nothing).chunk(3)
    d_r, d_z, d_n = weights.get("bias_hh" + suffix, nothing).chunk(3)
    z = torch.sigmoid(w_z @ x + u_z @ h + b_z + d_z)
    r = torch.sigmoid(w_r @ x + u_r @ h + b_r + d_r)
    if reset == "before":
        n = torch.tanh(w_n @ x + u_n @ (r * h) + d_n + b_n)
    else:
        n = torch.tanh(w_n @ x + r * (u_n @ h + d_n) + b_n)
    return (1 - z) * n + z * h


def forward(x, lengths, weights, initial, layers, directions, reset):
    """Row by row and step by step; a row's reverse direction starts at its own last step. Returns y and states."""
    states = {}
    for layer in range(layers):
        outputs = []
        for direction, suffix in zip(directions, suffixes(layer, directions), strict=True):
            name = f"state.{layer}.{direction}.h"
            rows, finals = [], []
            for row in range(BATCH):
                h = initial[name][row]
                ys = [torch.zeros(D_HIDDEN, dtype=torch.float64)] * TIME
                steps = range(lengths[row])
                for t in steps if direction == "forward" else reversed(steps):
                    h = step(x[row, t], h, weights, suffix, reset)
                    ys[t] = h
                rows.append(torch.stack(ys))
                finals.append(h)
            outputs.append(torch.stack(rows))
            states[name] = torch.stack(finals)
        x = torch.cat(outputs, dim=2)
    return x, states


def onnxruntime_forward(tensors, weights, layers, directions, bias, lengths):
    """The same in onnxruntime: one GRU node a layer. Returns y and states as float64 numpy arrays."""

    def z_r_h(value):
        r, z, n = value.numpy().astype(np.float32).reshape(3, D_HIDDEN, -1)
        return np.concatenate([z, r, n])

    initializers, nodes, results = [], [], []
    below = "x"
    for layer in range(layers):
        names = suffixes(layer, directions)
        w = np.stack([z_r_h(weights["weight_ih" + s]) for s in names])
        r = np.stack([z_r_h(weights["weight_hh" + s]) for s in names])
        initializers += [numpy_helper.from_array(w, f"W{layer}"), numpy_helper.from_array(r, f"R{layer}")]
        b_name = f"B{layer}" if bias else ""
        if bias:
            halves = [[z_r_h(weights[half + s]) for half in ("bias_ih", "bias_hh")] for s in names]
            b = np.stack([np.concatenate(pair)[:, 0] for pair in halves])
            initializers.append(numpy_helper.from_array(b, b_name))
        h = np.stack([tensors[f"input.state.{layer}.{d}.h"].numpy().astype(np.float32) for d in directions])
        initializers.append(numpy_helper.from_array(h, f"H{layer}"))
        nodes.append(
            helper.make_node(
                "GRU",
                [below, f"W{layer}", f"R{layer}", b_name, "lengths" if lengths else "", f"H{layer}"],
                [f"Y{layer}", f"Yh{layer}"],
                hidden_size=D_HIDDEN,
                direction="bidirectional" if len(directions) == 2 else "forward",
                linear_before_reset=0,
            )
        )
        # Y is [time, directions, batch, hidden]: bring the directions side by side.
        nodes.append(helper.make_node("Transpose", [f"Y{layer}"], [f"S{layer}"], perm=[0, 2, 1, 3]))
        nodes.append(helper.make_node("Reshape", [f"S{layer}", "flat"], [f"y{layer}"]))
        below = f"y{layer}"
        results.append(helper.make_tensor_value_info(f"Yh{layer}", TensorProto.FLOAT, h.shape))
    results.append(helper.make_tensor_value_info(below, TensorProto.FLOAT, [TIME, BATCH, D_HIDDEN * len(directions)]))
    initializers.append(numpy_helper.from_array(np.array([0, 0, -1], dtype=np.int64), "flat"))
    if lengths:
        initializers.append(numpy_helper.from_array(np.array(lengths, dtype=np.int32), "lengths"))
    x_info = helper.make_tensor_value_info("x", TensorProto.FLOAT, [TIME, BATCH, D_INPUT])
    graph = helper.make_graph(nodes, "gru", [x_info], results, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    x = tensors["input.x"].numpy().astype(np.float32).transpose(1, 0, 2)
    *finals, y = session.run(None, {"x": np.ascontiguousarray(x)})
    states = {
        f"state.{layer}.{direction}.h": finals[layer][index].astype(np.float64)
        for layer in range(layers)
        for index, direction in enumerate(directions)
    }
    return y.astype(np.float64).transpose(1, 0, 2), states


def torch_forward(leaves, weights, layers, directions, bias, lengths):
    """torch.nn.GRU (reset after) on the same leaves."""
    module = torch.nn.GRU(
        D_INPUT, D_HIDDEN, layers, bias=bias, batch_first=True, bidirectional=len(directions) == 2, dtype=torch.float64
    )
    assert list(module.state_dict()) == list(weights)
    places = [f"state.{layer}.{d}.h" for layer in range(layers) for d in directions]
    h = torch.stack([leaves[place] for place in places])
    packed = pack_padded_sequence(leaves["x"], torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    y, h = torch.func.functional_call(module, {key: leaves[key] for key in weights}, (packed, h))
    y, _ = pad_packed_sequence(y, batch_first=True, total_length=TIME)
    return y, dict(zip(places, h, strict=True))


def error(a, b):
    return float(np.abs(np.asarray(a.detach()) - np.asarray(b)).max())


def case(layers, bidirectional, bias, lengths):
    name = case_name("gru-before", layers, bidirectional, bias, lengths)
    directions = DIRECTIONS[: 2 if bidirectional else 1]
    weights = make_weights(layers, directions, bias)
    tensors = inputs(layers, bidirectional, {"h": D_HIDDEN}, D_HIDDEN * len(directions), lengths)
    real = lengths or [TIME] * BATCH

    leaves = {"x": tensors["input.x"].clone().requires_grad_()}
    leaves |= {key: value.clone().requires_grad_() for key, value in weights.items()}
    for key in [key.removeprefix("input.") for key in tensors if key.startswith("input.state.")]:
        leaves[key] = tensors[f"input.{key}"].clone().requires_grad_()

    # The code itself, on the GRU that PyTorch has.
    y, states = forward(leaves["x"], real, leaves, leaves, layers, directions, "after")
    torch_y, torch_states = torch_forward(leaves, weights, layers, directions, bias, real)
    assert error(y, torch_y.detach()) < 1e-12
    mine = gradients(tensors, leaves, y, states)
    theirs = gradients(tensors, leaves, torch_y, torch_states)
    assert all(error(mine[key], theirs[key]) < 1e-12 for key in leaves)

    y, states = forward(leaves["x"], real, leaves, leaves, layers, directions, "before")
    onnx_y, onnx_states = onnxruntime_forward(tensors, weights, layers, directions, bias, lengths)
    worst = max([error(y, onnx_y)] + [error(states[key], onnx_states[key]) for key in states])
    assert worst < TOLERANCE, (name, worst)
    assert error(y, torch_y.detach()) > 1e-3, "the two GRUs must differ for the case to tell them apart"
    print(f"{name}: torch and onnxruntime differ by {worst:.1e} at most")

    tensors |= {f"weights.{key}": value for key, value in weights.items()}
    tensors["output.y"] = y
    tensors |= {f"output.{key}": value for key, value in states.items()}
    found = gradients(tensors, leaves, y, states)
    tensors |= {f"output.grad.{key}": value for key, value in found.items()}
    metadata = {
        "layer": layer_toml(layers, bidirectional, "gru", bias, 'reset = "before"'),
        "origin": f"onnxruntime {onnxruntime.__version__}, gradients torch {torch.__version__.split('+')[0]}",
    }
    write(name, tensors, metadata)


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    case(1, False, True, None)
    case(1, True, True, LENGTHS)
    case(2, False, True, None)
    case(2, True, False, LENGTHS)


if __name__ == "__main__":
    main()
