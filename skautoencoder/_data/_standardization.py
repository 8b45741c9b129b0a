"""Rows in standard units: one mean a column, one scale for all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from skautoencoder._data._precision import working_dtype


class Standardization(NamedTuple):
    """One mean a column and one scale for all: rotations keep their meaning, as in PCA."""

    mean: np.ndarray  # (n_features,)
    scale: float

    def apply(self, rows: np.ndarray, dtype: DTypeLike = np.float32) -> np.ndarray:
        """``(rows - mean) / scale`` in the precision asked for.

        Data that single precision cannot hold meets the mean in double precision: a
        column of years would lose its digits otherwise.
        """
        return self.fill(np.empty(rows.shape, dtype), rows)

    def fill(self, out: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """The same, written into an array that is there, which takes fewer passes."""
        precision = working_dtype(rows.dtype)
        centered = out if out.dtype == precision else np.empty(rows.shape, precision)
        np.subtract(rows, self.mean.astype(precision), out=centered, dtype=precision)
        with np.errstate(over="ignore"):  # of rows out of all proportion to those of the fit
            return np.divide(centered, precision(self.scale), out=out, casting="same_kind")
