"""``command-help``: what a command of ours prints for ``--help``, asked as pages are built."""

from __future__ import annotations

import io
import os
from contextlib import redirect_stdout, suppress

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from skautoencoder._cli import main


def help_of(*command: str) -> str:
    """The help of a command, or of the whole program, at 88 columns."""
    printed = io.StringIO()
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "88"
    try:
        with redirect_stdout(printed), suppress(SystemExit):
            main([*command, "--help"])
    finally:
        del os.environ["COLUMNS"]
        if before is not None:
            os.environ["COLUMNS"] = before
    return printed.getvalue().rstrip()


class CommandHelp(SphinxDirective):
    """A block of text: the help of the command that the argument names, if any."""

    optional_arguments = 1

    def run(self):
        """As code."""
        text = help_of(*self.arguments)
        return [nodes.literal_block(text, text, language="text")]


def setup(app):
    """Make the directive known."""
    app.add_directive("command-help", CommandHelp)
    return {"parallel_read_safe": True}
