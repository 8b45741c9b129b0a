"""Tables from files: the whole of one, or what is learnt from."""

from __future__ import annotations

from pathlib import Path

from skautoencoder._cli._reading import ReadingOptions, read_file
from skautoencoder._cli._reading._choice import choice_of
from skautoencoder._cli._table import BadInputError, Table


def read_table(source, target=None, options=None, choose=True):
    """The table that a name or a path stands for, and a list of what to tell of it.

    Parameters
    ----------
    source : str
        "digits", "-" for standard input, or a file in one of these formats: text, .xlsx,
        .parquet, .feather with named columns; .npy with a matrix; .npz with ``X`` and maybe
        ``y``; idx images, whose labels are found beside them.
    target : str, default=None
        Column to set apart as y.
    options : ReadingOptions, default=None
        How to read it, and which columns to take.
    choose : bool, default=True
        Whether columns that name or count rows are left out. A fitted model chooses itself.

    Raises
    ------
    BadInputError
        If there is no such file, format or column, or the file is not sound.
    """
    options = options or ReadingOptions()
    if source == "digits":
        content, remarks = _digits(), []
    elif source != "-" and not Path(source).exists():
        raise BadInputError(
            f"there is no file {source!r}, and no data set of that name but 'digits'."
        )
    else:
        found = read_file(source, options)
        content, remarks = found.content, found.remarks
    if not isinstance(content, Table):
        choice = choice_of(content, target, options, choose)
        names = [str(name) for name in choice.frame]
        left_out = tuple(str(name) for name in content if name not in choice.frame)
        table = Table(choice.frame, names, choice.y, None, choice.index, left_out, content)
        return table, [*remarks, *choice.remarks]
    return _of_array(content, source, target, options), remarks


def _of_array(table, source, target, options):
    """A table without names of columns, of which none can be asked for by name."""
    asked = {"target": target, "index": options.index, "columns": options.columns}
    asked |= {"drop": options.drop or None}
    for option, value in asked.items():
        if value is not None:
            raise BadInputError(f"--{option} {value!r}: {source!r} has no named columns.")
    return table


def _digits():
    from sklearn.datasets import load_digits

    data = load_digits()
    return Table(data.data, list(data.feature_names), data.target, (8, 8))
