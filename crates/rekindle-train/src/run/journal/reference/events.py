#!/usr/bin/env python3
"""Writes events.hex beside this script: the events of the test in ../tensorboard.rs, as TensorBoard's own code writes them.

    pip install tensorboard==2.21.0 "setuptools<80"
    python3 crates/rekindle-train/src/run/journal/reference/events.py
"""

import struct
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c


def record(event):
    content = event.SerializeToString()
    length = struct.pack("<Q", len(content))
    checksums = [struct.pack("<I", masked_crc32c(part)) for part in (length, content)]
    return length + checksums[0] + content + checksums[1]


events = [Event(wall_time=1700000000.5, file_version="brain.Event:2")]
for tag, step, value in [("loss/train", 3, 0.25), ("MAE/valid", 300, -1.5)]:
    summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
    events.append(Event(wall_time=1700000002.5, step=step, summary=summary))
text = b"".join(map(record, events)).hex() + "\n"
Path(__file__).with_name("events.hex").write_text(text)
