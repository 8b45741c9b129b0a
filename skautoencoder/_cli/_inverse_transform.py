"""``skautoencoder inverse-transform``: from a file of codes to a file of rows."""

from __future__ import annotations

from skautoencoder._cli._applying import add_model_and_data, model_and_table, write_rows
from skautoencoder._cli._help import add_command
from skautoencoder._cli._models import codes_of
from skautoencoder._cli._options import tell


def add_to(commands):
    """Add the command and its arguments to a parser's commands."""
    parser = add_command(
        commands, "inverse-transform", "MODEL DATA --out FILE",
        "rows that the codes in a file stand for",
        "Writes the rows that codes stand for, columns as they were when the model was fitted.",
        {
            "digits again, from the codes of the example of 'transform'":
                "skautoencoder inverse-transform model.safetensors codes.csv --out rows.csv",
        },
    )  # fmt: skip
    add_model_and_data(parser)
    parser.set_defaults(run=run)


def run(options):
    """Write the rows that the codes stand for."""
    model, table, remarks = model_and_table(options)
    codes, told = codes_of(table, model.transformer)
    n_rows, n_columns = write_rows(options, model.rebuilt(codes), table)
    tell(options.data, [*remarks, *told])
    print(f"wrote {n_rows:,} rows of {n_columns} columns to {options.out}")
