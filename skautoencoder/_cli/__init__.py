"""The command line: compare, fit, transform and back, impute, outliers, from file to file."""

from __future__ import annotations

import argparse
import sys
import warnings

import numpy as np

from skautoencoder._cli import (
    _compare,
    _fit,
    _impute,
    _inverse_transform,
    _outliers,
    _transform,
)
from skautoencoder._cli._interrupting import INTERRUPTED
from skautoencoder._errors import first_line, one_line

_COMMANDS = (_compare, _fit, _transform, _inverse_transform, _impute, _outliers)


def main(arguments=None):
    """Run one command; 0 if all went well, 2 with one line on what to mend, 130 after Ctrl-C."""
    options = _parser().parse_args(arguments)
    try:
        # What overflows is found by what comes out of it
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.showwarning = _in_one_line
            return options.run(options) or 0
    except (ValueError, MemoryError) as error:  # BadInputError, or an estimator's
        print(f"skautoencoder: {first_line(error) or one_line(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("skautoencoder: interrupted; no file was written", file=sys.stderr)
        return INTERRUPTED


def _in_one_line(message, category, filename, lineno, file=None, line=None):
    print(f"skautoencoder: {first_line(message)}", file=sys.stderr)


def _parser():
    parser = argparse.ArgumentParser(
        prog="skautoencoder", description="Autoencoders that stand where PCA stood."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in _COMMANDS:
        command.add_to(commands)
    return parser
