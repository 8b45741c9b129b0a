"""Tables of pandas, polars, pyarrow and NumPy: apart into columns, and together again."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from io import BytesIO
from typing import Any, Protocol

import numpy as np


class Library(Protocol):
    """What differs from one library of tables to the next. Tables and columns are its own.

    A column is made ``like`` another, of no rows, that holds its type. Values are an array of
    numbers, moments or spans, or a list of Python's own objects.
    """

    def is_table(self, X: Any) -> bool:
        """Whether X is a table of this library."""
        ...

    def columns(self, frame: Any) -> list[tuple[Any, Any]]:
        """Names and columns."""
        ...

    def empty(self, frame: Any) -> Any:
        """The same table without its rows."""
        ...

    def schema(self, frame: Any) -> Any:
        """What the table without its rows is, in plain values of Python where it can be."""
        ...

    def of_schema(self, schema: Any) -> Any:
        """A table without rows, as a schema says."""
        ...

    def column(self, values: Any, like: Any) -> Any:
        """A column of these values, of the type of another."""
        ...

    def filled(self, column: Any, gaps: np.ndarray, other: Any) -> Any:
        """The column with another's values in its gaps; all else stays to the bit."""
        ...

    def frame(self, columns: Sequence[Any], like: Any, positions: Sequence[int]) -> Any:
        """A table of columns, each with the name of the column at its position in another."""
        ...


class Pandas:
    """``pandas.DataFrame``."""

    def is_table(self, X: Any) -> bool:
        return _is(X, "pandas", "DataFrame")

    def columns(self, frame: Any) -> list[tuple[Any, Any]]:
        return [(name, frame.iloc[:, number]) for number, name in enumerate(frame.columns)]

    def empty(self, frame: Any) -> Any:
        return frame.iloc[:0]

    def schema(self, frame: Any) -> Any:
        types = [_type_of_pandas(dtype) for dtype in frame.dtypes]
        return {"columns": list(frame.columns), "of": list(frame.columns.names), "types": types}

    def of_schema(self, schema: Any) -> Any:
        pandas = import_module("pandas")
        columns = [pandas.Series([], dtype=_pandas_type(each)) for each in schema["types"]]
        frame = pandas.concat(dict(enumerate(columns)), axis=1)
        names, of = schema["columns"], schema["of"]
        make = pandas.Index if len(of) == 1 else pandas.MultiIndex.from_tuples
        frame.columns = make(names, **({"name": of[0]} if len(of) == 1 else {"names": of}))
        return frame

    def column(self, values: Any, like: Any) -> Any:
        series = import_module("pandas").Series
        if isinstance(values, list):
            return series(values, dtype=object).astype(_with_levels(like.dtype, values))
        if like.dtype == object:
            return series(values.tolist(), dtype=object)
        found = series(values)
        if _zone(like.dtype) is not None:
            found = found.dt.tz_localize("UTC")
        return found.astype(like.dtype)

    def filled(self, column: Any, gaps: np.ndarray, other: Any) -> Any:
        found = column.copy() if column.dtype == other.dtype else column.astype(other.dtype)
        found.iloc[np.flatnonzero(gaps)] = other.iloc[np.flatnonzero(gaps)].array
        return found

    def frame(self, columns: Sequence[Any], like: Any, positions: Sequence[int]) -> Any:
        columns = [column.rename(number) for number, column in enumerate(columns)]
        frame = import_module("pandas").concat(columns, axis=1)
        frame.columns = like.columns[list(positions)]
        return frame


