"""The command line that all benchmarks have in common."""

from __future__ import annotations

import argparse
import atexit
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.lib.images import write_small
from benchmarks.lib.results import RESULTS

# A network that compiles and trains in no time, for ``smoke``.
TINY = {"hidden_layer_sizes": (4,)}


def command_line(doc):
    """A parser that describes itself with the first line of a module's docstring."""
    return argparse.ArgumentParser(description=doc.splitlines()[0])


def parse(parser, *, smoke, images=None, **fixed):
    """The arguments that were given, with ``--results`` and ``--smoke`` added to the parser's.

    ``fixed`` are those of the run that no option sets. ``smoke`` holds what stands in place
    of any default when ``--smoke`` is given; ``images`` names the argument that takes a
    folder of images, which is then one of a few small ones. Results go where nothing is kept.
    """
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder to keep results in")
    parser.add_argument(
        "--smoke", action="store_true", help="whether it runs: tiny data, seconds, nothing kept"
    )
    parser.set_defaults(**fixed)
    if parser.parse_known_args()[0].smoke:
        folder = TemporaryDirectory()
        atexit.register(folder.cleanup)
        parser.set_defaults(results=Path(folder.name) / "results", **smoke)
        if images:
            parser.set_defaults(**{images: write_small(Path(folder.name) / "images")})
    return parser.parse_args()
