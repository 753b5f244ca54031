"""Layers of any cell, from one step of it: directions, stacks, lengths and gradients, in float64.

Used by torchrecurrent_cells.py, paper_cells.py, variant_cells.py, diagonal_cells.py and structured_cells.py, which say what a
step is. A step is given as

    step(x, state, w) -> the new states, the first of which is the output

for one row: x [1, d_input], each state [1, D_HIDDEN], and `w` the weights of that layer and direction (`Weights`).
"""

from dataclasses import dataclass, field
from typing import Callable

import torch
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


@dataclass
class Cell:
    """A cell: the blocks of its products, in stored order, and its step.

    Blocks are a string of names; one with a minus sign in front has no bias.
    """

    kind: str
    states: str
    inputs: str
    hiddens: str
    step: Callable
    vectors: str = ""
    scalars: str = ""
    raw: bool = False
    # In how many heads the recurrent blocks mix units; then only what stands on their diagonals is stored.
    heads: int = 1
    # One more line of the cell's table a key.
    options: dict = field(default_factory=dict)
    # What stands behind the kind in the file's name.
    label: str = ""
    # Another implementation, which must agree.
    check: Callable | None = None
    # Whether the check is for inputs of the width D_HIDDEN only.
    check_raw: bool = False


class Weights:
    """The weights of a layer and direction, block by block; biases that are not there are zero."""

    def __init__(self, cell, leaves, suffix, d_input):
        self.ih = leaves["weight_ih" + suffix]
        self.hh = leaves.get("weight_hh" + suffix)
        self.bih = self.biases(leaves.get("bias_ih" + suffix), blocks(cell.inputs) + ["-x"] * mapped(cell, d_input))
        self.bhh = self.biases(leaves.get("bias_hh" + suffix), blocks(cell.hiddens))
        self.W, self.b = self.ih.split(D_HIDDEN), self.bih.split(D_HIDDEN)
        self.U, self.d = () if self.hh is None else self.hh.split(D_HIDDEN), self.bhh.split(D_HIDDEN)
        self.v = {name: leaves[f"vector_{name}{suffix}"] for name in cell.vectors.split()}
        self.v |= {name: leaves[f"scalar_{name}{suffix}"] for name in cell.scalars.split()}
        self.mapped = mapped(cell, d_input)

    @staticmethod
    def biases(stored, names):
        """[blocks * D_HIDDEN], zero for blocks without a bias, from those of the others."""
        at, every = 0, []
        for name in names:
            if stored is None or name.startswith("-"):
                every.append(torch.zeros(D_HIDDEN, dtype=torch.float64))
            else:
                every.append(stored[at : at + D_HIDDEN])
                at += D_HIDDEN
        return torch.cat(every) if every else torch.zeros(0, dtype=torch.float64)

    def x(self, x):
        """W x + b for every input block of the equations."""
        blocks = zip(self.W, self.b, strict=True)
        return [x @ w.T + b for w, b in blocks][: len(self.W) - self.mapped]

    def h(self, index, v):
        """U v + d for one recurrent block."""
        return v @ self.U[index].T + self.d[index]

    def raw(self, x):
        """The input itself, or where it has another width, mapped by the last input block."""
        return x @ self.W[-1].T if self.mapped else x


def blocks(names):
    return names.split()


def mapped(cell, d_input):
    return cell.raw and d_input != D_HIDDEN


def suffixes(layer, directions):
    return [f"_l{layer}{'_reverse' if direction == 'reverse' else ''}" for direction in directions]


