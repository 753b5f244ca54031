"""Weights of a PyTorch layer, in Rekindle, and how far apart the two are."""

import subprocess
import sys

from tools import tensors
from tools.recipe import ROOT, power_of_ten


def make(book):
    work = book.work.relative_to(ROOT)
    script, layer = book.input("docs/book/pytorch/export.py"), book.input("docs/book/pytorch/layer.toml")
    done = subprocess.run([sys.executable, script, work], cwd=ROOT, capture_output=True, text=True, check=True)
    book.write("torch.txt", done.stdout.replace(", ", "\n  ").replace(": ", "\n  "))
    files = ["--input", f"{work}/x.safetensors", "--weights", f"{work}/lstm.safetensors"]
    book.console("apply", "apply", layer, *files, "--output", f"{work}/y.safetensors")
    wrong = book.input("docs/book/mistakes/layer.toml")
    book.console("refused", "apply", wrong, *files, "--output", f"{work}/z.safetensors", check=False)
    ours, theirs = (
        tensors.flat(tensors.read(book.work / f"{name}.safetensors")["y"]) for name in ("y", "expected")
    )
    apart = max(abs(a - b) for a, b in zip(ours, theirs, strict=True))
    book.values(apart=power_of_ten(apart), numbers=len(ours))
