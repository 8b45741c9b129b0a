"""Small integers are not blown up, and large offsets keep their digits."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.base import clone

from tests.conftest import curved, quick, squared_error


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
    short_steps = quick(early_stopping=False, optimizer="adam", learning_rate=1e-3)
    shifted = clone(short_steps).fit(X + 1e7)
    assert_allclose(shifted.transform(X + 1e7), short_steps.fit_transform(X), atol=1e-3)
    assert squared_error(shifted, X + 1e7) < X.var(0).sum()
