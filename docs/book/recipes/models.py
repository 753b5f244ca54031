"""Whole networks: a writer of dates that sees one vector or looks back, and a tagger that gains a direction, a field and letters."""

import json

from tools.plot import label, plt
from tools.recipe import spread

SEEDS = (1, 2, 3)
WRITERS = {
    "vector": "one vector, read in one direction",
    "both": "one vector, read in both directions",
    "attention": "both directions, looking back",
}
TAGGERS = {
    "forward": "what stands before, each tag by itself",
    "sides": "both sides, each tag by itself",
    "field": "both sides, a field over the tags",
    "letters": "both sides, a field, letters",
}
COLORS = {"vector": "#d1495b", "both": "#edae49", "attention": "#0b6aa2"}
DATE = "Tuesday 20 May 1980"
REQUEST = "anything that leaves Lisbon for San Jose at noon"


def percent(number):
    return f"{100 * number:.1f} %"


def runs(book, name):
    return [book.train(f"docs/book/configs/models/{name}.toml", f"{name}-{seed}", seed) for seed in SEEDS]


def figures(trained, *names):
    return [spread([run.metric(name) for run in trained], percent) for name in names]


def written(book, run, text):
    return json.loads(book.rekindle("predict", run.path, "--text", text))


def make(book):
    figure, ax = plt.subplots(figsize=(7.2, 3.4))
    rows, said = [], []
    for name, shown in WRITERS.items():
        trained = runs(book, name)
        rows.append([shown, f"{trained[0].parameters:,}", *figures(trained, "character error rate", "exact match")])
        said.append([shown, f"`{written(book, trained[0], DATE)['text']}`"])
        for run in trained:
            judged = [row for row in run.rows() if "valid" in row]
            rates = [next(m["value"] for m in row["valid"] if m["name"] == "character error rate") for row in judged]
            first = run is trained[0]
            ax.plot([row["step"] for row in judged], rates, color=COLORS[name], label=shown if first else None, alpha=1 if first else 0.4)
    label(ax, "Wrong characters of the dates that validate", "updates")
    ax.set_ylim(bottom=0)
    ax.legend(fontsize=8.5)
    book.figure("writers", figure)
    book.table("writers", ["", "parameters", "wrong characters", "dates without a fault"], rows)
    book.table("written", [f"of `{DATE}`", "is written"], said)

    rows, wrong = [], []
    for name, shown in TAGGERS.items():
        trained = runs(book, name)
        rows.append([shown, f"{trained[0].parameters:,}", *figures(trained, "span F1", "accuracy", "whole sentences")])
        wrong.append([shown, *written(book, trained[0], REQUEST)["tags"]])
    table = ["", "parameters", "F1 of spans", "right words", "sentences without a fault"]
    book.table("taggers", table, rows)
    book.table("tagged", ["", *REQUEST.split()], wrong)
    words = next(value for (name, of), value in trained[0].baselines.items() if of == "span F1" and "word" in name)
    book.values(words=percent(words))
