"""Back-propagation through time on one unit and three steps: by hand, and by the program."""

import json
import subprocess

from tools import tensors
from tools.recipe import ROOT

CHEAP = True


def example(book, name):
    """Runs a program of examples/book; it needs nothing but Rust, so `rustc` suffices."""
    source = book.input(f"examples/book/{name}.rs")
    program = book.work / name
    subprocess.run(["rustc", "--edition", "2024", "-O", source, "-o", program], cwd=ROOT, check=True)
    return subprocess.run([program], capture_output=True, text=True, check=True).stdout


def make(book):
    configs, work = "docs/book/bptt", book.work.relative_to(ROOT)
    for name in ("x", "weights", "cotangent"):
        values = json.loads((ROOT / book.input(f"{configs}/{name}.json")).read_text())
        tensors.write(book.work / f"{name}.safetensors", values)
    layer = book.input(f"{configs}/layer.toml")
    files = [f"--{n}={work}/{f}.safetensors" for n, f in (("input", "x"), ("weights", "weights"), ("cotangent", "cotangent"))]
    book.console("apply", "apply", layer, *files, f"--output={work}/y.safetensors", keep=lambda _: "")
    out = tensors.read(book.work / "y.safetensors")
    wanted = ["y", "grad.weight_ih_l0", "grad.weight_hh_l0", "grad.bias_ih_l0", "grad.state.0.forward.h", "grad.x"]
    book.write("gradients.txt", tensors.show(out, wanted))
    book.write("by-hand.txt", example(book, "bptt"))
    book.write("elman.txt", example(book, "elman"))

    h = [v for step in out["y"][0] for v in step]
    deltas = [v / 0.5 for step in out["grad.x"][0] for v in step]  # dL/dx_t = w delta_t
    shares = [deltas[2] * h[1], deltas[1] * h[0]]
    du = out["grad.weight_hh_l0"][0][0]
    book.write("du.txt", f"dL/du = δ₃ h₂ + δ₂ h₁ + δ₁ h₀\n      = {shares[0]:.6f} + {shares[1]:.6f} + 0\n      = {du:.6f}")
    book.values(
        h1=f"{h[0]:.6f}", h2=f"{h[1]:.6f}", h3=f"{h[2]:.6f}",
        slope1=f"{1 - h[0] ** 2:.6f}", slope2=f"{1 - h[1] ** 2:.6f}", slope3=f"{1 - h[2] ** 2:.6f}",
        delta1=f"{deltas[0]:.6f}", delta2=f"{deltas[1]:.6f}", delta3=f"{deltas[2]:.6f}",
        dw=f"{out['grad.weight_ih_l0'][0][0]:.6f}", db=f"{sum(deltas):.6f}",
    )
