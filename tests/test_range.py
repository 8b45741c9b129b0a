"""Bounds that rounding may miss by a little, and messages that say what is outside."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn.preprocessing import MinMaxScaler

from skautoencoder._range import within


def unit(X):
    return within(X, 0, 1, "needs values in [0, 1]", "Scale them.")


@given(st.integers(0, 2**32 - 1), st.floats(-100, 100), st.sampled_from([np.float32, np.float64]))
@settings(max_examples=50, deadline=None)
def test_what_min_max_scaler_gives_is_taken(seed, offset, dtype):
    X = np.random.RandomState(seed).standard_normal((30, 4)).astype(dtype) + dtype(offset)
    scaled = MinMaxScaler().fit_transform(X)
    before = scaled.copy()
    scaled.setflags(write=False)
    taken = unit(scaled)
    assert_array_equal(scaled, before)
    assert_array_equal(taken, before.clip(0, 1))
    assert (taken is scaled) == (before.min() >= 0 and before.max() <= 1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array, sparse.csr_matrix])
@pytest.mark.parametrize("n_units", [1, 4, 16])
def test_rounding_is_clipped_and_the_callers_values_stay(dtype, container, n_units):
    tiny = n_units * np.finfo(dtype).eps
    X = container(np.array([[0, -tiny, 0.5], [1, 1 + tiny, 0]], dtype))
    before = X.copy()
    taken = unit(X)
    assert taken.dtype == dtype
    assert (taken.min(), taken.max()) == (0, 1)
    assert abs(X - before).max() == 0
    assert abs(taken - X).max() <= tiny


@pytest.mark.parametrize(
    "X",
    [
        np.array([[0.0, 1.0]]),
        np.array([[0, 1]]),
        np.array([[False, True]]),
        np.zeros((2, 3)),
        sparse.csr_array((2, 3)),
        sparse.csr_array(np.eye(3, dtype=np.float32)),
    ],
)
def test_what_is_inside_is_not_copied(X):
    assert unit(X) is X


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_what_is_taken_is_hardly_outside(dtype):
    """Nothing that six digits show to be outside, save in half precision, which has three."""
    tolerance = 5e-3 if dtype == np.float16 else 1e-5
    for X in ([[0.5, 1 + 2 * tolerance]], [[-2 * tolerance, 0.5]]):
        with pytest.raises(ValueError, match="X holds values from"):
            unit(np.array(X, dtype))


def test_single_precision_put_in_double_is_taken():
    X = np.array([[0, 1 + 2**-23, -(2**-24)]])
    assert_array_equal(unit(X), [[0, 1, 0]])


@pytest.mark.parametrize(
    ("X", "shown"),
    [
        (np.array([[0, 1 + 1e-5]]), "from 0 to 1.00001"),
        (np.array([[-1e-5, 1]]), "from -1e-05 to 1"),
        (np.array([[0.25, 1 + 7.7e-6]]), "from 0.25 to 1.00001"),
        (np.array([[0.5, 1.00002]], np.float32), "from 0.5 to 1.00002"),
        (np.array([[0.5, 1.0000305]], np.float32), "from 0.5 to 1.00003"),
        (np.array([[0.5, 1.01]], np.float16), "from 0.5 to 1.00977"),
        (np.array([[0, 2]]), "from 0 to 2"),
        (np.array([[-1, 1]], np.int8), "from -1 to 1"),
        (np.array([[0, np.inf]]), "from 0 to inf"),
        (sparse.csr_array(np.array([[0, 1.00001]])), "from 1.00001 to 1.00001"),
    ],
)
def test_the_message_does_not_contradict_itself(X, shown):
    with pytest.raises(ValueError, match=re.escape(f"[0, 1], but X holds values {shown}. Scale")):
        unit(X)


@pytest.mark.parametrize("smallest", [-1e-16, -1e-15])
def test_a_range_without_an_end(smallest):
    X = np.array([[smallest, 1e6]])
    assert_array_equal(within(X, 0, np.inf, "", ""), [[0, 1e6]])
    with pytest.raises(ValueError, match=r"from -0\.001 to 1e\+06"):
        within(X - 1e-3, 0, np.inf, "", "")
