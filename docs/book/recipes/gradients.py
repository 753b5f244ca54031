"""How the gradient of the last output shrinks or grows on its way back through fresh networks."""

import math
import random

from tools import tensors
from tools.plot import axes
from tools.recipe import ROOT, power_of_ten

ROWS, TIME, INPUT, UNITS = 8, 120, 16, 64
SCALES = (0.5, 0.9, 1.0, 1.1, 1.5, 3.0)
GATED = {
    "LSTM, forget bias −2": ("lstm-minus", "lstm", "forget_bias = -2.0"),
    "LSTM, forget bias 0": ("lstm-0", "lstm", "forget_bias = 0.0"),
    "LSTM, forget bias 1": ("lstm-1", "lstm", "forget_bias = 1.0"),
    "LSTM, forget bias 4": ("lstm-4", "lstm", "forget_bias = 4.0"),
    "GRU": ("gru", "gru", ""),
    "GRU, update bias 4": ("gru-4", "custom", 'begin = { z = 4.0 }\nequations = """\nstate h\ninput r, z, n\nhidden r, z, n\n'
        "r = sigmoid(affine(r, h))\nz = sigmoid(affine(z, h))\nn = tanh(W_n x + b_n + r * (U_n h + d_n))\n"
        'h\' = (1 - z) * n + z * h\n"""'),
}


def gaussian(draw, deviation, *shape):
    if not shape:
        return draw.gauss(0, deviation)
    return [gaussian(draw, deviation, *shape[1:]) for _ in range(shape[0])]


def norms(book, name, keys, weights=None):
    """‖d(v · y at the last step) / d(x at lag k)‖ for each lag k, as a share of that at lag 0."""
    draw = random.Random(1)
    x = gaussian(draw, 1.0, ROWS, TIME, INPUT)
    zeros = [[[0.0] * UNITS for _ in range(TIME - 1)] + [[draw.gauss(0, 1) for _ in range(UNITS)]] for _ in range(ROWS)]
    at = book.work.relative_to(ROOT)
    (ROOT / at / f"{name}.toml").write_text(f"d_input = {INPUT}\n[cell]\nd_hidden = {UNITS}\n{keys}\n")
    tensors.write(ROOT / at / "x.safetensors", {"x": x})
    tensors.write(ROOT / at / "v.safetensors", {"y": zeros})
    command = ["apply", at / f"{name}.toml", "--input", at / "x.safetensors", "--cotangent", at / "v.safetensors"]
    if weights:
        tensors.write(ROOT / at / f"{name}-weights.safetensors", weights)
        command += ["--weights", at / f"{name}-weights.safetensors"]
    book.rekindle(*command, "--output", at / f"{name}.safetensors")
    gradient = tensors.read(ROOT / at / f"{name}.safetensors")["grad.x"]
    squares = [sum(v * v for row in gradient for v in row[t]) for t in range(TIME)]
    return [math.sqrt(squares[TIME - 1 - k] / squares[TIME - 1]) for k in range(TIME)]


def elman(scale):
    """Weights of an Elman network whose recurrent matrix has eigenvalues up to about `scale`."""
    draw = random.Random(2)
    return {
        "weight_ih_l0": gaussian(draw, 0.1 / math.sqrt(INPUT), UNITS, INPUT),
        "bias_ih_l0": [0.0] * UNITS,
        "weight_hh_l0": gaussian(draw, scale / math.sqrt(UNITS), UNITS, UNITS),
        "bias_hh_l0": [0.0] * UNITS,
    }


def below(curve, share=0.01):
    """The first lag from which on the gradient is less than a share."""
    last = max(k for k, norm in enumerate(curve) if norm >= share)
    return f"{last + 1}" if last + 1 < TIME else f"none of {TIME - 1}"


def factor(curve, begin=20, end=100):
    """By what the gradient is multiplied at each step, from lag 20 to lag 100."""
    if curve[end] == 0.0:
        return "0"
    return f"{(curve[end] / curve[begin]) ** (1 / (end - begin)):.3f}"


def make(book):
    plain = {f"{g:g}": norms(book, f"elman-{g:g}", 'kind = "elman"', elman(g)) for g in SCALES}
    linear = norms(book, "linear-0.9", 'kind = "elman"\nactivation = "identity"', elman(0.9))
    gated = {shown: norms(book, name, f'kind = "{kind}"\n{keys}') for shown, (name, kind, keys) in GATED.items()}

    header = ["", "share left at lag 20", "at lag 100", "below 1 % from lag", "factor a step"]
    row = lambda name, c: [name, power_of_ten(c[20]), power_of_ten(c[100]), below(c), factor(c)]  # noqa: E731
    book.table("elman", ["scale of U", *header[1:]], [row(name, c) for name, c in plain.items()])
    book.table("gated", ["cell", *header[1:]], [row(name, c) for name, c in gated.items()])
    book.values(
        half_20=power_of_ten(plain["0.5"][20]),
        nine_below=below(plain["0.9"]),
        three_100=power_of_ten(plain["3"][100]),
        nine_factor=factor(plain["0.9"]),
        linear_factor=factor(linear),
        lstm_0_below=below(gated["LSTM, forget bias 0"]),
        lstm_1_below=below(gated["LSTM, forget bias 1"]),
        lstm_4_100=power_of_ten(gated["LSTM, forget bias 4"][100]),
        lstm_4_20=power_of_ten(gated["LSTM, forget bias 4"][20]),
        gru_below=below(gated["GRU"]),
        gru_4_100=power_of_ten(gated["GRU, update bias 4"][100]),
        keeps_4=f"{100 / (1 + math.exp(-4)):.0f} %",
    )

    for name, curves, title in (
        ("elman", {f"scale {name}": c for name, c in plain.items()}, "An Elman network, 64 units, fresh weights"),
        ("gated", gated, "Gated cells, 64 units, fresh weights"),
    ):
        figure, ax = axes(title, "lag: steps back from the last", "gradient, as a share of that at lag 0")
        for shown, curve in curves.items():
            ax.semilogy([max(norm, 1e-30) for norm in curve], label=shown)
        ax.axhline(0.01, color="#444444", linewidth=1, linestyle=":")
        ax.set_ylim(bottom=1e-12, top=max(10, 3 * max(max(c) for c in curves.values())))
        ax.legend(fontsize=8.5, loc="center left", bbox_to_anchor=(1, 0.5))
        book.figure(name, figure)
