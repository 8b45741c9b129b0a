"""Errors as users see them: one line on what to mend, or the end of a traceback and a request."""

from __future__ import annotations

import sys
import traceback
from dis import opname

from skautoencoder._cli._table import BadInputError
from skautoencoder._errors import first_line, one_line

#: Exit codes.
DONE, BUG, BAD_INPUT = 0, 1, 2

_N_FRAMES = 3  # of a traceback's end
# Whose checks say what is wrong with parameters and data.
_CHECKING = ("skautoencoder.", "sklearn.utils.")


def tell_error(error, whole):
    """Print what a command ended with, and give its exit code.

    Parameters
    ----------
    error : Exception
    whole : bool
        Whether to print the whole traceback.
    """
    mendable = can_be_mended(error)
    if whole or not mendable:
        limit = None if whole else -_N_FRAMES
        print("".join(traceback.format_exception(error, limit=limit)), end="", file=sys.stderr)
    if mendable:
        print(f"skautoencoder: {first_line(error) or one_line(error)}", file=sys.stderr)
        return BAD_INPUT
    print(
        "skautoencoder: this is a bug of skautoencoder's, not a fault of yours. Please report it, "
        "with the\ncommand, what it prints with --traceback, and what 'skautoencoder --version' "
        "says.",
        file=sys.stderr,
    )
    return BUG


def can_be_mended(error):
    """Whether a user can mend what an error says: a check raised it, or memory is short.

    The ValueErrors of estimators are no class of their own. One that a check of theirs raises
    differs from one that came about by a bug, in NumPy's code or between two lines of ours, in
    that a ``raise`` of ours or of scikit-learn's checks is where it began.
    """
    if isinstance(error, BadInputError | MemoryError):
        return True
    return isinstance(error, ValueError) and _is_raised_by_a_check(error.__traceback__)


def is_ours(error):
    """Whether an error is one of programming, and began in this package: a bug, not bad data."""
    wrong = isinstance(error, AssertionError | AttributeError | NameError | TypeError)
    return wrong and _module(_innermost(error.__traceback__)).startswith("skautoencoder.")


def _is_raised_by_a_check(trace):
    if trace is None:
        return False
    innermost = _innermost(trace)
    instruction = opname[innermost.tb_frame.f_code.co_code[innermost.tb_lasti]]
    return instruction == "RAISE_VARARGS" and _module(innermost).startswith(_CHECKING)


def _innermost(trace):
    while trace.tb_next is not None:
        trace = trace.tb_next
    return trace


def _module(trace):
    return trace.tb_frame.f_globals.get("__name__", "")
