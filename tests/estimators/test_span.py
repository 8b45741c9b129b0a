"""Few wide rows are trained in the space that they span; nobody who uses the fit can tell."""

from __future__ import annotations

import pickle
import warnings
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from sklearn.decomposition import PCA

from skautoencoder._data._rows import Rows
from skautoencoder._estimators._span import span_of
from skautoencoder._starts import STARTS
from skautoencoder.objectives import Ordered, Reconstruction
from tests.conftest import quick, squared_error

N_ROWS, N_COLUMNS = 40, 100
RNG = np.random.RandomState(0)


def curved(n_rows, n_columns=N_COLUMNS, seed=0):
    rng = np.random.RandomState(seed)
    angle = rng.uniform(0, 3, (n_rows, 1))
    direction = np.random.RandomState(7).standard_normal((2, n_columns))
    X = np.hstack([np.cos(angle), np.sin(angle)]) @ direction
    return X + 0.05 * rng.standard_normal(X.shape) + 5


X, HELD_OUT = curved(N_ROWS), curved(30, seed=1)


def trained_in_span(estimator, X=X, X_val=None):
    estimator.n_features_in_ = X.shape[1]
    validation = None if X_val is None else Rows(X_val, np.ones(len(X_val)))
    return span_of(estimator, Rows(X, np.ones(X.shape[0])), validation, 0) is not None


class Inherited(Reconstruction):
    """Says nothing of turned rows, whatever its parent says."""


@dataclass(frozen=True)
class Told(Reconstruction):
    isotropic = True


@pytest.mark.parametrize(
    ("settings", "in_span"),
    [({"init": init}, init != "rbm") for init in STARTS]
    + [
        ({"loss": "absolute_error"}, False),
        ({"loss": "squared_error"}, True),
        ({"tied_weights": True}, False),
        ({"objective": "ordered"}, True),
        ({"objective": "denoising"}, False),
        ({"objective": "variational"}, False),
        ({"objective": Inherited()}, False),
        ({"objective": Told()}, True),
    ],
)
def test_where_no_part_of_the_model_knows_columns(settings, in_span):
    assert trained_in_span(quick(**settings)) == in_span


@pytest.mark.parametrize(("n_rows", "in_span"), [(50, True), (51, False)])
def test_where_rows_are_no_more_than_half_of_the_columns(n_rows, in_span):
    assert trained_in_span(quick(), curved(n_rows)) == in_span
    assert trained_in_span(quick(), curved(10), X_val=curved(n_rows - 10)) == in_span


@pytest.mark.parametrize(("n_columns", "in_span"), [(63, False), (64, True)])
def test_where_columns_are_many(n_columns, in_span):
    assert trained_in_span(quick(), curved(10, n_columns)) == in_span


def test_rows_that_do_not_vary_are_left_as_they_are():
    constant = np.full((10, N_COLUMNS), 3.0)
    assert not trained_in_span(quick(), constant)
    assert_allclose(quick(1).fit(constant).inverse_transform([[0.0]])[0], 3.0)


@pytest.mark.parametrize("dtype", [float, np.float32])
@pytest.mark.parametrize("X_val", [None, HELD_OUT[:5]])
def test_the_start_is_pca_in_the_precision_of_the_data(dtype, X_val):
    ours = quick(3, learning_rate=1e-12, max_iter=1).fit(X.astype(dtype), X_val=X_val)
    pca = PCA(3).fit(X)
    tolerance = 1e-9 if dtype is float else 1e-4
    assert squared_error(ours, HELD_OUT) == pytest.approx(squared_error(pca, HELD_OUT), tolerance)
    assert_allclose(ours.mean_, X.mean(axis=0), rtol=1e-6)
    assert ours.scale_ == pytest.approx(np.sqrt(X.var(axis=0).mean()), rel=1e-5)
    assert ours.encoder_.linear.dtype == ours.decoder_.linear.dtype == dtype
    axes = ours.decoder_.linear  # each points to where its largest entry is positive
    assert (axes[np.arange(3), np.abs(axes).argmax(axis=1)] > 0).all()


@pytest.mark.parametrize("objective", ["reconstruction", Ordered()])
@pytest.mark.parametrize("init", ["pca", "glorot"])
def test_what_is_learnt_holds_for_the_rows_themselves(init, objective):
    ours = quick(2, init=init, objective=objective, max_iter=60, learning_rate=5e-3)
    ours.fit(X, X_val=HELD_OUT[:10])
    assert squared_error(ours, HELD_OUT) < 0.8 * squared_error(PCA(1).fit(X), HELD_OUT)
    assert ours.n_features_in_ == len(ours.mean_) == ours.encoder_.weights[0].shape[0] == N_COLUMNS
    again = pickle.loads(pickle.dumps(ours))
    assert_array_equal(again.transform(HELD_OUT), ours.transform(HELD_OUT))
    if objective == "reconstruction":  # the curve's figures are those of the rows
        assert ours.best_loss_ == pytest.approx(-ours.score_samples(HELD_OUT[:10]).mean(), 1e-4)


@pytest.mark.slow
def test_sparse_rows_weights_and_what_follows_a_fit():
    weight = RNG.randint(0, 3, N_ROWS).astype(float)
    ours = quick(2, warm_start=True).fit(csr_array(X), sample_weight=weight)
    dense = quick(2).fit(X, sample_weight=weight)
    assert_allclose(ours.transform(X), dense.transform(X), rtol=1e-4, atol=1e-4)
    assert_allclose(dense.mean_, np.average(X, axis=0, weights=weight))
    before = squared_error(ours, X)
    assert squared_error(ours.fit(X), X) <= 1.05 * before
    assert squared_error(ours.partial_fit(HELD_OUT), X) <= 1.5 * before


def test_copies_and_groups_are_told_by_the_rows_as_they_are():
    copied = np.repeat(X[:12], 3, axis=0)
    pca = PCA(2).fit(copied)
    assert squared_error(quick(max_iter=30).fit(copied), copied) <= squared_error(pca, copied) * 1.1
    with pytest.raises(ValueError, match="groups leaves all rows in one group"):
        quick().fit(X, groups=np.zeros(N_ROWS))


@pytest.mark.parametrize("dtype", [np.float32, float])
def test_rows_near_the_end_of_their_range(dtype):
    large = (X * (np.finfo(dtype).max / 20 / np.abs(X).max())).astype(dtype)
    small = (X / 1e6).astype(dtype)
    for rows in (large, small):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            ours = quick(2).fit(rows)
        assert ours.score(rows) > 0.5


def test_a_dominant_column_is_told():
    rows = X.copy()
    rows[:, 3] *= 1e4
    with pytest.warns(UserWarning, match="more than 99.9 % of the variance"):
        quick().fit(rows)


def test_callbacks_see_the_columns_of_the_data(monkeypatch):
    from skautoencoder._estimators._reporting import FitReporter

    seen, end = [], FitReporter.end

    def noted(self, progress):
        seen.append(self._fitted(progress.params))
        return end(self, progress)

    monkeypatch.setattr(FitReporter, "end", noted)
    quick(max_iter=2).fit(X)
    assert [len(attributes["mean_"]) for attributes in seen] == [N_COLUMNS] * 2