class Polars:
    """``polars.DataFrame``."""

    def is_table(self, X: Any) -> bool:
        return _is(X, "polars", "DataFrame")

    def columns(self, frame: Any) -> list[tuple[Any, Any]]:
        return list(zip(frame.columns, frame.get_columns(), strict=True))

    def empty(self, frame: Any) -> Any:
        return frame.clear()

    def schema(self, frame: Any) -> Any:
        file = BytesIO()
        try:
            frame.write_ipc(file)
        except Exception:  # of columns of objects
            return frame
        return file.getvalue()

    def of_schema(self, schema: Any) -> Any:
        if not isinstance(schema, bytes):
            return schema
        return import_module("polars").read_ipc(BytesIO(schema))

    def column(self, values: Any, like: Any) -> Any:
        polars = import_module("polars")
        if isinstance(values, list):
            return polars.Series(values, dtype=like.dtype)
        zone = _zone(like.dtype)
        if zone is not None:  # the count of units since 1970 in UTC, as NumPy has it
            unit = np.datetime_data(values.dtype)[0]
            return (
                polars.Series(values.astype(np.int64))
                .cast(polars.Datetime(unit, zone))
                .cast(like.dtype)
            )
        return polars.Series(values).cast(like.dtype)

    def filled(self, column: Any, gaps: np.ndarray, other: Any) -> Any:
        return other.zip_with(import_module("polars").Series(gaps), column)

    def frame(self, columns: Sequence[Any], like: Any, positions: Sequence[int]) -> Any:
        names = [like.columns[position] for position in positions]
        return import_module("polars").DataFrame(dict(zip(names, columns, strict=True)))


class Arrow:
    """``pyarrow.Table``."""

    def is_table(self, X: Any) -> bool:
        return _is(X, "pyarrow", "Table")

    def columns(self, frame: Any) -> list[tuple[Any, Any]]:
        return list(zip(frame.column_names, frame.columns, strict=True))

    def empty(self, frame: Any) -> Any:
        return frame.slice(0, 0)

    def schema(self, frame: Any) -> Any:
        return frame.schema.serialize().to_pybytes()

    def of_schema(self, schema: Any) -> Any:
        pyarrow = import_module("pyarrow")
        return import_module("pyarrow.ipc").read_schema(pyarrow.py_buffer(schema)).empty_table()

    def column(self, values: Any, like: Any) -> Any:
        pyarrow = import_module("pyarrow")
        if isinstance(values, list) and pyarrow.types.is_dictionary(like.type):
            return _of_levels(pyarrow.array(values, like.type.value_type), like.type)
        if isinstance(values, list):
            return pyarrow.chunked_array([pyarrow.array(values, like.type)])
        return pyarrow.chunked_array([pyarrow.array(values).cast(like.type, safe=False)])

    def filled(self, column: Any, gaps: np.ndarray, other: Any) -> Any:
        pyarrow, compute = import_module("pyarrow"), import_module("pyarrow.compute")
        kind = column.type
        if not pyarrow.types.is_dictionary(kind):
            return compute.if_else(pyarrow.array(gaps), other, column)
        # There may be another dictionary in each chunk.
        column, other = (each.cast(kind.value_type) for each in (column, other))
        filled = compute.if_else(pyarrow.array(gaps), other, column)
        return _of_levels(filled.combine_chunks(), kind)

    def frame(self, columns: Sequence[Any], like: Any, positions: Sequence[int]) -> Any:
        pyarrow = import_module("pyarrow")
        fields = [like.schema.field(position) for position in positions]
        schema = pyarrow.schema(fields, metadata=like.schema.metadata)
        return pyarrow.Table.from_arrays(list(columns), schema=schema)


class Arrays:
    """Two-dimensional NumPy arrays; their columns are named x0, x1 and so on."""

    def is_table(self, X: Any) -> bool:
        return isinstance(X, np.ndarray)

    def columns(self, frame: Any) -> list[tuple[Any, Any]]:
        return [(f"x{number}", column) for number, column in enumerate(frame.T)]

    def empty(self, frame: Any) -> Any:
        return frame[:0]

    def schema(self, frame: Any) -> Any:
        return {"width": frame.shape[1], "dtype": frame.dtype}

    def of_schema(self, schema: Any) -> Any:
        return np.empty((0, schema["width"]), schema["dtype"])

    def column(self, values: Any, like: Any) -> Any:
        if like.dtype == object:
            objects = np.empty(len(values), object)
            objects[:] = values if isinstance(values, list) else values.tolist()
            return objects
        return np.asarray(values).astype(like.dtype)

    def filled(self, column: Any, gaps: np.ndarray, other: Any) -> Any:
        return np.where(gaps, other, column)

    def frame(self, columns: Sequence[Any], like: Any, positions: Sequence[int]) -> Any:
        return np.stack(list(columns), axis=1)


