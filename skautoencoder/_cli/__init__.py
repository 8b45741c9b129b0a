"""The command line: compare, fit, transform and back, impute, outliers, from file to file."""

from __future__ import annotations

import argparse
import os
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
from skautoencoder._cli._failures import tell_error
from skautoencoder._cli._help import HelpFormatter, Version, add_traceback, epilog
from skautoencoder._cli._interrupting import INTERRUPTED, Watched
from skautoencoder._cli._progress import erase_line
from skautoencoder._errors import first_line

_COMMANDS = (_compare, _fit, _transform, _inverse_transform, _impute, _outliers)
_DESCRIPTION = """\
Autoencoders that stand where PCA stood: from a table in a file to codes of a few
numbers a row, and back; to a table without gaps; to a list of unusual rows.
'skautoencoder COMMAND --help' says more of a command."""
_EXIT_CODES = """

exit codes:
  0    done
  1    a bug of skautoencoder's: the end of its traceback says where
  2    something to mend, in the command or in the data: one line says what
  130  ended by Ctrl-C: a line says what was kept, and in which file"""
_EXAMPLES = {
    "see on data that are there what an autoencoder gains over PCA": "skautoencoder compare digits",
    "learn a code of 4 numbers from a table of yours": "skautoencoder fit table.csv "
    "--n-components 4 --out model.safetensors",
    "apply it": "skautoencoder transform model.safetensors table.csv --out codes.csv",
}


def main(arguments=None):
    """Run one command, and give its exit code, of which ``--help`` has a list."""
    parser = _parser()
    if not (sys.argv[1:] if arguments is None else arguments):
        parser.print_help(sys.stderr)
        return 2
    options = parser.parse_args(arguments)
    with Watched() as options.watched:
        try:
            # What overflows is found by what comes out of it
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.showwarning = _in_one_line
                return options.run(options) or 0
        except BrokenPipeError:  # as of 'skautoencoder ... | head'
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 1
        except Exception as error:
            options.watched.progress.close()
            return tell_error(error, options.traceback)
        except KeyboardInterrupt:
            where = options.watched.progress.where
            options.watched.progress.close()
            where = f" ({where})" if where else ""
            print(f"skautoencoder: interrupted{where}; no file was written", file=sys.stderr)
            return INTERRUPTED


def _in_one_line(message, category, filename, lineno, file=None, line=None):
    print(f"{erase_line()}skautoencoder: {first_line(message)}", file=sys.stderr)


def _parser():
    parser = argparse.ArgumentParser(
        prog="skautoencoder", usage="skautoencoder COMMAND ... [options]",
        description=_DESCRIPTION, epilog=epilog(_EXAMPLES) + _EXIT_CODES,
        formatter_class=HelpFormatter,
    )  # fmt: skip
    parser.add_argument("--version", action=Version, help="print versions, also of JAX and others")
    add_traceback(parser)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    for command in _COMMANDS:
        command.add_to(commands)
    return parser
