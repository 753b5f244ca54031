"""Trains configs in f32 and in bf16, seed by seed, and prints how far the test figures are apart, as a table in Markdown.

    python benches/accuracy.py --rekindle target/release/rekindle --out runs/accuracy
    python benches/accuracy.py --rekindle target/release/rekindle --out runs/accuracy --seeds 1 2 3 4 5 configs/adding/gru.toml

Runs that are finished are read and not trained again. A seed decides the first weights, the order of the data, and, where a config
cuts its own test part, what is tested on: the runs of one seed differ in their precision alone.
"""

import argparse
import json
import pathlib
import statistics
import subprocess

ROOT = pathlib.Path(__file__).parent.parent
CONFIGS = [
    "configs/quickstart.toml",
    "configs/classify_series/mnist1d-gru.toml",
    "configs/classify_text/reviews-lstm.toml",
    "configs/adding/lstm.toml",
]
PRECISIONS = ["f32", "bf16"]


def figure(args, config, precision, seed):
    """The first figure of the test part: its name and its value."""
    name = str(config.relative_to(ROOT).with_suffix("")).replace("/", "-")
    out = args.out / f"{name}-{precision}-{seed}"
    if not (out / "result.json").exists():
        command = [args.rekindle, "train", config, "--out", out, "--device", args.device]
        keys = [f"model.engine.precision={precision}", f"seed={seed}"]
        resume = ["--resume"] if out.exists() else []
        subprocess.run([*command, *resume, *(part for key in keys for part in ["--set", key])], check=True)
    test = json.loads((out / "result.json").read_text())["metrics"]["test"][0]
    return test["name"], test["value"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("configs", nargs="*", default=CONFIGS)
    parser.add_argument("--rekindle", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--device", default="flex")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    args = parser.parse_args()
    rows = ["| config | figure | f32 | bf16 | bf16 - f32, seed by seed | means apart |", "|---|---|---|---|---|---|"]
    for config in args.configs:
        config = (ROOT / config).resolve()
        values = {}
        for seed in args.seeds:
            for precision in PRECISIONS:
                name, value = figure(args, config, precision, seed)
                values.setdefault(precision, []).append(value)
        means = {precision: statistics.mean(all_) for precision, all_ in values.items()}
        cells = []
        for precision in PRECISIONS:
            spread = f" ± {statistics.stdev(values[precision]):.2g}" if len(args.seeds) > 1 else ""
            cells.append(f"{means[precision]:.5g}{spread}")
        apart = ", ".join(f"{b - a:+.2g}" for a, b in zip(values["f32"], values["bf16"], strict=True))
        relative = (means["bf16"] - means["f32"]) / means["f32"]
        rows.append(f"| `{config.relative_to(ROOT)}` | {name} | {cells[0]} | {cells[1]} | {apart} | {relative:+.2%} |")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
