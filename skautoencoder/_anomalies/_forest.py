"""An isolation forest as arrays: how soon random cuts part a row from others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skautoencoder._anomalies._spaces import Space
from skautoencoder._data._chunks import by_parallel_chunks, chunk_size
from skautoencoder._functions import Array

_MOST_LEVELS = 8  # of scikit-learn's trees, which have up to 256 rows each


@dataclass(frozen=True)
class ForestResidual:
    """How few cuts part a row from others: a global measure, which a crowd of bad rows has too.

    Liu, Ting & Zhou (2008). The nodes of all trees stand one after another; a leaf leads to
    itself.

    Parameters
    ----------
    space : Space
    roots : ndarray of int of shape (n_trees,)
        Number of each tree's first node.
    column : ndarray of int of shape (n_nodes,)
        Which column a node cuts.
    threshold : ndarray of shape (n_nodes,)
        Rows up to it go to the left.
    left, right : ndarray of int of shape (n_nodes,)
        Numbers of the nodes below.
    cuts : ndarray of shape (n_nodes,)
        At a leaf, the cuts that it takes to be alone there, those expected after it included.
    usual : float
        Mean number of cuts of a random tree.
    """

    space: Space
    roots: np.ndarray
    column: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    cuts: np.ndarray
    usual: float

    def sizes(self, rows: Array, seen: Array) -> Array:
        def of_some(some: Array) -> Array:
            z = self.space.of(some).astype(np.float32)
            node = np.broadcast_to(self.roots, (len(z), len(self.roots)))
            for _ in range(_MOST_LEVELS):
                below = np.take_along_axis(z, self.column[node], axis=1) <= self.threshold[node]
                node = np.where(below, self.left[node], self.right[node])
            return 2 ** (-self.cuts[node].mean(axis=1) / self.usual)

        return by_parallel_chunks(of_some, rows, chunk_size(16 * len(self.roots)), float)

    def expected(self, row: Array, seen: Array, parts: Array) -> None:
        """Nothing is expected of single columns."""

    def sizes_put_back(self, row: Array, seen: Array, parts: Array) -> Array:
        return np.repeat(self.sizes(row[None], seen[None]), len(parts))


def mean_cuts(n_rows: Array) -> Array:
    """The mean number of cuts that part one of so many rows from the others, in a random tree."""
    n = np.maximum(n_rows, 2).astype(float)
    cuts = 2 * (np.log(n - 1) + np.euler_gamma) - 2 * (n - 1) / n
    return np.where(n_rows <= 1, 0.0, np.where(n_rows == 2, 1.0, cuts))
