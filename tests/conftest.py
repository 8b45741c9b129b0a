from __future__ import annotations

import gc
import os
import tempfile
from importlib.metadata import version

# Before JAX is imported: the processes of a run (the workers, and those that tests start)
# share what they compile, in a folder that goes when the run ends. The first to come here is
# the one that starts the workers, and the others inherit its environment. JAX 0.6.0 reads back
# programs that compute something else (a step of optax.sgd moved nothing), so old ones have none.
if (
    tuple(map(int, version("jax").split(".")[:2])) >= (0, 10)
    and "SKAUTOENCODER_TEST_RUN" not in os.environ
):
    COMPILED = tempfile.TemporaryDirectory(prefix="skautoencoder-", ignore_cleanup_errors=True)
    os.environ |= {
        "SKAUTOENCODER_TEST_RUN": COMPILED.name,
        "JAX_COMPILATION_CACHE_DIR": COMPILED.name,
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from skautoencoder import AutoencoderTransformer, ConvolutionalAutoencoderTransformer


def pytest_collection_finish():
    """Leave out of garbage collection all that is there already: tracing collects often."""
    gc.collect()
    gc.freeze()


def quick(n_components=2, **settings):
    """A small transformer: nearly all tests share its compiled program."""
    defaults = {"hidden_layer_sizes": (16,), "max_iter": 5, "random_state": 0}
    return AutoencoderTransformer(n_components, **(defaults | settings))


def quick_convolutional(n_components=2, **settings):
    """A small convolutional transformer; rows are signals where no image shape is given."""
    defaults = {"channels": (4,), "max_iter": 5, "random_state": 0}
    return ConvolutionalAutoencoderTransformer(n_components, **(defaults | settings))


def squared_error(transformer, X):
    """Held-out squared error of a row, for any transformer with an inverse."""
    return np.mean(np.sum((X - transformer.inverse_transform(transformer.transform(X))) ** 2, 1))


def curved(n_samples, seed=0, noise=0.01):
    """Points near a bent curve in five dimensions: one number says where."""
    rng = np.random.RandomState(seed)
    t = rng.uniform(-2, 2, (n_samples, 1))
    points = np.hstack([t, np.sin(2 * t), np.cos(2 * t), t**2, np.tanh(3 * t)])
    return points + noise * rng.standard_normal(points.shape)


@pytest.fixture(scope="session")
def digits():
    """Training and test rows, and the test rows' labels."""
    X, y = load_digits(return_X_y=True)
    X_train, X_test, _, y_test = train_test_split(X, y, random_state=0)
    return X_train, X_test, y_test


@pytest.fixture(scope="session")
def fitted_digits(digits):
    """The defaults, on digits, at eight components."""
    return AutoencoderTransformer(8, random_state=0).fit(digits[0])
