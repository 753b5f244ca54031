"""What a recipe works with: it runs the program, and writes figures, tables and numbers.

A recipe is a file of `recipes/` with a function `make(book)`. Every file that goes into it is named with `book.input`,
or is a config that it trains. Everything that it writes stands in `src/generated/NAME/`, from where `pages.py` fills it into the pages.
"""

import hashlib
import json
import os
import shlex
import shutil
import statistics
import subprocess
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BOOK = ROOT / "docs" / "book"
GENERATED = BOOK / "src" / "generated"
RUNS = ROOT / "runs" / "book"

# What this process trained: recipes share trainings.
TRAINED = set()


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def checksum(path):
    """What an input is recognised by: a config by what it says, whatever its comments; other files by their bytes."""
    if Path(path).suffix != ".toml":
        return sha256(path)
    meaning = json.dumps(tomllib.loads(Path(path).read_text()), sort_keys=True)
    return hashlib.sha256(meaning.encode()).hexdigest()


def program():
    """The program and its leading arguments: REKINDLE, or the one that cargo builds."""
    given = os.environ.get("REKINDLE")
    return [given] if given else ["cargo", "run", "--release", "--quiet", "--"]


class Run:
    """A run directory."""

    def __init__(self, path):
        self.path = path
        self.result = json.loads((ROOT / path / "result.json").read_text())
        self.parameters = self.result["parameters"]
        self.seconds = self.result["seconds"]
        self.baselines = {(name, m["name"]): m["value"] for name, m in self.result["baselines"]}

    def metric(self, name, part="test"):
        """A figure by its name, such as "MSE", on a part of the data."""
        return next(m["value"] for m in self.result["metrics"][part] if m["name"] == name)

    def rows(self):
        """The lines of metrics.jsonl."""
        text = (ROOT / self.path / "metrics.jsonl").read_text()
        return [json.loads(line) for line in text.splitlines()]


class Recipe:
    """One recipe at work. `reuse` takes trainings that are there already, of the same config and settings."""

    def __init__(self, name, out=None, reuse=False):
        self.name, self.reuse = name, reuse
        self.out = Path(out) if out else GENERATED / name
        self.inputs, self.outputs = {}, {}
        self.trained, self.waited = 0.0, 0.0
        self.work = RUNS / name
        self.work.mkdir(parents=True, exist_ok=True)
        self.out.mkdir(parents=True, exist_ok=True)

    def input(self, path):
        """Says that a file, by its path from the root of the repository, goes in; returns that path."""
        self.inputs[str(path)] = checksum(ROOT / path)
        return str(path)

    def rekindle(self, *arguments, check=True):
        """Runs the program at the root of the repository; returns what it says."""
        command = [*program(), *map(str, arguments)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=os.environ | {"NO_COLOR": "1"})
        if check and done.returncode != 0:
            raise SystemExit(f"{self.name}: {shlex.join(command)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout if done.returncode == 0 else done.stdout + done.stderr

    def console(self, name, *arguments, check=True, keep=lambda text: text):
        """Runs the program and writes the command with its output, as a terminal shows them."""
        text = self.rekindle(*arguments, check=check)
        self.write(f"{name}.txt", f"$ {command_line(arguments)}\n{keep(text)}")
        return text

    def train(self, config, name, seed=1, **changes):
        """Trains a config with a seed and changed keys (`__` stands for a dot in a key)."""
        self.input(config)
        task = tomllib.loads((ROOT / config).read_text())["task"]
        for key in ("file", "train", "test"):
            if isinstance(task.get(key), str):
                data = (ROOT / config).parent / task[key]
                self.input(data.resolve().relative_to(ROOT))
        changes = {key.replace("__", "."): value for key, value in changes.items()}
        settings = [f"{key}={json.dumps(value)}" for key, value in {"seed": seed, **changes}.items()]
        path = self.work.relative_to(ROOT) / name
        mark = ROOT / path / "made-of.json"
        made_of = json.dumps([self.inputs[str(config)], settings])
        began = time.monotonic()
        twin = self.twin(mark, made_of)
        if twin != mark:
            shutil.rmtree(ROOT / path, ignore_errors=True)
            if twin:
                shutil.copytree(twin.parent, ROOT / path)
            else:
                sets = [word for setting in settings for word in ("--set", setting)]
                self.rekindle("train", config, "--out", path, *sets)
                mark.write_text(made_of)
        TRAINED.add(made_of)
        run = Run(path)
        self.trained += run.seconds
        self.waited += time.monotonic() - began
        return run

    def twin(self, mark, made_of):
        """The mark of a training of the same config and settings, this recipe's own before others'; or None.

        Without `reuse` only what this process trained counts, for another recipe.
        """
        if not (self.reuse or made_of in TRAINED):
            return None
        marks = [mark, *sorted(RUNS.glob("*/*/made-of.json"))]
        return next((found for found in marks if found.exists() and found.read_text() == made_of), None)

    def write(self, name, text):
        """Writes a file that pages show."""
        path = self.out / name
        path.write_text(text if text.endswith("\n") else text + "\n")
        self.outputs[name] = sha256(path)

    def values(self, **numbers):
        """Writes numbers that pages show one by one, by the name of the recipe and of the number."""
        lines = [f"ANCHOR: {key}\n{value}\nANCHOR_END: {key}\n" for key, value in numbers.items()]
        self.write("values.txt", "".join(lines))

    def table(self, name, header, rows):
        """Writes a table in Markdown; all columns but the first are numbers."""
        rule = ["---"] + ["--:"] * (len(header) - 1)
        lines = ["| " + " | ".join(map(str, row)) + " |" for row in (header, rule, *rows)]
        self.write(f"{name}.md", "\n".join(lines))

    def figure(self, name, figure):
        """Writes a figure of matplotlib as SVG, the same bytes each time."""
        path = self.out / f"{name}.svg"
        figure.savefig(path, metadata={"Date": None, "Creator": None})
        lines = path.read_text().splitlines()
        path.write_text("\n".join(line.rstrip() for line in lines) + "\n")
        self.outputs[path.name] = sha256(path)


def command_line(arguments):
    """A command as one types it, in lines of its own for options where it is long."""
    line = shlex.join(["rekindle", *map(str, arguments)])
    return line if len(line) <= 100 else line.replace(" --", " \\\n    --")


def power_of_ten(number):
    """Two digits of a number of any size: 0.42, 7.1, 1.3 × 10⁻³¹."""
    if 0.01 <= abs(number) < 1000 or number == 0:
        return f"{number:.0f}" if abs(number) >= 100 else f"{number:.2g}"
    digits, exponent = f"{number:.1e}".split("e")
    return f"{digits} × 10" + str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def spread(values, form):
    """The median of a few runs, and the least and the greatest of them."""
    middle = form(statistics.median(values))
    return f"{middle} ({form(min(values))} to {form(max(values))})"
