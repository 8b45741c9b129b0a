"""Tables of text, .csv and its kin: from bytes to a frame, and what to tell of it."""

from __future__ import annotations

import csv
from collections import Counter

from skautoencoder._cli._reading._names import distinct_names
from skautoencoder._cli._reading._plan import plan_of, text_of
from skautoencoder._cli._reading._records import is_blank, lines_of
from skautoencoder._cli._reading._values import typed
from skautoencoder._cli._reading._words import GAPS
from skautoencoder._cli._table import BadInputError


def read_text_table(opened, options):
    """The frame that an opened file of text holds, and a list of what to tell of it.

    Raises
    ------
    BadInputError
        If the file is no text, or its rows are not of one width.
    """
    plan = plan_of(opened, options)
    n_rows, n_blank = _checked_rows(opened.file, plan)
    names, of_names = distinct_names(plan.layout.names)
    frame = _frame(opened.file, plan, names)
    if len(frame) != n_rows:
        raise BadInputError(f"it has {n_rows} rows for one reader, and {len(frame)} for another.")
    of_blanks = (
        [f"{n_blank} empty line{'s' * (n_blank > 1)} left out"]
        if n_blank and len(names) == 1
        else []
    )
    codes = [names[i] for i in plan.codes]
    frame, of_values = typed(frame, plan.decimal, plan.groups_are_sure, codes)
    return frame, [*plan.remarks, *of_blanks, *of_names, *of_values]


def _checked_rows(file, plan):
    """How many rows and empty lines a text has; an error if the rows are not of one width."""
    n_rows, n_blank = 0, 0
    odd: Counter[int] = Counter()
    first = 0, 0
    n_named, width = len(plan.layout.names), plan.layout.width
    with text_of(file, plan.codec, plan.n_lines_before) as text:
        reader = plan.dialect.reader(lines_of(text), strict=True)
        try:
            _skip(reader, plan.layout.n_skipped)
            for record in reader:
                if is_blank(record):
                    n_blank += 1
                    continue
                n_rows += 1
                if len(record) != width or any(map(str.strip, record[n_named:])):
                    here = plan.n_lines_before + reader.line_num, len(record)
                    first = first if odd else here
                    odd[len(record)] += 1
        except csv.Error as error:
            line = plan.n_lines_before + reader.line_num
            raise BadInputError(f"line {line}: {error} (a quote that is not closed?)") from error
    if odd:
        many = f"; {odd.total():,} of {n_rows:,} rows are so" if odd.total() > 1 else ""
        cells = f"{first[1]} cell{'s' * (first[1] != 1)}"
        raise BadInputError(
            f"line {first[0]:,} has {cells} where {n_named} are expected{many}. Mend the file, or "
            "say --sep."
        )
    return n_rows, n_blank


def _frame(file, plan, names):
    """The rows as a frame, cells as pandas takes them."""
    import pandas as pd

    with text_of(file, plan.codec, plan.n_lines_before) as text:
        _skip(plan.dialect.reader(lines_of(text)), plan.layout.n_skipped)
        spare = [f"\0{i}" for i in range(plan.layout.width - len(names))]  # empty, and left out
        return pd.read_csv(
            text, header=None, names=[*names, *spare], usecols=names, index_col=False,
            decimal=plan.decimal, keep_default_na=False, na_values=list(GAPS), low_memory=False,
            dtype={names[i]: str for i in plan.codes},
            **plan.dialect.for_pandas(), **_exactly(pd),
        )  # fmt: skip


def _skip(reader, n_records):
    """Read so many records that are not empty."""
    while n_records > 0 and (record := next(reader, None)) is not None:
        n_records -= not is_blank(record)


def _exactly(pd):
    """What has pandas read numbers to the last bit; from 3.1 on it does so unasked."""
    version = tuple(map(int, pd.__version__.split(".")[:2]))
    return {} if version >= (3, 1) else {"float_precision": "round_trip"}
