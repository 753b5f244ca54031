"""Files that PyTorch and NumPy write, and random layers with their outputs.

torch 2.15.0, numpy and safetensors as versions() prints them; run in this directory. The same seed gives the same files on one version.
`expected.safetensors` holds what `values` in each file are, by the same names.
"""

import pickle

import numpy as np
import safetensors
import torch
from safetensors.torch import save_file
from torch import nn


def versions():
    print("torch", torch.__version__, "numpy", np.__version__, "safetensors", safetensors.__version__)


def values():
    g = torch.Generator().manual_seed(16)
    base = torch.randn(4, 6, generator=g)
    return {
        "f32": base,
        "f64": base.double() / 3,
        "f16": base.half(),
        "bf16": base.bfloat16(),
        "i64": torch.tensor([-(2**62), 3]),
        "i32": torch.tensor([-7, 2**30], dtype=torch.int32),
        "i16": torch.tensor([-300, 4], dtype=torch.int16),
        "i8": torch.tensor([-100, 5], dtype=torch.int8),
        "u8": torch.tensor([200, 6], dtype=torch.uint8),
        "bool": torch.tensor([True, False, True]),
        "turned": base.t(),
        "every_second": base[1:, ::2],
        "row": base[2],
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
    }


def files():
    v = values()
    save_file({k: t.contiguous().clone() for k, t in v.items()}, "expected.safetensors")
    checkpoint = {
        "epoch": 3,
        "loss": 0.25,
        "model": {"a": v, "b": [v["row"], {"deep": nn.Parameter(v["f32"])}]},
        "seed": 1 << 200,
    }
    torch.save(checkpoint, "zip.pt")
    torch.save(checkpoint, "legacy.pt", _use_new_zipfile_serialization=False)
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.arange(p.numel()).reshape(p.shape))
    torch.save(model, "module.pt")

    arrays = {k: t.contiguous().numpy() for k, t in v.items() if k != "bf16"}
    arrays["turned"] = v["f32"].numpy().T  # stored by columns
    np.savez("arrays.npz", **arrays)
    np.savez_compressed("packed.npz", **arrays)
    np.save("array.npy", v["f32"].numpy())
    for protocol in (2, 4, 5):
        with open(f"arrays-{protocol}.pkl", "wb") as f:
            pickle.dump(arrays, f, protocol)


def layers(count=40):
    """Layers of all kinds: state, input and outputs; names of options stand in the key."""
    rng = np.random.default_rng(16)
    torch.manual_seed(16)
    all_of_them = {}
    for i in range(count):
        kind = ["rnn_tanh", "rnn_relu", "lstm", "gru"][i % 4]
        d_input, d_hidden, depth = (int(n) for n in rng.integers(1, 7, 3))
        depth = 1 + depth % 3
        options = {
            "num_layers": depth,
            "bidirectional": bool(rng.integers(2)),
            "bias": bool(rng.integers(4)),
            "batch_first": True,
        }
        if kind == "lstm" and d_hidden > 1 and rng.integers(2):
            options["proj_size"] = int(rng.integers(1, d_hidden))
        if kind.startswith("rnn"):
            layer = nn.RNN(d_input, d_hidden, nonlinearity=kind[4:], **options)
        else:
            layer = getattr(nn, kind.upper())(d_input, d_hidden, **options)
        x = torch.randn(3, 5, d_input)
        with torch.no_grad():
            y, state = layer(x)
        last = {"h": state[0], "c": state[1]} if kind == "lstm" else {"h": state}
        all_of_them[f"{i}-{kind}"] = {"module": dict(layer.state_dict()), "x": x, "y": y, **last}
    for i, (kind, cell) in enumerate({"rnn_tanh": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}.items()):
        layer = cell(3, 4, bias=i != 2)
        x = torch.randn(3, 1, 3)
        with torch.no_grad():
            state = layer(x[:, 0])
        state = state if kind == "lstm" else (state,)
        last = dict(zip("hc", (s[None] for s in state)))
        all_of_them[f"{count + i}-{kind}"] = {"module": dict(layer.state_dict()), "x": x, "y": state[0][:, None], **last}
    torch.save(all_of_them, "layers.pt")


versions()
files()
layers()
