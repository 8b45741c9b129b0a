"""The command line: compare, fit, transform, inverse-transform, from file to file."""

from __future__ import annotations

import argparse
import sys

from skautoencoder._cli import _compare, _fit, _inverse_transform, _transform
from skautoencoder._cli._interrupting import INTERRUPTED
from skautoencoder._errors import first_line, one_line

_COMMANDS = (_compare, _fit, _transform, _inverse_transform)


def main(arguments=None):
    """Run one command; 0 if all went well, 2 with one line on what to mend, 130 after Ctrl-C."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options) or 0
    except ValueError as error:  # BadInputError, or an estimator's
        print(f"skautoencoder: {first_line(error) or one_line(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("skautoencoder: interrupted; no file was written", file=sys.stderr)
        return INTERRUPTED


def _parser():
    parser = argparse.ArgumentParser(
        prog="skautoencoder", description="Autoencoders that stand where PCA stood."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in _COMMANDS:
        command.add_to(commands)
    return parser
