"""Tensors as safetensors files, with Python's standard library alone.

    tensors.py write FILE < TENSORS.json     {"x": [[[1.0], [0.0]]], ...}, written in f64
    tensors.py print FILE [NAME]...          each tensor, or those named, as text
"""

import json
import struct
import sys


def shape_of(value):
    """The shape of nested lists: [[1, 2, 3]] has [1, 3]."""
    return [len(value), *shape_of(value[0])] if isinstance(value, list) else []


def flat(value):
    """The numbers of nested lists, in order."""
    return [x for part in value for x in flat(part)] if isinstance(value, list) else [value]


def nested(numbers, shape):
    """The inverse of `flat`."""
    if not shape:
        return numbers[0]
    size = len(numbers) // shape[0] if shape[0] else 0
    return [nested(numbers[i * size : (i + 1) * size], shape[1:]) for i in range(shape[0])]


def write(path, tensors):
    """Writes nested lists of numbers, by name, in f64."""
    header, body = {}, b""
    for name, value in tensors.items():
        numbers = flat(value)
        data = struct.pack(f"<{len(numbers)}d", *numbers)
        offsets = [len(body), len(body) + len(data)]
        header[name] = {"dtype": "F64", "shape": shape_of(value), "data_offsets": offsets}
        body += data
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + body)


def read(path):
    """The tensors of a file, f32 or f64, as nested lists by name."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        body = file.read()
    header.pop("__metadata__", None)
    letters = {"F64": ("d", 8), "F32": ("f", 4)}
    tensors = {}
    for name, entry in header.items():
        letter, width = letters[entry["dtype"]]
        begin, end = entry["data_offsets"]
        numbers = struct.unpack(f"<{(end - begin) // width}{letter}", body[begin:end])
        tensors[name] = nested(list(numbers), entry["shape"])
    return tensors


def show(tensors, names=()):
    """A line a tensor: its name and its numbers to six digits."""
    lines = []
    for name in names or tensors:
        numbers = "  ".join(f"{x:.6f}" for x in flat(tensors[name]))
        lines.append(f"{name:<23} {numbers}\n")
    return "".join(lines)


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(sys.argv[2], json.load(sys.stdin))
    else:
        sys.stdout.write(show(read(sys.argv[2]), sys.argv[3:]))
