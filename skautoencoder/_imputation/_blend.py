"""How far to go from linear answers towards others: as far as hidden cells say."""

from __future__ import annotations

import numpy as np
from scipy.optimize import nnls

from skautoencoder._training._best import best_at_start
from skautoencoder._training._recipe import Recipe

# Fewer cells than these mislead.
LEAST_CELLS = 50
_FIRM = 1e4  # how much more a sum of one counts than all cells do


def blend_weights(moves: np.ndarray, wanted: np.ndarray, group: np.ndarray) -> np.ndarray:
    """The shares of each move that bring linear answers nearest to the truth.

    Least squares, with shares of at least 0 that add up to at most 1. All are 0 unless the
    gain is more than chance would explain, by the rule for leaving PCA.

    Parameters
    ----------
    moves : ndarray of shape (n_cells, n_moves)
        Other answers less the linear ones.
    wanted : ndarray of shape (n_cells,)
        The truth less the linear answers.
    group : ndarray of shape (n_cells,)
        Numbers of the groups that the cells are of: those of one count as one.

    Returns
    -------
    ndarray of shape (n_moves,)
    """
    none = np.zeros(moves.shape[1])
    weights, _ = nnls(moves, wanted)
    if weights.sum() > 1:
        firm = _FIRM * np.sqrt((moves**2).sum() + (wanted**2).sum())
        ones = np.full((1, moves.shape[1]), firm)
        weights, _ = nnls(np.vstack([moves, ones]), np.append(wanted, firm))
    before, after = wanted**2, (wanted - moves @ weights) ** 2
    best = best_at_start(none, before, np.ones(len(wanted)), 0.0, group).after(weights, after)
    return weights if Recipe().convinced_by(best, 0.0) else none
