"""Layers of cells whose weights and states have shapes of their own, from one step: directions, stacks, lengths and
gradients, in float64.

Used by matrix_cells.py, conv_cells.py, esn.py, nru.py, hippo_legs.py and gru_d.py, which say what a step is. A step is
given as

    step(x, state, w) -> the new states, the first of which is the output

for one row: x [1, d_input], the states [1, width] by their names, and `w` the weights of that layer and direction by
their names, without what follows them (`weight_q`, not `weight_q_l0`).
"""

import math
from dataclasses import dataclass, field
from typing import Callable

import torch
from torch_rnn import BATCH, DIRECTIONS, LENGTHS, TIME, case_name, gradients, inputs, layer_toml, weight_wave, write


@dataclass
class Cell:
    """A cell: name -> width of its states (None: that of its input), the output first, and its step."""

    kind: str
    states: dict
    # (width of the input, whether there are biases) -> name -> shape of the weights, in stored order
    shapes: Callable
    step: Callable
    # One more line of the cell's table a key.
    options: dict = field(default_factory=dict)
    # What stands behind the kind in the file's name.
    label: str = ""
    d_input: int = 3
    # Whether the weights are fixed, and have no gradients.
    fixed: bool = False
    # Whether two of five inputs are missing.
    missing: bool = False
    # The weight that is 0.6 higher, so that not every rectifier behind it is shut.
    raised: str = ""


def suffix(layer, direction):
    return f"_l{layer}{'_reverse' if direction == 'reverse' else ''}"


def forward(cell, leaves, lengths, layers, directions):
    """Row by row and step by step; a row's reverse direction starts at its own last step. Returns y and states."""
    x, finals = leaves["x"], {}
    for layer in range(layers):
        outputs = []
        for direction in directions:
            end = suffix(layer, direction)
            w = {key.removesuffix(end): value for key, value in leaves.items() if key.endswith(end)}
            places = [f"state.{layer}.{direction}.{name}" for name in cell.states]
            rows, last = [], []
            for row in range(BATCH):
                state = [leaves[place][row : row + 1] for place in places]
                ys = [torch.zeros_like(state[0])] * TIME
                steps = range(lengths[row])
                for t in steps if direction == "forward" else reversed(steps):
                    state = cell.step(x[row : row + 1, t], state, w)
                    ys[t] = state[0]
                rows.append(torch.cat(ys))
                last.append(state)
            outputs.append(torch.stack(rows))
            for index, place in enumerate(places):
                finals[place] = torch.cat([state[index] for state in last])
        x = torch.cat(outputs, dim=2)
    return x, finals


def case(cell, layers, bidirectional, bias, lengths, origin):
    directions = DIRECTIONS[: 2 if bidirectional else 1]
    d_output = next(iter(cell.states.values())) * len(directions)
    weights, width = {}, cell.d_input
    for layer in range(layers):
        for direction in directions:
            for name, shape in cell.shapes(width, bias).items():
                value = weight_wave(shape, len(weights))
                weights[name + suffix(layer, direction)] = value + 0.6 if name == cell.raised else value
        width = d_output
    tensors = inputs(layers, bidirectional, cell.states, d_output, lengths, cell.d_input)
    if cell.missing:
        x = tensors["input.x"].flatten()
        x[1::5] = x[4::5] = math.nan
    leaves = {"x": tensors["input.x"].clone().requires_grad_()}
    leaves |= {key: value.clone().requires_grad_() for key, value in weights.items()}
    for name in [key.removeprefix("input.") for key in tensors if key.startswith("input.state.")]:
        leaves[name] = tensors[f"input.{name}"].clone().requires_grad_()

    y, states = forward(cell, leaves, [TIME] * BATCH if lengths is None else lengths, layers, directions)
    if cell.fixed:
        leaves = {key: value for key, value in leaves.items() if key not in weights}
    found = gradients(tensors, leaves, y, states)
    # What is done with missing values leaves no trace in the layers above, where nothing is missing.
    rests = [key for key in weights if cell.missing and "gamma_x" in key and "_l0" not in key]
    still = [key for key in found if (key == "x" or key in weights) and key not in rests and not found[key].any()]
    assert not still, (cell.kind, still)

    tensors |= {f"weights.{key}": value for key, value in weights.items()}
    tensors["output.y"] = y
    tensors |= {f"output.{key}": value for key, value in states.items()}
    tensors |= {f"output.grad.{key}": value for key, value in found.items()}
    option = "\n".join(f"{key} = {value}" for key, value in cell.options.items())
    metadata = {"layer": layer_toml(layers, bidirectional, cell.kind, bias, option, cell.d_input), "origin": origin}
    label = f"{cell.kind}-{cell.label}" if cell.label else cell.kind
    write(case_name(label, layers, bidirectional, bias, lengths), tensors, metadata)


def both(cell, origin):
    """One layer without biases, and two layers in both directions with them; lengths in both."""
    case(cell, 1, False, False, LENGTHS, origin)
    case(cell, 2, True, True, LENGTHS, origin)
