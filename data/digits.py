"""Spoken digits, by a synthesizer: writes digits/*.wav, their sums and the lists digits.tsv and keywords.tsv, beside this script.

Needs espeak-ng 1.51 and numpy 2.4.6: python3 digits.py [clips of one digit] [clips of two to four]. Nobody said any of this: eSpeak NG (GPL-3,
its voices with it) speaks, and what a program makes of words is not covered by its licence.

A clip is of one of six voices, at one of several speeds and pitches; WAV of one channel, 8,000 samples a second, 8 bits, cut where it is
silent. More clips: `python3 digits.py 400 2000`.
"""

import hashlib
import io
import pathlib
import random
import subprocess
import sys
import wave

import numpy as np

WORDS = "zero one two three four five six seven eight nine".split()
VOICES = ["en-us", "en-us+f2", "en-us+m3", "en-gb", "en-gb+f3", "en-gb-scotland"]
RATE = 8000


def spoken(text, voice, speed, pitch):
    """Samples of -1 to 1, and how many of them a second has."""
    command = ["espeak-ng", "--stdout", "-v", voice, "-s", str(speed), "-p", str(pitch), text]
    sound = wave.open(io.BytesIO(subprocess.run(command, capture_output=True, check=True).stdout))
    # The length in the head of what is written to a pipe is not known.
    samples = np.frombuffer(sound.readframes(1 << 24), np.int16)
    return samples / 32768, sound.getframerate()


def resampled(samples, rate):
    """The same at 8,000 a second: under a low pass of 401 samples, read between its samples."""
    n = np.arange(-200, 201)
    low = 0.45 * RATE / rate
    kernel = 2 * low * np.sinc(2 * low * n) * np.blackman(401)
    smooth = np.convolve(samples, kernel, "same")
    places = np.arange(int(len(samples) * RATE / rate)) * rate / RATE
    return np.interp(places, np.arange(len(smooth)), smooth)


def cut(samples):
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    margin = RATE // 50
    return samples[max(0, loud[0] - margin) : loud[-1] + margin]


def write(path, samples):
    samples = 0.9 * samples / np.abs(samples).max()
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(RATE)
        sound.writeframes(np.round(127.5 + 127 * samples).astype(np.uint8).tobytes())


def main():
    one, more = [int(count) for count in sys.argv[1:]] or [120, 120]
    draw = random.Random(1)
    texts = [[WORDS[i % 10]] for i in range(one)]
    texts += [draw.choices(WORDS, k=draw.choice([2, 3, 4])) for _ in range(more)]
    folder = pathlib.Path(__file__).parent / "digits"
    folder.mkdir(exist_ok=True)
    digits, keywords, sums = ["file\ttext"], ["file\tlabel"], []
    for number, words in enumerate(texts):
        text, name = " ".join(words), f"{number:04}.wav"
        voice, speed, pitch = draw.choice(VOICES), draw.randrange(180, 261, 10), draw.randrange(35, 66, 5)
        write(folder / name, cut(resampled(*spoken(text, voice, speed, pitch))))
        sums.append(f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}")
        digits.append(f"{name}\t{text}")
        if len(words) == 1:
            keywords.append(f"{name}\t{text}")
    for name, lines in [("digits.tsv", digits), ("keywords.tsv", keywords), ("SHA256SUMS", sums)]:
        (folder / name).write_text("\n".join(lines) + "\n")


main()
