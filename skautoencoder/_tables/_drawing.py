"""Rows drawn from a model: values where it gives means, spread as those it has learnt from."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from skautoencoder._tables._encoding import TableEncoding

_N_QUANTILES = 1_001
_LEVELS = np.linspace(0, 1, _N_QUANTILES)


class Distributions(NamedTuple):
    """What drawing knows besides the model's means.

    The model says which rows have large values, and which go together; how values are
    distributed in each column is what the training rows say.
    """

    noise: np.ndarray  # (width,): spread of the rows around what the model makes of them
    drawn: np.ndarray  # (n_quantiles, width), of what it draws before this is known
    seen: np.ndarray  # (n_quantiles, width), of the rows; NaN where a column is of levels


def learn_distributions(
    encoding: TableEncoding,
    rows: np.ndarray,
    rebuilt: np.ndarray,
    sampled: np.ndarray,
    rng: np.random.RandomState,
) -> Distributions:
    """The :class:`Distributions` of rows, from what a model makes of them and of draws.

    Parameters
    ----------
    encoding : TableEncoding
    rows : ndarray of shape (n_rows, width)
        Encoded rows, NaN in gaps.
    rebuilt : ndarray of shape (n_rows, width)
        The model's means, given codes drawn for these rows.
    sampled : ndarray of shape (n_draws, width)
        Its means, given codes drawn from the prior.
    rng : numpy.random.RandomState
    """
    noise = np.zeros(rows.shape[1])
    seen = np.full((_N_QUANTILES, rows.shape[1]), np.nan)
    drawn = np.full_like(seen, np.nan)
    for part in encoding.parts:
        if part.encoder.width and part.encoder.part not in _CHOSEN:
            column = part.columns.start
            values, means = rows[:, column].astype(float), rebuilt[:, column].astype(float)
            there = ~np.isnan(values)
            noise[column] = np.sqrt(np.mean((values - means)[there] ** 2))
            # Values that were seen: nothing between two heaps of them is made up.
            seen[:, column] = np.quantile(values[there], _LEVELS, method="nearest")
            some = _with_noise(sampled[:, column], noise[column], rng)
            drawn[:, column] = np.quantile(some, _LEVELS)
    return Distributions(noise, drawn, seen)


def draw_rows(
    encoding: TableEncoding,
    means: np.ndarray,
    distributions: Distributions,
    rng: np.random.RandomState,
) -> np.ndarray:
    """Encoded rows drawn around a model's means."""
    found = np.empty(means.shape)
    for part in encoding.parts:
        if not part.encoder.width:
            continue
        block, kind = means[:, part.columns].astype(float), part.encoder.part
        if kind in _CHOSEN:
            found[:, part.columns] = _CHOSEN[kind](block, rng)
            continue
        column = part.columns.start
        some = _with_noise(block[:, 0], distributions.noise[column], rng)
        share = np.interp(some, distributions.drawn[:, column], _LEVELS)
        nearest = np.rint(share * (_N_QUANTILES - 1)).astype(int)
        found[:, column] = distributions.seen[nearest, column]
    return found


def _with_noise(means: np.ndarray, noise: float, rng: np.random.RandomState) -> np.ndarray:
    return means + noise * rng.standard_normal(len(means))


def _yes_or_no(block: np.ndarray, rng: np.random.RandomState) -> np.ndarray:
    return (rng.uniform(size=block.shape) < block).astype(float)


def _one_hot(block: np.ndarray, rng: np.random.RandomState) -> np.ndarray:
    passed = np.cumsum(block, axis=1) / block.sum(axis=1, keepdims=True)
    chosen = (rng.uniform(size=(len(block), 1)) > passed[:, :-1]).sum(axis=1)
    return np.eye(block.shape[1])[chosen]


# By part of the loss: levels are chosen; all else gets noise and its column's distribution.
_CHOSEN: dict[str, Callable] = {"binary": _yes_or_no, "categorical": _one_hot}
