"""What `rekindle doctor` finds in a run that is well, and in three that are not."""


def make(book):
    runs = {
        "well": book.train("docs/book/configs/three/adding-gru.toml", "gru"),
        "forgets": book.train("docs/book/configs/three/adding-elman.toml", "elman"),
        "heart": book.train("docs/book/configs/practice/heart.toml", "heart"),
        "rate": book.train("docs/book/configs/memory/elman.toml", "rate", train__learning_rate=0.3, train__steps=300, train__report_every=10),
    }
    for name, run in runs.items():
        book.console(name, "doctor", run.path)
