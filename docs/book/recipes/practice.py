"""What goes wrong in training: the learning rate, the clip, and a network that learns its examples by heart."""

import re

from tools.plot import axes

RATES = (1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1)
TEXT = "docs/book/configs/memory/elman.toml"
HEART = "docs/book/configs/practice/heart.toml"


def bits(run):
    return run.metric("bits per character")


def make(book):
    short = {"train__steps": 300, "train__report_every": 10}
    rates = {rate: book.train(TEXT, f"rate-{rate:g}", train__learning_rate=rate, **short) for rate in RATES}
    figure, ax = axes("An Elman network on the Bible, 300 updates", "update", "training loss, nats a character")
    for rate in (1e-4, 1e-3, 1e-2, 1e-1, 3e-1):
        rows = [row for row in rates[rate].rows() if "loss" in row]
        ax.plot([row["step"] for row in rows], [row["loss"] for row in rows], label=f"learning rate {rate:g}")
    ax.set_ylim(1.5, 5)
    ax.legend(fontsize=8.5, loc="upper right")
    book.figure("rates", figure)
    book.table(
        "rates",
        ["learning rate", "bits per character, test"],
        [[f"{rate:g}", f"{bits(run):.3f}"] for rate, run in rates.items()],
    )

    clips = {clip: book.train(TEXT, f"clip-{clip:g}", train__learning_rate=3e-2, train__clip=clip, **short) for clip in (1.0, 0.0)}
    norms = {clip: max(row["gradient_norm"] for row in run.rows() if "gradient_norm" in row) for clip, run in clips.items()}

    heart = book.train(HEART, "heart")
    shares = {}
    for split in ("train", "test"):
        said = book.rekindle("eval", heart.path, "--split", split)
        shares[split] = 100 * float(re.search(r"accuracy +([0-9.]+)", said).group(1))
        book.write(f"eval-{split}.txt", f"$ rekindle eval {heart.path} --split {split}\n{said}")
    decayed = book.train(HEART, "decayed", train__weight_decay=0.1, model__dropout=0.0, model__input_dropout=0.2)
    book.values(
        clipped=f"{bits(clips[1.0]):.3f}",
        unclipped=f"{bits(clips[0.0]):.3f}",
        clipped_norm=f"{norms[1.0]:.1f}",
        unclipped_norm=f"{norms[0.0]:.1f}",
        heart_train=f"{shares['train']:.1f} %",
        heart_test=f"{shares['test']:.1f} %",
        decayed_test=f"{100 * decayed.metric('accuracy'):.1f} %",
    )
