"""Recurrent operators whose weights other nodes compute of constants, or that stand in a model's own functions; and what onnxruntime
makes of them.

python computed.py, in this directory: computed.safetensors. onnx 1.23.2, onnxruntime 1.32.0.
"""

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file

HIDDEN, WIDTH, BATCH, TIME = 3, 2, 2, 4
GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
node, constant = helper.make_node, numpy_helper.from_array


def weights(rng, op, dirs=1):
    rows = GATES[op] * HIDDEN
    shapes = {"W": (dirs, rows, WIDTH), "R": (dirs, rows, HIDDEN), "B": (dirs, 2 * rows)}
    return {name: rng.uniform(-0.9, 0.9, shape).astype(np.float32) for name, shape in shapes.items()}


def recurrent(op, named, **attributes):
    outputs = ["y", "y_h"] + (["y_c"] if op == "LSTM" else [])
    return node(op, ["x", *named], outputs, name="node", hidden_size=HIDDEN, **attributes)


def whole(numbers, name):
    return constant(np.array(numbers, np.int64), name)


def pieces(rng, op):
    """W of slices that are joined, R by steps of two, B of doubles."""
    w = weights(rng, op)
    rows = GATES[op] * HIDDEN
    nodes = [
        recurrent(op, ["W", "R", "B"]),
        node("Slice", ["w", "zero", "cut", "one"], ["top"]),
        node("Slice", ["w", "cut", "far", "one"], ["rest"]),
        node("Concat", ["top", "rest"], ["W"], axis=-2),
        node("Slice", ["r", "zero", "far", "last", "two"], ["R"]),
        node("Cast", ["b"], ["B"], to=TensorProto.FLOAT),
    ]
    wide = np.zeros((1, rows, 2 * HIDDEN), np.float32)
    wide[:, :, ::2] = w["R"]
    constants = [
        constant(w["W"], "w"), constant(wide, "r"), constant(w["B"].astype(np.float64), "b"), whole([0], "zero"), whole([1], "one"),
        whole([2], "two"), whole([-1], "last"), whole([2], "cut"), whole([2**62], "far"),
    ]  # fmt: skip
    # Nodes stand in the order of their evaluation.
    return nodes[1:] + nodes[:1], constants, []


def turned(rng, op):
    """W turned, R reshaped and made one direction, B through constants and back."""
    w = weights(rng, op)
    rows = GATES[op] * HIDDEN
    nodes = [
        node("Constant", [], ["shape"], value_ints=[0, -1]),
        node("Constant", [], ["axis"], value_ints=[0]),
        node("Transpose", ["w"], ["W"], perm=[2, 1, 0]),
        node("Reshape", ["r", "shape"], ["flat"]),
        node("Unsqueeze", ["flat", "axis"], ["R"]),
        node("Squeeze", ["b", "axis"], ["single"]),
        node("Identity", ["single"], ["same"]),
        node("Unsqueeze", ["same", "axis"], ["B"]),
        recurrent(op, ["W", "R", "B"]),
    ]
    r = w["R"].reshape(rows, HIDDEN, 1)
    return nodes, [constant(np.ascontiguousarray(w["W"].T), "w"), constant(r, "r"), constant(w["B"], "b")], []


def called(rng, op):
    """The operator in a function that is called by another: W its input, R a constant of its own, the direction given by the call."""
    w = weights(rng, op, 2)
    outputs = ["y", "y_h"] + (["y_c"] if op == "LSTM" else [])
    own = node("Constant", [], ["R"], value=constant(w["R"], "R"))
    inner = node(op, ["in", "W", "R", "B"], outputs, name="cell", hidden_size=HIDDEN)
    inner.attribute.append(onnx.AttributeProto(name="direction", ref_attr_name="way", type=onnx.AttributeProto.STRING))
    opsets = [helper.make_opsetid("", 14), helper.make_opsetid("mine", 1)]
    deep = helper.make_function("mine", "Deep", ["in", "W", "B"], outputs, [own, inner], opsets[:1], ["way"])
    again = node("Deep", ["a", "W", "B"], outputs, domain="mine")
    again.attribute.append(onnx.AttributeProto(name="way", ref_attr_name="way", type=onnx.AttributeProto.STRING))
    both = helper.make_function("mine", "Both", ["a", "W", "B"], outputs, [again], opsets, ["way"])
    call = node("Both", ["x", "W", "B"], outputs, domain="mine", way="bidirectional")
    return [call], [constant(w["W"], "W"), constant(w["B"], "B")], [deep, both]


def main():
    rng = np.random.default_rng(16)
    tensors = {}
    for op in GATES:
        for make in (pieces, turned, called):
            nodes, constants, functions = make(rng, op)
            outputs = ["y", "y_h"] + (["y_c"] if op == "LSTM" else [])
            graph = helper.make_graph(
                nodes, "graph",
                [helper.make_tensor_value_info("x", TensorProto.FLOAT, [TIME, BATCH, WIDTH])],
                [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None] * (4 if name == "y" else 3)) for name in outputs],
                constants,
            )  # fmt: skip
            opsets = [helper.make_opsetid("", 14)] + ([helper.make_opsetid("mine", 1)] if functions else [])
            model = helper.make_model(graph, opset_imports=opsets, functions=functions, ir_version=8)
            onnx.checker.check_model(model)
            session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
            x = rng.normal(size=(TIME, BATCH, WIDTH)).astype(np.float32)
            name = f"{make.__name__}_{op}"
            tensors[f"{name}.model"] = np.frombuffer(model.SerializeToString(), np.uint8)
            tensors[f"{name}.x"] = x
            for output, value in zip(outputs, session.run(None, {"x": x})):
                tensors[f"{name}.{output}"] = value
    save_file(tensors, "computed.safetensors")


main()
