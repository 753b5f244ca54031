"""Checkpoints of 100 MB, an LSTM of three layers of 1,024 units, for ../loading.rs: python checkpoints.py FOLDER

As .safetensors, whole and in shards, .pt, .pt before PyTorch 1.6, .npz, .keras and .weights.h5."""

import json
import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy
import torch
from safetensors.torch import save_file

folder = Path(sys.argv[1])
torch.manual_seed(1)
lstm = torch.nn.LSTM(1024, 1024, num_layers=3)
weights = {f"rnn.{name}": tensor.detach() for name, tensor in lstm.state_dict().items()}
save_file(weights, folder / "lstm.safetensors")
names = list(weights)
files = {"a.safetensors": names[::2], "b.safetensors": names[1::2]}
for file, some in files.items():
    save_file({name: weights[name] for name in some}, folder / file)
index = {name: file for file, some in files.items() for name in some}
(folder / "sharded.safetensors.index.json").write_text(json.dumps({"weight_map": index}))
torch.save(weights, folder / "lstm.pt")
torch.save(weights, folder / "legacy.pt", _use_new_zipfile_serialization=False)
numpy.savez(folder / "lstm.npz", **{name: tensor.numpy() for name, tensor in weights.items()})
layers = [keras.layers.LSTM(1024, return_sequences=True) for _ in range(3)]
model = keras.Sequential([keras.layers.Input((None, 1024)), *layers])
model.save(folder / "lstm.keras")
model.save_weights(folder / "lstm.weights.h5")
