"""What kind a column seems to be of, and what kinds refuse."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest

from skautoencoder._tables._encoding import learn_encoding
from skautoencoder._tables._kinds import KINDS, find_kind
from skautoencoder._tables._table import read_table

N = 40
NUMBER = np.random.RandomState(0).standard_normal(N)
DAYS = [dt.date(2020, 1, 1) + dt.timedelta(7 * i) for i in range(N)]


def found(values):
    (column,) = read_table(pd.DataFrame({"a": values})).columns
    return find_kind(column)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (NUMBER, "number"),
        (NUMBER.astype("float32"), "number"),
        ([Decimal("1.25") * i for i in range(N)], "number"),
        (pd.to_timedelta(np.arange(N), unit="h"), "number"),
        (np.arange(N) % 7, "integer"),
        (np.where(np.arange(N) % 7 == 0, np.nan, np.arange(N) % 7), "integer"),
        (np.arange(N) + 1990, "integer"),
        (np.arange(N)[::-1], "integer"),
        (np.full(N, 5), "integer"),
        (np.full(N, 2.5), "number"),
        (np.arange(N) % 2, "binary"),
        (np.where(NUMBER > 0, 1.5, -3.0), "binary"),
        (NUMBER > 0, "binary"),
        ([True, None] * (N // 2), "binary"),
        (["yes", "no"] * (N // 2), "binary"),
        (["a", "b", "c", ""] * (N // 4), "category"),
        ([1, "a", None, 2.5] * (N // 4), "category"),
        (["only"] * N, "category"),
        (pd.Categorical(list("abcd") * (N // 4)), "category"),
        (pd.Categorical([f"level {i}" for i in range(N)]), "category"),
        (pd.to_datetime(DAYS), "datetime"),
        (DAYS, "datetime"),
        (pd.to_datetime(DAYS).tz_localize("Asia/Kolkata"), "datetime"),
    ],
)
def test_kinds_by_type_and_values(values, kind):
    assert found(values) == (kind, "")


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (np.arange(N), "an index"),
        (np.arange(N) + 1.0, "an index"),
        ([f"id {i}" for i in range(N)], "an id"),
        ([f"id {i}" if i % 10 else "twice" for i in range(N)], "an id"),
        ([f"what someone has to say about {i % 25}" for i in range(N)], "free text"),
        ([None] * N, "no value"),
        (np.full(N, np.nan), "no value"),
        (pd.period_range("2000-01", periods=N, freq="M"), "an id"),
    ],
)
def test_what_is_set_aside_and_why(values, why):
    assert found(values) == ("drop", why)


def test_few_rows_are_neither_ids_nor_an_index():
    assert found(range(5)).kind == "integer"
    assert found(list("abcde")).kind == "category"


FRAME = pl.DataFrame(
    {
        "number": NUMBER,
        "text": ["a", "b", "c", "7"] * (N // 4),
        "level": pl.Series(["a", "b"] * (N // 2), dtype=pl.Categorical),
        "day": DAYS,
        "below": [-1, 2, 5, 9] * (N // 4),
        "span": [dt.timedelta(hours=i) for i in range(N)],
        "empty": pl.Series([None] * N, dtype=pl.Float64),
    }
)


@pytest.mark.parametrize(
    ("kinds", "message"),
    [
        ({"zip": "category"}, "names the column 'zip', which X does not have. It has 'number'"),
        ({"text": "words"}, "'words'}: a kind must be one of 'number', 'integer', 'binary'"),
        ({"text": ["category"]}, "a kind must be one of"),
        ({"text": "number"}, "Column 'text' is of numbers, but holds 'a'"),
        ({"level": "number"}, "'level' is of a categorical type"),
        ({"day": "number"}, "Column 'day' holds dates.*'datetime' is for dates"),
        ({"day": "count"}, "Column 'day' holds dates"),
        ({"span": "count"}, "Column 'span' holds spans of time"),
        ({"number": "integer"}, "Column 'number' is of whole numbers, but holds .*'number'"),
        ({"number": "datetime"}, "'datetime'} needs a column of dates, but it holds float"),
        ({"text": "binary"}, "'binary'} needs two values, but the column holds 4: 'a', 'b', 'c'"),
        ({"below": "count"}, "'count'} needs whole numbers from 0, but the column holds -1"),
        ({"empty": "number"}, "but no row has a value in that column"),
        ({name: "drop" for name in FRAME.columns}, "No column of X varies"),
    ],
)
def test_kinds_that_a_column_is_not_of(kinds, message):
    with pytest.raises(ValueError, match=message):
        learn_encoding(read_table(FRAME), kinds)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("number", ["1.5", "2.25", "-3", "1000"]),
        ("number", [True, False, True, True]),
        ("integer", ["1", "20", "-3", "4"]),
        ("count", [0, 3, 1, 12]),
        ("category", [1, 2, 3, 1]),
        ("category", [0.5, 1.5, 2.5, 0.5]),
        ("binary", [dt.date(2020, 1, 1), dt.date(2021, 1, 1)] * 2),
        ("category", pd.to_datetime(["2020-01-01", "2020-01-02", "2021-01-01", "2020-01-01"])),
    ],
)
def test_a_kind_that_is_asked_for(kind, values):
    frame = pd.DataFrame({"a": values})
    encoding, _ = learn_encoding(read_table(frame), {"a": kind})
    assert encoding.kinds == {"a": kind}
    back = encoding.decode(encoding.encode(read_table(frame))[0])
    assert back["a"].dtype == frame["a"].dtype
    assert back["a"].tolist() == frame["a"].tolist()


def test_every_kind_is_tried():
    assert set(KINDS) == {"number", "integer", "binary", "category", "datetime", "count"}
