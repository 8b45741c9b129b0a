"""How far to go from linear answers towards others: as far as hidden cells say."""

from __future__ import annotations

import numpy as np
from scipy.optimize import nnls

from skautoencoder._training._best import best_at_start
from skautoencoder._training._recipe import Recipe

# Fewer cells than these mislead, those of the copies of a row counted once.
LEAST_CELLS = 50
# Shares are few numbers: a gain of half its standard error is worth having more often than not,
# one row that gains most or not (12 tables, benchmarks/quality/imputation.py: at worst 1.01 of
# the linear error on other cells, where asking for more left a good half of some gains).
_RULE = Recipe(standard_errors=0.5, standard_errors_without_best=0.0)
_FIRM = 1e4  # how much more a sum of one counts than all cells do


def blend_weights(moves: np.ndarray, wanted: np.ndarray, group: np.ndarray) -> np.ndarray:
    """The shares of each move that bring linear answers nearest to the truth.

    Least squares, with shares of at least 0 that add up to at most 1. All are 0 unless the
    gain is more than half its standard error over the groups.

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
    return weights if _RULE.convinced_by(best, 0.0) else none
