"""Loads in Keras what tests/keras.rs took out, and compares outputs.

    cargo test --release --workspace --features ndarray,wgpu --test keras
    KERAS_BACKEND=torch python crates/rekindle-interop/tests/golden/keras_loads.py target/tmp/keras [LAYERS.keras]

Each NAME.keras is loaded by load_model. Each NAME.weights.h5 is loaded by load_weights into the layer of this name in golden/keras/layers.keras, or in one that the name tells, and
NAME.safetensors has the input and the output.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import torch
from keras import layers
from safetensors.numpy import load_file

KINDS = {"elman": layers.SimpleRNN, "lstm": layers.LSTM, "gru": layers.GRU}


def built(name, known, width):
    if not name.startswith("own_"):
        return [known.get_layer(name).__class__.from_config(known.get_layer(name).get_config())]
    _, kind, directions = name.split("_")
    made = [KINDS[kind](4, return_sequences=True) for _ in range(2)]
    return [layers.Bidirectional(one) for one in made] if directions == "both" else made


def main(place, known=Path(__file__).parent / "keras" / "layers.keras"):
    known = keras.models.load_model(known)
    worst, count = 0.0, 0
    for path in sorted(Path(place).glob("*.weights.h5")):
        name = path.name.removesuffix(".weights.h5")
        numbers = load_file(path.with_name(f"{name}.safetensors"))
        x = numbers["x"]
        model = keras.Sequential([keras.Input(x.shape[1:]), *built(name, known, x.shape[2])])
        model.load_weights(path)
        whole = keras.saving.load_model(path.with_name(f"{name}.keras"))
        for loaded in (model, whole):
            with torch.no_grad():
                y = keras.ops.convert_to_numpy(loaded(x))
            apart = float(np.abs(y - numbers["y"]).max())
            assert apart <= 1e-5, (name, apart)
            worst = max(worst, apart)
        count += 1
    assert count, f"nothing in {place}"
    print(f"{count} layers loaded as weights and as models, at most {worst:.1e} apart")


main(*sys.argv[1:])
