"""Gaps filled with what the nearest row has."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from skautoencoder._anomalies._donors import learn_donors

RNG = np.random.default_rng(0)


def parabola(n_rows=200):
    t = np.random.default_rng(1).uniform(-1, 1, n_rows)
    return np.column_stack([t, t**2])


def test_a_gap_gets_a_value_that_goes_with_the_rest_of_the_row():
    donors = learn_donors(parabola(), RNG)
    filled = donors.fill(np.array([[np.nan, 0.36], [0.5, np.nan], [0.1, 0.2]]))
    assert_allclose(np.abs(filled[0, 0]), 0.6, atol=0.02)  # and not zero, the mean of both ends
    assert_allclose(filled[1], [0.5, 0.25], atol=0.02)
    assert_array_equal(filled[2], [0.1, 0.2])


def test_donors_are_complete_rows_where_there_are_enough():
    X = parabola()
    X[::2, 0] = np.nan
    assert len(learn_donors(X, RNG).rows) == 100


def test_where_all_rows_have_gaps_they_are_filled_first():
    X = np.hstack([parabola(), np.zeros((200, 1))])
    X[::2, 0], X[1::2, 1] = np.nan, np.nan
    donors = learn_donors(X, RNG)
    assert len(donors.rows) == 200
    assert not np.isnan(donors.rows).any()
    assert not np.isnan(donors.fill(np.full((1, 3), np.nan))).any()
