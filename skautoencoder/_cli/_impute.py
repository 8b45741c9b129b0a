"""``skautoencoder impute``: from a file with gaps to the same without."""

from __future__ import annotations

from skautoencoder._cli._applying import add_model_and_data, model_and_table, write_rows
from skautoencoder._cli._help import add_command
from skautoencoder._cli._options import tell


def add_to(commands):
    """Add the command and its arguments to a parser's commands."""
    parser = add_command(
        commands, "impute", "MODEL DATA --out FILE", "the rows of a file with their gaps filled",
        "Writes a table with its gaps filled, each by what the others of the row lead one to "
        "expect. What is there stays as it is.",
        {
            "a table of yours, by what was learnt from it": "skautoencoder impute "
            "model.safetensors table.csv --out filled.csv",
            "the digits, which have no gaps, and stay as they are": "skautoencoder impute "
            "model.safetensors digits --out filled.csv",
        },
    )  # fmt: skip
    add_model_and_data(parser)
    parser.set_defaults(run=run)


def run(options):
    """Write the rows, filled; columns that the model does not know as they are."""
    model, table, remarks = model_and_table(options)
    filled, told = model.imputed(table)
    n_rows, n_columns = write_rows(options, filled, table)
    tell(options.data, [*remarks, *told])
    print(f"wrote {n_rows:,} rows of {n_columns} columns, filled, to {options.out}")
