"""What `rekindle doctor` finds in a run that is well, and in three that are not."""


def make(book):
    runs = {
        "well": book.train("docs/book/configs/three/adding-gru.toml", "gru"),
        "forgets": book.train("docs/book/configs/three/adding-elman.toml", "elman"),
        # The longest steps of the chapter on training.
        "high": book.train(
            "docs/book/configs/memory/elman.toml",
            "rate-0.3",
            train__learning_rate=3e-1,
            train__steps=300,
            train__report_every=10,
        ),
        "heart": book.train("docs/book/configs/practice/heart.toml", "heart"),
    }
    for name, run in runs.items():
        book.console(name, "doctor", run.path)
