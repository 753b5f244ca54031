"""Runs `rekindle bench` and the peers in turn, several times, and prints how many times faster rekindle is.

    python compare.py --rekindle ../../target/release/rekindle
    python compare.py --programs torch onnxruntime --save peers.jsonl
    python compare.py --programs rekindle --read peers.jsonl --mode train --threads 2
    python compare.py --programs rekindle torchrecurrent --mode train --shape 16,100,128,128
    python compare.py --programs rekindle-bf16 rekindle torch-bf16 torch-autocast --seconds 2
    python compare.py --memory --shape 32,400,128,128

A figure is the median over the passes of each pass's median. A target that is missed is printed **bold**.
"""

import argparse
import collections
import datetime
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys

from peers import TorchRecurrent
from targets import TARGETS

HERE = pathlib.Path(__file__).parent
NAMES = {
    "rekindle-bf16": "rekindle bf16",
    "rekindle": "rekindle",
    "torch": "PyTorch",
    "torch-bf16": "PyTorch bfloat16()",
    "torch-autocast": "PyTorch autocast",
    "onnxruntime": "ONNX Runtime",
    "torchrecurrent": "torchrecurrent",
    "burn-nn": "burn-nn",
    "gemm": "GEMM",
}
PROGRAMS = ["rekindle", "rekindle-bf16", "torch", "torch-bf16", "torch-autocast", "onnxruntime", "torchrecurrent"]
# What is measured unless others are named.
USUAL = ["rekindle", "torch", "onnxruntime"]


def commands(args, threads):
    """The command line of each program."""
    options = ["--threads", str(threads)]
    for name in ["cell", "shape", "mode"]:
        for value in getattr(args, name) or []:
            options += [f"--{name}", value]
    options += ["--memory"] if args.memory else ["--seconds", str(args.seconds)]
    ours = [args.rekindle, "bench", "--json", "--device", args.device, *options]
    if args.peer and not args.memory:
        ours += ["--peer", args.peer]
    peer = lambda library: [sys.executable, str(HERE / "peers.py"), library, *options]
    rounded = [*ours, "--precision", "bf16"]
    return {"rekindle": ours, "rekindle-bf16": rounded} | {library: peer(library) for library in PROGRAMS[2:]}


def run(program, command):
    """The lines that a program prints; each with the name of the program."""
    output = subprocess.run(command, capture_output=True, text=True)
    if output.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{output.stderr.strip()}")
    lines = [json.loads(line) | {"program": program} for line in output.stdout.splitlines()]
    for line in lines[:]:
        if "peer" in line:
            # A peer in our own process is a line of its own.
            lines.append(line | {"program": line["peer"], "ms": line["peer_ms"]})
    return lines


def passes(args):
    """Every line of every pass: the programs take turns."""
    for number in range(1, args.passes + 1):
        for threads in args.threads:
            for program, command in commands(args, threads).items():
                if program not in args.programs or (args.memory and program == "onnxruntime"):
                    continue
                print(f"pass {number} of {args.passes}: {program}, --threads {threads}", file=sys.stderr)
                yield from run(program, command)


def key(line):
    """What was measured."""
    return line["threads"], line["mode"], line["cell"], tuple(line["shape"])


def medians(lines, figure):
    """The median over the passes by (threads, mode, cell, shape), by program; and the spread of each."""
    series = collections.defaultdict(list)
    for line in lines:
        if line.get(figure) is not None:
            series[key(line), line["program"]].append(line[figure])
    result = collections.defaultdict(dict)
    for (what, program), values in series.items():
        result[what][program] = statistics.median(values)
    spreads = [max(values) / min(values) for values in series.values() if len(values) > 1]
    return result, spreads


def ours(figures):
    """The program whose figures are compared with the others': with bf16, where that was measured."""
    return next((p for p in ("rekindle-bf16", "rekindle") if p in figures), None)


def ratio(figures, against):
    """How many times faster than the fastest of these; None where one was not measured."""
    if ours(figures) is None or not set(against) <= set(figures):
        return None
    return min(figures[peer] for peer in against) / figures[ours(figures)]


def verdict(against, wanted, found):
    found = f"{found:.2f}" if found >= wanted else f"**{found:.2f}**"
    return f"{' and '.join(NAMES[peer] for peer in against)} {wanted:g}: {found}"


def targets(mode, cell, rows, kind, shape=None):
    """What is aimed at in these rows, and what was reached."""
    for target in TARGETS:
        wanted = getattr(target, kind)
        if target.mode != mode or target.cell not in (None, cell) or wanted is None or target.shape not in (None, shape):
            continue
        found = [r for figures in rows if (r := ratio(figures, target.against)) is not None]
        if found:
            yield verdict(target.against, wanted, statistics.median(found))


