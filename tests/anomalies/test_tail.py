"""Residuals as minus the logarithm of the share of rows with larger ones."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from skautoencoder._anomalies._tail import fit_tail


def test_what_is_exponential_is_its_own_logarithm():
    residuals = np.random.default_rng(0).exponential(3.0, 20_000)
    asked = np.array([0.3, 3.0, 6.0, 12.0, 30.0])
    assert_allclose(fit_tail(residuals).negative_log(asked), asked / 3, rtol=0.1)


def test_shares_are_counted_up_to_nine_tenths():
    tail = fit_tail(np.arange(1.0, 100.0))
    assert_allclose(np.exp(-tail.negative_log(np.array([1.0, 51.0, 81.0]))), [1, 0.5, 0.2])


@given(arrays(float, st.integers(1, 30), elements=st.floats(0, 1e12)))
def test_larger_residuals_never_have_smaller_logarithms(residuals):
    tail = fit_tail(residuals)
    asked = np.sort(np.concatenate([residuals, residuals * 1.5 + 1, [0.0, 1e15]]))
    found = tail.negative_log(asked)
    assert np.all(np.isfinite(found))
    assert np.all(found >= 0)
    assert np.all(np.diff(found) >= 0)


def test_a_last_digit_moves_nothing_by_a_rank():
    residuals = np.random.default_rng(0).exponential(size=30)
    tail = fit_tail(residuals)
    assert_allclose(
        tail.negative_log(residuals * (1 + 1e-14)), tail.negative_log(residuals), atol=1e-10
    )
