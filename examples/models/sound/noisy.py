"""Writes noisy.wav: a voice that sings vowels, in noise; two seconds of one channel of 16 bits at 16 kHz. numpy 2.4; run in this directory."""

import wave

import numpy as np

RATE = 16000

t = np.arange(2 * RATE) / RATE
pitch = 130 + 20 * np.sin(2 * np.pi * 0.7 * t)
turns = np.cumsum(pitch) / RATE
opened = 0.5 + 0.5 * np.sin(4 * np.pi * t)
formants = [(300 + 500 * opened, 90), (2200 - 1000 * opened, 120), (2900 - 300 * opened, 180)]
voice = 0
for k in range(1, 41):
    near = sum(np.exp(-(((k * pitch - middle) / width) ** 2)) for middle, width in formants)
    voice = voice + (near + 0.03 / k) / k * np.sin(2 * np.pi * k * turns)
voice = 0.5 * voice * np.sin(4 * np.pi * t) ** 2 * (t < 1.5)
noise = 0.03 * np.random.default_rng(16).normal(size=len(t))
samples = np.clip(32768 * (voice + noise), -32768, 32767).round().astype("<i2")
with wave.open("noisy.wav", "wb") as file:
    file.setnchannels(1)
    file.setsampwidth(2)
    file.setframerate(RATE)
    file.writeframes(samples.tobytes())
