"""``skautoencoder transform``: from a file of rows to a file of codes."""

from __future__ import annotations

from skautoencoder._cli._applying import add_model_and_data, model_and_table, write_rows
from skautoencoder._cli._help import add_command
from skautoencoder._cli._options import tell


def add_to(commands):
    """Add the command and its arguments to a parser's commands."""
    parser = add_command(
        commands, "transform", "MODEL DATA --out FILE", "codes of the rows of a file",
        "Writes the code of each row of a table: a few numbers, by a model that 'fit' wrote.",
        {
            "codes of the digits, by the model of the example of 'fit'":
                "skautoencoder transform model.safetensors digits --out codes.csv",
        },
    )  # fmt: skip
    add_model_and_data(parser)
    parser.set_defaults(run=run)


def run(options):
    """Write the codes of the rows."""
    model, table, remarks = model_and_table(options, in_passes=True)
    codes, told = model.codes(table)
    n_rows, n_components = write_rows(options, codes, table)
    tell(options.data, [*remarks, *told])
    print(f"wrote {n_rows:,} codes of {n_components} components to {options.out}")
