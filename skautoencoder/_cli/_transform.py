"""``skautoencoder transform``: from a file of rows to a file of codes."""

from __future__ import annotations

from skautoencoder._cli._files import write_table
from skautoencoder._cli._model_file import read_model
from skautoencoder._cli._options import add_model_and_data, read_data


def add_to(commands):
    """Add the command and its arguments to a parser's commands."""
    parser = commands.add_parser("transform", help="codes of the rows of a file")
    add_model_and_data(parser)
    parser.set_defaults(run=run)


def run(options):
    """Write the codes of the rows."""
    transformer, _ = read_model(options.model)
    codes = transformer.transform(read_data(options).X)
    write_table(options.out, codes, list(transformer.get_feature_names_out()))
    print(f"wrote {codes.shape[0]:,} codes of {codes.shape[1]} components to {options.out}")
