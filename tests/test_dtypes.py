"""Precision in is precision out, and integers are not blown up."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tests.conftest import curved, quick, squared_error


@pytest.mark.parametrize(
    ("given", "returned"),
    [
        (np.float64, np.float64),
        (np.float32, np.float32),
        (np.float16, np.float32),
        (np.uint8, np.float32),
        (np.int16, np.float32),
        (np.int32, np.float64),
        (np.uint32, np.float64),
        (np.int64, np.float64),
        (np.longdouble, np.float64),
        (">f8", np.float64),
        (">i4", np.float64),
        (">f4", np.float32),
        (bool, np.float32),
    ],
)
def test_dtype(given, returned):
    X = (
        (10 * curved(60) > 3).astype(given)
        if given is bool
        else (10 * curved(60) + 50).astype(given)
    )
    ours = quick(4, max_iter=20).fit(X)
    codes = ours.transform(X)
    assert codes.dtype == returned
    assert ours.inverse_transform(codes).dtype == returned
    assert ours.score_samples(X).dtype == np.float64
    assert squared_error(ours, X.astype(float)) < 0.5 * X.astype(float).var(0).sum()


def test_integers_give_the_codes_of_the_same_numbers():
    X = (10 * curved(60) + 50).astype(np.uint8)
    assert_allclose(quick().fit_transform(X), quick().fit_transform(X.astype(float)), atol=0.02)


@pytest.mark.slow
def test_uint8_images_are_not_blown_up():
    X = np.random.RandomState(0).randint(0, 256, (20_000, 784), np.uint8)
    ours = quick(hidden_layer_sizes=(8,), max_iter=1, batch_size=512)
    ours.fit(X[:1000])  # compile
    tracemalloc.start()
    ours.fit(X)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # 16 MB of bytes would be 125 MB in double precision; blocks and chunks are bounded
    assert peak < 8 * X.size - 1


def test_a_large_offset_keeps_its_digits():
    """Years, say: centring happens in double precision, before single precision."""
    X = curved(200)
    shifted = quick(early_stopping=False).fit(X + 1e7)
    assert_allclose(
        shifted.transform(X + 1e7), quick(early_stopping=False).fit_transform(X), atol=1e-3
    )
    assert squared_error(shifted, X + 1e7) < X.var(0).sum()
