#!/usr/bin/env python3
"""Writes golden numbers of cells whose equations are a text into ../golden. Needs nothing but Python 3.11.

    python3 crates/rekindle-laws/oracles/custom.py

An LSTM, an LSTM with a projection and a GRU, written as texts, must compute what torch.nn.LSTM and torch.nn.GRU
compute: their files hold the numbers of torch_rnn.py's files, which must be there, under another layer.

A cell that nobody has, with two dependent products, a third of the new memory, and a peephole, is written out below as
a function of one step, in complex numbers. Its gradients are derivatives by a complex step: Im f(v + ih) / h for
h = 1e-30, exact to rounding, as no difference is taken. The same code with an LSTM's and a GRU's step must agree to
1e-12 with torch's files, gradients included, which checks its handling of directions, layers and lengths.
README.md says what a file holds.
"""

import cmath
import json
import math
import pathlib
import struct

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden"
BATCH, TIME, D_INPUT, D_HIDDEN = 3, 5, 3, 4
LENGTHS = [3, 5, 1]
DIRECTIONS = ["forward", "reverse"]
STEP = 1e-30

LSTM = """\
state h, c
input i, f, g, o
hidden i, f, g, o
c' = sigmoid(affine(f, h)) * c + sigmoid(affine(i, h)) * tanh(affine(g, h))
h' = sigmoid(affine(o, h)) * tanh(c')
"""
PROJECTED = LSTM.replace("sigmoid(affine(o, h)) * tanh(c')", "R (sigmoid(affine(o, h)) * tanh(c'))")
GRU = """\
state h
input r, z, n
hidden r, z, n
r = sigmoid(W_r x + b_r + U_r h + d_r)
z = sigmoid(W_z x + b_z + U_z h + d_z)
n = tanh(W_n x + b_n + r * (U_n h + d_n))
h' = (1 - z) * n + z * h
"""
TWO_PRODUCTS = """\
state h, c
input a, g
hidden a, g, o
vector p
a = sigmoid(affine(a, h) + p * c)
g = softsign(W_g x + b_g + U_g (a * h) + d_g)
c' = a * c + (1 - a) * g
h' = tanh(U_o c' + d_o) - 0.5 * g / (2 + a)
"""


# One step of one row. w(g, x) is block g of the input with its bias, u(g, v) that of the recurrent product.


def lstm(w, u, _vectors, x, h, c):
    i, f, g, o = [[a + b for a, b in zip(w(k, x), u(k, h), strict=True)] for k in range(4)]
    c = [sigmoid(f) * c + sigmoid(i) * cmath.tanh(g) for i, f, g, c in zip(i, f, g, c, strict=True)]
    return [sigmoid(o) * cmath.tanh(c) for o, c in zip(o, c, strict=True)], c


def gru(w, u, _vectors, x, h):
    r, z = [[sigmoid(a + b) for a, b in zip(w(k, x), u(k, h), strict=True)] for k in range(2)]
    n = [cmath.tanh(a + r * b) for a, r, b in zip(w(2, x), r, u(2, h), strict=True)]
    return ([(1 - z) * n + z * h for z, n, h in zip(z, n, h, strict=True)],)


def two_products(w, u, vectors, x, h, c):
    (p,) = vectors
    a = [sigmoid(a + b + p * c) for a, b, p, c in zip(w(0, x), u(0, h), p, c, strict=True)]
    second = u(1, [a * h for a, h in zip(a, h, strict=True)])
    g = [softsign(a + b) for a, b in zip(w(1, x), second, strict=True)]
    c = [a * c + (1 - a) * g for a, c, g in zip(a, c, g, strict=True)]
    return [cmath.tanh(o) - 0.5 * g / (2 + a) for o, g, a in zip(u(2, c), g, a, strict=True)], c


def sigmoid(v):
    return 1 / (1 + cmath.exp(-v))


def softsign(v):
    return v / (1 + (v if v.real > 0 else -v))


def blocks(weights, kind, suffix):
    """The function (g, v) -> block g of a product of v, with its bias."""
    matrix, bias = weights[f"weight_{kind}{suffix}"], weights.get(f"bias_{kind}{suffix}")

    def product(g, v):
        rows = range(g * D_HIDDEN, (g + 1) * D_HIDDEN)
        width = len(v)
        sums = [sum(matrix[r * width + k] * v[k] for k in range(width)) for r in rows]
        return sums if bias is None else [s + bias[r] for s, r in zip(sums, rows, strict=True)]

    return product


