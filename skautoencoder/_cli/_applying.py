"""What the commands have in common that apply a model to the rows of a file."""

from __future__ import annotations

import numpy as np

from skautoencoder._cli._long_files import IN_PASSES, long_file
from skautoencoder._cli._model_file import read_model
from skautoencoder._cli._options import add_data, read_data
from skautoencoder._cli._table import BadInputError, LongTable
from skautoencoder._cli._writing import TABLE_FORMATS, check_table_out, write_table


def add_model(parser):
    """Add the arguments that say which model a command applies."""
    parser.add_argument(
        "model", metavar="MODEL", help="a file from 'fit', or from Python's skautoencoder.save"
    )
    parser.add_argument(
        "--trust-pickle", action="store_true",
        help="open the model if it is a pickle, too, which may execute anything",
    )  # fmt: skip


def add_model_and_data(parser):
    """Add the arguments of a command that applies a model to data, and writes a table."""
    add_model(parser)
    add_data(parser)
    parser.add_argument(
        "--out", metavar="FILE", required=True, help=f"the file to write: {TABLE_FORMATS}"
    )


def model_and_table(options, *, in_passes=False):
    """The model and the table that were asked for, and a list of what to tell of the latter.

    With ``in_passes``, files that are too long for memory are taken, too.

    Raises
    ------
    BadInputError
        If either cannot be read, or ``--out`` could not be written.
    """
    check_table_out(options.out)
    model = read_model(options.model, options.trust_pickle)
    long = long_file(options, model.column_names) if in_passes else None
    if long is not None:
        return model, LongTable(long), [IN_PASSES]
    return model, *read_data(options, choose=False)


def write_rows(options, rows, table):
    """Write rows to ``--out``, beside what names those of a table; how many rows and columns.

    Raises
    ------
    BadInputError
        If they are numbers that are not finite, or cannot be written.
    """
    if isinstance(rows.content, np.ndarray) and not np.isfinite(rows.content).all():
        raise BadInputError(
            f"there are values in {options.data!r} that are too large to reckon with."
        )
    write_table(options.out, rows.content, rows.names, table.index)
    return rows.content.shape