def table(mode, cells, unit):
    """A Markdown table: a row a cell and shape, and a row a cell for the medians."""
    programs = [p for p in NAMES if any(p in figures for rows in cells.values() for figures in rows.values())]
    peers = [p for p in programs if p != ours(programs)]
    heads = ["cell", "B,T,I,H", *(f"{NAMES[p]} {unit}" for p in programs)]
    heads += [*(f"/ {NAMES[p]}" for p in peers), "target: reached"]
    rows = [heads, ["---"] * len(heads)]
    show = lambda value, form: format(value, form) if value is not None else "-"
    for cell, shapes in cells.items():
        for shape, figures in shapes.items():
            row = [cell, ",".join(map(str, shape)), *(show(figures.get(p), ".4g") for p in programs)]
            row += [show(ratio(figures, [p]), ".2f") for p in peers]
            reached = targets(mode, cell, [figures], "each", shape) if unit == "ms" else memory_target(figures)
            rows.append([*row, "; ".join(reached)])
        every = list(shapes.values())
        ratios = [[r for figures in every if (r := ratio(figures, [p])) is not None] for p in peers]
        if any(ratios):
            row = [cell, "median", *("" for _ in programs)]
            row += [show(statistics.median(r) if r else None, ".2f") for r in ratios]
            rows.append([*row, "; ".join(targets(mode, cell, every, "median")) if unit == "ms" else ""])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def memory_target(figures):
    """At most PyTorch's peak."""
    found = ratio(figures, ["torch"])
    return [] if found is None else [verdict(["torch"], 1.0, found)]


def machine():
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.processor() or platform.machine()
    return f"{os.cpu_count()} x {model}, {platform.system()}"


def versions(args, lines):
    found = {f"{NAMES[line['program']]} {line['version']}" for line in lines if "version" in line}
    mine = [line for line in lines if line["program"].startswith("rekindle")]
    found |= {f"executor {line['executor']} on {line['device']}" for line in mine}
    if mine and args.programs:
        version = subprocess.run([args.rekindle, "--version"], capture_output=True, text=True).stdout.strip()
        commit = subprocess.run(["git", "-C", HERE, "describe", "--always", "--dirty"], capture_output=True, text=True)
        found.add(f"{version} at {commit.stdout.strip()}")
    return ", ".join(sorted(found))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rekindle", default="rekindle", metavar="PROGRAM", help="the program rekindle, built with --release")
    parser.add_argument("--programs", nargs="*", choices=PROGRAMS, default=USUAL, help="what to run; may be none")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.5, help="how long to measure each line in each pass")
    parser.add_argument("--device", default="cpu", help="where rekindle computes")
    parser.add_argument("--peer", choices=["burn-nn", "gemm"], help="also compare with this, in rekindle's process")
    parser.add_argument("--memory", action="store_true", help="peak memory of a training step, in place of times")
    for name in ["cell", "shape", "mode"]:
        parser.add_argument(f"--{name}", action="append", help=f"as in `rekindle bench --{name}`")
    parser.add_argument("--read", nargs="+", default=[], metavar="FILE", help="lines of earlier runs to count in")
    parser.add_argument("--save", metavar="FILE", help="write every line there")
    args = parser.parse_args()
    if any(p.startswith("rekindle") for p in args.programs) and not shutil.which(args.rekindle):
        parser.error(f"there is no program {args.rekindle}: name it with --rekindle")

    if "torchrecurrent" in args.programs and not args.cell:
        args.cell = list(TorchRecurrent.CLASSES)

    load = os.getloadavg()[0]
    lines = list(passes(args))
    if args.save:
        pathlib.Path(args.save).write_text("".join(json.dumps(line) + "\n" for line in lines))
    measured = {key(line) for line in lines}
    for path in args.read:
        earlier = [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]
        lines += [line for line in earlier if not measured or key(line) in measured]
    figure, unit = ("peak_mib", "MiB") if args.memory else ("ms", "ms")
    result, spreads = medians(lines, figure)

    print(f"{machine()}; {datetime.date.today()}; {versions(args, lines)}")
    print(f"passes: {args.passes}; load before them: {load:.2f}", end="")
    if spreads:
        print(f"; longest pass / shortest: median {statistics.median(spreads):.2f}, worst {max(spreads):.2f}", end="")
    print()
    groups = collections.defaultdict(lambda: collections.defaultdict(dict))
    for (threads, mode, cell, shape), figures in result.items():
        groups[threads, mode][cell][shape] = figures
    for (threads, mode), cells in sorted(groups.items()):
        what = "peak memory, train" if args.memory else mode
        print(f"\n### {what}, {threads} thread{'s' if threads > 1 else ''}\n\n{table(mode, cells, unit)}")


if __name__ == "__main__":
    main()
