"""How a page was made: the data, the settings, the versions, when."""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from platform import python_version

_PACKAGES = ("scikit-learn", "numpy", "jax")


def source_name(source):
    """What a page calls its data: a file by its name, without the folder."""
    return "standard input" if source == "-" else Path(source).name


def facts(options, table, settings, remarks):
    """What stands at the end of a page, as a dict of texts.

    Parameters
    ----------
    options : Namespace
        With ``data``, ``target`` and ``seed``.
    table : Table
    settings : dict of str to str
        Of the command.
    remarks : list of str
        How the file was read.
    """
    from skautoencoder import __version__

    n_rows, n_columns = table.X.shape
    shape = f"{source_name(options.data)}: {n_rows:,} rows of {len(table.names):,} columns"
    if n_columns != len(table.names):
        shape += f", encoded as {n_columns:,} numbers"
    found = {"Data": shape}
    if remarks:
        found["As it was read"] = "; ".join(remarks)
    if options.target:
        found["Target"] = options.target
    versions = [f"{name} {version(name)}" for name in _PACKAGES]
    return {
        **found,
        **settings,
        "Seed": str(options.seed),
        "Versions": ", ".join(
            [f"skautoencoder {__version__}", *versions, f"Python {python_version()}"]
        ),
        "Date": datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %z"),
    }
