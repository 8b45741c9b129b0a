"""One architecture is compiled once, whatever the numbers and however many the rows."""

from __future__ import annotations

from contextlib import contextmanager

import jax
import numpy as np
import pytest
from jax.experimental.compilation_cache.compilation_cache import reset_cache
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from tests.conftest import curved, quick

_COMPILED = "/jax/core/compile/backend_compile_duration"
_counts: list[int] = []
jax.monitoring.register_event_duration_secs_listener(
    lambda event, *_, **__: _counts.append(1) if event == _COMPILED else None
)


@contextmanager
def compilations():
    """How many programs were compiled inside the block, as a list of ones.

    All of them are: the compiled programs that this run of the tests keeps are out of reach.
    """
    _keep_compiled_programs(False)
    _counts.clear()
    try:
        yield _counts
    finally:
        _keep_compiled_programs(True)


def _keep_compiled_programs(keep):
    jax.config.update("jax_enable_compilation_cache", keep)
    reset_cache()  # which else has looked at the option once and for all


def network(size, **settings):
    """A network of a size that no other test has compiled."""
    return quick(hidden_layer_sizes=(size,), **settings)


def test_one_fit_compiles_two_programs():
    with compilations() as compiled:
        network(17).fit(curved(100))
    assert len(compiled) == 2  # training, validation


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "settings"),
    [
        (18, {"learning_rate": 0.1}),
        (19, {"weight_decay": 0.5}),
        (20, {"max_iter": 3, "tol": 0.0, "n_iter_no_change": 2, "random_state": 7}),
        (21, {"validation_fraction": 0.4}),
    ],
)
def test_other_numbers_compile_nothing(size, settings):
    network(size).fit(curved(100))
    with compilations() as compiled:
        network(size, **settings).fit(curved(100))
    assert compiled == []


def test_other_rows_weights_types_and_clones_compile_nothing():
    ours = network(22).fit(curved(100))
    with compilations() as compiled:
        for n_samples in (2, 3, 33, 99, 101, 640, 5000):
            clone(ours).fit(curved(n_samples))
        ours.fit(curved(50), sample_weight=np.arange(50.0))
        ours.fit(curved(50), X_val=curved(20))
        ours.fit(curved(50).astype(np.float32))
        ours.partial_fit(curved(70)).partial_fit(curved(9))
        ours.set_params(warm_start=True).fit(curved(80))
    assert compiled == []


def test_a_grid_over_numbers_compiles_once():
    grid = {"learning_rate": [1e-3, 1e-2], "weight_decay": [0.0, 0.1]}
    with compilations() as compiled:
        GridSearchCV(network(23), grid, cv=3).fit(curved(100))
    assert len(compiled) == 2


def test_transform_compiles_nothing():
    ours = network(24).fit(curved(100))
    with compilations() as compiled:
        for n_samples in range(1, 51):
            ours.inverse_transform(ours.transform(curved(n_samples)))
            ours.score_samples(curved(n_samples))
    assert compiled == []
