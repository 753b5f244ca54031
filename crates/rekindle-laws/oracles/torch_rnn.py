#!/usr/bin/env python3
"""Writes golden numbers of PyTorch's RNN, LSTM and GRU into ../golden, one .safetensors file a case.

    python3 -m venv env
    env/bin/pip install torch==2.15.0 numpy==2.4.6
    env/bin/python crates/rekindle-laws/oracles/torch_rnn.py

Runs in float64 on one CPU thread. No random numbers: every weight, input and cotangent is a closed form of its index
(`wave` below). README.md says what a file holds.
"""

import json
import math
import pathlib

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden"
BATCH, TIME, D_INPUT, D_HIDDEN, D_PROJECTION = 3, 5, 3, 4, 3
LENGTHS = [3, 5, 1]
DIRECTIONS = ["forward", "reverse"]


def wave(shape, scale, phase):
    """scale * cos(0.7 n + 0.01 n^2 + phase) for the n-th element; the square keeps matrices from having rank 2."""
    count = math.prod(shape)
    values = [scale * math.cos(0.7 * n + 0.01 * n * n + phase) for n in range(count)]
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def weight_wave(shape, k):
    """The k-th parameter in state_dict order."""
    return wave(shape, 0.5, k)


def inputs(layers, bidirectional, widths, d_output, lengths, d_input=D_INPUT):
    """The inputs and cotangents of a case; widths: state name -> width, None for that of the layer's input."""
    tensors = {"input.x": wave([BATCH, TIME, d_input], 1.0, 0.3)}
    if lengths is not None:
        tensors["input.lengths"] = torch.tensor(lengths, dtype=torch.int64)
    tensors["cotangent.y"] = wave([BATCH, TIME, d_output], 1.0, 1.9)
    phase = 0
    for layer in range(layers):
        for direction in DIRECTIONS[: 2 if bidirectional else 1]:
            for name, width in widths.items():
                state = f"state.{layer}.{direction}.{name}"
                width = width or (d_output if layer else d_input)
                tensors[f"input.{state}"] = wave([BATCH, width], 0.6, 2.5 + phase)
                tensors[f"cotangent.{state}"] = wave([BATCH, width], 1.0, 4.1 + phase)
                phase += 1
    return tensors


def layer_toml(layers, bidirectional, kind, bias, option, d_input=D_INPUT):
    """option: more lines of the cell's table, or an empty string."""
    lines = [
        f"d_input = {d_input}",
        f"layers = {layers}",
        f"bidirectional = {str(bidirectional).lower()}",
        "[cell]",
        f'kind = "{kind}"',
        f"d_hidden = {D_HIDDEN}",
        f"bias = {str(bias).lower()}",
    ]
    return "\n".join(lines + ([option] if option else [])) + "\n"


def case_name(kind, layers, bidirectional, bias, lengths):
    words = [kind, f"{layers}layer{'s' if layers > 1 else ''}"]
    words += ["bi"] if bidirectional else []
    words += [] if bias else ["nobias"]
    words += [] if lengths is None else ["lengths"]
    return "-".join(words)


def gradients(tensors, leaves, y, states):
    """Gradients of sum(y * cotangent) + sum(final states * cotangents) for leaves: name -> leaf tensor.

    That of an initial state that nothing reads is zero.
    """
    total = (y * tensors["cotangent.y"]).sum()
    for name, value in states.items():
        total = total + (value * tensors[f"cotangent.{name}"]).sum()
    found = torch.autograd.grad(total, list(leaves.values()), materialize_grads=True)
    return {name: value for name, value in zip(leaves, found, strict=True)}


def write(name, tensors, metadata):
    """Writes a safetensors file: tensors by name, metadata in the order given: always the same bytes."""
    kinds = {torch.float64: ("F64", "<f8"), torch.int64: ("I64", "<i8")}
    header, body = {"__metadata__": metadata}, b""
    for key in sorted(tensors):
        tensor = tensors[key].detach().contiguous()
        kind, numpy_kind = kinds[tensor.dtype]
        if kind == "F64" and key != "input.x":  # which may lack values
            assert bool(torch.isfinite(tensor).all()), key
        data = tensor.numpy().astype(numpy_kind).tobytes()
        header[key] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    head = json.dumps(header, separators=(",", ":")).encode("ascii")
    head += b" " * (-len(head) % 8)
    GOLDEN.mkdir(exist_ok=True)
    path = GOLDEN / f"{name}.safetensors"
    path.write_bytes(len(head).to_bytes(8, "little") + head + body)
    print(f"{path.name}: {path.stat().st_size} bytes")


