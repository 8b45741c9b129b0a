"""Tables to rows of numbers and back: the same values, types and library."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from skautoencoder._tables._encoding import learn_encoding
from skautoencoder._tables._levels import learn_category, most_levels
from skautoencoder._tables._table import read_table

ZONE = "Europe/Berlin"
# Two hours on the night that has one of them twice.
FALL = pd.date_range("2021-10-30 22:00", "2021-10-31 06:00", freq="h", tz="UTC").tz_convert(ZONE)


def there_and_back(frame, kinds=None):
    table = read_table(frame)
    encoding, _ = learn_encoding(table, kinds)
    return encoding.decode(encoding.encode(table)[0])


def same(one, other):
    pd.testing.assert_series_equal(one, other, check_names=False, check_exact=True)


PANDAS = {
    "int64": pd.Series([3, -7, 12, 5]),
    "uint8": pd.Series([0, 255, 7, 3], dtype="uint8"),
    "int8": pd.Series([-128, 127, 7, 3], dtype="int8"),
    "uint64": pd.Series([2**64 - 1, 2**64 - 3, 2**64 - 7, 2**64 - 2], dtype="uint64"),
    "far apart": pd.Series([-(2**63), 2**63 - 1, -(2**63), 2**63 - 1, 0]),
    "above 2**53": pd.Series([2**53 + 1, 2**53 + 3, 2**60 + 1, 2**60 + 5]) % (2**53 + 9) + 2**53,
    "Int64": pd.Series([1, 5, 9, 3], dtype="Int64"),
    "float whole": pd.Series([1.0, 5.0, 9.0, 3.0]),
    "bool": pd.Series([True, False, True, True]),
    "boolean": pd.Series([True, False, True, True], dtype="boolean"),
    "object bool": pd.Series([True, False, True, True], dtype=object),
    "category": pd.Series(pd.Categorical(list("abca"), ["c", "unused", "b", "a"], ordered=True)),
    "category of int": pd.Series([3, 1, 2, 3], dtype="category"),
    "string": pd.Series(["x", "", "x", "y"], dtype="string"),
    "object": pd.Series(["x", "", "x", "y"], dtype=object),
    "mixed": pd.Series(["x", 1, 2.5, "y"], dtype=object),
    "dates": pd.Series(pd.to_datetime(["2020-02-29", "1677-10-01", "2200-01-01", "2020-03-01"])),
    "nanoseconds": pd.Series(np.array([1, 5, 10**9, 7], "M8[ns]")),
    "seconds": pd.Series(np.array([1, 5, 10**9, 7], "M8[s]")),
    "zone": pd.Series(FALL),
    "date objects": pd.Series([dt.date(2020, 1, 1), dt.date(1, 1, 1), dt.date(9999, 12, 31)]),
    "spans": pd.Series(pd.to_timedelta([1, 90, 5, 60], unit="min")),
    "arrow text": pd.Series(list("abca"), dtype=pd.ArrowDtype(pa.string())),
    "arrow dates": pd.Series([1, 3, 900], dtype="M8[s]").astype(pd.ArrowDtype(pa.date32())),
    "arrow zone": pd.Series(FALL).astype(pd.ArrowDtype(pa.timestamp("us", ZONE))),
    "period": pd.Series(pd.period_range("2020-01", periods=3, freq="M")),
    "constant": pd.Series([7, 7, 7], dtype="int16"),
    "constant text": pd.Series(["same"] * 3),
    "constant date": pd.Series(FALL[:1].repeat(3)),
}


@pytest.mark.parametrize("name", PANDAS)
def test_columns_of_pandas_come_back(name):
    values = PANDAS[name]
    frame = pd.DataFrame({"a": values, "beside": np.arange(len(values)) ** 2})
    back = there_and_back(frame)
    same(back["a"], frame["a"])
    assert list(back.columns) == ["a", "beside"]


POLARS = {
    "i8": pl.Series([-128, 127, 5], dtype=pl.Int8),
    "u64": pl.Series([2**64 - 1, 2**64 - 3, 2**64 - 7], dtype=pl.UInt64),
    "bool": pl.Series([True, False, True]),
    "text": pl.Series(["x", "", "y"]),
    "categorical": pl.Series(["x", "y", "z"], dtype=pl.Categorical),
    "enum": pl.Series(["x", "z", "x"], dtype=pl.Enum(["z", "y", "x"])),
    "date": pl.Series([dt.date(2020, 2, 29), dt.date(1500, 1, 1), dt.date(9999, 12, 31)]),
    "datetime": pl.Series([dt.datetime(2020, 2, 29, 1, 2, 3, 4), dt.datetime(1500, 1, 1)]),
    "zone": pl.Series(list(FALL.tz_convert("UTC").to_pydatetime())).dt.convert_time_zone(ZONE),
    "duration": pl.Series([dt.timedelta(1), dt.timedelta(microseconds=7)]),
    "time": pl.Series([dt.time(1, 2), dt.time(3)]),
    "decimal": pl.Series([Decimal("1.25"), Decimal("3.75"), Decimal("2.00")]),
    "binary": pl.Series([b"a", b"b", b"a"]),
}


@pytest.mark.parametrize("name", POLARS)
def test_columns_of_polars_and_arrow_come_back(name):
    frame = pl.DataFrame({"a": POLARS[name]}).with_columns(pl.int_range(pl.len()).alias("b") ** 2)
    back = there_and_back(frame)
    assert back.equals(frame)
    assert back.schema == frame.schema
    table = frame.to_arrow()
    again = there_and_back(table)
    assert again.schema == table.schema
    assert again.to_pylist() == table.to_pylist()


def test_arrays_come_back_as_arrays():
    numbers = np.array([[1.0, 4], [2, 6], [4, 7]], np.float32)
    back = there_and_back(numbers)
    assert back.dtype == np.float32
    assert_array_equal(back, numbers)
    objects = np.array([["a", 1.5, True], ["b", 2.5, False], ["c", 0.5, True]], object)
    back = there_and_back(objects)
    assert back.dtype == object
    assert_array_equal(back[:, [0, 2]], objects[:, [0, 2]])
    assert_allclose(back[:, 1].astype(float), objects[:, 1].astype(float), rtol=1e-14)
    assert there_and_back([["a", 1], ["b", 2], ["c", 7]]).tolist() == [["a", 1], ["b", 2], ["c", 7]]
    dates = np.array([["2020-01-01"], ["2020-03-01"], ["2021-01-01"]], "M8[D]")
    assert_array_equal(there_and_back(dates), dates)


@pytest.mark.parametrize(
    "names",
    [[3, 1], [("a", 1), ("a", 2)], pd.MultiIndex.from_tuples([("a", 1), ("b", 2)]), [1, "x"]],
)
def test_names_of_any_type(names):
    frame = pd.DataFrame([[1.5, "u"], [2.0, "v"], [4.5, "w"]])
    frame.columns = names
    pd.testing.assert_frame_equal(there_and_back(frame), frame)


@given(
    st.lists(
        st.none() | st.floats(-1e300, 1e300) | st.integers(-5, 5).map(float),
        min_size=2,
        max_size=30,
    )
)
@settings(max_examples=60, deadline=None)
def test_numbers_come_back_to_rounding(values):
    frame = pl.DataFrame({"a": pl.Series(values, dtype=pl.Float64), "beside": range(len(values))})
    encoding, _ = learn_encoding(read_table(frame), {"beside": "integer"})
    rows, unseen = encoding.encode(read_table(frame))
    assert not unseen
    back = encoding.decode(np.nan_to_num(rows))
    assert back.schema["beside"] == pl.Int64
    assert back["beside"].to_list() == list(range(len(values)))
    if encoding.kinds["a"] == "drop":
        return
    seen = np.array([value is not None for value in values])
    if encoding.parts[0].encoder.width:
        assert_array_equal(np.isnan(rows[:, 0]), ~seen)
    expected = np.array([value for value in values if value is not None])
    found = back["a"].to_numpy()[seen]
    assert np.abs(found - expected).max() <= 1e-12 * np.abs(expected).max()
    assert expected.min() <= found.min() <= found.max() <= expected.max()


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_whole_numbers_and_dates_come_back_exactly_from_near_their_codes(data):
    low, step = data.draw(st.integers(-(2**40), 2**40)), data.draw(st.integers(1, 10**6))
    counts = data.draw(st.lists(st.integers(0, 1000), min_size=4, max_size=20))
    values = [low + step * count for count in counts]
    frame = pd.DataFrame(
        {"n": values, "t": np.array(values, "M8[ms]"), "beside": np.arange(len(values))}
    )
    encoding, _ = learn_encoding(read_table(frame), {"n": "integer", "beside": "number"})
    rows = encoding.encode(read_table(frame))[0]
    back = encoding.decode(rows + 1e-7)
    assert back["n"].tolist() == values
    assert back["t"].tolist() == frame["t"].tolist()
    far = encoding.decode(data.draw(st.sampled_from([-1e30, 1e30, 1e5])) * np.ones_like(rows))
    assert far["n"].between(min(values), max(values)).all()
    assert far["t"].between(frame["t"].min(), frame["t"].max()).all()


@given(st.lists(st.none() | st.text(max_size=3), min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
def test_levels_come_back_and_gaps_are_whole_blocks(values):
    frame = pl.DataFrame({"a": pl.Series(values, dtype=pl.String), "beside": range(len(values))})
    frame = frame.with_columns(pl.col("beside") ** 2)
    if len(values) < 2 or all(value is None for value in values):
        return
    encoding, _ = learn_encoding(read_table(frame), {"a": "category"})
    rows = encoding.encode(read_table(frame))[0]
    block = rows[:, encoding.parts[0].columns]
    seen = np.array([value is not None for value in values])
    assert np.isnan(block[~seen]).all()
    if block.shape[1]:
        assert_array_equal(block[seen].sum(1), 1)
    back = encoding.decode(np.nan_to_num(rows))["a"].to_list()
    if len(set(values)) <= 31:
        assert [value for value, there in zip(back, seen, strict=True) if there] == [
            value for value in values if value is not None
        ]


# -- many levels


def levels_of(counts):
    values = np.repeat([f"v{i:04d}" for i in range(len(counts))], counts)
    (column,) = read_table(pl.DataFrame({"a": values})).columns
    return column


@pytest.mark.parametrize(
    ("counts", "most", "n_own"),
    [
        ([5] * 30, 100, 30),
        ([5] * 31, 100, 31),
        ([5] * 32, 100, 30),
        ([20] * 60 + [1] * 100, 100, 50),
        ([20] * 500, 100, 100),
        ([20] * 500, 40, 30),
        ([5] * 25, 10, 10),
    ],
)
def test_rare_levels_share_a_column(counts, most, n_own):
    encoder = learn_category(levels_of(counts), most)
    assert len(encoder.levels) == n_own
    assert len(encoder.levels) + len(encoder.pooled) == len(counts)
    assert encoder.width == n_own + bool(encoder.pooled)
    if encoder.pooled:
        other = np.eye(encoder.width)[[-1] * 200]
        assert set(encoder.decode(other)) == {encoder.pooled[0]}
        drawn = encoder.decode(other, np.random.RandomState(0))
        assert set(drawn) <= set(encoder.pooled)
        assert len(set(drawn)) > 1
        assert sum(encoder.shares) == pytest.approx(1)


def test_the_width_of_a_table_is_bounded():
    assert most_levels(1) == 100
    assert 50 * most_levels(50) <= 2000
    assert most_levels(10_000) == 10


# -- tables that cannot be read


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "several columns named 'a'"),
        (pd.DataFrame({"a": [[1, 2], [3]]}), "Column 'a' holds objects of the type list"),
        (pd.DataFrame({"a": [{"b": 1}, {}]}), "Column 'a' holds objects of the type dict"),
        (pl.DataFrame({"a": [[1, 2], [3]]}), r"Column 'a' holds values of the type List"),
        (pl.DataFrame({"a": [{"b": 1}]}), r"Column 'a' holds values of the type Struct"),
        (pa.table({"a": [[1, 2], [3]]}), r"Column 'a' holds values of the type List"),
        (np.zeros(3), "Expected 2D array, got 1D array"),
        (np.zeros((2, 2, 2)), "Expected 2D array, got 3D array"),
        (np.zeros((2, 2), complex), "Complex data not supported"),
        (np.array([(1, 2.0)], [("a", int), ("b", float)]), "2D array|structured"),
    ],
)
def test_tables_that_cannot_be_read(table, message):
    with pytest.raises(ValueError, match=message):
        read_table(table)


def test_lazy_frames_are_collected():
    table = read_table(pl.LazyFrame({"a": [1, 2], "b": ["x", None]}))
    assert (table.library, table.names, table.n_rows) == ("polars", ["a", "b"], 2)


def test_frames_that_must_be_collected_first():
    class Query:
        columns = ("a",)

        def collect(self):
            raise AssertionError

    with pytest.raises(TypeError, match=r"Query instead.* collected"):
        read_table(Query())


def test_infinity_is_named():
    frame = pd.DataFrame({"a": [1.0, np.inf, 2.0], "b": [1, 2, 4]})
    with pytest.raises(ValueError, match="Column 'a' of X contains infinity"):
        learn_encoding(read_table(frame))
