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
        "data",
        help=f"'digits', '-' for standard input, or a file: {FORMATS}; packed (.gz, .bz2, .xz, "
        ".zst) or not",
    )
    parser.add_argument("--target", metavar="COLUMN", help="what the rows are; not learnt from")
    reading = parser.add_argument_group("reading", "What is not said is found in the file.")
    reading.add_argument("--sep", type=_separator, help="what separates cells: , ; tab | blanks")
    reading.add_argument(
        "--decimal", choices=[".", ","], metavar="MARK", help="the decimal mark, . or ,"
    )
    reading.add_argument("--encoding", metavar="CODEC", help="such as utf-8, utf-16 or latin-1")
    reading.add_argument(
        "--header", action=argparse.BooleanOptionalAction, help="whether the first row has names"
    )
    reading.add_argument("--columns", type=_names, metavar="A,B", help="take these columns alone")
    reading.add_argument(
        "--drop", type=_names, default=(), metavar="A,B", help="leave these columns out"
    )
    reading.add_argument("--index", metavar="COLUMN", help="what names the rows, also in --out")


def add_scaling(parser):
    """Add the arguments that say how columns of a table become numbers."""
    parser.add_argument(
        "--no-scale", action="store_true",
        help="take named columns in their units; else numbers and dates are scaled, words encoded",
    )  # fmt: skip
    add_kinds(parser)
    parser.add_argument(
        "--encode", action="store_true", help="with --no-scale, columns of text become one-hot"
    )


def add_kinds(parser):
    """Add the argument that says what columns of a table hold."""
    parser.add_argument(
        "--kinds", type=_kinds, default={}, metavar="A=KIND,B=KIND",
        help="kinds of columns where what is found is not what is meant: number, integer, binary, "
        "category, datetime, count",
    )  # fmt: skip


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
    number = float(text)
    return number if 0 < number < 1 else int(text)


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
