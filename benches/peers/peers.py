"""Times PyTorch, ONNX Runtime or torchrecurrent as `rekindle bench --json` times this library: one JSON object a line.

    python peers.py torch --threads 1
    python peers.py onnxruntime --threads 2 --cell lstm --shape 32,100,256,256 --mode forward
    python peers.py torchrecurrent --shape 16,100,128,128 --mode train
    python peers.py torch --memory --shape 32,400,128,128

One library a process: each keeps threads that wait actively for work, at the expense of the other.
"""

import argparse
import contextlib
import importlib.metadata
import json
import os
import resource
import statistics
import subprocess
import sys
import time

# The grid and the cells of crates/rekindle-cli/src/bench/work.rs.
GRID = [
    (1, 100, 64, 64),
    (1, 100, 256, 256),
    (16, 100, 128, 128),
    (32, 100, 256, 256),
    (64, 50, 512, 512),
    (32, 400, 128, 128),
    (128, 28, 28, 128),
]
CELLS = ["lstm", "gru", "elman"]
MODES = ["forward", "train", "stream"]

# Variables that choose instructions, threads or their places.
TUNING = ("DNNL_", "GOMP_", "KMP_", "MKL_", "OMP_", "ONEDNN_", "OPENBLAS_")

# Shorter runs are read several at a time, as in crates/rekindle-cli/src/bench/clock.rs.
READING = 2e-3
ROUNDS = 3


