"""What is expected of a row: the mean of the rows that are near it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from skautoencoder._data._chunks import by_parallel_chunks, chunk_size
from skautoencoder._functions import Array

# Rows that means are of, and those of them by which their width is chosen, drawn at random.
MOST_REFERENCES, _MOST_CHOSEN_BY = 2_000, 500
# Widths to choose among, in units of Silverman's rule times the median distance.
_WIDTHS = 2.0 ** np.linspace(-4, 2, 11)
# Added to the sum of weights, which holds a row far from all others against the mean of all.
_LEAST_SUM = 1e-12
_LEAST_EXPONENT = -700.0  # exp of less is no normal number, and slow to multiply by
_COPY = 1e-12  # squared distance over squared norms of rows that are one


@dataclass(frozen=True)
class KernelMean:
    """The mean of reference rows, weighted by ``exp(-distance^2 / (2 width^2))``.

    Parameters
    ----------
    references : ndarray of shape (n_references, n_columns)
        Their mean is zero, and rows are given relative to it.
    width : float
    relative : bool
        Whether weights are relative to that of the nearest reference. A row far from all then
        has the nearest as its mean; else it has zero, the mean of all.
    """

    references: np.ndarray
    width: float
    relative: bool

    def of(self, rows: np.ndarray, seen: np.ndarray | None = None) -> np.ndarray:
        """The mean for each row, of shape (n_rows, n_columns); near in what was seen of it."""
        n_columns = rows.shape[1]
        both = rows if seen is None or seen.all() else np.hstack([rows, seen])

        def means(both: np.ndarray) -> np.ndarray:
            some = both[:, :n_columns]
            there = both[:, n_columns:] if both.shape[1] > n_columns else None
            return self.weighted(squared_distances(some, self.references, there))

        n_together = chunk_size(max(len(self.references), n_columns))
        return by_parallel_chunks(means, both, n_together, float, n_columns)

    def weighted(self, squared: np.ndarray) -> np.ndarray:
        """The means for squared distances of shape (n_rows, n_references)."""
        if self.relative:
            squared = squared - squared.min(axis=1, keepdims=True)
        weight = np.exp(np.maximum(squared / (-2 * float(self.width) ** 2), _LEAST_EXPONENT))
        total = weight.sum(axis=1, keepdims=True)
        return weight @ self.references / (total if self.relative else total + _LEAST_SUM)


def fit_kernel_mean(rows: np.ndarray, relative: bool, rng: np.random.Generator) -> KernelMean:
    """The :class:`KernelMean` of rows whose mean is zero.

    Its width is the one by which rows are nearest to the mean of the others.
    """
    references = rows[rng.permutation(len(rows))[:MOST_REFERENCES]]
    squared = squared_distances(references[:_MOST_CHOSEN_BY], references)
    norms = (references**2).sum(axis=1)
    copies = squared <= _COPY * (norms[: len(squared), None] + norms)
    apart = squared[~copies]
    if len(apart) == 0:
        return KernelMean(references, 1.0, relative)
    n_rows, n_columns = references.shape
    rule = (4 / (n_rows * (n_columns + 2))) ** (1 / (n_columns + 4)) * np.sqrt(np.median(apart))
    squared[copies] = np.inf  # a row must not be its own mean, nor a copy of it
    some = np.flatnonzero(~copies.all(axis=1))
    # Single precision will do for a choice, in a third of the time.
    target, squared = references[some].astype("f"), squared[some].astype("f")
    few = KernelMean(references.astype("f"), 1.0, relative)
    widths = rule * _WIDTHS
    error = [((target - replace(few, width=w).weighted(squared)) ** 2).sum() for w in widths]
    return KernelMean(references, float(widths[np.argmin(error)]), relative)


def squared_distances(rows: Array, references: Array, seen: Array | None = None) -> Array:
    """Squared distances of shape (n_rows, n_references); of gaps as much as of what was seen."""
    if seen is None:
        norms = (references**2).sum(axis=1)
        share = 1.0
    else:
        rows, norms = rows * seen, seen @ (references**2).T
        share = (np.maximum(seen.sum(axis=1), 1) / rows.shape[1])[:, None]
    squared = (rows**2).sum(axis=1)[:, None] + norms - 2 * rows @ references.T
    return np.maximum(squared, 0) / share