def forward(step, names, leaves, lengths, layers, directions):
    """Row by row, step by step; a row's reverse direction starts at its own last step. Flat lists: y and states."""
    x = [leaves["x"][n : n + D_INPUT] for n in range(0, BATCH * TIME * D_INPUT, D_INPUT)]
    states = {}
    for layer in range(layers):
        outputs = []
        for direction in directions:
            suffix = f"_l{layer}{'_reverse' if direction == 'reverse' else ''}"
            w, u = blocks(leaves, "ih", suffix), blocks(leaves, "hh", suffix)
            vectors = [leaves[key] for key in leaves if key.startswith("vector_") and key.endswith(suffix)]
            places = [f"state.{layer}.{direction}.{name}" for name in names]
            output = [[0j] * D_HIDDEN for _ in range(BATCH * TIME)]
            for row in range(BATCH):
                state = [leaves[place][row * D_HIDDEN : (row + 1) * D_HIDDEN] for place in places]
                steps = range(lengths[row])
                for t in steps if direction == "forward" else reversed(steps):
                    state = step(w, u, vectors, x[row * TIME + t], *state)
                    output[row * TIME + t] = state[0]
                for place, value in zip(places, state, strict=True):
                    states.setdefault(place, []).extend(value)
            outputs.append(output)
        x = [sum(parts, []) for parts in zip(*outputs, strict=True)]
    return sum(x, []), states


def results(step, names, tensors, layers, directions):
    """Everything that a file says of a layer, computed here."""
    lengths = [int(n) for n in values(tensors, "input.lengths") or [TIME] * BATCH]
    leaves = {"x": values(tensors, "input.x")}
    leaves |= {key.removeprefix("weights."): values(tensors, key) for key in tensors if key.startswith("weights.")}
    leaves |= {key.removeprefix("input."): values(tensors, key) for key in tensors if key.startswith("input.state.")}
    shapes = {key: tensors[f"weights.{key}" if f"weights.{key}" in tensors else f"input.{key}"][0] for key in leaves}
    leaves = {key: [complex(v) for v in value] for key, value in leaves.items()}

    def run():
        return forward(step, names, leaves, lengths, layers, directions)

    def loss():
        y, states = run()
        pairs = zip(y, values(tensors, "cotangent.y"), strict=True)
        total = sum(a * b for a, b in pairs)
        for key, value in states.items():
            total += sum(a * b for a, b in zip(value, values(tensors, f"cotangent.{key}"), strict=True))
        return total

    y, states = run()
    found = {"output.y": (tensors["cotangent.y"][0], [v.real for v in y])}
    for key, value in states.items():
        found[f"output.{key}"] = (shapes[key], [v.real for v in value])
    for key, leaf in leaves.items():
        slopes = []
        for n, value in enumerate(leaf):
            leaf[n] = value + 1j * STEP
            slopes.append(loss().imag / STEP)
            leaf[n] = value
        found[f"output.grad.{key}"] = (shapes[key], slopes)
    return found


def values(tensors, key):
    return tensors[key][1] if key in tensors else None


def wave(shape, scale, phase):
    """scale * cos(0.7 n + 0.01 n^2 + phase) for the n-th element, as torch_rnn.py has it."""
    return shape, [scale * math.cos(0.7 * n + 0.01 * n * n + phase) for n in range(math.prod(shape))]


def inputs(layers, directions, bias, lengths):
    """What goes into a layer of the cell with two products."""
    tensors = {"input.x": wave([BATCH, TIME, D_INPUT], 1.0, 0.3)}
    if lengths:
        tensors["input.lengths"] = [BATCH], lengths
    tensors["cotangent.y"] = wave([BATCH, TIME, D_HIDDEN * len(directions)], 1.0, 1.9)
    phase = k = 0
    for layer in range(layers):
        d_below = D_INPUT if layer == 0 else D_HIDDEN * len(directions)
        for direction in directions:
            for name in ["h", "c"]:
                state = f"state.{layer}.{direction}.{name}"
                tensors[f"input.{state}"] = wave([BATCH, D_HIDDEN], 0.6, 2.5 + phase)
                tensors[f"cotangent.{state}"] = wave([BATCH, D_HIDDEN], 1.0, 4.1 + phase)
                phase += 1
            shapes = {"weight_ih": [2 * D_HIDDEN, d_below], "weight_hh": [3 * D_HIDDEN, D_HIDDEN]}
            if bias:
                shapes |= {"bias_ih": [2 * D_HIDDEN], "bias_hh": [3 * D_HIDDEN]}
            for name, shape in (shapes | {"vector_p": [D_HIDDEN]}).items():
                suffix = f"_l{layer}{'_reverse' if direction == 'reverse' else ''}"
                tensors[f"weights.{name}{suffix}"] = wave(shape, 0.5, k)
                k += 1
    return tensors


