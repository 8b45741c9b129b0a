"""What several commands take: the data they read, and the file they write."""

from __future__ import annotations

import argparse
import csv
import sys

from skautoencoder._cli._files import read_table
from skautoencoder._cli._reading import FORMATS, ReadingOptions
from skautoencoder._cli._table import BadInputError
from skautoencoder._cli._whole_file import check_writable


def add_data(parser):
    """Add the arguments that say which data a command reads, and how."""
    parser.add_argument(
        "data", metavar="DATA",
        help=f"'digits', which comes with scikit-learn, '-' for standard input, or a file: "
        f"{FORMATS}; packed (.gz, .bz2, .xz, .zst) or not",
    )  # fmt: skip
    reading = parser.add_argument_group("reading", "What is not said is found in the file.")
    reading.add_argument(
        "--target", metavar="COLUMN",
        help="the column that says what each row is, which is set apart and not learnt from "
        "(default: none)",
    )  # fmt: skip
    reading.add_argument(
        "--index", metavar="COLUMN",
        help="the column that names the rows, not learnt from, and written to --out "
        "(default: none)",
    )  # fmt: skip
    reading.add_argument(
        "--columns", type=_names, metavar="A,B",
        help="take these columns alone (default: all but those that count or name the rows)",
    )  # fmt: skip
    reading.add_argument(
        "--drop", type=_names, default=(), metavar="A,B",
        help="leave these columns out (default: none)",
    )  # fmt: skip
    reading.add_argument(
        "--sep", type=_separator, metavar="MARK",
        help="what separates cells: , ; tab | blanks (default: found)",
    )  # fmt: skip
    reading.add_argument(
        "--decimal", choices=[".", ","], metavar="MARK",
        help="the decimal mark, . or , (default: found)",
    )  # fmt: skip
    reading.add_argument(
        "--encoding", metavar="CODEC",
        help="of text, such as utf-8, utf-16 or latin-1 (default: found)",
    )  # fmt: skip
    reading.add_argument(
        "--header", action=argparse.BooleanOptionalAction,
        help="whether the first row has names (default: found)",
    )  # fmt: skip


def add_sizes(parser, default, **more):
    """Add the argument that says how wide the code is."""
    parser.add_argument(
        "--n-components", type=components, default=default, metavar="K",
        help="numbers that a row is squeezed into, or the share of the variance that they are to "
        "explain, such as 0.9",
        **more,
    )  # fmt: skip


def add_seed(parser):
    """Add the argument that decides all that is random."""
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N",
        help="of all that is random: the same gives the same again",
    )  # fmt: skip


def add_scaling(parser):
    """Add the arguments that say how columns of a table become numbers."""
    scaling = add_kinds(parser)
    scaling.add_argument(
        "--no-scale", action="store_true",
        help="take named columns in their own units, numbers alone (default: numbers and dates are "
        "scaled, words encoded)",
    )  # fmt: skip
    scaling.add_argument(
        "--encode", action="store_true", help="with --no-scale, columns of text become one-hot"
    )


def add_kinds(parser):
    """Add the argument that says what columns of a table hold; gives its group."""
    group = parser.add_argument_group("columns")
    group.add_argument(
        "--kinds", type=_kinds, default={}, metavar="A=KIND,B=KIND",
        help="kinds of columns where what is found is not what is meant: number, integer, binary, "
        "category, datetime, count (default: found)",
    )  # fmt: skip
    return group


def read_data(options, choose=True):
    """The table that the arguments of :func:`add_data` name, and a list of what to tell of it."""
    return read_table(
        options.data,
        options.target,
        ReadingOptions(
            options.sep, options.decimal, options.encoding, options.header, options.columns,
            options.drop, options.index,
        ),
        choose,
    )  # fmt: skip


def tell(source, remarks):
    """Say in one line how a file was read, where it was not as plainly as one expects."""
    if remarks:
        print(f"skautoencoder: {source}: {'; '.join(remarks)}", file=sys.stderr)


def check_out(path, ends, option="--out"):
    """Raise a BadInputError if a file to write has another ending, or could not be written."""
    if path and not path.lower().endswith(ends):
        raise BadInputError(f"{option} {path!r} must end in {' or '.join(ends)}.")
    if path:
        check_writable(path)


def components(text):
    """A number of components, or the share of the variance that they are to explain."""
    try:
        number = float(text)
        return number if 0 < number < 1 else int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no whole number from 1, and no share between 0 and 1."
        ) from None


def _names(text):
    """Names with commas between them, those with commas in them in quotes."""
    return tuple(next(csv.reader([text], skipinitialspace=True), []))


def _kinds(text):
    """Kinds by name, from names and kinds with = between them."""
    pairs = [name.rpartition("=") for name in _names(text)]
    if not all(name and kind for name, _, kind in pairs):
        raise argparse.ArgumentTypeError(f"{text!r} is none of such as zip=category,age=number.")
    return {name: kind for name, _, kind in pairs}


def _separator(text):
    sep = {"tab": "\t", "\\t": "\t", "blanks": " ", "space": " "}.get(text, text)
    if len(sep) != 1 or sep in '"\r\n\0':
        raise argparse.ArgumentTypeError(f"{text!r} is no single character.")
    return sep
