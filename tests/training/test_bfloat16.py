"""Products in bfloat16: what is rounded, what is not; all that trains can be trained so."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from sklearn.base import clone
from sklearn.decomposition import PCA

from skautoencoder import AutoencoderSearchCV, TableAutoencoderTransformer
from skautoencoder._training import _bfloat16
from skautoencoder._training._bfloat16 import _product, _Weight
from skautoencoder._training._gradient import training_program
from skautoencoder._training._gradient_learner import GradientLearner
from skautoencoder.objectives import Contractive, Objective
from tests.conftest import curved, quick, quick_convolutional


@pytest.fixture
def narrow_ones_too(monkeypatch):
    """Small networks, which are quick, are rounded as wide ones are."""
    monkeypatch.setattr(_bfloat16, "_NARROW", 0)
    training_program.forget()
    yield
    training_program.forget()


def rounded(x):
    """To bfloat16 and back, by NumPy: halves go to the even neighbour."""
    bits = np.asarray(x, np.float32).view(np.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16 << 16).view(np.float32).astype(float)


@pytest.mark.parametrize("shape", [(5, 3, 4), (32, 64, 16), (130, 1, 200), (1, 7, 1)])
@pytest.mark.parametrize("along", [0, 1])
def test_a_product_and_its_gradients_are_sums_of_rounded_numbers(shape, along):
    n_rows, n_in, n_out = shape
    rng = np.random.default_rng(0)
    x, weights = rng.standard_normal((n_rows, n_in)), rng.standard_normal((n_in, n_out))
    change = rng.standard_normal((n_rows, n_out))
    as_kept = weights.T if along else weights
    arrays = (jnp.asarray(a, jnp.float32) for a in (x, as_kept))
    found, pull = jax.vjp(jax.jit(partial(_product, along=along)), *arrays)
    of_x, of_weights = pull(jnp.asarray(change, jnp.float32))
    for ours in (found, of_x, of_weights):
        assert ours.dtype == jnp.float32  # the sums
    x, weights, change = map(rounded, (x, weights, change))
    np.testing.assert_allclose(found, x @ weights, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(of_x, change @ weights.T, rtol=1e-5, atol=1e-5)
    of_weights = of_weights.T if along else of_weights
    np.testing.assert_allclose(of_weights, x.T @ change, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("shape", [(128, 200), (200, 128), (129, 129), (3, 256), (256, 2)])
def test_layers_that_are_wide_on_both_sides_are_rounded(shape, turned):
    rng = np.random.default_rng(0)
    x, weights = (rng.standard_normal(s).astype(np.float32) for s in ((4, shape[0]), shape))
    as_kept = _Weight(jnp.asarray(weights.T)).T if turned else _Weight(jnp.asarray(weights))
    wide = min(shape) > 128
    expected = rounded(x) @ rounded(weights) if wide else x @ weights
    np.testing.assert_allclose(jnp.asarray(x) @ as_kept, expected, rtol=1e-4, atol=1e-4)


KINDS = {
    "dense": quick(hidden_layer_sizes=(16,)),
    "random start": quick(init="glorot"),
    "tied": quick(tied_weights=True),
    "denoising": quick(objective="denoising"),
    "sparse": quick(objective="sparse"),
    "contractive": quick(objective=Contractive(n_directions=2)),
    "variational": quick(objective="variational"),
    "ordered": quick(objective="ordered"),
    "huber": quick(loss="huber"),
    "convolutional": quick_convolutional(),
    "own optimizer": quick(optimizer=partial(optax.sgd, 1e-2)),
}


def spread(x):
    return np.sqrt(np.mean((x - x.mean(0)) ** 2))


@pytest.mark.slow
@pytest.mark.usefixtures("narrow_ones_too")
@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_fit_ends_where_single_precision_does(name):
    X = curved(300)
    settings = {"max_iter": 15, "n_iter_no_change": np.inf, "early_stopping": False}
    single = clone(KINDS[name]).set_params(**settings).fit(X)
    ours = clone(KINDS[name]).set_params(**settings, precision="bfloat16").fit(X)
    assert ours.loss_curve_[1:] != single.loss_curve_[1:]  # something was rounded
    np.testing.assert_allclose(ours.loss_curve_, single.loss_curve_, rtol=0.02)
    codes = single.transform(X)
    assert np.sqrt(np.mean((ours.transform(X) - codes) ** 2)) < 0.1 * spread(codes)
    assert {a.dtype for a in ours.encoder_.weights} == {np.dtype(np.float32)}


@pytest.mark.usefixtures("narrow_ones_too")
def test_losses_that_choose_the_weights_are_of_single_precision():
    X = curved(600)
    ours = quick(precision="bfloat16").fit(X, X_val=X)
    single = quick(max_iter=1).fit(X, X_val=X)
    assert ours.validation_loss_curve_[0] == single.validation_loss_curve_[0]
    assert ours.n_iter_ > 0
    np.testing.assert_allclose(-ours.score_samples(X).mean(), ours.best_loss_, rtol=1e-5)


@pytest.mark.usefixtures("narrow_ones_too")
def test_where_the_truth_is_linear_the_result_is_pca():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((200, 2)) @ rng.standard_normal((2, 6))
    ours, pca = quick(precision="bfloat16").fit(X), PCA(2).fit(X)
    np.testing.assert_allclose(
        ours.inverse_transform(ours.transform(X)),
        pca.inverse_transform(pca.transform(X)),
        atol=1e-9,
    )


@pytest.mark.usefixtures("narrow_ones_too")
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_products_alone_are_rounded(precision, monkeypatch):
    programs = []
    unwrapped = GradientLearner._arguments

    def note(learner, *arguments):
        programs.append((learner.program.one, found := unwrapped(learner, *arguments)))
        return found

    monkeypatch.setattr(GradientLearner, "_arguments", note)
    quick(precision=precision).fit(curved(100))
    one, arguments = programs[0]
    compiled = inspect.unwrap(one, stop=lambda found: hasattr(found, "lower"))
    text = compiled.lower(*arguments).as_text()
    products = [line for line in text.splitlines() if "dot_general" in line]
    in_bfloat16 = [line for line in products if "bf16" in line]
    assert bool(in_bfloat16) == (precision == "bfloat16")
    assert products != in_bfloat16  # the linear path
    assert not any("xbf16>" in line.split("->")[-1] for line in products)


@pytest.mark.usefixtures("narrow_ones_too")
def test_an_objective_of_ones_own_meets_plain_weights():
    @dataclass(frozen=True)
    class Shrinking(Objective):
        def loss(self, model, params, x, step):
            size = sum((weights**2).sum() for weights in params.encoder.weights)
            return model.error(x, model.decode(params, model.encode(params, x))) + size

    ours = quick(objective=Shrinking(), precision="bfloat16").fit(curved(100))
    assert np.isfinite(ours.loss_curve_).all()


@pytest.mark.usefixtures("narrow_ones_too")
def test_a_chunk_a_table_and_more_epochs_take_it():
    X = curved(200)
    ours = quick(precision="bfloat16").partial_fit(X).partial_fit(X)
    assert np.isfinite(ours.transform(X)).all()
    ours = quick(precision="bfloat16", warm_start=True).fit(X).fit(X)
    assert np.isfinite(ours.transform(X)).all()
    table = TableAutoencoderTransformer(
        2, hidden_layer_sizes=(8,), max_iter=2, precision="bfloat16", random_state=0
    ).fit(X)
    assert table.autoencoder_.precision == "bfloat16"


def test_a_search_over_precisions_trains_each_as_it_would_be_alone():
    X = curved(120)
    grid = {"precision": ["float32", "bfloat16"], "learning_rate": [1e-3, 1e-2]}
    found = AutoencoderSearchCV(quick(), grid, cv=2, refit=False).fit(X)
    scores = found.cv_results_["mean_test_score"].reshape(2, 2)
    assert (scores[0] != scores[1]).all()
    np.testing.assert_allclose(*scores, rtol=0.02)
