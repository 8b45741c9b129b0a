"""The rows with the smallest keys of all that pass by, up to some number of them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

LARGEST_KEY = 2**64 - 1


class Kept(NamedTuple):
    """Rows with what belongs to each."""

    key: np.ndarray  # (n_rows,), whole numbers of 64 bits
    number: np.ndarray  # (n_rows,), in the order of the pass
    x: Any  # array or CSR matrix
    weight: np.ndarray
    label: np.ndarray  # of the row's group
    n_copies: np.ndarray  # rows that it stands for

    def at(self, index: np.ndarray) -> Kept:
        """Some of them."""
        return Kept(*(part[index] for part in self))


class Smallest:
    """Keeps the rows whose keys are the smallest; rows with one key are all kept or none.

    Parameters
    ----------
    n_rows : int
        How many to keep, at most.
    limit : int
        Rows whose keys are not below it are passed over from the start.
    as_one : bool
        Whether rows with one key are copies, of which one is kept for all, with their weight.
    """

    def __init__(self, n_rows: int, limit: int = LARGEST_KEY, *, as_one: bool = False) -> None:
        self.limit = limit
        self._n_rows, self._as_one = n_rows, as_one
        self._parts: list[Kept] = []

    def add(self, some: Kept) -> None:
        """Rows that pass by."""
        below = np.flatnonzero(some.key < np.uint64(self.limit))
        if len(below):
            self._parts.append(some.at(below))
        if sum(len(part.key) for part in self._parts) > 2 * self._n_rows:
            self._parts = [self._shrunk()]

    def kept(self) -> Kept | None:
        """Those that are kept, in the order of the pass; None where there are none."""
        if not self._parts:
            return None
        found = self._shrunk()
        return found.at(np.argsort(found.number, kind="stable")) if len(found.key) else None

    def _shrunk(self) -> Kept:
        parts = [list(part) for part in zip(*self._parts, strict=True)]
        found = Kept(*map(stacked, parts))
        found = found.at(np.argsort(found.key, kind="stable"))
        if self._as_one:
            first = np.flatnonzero(np.diff(found.key, prepend=~found.key[:1]))
            weight, n_copies = (
                np.add.reduceat(part, first) for part in (found.weight, found.n_copies)
            )
            found = found.at(first)._replace(weight=weight, n_copies=n_copies)
        if len(found.key) > self._n_rows:
            self.limit = int(found.key[self._n_rows])
            found = found.at(np.flatnonzero(found.key < np.uint64(self.limit)))
        return found


def stacked(parts: list) -> Any:
    """Arrays or CSR matrices, one below the other."""
    if sparse.issparse(parts[0]):
        return sparse.vstack(parts, format="csr")
    return np.concatenate(parts)
