"""Streams of Python's own iterables, and of polars' lazy frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from skautoencoder._streams._set_apart import SetApart
from skautoencoder._streams._stream import Batch, Stream


def stream_of_batches(batches: Any, apart: SetApart) -> Stream:
    """The :class:`Stream` of an iterable that can begin again, or of a function that makes one.

    Raises
    ------
    TypeError
        If it is neither.
    ValueError
        If it is an iterator, which cannot begin again.
    """
    make = batches if callable(batches) else lambda: batches
    if not callable(batches):
        if not isinstance(batches, Iterable):
            raise TypeError(
                "batches must be a function without arguments that returns an iterator of "
                f"batches, or a sequence of them. Got {type(batches).__name__} instead."
            )
        if iter(batches) is batches:
            raise ValueError(
                f"batches is an iterator ({type(batches).__name__}), which can be read only once, "
                "and training reads it many times. Pass the function that makes it."
            )
    return Stream("the batches", 1, lambda piece: map(apart.of, _each(make)))


def _each(make: Callable[[], Iterable]) -> Iterator[Any]:
    found = make()
    if not isinstance(found, Iterable):
        raise TypeError(
            f"batches() must return an iterator of batches. Got {type(found).__name__} instead."
        )
    yield from found


def is_lazy_frame(X: Any) -> bool:
    """Whether X is a frame that is not worked out yet, of polars."""
    return hasattr(X, "collect_schema") and hasattr(X, "collect") and hasattr(X, "slice")


def stream_of_lazy_frame(X: Any, apart: SetApart, n_rows: int) -> Stream:
    """The :class:`Stream` of a lazy frame, collected so many rows at a time."""

    def read(piece: int) -> Iterator[Batch]:
        if hasattr(X, "collect_batches"):  # polars 1.34 and later
            yield from map(apart.of, X.collect_batches(chunk_size=n_rows, maintain_order=True))
            return
        start, some = 0, X.slice(0, n_rows).collect()
        while len(some):
            yield apart.of(some)
            start += n_rows
            some = X.slice(start, n_rows).collect()

    return Stream("the lazy frame", 1, read)
