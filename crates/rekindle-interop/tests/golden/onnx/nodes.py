"""Random recurrent operators, and what onnxruntime makes of them.

python nodes.py [COUNT FILE]; without arguments the committed nodes.safetensors, in this directory. onnx 1.23.2, onnxruntime 1.32.0, numpy
and safetensors as versions() prints them. The same seed gives the same file on one version. What onnxruntime itself refuses is
printed and left out. Where layout is 1, which onnxruntime lacks on CPUs, it runs the same node with layout 0, and axes are moved.
"""

import sys
from collections import Counter

import numpy as np
import onnx
import onnxruntime as ort
import safetensors
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file

GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
FUNCTIONS = {"RNN": 1, "GRU": 2, "LSTM": 3}
USUAL = {"RNN": ["Tanh"], "GRU": ["Sigmoid", "Tanh"], "LSTM": ["Sigmoid", "Tanh", "Tanh"]}
SETTINGS = {
    "Tanh": "", "Sigmoid": "", "Relu": "", "Softsign": "", "Softplus": "",
    "LeakyRelu": "a", "ThresholdedRelu": "a", "Elu": "a",
    "HardSigmoid": "ab", "Affine": "ab", "ScaledTanh": "ab",
}  # fmt: skip


def versions():
    print("onnx", onnx.__version__, "onnxruntime", ort.__version__, "numpy", np.__version__, "safetensors", safetensors.__version__)


def case(rng):
    op = str(rng.choice(list(GATES)))
    direction = str(rng.choice(["forward", "reverse", "bidirectional"]))
    dirs = 2 if direction == "bidirectional" else 1
    hidden, d_input, batch, time = (int(n) for n in rng.integers(1, [9, 9, 5, 8]))
    gates = GATES[op]
    attributes = {"hidden_size": hidden, "direction": direction}
    if rng.integers(2):
        names, alpha, beta = [], [], []
        for _ in range(dirs * FUNCTIONS[op]):
            name = str(rng.choice(list(SETTINGS)))
            names.append(name)
            if "a" in SETTINGS[name]:
                alpha.append(float(np.float32(rng.uniform(0.2, 1.2))))
            if "b" in SETTINGS[name]:
                beta.append(float(np.float32(rng.uniform(0.2, 0.8))))
        attributes["activations"] = names
        if alpha:
            attributes["activation_alpha"] = alpha
        if beta:
            attributes["activation_beta"] = beta
    elif rng.integers(2):
        attributes["activations"] = USUAL[op] * dirs
    if rng.integers(3) == 0:
        attributes["clip"] = float(np.float32(rng.uniform(0.1, 1.5)))
    if op == "GRU":
        attributes["linear_before_reset"] = int(rng.integers(2))
    if op == "LSTM" and rng.integers(4) == 0:
        attributes["input_forget"] = 1

    def draw(*shape):
        return rng.uniform(-0.9, 0.9, shape).astype(np.float32)

    weights = {"W": draw(dirs, gates * hidden, d_input), "R": draw(dirs, gates * hidden, hidden)}
    if rng.integers(4):
        weights["B"] = draw(dirs, 2 * gates * hidden)
    if op == "LSTM" and rng.integers(3) == 0:
        weights["P"] = draw(dirs, 3 * hidden)
    given = {"x": draw(time, batch, d_input) * 2}
    if rng.integers(2):
        given["lengths"] = rng.integers(1, time + 1, batch).astype(np.int32)
    begins = int(rng.integers(3))
    if begins == 1:
        given["initial_h"] = draw(dirs, batch, hidden)
        if op == "LSTM" and rng.integers(2):
            given["initial_c"] = draw(dirs, batch, hidden)
    elif begins == 2 and rng.integers(2):
        # The same for every row, as part of the model.
        weights["initial_h"] = np.repeat(draw(dirs, 1, hidden), batch, 1)
        if op == "LSTM":
            weights["initial_c"] = np.repeat(draw(dirs, 1, hidden), batch, 1)
    return op, attributes, weights, given, bool(rng.integers(3) == 0), bool(rng.integers(2))


def model(op, attributes, weights, given, typed):
    """A model of one node. Tensors have their numbers as bytes, or, where `typed`, as floats."""
    outputs = ["y", "y_h"] + (["y_c"] if op == "LSTM" else [])
    named = ["x", "W", "R", "B", "lengths", "initial_h"] + (["initial_c", "P"] if op == "LSTM" else [])
    there = {**weights, **given}
    inputs = [name if name in there else "" for name in named]
    while inputs[-1] == "":
        inputs.pop()
    node = helper.make_node(op, inputs, outputs, name="node", **attributes)
    kinds = {np.dtype(np.float32): TensorProto.FLOAT, np.dtype(np.int32): TensorProto.INT32}
    constants = []
    for name, value in weights.items():
        if typed:
            constants.append(helper.make_tensor(name, TensorProto.FLOAT, value.shape, value.flatten()))
        else:
            constants.append(numpy_helper.from_array(value, name))
    graph = helper.make_graph(
        [node], "graph",
        [helper.make_tensor_value_info(name, kinds[value.dtype], value.shape) for name, value in given.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None] * (4 if name == "y" else 3)) for name in outputs],
        constants,
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=7)


def batch_first(attributes, weights, given, outputs):
    """The same with layout 1: the batch stands first in inputs, states and outputs."""
    move = lambda name, v: v.transpose(1, 0, 2) if name in ("x", "initial_h", "initial_c") else v
    moved = [{name: np.ascontiguousarray(move(name, v)) for name, v in part.items()} for part in (weights, given)]
    y = outputs["y"].transpose(2, 0, 1, 3)
    last = {name: v.transpose(1, 0, 2) for name, v in outputs.items() if name != "y"}
    outputs = {name: np.ascontiguousarray(v) for name, v in {"y": y, **last}.items()}
    return {**attributes, "layout": 1}, *moved, outputs


def main(count, path):
    rng = np.random.default_rng(16)
    options = ort.SessionOptions()
    options.log_severity_level = 4
    tensors, refused, kept = {}, Counter(), Counter()
    index = -1
    while sum(kept.values()) < count:
        index += 1
        op, attributes, weights, given, turned, typed = case(rng)
        try:
            proto = model(op, attributes, weights, given, typed)
            session = ort.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
            names = [output.name for output in session.get_outputs()]
            outputs = dict(zip(names, session.run(None, given)))
        except Exception as error:  # whatever it has against the node
            refused[f"{op} {sorted(attributes)} {sorted(weights)}: {str(error).splitlines()[0][:160]}"] += 1
            continue
        # Functions without bounds let a recurrence grow until its last digits say nothing.
        if not all(np.abs(value).max() < 30 for value in outputs.values()):
            continue
        if turned:
            attributes, weights, given, outputs = batch_first(attributes, weights, given, outputs)
        onnx.checker.check_model(model(op, attributes, weights, given, typed))
        bytes_ = model(op, attributes, weights, given, typed).SerializeToString()
        tensors[f"{index}.model"] = np.frombuffer(bytes_, np.uint8)
        for name, value in {**given, **outputs}.items():
            tensors[f"{index}.{name}"] = value
        kept[op] += 1
    for line, times in refused.items():
        print("refused", times, line)
    print("kept", dict(kept))
    save_file(tensors, path)


versions()
main(*((int(sys.argv[1]), sys.argv[2]) if len(sys.argv) > 2 else (60, "nodes.safetensors")))
