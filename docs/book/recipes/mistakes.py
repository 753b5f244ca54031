"""What the program says of configs with a mistake in them."""

from tools.recipe import ROOT

CHEAP = True


def make(book):
    for name in ("typo", "no-new-state", "no-block", "key"):
        config = book.input(f"docs/book/mistakes/{name}.toml")
        book.console(name, "validate", config, check=False, keep=lambda text: text.replace(f"{ROOT}/", ""))
