"""What code written for PCA reads: PCA's own where the result is PCA, and elsewhere what it is."""

from __future__ import annotations

import pickle

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.datasets import load_digits, load_iris
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skautoencoder import AutoencoderSearchCV
from skautoencoder.losses import MixedLoss
from skautoencoder.objectives import Sparse
from tests.conftest import curved, quick, quick_convolutional
from tests.estimators.test_interrupts import Strike

IRIS = load_iris().data
OF_PCA = ("components_", "explained_variance_", "explained_variance_ratio_", "noise_variance_",
          "n_samples_")  # fmt: skip
# too little training to leave the start
STILL = {"learning_rate": 1e-9, "max_iter": 1}
CURVED = curved(300)


def slow_but_the_first_fit(first, *others):
    return [first, *(pytest.param(*other, marks=pytest.mark.slow) for other in others)]


@pytest.fixture(scope="module")
def trained():
    """A network that has left the start."""
    ours = quick(2, max_iter=40, learning_rate=1e-2).fit(CURVED)
    assert ours.best_loss_ < 0.9 * ours.validation_loss_curve_[0]
    return ours


def assert_those_of(pca, ours, rtol=1e-7, atol=1e-9):
    for name in OF_PCA:
        assert_allclose(getattr(ours, name), getattr(pca, name), rtol, atol, err_msg=name)


# -- where the result is PCA


@pytest.mark.parametrize("whiten", [False, True])
@pytest.mark.parametrize("n_components", [2, 4, None])
@pytest.mark.parametrize("make", [quick, pytest.param(quick_convolutional, marks=pytest.mark.slow)])
def test_where_the_result_is_pca_they_are_pcas(whiten, n_components, make):
    ours = make(n_components, whiten=whiten, **STILL).fit(IRIS)
    assert_those_of(PCA(n_components, whiten=whiten).fit(IRIS), ours)


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        {"objective": "variational"},
        {"objective": "ordered"},
        {"objective": "sparse"},
        {"loss": "huber"},
        {"tied_weights": True},
        {"init": "pca", "early_stopping": False},
        {"validation_fraction": 0.4},
    ],
)
def test_whatever_else_is_asked_for(settings):
    ours = quick(2, **STILL, **settings).fit(CURVED)
    # tied weights have single precision
    assert_those_of(PCA(2).fit(CURVED), ours, rtol=1e-5, atol=1e-6)


@pytest.mark.slow
def test_of_linear_rows_the_result_is_pca():
    rng = np.random.RandomState(0)
    X = rng.standard_normal((200, 2)) @ rng.standard_normal((2, 6)) * [1, 2, 3, 1, 2, 3]
    X += 0.1 * rng.standard_normal(X.shape) + 100
    ours = quick(2, max_iter=50).fit(X)
    assert_those_of(PCA(2).fit(X), ours, rtol=1e-6)
    assert_allclose(ours.components_ @ ours.components_.T, np.eye(2), atol=1e-12)


def test_of_few_wide_rows():
    X = np.random.RandomState(0).standard_normal((20, 90)) * np.linspace(1, 3, 90)
    assert_those_of(PCA(3).fit(X), quick(3, **STILL).fit(X))


def test_weights_are_repeats():
    weight = np.random.RandomState(0).randint(0, 4, len(IRIS))
    pca = PCA(2).fit(np.repeat(IRIS, weight, axis=0))
    ours = quick(2, **STILL).fit(IRIS, sample_weight=weight)
    assert_allclose(ours.components_, pca.components_, atol=1e-9)
    assert_allclose(ours.explained_variance_ratio_, pca.explained_variance_ratio_)
    # rows with a weight are counted, not what they weigh
    n, n_repeated = ours.n_samples_, pca.n_samples_
    assert n == np.count_nonzero(weight)
    scale = n / (n - 1) / (n_repeated / (n_repeated - 1))
    assert_allclose(ours.explained_variance_, scale * pca.explained_variance_)
    assert_allclose(ours.noise_variance_, scale * pca.noise_variance_)


@pytest.mark.slow
@given(st.integers(0, 50), st.sampled_from([1, 3, 6]), st.floats(-8, 8), st.booleans())
@settings(max_examples=15, deadline=None)
def test_of_any_table(seed, n_components, exponent, whiten):
    rng = np.random.RandomState(seed)
    X = rng.standard_normal((40, 6)) * rng.uniform(0.5, 5, 6) * 10**exponent
    ours = quick(n_components, whiten=whiten, **STILL).fit(X)
    pca = PCA(n_components).fit(X)
    assert_those_of(pca, ours, atol=1e-9 * max(1, X.var()))


@pytest.mark.parametrize("size", [1e-200, 1e150])
def test_of_very_small_and_very_large_numbers(size):
    small = PCA(2).fit(CURVED)
    ours = quick(2, **STILL).fit(size * CURVED)
    assert_allclose(ours.components_, small.components_, atol=1e-6)
    assert_allclose(ours.explained_variance_ratio_, small.explained_variance_ratio_)


