"""Log-mel features in float64, for src/data/audio/mel/tests.rs: python3 mel.py > mel.txt, with numpy 2.4.6.

By the formulas that torchaudio documents for MelSpectrogram with mel_scale="htk", norm=None, power=2 and center=False: the spectrum of
frames under a periodic Hann window, squared, times triangles whose corners are equally spaced on the mel scale; here ln(. + 2^-24). A
block a setting: a line with rate, window, hop (ms), bands, lowest and highest frequency, then a line for each frame.
"""

import numpy as np


def signal(count):
    n = np.arange(count)
    return np.float32(0.4 * np.sin(0.35 * n) + 0.2 * np.sin(0.8 * n * (1 + n / 4000)) + 0.05 * np.sin(2.9 * n))


def features(samples, rate, window, hop, bands, low, high):
    window, hop = round(window * rate / 1000), round(hop * rate / 1000)
    size = 1 << (window - 1).bit_length()
    hann = np.hanning(window + 1)[:-1]
    starts = range(0, len(samples) - window + 1, hop)
    frames = np.stack([samples[start : start + window] * hann for start in starts])
    power = np.abs(np.fft.rfft(frames, size)) ** 2
    mel = lambda f: 2595 * np.log10(1 + f / 700)
    corners = 700 * (10 ** (np.linspace(mel(low), mel(high), bands + 2) / 2595) - 1)
    slopes = corners[None, :] - np.linspace(0, rate / 2, size // 2 + 1)[:, None]
    widths = np.diff(corners)
    weights = np.maximum(0, np.minimum(-slopes[:, :-2] / widths[:-1], slopes[:, 2:] / widths[1:]))
    return np.log(power @ weights + 2.0**-24)


for setting in [(8000, 25, 10, 40, 20, 4000), (16000, 20, 7.5, 23, 0, 7000)]:
    print(*setting)
    for frame in features(signal(900).astype(np.float64), *setting):
        print(" ".join(f"{value:.10f}" for value in frame))
