"""What the gates of a trained LSTM do while it reads one series of the adding problem."""

import csv
import statistics

from tools.plot import label, plt
from tools.recipe import ROOT

SHOWN = {"i": "input gate i", "f": "forget gate f", "c": "memory c"}


def planes(book, run):
    """The labels of the steps, and [units][steps] of each node."""
    table = (book.work / "trace.csv").relative_to(ROOT)
    nodes = [word for node in SHOWN for word in ("--node", node)]
    book.rekindle("trace", run.path, *nodes, "--output", table)
    with open(ROOT / table) as file:
        rows = list(csv.DictReader(file))
    units = {node: [name for name in rows[0] if name.startswith(f"{node}[")] for node in SHOWN}
    return [row["label"] for row in rows], {
        node: [[float(row[name]) for row in rows] for name in names] for node, names in units.items()
    }


def make(book):
    run = book.train("docs/book/configs/three/adding-lstm.toml", "lstm")
    labels, values = planes(book, run)
    marks = [t for t, text in enumerate(labels) if "marked" in text]
    # The units that the memory moves most stand on top.
    order = sorted(range(len(values["c"])), key=lambda u: -statistics.pstdev(values["c"][u]))

    figure, panels = plt.subplots(3, 1, sharex=True, figsize=(7.4, 6.4))
    for ax, (node, shown) in zip(panels, SHOWN.items(), strict=True):
        rows = [values[node][u] for u in order]
        largest = max(abs(v) for row in rows for v in row)
        low, high, colours = (-largest, largest, "RdBu_r") if node == "c" else (0, 1, "viridis")
        image = ax.imshow(rows, aspect="auto", cmap=colours, vmin=low, vmax=high, interpolation="nearest")
        figure.colorbar(image, ax=ax, pad=0.01)
        ax.grid(visible=False)
        for t in marks:
            ax.axvline(t, color="black", linewidth=0.8, linestyle="--")
        label(ax, shown, y="unit")
    panels[-1].set_xlabel("step (dashed: a marked number)")
    book.figure("adding", figure)

    top = order[:8]
    mean = lambda node, steps: statistics.mean(values[node][u][t] for u in top for t in steps)  # noqa: E731
    others = [t for t in range(len(labels)) if t not in marks]
    book.values(
        marks=" and ".join(str(t) for t in marks),
        numbers=" and ".join(labels[t].split()[0] for t in marks),
        write_marked=f"{mean('i', marks):.2f}",
        write_other=f"{mean('i', others):.2f}",
        keep_marked=f"{mean('f', marks):.3f}",
        keep_other=f"{mean('f', others):.3f}",
        mse=f"{run.metric('MSE'):.4f}",
    )
