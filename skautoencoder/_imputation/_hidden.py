"""Rows of which some cells are hidden: to learn from what is left, and be measured by the rest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from skautoencoder._data._filling import Filling, fit_filling
from skautoencoder._data._rows import Rows

_SHARE = 0.1  # of the seen cells


class HiddenCells(NamedTuple):
    """Standardized rows with gaps, some of whose cells were set aside."""

    rows: np.ndarray  # (n_rows, n_features), NaN in gaps and in hidden cells
    cells: np.ndarray  # bool, as the rows: the hidden ones
    truth: np.ndarray  # the rows before any were
    filling: Filling  # learnt without them
    filled: np.ndarray  # the rows, filled by that

    def from_linear(self, found: np.ndarray) -> np.ndarray:
        """How far other answers are from the linear ones, in the hidden cells."""
        return (found - self.filled)[self.cells]

    def of(self, index: np.ndarray) -> HiddenCells:
        """Those of the rows at ``index``."""
        rows, cells, truth, filled = (
            part[index] for part in (self.rows, self.cells, self.truth, self.filled)
        )
        return HiddenCells(rows, cells, truth, self.filling, filled)


def hide_cells(z: np.ndarray, group: np.ndarray, rng: np.random.Generator) -> HiddenCells:
    """Some cells of standardized rows hidden, the same ones in all rows of a group.

    Parameters
    ----------
    z : ndarray of shape (n_rows, n_features)
        With gaps (NaN).
    group : ndarray of shape (n_rows,)
        Numbers from 0 on. A copy in which the cell is seen would give it away.
    rng : numpy.random.Generator

    Returns
    -------
    HiddenCells
    """
    drawn = rng.uniform(size=(group.max() + 1, z.shape[1])) < _SHARE
    cells = drawn[group] & ~np.isnan(z)
    rows = np.where(cells, np.nan, z)
    filling = fit_filling(Rows(rows, np.ones(len(rows))), rng)
    return HiddenCells(rows, cells, z, filling, filling.fill(rows))
