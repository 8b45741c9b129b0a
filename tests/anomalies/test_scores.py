"""Folds of rows, and rows that are known again."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_array_equal

from skautoencoder._anomalies._scores import FoldScores, fold_numbers
from skautoencoder._data._groups import row_hashes


class Constant:
    """A model that scores all rows alike."""

    def __init__(self, score):
        self.score = score

    def of(self, rows, seen):
        return np.full(len(rows), self.score)


def test_groups_are_in_one_fold_and_folds_about_equal():
    group = np.random.default_rng(0).integers(0, 40, 300)
    fold = fold_numbers(group, np.random.default_rng(0))
    assert all(len(set(fold[group == one])) == 1 for one in range(40))
    assert np.ptp(np.bincount(fold)) < 40


def test_three_groups_are_three_folds_however_large():
    fold = fold_numbers(np.repeat([0, 1, 2], [100, 1, 1]), np.random.default_rng(0))
    assert set(fold) == {0, 1, 2}


def test_a_training_row_is_scored_by_the_model_that_did_not_learn_from_it():
    rows = np.arange(6.0).reshape(3, 2)
    hashes = row_hashes(rows)
    order = np.argsort(hashes)
    scores = FoldScores(tuple(map(Constant, (1.0, 2.0, 6.0))), hashes[order], order.astype("i1"))
    asked = np.vstack([rows[::-1], [[9.0, 9.0]]])
    assert_array_equal(scores.of(asked, np.ones((4, 2), bool)), [6.0, 2.0, 1.0, 3.0])
