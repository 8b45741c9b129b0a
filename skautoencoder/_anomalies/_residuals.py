"""How far rows are from what is expected of them, by rows near them or by a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from skautoencoder._anomalies._kernel_mean import KernelMean
from skautoencoder._anomalies._spaces import Space
from skautoencoder._functions import Array


class Residual(Protocol):
    """What a row is measured by. Rows are complete, in the units of the data."""

    def sizes(self, rows: Array, seen: Array) -> Array:
        """How far each row is from what is expected, in the entries that were seen."""

    def expected(self, row: Array, seen: Array, parts: Array) -> Array | None:
        """What is expected of each part of one row, in the units of the data; None if nothing is.

        Parts are runs of columns, given by the numbers that they start at.
        """

    def sizes_put_back(self, row: Array, seen: Array, parts: Array) -> Array:
        """The sizes of one row, with the columns of each part put back to what is expected."""


@dataclass(frozen=True)
class KernelResidual:
    """The distance from the mean of near rows.

    Parameters
    ----------
    space : Space
    mean : KernelMean
        Of rows in that space.
    """

    space: Space
    mean: KernelMean

    def sizes(self, rows: Array, seen: Array) -> Array:
        z = self.space.of(rows)
        return _size(z - self.mean.of(z, seen), seen)

    def expected(self, row: Array, seen: Array, parts: Array) -> Array:
        return self.space.back(self._back(self.space.of(row), seen, parts)[0])

    def sizes_put_back(self, row: Array, seen: Array, parts: Array) -> Array:
        z = self.space.of(row)
        back, others = self._back(z, seen, parts)
        there = np.add.reduceat(self._squared(back, seen), parts)
        return _size(_with_parts(z, back, parts) - self.mean.weighted(others + there), seen)

    def _back(self, z: Array, seen: Array, parts: Array) -> tuple[Array, Array]:
        """What the other columns lead one to expect of each part, and distances by those alone."""
        here = self._squared(z, seen)
        others = np.maximum(here.sum(axis=0) - np.add.reduceat(here, parts), 0)
        return _of_own_part(self.mean.weighted(others), parts), others

    def _squared(self, z: Array, seen: Array) -> Array:
        """What each column adds to the squared distances: (n_columns, n_references)."""
        weight = seen * (len(seen) / max(seen.sum(), 1))
        return weight[:, None] * (z[:, None] - self.mean.references.T) ** 2


@dataclass(frozen=True)
class NetworkResidual:
    """The distance from what a network rebuilds of the mean of the codes near a row's code.

    Such a mean is among the codes of training, where the network knows what it does: a row's
    own code may be far from all of them, and be rebuilt well all the same.

    Parameters
    ----------
    space : Space
    network : transformer
        Fitted, with ``transform`` and ``inverse_transform``.
    standardized : bool
        Whether it is given rows in that space, or as they are.
    center : ndarray of shape (n_components,)
        Mean of the codes.
    mean : KernelMean
        Of the codes less their mean.
    """

    space: Space
    network: Any
    standardized: bool
    center: np.ndarray
    mean: KernelMean

    def given(self, rows: Array) -> Array:
        """Rows as the network takes them."""
        return self.space.of(rows) if self.standardized else self.space.held(rows)

    def rebuilt(self, given: Array) -> Array:
        """What the network makes of such rows."""
        codes = self.mean.of(self.network.transform(given) - self.center) + self.center
        return self.network.inverse_transform(codes)

    def expected(self, row: Array, seen: Array, parts: Array) -> Array:
        rebuilt = self.rebuilt(self.given(row)[None])[0]
        return self.space.back(rebuilt) if self.standardized else rebuilt

    def sizes(self, rows: Array, seen: Array) -> Array:
        return self._sizes(self.given(rows), seen)

    def sizes_put_back(self, row: Array, seen: Array, parts: Array) -> Array:
        given = self.given(row)
        back = self.rebuilt(given[None])[0]
        return self._sizes(_with_parts(given, back, parts), seen)

    def _sizes(self, given: Array, seen: Array) -> Array:
        apart = given - self.rebuilt(given)
        return _size(apart if self.standardized else apart / self.space.width, seen)


def _size(apart: Array, seen: Array) -> Array:
    """Lengths, of the entries that were seen, as long as if all had been."""
    share = np.maximum(seen.sum(axis=-1), 1) / seen.shape[-1]
    return np.sqrt(((apart * seen) ** 2).sum(axis=-1) / share)


def _of_own_part(means: Array, parts: Array) -> Array:
    """Each column's entry in the mean of its own part, of shape (n_columns,)."""
    width = means.shape[1]
    return means[_parts_of_columns(parts, width), np.arange(width)]


def _with_parts(row: Array, back: Array, parts: Array) -> Array:
    """The row once for each part, with that part's columns put back."""
    own = _parts_of_columns(parts, len(row))
    return np.where(own == np.arange(len(parts))[:, None], back, row)


def _parts_of_columns(parts: Array, width: int) -> Array:
    """The number of the part that each column is in, of shape (n_columns,)."""
    return np.repeat(np.arange(len(parts)), np.diff(np.append(parts, width)))