@pytest.mark.slow
def test_components_without_any_variance():
    X = np.column_stack([CURVED[:, :2], np.full((len(CURVED), 2), 7.0)])
    ours = quick(6, **STILL).fit(X)
    assert_allclose(ours.explained_variance_[2:], 0, atol=1e-12)
    assert_allclose(ours.components_[4:], 0)
    still = quick(2, **STILL).fit(np.ones((10, 3)))
    for name in OF_PCA[1:4]:
        assert_array_equal(getattr(still, name), 0)


# -- where it is a network


@pytest.mark.parametrize(
    ("make", "settings"),
    slow_but_the_first_fit(
        (quick, {}),
        (quick, {"tied_weights": True}),
        (quick, {"activation": "relu", "init": "glorot"}),
        (quick, {"loss": "cross_entropy"}),
        (quick, {"loss": MixedLoss(binary=(1, 2))}),
        (quick, {"objective": "variational"}),
        (quick, {"objective": Sparse(penalty="top_k", k=1)}),
        (quick_convolutional, {}),
    ),
)
@pytest.mark.parametrize("whiten", [False, True])
def test_components_are_mean_derivatives_of_the_decoder(make, settings, whiten):
    X = (CURVED - CURVED.min(axis=0)) / np.ptp(CURVED, axis=0)
    asked = make(2, max_iter=20, learning_rate=1e-2, **settings)
    plain = clone(asked).fit(X)
    codes = jax.numpy.asarray(plain.transform(X) / plain.code_scale_)
    model, params = plain._model._in_precision(np.float32)
    derivatives = jax.vmap(jax.jacrev(lambda z: model.predict(params, z[None])[0]))(codes)
    expected = np.asarray(derivatives).mean(axis=0).T / plain.code_scale_[:, None]
    ours = clone(asked).set_params(whiten=whiten).fit(X)
    # kinks
    assert_allclose(ours.components_, expected, rtol=2e-3, atol=2e-3 * abs(expected).max())


