"""Random recurrent layers as Keras writes them, with their inputs and outputs.

keras 3.15.1 on torch 2.15.0, h5py, numpy and safetensors as versions() prints them; run in this directory:

    KERAS_BACKEND=torch python keras_files.py [COUNT DIRECTORY]

The same seed gives the same layers. What is committed has 12 of them; `100 /tmp/keras` writes a hundred, and the test reads these with
REKINDLE_KERAS_FILES=/tmp/keras. Each file has all layers: as a model with its configuration (`layers.keras`), as weights alone
(`layers.weights.h5`), as Keras 2 saved models (`layers.h5`), and, those of one direction, as Keras 2 on TensorFlow named and
laid out weights, some of them cuDNN's (`legacy.h5`). `hard.h5` is of a Keras whose
hard_sigmoid is another. `expected.safetensors` has `NAME.x` and `NAME.y`.
"""

import json
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "torch")

import h5py
import keras
import numpy as np
import safetensors
import torch
from keras import layers
from safetensors.numpy import save_file

FUNCTIONS = ["tanh", "relu", "sigmoid", "elu", "silu", "softplus", "hard_sigmoid", "softsign", "linear"]

# Those without a bound, with which weights are small, or states would grow beyond what f32 can tell.
UNBOUNDED = {"relu", "elu", "silu", "softplus", "linear"}


def versions():
    print("keras", keras.__version__, "torch", torch.__version__, "h5py", h5py.__version__)
    print("numpy", np.__version__, "safetensors", safetensors.__version__)


