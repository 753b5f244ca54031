"""The recurrent cases of ONNX's own tests, as one file: python standard.py DIRECTORY.

DIRECTORY is onnx/backend/test/data/node of the wheel of onnx 1.16.2 (Apache-2.0), the last that has it. Inputs and outputs have the
names that nodes.py gives them.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from safetensors.numpy import save_file

INPUTS = ["x", "W", "R", "B", "lengths", "initial_h", "initial_c", "P"]
OUTPUTS = ["y", "y_h", "y_c"]


def values(folder, kind):
    found = sorted(folder.glob(f"test_data_set_0/{kind}_*.pb"), key=lambda path: int(path.stem.split("_")[1]))
    return [numpy_helper.to_array(onnx.load_tensor(str(path))) for path in found]


tensors = {}
for folder in sorted(Path(sys.argv[1]).iterdir()):
    if folder.name.split("_")[1] not in ("gru", "lstm", "rnn", "simple"):
        continue
    model = onnx.load(folder / "model.onnx")
    node = model.graph.node[0]
    inputs = dict(zip([name for name in node.input if name], values(folder, "input")))
    given = {}
    for place, value in zip(INPUTS, node.input):
        if value and place in ("W", "R", "B", "P"):
            # Weights are inputs there; here they are part of the model.
            model.graph.initializer.append(numpy_helper.from_array(inputs[value], value))
        elif value:
            given[place] = inputs[value]
    outputs = dict(zip([place for place, value in zip(OUTPUTS, node.output) if value], values(folder, "output")))
    tensors[f"{folder.name}.model"] = np.frombuffer(model.SerializeToString(), np.uint8)
    for name, value in {**given, **outputs}.items():
        tensors[f"{folder.name}.{name}"] = np.ascontiguousarray(value)
print(len({name.split(".")[0] for name in tensors}), "cases")
save_file(tensors, "standard.safetensors")
