"""A table of any library as columns that NumPy reads: types, numbers, and where gaps are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from numbers import Integral, Real
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from skautoencoder._streams._whole import in_memory
from skautoencoder._tables._libraries import LIBRARIES, library_of


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : hashable
    type : {"bool", "integer", "float", "text", "levels", "moment", "span", "mixed"}
        "levels" is a categorical type, "mixed" all that is none of the others.
    native : column of its own library
    seen : ndarray of bool of shape (n_rows,)
        False in gaps.
    numbers : ndarray of shape (n_rows,) or None
        Of integers, floats, moments ("datetime64") and spans of time ("timedelta64").
    """

    name: Any
    type: str
    native: Any
    seen: np.ndarray
    numbers: np.ndarray | None = None

    @cached_property
    def objects(self) -> list:
        """The values as Python's own objects; what stands in gaps means nothing."""
        names = ("to_pylist", "to_list", "tolist")  # of Arrow, of pandas and polars, of NumPy
        return next(getattr(self.native, name) for name in names if hasattr(self.native, name))()

    @cached_property
    def seen_objects(self) -> list:
        """The objects that are no gaps."""
        return [value for value, seen in zip(self.objects, self.seen, strict=True) if seen]

    def take(self, index: np.ndarray) -> Column:
        """Some of the rows, without the library's own column."""
        numbers = None if self.numbers is None else self.numbers[index]
        objects = np.empty(len(self.seen), object)
        objects[:] = self.objects
        return Column(self.name, self.type, objects[index], self.seen[index], numbers)


@dataclass(frozen=True)
class Table:
    """A table, its columns, and what makes another like it."""

    library: str
    native: Any
    columns: tuple[Column, ...]
    n_rows: int

    @property
    def named(self) -> bool:
        """Whether columns have names of their own."""
        return self.library != "numpy"

    @property
    def names(self) -> list:
        """The names of all columns."""
        return [column.name for column in self.columns]


def read_table(X: Any) -> Table:
    """A data frame, or an array of two dimensions, as a :class:`Table`.

    Raises
    ------
    TypeError
        If it is a frame of another library, lazy, or sparse.
    ValueError
        If it is not two-dimensional, two columns have one name, a column holds lists or the
        like, or holds infinity.
    """
    X = in_memory(X)
    library = library_of(X)
    if library is None:
        X, library = _as_array(X), "numpy"
    if library == "numpy":
        _check_shape(X)
    named = LIBRARIES[library].columns(X)
    names = [name for name, _ in named]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise ValueError(f"X has several columns named {_listed(twice)}; each needs its own name.")
    return Table(library, X, tuple(_read(name, column) for name, column in named), len(X))


def _as_array(X: Any) -> np.ndarray:
    if hasattr(X, "toarray") or hasattr(X, "collect") or hasattr(X, "columns"):
        raise TypeError(
            "X must be a data frame of pandas or polars, a pyarrow.Table, or an array. Got "
            f"{type(X).__module__}.{type(X).__name__} instead: sparse data was passed, or a frame "
            "that must be collected or converted first."
        )
    if hasattr(X, "__dlpack__") or hasattr(X, "__array__"):
        return np.asarray(X)
    array = np.asarray(X)
    return np.asarray(X, dtype=object) if array.dtype.kind in "USO" else array


def _check_shape(X: np.ndarray) -> None:
    if X.dtype.kind == "c" or (X.dtype == object and any(map(_is_complex, X.ravel()))):
        raise ValueError("Complex data not supported: X must hold real numbers.")
    if X.ndim != 2:
        raise ValueError(
            f"Expected 2D array, got {X.ndim}D array instead. Reshape your data: a table has rows "
            "and columns, X.reshape(-1, 1) is one column and X.reshape(1, -1) is one row."
        )
    if X.dtype.kind == "V":
        raise ValueError("X must not be a structured array: pass a data frame.")


def _is_complex(value: Any) -> bool:
    return isinstance(value, complex | np.complexfloating)


def _listed(names: list) -> str:
    return ", ".join(map(repr, names))


# -- the types of columns


class _Values(NamedTuple):
    """What was read of a column."""

    type: str
    seen: np.ndarray
    numbers: np.ndarray | None = None


def _read(name: Any, native: Any) -> Column:
    try:
        found = _of_array(native) if isinstance(native, np.ndarray) else _of_series(native)
    except _NestedError as error:
        raise ValueError(
            f"Column {name!r} holds {error}; a column must hold one number, text, truth value or "
            "date a row. Spread it over columns, or leave it out with "
            f"kinds={{{name!r}: 'drop'}}."
        ) from None
    return Column(name, found.type, native, found.seen, found.numbers)


class _NestedError(ValueError):
    """A column of lists or the like."""