def layer(i, rng):
    """Kinds and directions in turn, so that few layers have all of them; all else is drawn."""
    kind = ["rnn", "lstm", "gru", "gru_before"][i % 4]
    units = int(rng.integers(1, 6))
    options = {"return_sequences": True, "use_bias": bool(rng.integers(5))}
    name = f"r{i}_{kind}"
    if kind != "rnn" and i // 4 % 2:
        drawn = [FUNCTIONS[j] for j in rng.integers(len(FUNCTIONS), size=2)]
        options |= {"activation": drawn[0], "recurrent_activation": drawn[1]}
    if kind == "rnn":
        function = FUNCTIONS[i // 4 % len(FUNCTIONS)]
        one = layers.SimpleRNN(units, activation=function, name=name, **options)
    elif kind == "lstm":
        one = layers.LSTM(units, name=name, **options)
    else:
        one = layers.GRU(units, reset_after=kind == "gru", name=name, **options)
    merge = ["concat", "sum", "mul", "ave"][i // 3 % 4] if i % 3 == 1 else None
    return layers.Bidirectional(one, merge_mode=merge, name=f"{name}_both") if merge else one


def model(count):
    rng = np.random.default_rng(16)
    keras.utils.set_random_seed(16)
    inputs, outputs, all_of_them = [], [], []
    for i in range(count):
        d_input = int(rng.integers(1, 5))
        x = keras.Input((5, d_input), name=f"x{i}")
        one = layer(i, rng)
        inputs.append(x)
        outputs.append(one(x))
        all_of_them.append((one, rng.normal(size=(3, 5, d_input)).astype("f4")))
    for one, _ in all_of_them:
        inner = one.forward_layer if isinstance(one, layers.Bidirectional) else one
        functions = {inner.get_config()[key] for key in ["activation", "recurrent_activation"] if key in inner.get_config()}
        scale = 0.2 if functions & UNBOUNDED else 0.6
        one.set_weights([rng.normal(scale=scale, size=w.shape).astype("f4") for w in one.get_weights()])
    return keras.Model(inputs, outputs), all_of_them


def folded(kernel, gates):
    """A kernel as cuDNN's layers of Keras 2 have it. Keras undoes it, gate by gate, by `kernel.T.reshape(kernel.shape, order="F")`."""
    blocks = np.split(kernel, gates, axis=1)
    return np.hstack([block.T.reshape(block.shape) for block in blocks])


def legacy(path, all_of_them):
    """TensorFlow's names in the file of a model that Keras 2 saved as weights; every second LSTM, and every second GRU with reset_after,
    as cuDNN's layer."""
    with h5py.File(path, "w") as file:
        names = []
        turn = 0
        for one, _ in all_of_them:
            if isinstance(one, layers.Bidirectional):
                continue
            weights = [np.array(w) for w in one.get_weights()]
            kind = type(one).__name__
            if len(weights) == 3 and (kind == "LSTM" or kind == "GRU" and one.reset_after):
                turn += 1
                if turn % 2:
                    gates = 4 if kind == "LSTM" else 3
                    weights[0] = folded(weights[0], gates)
                    weights[1] = np.hstack([block.T for block in np.split(weights[1], gates, axis=1)])
                    both = [np.zeros_like(weights[2]), weights[2]] if kind == "LSTM" else [weights[2].reshape(-1)]
                    weights[2] = np.concatenate(both)
            group = file.create_group(one.name)
            named = [f"{one.name}/cell/{w}:0" for w in ["kernel", "recurrent_kernel", "bias"][: len(weights)]]
            group.attrs["weight_names"] = [name.encode() for name in named]
            for name, weight in zip(named, weights):
                group[name] = weight
            names.append(one.name.encode())
        file.attrs["layer_names"] = names
        file.attrs["backend"] = b"tensorflow"
        file.attrs["keras_version"] = b"2.1.5"


def hard(path):
    """An LSTM as Keras 2.1 wrote it, whose gates are the `hard_sigmoid` of that time, 0.2 x + 0.5 between 0 and 1; its output by numpy."""
    rng = np.random.default_rng(2)
    d_input, units = 3, 4
    weights = {
        "kernel": rng.normal(size=(d_input, 4 * units)),
        "recurrent_kernel": rng.normal(size=(units, 4 * units)),
        "bias": rng.normal(size=4 * units),
    }
    config = {"name": "lstm_1", "units": units, "activation": "tanh", "recurrent_activation": "hard_sigmoid", "use_bias": True}
    model = {"class_name": "Sequential", "config": [{"class_name": "LSTM", "config": config}]}
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = b"2.1.6"
        file.attrs["model_config"] = json.dumps(model).encode()
        group = file.create_group("model_weights/lstm_1")
        group.attrs["weight_names"] = [f"lstm_1/{name}:0".encode() for name in weights]
        for name, weight in weights.items():
            group[f"lstm_1/{name}:0"] = weight.astype("f4")
    x = rng.normal(size=(2, 5, d_input)).astype("f4")
    h, c, outputs = np.zeros((2, units)), np.zeros((2, units)), []
    for t in range(x.shape[1]):
        gates = x[:, t] @ weights["kernel"] + h @ weights["recurrent_kernel"] + weights["bias"]
        i, f, g, o = np.split(gates, 4, axis=1)
        i, f, o = (np.clip(0.2 * gate + 0.5, 0, 1) for gate in (i, f, o))
        c = f * c + i * np.tanh(g)
        h = o * np.tanh(c)
        outputs.append(h)
    return {"hard.x": x, "hard.y": np.stack(outputs, 1).astype("f4")}


def main(count=12, directory="keras"):
    versions()
    whole, all_of_them = model(int(count))
    os.makedirs(directory, exist_ok=True)
    whole.save(f"{directory}/layers.keras")
    whole.save_weights(f"{directory}/layers.weights.h5")
    whole.save(f"{directory}/layers.h5")
    legacy(f"{directory}/legacy.h5", all_of_them)
    expected = hard(f"{directory}/hard.h5")
    for one, x in all_of_them:
        expected[f"{one.name}.x"] = x
        with torch.no_grad():
            expected[f"{one.name}.y"] = np.ascontiguousarray(keras.ops.convert_to_numpy(one(x)))
    save_file(expected, f"{directory}/expected.safetensors")


main(*sys.argv[1:])
