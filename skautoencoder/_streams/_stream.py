"""Rows that can be read any number of times, a batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np


class Batch(NamedTuple):
    """Some rows, as their library has them, and what goes with each."""

    X: Any
    sample_weight: Any = None
    groups: Any = None


@dataclass(frozen=True, eq=False)
class Stream:
    """Rows that can be read any number of times, a batch at a time.

    Made by the functions of :mod:`skautoencoder.sources`; iterated over, it yields its batches.
    Steps of a pipeline that are not ours do not take it: see `map`.

    Attributes
    ----------
    name : str
        What messages call it.
    n_pieces : int
        Pieces that can be read one without another, in any order.
    """

    name: str
    n_pieces: int
    _read: Callable[[int], Iterable[Batch]]

    def __iter__(self) -> Iterator[Any]:
        return (batch.X for batch in self._batches(np.arange(self.n_pieces)))

    def _batches(self, pieces: np.ndarray) -> Iterator[Batch]:
        """Yield the batches of some pieces that have rows."""
        for piece in pieces:
            yield from (batch for batch in self._read(int(piece)) if n_rows(batch.X))

    def map(self, function: Callable[[Any], Any]) -> Stream:
        """The stream whose rows are what a function makes of each batch.

        Parameters
        ----------
        function : callable
            From a batch to one of as many rows. It is called anew in each pass, by a thread.

        Returns
        -------
        Stream

        Examples
        --------
        Columns scaled, by two passes of their own:

        >>> import numpy as np
        >>> from sklearn.preprocessing import StandardScaler
        >>> from skautoencoder.sources import from_batches
        >>> rows = from_batches([np.array([[1.0, 100.0], [2.0, 300.0]]), np.array([[3.0, 200.0]])])
        >>> scaler = StandardScaler()
        >>> for batch in rows:
        ...     _ = scaler.partial_fit(batch)
        >>> [batch.round(1).tolist() for batch in rows.map(scaler.transform)]
        [[[-1.2, -1.2], [0.0, 1.2]], [[1.2, 0.0]]]
        """

        def read(piece: int) -> Iterator[Batch]:
            for batch in self._read(piece):
                yield batch._replace(X=function(batch.X))

        return replace(self, _read=read)


def n_rows(X: Any) -> int:
    """How many rows an array, a matrix or a frame has."""
    return X.shape[0] if hasattr(X, "shape") else len(X)
