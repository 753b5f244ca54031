"""What the gates of a trained LSTM do while it reads one series of the adding problem."""

import csv
import statistics

from tools.plot import label, plt
from tools.recipe import ROOT

UNITS = 12
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
    others = [t for t in range(len(labels)) if t not in marks]
    mean = lambda node, u, steps: statistics.mean(values[node][u][t] for t in steps)  # noqa: E731
    # The units whose input gates answer to the marks most stand on top.
    answer = [mean("i", u, marks) - mean("i", u, others) for u in range(len(values["i"]))]
    order = sorted(range(len(answer)), key=lambda u: -answer[u])[:UNITS]

    best = order[0]
    gate, keep, memory = (values[node][best] for node in ("i", "f", "c"))

    figure, (heat, gates, cell) = plt.subplots(3, 1, sharex=True, figsize=(7.4, 6.0))
    image = heat.imshow([values["i"][u] for u in order], aspect="auto", vmin=0, vmax=1, interpolation="nearest")
    figure.colorbar(image, ax=heat, pad=0.01)
    heat.grid(visible=False)
    heat.set_yticks(range(0, UNITS, 4))
    label(heat, f"Input gates of the {UNITS} units that answer most to the marks", y="unit")
    gates.plot(gate, label="input gate i")
    gates.plot(keep, label="forget gate f")
    gates.set_ylim(-0.05, 1.05)
    gates.legend(loc="center right", fontsize=8.5)
    label(gates, "The gates of the unit on top", y="gate")
    cell.plot(memory, color="C2")
    label(cell, "Its memory", "step (dashed: a marked number)", "c")
    for ax in (gates, cell):
        for t in marks:
            ax.axvline(t, color="black", linewidth=0.8, linestyle="--")
    book.figure("adding", figure)

    at = lambda series, steps: statistics.mean(series[t] for t in steps)  # noqa: E731
    book.values(
        units=UNITS,
        first=marks[0],
        second=marks[1],
        steps=marks[1] - 1 - marks[0],
        numbers=" and ".join(labels[t].split()[0] for t in marks),
        write_marked=f"{at(gate, marks):.2f}",
        write_other=f"{at(gate, others):.3f}",
        keep=f"{at(keep, range(len(labels))):.3f}",
        before=f"{memory[marks[0] - 1]:+.2f}",
        between=f"{memory[marks[0]]:+.2f}",
        held=f"{memory[marks[1] - 1]:+.2f}",
        after=f"{memory[marks[1]]:+.2f}",
        end=f"{memory[-1]:+.2f}",
        mse=f"{run.metric('MSE'):.4f}",
    )
