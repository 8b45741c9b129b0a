"""Checks all links inside the built documentation: python docs/check_links.py [docs/_build/html].

Every href and src that is not another site's must be a file, and every #anchor an id in it. Prints
what is broken; ends with 1 where anything is, or where nothing was built.
"""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

BUILT = Path(__file__).parent / "_build" / "html"


class Page(HTMLParser):
    """What a page links to, and the anchors that it has."""

    def __init__(self, path: Path):
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        """One element: its id, and where it leads."""
        found = dict(attrs)
        self.anchors |= {found[name] for name in ("id", "name") if found.get(name)}
        self.links += [found[name] for name in ("href", "src") if found.get(name)]


def broken_links(folder: Path) -> list[str]:
    """Links of the pages in a folder to what is not there, each as "page: link"."""
    pages = {path: Page(path) for path in sorted(folder.rglob("*.html"))}
    broken = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchor = unquote(parts.fragment)
            there = target.is_file() or (target / "index.html").is_file()
            if not there or (anchor and target in pages and anchor not in pages[target].anchors):
                broken.append(f"{path.relative_to(folder)}: {link}")
    return broken


def main(folder: str | Path = BUILT) -> int:
    """Print what is broken in a built site; 1 where anything is."""
    folder = Path(folder).resolve()
    if not (folder / "index.html").exists():
        print(f"{folder} holds no documentation: build it first.")
        return 1
    broken = broken_links(folder)
    print(*broken, f"{len(broken)} links within {folder.name} are broken.", sep="\n")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
