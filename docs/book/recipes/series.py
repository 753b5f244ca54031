"""Forecasts one step ahead, of sunspots and of a random walk, beside "as the last row", and eleven years ahead."""

import csv
import json
import math

from tools.plot import label, plt
from tools.recipe import ROOT, spread

SEEDS = (1, 2, 3)
WINDOW = 22
NAIVE, SEASONAL = "naive (as the last row)", "seasonal naive (as a season ago)"


def column(path, name):
    with open(ROOT / path) as file:
        return [float(row[name]) for row in csv.DictReader(file)]


def one_step(book, run, name, values):
    """The forecasts of the test part, each from the rows before it, as `rekindle predict` gives them."""
    count = round(0.15 * len(values))
    table = book.work / "window.csv"
    forecasts = []
    for t in range(len(values) - count, len(values)):
        rows = "".join(f"{v!r}\n" for v in values[t - WINDOW : t])
        table.write_text(f"{name}\n{rows}")
        said = json.loads(book.rekindle("predict", run.path, "--input", table.relative_to(ROOT)))
        forecasts.append(said["values"][0])
    return forecasts


def mae(a, b):
    return sum(abs(x - y) for x, y in zip(a, b, strict=True)) / len(a)


def correlation(a, b):
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    pairs = [(x - mean_a, y - mean_b) for x, y in zip(a, b, strict=True)]
    return sum(x * y for x, y in pairs) / math.sqrt(sum(x * x for x, _ in pairs) * sum(y * y for _, y in pairs))


def make(book):
    data = {
        "sunspots": ("configs/forecast/sunspots.toml", "data/sunspots.csv", "SUNACTIVITY", 1700, "year"),
        "walk": ("docs/book/configs/series/walk.toml", "docs/book/data/walk.csv", "VALUE", 0, "step"),
    }
    book.input("docs/book/data/walk.py")
    figure, panels = plt.subplots(2, 1, figsize=(7.2, 5.4))
    rows, numbers = [], {}
    for ax, (name, (config, table, of, first, unit)) in zip(panels, data.items(), strict=True):
        runs = [book.train(config, f"{name}-{seed}", seed) for seed in SEEDS]
        values = column(table, of)
        forecasts = one_step(book, runs[0], of, values)
        truth, last = values[-len(forecasts) :], values[-len(forecasts) - 1 : -1]
        reported = runs[0].metric("MAE")
        assert abs(mae(forecasts, truth) - reported) < 0.01 * reported, (mae(forecasts, truth), reported)
        naive = runs[0].baselines[NAIVE, "MAE"]
        change = [t - l for t, l in zip(truth, last, strict=True)]
        foreseen = [f - l for f, l in zip(forecasts, last, strict=True)]
        rows.append([
            name,
            spread([run.metric("MAE") for run in runs], "{:.2f}".format),
            f"{naive:.2f}",
            f"{correlation(forecasts, truth):.2f}",
            f"{correlation(forecasts, last):.2f}",
            f"{correlation(foreseen, change):+.2f}",
        ])
        numbers |= {
            f"{name}_mae": f"{reported:.2f}",
            f"{name}_naive": f"{naive:.2f}",
            f"{name}_truth": f"{correlation(forecasts, truth):.2f}",
            f"{name}_last": f"{correlation(forecasts, last):.2f}",
            f"{name}_change": f"{correlation(foreseen, change):+.2f}",
            f"{name}_rows": len(truth),
            # Twice the standard deviation of the correlation of so many pairs of independent numbers.
            f"{name}_chance": f"{2 / math.sqrt(len(truth) - 1):.2f}",
        }
        at, show = range(first + len(values) - len(truth), first + len(values)), slice(-40, None)
        at, truth, forecasts, last = (part[show] for part in (at, truth, forecasts, last))
        ax.plot(at, truth, color="#444444", marker=".", label="what came")
        ax.plot(at, forecasts, color="#0b6aa2", label="GRU, one step ahead")
        ax.plot(at, last, color="#d1495b", linestyle=":", label="as the last row")
        label(ax, {"sunspots": "Sunspots, the last 40 years", "walk": "A random walk, the last 40 steps"}[name], unit)
        ax.legend(fontsize=8.5, loc="upper right", ncols=3)
        ax.margins(y=0.25)
    book.figure("one-step", figure)
    header = ["", "test MAE", "naive MAE", "correlation with what came", "with the last row", "of the changes"]
    book.table("one-step", header, rows)

    far = [book.train("docs/book/configs/series/sunspots-11.toml", f"sunspots-11-{seed}", seed) for seed in SEEDS]
    book.table(
        "far",
        ["sunspots, the next 11 years", "test MAE"],
        [
            ["GRU", spread([run.metric("MAE") for run in far], "{:.1f}".format)],
            ["as the last year, eleven times", f"{far[0].baselines[NAIVE, 'MAE']:.1f}"],
            ["as 11 years ago", f"{far[0].baselines[SEASONAL, 'MAE']:.1f}"],
        ],
    )
    book.values(**numbers)
