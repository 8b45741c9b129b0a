"""From data of any kind to blocks of standardised rows, all of one shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from skautoencoder._training._precision import working_dtype

# A block is what one call of the compiled program works through. Its shape follows from
# the network and the batch size alone, so data of any length runs through one compilation.
_BLOCK_VALUES = 4_194_304  # 16 MiB in single precision
_BLOCK_STEPS = 128
# Rows are standardised so many values at a time: 256 KiB, which a core's own cache holds.
_FEW_VALUES = 65_536
_ALIGNMENT = 64  # bytes; XLA copies what begins elsewhere


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
        return dense(self.X[index])


def dense(rows):
    """The rows as an array, where they are a sparse matrix."""
    return rows.toarray() if hasattr(rows, "toarray") else rows


def slices(n_rows, n_together):
    """All of so many rows in turn, so many together, as slices."""
    starts = range(0, n_rows, n_together)
    return [slice(start, min(start + n_together, n_rows)) for start in starts]


class Standardisation(NamedTuple):
    """One mean a column and one scale for all: rotations keep their meaning, as in PCA."""

    mean: np.ndarray  # (n_features,)
    scale: float

    def apply(self, rows, dtype=np.float32):
        """``(rows - mean) / scale`` in the precision asked for.

        Data that single precision cannot hold meets the mean in double precision: a
        column of years would lose its digits otherwise.
        """
        return self.fill(np.empty(rows.shape, dtype), rows)

    def fill(self, out, rows):
        """The same, written into an array that is there, which takes fewer passes."""
        precision = working_dtype(rows.dtype)
        centred = out if out.dtype == precision else np.empty(rows.shape, precision)
        np.subtract(rows, self.mean.astype(precision), out=centred, dtype=precision)
        with np.errstate(over="ignore"):  # of rows out of all proportion to those of the fit
            return np.divide(centred, precision(self.scale), out=out, casting="same_kind")


class Block(NamedTuple):
    """Rows and weights for a number of steps; the padding behind them weighs nothing."""

    x: np.ndarray  # (max_steps, batch_size, n_features)
    weight: np.ndarray  # (max_steps, batch_size)
    n_steps: int


def blocks(rows, order, standardisation, batch_size, max_steps=_BLOCK_STEPS):
    """Yield the rows in the given order as :class:`Block` s."""
    n_features = rows.n_features
    max_steps = max(1, min(max_steps, _BLOCK_VALUES // (batch_size * n_features)))
    for start in range(0, len(order), max_steps * batch_size):
        index = order[start : start + max_steps * batch_size]
        # A new array each time: the program may still be reading the last one.
        x = _aligned(max_steps * batch_size, n_features)
        x[len(index) :] = 0
        for few in slices(len(index), max(1, _FEW_VALUES // n_features)):
            standardisation.fill(x[few], rows.take(index[few]))
        weight = np.zeros((max_steps, batch_size), np.float32)
        weight.ravel()[: len(index)] = rows.weight[index]
        yield Block(
            x.reshape(max_steps, batch_size, n_features),
            weight,
            -(-len(index) // batch_size),
        )


def _aligned(n_rows, n_columns):
    """An array that begins where the compiled program can read it in place, uncopied."""
    size = n_rows * n_columns
    values = np.empty(size + _ALIGNMENT // 4, np.float32)
    start = -values.ctypes.data % _ALIGNMENT // 4
    return values[start : start + size].reshape(n_rows, n_columns)
