"""The equations of the cells that the book goes through, as the program prints and draws them, and a cell of our own."""

CHEAP = True


def sections(text):
    """The parts of what `rekindle show` prints, by their headings."""
    found = {}
    for part in text.split("\n\n"):
        heading, _, body = part.partition("\n")
        found[heading] = "\n".join(line.removeprefix("  ") for line in body.splitlines())
    return found


def make(book):
    for cell in ("elman", "lstm", "gru"):
        shown = sections(book.rekindle("show", cell))
        book.write(f"{cell}.txt", shown["Equations"])
        book.write(f"{cell}-gates.txt", shown["Gates, in stored order"])
        book.write(f"{cell}-weights.txt", shown["States and weights"])
        if cell == "gru":
            book.write("gru-before.txt", shown['Equations, with reset = "before"'])
        drawing = book.work / f"{cell}.svg"
        book.rekindle("show", cell, "--diagram", drawing)
        book.write(f"{cell}.svg", drawing.read_text())
    drawing = book.work / "own.svg"
    book.rekindle("show", book.input("configs/adding/custom.toml"), "--diagram", drawing)
    book.write("own.svg", drawing.read_text())
    text = book.rekindle("show", "custom")
    begin, end = text.index("The language of equations\n"), text.index("\nStates and weights")
    language = text[begin:end].splitlines()[1:]
    book.write("language.txt", "\n".join(line.removeprefix("  ") for line in language).strip("\n"))
    book.write("lstm-program.txt", book.rekindle("show", "lstm", "--program"))
