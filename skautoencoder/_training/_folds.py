"""Which rows are learnt from, and which are held out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from skautoencoder._training._recipe import Recipe


class Fold(NamedTuple):
    """Row numbers to learn from and to hold out."""

    train: np.ndarray
    held_out: np.ndarray


def split(
    index: np.ndarray,
    group: np.ndarray,
    validation_fraction: float,
    recipe: Recipe,
    rng: np.random.Generator,
) -> list[Fold]:
    """Row numbers as one fold where the fraction holds enough rows, else as cross-validation's.

    Parameters
    ----------
    index : ndarray of shape (n,)
        Row numbers to split.
    group : ndarray of shape (n,)
        Rows of one group fall on one side, and count as one. Numbered from 0 on; at least two.
    validation_fraction : float
    recipe : Recipe
    rng : numpy.random.Generator

    Returns
    -------
    list of Fold
    """
    size = np.bincount(group)
    n_groups, order = len(size), rng.permutation(len(size))
    shuffled = index[np.argsort(np.argsort(order)[group], kind="stable")]
    ends = np.cumsum(size[order])  # of the groups in their new order, among the shuffled rows
    n_held_out = int(np.ceil(validation_fraction * n_groups))
    if recipe.least_held_out <= n_held_out < n_groups:
        held_out, train = np.split(shuffled, ends[[n_held_out - 1]])
        return [Fold(train, held_out)]
    n_folds = min(recipe.n_folds, n_groups)
    last = [part[-1] for part in np.array_split(np.arange(n_groups), n_folds)]
    parts = np.split(shuffled, ends[last[:-1]])
    return [Fold(np.concatenate(parts[:i] + parts[i + 1 :]), part) for i, part in enumerate(parts)]
