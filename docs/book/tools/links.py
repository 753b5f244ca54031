"""Fails where the built book, a folder of HTML, has a dead link or a missing figure.

    python3 docs/book/tools/links.py target/book

Links to other sites are not followed: the check needs no network.
"""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """The links of a page, and the anchors in it."""

    def __init__(self, path):
        super().__init__()
        self.links, self.anchors = [], set()
        self.feed(path.read_text())

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.anchors.update(filter(None, (attributes.get("id"), attributes.get("name"))))
        self.links += filter(None, (attributes.get("href"), attributes.get("src")))


def dead(page, path, pages, root):
    """What is wrong with a page."""
    for link in page.links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if not target.is_relative_to(root):
            yield f"{link} leads out of the book"
        elif not target.is_file():
            yield f"{link} is not there"
        elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
            yield f"{link}: there is no such place on the page"


def main():
    root = Path(sys.argv[1]).resolve()
    pages = {path.resolve(): Page(path) for path in sorted(root.rglob("*.html"))}
    if not pages:
        raise SystemExit(f"{root}: no page")
    wrong = [
        f"{path.relative_to(root)}: {what}"
        for path, page in pages.items()
        if path.name not in ("404.html", "toc.html", "print.html")
        for what in dead(page, path, pages, root)
    ]
    for line in wrong:
        print(line, file=sys.stderr)
    if wrong:
        raise SystemExit(f"{len(wrong)} dead links")
    print(f"{len(pages)} pages, {sum(len(page.links) for page in pages.values())} links")


if __name__ == "__main__":
    main()
