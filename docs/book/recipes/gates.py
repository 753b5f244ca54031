"""Each gate of the LSTM removed in turn, on the adding and the copying problem."""

from tools.plot import label, plt
from tools.recipe import spread

SEEDS = (1, 2, 3, 4, 5)
CELLS = {
    "full": "nothing",
    "no-forget": "the forget gate",
    "no-input": "the input gate",
    "no-output": "the output gate",
    "no-candidate": "the candidate's tanh",
    "coupled": "input gate = 1 − forget gate",
    "closed": "nothing; input gate begins closed",
}


def make(book):
    runs = {
        (task, cell): [book.train(f"docs/book/configs/gates/{task}-{cell}.toml", f"{task}-{cell}-{seed}", seed) for seed in SEEDS]
        for task in ("adding", "copy")
        for cell in CELLS
    }
    mse = {cell: [run.metric("MSE") for run in runs["adding", cell]] for cell in CELLS}
    recalled = {cell: [100 * run.metric("symbols recalled") for run in runs["copy", cell]] for cell in CELLS}

    rows = [
        [
            shown,
            runs["adding", cell][0].parameters,
            spread(mse[cell], "{:.4f}".format),
            f"{sum(m < 0.01 for m in mse[cell])} of {len(SEEDS)}",
            spread(recalled[cell], "{:.1f} %".format),
        ]
        for cell, shown in CELLS.items()
    ]
    book.table("table", ["removed", "parameters", "adding: test MSE", "solved", "copy: symbols recalled"], rows)

    first = runs["adding", "full"][0]
    book.values(
        always_one=f"{first.baselines['always 1', 'MSE']:.4f}",
        seeds=len(SEEDS),
        **{f"solved_{cell.replace('-', '_')}": sum(m < 0.01 for m in mse[cell]) for cell in CELLS},
        **{f"adding_{cell.replace('-', '_')}": spread(mse[cell], "{:.4f}".format) for cell in CELLS},
        **{f"copy_{cell.replace('-', '_')}": spread(recalled[cell], "{:.1f} %".format) for cell in CELLS},
    )

    figure, (left, right) = plt.subplots(1, 2, sharey=True, figsize=(7.6, 3.5))
    for ax, figures in ((left, mse), (right, recalled)):
        for y, cell in enumerate(CELLS):
            ax.plot(figures[cell], [y] * len(SEEDS), "o", color=f"C{y}", alpha=0.75, markersize=6)
    left.set_yticks(range(len(CELLS)), CELLS.values())
    left.invert_yaxis()
    left.set_xscale("log")
    left.axvline(first.baselines["always 1", "MSE"], color="#444444", linewidth=1, linestyle=":")
    label(left, "Adding, 100 steps", "test MSE (dotted: always 1)", "removed")
    label(right, "Copy, after 20 steps", "symbols recalled, %")
    book.figure("gates", figure)
