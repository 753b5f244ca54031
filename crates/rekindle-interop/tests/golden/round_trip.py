"""Random layers of PyTorch go in, run, come out, and are loaded again: python round_trip.py REKINDLE [COUNT].

REKINDLE is the program. Each layer is saved as .pt and goes four ways: `apply` runs it from the .pt; `convert` makes .safetensors of it,
which load_state_dict(strict=True) takes; `convert` makes .onnx of it, which onnxruntime runs, with lengths; and `apply` and `convert` take
that model again. torch 2.15.0, onnxruntime 1.32.0. It ends with an error if numbers are further apart than 1e-5 of the larger of 1
and the number.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
from safetensors.torch import load_file, save_file
from torch import nn

APART = 1e-5
program, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 200
farthest = 0.0


def rekindle(*arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, (arguments, done.stderr)


def compare(what, ours, theirs):
    global farthest
    assert ours.shape == theirs.shape, (what, ours.shape, theirs.shape)
    apart = ((ours - theirs).abs() / theirs.abs().clamp(min=1)).max().item()
    assert apart <= APART, (what, apart)
    farthest = max(farthest, apart)


def once(i, rng, place):
    kind = ["rnn_tanh", "lstm", "gru"][i % 3]
    d_input, d_hidden, depth = (int(n) for n in rng.integers(1, [9, 17, 4]))
    options = {
        "num_layers": depth,
        "bidirectional": bool(rng.integers(2)),
        "bias": bool(rng.integers(4)),
        "batch_first": True,
    }
    if kind == "lstm" and d_hidden > 1 and rng.integers(3) == 0:
        options["proj_size"] = int(rng.integers(1, d_hidden))
    Kind = {"rnn_tanh": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[kind]
    module = Kind(d_input, d_hidden, **options)
    batch, time = (int(n) for n in rng.integers(1, [5, 12]))
    x = torch.randn(batch, time, d_input)
    lengths = torch.from_numpy(rng.integers(1, time + 1, batch))
    lengths[0] = time
    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    with torch.no_grad():
        y, _ = nn.utils.rnn.pad_packed_sequence(module(packed)[0], batch_first=True)
    torch.save({"epoch": 1, "model": {f"encoder.{k}": v for k, v in module.state_dict().items()}}, place / "m.pt")
    save_file({"x": x, "lengths": lengths}, place / "x.safetensors")
    cell = {"rnn_tanh": "elman"}.get(kind, kind)
    projected = f", d_projection = {options['proj_size']}" if "proj_size" in options else ""
    (place / "layer.toml").write_text(
        f"d_input = {d_input}\nlayers = {depth}\nbidirectional = {str(options['bidirectional']).lower()}\n"
        f"cell = {{ kind = \"{cell}\", d_hidden = {d_hidden}, bias = {str(options['bias']).lower()}{projected} }}\n"
    )

    def applied(weights):
        arguments = ["--input", place / "x.safetensors", "--weights", weights, "--output", place / "y.safetensors"]
        rekindle("apply", place / "layer.toml", *arguments)
        return load_file(place / "y.safetensors")["y"]

    def loaded(path):
        again = Kind(d_input, d_hidden, **options)
        state = {name.rsplit(".", 1)[-1]: tensor for name, tensor in load_file(path).items()}
        again.load_state_dict(state, strict=True)
        for name, tensor in module.state_dict().items():
            assert torch.equal(again.state_dict()[name], tensor), (i, kind, name)

    compare("apply", applied(place / "m.pt"), y)
    rekindle("convert", place / "m.pt", place / "w.safetensors")
    loaded(place / "w.safetensors")
    rekindle("convert", place / "m.pt", place / "w.npz")
    assert set(np.load(place / "w.npz")) == set(load_file(place / "w.safetensors"))
    opset = str(rng.choice([14, 18, 28]))
    rekindle("convert", place / "m.pt", place / "m.onnx", "--lengths", "--opset", opset)
    session = ort.InferenceSession(str(place / "m.onnx"), providers=["CPUExecutionProvider"])
    found = session.run(["y"], {"x": x.numpy(), "lengths": lengths.numpy().astype(np.int32)})[0]
    compare("onnxruntime", torch.from_numpy(found), y)
    if "proj_size" not in options:
        compare("apply from ONNX", applied(place / "m.onnx"), y)
        rekindle("convert", place / "m.onnx", place / "o.safetensors")
        state = {name: t for name, t in load_file(place / "o.safetensors").items() if "_l" in name}
        save_file(state, place / "o.safetensors")
        loaded(place / "o.safetensors")


torch.manual_seed(16)
rng = np.random.default_rng(16)
with tempfile.TemporaryDirectory() as folder:
    for i in range(count):
        once(i, rng, Path(folder))
print(count, "layers; farthest", farthest)