def torch_case(kind, layers, bidirectional, bias, lengths, activation="tanh", projection=0):
    options = dict(num_layers=layers, bidirectional=bidirectional, bias=bias, batch_first=True, dtype=torch.float64)
    if kind == "elman":
        module = torch.nn.RNN(D_INPUT, D_HIDDEN, nonlinearity=activation, **options)
        label, option = f"elman-{activation}", f'activation = "{activation}"'
    elif kind == "gru":
        module = torch.nn.GRU(D_INPUT, D_HIDDEN, **options)
        label, option = "gru-after", 'reset = "after"'
    elif projection:
        module = torch.nn.LSTM(D_INPUT, D_HIDDEN, proj_size=projection, **options)
        label, option = "lstm-projection", f"d_projection = {projection}"
    else:
        module = torch.nn.LSTM(D_INPUT, D_HIDDEN, **options)
        label, option = "lstm", ""

    weights = module.state_dict()
    for k, (key, value) in enumerate(weights.items()):
        value.copy_(weight_wave(value.shape, k))
        if activation == "relu" and key.startswith("bias_ih"):
            value += 0.6  # else a whole direction stays below zero and its numbers say nothing
    parameters = dict(module.named_parameters())
    assert list(parameters) == list(weights)

    directions = DIRECTIONS[: 2 if bidirectional else 1]
    d_state = projection or D_HIDDEN
    widths = {"h": d_state, "c": D_HIDDEN} if kind == "lstm" else {"h": D_HIDDEN}
    tensors = inputs(layers, bidirectional, widths, d_state * len(directions), lengths)

    leaves = {"x": tensors["input.x"].clone().requires_grad_()}
    leaves |= parameters
    initial = {}
    for name in [key.removeprefix("input.") for key in tensors if key.startswith("input.state.")]:
        leaves[name] = initial[name] = tensors[f"input.{name}"].clone().requires_grad_()

    places = [f"state.{layer}.{direction}" for layer in range(layers) for direction in directions]
    packed_state = tuple(torch.stack([initial[f"{place}.{name}"] for place in places]) for name in widths)
    state_in = packed_state if kind == "lstm" else packed_state[0]
    if lengths is None:
        y, state_out = module(leaves["x"], state_in)
    else:
        packed = pack_padded_sequence(leaves["x"], tensors["input.lengths"], batch_first=True, enforce_sorted=False)
        packed_y, state_out = module(packed, state_in)
        y, _ = pad_packed_sequence(packed_y, batch_first=True, total_length=TIME)
    state_out = state_out if kind == "lstm" else (state_out,)
    states = {
        f"{place}.{name}": values[index]
        for name, values in zip(widths, state_out, strict=True)
        for index, place in enumerate(places)
    }

    tensors |= {f"weights.{key}": value for key, value in weights.items()}
    tensors["output.y"] = y
    tensors |= {f"output.{key}": value for key, value in states.items()}
    found = gradients(tensors, leaves, y, states)
    tensors |= {f"output.grad.{key}": value for key, value in found.items()}
    metadata = {
        "layer": layer_toml(layers, bidirectional, kind, bias, option),
        "origin": f"torch {torch.__version__.split('+')[0]}",
    }
    write(case_name(label, layers, bidirectional, bias, lengths), tensors, metadata)


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    # layers, bidirectional, bias, lengths
    shapes = [
        (1, False, True, None),
        (1, False, False, LENGTHS),
        (1, True, True, LENGTHS),
        (2, False, True, None),
        (2, True, True, LENGTHS),
        (2, True, False, None),
    ]
    for kind in ["elman", "lstm", "gru"]:
        for shape in shapes:
            torch_case(kind, *shape)
    torch_case("elman", 2, True, True, LENGTHS, activation="relu")
    torch_case("lstm", 1, False, True, None, projection=D_PROJECTION)
    torch_case("lstm", 2, True, True, LENGTHS, projection=D_PROJECTION)


if __name__ == "__main__":
    main()