def measure(run, seconds):
    """Milliseconds a run: median, least, most, and how many were timed."""

    def spent(runs):
        began = time.perf_counter()
        for _ in range(runs):
            run()
        return time.perf_counter() - began

    spent(1)
    began, shortest = time.perf_counter(), spent(1)
    while time.perf_counter() - began < seconds / 10:
        shortest = min(shortest, spent(1))
    batch = max(1, -int(-READING // shortest))
    readings, began = [], time.perf_counter()
    while len(readings) < ROUNDS or time.perf_counter() - began < seconds:
        readings.append(spent(batch) * 1e3 / batch)
    return {
        "ms": statistics.median(readings),
        "ms_min": min(readings),
        "ms_max": max(readings),
        "runs": len(readings) * batch,
    }


class Torch:
    """Time-major, as PyTorch prefers it; gradients are those of the sum of the outputs."""

    CELLS = CELLS
    # What a shell would install.
    PACKAGE = "torch"
    # The type of weights, inputs and states.
    TYPE = "float32"

    def __init__(self, threads):
        import torch

        self.torch, self.type = torch, getattr(torch, self.TYPE)
        torch.set_num_threads(threads)
        torch.set_num_interop_threads(1)
        torch.manual_seed(0)

    def context(self, mode):
        return contextlib.nullcontext() if mode == "train" else self.torch.inference_mode()

    def run(self, cell, mode, shape):
        """A function that does it once."""
        torch = self.torch
        batch, steps, d_input, d_hidden = shape
        if mode == "stream":
            return self.stream(cell, d_input, d_hidden)
        layer = self.layer(cell, d_input, d_hidden).to(self.type)
        x = (torch.rand(steps, batch, d_input) * 2 - 1).to(self.type)
        if mode == "forward":
            return lambda: layer(x)
        x.requires_grad_()
        leaves = [x, *layer.parameters()]
        return lambda: torch.autograd.grad(layer(x)[0].sum(), leaves)

    def layer(self, cell, d_input, d_hidden):
        nn = self.torch.nn
        return {"lstm": nn.LSTM, "gru": nn.GRU, "elman": nn.RNN}[cell](d_input, d_hidden)

    def stream(self, cell, d_input, d_hidden):
        torch = self.torch
        kinds = {"lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell, "elman": torch.nn.RNNCell}
        step, state = kinds[cell](d_input, d_hidden).to(self.type), None
        frame = (torch.rand(1, d_input) * 2 - 1).to(self.type)

        def push():
            nonlocal state
            state = step(frame, state)

        return push


class TorchBf16(Torch):
    """Everything in bf16: `layer.bfloat16()`."""

    TYPE = "bfloat16"


class TorchAutocast(Torch):
    """Weights in f32, and bf16 where PyTorch's `autocast` takes it."""

    def context(self, mode):
        stack = contextlib.ExitStack()
        stack.enter_context(super().context(mode))
        stack.enter_context(self.torch.autocast("cpu", self.torch.bfloat16))
        return stack


class TorchRecurrent(Torch):
    """Its layers, as they come: a loop of PyTorch's operations a step."""

    PACKAGE = "torchrecurrent"

    # Its classes by the names that the cells have here.
    CLASSES = {
        "antisymmetric_rnn": "AntisymmetricRNN",
        "atr": "ATR",
        "brc": "BR",
        "cfn": "CFN",
        "cornn": "coRNN",
        "dsgu": "DSGU",
        "fast_grnn": "FastGRNN",
        "fast_rnn": "FastRNN",
        "gated_antisymmetric_rnn": "GatedAntisymmetricRNN",
        "indrnn": "IndRNN",
        "intersection": "IntersectionRNN",
        "janet": "JANET",
        "lem": "LEM",
        "light_ru": "LightRU",
        "ligru": "LiGRU",
        "memory_controller_lstm": "MCLSTM",
        "mgu": "MGU",
        "minimal_rnn": "MinimalRNN",
        "miru1": "MiRU1",
        "miru2": "MiRU2",
        "multiplicative_lstm": "MultiplicativeLSTM",
        "mut1": "MUT1",
        "mut2": "MUT2",
        "mut3": "MUT3",
        "nas": "NAS",
        "nbrc": "NBR",
        "original_lstm": "OriginalLSTM",
        "peephole_lstm": "PeepholeLSTM",
        "ran": "RAN",
        "residual_lstm": "ResLSTM",
        "scrn": "SCRN",
        "sgrn": "SGRN",
        "sgu": "SGU",
        "star": "STAR",
        "tau_gru": "tauGRU",
        "tgru": "TGRU",
        "tlstm": "TLSTM",
        "trnn": "TRNN",
        "ugrnn": "UGRNN",
        "unicornn": "UnICORNN",
        "wmc_lstm": "WMCLSTM",
    }
    CELLS = list(CLASSES)

    def layer(self, cell, d_input, d_hidden):
        import torchrecurrent

        return getattr(torchrecurrent, self.CLASSES[cell])(d_input, d_hidden)

    def stream(self, cell, d_input, d_hidden):
        return None


class OnnxRuntime:
    """One node a model. Inputs and outputs are bound once, so that a run copies nothing."""

    CELLS = CELLS
    PACKAGE = "onnxruntime"
    # Gates and the attributes that make the node PyTorch's cell.
    NODES = {"lstm": ("LSTM", 4, {}), "gru": ("GRU", 3, {"linear_before_reset": 1}), "elman": ("RNN", 1, {})}

    def __init__(self, threads):
        import numpy
        import onnxruntime

        self.numpy, self.ort, self.threads = numpy, onnxruntime, threads

    def context(self, mode):
        return contextlib.nullcontext()

    def weights(self, *shape):
        """Closed forms, as large as those of a layer at its start."""
        numpy = self.numpy
        size = numpy.prod(shape)
        return (numpy.cos(numpy.arange(size)) / numpy.sqrt(shape[-1])).reshape(shape).astype(numpy.float32)

    def session(self, cell, shape):
        from onnx import TensorProto, helper, numpy_helper

        kind, gates, attributes = self.NODES[cell]
        batch, steps, d_input, d_hidden = shape
        states = ["h", "c"] if cell == "lstm" else ["h"]
        weights = {
            "W": self.weights(1, gates * d_hidden, d_input),
            "R": self.weights(1, gates * d_hidden, d_hidden),
            "B": self.weights(1, 2 * gates * d_hidden),
        }
        node = helper.make_node(
            kind,
            ["x", "W", "R", "B", "", *states],
            ["y", *(f"{s}_next" for s in states)],
            hidden_size=d_hidden,
            **attributes,
        )
        tensor = lambda name, *dims: helper.make_tensor_value_info(name, TensorProto.FLOAT, dims)
        state = (1, batch, d_hidden)
        graph = helper.make_graph(
            [node],
            cell,
            [tensor("x", steps, batch, d_input), *(tensor(s, *state) for s in states)],
            [tensor("y", steps, 1, batch, d_hidden), *(tensor(f"{s}_next", *state) for s in states)],
            [numpy_helper.from_array(value, name) for name, value in weights.items()],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
        options = self.ort.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.inter_op_num_threads = 1
        return self.ort.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"]), states

    def run(self, cell, mode, shape):
        numpy = self.numpy
        if mode == "train":
            return None
        batch, steps, d_input, d_hidden = shape
        session, states = self.session(cell, shape)
        value = lambda array: self.ort.OrtValue.ortvalue_from_numpy(array.astype(numpy.float32))
        x = value(numpy.cos(numpy.arange(steps * batch * d_input)).reshape(steps, batch, d_input))
        y = value(numpy.zeros((steps, 1, batch, d_hidden)))
        # Two sets of states: a stream reads one and writes the other.
        sets = [{s: value(numpy.zeros((1, batch, d_hidden))) for s in states} for _ in range(2)]

        def binding(old, new):
            bound = session.io_binding()
            bound.bind_ortvalue_input("x", x)
            bound.bind_ortvalue_output("y", y)
            for state in states:
                bound.bind_ortvalue_input(state, old[state])
                bound.bind_ortvalue_output(f"{state}_next", new[state])
            return bound

        there = binding(*sets)
        if mode == "forward":
            return lambda: session.run_with_iobinding(there)
        back, flip = binding(*reversed(sets)), False

        def push():
            nonlocal flip
            session.run_with_iobinding(back if flip else there)
            flip = not flip

        return push


LIBRARIES = {
    "torch": Torch,
    "torch-bf16": TorchBf16,
    "torch-autocast": TorchAutocast,
    "onnxruntime": OnnxRuntime,
    "torchrecurrent": TorchRecurrent,
}


def peak(arguments):
    """The peak memory of a training step in MiB: that of a process that does it, less that of one
    that stops before it. Both have done a small step, which starts whatever is started once. A process
    begins with the peak of the one that starts it, on Linux: so that one has loaded no library."""
    tell = [sys.executable, __file__, *arguments, "--rss"]
    largest = [int(subprocess.run(tell + [steps], check=True, capture_output=True).stdout) for steps in "01"]
    # Linux counts kilobytes, macOS bytes.
    return (largest[1] - largest[0]) / (2**20 if sys.platform == "darwin" else 2**10)


def shape_of(text):
    """B,T,I,H"""
    batch, steps, d_input, d_hidden = map(int, text.split(","))
    return batch, steps, d_input, d_hidden


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", choices=LIBRARIES)
    parser.add_argument("--cell", action="append", help="those that the library has, if none is named")
    parser.add_argument("--shape", action="append", type=shape_of, metavar="B,T,I,H")
    parser.add_argument("--mode", action="append", choices=MODES)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--memory", action="store_true", help="the peak memory of a training step, in place of times")
    parser.add_argument("--rss", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    # Nothing that a shell happens to say shall slow a library down. They look when they are loaded.
    for name in [name for name in os.environ if name.startswith(TUNING)]:
        del os.environ[name]
    os.environ |= {"OMP_NUM_THREADS": str(args.threads), "MKL_NUM_THREADS": str(args.threads)}

    version = importlib.metadata.version(LIBRARIES[args.library].PACKAGE)
    library = None if args.memory and args.rss is None else LIBRARIES[args.library](args.threads)
    known = LIBRARIES[args.library].CELLS
    for cell in args.cell or known:
        if cell not in known:
            parser.error(f"{args.library} has no {cell}: {', '.join(known)}")
        for mode in ["train"] if args.memory else args.mode or MODES:
            shapes = args.shape or GRID
            if mode == "stream":
                shapes = list(dict.fromkeys((1, 1, *shape[2:]) for shape in shapes))
            for shape in shapes:
                if args.rss is not None:
                    library.run(cell, mode, (1, 2, 8, 8))()
                    run = library.run(cell, mode, shape)
                    for _ in range(args.rss):
                        run()
                    return print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
                line = {"cell": cell, "mode": mode, "shape": shape, "threads": args.threads, "device": "cpu"}
                line |= {"executor": args.library, "version": version}
                if args.memory:
                    sizes = ",".join(map(str, shape))
                    one = ["--cell", cell, "--shape", sizes, "--threads", str(args.threads)]
                    line["peak_mib"] = peak([args.library, "--memory", *one])
                else:
                    with library.context(mode):
                        run = library.run(cell, mode, shape)
                        if run is None:
                            continue
                        line |= measure(run, args.seconds)
                print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
