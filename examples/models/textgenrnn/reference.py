"""The probability that the network gives each symbol of a phrase, by numpy in float64: golden.safetensors.

h5py, numpy and safetensors; run in this directory. The network is written from textgenrnn 2.0.0's model.py, and its LSTMs, which are those of
cuDNN, from what Keras 2 does when it loads such weights into an LSTM: of each gate the kernel is transposed and reshaped by columns, the
recurrent kernel transposed, and the two biases are added.
"""

import json

import h5py
import numpy as np
from safetensors.numpy import save_file

PHRASE = "The quick brown fox jumps over the lazy dog, and then it goes home to sleep."
WINDOW = 40

file = h5py.File("weights.hdf5")
vocab = json.load(open("vocab.json"))


def weights(layer, *names):
    return [np.asarray(file[f"{layer}/{layer}/{name}:0"], "f8") for name in names]


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


def lstm(layer, x):
    kernel, recurrent, bias = weights(layer, "kernel", "recurrent_kernel", "bias")
    kernel = np.hstack([k.T.reshape(k.shape, order="F") for k in np.split(kernel, 4, axis=1)])
    recurrent = np.hstack([k.T for k in np.split(recurrent, 4, axis=1)])
    bias = sum(np.split(bias, 2))
    h = c = np.zeros((len(x), len(recurrent)))
    outputs = []
    for t in range(x.shape[1]):
        i, f, g, o = np.split(x[:, t] @ kernel + h @ recurrent + bias, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        outputs.append(h)
    return np.stack(outputs, 1)


symbols = [vocab["<s>"], *(vocab[letter] for letter in PHRASE)]
windows = [symbols[max(0, i - WINDOW) : i] for i in range(1, len(symbols))]
windows = np.array([[0] * (WINDOW - len(w)) + w for w in windows])
embedded = weights("embedding", "embeddings")[0][windows]
first = lstm("rnn_1", embedded)
second = lstm("rnn_2", first)
seen = np.concatenate([embedded, first, second], 2)
logits = seen @ weights("attention", "attention_W")[0][:, 0]
attention = np.exp(logits - logits.max(1, keepdims=True))
attention /= attention.sum(1, keepdims=True)
mean = (seen * attention[..., None]).sum(1)
kernel, bias = weights("output", "kernel", "bias")
scores = mean @ kernel + bias
scores = np.exp(scores - scores.max(1, keepdims=True))
scores /= scores.sum(1, keepdims=True)
given = scores[np.arange(len(windows)), symbols[1:]]
print("bits per symbol", -np.log2(given).mean())
save_file({"given": given.astype("f4")}, "golden.safetensors")
