#!/usr/bin/env python3
"""Writes mnist1d/MNIST1D_TRAIN.ts.gz and mnist1d/MNIST1D_TEST.ts.gz beside this script.

MNIST-1D (Sam Greydanus, Apache-2.0) as its own generator makes it with default arguments and seed 42:
4,000 training and 1,000 test series of 40 steps in 10 classes, in the UEA/UCR `.ts` text format.
Each value is the shortest decimal that reads back as the same float32.

    python3 -m venv env
    env/bin/pip install mnist1d==0.0.2.post1 numpy==2.4.6 scipy==1.17.1 requests==2.34.2 matplotlib==3.11.2
    env/bin/python data/mnist1d.py

Written with Python 3.11. Prints the byte count and the sha256 of each text and of each packed file.
"""

import sys

# This script has the name of the package it needs: its own folder must not be searched for it.
sys.path.pop(0)

import gzip
import hashlib
import io
import pathlib

import numpy as np
from mnist1d.data import get_dataset_args, make_dataset

FOLDER = pathlib.Path(__file__).resolve().parent / "mnist1d"
STEPS = 40
CLASSES = 10


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def shortest(value: np.float32) -> str:
    return np.format_float_positional(value, unique=True, trim="-")


def ts(xs: np.ndarray, labels: np.ndarray) -> bytes:
    lines = [
        "@problemName MNIST1D",
        "@timeStamps false",
        "@missing false",
        "@univariate true",
        "@equalLength true",
        f"@seriesLength {STEPS}",
        "@classLabel true " + " ".join(str(c) for c in range(CLASSES)),
        "@data",
    ]
    for x, label in zip(xs, labels, strict=True):
        words = [shortest(value) for value in x]
        assert np.array_equal(np.array(words, dtype=np.float32), x)
        lines.append(",".join(words) + f":{int(label)}")
    return ("\n".join(lines) + "\n").encode("ascii")


def pack(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=buffer, mtime=0) as file:
        file.write(data)
    return buffer.getvalue()


def main() -> None:
    dataset = make_dataset(get_dataset_args())
    FOLDER.mkdir(exist_ok=True)
    for split, x_key, y_key, count in [("TRAIN", "x", "y", 4000), ("TEST", "x_test", "y_test", 1000)]:
        xs = dataset[x_key].astype(np.float32)
        labels = dataset[y_key]
        assert xs.shape == (count, STEPS) and labels.shape == (count,)
        text = ts(xs, labels)
        packed = pack(text)
        path = FOLDER / f"MNIST1D_{split}.ts.gz"
        path.write_bytes(packed)
        print(f"{split}: float32 values, little-endian: sha256 {sha256(xs.astype('<f4').tobytes())}")
        print(f"{split}: text {len(text)} bytes, sha256 {sha256(text)}")
        print(f"{split}: packed {len(packed)} bytes, sha256 {sha256(packed)}")


if __name__ == "__main__":
    main()
