"""What a user may say about a file, where the file alone does not say it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReadingOptions:
    """How to read a table, None where the file is to be looked at.

    Attributes
    ----------
    sep : str or None
        What stands between two cells; " " is any run of blanks.
    decimal : str or None
        "." or ",".
    encoding : str or None
        A codec of Python.
    header : bool or None
        Whether the first row holds the names of the columns.
    columns : tuple of str or None
        The only columns to take.
    drop : tuple of str
        Columns to leave out.
    index : str or None
        The column that names the rows.
    """

    sep: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    header: bool | None = None
    columns: tuple[str, ...] | None = None
    drop: tuple[str, ...] = ()
    index: str | None = None
