"""One output from a whole series: the last state, the mean or the maximum over all, and both directions."""

from tools.recipe import spread

SEEDS = (1, 2, 3)
WAYS = {
    "last": "last state",
    "mean": "mean over all states",
    "max": "maximum over all states",
    "both": "mean, both directions",
}


def make(book):
    rows = []
    for way, shown in WAYS.items():
        runs = [book.train(f"docs/book/configs/outputs/{way}.toml", f"{way}-{seed}", seed) for seed in SEEDS]
        rows.append([shown, runs[0].parameters, spread([100 * run.metric("accuracy") for run in runs], "{:.1f} %".format)])
    book.table("table", ["decided by", "parameters", "test accuracy"], rows)
    book.values(chance=f"{100 * next(iter(runs[0].baselines.values())):.1f} %")
