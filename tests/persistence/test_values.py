"""Values of all kinds that a file takes come back as they were, and others are refused."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn.compose import make_column_selector
from sklearn.model_selection import KFold

from skautoencoder.persistence._classes import Classes
from skautoencoder.persistence._file import _BY_KIND, _CODECS, read_file, write_file
from skautoencoder.persistence._packing import Packing, Unpacking


def there_and_back(value):
    packing = Packing(_CODECS, Classes())
    content = packing.pack(value)
    return Unpacking(_BY_KIND, Classes(), packing.arrays.__getitem__).unpack(content)


def assert_same(found, wanted):
    assert type(found) is type(wanted)
    if isinstance(wanted, np.ndarray):
        assert found.dtype == wanted.dtype
        assert_array_equal(found, wanted, strict=True)
        assert found.flags.f_contiguous == wanted.flags.f_contiguous
    elif isinstance(wanted, dict):
        assert list(found) == list(wanted)
        for key in wanted:
            assert_same(found[key], wanted[key])
    elif isinstance(wanted, list | tuple):
        assert len(found) == len(wanted)
        for pair in zip(found, wanted, strict=True):
            assert_same(*pair)
    else:
        assert found == wanted or found != found


PLAIN = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(),
    st.dates(), st.datetimes(), st.times(), st.timedeltas(), st.fractions(),
    st.decimals(allow_nan=False),
)  # fmt: skip
ARRAYS = hnp.arrays(
    st.one_of(
        hnp.boolean_dtypes(), hnp.integer_dtypes(), hnp.floating_dtypes(sizes=(16, 32, 64)),
        hnp.datetime64_dtypes(endianness="<"), hnp.timedelta64_dtypes(endianness="<"),
    ),
    hnp.array_shapes(min_dims=0, min_side=0, max_side=3),
)  # fmt: skip
VALUES = st.recursive(
    PLAIN | ARRAYS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text() | st.integers() | st.booleans(), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(VALUES)
def test_values_come_back(value):
    assert_same(there_and_back(value), value)


@pytest.mark.parametrize(
    "value",
    [
        {1, "a", None},
        frozenset({1, 2}),
        slice(1, None, 2),
        math.inf,
        np.float32(0.1),
        np.int64(-3),
        np.bool_(True),
        np.datetime64("2024-01-01T00:00:00.5"),
        np.timedelta64("NaT", "s"),
        np.str_("a"),
        np.dtype("<f4"),
        np.dtype("M8[ns]"),
        np.float64,
        float,
        object,
        np.array(["a", "bcd", ""]),
        np.array([b"a", b"bcd"]),
        np.array([["a", None], [1, (2.5, "b")]], dtype=object),
        np.array(["a", "bcd"], np.dtypes.StringDType()),
        np.zeros((0, 3), object),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(12).reshape(3, 4)[:, ::2],
        np.arange(3, dtype=">f8"),
        datetime(2024, 3, 31, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin")),
        datetime(2024, 1, 1, tzinfo=UTC),
        datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        date(1, 1, 1),
        time(12, 30, 0, 1),
        timedelta(-1, 5, 7),
        Decimal("0.10"),
        Decimal("NaN"),
        Fraction(1, 3),
        pd.Timestamp("2024-01-01 00:00:00.000000001"),
        pd.Timestamp("2024-07-01", tz="Europe/Berlin"),
        pd.Interval(0.5, 2, closed="left"),
        pd.Period("2024-03", "M"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_kind_comes_back(value):
    assert_same(there_and_back(value), value)


@pytest.mark.parametrize("kind", ["csr_matrix", "csr_array", "csc_matrix", "csc_array"])
def test_sparse_matrices_come_back(kind):
    value = getattr(sparse, kind)(np.array([[0.0, 1.0, 0.0], [2.0, 0.0, 3.0]]))
    found = there_and_back(value)
    assert type(found) is type(value)
    assert_array_equal(found.toarray(), value.toarray())


def test_masked_arrays_come_back():
    value = np.ma.MaskedArray(
        np.array([1, None, "a"], object), [False, True, False], fill_value="?"
    )
    found = there_and_back(value)
    assert_array_equal(found.mask, value.mask)
    assert found.fill_value == value.fill_value
    assert found[0] == 1
    assert found[2] == "a"


@pytest.mark.parametrize(
    "make", [np.random.RandomState, np.random.default_rng,
             lambda seed: np.random.Generator(np.random.Philox(seed))],
)  # fmt: skip
def test_random_generators_go_on(make):
    generator = make(7)
    generator.standard_normal(3)
    found = there_and_back(generator)
    assert_array_equal(found.standard_normal(5), generator.standard_normal(5))


def test_parts_of_scikit_learn_come_back():
    found = there_and_back((KFold(3, shuffle=True, random_state=1), make_column_selector("a")))
    assert vars(found[0]) == vars(KFold(3, shuffle=True, random_state=1))
    assert vars(found[1]) == vars(make_column_selector("a"))


def test_what_is_one_array_stays_one():
    array = np.arange(3.0)
    first, second = there_and_back([array, {"a": array}])
    assert first is second["a"]


class Unknown:
    pass


def _holding_itself():
    value = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Unknown(), "Unknown"),
        (Unknown, "Unknown"),
        (len, "builtins.len"),
        (lambda: None, "<lambda>"),
        (partial(len), "builtins.len"),
        (np.longdouble(1), "longdouble"),
        (np.zeros(2, complex), "ndarray"),
        (np.zeros(2, "f4,i4"), "ndarray"),
        (np.array([Unknown()]), "Unknown"),
        (pd.Series([1]), "Series"),
        (_holding_itself(), "holds itself"),
        ({"a": {"b": [1, Unknown()]}}, r"Unknown.* at a\.b\.1\."),
    ],
)
def test_what_cannot_be_in_a_file_is_refused_with_its_place(value, words, tmp_path):
    with pytest.raises(TypeError, match=f"cannot save .*{words}"):
        write_file(tmp_path / "x.safetensors", value, ())
    assert not list(tmp_path.iterdir())


def test_notes_stand_beside_an_estimator(tmp_path):
    notes = {"target": "y", "levels": {"a": ("b", "c")}}
    write_file(tmp_path / "x.safetensors", 1, (), notes)
    assert read_file(tmp_path / "x.safetensors", ()) == (1, notes)