def layer_toml(layers, bidirectional, bias, equations, option=""):
    return (
        f"d_input = {D_INPUT}\nlayers = {layers}\nbidirectional = {str(bidirectional).lower()}\n[cell]\n"
        f'kind = "custom"\nd_hidden = {D_HIDDEN}\nbias = {str(bias).lower()}\n{option}equations = """\n{equations}"""\n'
    )


def read(name):
    """A file's tensors, name -> (shape, values), and its metadata."""
    data = (GOLDEN / f"{name}.safetensors").read_bytes()
    size = int.from_bytes(data[:8], "little")
    header, body = json.loads(data[8 : 8 + size]), data[8 + size :]
    metadata = header.pop("__metadata__")
    tensors = {}
    for key, entry in header.items():
        start, end = entry["data_offsets"]
        code = {"F64": "d", "I64": "q"}[entry["dtype"]]
        tensors[key] = entry["shape"], list(struct.unpack(f"<{(end - start) // 8}{code}", body[start:end]))
    return tensors, metadata


def write(name, tensors, metadata):
    """As torch_rnn.py writes: tensors by name, metadata in the order given: always the same bytes."""
    header, body = {"__metadata__": metadata}, b""
    for key in sorted(tensors):
        shape, numbers = tensors[key]
        kind, code = ("I64", "q") if key == "input.lengths" else ("F64", "d")
        assert all(math.isfinite(v) for v in numbers), key
        data = struct.pack(f"<{len(numbers)}{code}", *numbers)
        header[key] = {"dtype": kind, "shape": shape, "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    head = json.dumps(header, separators=(",", ":")).encode("ascii")
    head += b" " * (-len(head) % 8)
    path = GOLDEN / f"{name}.safetensors"
    path.write_bytes(len(head).to_bytes(8, "little") + head + body)
    print(f"{path.name}: {path.stat().st_size} bytes")


def check(name, step, names, layers, directions):
    """The code above on a cell that PyTorch has."""
    tensors, _ = read(name)
    found = results(step, names, tensors, layers, directions)
    assert found.keys() == {key for key in tensors if key.startswith("output.")}
    worst = max(abs(a - b) for key in found for a, b in zip(found[key][1], tensors[key][1], strict=True))
    assert worst < 1e-12, (name, worst)
    print(f"{name}: torch and the complex step differ by {worst:.1e} at most")


def restated(source, name, equations, layers, bidirectional, bias, option=""):
    """torch's numbers for the same cell as a text."""
    tensors, metadata = read(source)
    layer = layer_toml(layers, bidirectional, bias, equations, option)
    write(name, tensors, {"layer": layer, "origin": metadata["origin"]})


def two(name, layers, bidirectional, bias, lengths):
    directions = DIRECTIONS[: 2 if bidirectional else 1]
    tensors = inputs(layers, directions, bias, lengths)
    found = results(two_products, ["h", "c"], tensors, layers, directions)
    assert all(any(value for value in numbers) for _, numbers in found.values()), name
    layer = layer_toml(layers, bidirectional, bias, TWO_PRODUCTS)
    write(name, tensors | found, {"layer": layer, "origin": "custom.py, derivatives by a complex step"})


def main():
    check("lstm-2layers-bi-lengths", lstm, ["h", "c"], 2, DIRECTIONS)
    check("gru-after-1layer-nobias-lengths", gru, ["h"], 1, DIRECTIONS[:1])
    restated("lstm-2layers-bi-lengths", "custom-lstm-2layers-bi-lengths", LSTM, 2, True, True)
    restated("lstm-projection-1layer", "custom-lstm-projection-1layer", PROJECTED, 1, False, True, "d_projection = 3\n")
    restated("gru-after-1layer-nobias-lengths", "custom-gru-1layer-nobias-lengths", GRU, 1, False, False)
    two("custom-products-1layer", 1, False, True, None)
    two("custom-products-1layer-bi-lengths", 1, True, True, LENGTHS)
    two("custom-products-2layers-bi-nobias-lengths", 2, True, False, LENGTHS)


if __name__ == "__main__":
    main()
