"""What Resemblyzer says of two made voices: golden.safetensors. ../fetch.py fetches the weights; run in this directory.

torch 2.15.0, librosa 0.11, safetensors, and the wheel Resemblyzer 0.1.4 unpacked beside: its network runs as it is, its front end is the one
call of librosa's here. `mels` [4, 160, 40]: a low voice twice and a high one twice, each of two series of vowels, 1.6 s each;
`embeddings` [4, 256].
"""

import sys
from unittest.mock import MagicMock

import librosa
import numpy as np
import torch
from safetensors.numpy import save_file

sys.path.insert(0, ".")
sys.modules["resemblyzer.audio"] = MagicMock()
from resemblyzer.voice_encoder import VoiceEncoder  # noqa: E402

RATE = 16000
# The first three formants of vowels, in Hz.
VOWELS = {"a": (730, 1090, 2440), "e": (530, 1840, 2480), "i": (270, 2290, 3010), "o": (570, 840, 2410), "u": (300, 870, 2240)}


def voice(pitch, throat, vowels):
    """Vowels one after the other, by a pitch in Hz and a throat that raises the formants."""
    t = np.arange(int(1.65 * RATE)) / RATE
    sung = pitch * (1 + 0.03 * np.sin(2 * np.pi * 5 * t) - 0.06 * t)
    turns = np.cumsum(sung) / RATE
    at = np.minimum((t / 1.65 * len(vowels)).astype(int), len(vowels) - 1)
    formants = throat * np.array([VOWELS[vowel] for vowel in vowels])[at]
    sound = 0
    for k in range(1, int(4000 / pitch)):
        near = np.exp(-(((k * sung[:, None] - formants) / 110) ** 2)).sum(1)
        sound = sound + (near + 0.05) / k * np.sin(2 * np.pi * k * turns)
    # -30 dB of full scale.
    return sound * 10 ** (-30 / 20) / np.sqrt((sound**2).mean())


def mel(sound):
    return librosa.feature.melspectrogram(y=sound, sr=RATE, n_fft=400, hop_length=160, n_mels=40).astype("f4").T[:160]


low, high = (105, 1.0), (215, 1.17)
mels = np.ascontiguousarray(np.stack([mel(voice(*who, vowels)) for who in (low, high) for vowels in ("aeiou", "uoaie")]))
with torch.no_grad():
    embeddings = VoiceEncoder("cpu", weights_fpath="pretrained.pt")(torch.from_numpy(mels)).numpy()
print(embeddings @ embeddings.T)
save_file({"mels": mels, "embeddings": embeddings}, "golden.safetensors")
