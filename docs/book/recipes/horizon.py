"""How far back Elman, LSTM and GRU learn on the adding problem, fresh and trained."""

import json
import math

from tools.plot import axes
from tools.recipe import ROOT

CELLS = {"elman": "Elman", "lstm": "LSTM, forget bias 3", "gru": "GRU"}
LAG, SHARE = 99, 0.01


def reach(model):
    """The first lag at which less than a hundredth is left."""
    lag = next((k for k, ln in enumerate(model["ln_left"], 1) if ln < math.log(SHARE)), None)
    return f"lag {lag}" if lag else f"none of {LAG}"


def make(book):
    configs = {cell: f"docs/book/configs/three/adding-{cell}.toml" for cell in CELLS}
    runs = {cell: book.train(config, cell) for cell, config in configs.items()}
    output = (book.work / "horizon.json").relative_to(ROOT)
    models = [*configs.values(), *(run.path for run in runs.values())]
    book.rekindle("horizon", *models, "--lag", LAG, "--fraction", SHARE, "--output", output)
    told = json.loads((ROOT / output).read_text())
    fresh, trained = (dict(zip(CELLS, part, strict=True)) for part in (told[:3], told[3:]))

    figure, ax = axes("The adding problem, 100 steps", "lag: steps back from the loss", "gradient, as a share of that at lag 1")
    for n, (cell, shown) in enumerate(CELLS.items()):
        for models, style, when in ((fresh, ":", "fresh"), (trained, "-", "trained")):
            share = [math.exp(ln) for ln in models[cell]["ln_left"]]
            ax.semilogy(range(1, len(share) + 1), share, style, color=f"C{n}", label=f"{shown}, {when}")
    ax.axhline(SHARE, color="#444444", linewidth=1, linestyle=":")
    ax.set_ylim(bottom=1e-10)
    ax.legend(fontsize=8.5, loc="center left", bbox_to_anchor=(1, 0.5))
    book.figure("adding", figure)
    rows = [[shown, reach(fresh[cell]), reach(trained[cell]), f"{runs[cell].metric('MSE'):.4f}"] for cell, shown in CELLS.items()]
    book.table("adding", ["below 1 %", "fresh", "trained", "test MSE"], rows)
    book.values(always_one=f"{runs['gru'].baselines['always 1', 'MSE']:.4f}")
