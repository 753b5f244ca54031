#!/usr/bin/env python3
"""Trains the networks of this example and writes what goes into flash: src/trained/gru.f32, mingru.f32 and mod.rs.

    cargo build --release && examples/embedded/make.py target/release/rekindle
"""

import csv
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TRAINED = HERE / "src/trained"
TABLE = ROOT / "data/sunspots.csv"
COLUMN = "SUNACTIVITY"
FORECASTS = 8
WINDOW = 22
D_HIDDEN = 16
# The weights of a run, in the order in which they are written; a minGRU has no recurrent ones.
CELL = "recurrent.layers.0.forward.gates."
WEIGHTS = [
    CELL + "input.weight",
    CELL + "input.bias",
    CELL + "hidden.weight",
    CELL + "hidden.bias",
    "output.weight",
    "output.bias",
]


def rekindle(*arguments):
    command = [sys.argv[1], *map(str, arguments)]
    return subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout


def tensors(run):
    """The bytes of each tensor of a run's safetensors file, by name."""
    data = (run / "model.safetensors").read_bytes()
    (size,) = struct.unpack_from("<Q", data)
    header, body = json.loads(data[8 : 8 + size]), data[8 + size :]
    header.pop("__metadata__", None)
    for tensor in header.values():
        assert tensor["dtype"] == "F32", tensor
    return {name: body[slice(*tensor["data_offsets"])] for name, tensor in header.items()}


def forecasts(run, rows):
    """What the program forecasts for the years after each of the last rows."""
    for last in range(len(rows) - FORECASTS + 1, len(rows) + 1):
        with tempfile.NamedTemporaryFile("w", suffix=".csv") as table:
            csv.writer(table).writerows([[COLUMN], *([row] for row in rows[last - WINDOW : last])])
            table.flush()
            yield json.loads(rekindle("predict", run, "--input", table.name))["values"][0]


def model(kind, spots, directory):
    """Trains a network and writes its weights. Returns its lines of Rust, and the scaler of its run."""
    run = pathlib.Path(directory) / kind
    config = "configs/forecast/sunspots.toml"
    cell = [f"model.cell.kind={kind}", f"model.cell.d_hidden={D_HIDDEN}"]
    rekindle("train", config, "--out", run, *(word for key in cell for word in ("--set", key)))
    found = tensors(run)
    weights = [found.get(name, b"") for name in WEIGHTS]
    (TRAINED / f"{kind}.f32").write_bytes(b"".join(weights))
    counts = [len(one) // 4 for one in weights]
    numbers = "".join(f"    {value!r},\n" for value in forecasts(run, spots))
    text = f"""
/// The network of `kind = "{kind}"`.
pub(crate) static {kind.upper()}: Flash = Flash::new(&{kind.upper()}_WEIGHTS, {counts}, &{kind.upper()}_FORECASTS);

static {kind.upper()}_WEIGHTS: [f32; {sum(counts)}] = floats(include_bytes!("{kind}.f32"));

static {kind.upper()}_FORECASTS: [f64; {FORECASTS}] = [
{numbers}];
"""
    return text, json.loads((run / "data.json").read_text())["scaler"]


def main():
    with TABLE.open() as table:
        rows = list(csv.DictReader(table))
    spots = [float(row[COLUMN]) for row in rows]
    TRAINED.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as directory:
        texts, scalers = zip(*(model(kind, spots, directory) for kind in ("gru", "mingru")))
    last = spots[-(WINDOW + FORECASTS - 1) :]
    path = TRAINED / "mod.rs"
    path.write_text(f"""//! Written by `make.py`: what was trained, and what `rekindle predict` said.

use crate::flash::{{Flash, floats}};

/// The units of a network.
pub(crate) const D_HIDDEN: usize = {D_HIDDEN};

/// The years that a forecast reads.
pub(crate) const WINDOW: usize = {WINDOW};

/// The mean and the standard deviation of the spots that the networks were trained on.
pub(crate) const MEAN: f64 = {scalers[0]["mean"][0]!r};
pub(crate) const STD: f64 = {scalers[0]["std"][0]!r};

/// The spots of the years up to `LAST_YEAR`.
pub(crate) static SPOTS: [f64; {len(last)}] = {last};
pub(crate) const LAST_YEAR: usize = {rows[-1]["YEAR"]};
{"".join(texts)}""")
    subprocess.run(["rustfmt", "--edition", "2024", path], check=True)


if __name__ == "__main__":
    main()
