"""Fills the pages of the book in, so that they are whole where nothing but Markdown is read, on a hosting site as in mdBook.

What is filled in stands between comments, which no reader sees. A number is that of a recipe's `values.txt`, by its name:

    after ten steps <!--memory.half_10-->0.00044<!--/--> is left

A text is a file, or the part of one between `ANCHOR: name` and `ANCHOR_END: name`, by its path from the page. It is code
where a fence stands under the comment, and Markdown elsewhere:

    <!--../../../examples/book/bptt.rs:forward-->
    ```rust
    ...
    ```
    <!--/-->

To add one, write the comments, and the fence with its language; `docs/book/make.py --pages` writes what belongs between.
"""

import re
import textwrap

NUMBER = re.compile(r"<!--([a-z]+)\.(\w+)-->[^\n]*?<!--/-->")
TEXT = re.compile(r"^<!--([^\s:]*/[^\s:]+)(?::(\w+))?-->\n(```\w*\n)?(?:.*?\n)??<!--/-->$", re.MULTILINE | re.DOTALL)
CODE = ("rust", "toml", "json", "python")


class Missing(Exception):
    """What a page asks for, and nothing has."""


def part(path, anchor=None):
    """A file without the marks in it, or what one pair of marks encloses."""
    shown = f"{path.parent.name}/{path.name}"
    if not path.is_file():
        raise Missing(f"{shown} is not there")
    text = path.read_text()
    if anchor:
        found = re.search(rf"^[^\n]*ANCHOR: {anchor}\n(.*?)^[^\n]*ANCHOR_END: {anchor}$", text, re.MULTILINE | re.DOTALL)
        if not found:
            raise Missing(f"{shown} has no {anchor}")
        text = textwrap.dedent(found[1])
    return "".join(line for line in text.splitlines(keepends=True) if "ANCHOR" not in line)


def filled(page):
    """The text of a page with everything in it as it is now."""

    def number(found):
        recipe, name = found.groups()
        value = part(page.parent / "generated" / recipe / "values.txt", name).strip()
        return f"<!--{recipe}.{name}-->{value}<!--/-->"

    def text(found):
        path, anchor, fence = found.groups()
        body = part(page.parent / path, anchor)
        body = f"{fence}{body}```\n" if fence else f"\n{body}\n"
        return f"<!--{path}{':' + anchor if anchor else ''}-->\n{body}<!--/-->"

    return NUMBER.sub(number, TEXT.sub(text, page.read_text()))


def fill(page):
    """Writes a page anew where it is not as it would be filled in now."""
    try:
        now = filled(page)
    except Missing as error:
        raise SystemExit(f"{page.name}: {error}") from None
    if now != page.read_text():
        page.write_text(now)
        print(f"{page.name}: filled in")


def wrong(page):
    """What is wrong with a page: what is not filled in as it would be now, comments that do not pair, code by hand."""
    text = page.read_text()
    try:
        if filled(page) != text:
            yield f"{page.name}: not what its sources are now; docs/book/make.py --pages fills it in"
    except Missing as error:
        yield f"{page.name}: {error}"
    # A line that begins with a comment is HTML as a whole, so that its Markdown would be shown as it is typed.
    for line in re.findall(r"^[ >*-]*<!--[a-z]+\.\w+-->.*$", text, re.MULTILINE):
        yield f"{page.name}: a line may not begin with a number that is filled in: {line}"
    rest = NUMBER.sub("", TEXT.sub("", text))
    for mark in re.findall(r".*(?:<!--|\{\{#).*", rest):
        yield f"{page.name}: a comment that nothing is filled in for: {mark}"
    for language in re.findall(r"^```(\w+)\n.*?^```$", rest, re.MULTILINE | re.DOTALL):
        if language in CODE:
            yield f"{page.name}: {language} is filled in from a file, not written into a page"
