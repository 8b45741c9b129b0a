"""What a fit learns does not hang on JAX's global settings, which others may have changed."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import cycle

import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.base import clone

from skautoencoder import AutoencoderSearchCV, RBMTransformer
from skautoencoder._draws import same_key
from skautoencoder._training._promotion import under_our_rules
from skautoencoder.boltzmann import Kind, Machine, annealed_log_weights
from skautoencoder.losses import LOSSES, MixedLoss
from skautoencoder.objectives import (
    Contractive,
    Denoising,
    Ordered,
    Reconstruction,
    Sparse,
    Variational,
)
from tests.conftest import quick, quick_convolutional


@contextmanager
def all_that_compiles_anew():
    """Five settings at once: each by itself would have to compile all programs again."""
    with (
        jax.enable_x64(True),
        jax.default_prng_impl("rbg"),
        jax.debug_nans(True),
        jax.numpy_dtype_promotion("strict"),
        jax.numpy_rank_promotion("raise"),
    ):
        yield


SETTINGS = {"strict": all_that_compiles_anew, "no jit": lambda: jax.disable_jit(True)}

X = np.random.RandomState(0).uniform(size=(24, 5))
X[:, 4] = 1 - X[:, 3]
MIXED = MixedLoss(binary=(0,), categorical=((3, 4),))

# Fields as a grid of np.linspace, or a table of settings, would have them.
share, whole = np.linspace(0.1, 0.2, 2)[0], np.int64(2)
OBJECTIVES = {
    "variational": Variational(whole, share, share),
    "reconstruction": Reconstruction(),
    "denoising": Denoising(share, np.float32(0.1), share),
    "l1": Sparse(strength=share),
    "kl": Sparse(penalty="kl", strength=np.float32(0.1), target=share),
    "top_k": Sparse(penalty="top_k", k=whole),
    "contractive": Contractive(share),
    "contractive by directions": Contractive(np.array(share), n_directions=whole),
    "ordered": Ordered(share),
}
ALL_LOSSES = {**{name: name for name in LOSSES}, "mixed": MIXED}


def tiny(**settings):
    return quick(hidden_layer_sizes=(3,), max_iter=2, early_stopping=False, **settings)


FITS = {
    # each objective and each loss, for a setting upsets one or the other
    **{
        f"{name}, {loss}": tiny(objective=OBJECTIVES[name], loss=ALL_LOSSES[loss])
        for name, loss in zip(OBJECTIVES, cycle(ALL_LOSSES), strict=False)
    },
    "cross_entropy, variational": tiny(loss="cross_entropy", objective="variational"),
    "tied, glorot": tiny(tied_weights=True, init="glorot", optimizer="sgd"),
    "judged": quick(hidden_layer_sizes=(3,), max_iter=1),
    "convolutional": quick_convolutional(max_iter=2, early_stopping=False),
    "cd": RBMTransformer(3, n_iter=2, random_state=0),
    "pcd": RBMTransformer(3, n_iter=2, random_state=0, algorithm="pcd", n_gibbs_steps=2),
    "gaussian": RBMTransformer(3, n_iter=2, random_state=0, visible="gaussian", momentum=0.5),
}
STANDARD = (X - X.mean(0)) / X.std(0)


def codes(fit):
    rows = STANDARD if fit.get_params().get("visible") == "gaussian" else X
    return clone(fit).fit(rows).transform(rows)


@pytest.fixture(scope="module")
def expected():
    return {name: codes(fit) for name, fit in FITS.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", FITS)
@pytest.mark.parametrize("setting", SETTINGS)
def test_a_fit_learns_the_same(setting, name, expected):
    with SETTINGS[setting]():
        found = codes(FITS[name])
    assert_allclose(found, expected[name], atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("setting", SETTINGS)
def test_a_machines_chains_are_the_same(setting):
    ours = RBMTransformer(3, n_iter=1, random_state=0).fit(X)
    rng = np.random.RandomState(0)
    machine = Machine(rng.normal(size=(5, 3)).astype("f"), *(np.zeros(n, "f") for n in (5, 3, 5)))
    bias = np.zeros(5, np.float32)

    def chains():
        anneal = under_our_rules(annealed_log_weights)
        return ours.sample(4, n_gibbs_steps=3, random_state=0), anneal(
            machine, Kind(), bias, same_key(), 3, 4
        )

    expected = chains()
    with SETTINGS[setting]():
        found = chains()
    for one, other in zip(found, expected, strict=True):
        assert np.asarray(one).dtype == np.asarray(other).dtype
        assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_numpys_numbers_are_pythons(name):
    plain = clone(OBJECTIVES[name]).with_plain_numbers()
    assert plain == OBJECTIVES[name]
    for value in plain.get_params().values():
        assert type(value) in (int, float, str, type(None))


@pytest.mark.slow
@pytest.mark.parametrize("batch", [True, False])
def test_a_search_finds_the_same_in_double_precision(batch):
    grid = {"objective__noise_std": np.linspace(0.1, 0.4, 3)}

    def scores():
        search = AutoencoderSearchCV(tiny(objective=Denoising()), grid, cv=2, batch=batch)
        return search.fit(X).cv_results_["mean_test_score"]

    expected = scores()
    jax.config.update("jax_enable_x64", True)  # for all threads, unlike a context
    try:
        found = scores()
    finally:
        jax.config.update("jax_enable_x64", False)
    assert_allclose(found, expected, atol=1e-4)
