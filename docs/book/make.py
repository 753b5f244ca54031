#!/usr/bin/env python3
"""Makes the figures and numbers of the book, fills them in, and checks that they are those of the repository.

    docs/book/make.py [--reuse] [RECIPE]...   make these recipes, or all that are stale and the cheap ones; fill the pages in
    docs/book/make.py --all                   make every recipe, and fill the pages in
    docs/book/make.py --pages                 make nothing, and fill the pages in
    docs/book/make.py --check                 fail where a figure or a page is stale; make the cheap recipes again and compare

Making needs Python 3.11 and what requirements.txt names; checking needs Python alone. The program is the one that
REKINDLE names, or what `cargo run --release` builds. How a page says what is filled in: tools/pages.py. A manifest for each recipe, in `manifests/`, holds the checksums
of what went in and of what came out. Every training's seed is 1 where the recipe or the config says nothing else.
"""

import argparse
import importlib
import json
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from tools import pages  # noqa: E402
from tools.recipe import BOOK, GENERATED, ROOT, Recipe, checksum, sha256  # noqa: E402

MANIFESTS = BOOK / "manifests"
PAGES = sorted((BOOK / "src").glob("*.md"))


def names():
    return sorted(path.stem for path in (BOOK / "recipes").glob("*.py"))


def make(name, reuse):
    began = time.monotonic()
    recipe = Recipe(name, reuse=reuse)
    for old in recipe.out.iterdir():
        old.unlink()
    recipe.input(f"docs/book/recipes/{name}.py")
    importlib.import_module(f"recipes.{name}").make(recipe)
    # A training counts with the time that it took by its own account, also where it was reused.
    seconds = round(time.monotonic() - began - recipe.waited + recipe.trained)
    entry = {"seconds": seconds, "inputs": recipe.inputs, "outputs": recipe.outputs}
    MANIFESTS.mkdir(exist_ok=True)
    (MANIFESTS / f"{name}.json").write_text(json.dumps(entry, indent=2, sort_keys=True) + "\n")
    print(f"{name}: {len(recipe.outputs)} files in {round(time.monotonic() - began)} s", flush=True)


def manifest(name):
    path = MANIFESTS / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


def stale(name):
    """Why a recipe's figures are stale; nothing where they are not."""
    entry = manifest(name)
    if entry is None:
        return [f"{name}: was never made"]
    files = [(ROOT / path, checksum, sum, path) for path, sum in entry["inputs"].items()]
    files += [(GENERATED / name / path, sha256, sum, f"{name}/{path}") for path, sum in entry["outputs"].items()]
    return [
        f"{name}: {shown} {'has changed' if path.exists() else 'is not there'}"
        for path, of, sum, shown in files
        if not path.exists() or of(path) != sum
    ]


def strays():
    """Files that no recipe made, and manifests of no recipe."""
    known = {f"{name}/{path}" for name in names() for path in (manifest(name) or {"outputs": {}})["outputs"]}
    found = {str(path.relative_to(GENERATED)) for path in GENERATED.rglob("*") if path.is_file()}
    made = {path.stem for path in MANIFESTS.glob("*.json")}
    return [f"{path}: no recipe makes it" for path in sorted(found - known)] + [
        f"manifests/{name}.json: there is no such recipe" for name in sorted(made - set(names()))
    ]


def differs(name):
    """What a cheap recipe, made again, makes otherwise."""
    module = importlib.import_module(f"recipes.{name}")
    with tempfile.TemporaryDirectory() as folder:
        recipe = Recipe(name, out=folder)
        module.make(recipe)
        was = manifest(name)["outputs"]
        print(f"{name}: made again")
        return [f"{name}: {path} is not what the program makes now" for path in was if recipe.outputs.get(path) != was[path]]


def recipes_named(page):
    """The recipes of no file that a page tells its reader to make."""
    for line in page.read_text().splitlines():
        if line.startswith("docs/book/make.py"):
            unknown = [word for word in line.split()[1:] if not word.startswith("-") and word not in names()]
            yield from (f"{page.name}: there is no recipe {name}" for name in unknown)


def is_cheap(name):
    """Whether a recipe needs neither a training nor a package; those that do are not even imported."""
    return "\nCHEAP = True\n" in (BOOK / "recipes" / f"{name}.py").read_text()


def check():
    wrong = [line for name in names() for line in stale(name)] + strays()
    wrong += [line for page in PAGES for line in (*pages.wrong(page), *recipes_named(page))]
    if not wrong:
        wrong = [line for name in names() if is_cheap(name) for line in differs(name)]
    for line in wrong:
        print(line, file=sys.stderr)
    if wrong:
        raise SystemExit("the book is stale; make it again with docs/book/make.py")
    total = sum(manifest(name)["seconds"] for name in names())
    print(f"{len(names())} recipes are as the repository has them; making all took {total / 60:.0f} minutes")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", nargs="*", help="a file of recipes/")
    parser.add_argument("--all", action="store_true", help="every recipe")
    parser.add_argument("--reuse", action="store_true", help="take trainings of runs/book that are there already")
    parser.add_argument("--pages", action="store_true", help="make nothing; fill the pages in")
    parser.add_argument("--check", action="store_true", help="make nothing; fail where something is stale")
    options = parser.parse_args()
    if options.check:
        return check()
    if unknown := set(options.recipe) - set(names()):
        parser.error(f"there is no recipe {', '.join(unknown)}; there are {', '.join(names())}")
    if not options.pages:
        chosen = options.recipe or [name for name in names() if options.all or is_cheap(name) or stale(name)]
        for name in chosen:
            make(name, options.reuse)
    for page in PAGES:
        pages.fill(page)


if __name__ == "__main__":
    main()
