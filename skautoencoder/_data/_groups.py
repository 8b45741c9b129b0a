"""Which rows belong together, so that no copy of a row is held out from training on it."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from skautoencoder._data._source import NumberedRows

_CHUNK_VALUES = 1_048_576
_SPARSE_ROWS = 16_384


def row_groups(
    rows: NumberedRows, index: np.ndarray, groups: np.ndarray | None = None
) -> np.ndarray:
    """The number of each row's group: copies are in one group, and so are rows with one label.

    Parameters
    ----------
    rows : NumberedRows
    index : ndarray of shape (n,)
        Numbers of the rows. Rows that are equal in single precision are copies.
    groups : ndarray of shape (n_samples,), default=None
        Labels of all rows.

    Returns
    -------
    ndarray of shape (n,)
        Numbered from 0 on, in the order of the first row of each.
    """
    group = _copies(rows, index)
    if groups is None:
        return group
    label = _in_order(groups[index])
    n_nodes = group.max() + label.max() + 2
    # Each row ties the group of its copies to its label; a connected component is one group.
    ties = (np.ones(len(index)), (group, group.max() + 1 + label))
    _, component = connected_components(
        sparse.coo_array(ties, shape=(n_nodes, n_nodes)), directed=False
    )
    return _in_order(component[group])


def hashes(rows: NumberedRows, index: np.ndarray) -> np.ndarray:
    """What `row_hashes` says of the rows at ``index``, read a block at a time."""
    least = _SPARSE_ROWS if sparse.issparse(rows.as_kept(index[:0])) else 1
    size = max(least, _CHUNK_VALUES // rows.n_features)
    found = np.empty(len(index), np.uint64)
    for start in range(0, len(index), size):
        found[start : start + size] = row_hashes(rows.as_kept(index[start : start + size]))
    return found


def _copies(rows: NumberedRows, index: np.ndarray) -> np.ndarray:
    """The number of each row among the distinct rows, by a hash of its values."""
    number = _in_order(hashes(rows, index))
    # Where all rows are one there is nothing to learn, and nothing to leak.
    return number if number.any() else np.arange(len(index))


def row_hashes(x: Any) -> np.ndarray:
    """A number for each row of an array or a CSR matrix, equal where rows are in single precision.

    Multilinear hashing (Lemire & Kaser 2014), twice 32 bits of it: of a million rows, two
    that differ are taken for copies with a chance of one in ten million.
    """
    factors = np.random.RandomState(0).randint(0, 2**64, (x.shape[1], 2), np.uint64)
    found = _words(x) @ factors >> np.uint64(32)
    return found[:, 0] << np.uint64(32) | found[:, 1]


def _words(x: Any) -> Any:
    """The rows of an array or a CSR matrix as whole numbers; a zero is one in both."""
    if not sparse.issparse(x):
        return _rounded_words(x)
    if not x.has_canonical_format:
        x = x.copy()
        x.sum_duplicates()
    return sparse.csr_array((_rounded_words(x.data), x.indices, x.indptr), shape=x.shape)


def _rounded_words(x: np.ndarray) -> np.ndarray:
    """The entries as whole numbers, equal where they round to the same in single precision."""
    # Rounded by hand, so that no very large or very small number is lost.
    x = np.ascontiguousarray(x, np.float64) + 0.0  # there is no -0
    x[np.isnan(x)] = np.nan  # of which there are many
    bits = x.view(np.uint64)
    return (bits + np.uint64(2**28)) >> np.uint64(29)


def _in_order(labels: np.ndarray) -> np.ndarray:
    """Labels as numbers, in the order of their first appearance."""
    _, first, number = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[number]