def shapes(cell, d_input, bias):
    """Name -> shape of the weights of a layer and direction."""
    ins, hids = blocks(cell.inputs) + ["-x"] * mapped(cell, d_input), blocks(cell.hiddens)
    found = {"weight_ih": [len(ins) * D_HIDDEN, d_input]}
    if hids:
        found["weight_hh"] = [len(hids) * D_HIDDEN, D_HIDDEN // cell.heads]
    for name, side in [("bias_ih", ins), ("bias_hh", hids)]:
        biased = sum(not block.startswith("-") for block in side)
        if bias and biased:
            found[name] = [biased * D_HIDDEN]
    found |= {f"vector_{name}": [D_HIDDEN] for name in cell.vectors.split()}
    found |= {f"scalar_{name}": [1] for name in cell.scalars.split()}
    return found


def make_weights(cell, layers, directions, bias, d_input):
    weights = {}
    for layer in range(layers):
        for suffix in suffixes(layer, directions):
            for name, shape in shapes(cell, d_input, bias).items():
                weights[name + suffix] = weight_wave(shape, len(weights))
        d_input = D_HIDDEN * len(directions)
    return weights


def forward(cell, step, leaves, lengths, layers, directions):
    """Row by row and step by step; a row's reverse direction starts at its own last step. Returns y and states."""
    x, finals = leaves["x"], {}
    names = cell.states.split()
    for layer in range(layers):
        outputs = []
        for direction, suffix in zip(directions, suffixes(layer, directions), strict=True):
            w = Weights(cell, leaves, suffix, x.shape[2])
            places = [f"state.{layer}.{direction}.{name}" for name in names]
            rows, last = [], []
            for row in range(BATCH):
                state = [leaves[place][row : row + 1] for place in places]
                ys = [torch.zeros(1, D_HIDDEN, dtype=torch.float64)] * TIME
                steps = range(lengths[row])
                for t in steps if direction == "forward" else reversed(steps):
                    state = step(x[row : row + 1, t], state, w)
                    ys[t] = state[0]
                rows.append(torch.cat(ys))
                last.append(state)
            outputs.append(torch.stack(rows))
            for index, place in enumerate(places):
                finals[place] = torch.cat([state[index] for state in last])
        x = torch.cat(outputs, dim=2)
    return x, finals


def error(a, b):
    return float((a - b).detach().abs().max())


def case(cell, layers, bidirectional, bias, lengths, origin, d_input=D_INPUT):
    directions = DIRECTIONS[: 2 if bidirectional else 1]
    weights = make_weights(cell, layers, directions, bias, d_input)
    widths = {name: D_HIDDEN for name in cell.states.split()}
    tensors = inputs(layers, bidirectional, widths, D_HIDDEN * len(directions), lengths, d_input)
    leaves = {"x": tensors["input.x"].clone().requires_grad_()}
    leaves |= {key: value.clone().requires_grad_() for key, value in weights.items()}
    for name in [key.removeprefix("input.") for key in tensors if key.startswith("input.state.")]:
        leaves[name] = tensors[f"input.{name}"].clone().requires_grad_()

    real = [TIME] * BATCH if lengths is None else lengths
    y, states = forward(cell, cell.step, leaves, real, layers, directions)
    found = gradients(tensors, leaves, y, states)
    assert all(bool(found[key].any()) for key in ["x", *weights]), cell.kind
    if cell.check and not (cell.check_raw and d_input != D_HIDDEN):
        other_y, other_states = forward(cell, cell.check, leaves, real, layers, directions)
        others = gradients(tensors, leaves, other_y, other_states)
        assert error(y, other_y) < 1e-12, cell.kind
        assert all(error(states[key], other_states[key]) < 1e-12 for key in states), cell.kind
        assert all(error(found[key], others[key]) < 1e-12 for key in found), cell.kind

    tensors |= {f"weights.{key}": value for key, value in weights.items()}
    tensors["output.y"] = y
    tensors |= {f"output.{key}": value for key, value in states.items()}
    tensors |= {f"output.grad.{key}": value for key, value in found.items()}
    option = "\n".join(f"{key} = {value}" for key, value in cell.options.items())
    metadata = {"layer": layer_toml(layers, bidirectional, cell.kind, bias, option, d_input), "origin": origin}
    label = f"{cell.kind}-{cell.label}" if cell.label else cell.kind
    write(case_name(label, layers, bidirectional, bias, lengths), tensors, metadata)


def both(cell, origin):
    """One layer without biases, and two layers in both directions with them; lengths in both.

    A cell that reads its input as it is gets one of the width D_HIDDEN in the first, and in the second, where widths
    differ, a block that maps it.
    """
    case(cell, 1, False, False, LENGTHS, origin, D_HIDDEN if cell.raw else D_INPUT)
    case(cell, 2, True, True, LENGTHS, origin)
