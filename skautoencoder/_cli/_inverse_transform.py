"""``skautoencoder inverse-transform``: from a file of codes to a file of rows."""

from __future__ import annotations

from skautoencoder._cli._files import write_table
from skautoencoder._cli._model_file import read_model
from skautoencoder._cli._options import add_model_and_data, read_data


def add_to(commands):
    """Add the command and its arguments to a parser's commands."""
    parser = commands.add_parser(
        "inverse-transform", help="rows that the codes in a file stand for"
    )
    add_model_and_data(parser)
    parser.set_defaults(run=run)


def run(options):
    """Write the rows that the codes stand for."""
    transformer, columns = read_model(options.model)
    rows = transformer.inverse_transform(read_data(options).X)
    write_table(options.out, rows, columns)
    print(f"wrote {rows.shape[0]:,} rows of {rows.shape[1]} columns to {options.out}")
