"""What Keras makes of drawn features, by the classifier itself: golden.safetensors.

keras 3.15.1 on torch 2.15.0; run in this directory. `x` [2, 30, 36] has 30 epochs, and 21 behind which the mask value -1 stands; `lengths`
says so; `y` [2, 30, 4] are the probabilities, of which those beyond a length mean nothing and are zero here.
"""

import os

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import torch
from safetensors.numpy import save_file

model = keras.models.load_model("classifier.keras")
lengths = np.array([30, 21])
x = np.random.default_rng(16).normal(size=(2, 30, 36)).astype("f4")
x[1, 21:] = -1
with torch.no_grad():
    y = keras.ops.convert_to_numpy(model(x)).copy()
y[1, 21:] = 0
save_file({"x": x, "lengths": lengths, "y": y}, "golden.safetensors")
model.summary()
