"""What is aimed at: how many times faster than a peer, at every shape and as the median over the grid.

Set from measurements of PyTorch 2.15.0, ONNX Runtime 1.32.0 and Burn 0.22.1 on two cores of an AMD EPYC
(Zen 4, AVX-512), f32. Medians of interleaved runs on a quiet machine, as many threads on both sides.
"""

from typing import NamedTuple

SMALLEST = (1, 100, 64, 64)


class Target(NamedTuple):
    # Any, if it is None.
    cell: str | None
    mode: str
    # Peers; the fastest of them counts.
    against: tuple
    each: float | None = None
    median: float | None = None
    # The only shape that is meant.
    shape: tuple | None = None


EITHER = ("torch", "onnxruntime")

TARGETS = [
    Target("lstm", "train", ("torch",), each=1.0, median=1.25),
    Target("lstm", "train", ("torch",), each=1.9, shape=SMALLEST),
    Target("gru", "train", ("torch",), each=1.25, median=3.0),
    Target("elman", "train", ("torch",), each=1.25, median=2.5),
    Target("lstm", "forward", EITHER, each=0.95, median=1.15),
    Target("gru", "forward", EITHER, each=1.0, median=1.4),
    Target("gru", "forward", ("torch",), median=2.0),
    Target("lstm", "train", ("burn-nn",), each=3.5, median=6.0),
    Target("lstm", "forward", ("burn-nn",), each=3.0, median=5.0),
    Target("gru", "train", ("burn-nn",), each=2.0, median=4.0),
    Target("gru", "forward", ("burn-nn",), each=2.0, median=3.0),
    Target(None, "train", ("torchrecurrent",), each=10.0, shape=(16, 100, 128, 128)),
    Target("lstm", "stream", ("torch",), each=6.0, shape=(1, 1, 64, 64)),
    Target("lstm", "stream", ("onnxruntime",), each=3.5, shape=(1, 1, 64, 64)),
    Target("lstm", "stream", ("torch",), each=2.4, shape=(1, 1, 256, 256)),
    Target("lstm", "stream", ("onnxruntime",), each=1.3, shape=(1, 1, 256, 256)),
]
