"""What onnxruntime says of the signal that main.rs makes: python golden.py > golden.txt, in this directory.

onnxruntime 1.32.0 on one thread and numpy; the time of a frame a call goes to standard error. The model is silero_vad/data/silero_vad_16k_sequence.onnx of the wheel silero-vad 6.2.3 (MIT), sha256
9ccdacc4719d8aa7e45a77536bfabec45a03ba1f2fad5e241ab4060b24238a85.
"""

import sys
import time

import numpy as np
import onnxruntime as ort

RATE, FRAME, CONTEXT = 16000, 512, 64


def signal(seconds=4):
    """A voice that sings vowels, four a second, in the first and third second, a tone in the second, and nothing in the last."""
    t = np.arange(seconds * RATE) / RATE
    slow = 2 * np.pi * 0.7 * t
    pitch = 130 + 20 * np.sin(slow)
    turns = 130 * t - 20 * np.cos(slow) / (2 * np.pi * 0.7)
    open_ = 0.5 + 0.5 * np.sin(4 * np.pi * t)
    formants = [(300 + 500 * open_, 90), (2200 - 1000 * open_, 120), (2900 - 300 * open_, 180)]
    voice = 0
    for k in range(1, 41):
        near = sum(np.exp(-(((k * pitch - middle) / width) ** 2)) for middle, width in formants)
        voice = voice + (near + 0.03 / k) / k * np.sin(2 * np.pi * k * turns)
    voice = 0.5 * voice * np.sin(4 * np.pi * t) ** 2
    tone = 0.3 * np.sin(2 * np.pi * 440 * t)
    second = np.floor(t)
    return np.where(second == 1, tone, np.where(second == 3, 0, voice)).astype(np.float32)


x = np.concatenate([np.zeros(CONTEXT, np.float32), signal()])
frames = np.stack([x[at : at + CONTEXT + FRAME] for at in range(0, len(x) - CONTEXT - FRAME + 1, FRAME)])
options = ort.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
session = ort.InferenceSession("silero_vad_16k_sequence.onnx", options, providers=["CPUExecutionProvider"])
zero = np.zeros((1, 1, 128), np.float32)
said = session.run(["speech_probs"], {"input": frames, "h": zero, "c": zero})[0]

times = []
for _ in range(5):
    began = time.perf_counter()
    h = c = zero
    for frame in frames:
        _, h, c = session.run(None, {"input": frame[None], "h": h, "c": c})
    times.append(time.perf_counter() - began)
print(f"{np.median(times) / (len(frames) * FRAME / RATE):.4f} of real time", file=sys.stderr)
print("\n".join(f"{p:.7f}" for p in said))
