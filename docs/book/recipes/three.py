"""Elman, LSTM and GRU side by side: parameters, cost, and what they reach on four tasks."""

import json

from tools.recipe import spread

CELLS = ("elman", "lstm", "gru")
SEEDS = (1, 2, 3)
TASKS = {
    "adding": ("adding, 100 steps: test MSE", "MSE", "{:.4f}", 1),
    "copy": ("copy, after 20 steps: recalled", "symbols recalled", "{:.1f} %", 100),
    "series": ("MNIST-1D: test accuracy", "accuracy", "{:.1f} %", 100),
    "text": ("next character: bits", "bits per character", "{:.3f}", 1),
}
SHAPE = "32,100,128,128"


def best(runs, name, scale, form):
    return spread([scale * run.metric(name) for run in runs], form.format)


def make(book):
    runs = {
        (task, cell): [book.train(f"docs/book/configs/three/{task}-{cell}.toml", f"{task}-{cell}-{seed}", seed) for seed in SEEDS]
        for task in TASKS
        for cell in CELLS
    }
    rows = [
        [shown, *(best(runs[task, cell], name, scale, form) for cell in CELLS)]
        for task, (shown, name, form, scale) in TASKS.items()
    ]
    book.table("reached", ["", *CELLS], rows)

    times = {}
    for mode in ("forward", "train"):
        cells = [word for cell in CELLS for word in ("--cell", cell)]
        lines = book.rekindle("bench", *cells, "--shape", SHAPE, "--mode", mode, "--seconds", 2, "--json").splitlines()
        times |= {(json.loads(line)["cell"], mode): json.loads(line) for line in lines}
    milliseconds = lambda cell, mode: f"{times[cell, mode]['ms']:.1f} ms"  # noqa: E731
    book.table(
        "cost",
        ["128 units that read 128 numbers", *CELLS],
        [
            ["parameters of the layer", *(f"{gates * 128 * (128 + 128 + 2):,}" for gates in (1, 4, 3))],
            ["forward", *(milliseconds(cell, "forward") for cell in CELLS)],
            ["forward and back", *(milliseconds(cell, "train") for cell in CELLS)],
        ],
    )

    # Widths at which the others have as many parameters as the LSTM of 128 units, as nearly as whole units allow.
    target = runs["text", "lstm"][0].parameters
    widths = {"elman": 257, "gru": 149}
    equal = {
        cell: book.train(f"docs/book/configs/three/text-{cell}.toml", f"equal-{cell}", model__cell__d_hidden=width)
        for cell, width in widths.items()
    }
    assert all(abs(run.parameters - target) < 0.005 * target for run in equal.values())
    equal["lstm"] = runs["text", "lstm"][0]
    book.table(
        "equal",
        ["", *CELLS],
        [
            ["units", widths["elman"], 128, widths["gru"]],
            ["parameters of the network", *(f"{equal[cell].parameters:,}" for cell in CELLS)],
            ["bits per character", *(f"{equal[cell].metric('bits per character'):.3f}" for cell in CELLS)],
        ],
    )
    book.values(lstm_parameters=f"{target:,}")
