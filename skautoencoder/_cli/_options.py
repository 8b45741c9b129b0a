"""What several commands take: the data they read, and the file they write."""

from __future__ import annotations

from skautoencoder._cli._files import FORMATS, read_table
from skautoencoder._cli._table import BadInputError
from skautoencoder._cli._whole_file import check_writable


def add_data(parser):
    """Add the arguments that say which data a command reads."""
    parser.add_argument("data", help=f"'digits', or a file: {FORMATS}")
    parser.add_argument("--target", metavar="COLUMN", help="what the rows are; not learnt from")
    parser.add_argument("--encode", action="store_true", help="columns of text become one-hot")


def add_model_and_data(parser):
    """Add the arguments of a command that applies a model to data, and writes a table."""
    parser.add_argument("model", help="from 'fit'; only open files that you trust")
    add_data(parser)
    parser.add_argument("--out", metavar="FILE", required=True, help=".csv, .parquet or .npy")


def read_data(options):
    """The table that the arguments of :func:`add_data` name."""
    return read_table(options.data, options.target, options.encode)


def check_out(path, ends):
    """Raise a BadInputError if ``--out`` has another ending, or could not be written."""
    if path and not path.endswith(ends):
        raise BadInputError(f"--out {path!r} must end in {' or '.join(ends)}.")
    if path:
        check_writable(path)
