"""A language model by words, and what it writes at three temperatures."""


def make(book):
    run = book.train("docs/book/configs/words/gru.toml", "gru")
    book.values(
        perplexity=f"{run.metric('perplexity'):.1f}",
        frequencies=f"{next(v for (_, name), v in run.baselines.items() if name == 'perplexity'):.1f}",
        parameters=f"{run.parameters:,}",
        seconds=f"{run.seconds:.0f}",
    )
    for temperature in (0, 0.7, 1.3):
        name = f"sample-{str(temperature).replace('.', '-')}"
        book.console(name, "sample", run.path, "--length", 40, "--prompt", "and the lord said unto", "--temperature", temperature)
