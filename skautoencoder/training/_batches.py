"""From data of any kind to blocks of standardised rows, all of one shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

# A block is what one call of the compiled program works through. Its shape follows from
# the network and the batch size alone, so data of any length runs through one compilation.
_BLOCK_VALUES = 4_194_304  # 16 MiB in single precision
_BLOCK_STEPS = 128


@dataclass(frozen=True)
class Rows:
    """A data set that is read a few rows at a time and never written to.

    Parameters
    ----------
    X : ndarray, memory map or CSR matrix of shape (n_samples, n_features)
    weight : ndarray of shape (n_samples,)
    """

    X: Any
    weight: np.ndarray

    @property
    def n_features(self):
        """Number of columns."""
        return self.X.shape[1]

    def take(self, index):
        """The rows at ``index``, dense, in the data's own type."""
        return _dense(self.X[index])


def by_chunks(function, X, n_together, dtype, *width):
    """``function(rows)`` of all rows of X, dense and so many together, as one array."""
    found = np.empty((X.shape[0], *width), dtype)
    for start in range(0, X.shape[0], n_together):
        chunk = slice(start, start + n_together)
        found[chunk] = function(_dense(X[chunk]))
    return found


def _dense(rows):
    return rows.toarray() if hasattr(rows, "toarray") else rows


class Standardisation(NamedTuple):
    """One mean a column and one scale for all: rotations keep their meaning, as in PCA."""

    mean: np.ndarray  # (n_features,)
    scale: float

    def apply(self, dense, dtype=np.float32):
        """``(dense - mean) / scale`` in the precision asked for.

        Double-precision data meets the mean in double precision: a column of years
        would lose its digits otherwise.
        """
        precision = np.float64 if dense.dtype == np.float64 else np.float32
        centred = dense.astype(precision, copy=False) - self.mean.astype(precision)
        centred /= precision(self.scale)
        return centred.astype(dtype, copy=False)


class Block(NamedTuple):
    """Rows and weights for a number of steps; the padding behind them weighs nothing."""

    x: np.ndarray  # (max_steps, batch_size, n_features)
    weight: np.ndarray  # (max_steps, batch_size)
    n_steps: int


def blocks(rows, order, standardisation, batch_size):
    """Yield the rows in the given order as :class:`Block` s."""
    n_features = rows.n_features
    max_steps = int(np.clip(_BLOCK_VALUES // (batch_size * n_features), 1, _BLOCK_STEPS))
    for start in range(0, len(order), max_steps * batch_size):
        index = order[start : start + max_steps * batch_size]
        # A new array each time: the program may still be reading the last one.
        x = np.zeros((max_steps * batch_size, n_features), np.float32)
        weight = np.zeros(max_steps * batch_size, np.float32)
        x[: len(index)] = standardisation.apply(rows.take(index))
        weight[: len(index)] = rows.weight[index]
        yield Block(
            x.reshape(max_steps, batch_size, n_features),
            weight.reshape(max_steps, batch_size),
            -(-len(index) // batch_size),
        )
