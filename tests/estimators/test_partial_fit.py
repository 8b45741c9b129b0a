"""Chunk by chunk: wild chunks and idle columns lose nothing, and are told."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.exceptions import ConvergenceWarning

from tests.conftest import curved, quick, quick_convolutional


@pytest.mark.parametrize("size", [1e10, 1e20, 1e30, 1e150])
@pytest.mark.parametrize("make", [quick, quick_convolutional])
def test_a_wild_chunk_leaves_the_state_before_it(size, make):
    ours, twin = (make(2).partial_fit(curved(60)) for _ in range(2))
    with pytest.warns(ConvergenceWarning, match="diverged .* in this chunk; the state before"):
        ours.partial_fit(size * curved(60, seed=1))
    assert ours.n_iter_ == len(ours.loss_curve_) == 1
    assert_array_equal(ours.transform(curved(9)), twin.transform(curved(9)))
    ours.partial_fit(curved(60, seed=2))
    assert np.isfinite(ours.transform(curved(9))).all()
    assert ours.n_iter_ == 2


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_large_learning_rate_leaves_the_start(optimizer):
    X = curved(200)
    ours = quick(learning_rate=1e9, optimizer=optimizer)
    for _ in range(3):
        with pytest.warns(ConvergenceWarning, match=r"Lower learning_rate=1000000000"):
            ours.partial_fit(X)
    start = quick(learning_rate=1e-12, early_stopping=False, max_iter=1).fit(X)
    assert ours.score(X) == pytest.approx(start.score(X), abs=1e-6)
    assert ours.n_iter_ == 0


def test_rows_a_little_out_are_learnt_from():
    ours = quick().partial_fit(curved(60))
    chunk = curved(60, seed=1)
    chunk[0] *= 100
    ours.partial_fit(chunk)
    assert ours.n_iter_ == 2


@pytest.mark.parametrize("init", ["pca", "glorot"])
def test_where_nothing_varies_the_next_chunk_is_the_first(init):
    X = curved(300)
    ours = quick(init=init).partial_fit(np.tile(X[:1], (50, 1)))
    twin = quick(init=init).partial_fit(X)
    ours.partial_fit(X)
    assert ours.scale_ == twin.scale_
    assert ours.score(X) == pytest.approx(twin.score(X), abs=0.1)


def test_a_column_that_wakes_is_named():
    idle = pd.DataFrame(curved(60), columns=[*"abcde"])
    idle["c"] = 1.0
    ours = quick().partial_fit(idle)
    ours.partial_fit(idle)
    with pytest.warns(UserWarning, match="Column 'c' did not vary in the first chunk"):
        ours.partial_fit(pd.DataFrame(5 * curved(60), columns=[*"abcde"]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # once is enough
        ours.partial_fit(pd.DataFrame(curved(60), columns=[*"abcde"]))


def test_another_optimizer_goes_on_with_the_weights():
    X = curved(200)
    ours = quick().partial_fit(X)
    before = ours.score(X)
    for optimizer in ("sgd", "adam", "nadam"):
        ours.set_params(optimizer=optimizer).partial_fit(X)
        assert ours.score(X) > before - 0.05
    assert ours.n_iter_ == 4
