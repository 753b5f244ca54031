"""The GRU in both forms, and without either gate."""

from tools.recipe import spread

SEEDS = (1, 2, 3)
CELLS = {
    "after": "reset after the product",
    "before": "reset before the product",
    "no-reset": "no reset gate",
    "no-update": "no update gate",
}


def make(book):
    rows = []
    for cell, shown in CELLS.items():
        adding, copy = (
            [book.train(f"docs/book/configs/gru/{task}-{cell}.toml", f"{task}-{cell}-{seed}", seed) for seed in SEEDS]
            for task in ("adding", "copy")
        )
        mse = [run.metric("MSE") for run in adding]
        recalled = [100 * run.metric("symbols recalled") for run in copy]
        rows.append([shown, adding[0].parameters, spread(mse, "{:.4f}".format), spread(recalled, "{:.1f} %".format)])
    book.table("table", ["GRU", "parameters", "adding: test MSE", "copy: symbols recalled"], rows)
