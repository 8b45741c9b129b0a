"""What a command needs that may not be installed, found out before hours of computing."""

from __future__ import annotations

import importlib
import os

from skautoencoder._cli._table import BadInputError
from skautoencoder._errors import one_line

#: What pictures are drawn with.
DRAWING = ("matplotlib", "matplotlib.backends.backend_agg", "pandas")


def check_extra(what, modules, extra):
    """Raise a BadInputError if a module cannot be imported that something needs.

    Parameters
    ----------
    what : str
        A command, or an option.
    modules : tuple of str
    extra : str
        By which they are installed.
    """
    for module in modules:
        name = module.split(".")[0]
        try:
            _import_whatever_backend(module)
        except ImportError as error:
            raise BadInputError(
                f"{what} needs {name}: pip install 'skautoencoder[{extra}]'."
            ) from error
        except Exception as error:  # an installation that is broken in its own way
            raise BadInputError(f"{what} needs {name}, which fails: {one_line(error)}") from error


def _import_whatever_backend(module):
    """Import a module as if no MPLBACKEND were inherited, which can keep matplotlib from it."""
    inherited = os.environ.pop("MPLBACKEND", None)
    try:
        importlib.import_module(module)
    finally:
        if inherited is not None:
            os.environ["MPLBACKEND"] = inherited
