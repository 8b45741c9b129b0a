"""Units of rows, there and back, whatever the columns' own."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.preprocessing import RobustScaler, StandardScaler

from skautoencoder._anomalies._spaces import bent_space, standard_space

X = np.random.default_rng(0).standard_normal((50, 3)) * [1, 10, 0.1] + [5, 0, -3]
SPACES = [standard_space, bent_space]


def test_columns_are_standardized():
    assert_allclose(standard_space(X, by_column=True).of(X), StandardScaler().fit_transform(X))


def test_bent_columns_are_asinh_of_robustly_scaled_ones():
    wanted = np.arcsinh(RobustScaler().fit_transform(X) * 1.349)
    assert_allclose(bent_space(X, by_column=True).of(X), wanted, atol=1e-12)


@pytest.mark.parametrize("learn", SPACES)
@pytest.mark.parametrize("by_column", [True, False])
def test_rows_come_back(learn, by_column):
    space = learn(X, by_column=by_column)
    assert_allclose(space.back(space.of(X)), X)


def test_one_width_for_all_is_the_root_of_the_mean_variance():
    space = standard_space(X, by_column=False)
    assert_allclose(space.width, np.sqrt(X.var(axis=0).mean()))


@pytest.mark.parametrize("learn", SPACES)
@pytest.mark.parametrize("unit", [1e-250, 1.0, 1e250])
def test_units_make_no_difference(learn, unit):
    assert_allclose(learn(X * unit, by_column=True).of(X * unit), learn(X, by_column=True).of(X))


@pytest.mark.parametrize("learn", SPACES)
def test_a_constant_column_is_in_units_of_its_value(learn):
    constant = np.hstack([X, np.full((50, 1), 0.1), np.zeros((50, 1))])
    z = learn(constant, by_column=True).of(constant + np.array([0, 0, 0, 0.1, 1]))
    wanted = 1.0 if learn is standard_space else np.arcsinh(1.0)
    assert_allclose(z[:, 3:], wanted)


@pytest.mark.parametrize("learn", SPACES)
def test_no_row_is_so_far_out_that_it_has_no_number(learn):
    space = learn(X, by_column=True)
    for far in (1e308, -1e308):
        assert np.all(np.isfinite(space.of(np.full((1, 3), far)) ** 2))
