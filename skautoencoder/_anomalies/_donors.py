"""Gaps filled with what the nearest training row has there: a row as there might be one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from skautoencoder._anomalies._kernel_mean import MOST_REFERENCES, squared_distances
from skautoencoder._anomalies._spaces import Space, standard_space
from skautoencoder._data._filling import fit_filling
from skautoencoder._data._rows import Rows, slices
from skautoencoder._functions import Array

# Complete rows are enough to fill others from, if they are so many and such a share of all.
_LEAST_COMPLETE, _LEAST_SHARE = 50, 0.1
_ROWS = 1024  # at a time


class Donors(NamedTuple):
    """Rows to fill others from.

    The mean of what a gap may hold may be what no row has: between two branches, say.

    Parameters
    ----------
    rows : ndarray of shape (n_donors, n_columns)
        Complete.
    space : Space
        In which the nearest is looked for.
    """

    rows: np.ndarray
    space: Space

    def fill(self, rows: Array) -> Array:
        """The rows, each with numbers in its gaps (NaN); all that was seen stays as it was."""
        gaps = np.isnan(rows)
        some = np.flatnonzero(gaps.any(axis=1))
        if len(some) == 0:
            return rows
        filled, z = rows.copy(), self.space.of(self.rows)
        for part in slices(len(some), _ROWS):
            index = some[part]
            row = self.space.of(np.where(gaps[index], self.space.center, rows[index]))
            nearest = squared_distances(row, z, ~gaps[index]).argmin(axis=1)
            filled[index] = np.where(gaps[index], self.rows[nearest], rows[index])
        return filled


def learn_donors(rows: np.ndarray, rng: np.random.Generator) -> Donors:
    """The :class:`Donors` of rows with gaps (NaN), at most so many of them.

    Complete rows; where they are too few, all, filled by a Gaussian of the columns.
    """
    complete = np.flatnonzero(~np.isnan(rows).any(axis=1))
    enough = max(_LEAST_COMPLETE, _LEAST_SHARE * len(rows))
    if len(complete) >= min(enough, len(rows)):
        donors = rows[rng.permutation(complete)[:MOST_REFERENCES]]
    else:
        filling = fit_filling(Rows(rows, np.ones(len(rows))), rng)
        donors = filling.fill(rows[rng.permutation(len(rows))[:MOST_REFERENCES]])
    return Donors(donors, standard_space(donors, by_column=True))
