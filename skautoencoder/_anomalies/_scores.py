"""Scores of rows by several models, each learnt without one fold of the training rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skautoencoder._anomalies._residuals import Residual
from skautoencoder._anomalies._tail import Tail
from skautoencoder._data._groups import row_hashes
from skautoencoder._functions import Array

N_FOLDS = 3
_NEW = -1  # the fold of a row that was not in training


@dataclass(frozen=True)
class FoldScore:
    """The score of rows that a model has not learnt from: 0 or more, the higher the stranger.

    Parameters
    ----------
    residuals : tuple of Residual
    tails : tuple of Tail
        How large each is, of the rows that were held out.
    weights : ndarray of shape (n_residuals,)
        What each counts; they add up to 1.
    """

    residuals: tuple[Residual, ...]
    tails: tuple[Tail, ...]
    weights: np.ndarray

    def of(self, rows: Array, seen: Array) -> Array:
        """The mean over the residuals of minus the log of the share of rows with larger ones."""
        return self.of_sizes([residual.sizes(rows, seen) for residual in self.residuals])

    def put_back(self, row: Array, seen: Array, parts: Array) -> Array:
        """The score of one row with each part's columns put back to what is expected."""
        back = [residual.sizes_put_back(row, seen, parts) for residual in self.residuals]
        return self.of_sizes(back)

    def expected(self, row: Array, seen: Array, parts: Array) -> Array:
        """What is expected of each part of one row, in the units of the data."""
        of_each = (residual.expected(row, seen, parts) for residual in self.residuals)
        return np.mean([one for one in of_each if one is not None], axis=0)

    def of_sizes(self, sizes: list[Array]) -> Array:
        """The score, from the sizes of each residual."""
        of_each = zip(self.tails, sizes, strict=True)
        return self.weights @ [tail.negative_log(size) for tail, size in of_each]


@dataclass(frozen=True)
class FoldScores:
    """A model for each fold of the training rows, and which rows were in which fold.

    A row that was in training is scored by the model that has not learnt from it, any other by
    all of them. So training rows and new ones are scored alike, whenever they are passed.

    Parameters
    ----------
    models : tuple of FoldScore
    hashes : ndarray of uint64 of shape (n_distinct,)
        Of the distinct training rows, sorted.
    folds : ndarray of int8 of shape (n_distinct,)
        The fold that each was held out in.
    """

    models: tuple[FoldScore, ...]
    hashes: np.ndarray
    folds: np.ndarray

    def of(self, rows: Array, seen: Array) -> Array:
        """The score of each row."""
        return self.mean(rows, seen, lambda model, some: model.of(rows[some], seen[some]))

    def mean(
        self,
        rows: Array,
        seen: Array,
        of_model: Callable[[FoldScore, Array], Array],
        *width: int,
    ) -> Array:
        """``of_model(model, numbers of rows)``, the mean over the models that score each row."""
        fold = self._fold_of(np.where(seen, rows, np.nan))
        total = np.zeros((len(rows), *width))
        for number, model in enumerate(self.models):
            some = np.flatnonzero((fold == _NEW) | (fold == number))
            if len(some):
                total[some] += of_model(model, some)
        count = np.where(fold == _NEW, len(self.models), 1)
        return (total.T / count).T

    def _fold_of(self, rows: Array) -> Array:
        hashes = row_hashes(rows)
        place = np.searchsorted(self.hashes, hashes).clip(max=len(self.hashes) - 1)
        return np.where(self.hashes[place] == hashes, self.folds[place], _NEW)


def fold_numbers(group: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A fold for each row, about as many rows in each, those of one group in one."""
    size = np.bincount(group)
    order = np.lexsort((rng.permutation(len(size)), -size))  # dealt from the largest on
    of_group = np.empty(len(size), np.int8)
    of_group[order] = np.arange(len(size)) % N_FOLDS
    return of_group[group]
