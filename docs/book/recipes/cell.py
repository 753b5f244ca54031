"""A cell from its equations: an LSTM that is the built-in one to the bit, and a cell that nobody published."""

from tools.recipe import ROOT, power_of_ten, sha256


def make(book):
    text = book.train("docs/book/configs/cell.toml", "text")
    built_in = book.train("docs/book/configs/cell-lstm.toml", "built-in")
    sums = [sha256(ROOT / run.path / "model.safetensors")[:16] for run in (text, built_in)]
    book.table(
        "same",
        ["cell", "test MSE after 300 steps", "sha256 of the weights begins"],
        [
            ["text", f"{text.metric('MSE'):.15f}", f"`{sums[0]}`"],
            ["built in", f"{built_in.metric('MSE'):.15f}", f"`{sums[1]}`"],
        ],
    )
    own = book.train("configs/adding/custom.toml", "own")
    book.values(
        own=power_of_ten(own.metric("MSE")),
        always_one=f"{own.baselines['always 1', 'MSE']:.4f}",
        parameters=f"{own.parameters:,}",
        seconds=f"{own.seconds:.0f}",
    )