def test_ratios_add_up_to_the_score_and_say_what_is_lost(trained):
    ratio = trained.explained_variance_ratio_
    assert ratio.sum() == pytest.approx(trained.score(CURVED), rel=1e-5)
    codes, lost = trained.transform(CURVED), []
    for k in range(2):
        without = codes.copy()
        without[:, k] = codes[:, k].mean()
        lost.append(np.sum((CURVED - trained.inverse_transform(without)) ** 2))
    lost = np.array(lost) - np.sum((CURVED - trained.inverse_transform(codes)) ** 2)
    assert_allclose(ratio / ratio.sum(), lost / lost.sum(), rtol=1e-5)
    total = CURVED.var(axis=0, ddof=1).sum()
    assert_allclose(trained.explained_variance_, ratio * total, rtol=1e-6)
    assert_allclose(trained.noise_variance_, (1 - ratio.sum()) * total / 3, rtol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("weigh", [False, True])
def test_ratios_add_up_to_the_score_with_gaps_and_weights(weigh):
    X = CURVED.copy()
    X[np.random.RandomState(0).uniform(size=X.shape) < 0.2] = np.nan
    weight = np.random.RandomState(1).randint(0, 3, len(X)) if weigh else None
    ours = quick(2, max_iter=40, learning_rate=1e-2).fit(X, sample_weight=weight)
    assert ours.best_loss_ < 0.9 * ours.validation_loss_curve_[0]
    score = ours.score(X, sample_weight=weight)
    assert ours.explained_variance_ratio_.sum() == pytest.approx(score, rel=1e-3)


@pytest.mark.slow
def test_few_wide_rows_are_measured_in_their_span():
    rng = np.random.RandomState(0)
    X = curved(40) @ rng.standard_normal((5, 100))
    train = {"max_iter": 60, "learning_rate": 1e-2, "early_stopping": False}
    ours = quick(2, **train).fit(X)
    assert ours.explained_variance_ratio_.sum() == pytest.approx(ours.score(X), rel=1e-5)
    codes = ours.transform(X)
    step = 1e-4 * np.eye(2)
    expected = [
        np.mean(ours.inverse_transform(codes + h) - ours.inverse_transform(codes - h), axis=0)
        for h in step
    ]
    assert_allclose(ours.components_, np.array(expected) / 2e-4, rtol=1e-3, atol=1e-4)


@pytest.mark.slow
def test_a_reconstruction_worse_than_the_mean_explains_nothing():
    ours = quick(init="glorot", **STILL, early_stopping=False, random_state=4).fit(CURVED)
    assert ours.score(CURVED) < 0
    assert_array_equal(ours.explained_variance_ratio_, 0)
    assert np.isfinite(ours.components_).all()
    assert ours.noise_variance_ > 0


def test_of_many_rows_some_are_measured():
    X = curved(4000)
    ours = quick(2, max_iter=10, learning_rate=1e-2).fit(X)
    twin = clone(ours).fit(X)
    for name in OF_PCA:
        assert_array_equal(getattr(twin, name), getattr(ours, name))
    assert ours.n_samples_ == 4000
    assert ours.explained_variance_ratio_.sum() == pytest.approx(ours.score(X), abs=0.02)


@pytest.mark.parametrize("wrap", [csr_array, np.float32])
def test_of_any_rows(wrap, trained):
    ours = clone(trained).fit(wrap(CURVED))
    assert_allclose(ours.components_, trained.components_, rtol=0.1, atol=0.02)
    assert ours.components_.dtype == ours.explained_variance_.dtype == np.float64


# -- when they are there


def test_before_the_fit_and_after_partial_fit_they_are_not():
    ours = quick()
    assert not any(hasattr(ours, name) for name in OF_PCA)
    with pytest.raises(NotFittedError):
        _ = ours.components_
    ours.fit(CURVED).partial_fit(CURVED)
    assert not any(hasattr(ours, name) for name in OF_PCA)
    with pytest.raises(AttributeError, match=r"has components_ after fit\. partial_fit, which"):
        _ = ours.components_
    ours.fit(CURVED)
    assert all(hasattr(ours, name) for name in OF_PCA)


def test_after_a_pickle_a_warm_start_and_an_interrupt(trained):
    twin = pickle.loads(pickle.dumps(trained))
    for name in OF_PCA:
        assert_array_equal(getattr(twin, name), getattr(trained, name))
    before = twin.components_
    twin.set_params(warm_start=True).fit(CURVED)
    assert twin.components_.shape == before.shape
    assert twin.components_ is not before
    struck = quick(2, max_iter=20).set_callbacks(Strike(KeyboardInterrupt(), "end", "epoch", 2))
    with pytest.raises(KeyboardInterrupt):
        struck.fit(CURVED)
    assert all(hasattr(struck, name) for name in OF_PCA)


@pytest.mark.slow
def test_in_a_search(trained):
    search = AutoencoderSearchCV(clone(trained), {"learning_rate": [1e-3, 1e-2]}, cv=2)
    best = search.fit(CURVED).best_estimator_
    alone = clone(best).fit(CURVED)
    assert_allclose(best.components_, alone.components_, rtol=1e-3, atol=1e-3)


# -- scikit-learn's examples with our class in PCA's place


def test_a_scree_plot_and_the_number_of_components_for_a_share_of_the_variance():
    """With all components the result is PCA, and so is the curve."""
    X = StandardScaler().fit_transform(IRIS)
    ours, pca = quick(None, max_iter=20).fit(X), PCA().fit(X)
    for each in (ours, pca):
        scree = each.explained_variance_ratio_
        assert (np.diff(scree) < 0).all()
        curve = np.cumsum(scree)
        assert np.searchsorted(curve, 0.9) + 1 == 2
        assert curve[-1] == pytest.approx(1)


def test_the_curve_of_a_network_ends_at_what_it_explains(trained):
    curve = np.cumsum(trained.explained_variance_ratio_)
    assert (np.diff(curve) >= 0).all()
    assert curve[-1] == pytest.approx(trained.score(CURVED), rel=1e-5)
    assert curve[-1] > PCA(2).fit(CURVED).explained_variance_ratio_.sum()


@pytest.mark.slow
def test_digits_in_a_pipeline_whose_number_of_components_is_searched():
    X, y = load_digits(return_X_y=True)
    X, y = X[:400], y[:400]
    pca = quick(max_iter=3)
    steps = [("scaler", StandardScaler()), ("pca", pca), ("logistic", LogisticRegression())]
    search = GridSearchCV(Pipeline(steps), {"pca__n_components": [5, 15]}, cv=2).fit(X, y)
    assert search.best_params_ == {"pca__n_components": 15}
    pca.set_params(n_components=None).fit(StandardScaler().fit_transform(X))
    spectrum = pca.explained_variance_ratio_
    assert len(spectrum) == 64
    assert spectrum.sum() == pytest.approx(1)
    faces = pca.components_[:12].reshape(12, 8, 8)  # as "eigenfaces" are drawn
    assert_allclose(np.linalg.norm(faces, axis=(1, 2)), 1)


@pytest.mark.parametrize("whiten", [False, True])
def test_loadings_are_correlations_of_standardized_columns(whiten):
    X = StandardScaler().fit_transform(IRIS)
    ours = quick(2, whiten=whiten, **STILL).fit(X)
    loadings = ours.components_.T * np.sqrt(ours.explained_variance_)
    both = np.corrcoef(X.T, ours.transform(X).T)[:4, 4:]
    assert_allclose(loadings * np.sqrt((len(X) - 1) / len(X)), both, atol=1e-9)


def test_codes_are_undone_by_hand_as_pcas_are():
    for whiten in (False, True):
        ours = quick(2, whiten=whiten, **STILL).fit(IRIS)
        codes = ours.transform(IRIS)
        scale = np.sqrt(ours.explained_variance_) if whiten else 1
        by_hand = (codes * scale) @ ours.components_ + ours.mean_
        assert_allclose(by_hand, ours.inverse_transform(codes), atol=1e-9)
