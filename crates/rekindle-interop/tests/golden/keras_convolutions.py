"""Convolutional LSTMs as Keras writes them, with their inputs and outputs.

keras 3.15.1 on torch 2.15.0; run in this directory: KERAS_BACKEND=torch python keras_convolutions.py

`keras/convolutions.keras` has layers over a line, a plane and a volume, in one and both directions, and one that no layer here is: its border
is cut off. `keras/convolutions.safetensors` has `NAME.x` and `NAME.y`, of the others, channels last as Keras has them.
"""

import os

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import torch
from keras import layers
from safetensors.numpy import save_file

LAYERS = [
    ("line", (5, 2), layers.ConvLSTM1D(3, 3, padding="same", return_sequences=True, name="line")),
    ("plane", (4, 3, 2), layers.ConvLSTM2D(3, 3, padding="same", return_sequences=True, name="plane")),
    ("open", (3, 2, 1), layers.ConvLSTM2D(2, 1, padding="same", use_bias=False, return_sequences=True, name="open")),
    (
        "both",
        (3, 4, 2),
        layers.Bidirectional(layers.ConvLSTM2D(2, 3, padding="same", return_sequences=True), merge_mode="sum", name="both"),
    ),
    ("volume", (2, 3, 2, 1), layers.ConvLSTM3D(2, 3, padding="same", return_sequences=True, name="volume")),
    ("cut", (4, 4, 1), layers.ConvLSTM2D(2, 3, padding="valid", return_sequences=True, name="cut")),
]


def main():
    keras.utils.set_random_seed(16)
    rng = np.random.default_rng(16)
    inputs, outputs, expected = [], [], {}
    for name, shape, layer in LAYERS:
        x = keras.Input((4, *shape), name=f"x_{name}")
        inputs.append(x)
        outputs.append(layer(x))
        layer.set_weights([rng.normal(scale=0.6, size=w.shape).astype("f4") for w in layer.get_weights()])
        numbers = rng.normal(size=(2, 4, *shape)).astype("f4")
        if name != "cut":
            expected[f"{name}.x"] = numbers
            with torch.no_grad():
                expected[f"{name}.y"] = np.ascontiguousarray(keras.ops.convert_to_numpy(layer(numbers)))
    keras.Model(inputs, outputs).save("keras/convolutions.keras")
    save_file(expected, "keras/convolutions.safetensors")


main()
