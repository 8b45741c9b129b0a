"""Rows of which some cells are hidden: to learn from what is left, and be measured by the rest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from skautoencoder._data._filling import Filling, fit_filling

_SHARE = 0.1  # of the seen cells


class HiddenCells(NamedTuple):
    """Standardized rows with gaps, some of whose cells were set aside."""

    rows: np.ndarray  # (n_rows, n_features), NaN in gaps and in hidden cells
    cells: np.ndarray  # bool, as the rows: the hidden ones
    values: np.ndarray  # (n_cells,), what they held
    filling: Filling  # learnt without them
    filled: np.ndarray  # the rows, filled by that

    def from_linear(self, found: np.ndarray) -> np.ndarray:
        """How far other answers are from the linear ones, in the hidden cells."""
        return (found - self.filled)[self.cells]

    def of(self, index: np.ndarray) -> HiddenCells:
        """Those of the rows at ``index``."""
        values = np.full(self.rows.shape, np.nan)
        values[self.cells] = self.values
        cells = self.cells[index]
        return HiddenCells(
            self.rows[index], cells, values[index][cells], self.filling, self.filled[index]
        )


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
    filling = fit_filling(lambda index: rows[index], np.ones(len(rows)), rng)
    return HiddenCells(rows, cells, z[cells], filling, filling.fill(rows))
