"""Loads in Keras what tests/keras.rs took out, and compares outputs.

    cargo test --release --workspace --features ndarray,wgpu --test keras
    KERAS_BACKEND=torch python crates/rekindle-interop/tests/golden/keras_loads.py target/tmp/keras [LAYERS.keras]

Each NAME.keras is loaded by load_model. Each NAME.weights.h5 is loaded by load_weights into the layer of this name in golden/keras/layers.keras or
golden/keras/convolutions.keras, or in one that the name tells, and NAME.safetensors has the input and the output: pictures with the
channels first.
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

KINDS = {
    "elman": layers.SimpleRNN,
    "lstm": layers.LSTM,
    "gru": layers.GRU,
    "conv_lstm": lambda width, **options: layers.ConvLSTM1D(width, 3, padding="same", **options),
}
GOLDEN = Path(__file__).parent / "keras"


def built(name, known):
    if name in known:
        return [known[name].__class__.from_config(known[name].get_config())]
    kind, directions = name.removeprefix("own_").rsplit("_", 1)
    made = [KINDS[kind](4, return_sequences=True) for _ in range(2)]
    return [layers.Bidirectional(one) for one in made] if directions == "both" else made


def pictures(numbers, shape):
    """Steps of `[channels * points]` as Keras has them, with the channels last."""
    if len(shape) == 3:
        return numbers
    apart = numbers.reshape(*numbers.shape[:2], shape[-1], *shape[2:-1])
    return np.moveaxis(apart, 2, -1)


def main(place, known=GOLDEN / "layers.keras"):
    models = [keras.models.load_model(path) for path in (known, GOLDEN / "convolutions.keras")]
    known = {layer.name: layer for model in models for layer in model.layers}
    worst, count = 0.0, 0
    for path in sorted(Path(place).glob("*.weights.h5")):
        name = path.name.removesuffix(".weights.h5")
        numbers = load_file(path.with_name(f"{name}.safetensors"))
        whole = keras.saving.load_model(path.with_name(f"{name}.keras"))
        x = pictures(numbers["x"], whole.input_shape)
        model = keras.Sequential([keras.Input(x.shape[1:]), *built(name, known)])
        model.load_weights(path)
        for loaded in (model, whole):
            with torch.no_grad():
                y = keras.ops.convert_to_numpy(loaded(x))
            expected = pictures(numbers["y"], (None, None, *whole.input_shape[2:-1], y.shape[-1]))
            apart = float(np.abs(y - expected).max())
            assert apart <= 1e-5, (name, apart)
            worst = max(worst, apart)
        count += 1
    assert count, f"nothing in {place}"
    print(f"{count} layers loaded as weights and as models, at most {worst:.1e} apart")


main(*sys.argv[1:])
