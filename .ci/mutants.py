#!/usr/bin/env python3
"""Changes the code in places where a fault would be bad, one at a time, and sees whether a test fails.

    .ci/mutants.py check                       every place of mutants.toml is there, once
    .ci/mutants.py run                         tries every mutant
    .ci/mutants.py run NAME..                  tries some
    .ci/mutants.py run -- --config ..          hands the rest to cargo

All mutants are built at once, in a copy of the tree below the target directory: each place becomes
`if crate::mutant::is(NUMBER) { changed } else { original }`, and the variable REKINDLE_MUTANT says which one is
on. The tests that a mutant names run until the first one fails, which must pass where no mutant is on.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / ".ci" / "mutants.toml"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", Path.home() / ".cache/rekindle-target"))
COPY = TARGET / "mutants"

MODULE = """//! Which mutant is on.

extern crate std;

#[inline]
pub(crate) fn is(number: usize) -> bool {
    static ON: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    let on = || std::env::var("REKINDLE_MUTANT").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
    *ON.get_or_init(on) == number
}
"""


def spaced(text):
    """A pattern that finds a text, however its lines are broken."""
    return r"\s*".join(re.escape(part) for part in re.findall(r"\w+|[^\w\s]", text))


class Mutant:
    def __init__(self, number, entry):
        self.number = number
        self.name = entry["name"]
        self.says = entry["says"]
        self.to = entry["to"]
        self.tests = entry["tests"]
        before, rest = entry["text"].split("«")
        self.original, after = rest.split("»")
        groups = [f"({spaced(part)}\\s*)" if part.strip() else "()" for part in (before, self.original, after)]
        self.pattern = re.compile("".join(groups))

    def find(self, texts):
        """The one file that has the place, and the place in it."""
        found = [(file, match) for file, text in texts.items() for match in self.pattern.finditer(text)]
        if len(found) != 1:
            raise SystemExit(f"mutant {self.name}: its text is in the code {len(found)} times, not once; mend {LIST}")
        return found[0]

    def mutated(self):
        return f"(if crate::mutant::is({self.number}) {{ {self.to} }} else {{ {self.original} }})"


def mutants():
    entries = tomllib.loads(LIST.read_text())["mutant"]
    return [Mutant(number, entry) for number, entry in enumerate(entries, 1)]


def sources():
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def code():
    """The code of the crates without their tests: texts by file."""
    ours = [path for path in sources() if path.match("*.rs") and "src" in path.parts]
    return {path: path.read_text() for path in ours if "tests" not in (*path.parts, path.stem)}


def write(all_mutants):
    """Writes the copy with every mutant in it. Files that stay the same keep their time, so that they are not built anew."""
    changes, texts = {}, code()
    for mutant in all_mutants:
        file, match = mutant.find(texts)
        changes.setdefault(file, []).append((match.span(2), mutant))
    crates = {next(up for up in file.parents if (up / "Cargo.toml").exists()) for file in changes}
    kept = set()
    for source in sources():
        copy = COPY / source.relative_to(ROOT)
        kept.add(copy)
        if source not in changes and source.name != "lib.rs":
            if not copy.exists() or copy.read_bytes() != source.read_bytes():
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, copy)
                shutil.copymode(source, copy)
            continue
        text = source.read_text()
        for (start, end), mutant in sorted(changes.get(source, []), key=lambda change: -change[0][0]):
            text = text[:start] + mutant.mutated() + text[end:]
        if source.name == "lib.rs" and source.parent.parent in crates:
            text += "\nmod mutant;\n"
            module = copy.parent / "mutant.rs"
            kept.add(module)
            put(module, MODULE)
        put(copy, text)
    for old in COPY.rglob("*"):
        if old.is_file() and old not in kept:
            old.unlink()


def put(path, text):
    if not path.exists() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def build(names, cargo):
    """The test binaries of these targets: their paths, and the directories to run them in."""
    chosen = [flag for name in names if name != "lib" for flag in ("--test", name)]
    chosen += ["--lib"] if "lib" in names else []
    command = ["cargo", "test", "--release", "--workspace", "--features", "ndarray,wgpu", "--no-run"]
    command += chosen + cargo + ["--message-format", "json-render-diagnostics"]
    environment = {**os.environ, "CARGO_TARGET_DIR": str(TARGET)}
    built = subprocess.run(command, cwd=COPY, stdout=subprocess.PIPE, text=True, env=environment)
    if built.returncode:
        raise SystemExit("the mutants do not build")
    binaries = {}
    for line in built.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable") and message.get("profile", {}).get("test"):
            target = message["target"]
            name = target["name"] if "test" in target["kind"] else f"lib:{target['name'].replace('-', '_')}"
            binaries[name] = (message["executable"], Path(message["manifest_path"]).parent)
    return binaries


class Failure(Exception):
    """A test binary did not pass."""


def attempt(binary, arguments, number, limit):
    """Runs a test binary with a mutant on, until a test fails. Returns the failed test; "" where the binary ended badly
    without one, `None` if all passed. Fails if they did neither in time, or there was no test."""
    executable, directory = binary
    process = subprocess.Popen(
        [executable, *arguments],
        cwd=directory,
        env={**os.environ, "REKINDLE_MUTANT": str(number)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    late = threading.Timer(limit, os.killpg, (process.pid, signal.SIGKILL))
    late.start()
    ran = 0
    try:
        for line in process.stdout:
            result = re.match(r"test (.*?)( - should panic)?\s*\.\.\. (\w+)", line)
            ran += bool(result)
            if result and result[3] == "FAILED":
                return result[1]
        code = process.wait()
        if code == -signal.SIGKILL:
            raise Failure(f"{' '.join(arguments)} takes more than {limit} s")
        if not ran and not code:
            raise Failure(f"{' '.join(arguments)} names no test")
        return "" if code else None
    finally:
        late.cancel()
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def killed(binaries, mutant, limit):
    """The test that fails with a mutant, and passes without; `None` if none does."""
    for test in mutant.tests:
        name, *filters = test.split()
        binary = binaries[name]
        failed = attempt(binary, filters, mutant.number, limit)
        if failed is None:
            continue
        again = [failed, "--exact"] if failed else filters
        if attempt(binary, again, 0, limit) is not None:
            raise Failure(f"{name} {failed} fails without it, too")
        return f"{name} {failed or 'ends badly'}"
    return None


def run(arguments):
    everyone = mutants()
    chosen = [mutant for mutant in everyone if not arguments.names or mutant.name in arguments.names]
    write(everyone)
    targets = {test.split()[0].split(":")[0] for mutant in chosen for test in mutant.tests}
    binaries = build(sorted(targets), arguments.cargo)
    alive = 0
    for mutant in chosen:
        began = time.time()
        try:
            test = killed(binaries, mutant, arguments.seconds)
            said = test or "SURVIVES"
        except Failure as failure:
            test, said = None, f"UNDECIDED: {failure}"
        alive += test is None
        print(f"{mutant.name}: {said} ({time.time() - began:.0f} s)", flush=True)
    if alive:
        raise SystemExit(f"{alive} of {len(chosen)} mutants fail no test")
    print(f"each of {len(chosen)} mutants fails a test")


def check(_):
    texts = code()
    everyone = mutants()
    for mutant in everyone:
        mutant.find(texts)
    names = [mutant.name for mutant in everyone]
    if len(set(names)) != len(names):
        raise SystemExit("two mutants have one name")
    print(f"{len(names)} mutants, each in its place")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    commands.add_parser("check").set_defaults(command=check)
    one = commands.add_parser("run")
    one.add_argument("names", nargs="*")
    one.add_argument("--seconds", type=int, default=900, help="the time that a test binary gets")
    one.set_defaults(command=run)
    given = sys.argv[1:]
    cut = given.index("--") if "--" in given else len(given)
    arguments = parser.parse_args(given[:cut])
    arguments.cargo = given[cut + 1 :]
    arguments.command(arguments)


if __name__ == "__main__":
    main()
