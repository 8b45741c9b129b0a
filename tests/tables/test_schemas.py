"""The types of a table's columns in plain values, and a table without rows made of those."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pandas.testing import assert_frame_equal

from skautoencoder import TableAutoencoderTransformer, load, save
from skautoencoder._tables._libraries import LIBRARIES
from skautoencoder.persistence._classes import Classes
from skautoencoder.persistence._file import _BY_KIND, _CODECS
from skautoencoder.persistence._packing import Packing, Unpacking

DAYS = pd.date_range("2024-01-01", periods=4)
PANDAS = {
    "float": np.zeros(4),
    "int8": np.zeros(4, "i1"),
    "Int64": pd.array([1, None, 3, 4], dtype="Int64"),
    "boolean": pd.array([True, None, False, True], dtype="boolean"),
    "bool": [True, False] * 2,
    "object": pd.Series(["a", 1, None, 2.5], dtype=object),
    "str": ["a", "b", "c", "d"],
    "string": pd.array(["a", None, "c", "d"], dtype="string"),
    "string of Python": pd.array(["a", None, "c", "d"], dtype=pd.StringDtype("python")),
    "day": DAYS,
    "second": DAYS.astype("datetime64[s]"),
    "zone": DAYS.tz_localize("Europe/Berlin"),
    "span": DAYS - DAYS[0],
    "period": DAYS.to_period("M"),
    "level": pd.Categorical(["a", "b", "a", "c"], ["c", "b", "a", "d"], ordered=True),
    "level of numbers": pd.Categorical([1, 2, 1, 2]),
    "level of days": pd.Categorical(DAYS[[0, 1, 3, 0]]),
    "level of intervals": pd.cut([0.1, 0.5, 0.7, 0.9], 2),
    "int of Arrow": pd.array([1, None, 3, 4], dtype="int64[pyarrow]"),
    "text of Arrow": pd.array(["a", None, "c", "d"], dtype=pd.ArrowDtype(pa.string())),
    "zone of Arrow": pd.array(DAYS, dtype=pd.ArrowDtype(pa.timestamp("us", "UTC"))),
    "decimal of Arrow": pd.array([1, 2, 3, 4], dtype=pd.ArrowDtype(pa.decimal128(7, 3))),
    "level of Arrow": pd.array(
        ["a", "b", "a", "b"], dtype=pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))
    ),
}
FRAMES = {
    "pandas": pd.DataFrame(PANDAS),
    "polars": pl.DataFrame(
        {
            "x": [0.5, None],
            "zone": pl.Series(DAYS[:2]).dt.replace_time_zone("Europe/Berlin"),
            "span": pl.Series(DAYS[:2] - DAYS[0]),
            "word": ["a", "b"],
            "level": pl.Series(["a", "b"], dtype=pl.Categorical),
            "choice": pl.Series(["a", "b"], dtype=pl.Enum(["b", "a", "c"])),
            "amount": pl.Series(["1.5", "2.5"]).cast(pl.Decimal(7, 2)),
        }
    ),
    "pyarrow": pa.table(
        {
            "x": pa.array([0.5, None], pa.float32()),
            "zone": pa.array(DAYS[:2], pa.timestamp("us", "UTC")),
            "level": pa.array(["a", "b"]).dictionary_encode(),
        }
    ),
    "numpy": np.zeros((3, 2), "f4"),
}


def there_and_back(value):
    packing = Packing(_CODECS, Classes())
    content = packing.pack(value)
    return Unpacking(_BY_KIND, Classes(), packing.arrays.__getitem__).unpack(content)


def assert_like(found, wanted):
    """Tables without rows, of the same names and types."""
    if isinstance(wanted, pd.DataFrame):
        assert_frame_equal(found, wanted.reset_index(drop=True))
    elif isinstance(wanted, pa.Table):
        assert found.schema.equals(wanted.schema, check_metadata=True)
    elif isinstance(wanted, pl.DataFrame):
        assert found.schema == wanted.schema
    else:
        assert (found.shape, found.dtype) == (wanted.shape, wanted.dtype)


@pytest.mark.parametrize("name", FRAMES)
def test_types_come_back_from_plain_values(name):
    library, frame = LIBRARIES[name], FRAMES[name]
    empty = library.empty(frame)
    assert_like(library.of_schema(there_and_back(library.schema(empty))), empty)


@pytest.mark.parametrize(
    "columns",
    [
        pd.Index(["a", "b"], name="which"),
        pd.Index([0, 1]),
        pd.Index(["a", 1], dtype=object),
        pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")], names=["one", None]),
    ],
)
def test_names_of_pandas_come_back(columns):
    library = LIBRARIES["pandas"]
    frame = pd.DataFrame(np.zeros((2, 2)), columns=columns)
    found = library.of_schema(there_and_back(library.schema(library.empty(frame))))
    assert found.columns.equals(columns)
    assert found.columns.names == columns.names


def small(frame, **kinds):
    return TableAutoencoderTransformer(
        1, hidden_layer_sizes=(4,), max_iter=1, kinds=kinds, random_state=0
    ).fit(frame)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Columns are set aside")
@pytest.mark.parametrize("name", ["pandas", "polars", "pyarrow"])
def test_a_loaded_table_gives_the_same_frame(name, tmp_path):
    frame = FRAMES[name]
    ours = small(frame)
    save(ours, tmp_path / "m.safetensors")
    codes = ours.transform(frame)
    wanted = ours.inverse_transform(codes)
    copies = (load(tmp_path / "m.safetensors"), pickle.loads(pickle.dumps(ours)))
    for copied in (*copies, copy.deepcopy(ours)):
        found = copied.inverse_transform(codes)
        assert type(found) is type(wanted)
        if name == "pandas":
            assert_frame_equal(found, wanted)
        else:
            assert found.equals(wanted)


def test_a_type_that_has_no_plain_values_is_refused_by_its_place(tmp_path):
    class Own(pd.api.extensions.ExtensionDtype):
        name, type, na_value, kind = "own", float, np.nan, "f"

        @classmethod
        def construct_from_string(cls, string):
            raise TypeError

    ours = small(pd.DataFrame({"a": [0.0, 1.0, 2.0]}))
    schema = LIBRARIES["pandas"].schema
    assert isinstance(schema(_OfType(Own()))["types"][0], Own)
    LIBRARIES["pandas"].schema = lambda frame: schema(_OfType(Own()))
    try:
        with pytest.raises(TypeError, match=r"Own.* at _encoding\.empty\.types\.0\."):
            save(ours, tmp_path / "m.safetensors")
    finally:
        del LIBRARIES["pandas"].schema


class _OfType:
    """A frame of one column, of a type."""

    def __init__(self, dtype):
        self.dtypes, self.columns = [dtype], pd.Index(["a"])