def _of_array(values: np.ndarray) -> _Values:
    kind = values.dtype.kind
    everywhere = np.ones(len(values), bool)
    if kind == "b":
        return _Values("bool", everywhere)
    if kind in "US":
        return _Values("text", everywhere)
    if kind in "iu":
        return _Values("integer", everywhere, values)
    if kind == "f":
        return _Values("float", ~np.isnan(values), values.astype(np.float64))
    if kind in "mM":
        unit = np.datetime_data(values.dtype)[0]
        fine = unit if unit in ("ns", "us", "ms") else "ms"
        numbers = values.astype(f"{kind}8[{fine}]")
        return _Values("moment" if kind == "M" else "span", ~np.isnat(values), numbers)
    return _of_objects(values.tolist())


def _of_series(native: Any) -> _Values:
    series = nw.from_native(native, series_only=True)
    read = next((read for kinds, read in _TYPES if isinstance(series.dtype, kinds)), None)
    if read is None and series.dtype.is_nested():
        raise _NestedError(f"values of the type {series.dtype}")
    if read is None and not series.dtype.is_numeric():
        return _of_objects(series.to_list())
    seen = ~series.is_null().to_numpy().astype(bool)
    return (read or _numbers)(series, seen)


def _numbers(series: Any, seen: np.ndarray) -> _Values:
    there = series.drop_nulls()
    if series.dtype.is_integer():
        numbers = there.to_numpy()
        return _Values("integer", seen, _scattered(numbers.astype(_plain(series)), seen, 0))
    values = _scattered(there.cast(nw.Float64).to_numpy().astype(np.float64), seen, np.nan)
    return _Values("float", ~np.isnan(values), values)


def _plain(series: Any) -> type:
    return np.uint64 if series.dtype == nw.UInt64 else np.int64


def _moments(series: Any, seen: np.ndarray) -> _Values:
    unit = getattr(series.dtype, "time_unit", "ms")
    unit = unit if unit in ("ns", "us") else "ms"
    count = series.drop_nulls().dt.timestamp(unit).to_numpy().astype(np.int64)
    return _Values("moment", seen, _scattered(count, seen, 0).view(f"M8[{unit}]"))


def _spans(series: Any, seen: np.ndarray) -> _Values:
    unit = series.dtype.time_unit
    unit = unit if unit in ("ns", "us") else "ms"
    total = {
        "ns": "total_nanoseconds",
        "us": "total_microseconds",
        "ms": "total_milliseconds",
    }[unit]
    count = getattr(series.drop_nulls().dt, total)().to_numpy().astype(np.int64)
    return _Values("span", seen, _scattered(count, seen, 0).view(f"m8[{unit}]"))


def _scattered(values: np.ndarray, seen: np.ndarray, gap: Any) -> np.ndarray:
    """Values of the seen rows in their places."""
    found = np.full(len(seen), gap, values.dtype)
    found[seen] = values
    return found


_TYPES: tuple[tuple[Any, Callable[[Any, np.ndarray], _Values]], ...] = (
    (nw.Boolean, lambda series, seen: _Values("bool", seen)),
    (nw.String, lambda series, seen: _Values("text", seen)),
    ((nw.Categorical, nw.Enum), lambda series, seen: _Values("levels", seen)),
    ((nw.Datetime, nw.Date), _moments),
    (nw.Duration, _spans),
)


# -- columns of Python's own objects


def _of_objects(values: list) -> _Values:
    seen = np.array([not is_gap(value) for value in values], bool)
    there = [value for value in values if not is_gap(value)]
    for value in there:
        if getattr(value, "__hash__", None) is None:
            raise _NestedError(f"objects of the type {type(value).__name__}")
    kind = next((kind for kind, holds in _OBJECTS if all(map(holds, there))), None)
    if kind is None or not there:
        return _Values("mixed", seen)
    if kind == "number":
        return _of_numbers(there, seen)
    if kind in ("moment", "span"):
        days = kind == "moment" and not any(isinstance(value, datetime) for value in there)
        unit = f"{'M' if kind == 'moment' else 'm'}8[{'D' if days else 'us'}]"
        return _Values(kind, seen, _scattered(np.array(there, unit), seen, np.array(0, unit)))
    return _Values(kind, seen)


def _of_numbers(there: list, seen: np.ndarray) -> _Values:
    if all(isinstance(value, Integral) for value in there):
        for kind in (np.int64, np.uint64):
            if all(np.iinfo(kind).min <= int(v) <= np.iinfo(kind).max for v in there):
                return _Values("integer", seen, _scattered(np.array(there, kind), seen, 0))
    return _Values("float", seen, _scattered(np.array(there, float), seen, np.nan))


def is_gap(value: Any) -> bool:
    """Whether it is None, NaN, NaT or pandas' NA."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float | np.floating | Decimal) and value != value


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool | np.bool_)


def _is_number(value: Any) -> bool:
    return isinstance(value, Real | Decimal) and not _is_truth(value)


def _is_moment(value: Any) -> bool:
    return isinstance(value, date) and getattr(value, "tzinfo", None) is None


_OBJECTS: tuple[tuple[str, Callable[[Any], bool]], ...] = (
    ("bool", _is_truth),
    ("number", _is_number),
    ("text", lambda value: isinstance(value, str)),
    ("moment", _is_moment),
    ("span", lambda value: isinstance(value, timedelta)),
)