LIBRARIES: dict[str, Library] = {
    "pandas": Pandas(),
    "polars": Polars(),
    "pyarrow": Arrow(),
    "numpy": Arrays(),
}


def library_of(X: Any) -> str | None:
    """The name of the library that X is a table of, or None."""
    return next((name for name, library in LIBRARIES.items() if library.is_table(X)), None)


def _type_of_pandas(dtype: Any) -> Any:
    """A type of pandas in plain values, or itself where these would not say all of it."""
    categories = getattr(dtype, "categories", None)
    if categories is not None:
        of = _type_of_pandas(categories.dtype)
        return {"levels": categories.tolist(), "of": of, "ordered": dtype.ordered}
    arrow = getattr(dtype, "pyarrow_dtype", None)
    if arrow is not None:
        schema = import_module("pyarrow").schema([("x", arrow)])
        return {"arrow": schema.serialize().to_pybytes()}
    storage = getattr(dtype, "storage", None)
    if storage is not None:  # of text
        return {"storage": storage, "gap_is_nan": dtype.na_value is not import_module("pandas").NA}
    try:
        found = import_module("pandas").api.types.pandas_dtype(str(dtype))
    except (TypeError, ValueError):
        return dtype
    return str(dtype) if found == dtype else dtype


def _pandas_type(plain: Any) -> Any:
    """The type of pandas that :func:`_type_of_pandas` was given."""
    pandas = import_module("pandas")
    if not isinstance(plain, dict):
        return plain
    if "levels" in plain:
        levels = pandas.Index(plain["levels"], dtype=_pandas_type(plain["of"]))
        return pandas.CategoricalDtype(levels, plain["ordered"])
    if "storage" in plain:
        return _text_of_pandas(plain["storage"], plain["gap_is_nan"])
    ipc, pyarrow = import_module("pyarrow.ipc"), import_module("pyarrow")
    return pandas.ArrowDtype(ipc.read_schema(pyarrow.py_buffer(plain["arrow"])).field(0).type)


def _text_of_pandas(storage: str, gap_is_nan: bool) -> Any:
    """The type of text that a file asks for, or the nearest there is: others may open it."""
    pandas = import_module("pandas")
    if not gap_is_nan:
        return pandas.StringDtype(storage)
    try:
        return pandas.StringDtype(storage, na_value=np.nan)
    except TypeError:  # of pandas 2, whose text was objects
        return np.dtype(object)
    except ImportError:  # without pyarrow
        return pandas.StringDtype("python", na_value=np.nan)


def _with_levels(dtype: Any, values: list) -> Any:
    """A type of pandas; if it is categorical, with whatever level it lacks of the values."""
    if getattr(dtype, "categories", None) is None:
        return dtype
    more = [value for value in dict.fromkeys(values) if value not in dtype.categories]
    return type(dtype)([*dtype.categories, *more], dtype.ordered) if more else dtype


def _of_levels(values: Any, kind: Any) -> Any:
    """Values of Arrow as a column of a dictionary type, to which it does not cast all of them."""
    pyarrow = import_module("pyarrow")
    encoded = values.dictionary_encode()
    encoded = encoded.combine_chunks() if hasattr(encoded, "chunks") else encoded
    array = pyarrow.DictionaryArray.from_arrays(
        encoded.indices.cast(kind.index_type), encoded.dictionary, ordered=kind.ordered
    )
    return pyarrow.chunked_array([array])


def _is(X: Any, package: str, name: str) -> bool:
    """Whether it is of a class of a package, or of a subclass, without importing that."""
    kinds = type(X).__mro__
    return any(kind.__name__ == name and kind.__module__.split(".")[0] == package for kind in kinds)


def _zone(dtype: Any) -> Any:
    """The time zone of a type of pandas or polars, or None."""
    arrow = getattr(dtype, "pyarrow_dtype", None)  # of pandas' columns that are Arrow's
    kinds = (getattr(each, name, None) for each in (dtype, arrow) for name in _ZONES)
    return next((zone for zone in kinds if zone is not None), None)


_ZONES: tuple[str, ...] = ("tz", "time_zone")
