"""What an Elman network remembers: a pulse that fades, and text read with and without a memory."""

from tools import tensors
from tools.plot import axes
from tools.recipe import ROOT, spread

TIME, SEEDS = 40, (1, 2, 3)


def pulse(book, u):
    """The state of one unit with recurrent weight u that sees a 1 and then zeros."""
    at = book.work.relative_to(ROOT)
    weights = {"weight_ih_l0": [[0.5]], "bias_ih_l0": [0.0], "weight_hh_l0": [[u]], "bias_hh_l0": [0.0]}
    tensors.write(book.work / "x.safetensors", {"x": [[[1.0]] + [[0.0]] * (TIME - 1)]})
    tensors.write(book.work / "weights.safetensors", weights)
    layer = book.input("docs/book/bptt/layer.toml")
    files = [f"--{n}={at}/{n2}.safetensors" for n, n2 in (("input", "x"), ("weights", "weights"), ("output", "y"))]
    book.rekindle("apply", layer, *files)
    return [step[0] for step in tensors.read(book.work / "y.safetensors")["y"][0]]


def make(book):
    figure, ax = axes("One unit sees a 1, then zeros", "steps since", "state h")
    states = {u: pulse(book, u) for u in (0.5, 0.9, 1.0, 1.1)}
    for u, h in states.items():
        ax.plot(h, label=f"u = {u}")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    book.figure("pulse", figure)

    runs = {
        name: [book.train(f"docs/book/configs/memory/{name}.toml", f"{name}-{seed}", seed) for seed in SEEDS]
        for name in ("elman", "without")
    }
    bits = {name: [run.metric("bits per character") for run in of] for name, of in runs.items()}
    one = runs["elman"][0]
    frequencies = next(value for (_, name), value in one.baselines.items() if name == "bits per character")
    book.values(
        first=f"{states[0.5][0]:.3f}",
        half_10=f"{states[0.5][10]:.5f}",
        nine_10=f"{states[0.9][10]:.3f}",
        nine_39=f"{states[0.9][39]:.4f}",
        one_39=f"{states[1.0][39]:.3f}",
        more_39=f"{states[1.1][39]:.3f}",
        elman=spread(bits["elman"], "{:.3f}".format),
        without=spread(bits["without"], "{:.3f}".format),
        frequencies=f"{frequencies:.3f}",
        parameters=one.parameters,
        seconds=f"{one.seconds:.0f}",
    )
    book.console("sample", "sample", one.path, "--length", 200, "--prompt", "And God said", "--temperature", 0.5)
