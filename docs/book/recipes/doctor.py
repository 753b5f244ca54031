"""What `rekindle doctor` finds in a run that is well, and in two that are not."""


def make(book):
    runs = {
        "well": book.train("docs/book/configs/three/adding-gru.toml", "gru"),
        "forgets": book.train("docs/book/configs/three/adding-elman.toml", "elman"),
        "heart": book.train("docs/book/configs/practice/heart.toml", "heart"),
    }
    for name, run in runs.items():
        book.console(name, "doctor", run.path)
