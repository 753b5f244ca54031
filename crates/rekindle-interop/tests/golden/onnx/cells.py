"""Runs models that tests wrote, and compares with what the layers and networks gave: python cells.py DIRECTORY.

mkdir DIRECTORY
export REKINDLE_ONNX_MODELS=DIRECTORY
cargo test --release --workspace --features ndarray,wgpu --test onnx_export
cargo test --release --workspace --features ndarray,wgpu --lib -- model::written export::functions

onnx 1.23.2, onnxruntime 1.32.0, numpy and safetensors as it prints them. It ends with an error if a number is further away than
1e-5 of the larger of 1 and the number, or a model is not valid.
"""

import sys
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from safetensors.numpy import load_file

APART = 1e-5

options = ort.SessionOptions()
options.log_severity_level = 3
options.intra_op_num_threads = 1
farthest, bad, kinds = {}, [], Counter()
for path in sorted(Path(sys.argv[1]).glob("*.safetensors")):
    tensors = load_file(path)
    proto = onnx.load(path.with_suffix(".onnx"))
    onnx.checker.check_model(proto, full_check=True)
    try:
        session = ort.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
        given = {port.name: tensors[port.name] for port in session.get_inputs()}
        found = dict(zip([port.name for port in session.get_outputs()], session.run(None, given)))
    except Exception as error:
        bad.append(f"{path.stem}: {str(error).splitlines()[0][:300]}")
        continue
    kind = path.stem.split("-", 2)[2]
    kinds[kind] += 1
    assert set(tensors) == set(given) | set(found), path
    for name, theirs in found.items():
        ours = tensors[name]
        if ours.shape != theirs.shape:
            bad.append(f"{path.stem} {name}: {theirs.shape}, not {ours.shape}")
            continue
        with np.errstate(invalid="ignore", over="ignore"):
            apart = np.abs(ours - theirs) / np.maximum(1, np.abs(ours))
        same = (ours == theirs) | np.isnan(ours) & np.isnan(theirs)
        most = np.where(same, 0, np.where(np.isnan(apart), np.inf, apart)).max()
        farthest[kind] = max(most, farthest.get(kind, 0))
        if most > APART:
            bad.append(f"{path.stem} {name}: {most}")
print("onnx", onnx.__version__, "onnxruntime", ort.__version__)
print(sum(kinds.values()), "models of", len(kinds), "cells; farthest", max(farthest.values()))
print("\n".join(bad))
sys.exit(bool(bad))
