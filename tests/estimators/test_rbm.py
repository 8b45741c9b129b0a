"""RBMTransformer: a drop-in for BernoulliRBM, and what it adds."""

from __future__ import annotations

import pickle
import re
import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from scipy.ndimage import shift
from scipy.special import logsumexp
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning, SkipTestWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.neural_network import BernoulliRBM
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import minmax_scale
from sklearn.utils.estimator_checks import parametrize_with_checks

from skautoencoder import RBMTransformer
from tests.estimators.test_callbacks import Recorder
from tests.training.test_compilation import compilations


def bars(n_samples, seed=0):
    """Images of 4 x 4 with some rows or some columns lit: a textbook for such machines."""
    rng = np.random.RandomState(seed)
    lit = rng.uniform(size=(n_samples, 4, 1)) < 0.3
    images = np.broadcast_to(lit, (n_samples, 4, 4)).copy()
    turned = rng.uniform(size=n_samples) < 0.5
    images[turned] = images[turned].swapaxes(1, 2)
    return images.reshape(n_samples, 16).astype(np.float64)


def rbm(n_components=8, **settings):
    """A small machine whose compiled program nearly all tests share."""
    return RBMTransformer(n_components, **({"n_iter": 5, "random_state": 0} | settings))


@pytest.mark.slow
@parametrize_with_checks(
    [RBMTransformer(4, visible="gaussian", learning_rate=1e-3, n_iter=3, random_state=0)],
    expected_failed_checks=lambda estimator: {
        "check_sample_weight_equivalence_on_dense_data": "chains and batches are drawn",
        "check_sample_weight_equivalence_on_sparse_data": "chains and batches are drawn",
    },
)
def test_scikit_learns_checks(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SkipTestWarning)
        warnings.filterwarnings("ignore", "visible='gaussian' is for standardized", UserWarning)
        check(estimator)


def test_all_that_bernoulli_rbm_has():
    theirs, ours = BernoulliRBM(8, random_state=0).fit(bars(50)), rbm().fit(bars(50))
    assert set(theirs.get_params()) <= set(ours.get_params())
    for name, value in vars(theirs).items():
        if name.endswith("_") and isinstance(value, np.ndarray):
            assert getattr(ours, name).shape == value.shape
            assert getattr(ours, name).dtype == value.dtype
    same = BernoulliRBM(8)
    for name in ("components_", "intercept_hidden_", "intercept_visible_"):
        setattr(same, name, getattr(ours, name))
    same.random_state = ours.random_state
    assert_allclose(ours.transform(bars(20)), same._mean_hiddens(bars(20)), rtol=1e-6)
    assert_allclose(ours.score_samples(bars(20)), same.score_samples(bars(20)), rtol=1e-5)
    v = ours.gibbs(bars(20))
    assert v.dtype == bool
    assert v.shape == (20, 16)
    assert list(ours.get_feature_names_out()[:2]) == ["rbmtransformer0", "rbmtransformer1"]


def test_learns_what_bernoulli_rbm_learns():
    settings = {"learning_rate": 0.05, "n_iter": 40, "batch_size": 20, "random_state": 0}
    theirs = BernoulliRBM(8, **settings).fit(bars(500))
    ours = RBMTransformer(8, **settings).fit(bars(500))
    test = bars(500, seed=1)
    exact = RBMTransformer(8, pseudo_likelihood="exact")
    for name in ("components_", "intercept_hidden_", "intercept_visible_", "variance_"):
        setattr(exact, name, getattr(theirs, name, np.ones(16)))
    exact.n_features_in_ = 16
    scores = (
        exact.score_samples(test).mean(),
        ours.set_params(pseudo_likelihood="exact").score_samples(test).mean(),
    )
    independent = 16 * np.log(0.5)
    assert scores[1] > 0.8 * independent  # it has learnt something
    assert scores[1] > scores[0] - 0.3


@pytest.mark.slow
def test_gallery_pipeline_is_no_worse():
    """scikit-learn's example of an RBM before logistic regression, on fewer rows."""
    X, y = load_digits(return_X_y=True)
    images = X[:600].reshape(-1, 8, 8)
    moves = [(0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)]
    X = np.vstack([[shift(image, move).ravel() for image in images] for move in moves])
    X, y = minmax_scale(X), np.tile(y[:600], 5)
    parts = train_test_split(X, y, test_size=0.2, random_state=0)

    def accuracy(machine):
        pipeline = make_pipeline(machine, LogisticRegression(C=10, max_iter=2000))
        return pipeline.fit(parts[0], parts[2]).score(parts[1], parts[3])

    settings = {"learning_rate": 0.06, "n_iter": 10, "random_state": 0}
    ours = accuracy(RBMTransformer(100, **settings))
    assert ours > accuracy(BernoulliRBM(100, **settings)) - 0.02
    assert ours > 0.8


def test_sparse_is_dense():
    X = bars(100)
    dense, csr = rbm().fit(X), rbm().fit(sparse.csr_array(X))
    assert_array_equal(dense.components_, csr.components_)
    assert_allclose(dense.transform(X), csr.transform(sparse.csr_array(X)))
    assert_allclose(dense.score_samples(X), csr.score_samples(sparse.csr_array(X)))


def test_deterministic_picklable_and_one_compilation():
    X = bars(100)
    ours = rbm(9, momentum=0.1).fit(X)
    other = rbm(9, learning_rate=0.01, momentum=0.5, weight_decay=0.1, n_gibbs_steps=3)
    with compilations() as compiled:
        again = clone(ours).fit(X)
        other.fit(bars(70))
        ours.partial_fit(bars(30))
    assert compiled == []
    assert_array_equal(again.transform(X), pickle.loads(pickle.dumps(again)).transform(X))
    assert_array_equal(again.components_, rbm(9, momentum=0.1).fit(X).components_)


@pytest.mark.slow
@pytest.mark.parametrize("algorithm", ["cd", "pcd"])
@pytest.mark.parametrize("visible", ["bernoulli", "gaussian"])
def test_reconstruction_improves(algorithm, visible):
    X = bars(500) if visible == "bernoulli" else gaussians(500)
    rate = 0.1 if visible == "bernoulli" else 0.01
    ours = rbm(
        algorithm=algorithm, visible=visible, learning_rate=rate, n_iter=30, momentum=0.5
    ).fit(X)
    assert len(ours.reconstruction_errors_) == ours.n_iter_ == 30
    assert ours.reconstruction_errors_[-1] < 0.8 * ours.reconstruction_errors_[0]
    rebuilt = ours.inverse_transform(ours.transform(X))
    assert np.mean(np.sum((X - rebuilt) ** 2, 1)) == pytest.approx(
        ours.reconstruction_errors_[-1], rel=0.05
    )


def gaussians(n_samples, seed=0):
    """Rows around two centres, standardized, with little noise."""
    rng = np.random.RandomState(seed)
    centres = np.array([[1, -1, 1, -1], [-1, 1, -1, 1]])
    return centres[rng.randint(2, size=n_samples)] + 0.3 * rng.standard_normal((n_samples, 4))


def test_a_learnt_variance_is_the_noises():
    settings = {"visible": "gaussian", "learning_rate": 0.01, "n_iter": 60, "momentum": 0.5}
    # Chains of another seed, or of fewer steps, may stay at one of the two centres.
    settings |= {"random_state": 1, "n_gibbs_steps": 5}
    X = gaussians(1000)
    unit = rbm(4, **settings).fit(X)
    learnt = rbm(4, variance="learnt", **settings).fit(X)
    assert_array_equal(unit.variance_, 1)
    assert_allclose(learnt.variance_, 0.09, atol=0.06)
    assert learnt.score(gaussians(500, 1)) > unit.score(gaussians(500, 1)) + 1


def test_score_is_the_log_likelihood():
    ours = rbm(n_iter=60, batch_size=20).fit(bars(500))
    everything = (np.arange(2**16)[:, None] >> np.arange(16) & 1).astype(np.float64)
    test = bars(500, seed=1)
    fields = everything @ ours.components_.T + ours.intercept_hidden_
    log_p = everything @ ours.intercept_visible_ + np.logaddexp(0, fields).sum(1)
    log_p -= logsumexp(log_p)
    places = test @ (1 << np.arange(16))
    assert ours.score(test) == pytest.approx(log_p[places.astype(int)].mean(), rel=1e-4)
    assert ours.score(test) > 16 * np.log(0.5)


@pytest.mark.slow
def test_log_partition_by_sampling_meets_that_by_enumeration(monkeypatch):
    ours = rbm(12, n_iter=40, batch_size=20).fit(bars(500))
    exact = ours.log_partition()
    monkeypatch.setattr("skautoencoder._estimators._machine.MOST_ENUMERATED", 5)
    assert ours.log_partition() == pytest.approx(exact, abs=0.2)


def test_samples_have_the_datas_means():
    ours = rbm(n_iter=60, batch_size=20, learning_rate=0.05).fit(bars(500))
    samples = ours.sample(500, random_state=0)
    assert samples.shape == (500, 16)
    assert_allclose(samples.mean(0), bars(500).mean(0), atol=0.15)
    assert_array_equal(samples, ours.sample(500, random_state=0))


def test_early_stopping_keeps_the_best():
    ours = rbm(
        n_iter=200, early_stopping=True, n_iter_no_change=3, tol=0.01, pseudo_likelihood="exact"
    ).fit(bars(300))
    assert ours.n_iter_ < 200
    assert len(ours.validation_scores_) == ours.n_iter_ + 1  # the start has one
    assert np.argmax(ours.validation_scores_) > 0


def test_partial_fit_goes_on():
    X = bars(200)
    ours = rbm().partial_fit(X)
    first = ours.components_.copy()
    ours.partial_fit(X[:50])
    assert ours.n_iter_ == 2
    assert not np.array_equal(first, ours.components_)
    with pytest.raises(ValueError, match="has 3 features"):
        ours.partial_fit(X[:, :3])


def test_callbacks_see_epochs_and_stop():
    recorder = Recorder(stop_after=2)
    ours = rbm().set_callbacks(recorder).fit(bars(50))
    assert ours.n_iter_ == 2
    assert [fitted.transform(bars(3)).shape for fitted in recorder.fitted] == [(3, 8)] * 3


def test_grid_search_by_likelihood():
    search = GridSearchCV(rbm(4), {"learning_rate": [1e-5, 0.1]}, cv=2).fit(bars(200))
    assert search.best_params_ == {"learning_rate": 0.1}


@pytest.mark.parametrize(
    ("settings", "X", "message"),
    [
        (
            {},
            bars(20) * 2,
            "visible='bernoulli' needs values in [0, 1], but X holds values from 0 to 2",
        ),
        ({}, bars(20) - 0.5, "Scale the columns first"),
        ({}, sparse.csr_array(-bars(20)), "from -1 to -1"),
        ({}, bars(20) * np.nan, "contains NaN"),
        ({"visible": "poisson"}, bars(20), "'visible' parameter of RBMTransformer must be"),
        ({"n_components": 0}, bars(20), "'n_components' parameter of RBMTransformer"),
        ({"algorithm": "ml"}, bars(20), "'algorithm' parameter of RBMTransformer"),
        ({"early_stopping": True}, bars(1), "leaves none of 1 rows"),
    ],
)
def test_bad_input(settings, X, message):
    ours = rbm().set_params(**settings)
    with pytest.raises(ValueError, match=re.escape(message)):
        ours.fit(X)
    assert not hasattr(ours, "components_")


def test_codes_of_another_width():
    with pytest.raises(ValueError, match="X has 3 columns, but this RBMTransformer has 8 hidden"):
        rbm().fit(bars(20)).inverse_transform(np.zeros((2, 3)))


def test_unscaled_data_with_gaussian_units():
    X = gaussians(50) * 1000
    with pytest.warns(UserWarning, match=r"standardized.*StandardScaler\(\)"):
        rbm(visible="gaussian", learning_rate=1e-9).fit(X)


def test_diverging_weights_are_told_and_the_last_good_ones_kept():
    ours = rbm(visible="gaussian", learning_rate=50.0, n_iter=20)
    with pytest.warns(ConvergenceWarning, match=r"diverged in epoch \d+.*Lower learning_rate=50"):
        ours.fit(gaussians(100))
    assert np.isfinite(ours.components_).all()
    assert ours.n_iter_ < 20


# -- chunks


def diverging(ours, X):
    with pytest.warns(ConvergenceWarning, match=r"diverged on this chunk.*Lower learning_rate"):
        ours.partial_fit(X)


def of_units(visible, n_samples=60, seed=0):
    return bars(n_samples, seed) if visible == "bernoulli" else gaussians(n_samples, seed)


UNITS = pytest.mark.parametrize(
    ("visible", "variance"), [("bernoulli", "unit"), ("gaussian", "unit"), ("gaussian", "learnt")]
)
ALGORITHMS = pytest.mark.parametrize("algorithm", ["cd", "pcd"])


@UNITS
@ALGORITHMS
@pytest.mark.parametrize("rate", [1e5, 1e20, 1e300])
def test_a_diverging_chunk_is_told_and_forgotten(visible, variance, algorithm, rate):
    X = of_units(visible)
    settings = {"visible": visible, "variance": variance, "algorithm": algorithm}
    ours = rbm(learning_rate=1e-3, **settings).fit(X)
    before = {name: np.copy(value) for name, value in vars(ours).items() if name.endswith("_")}
    diverging(ours.set_params(learning_rate=rate), X)
    for name, value in before.items():
        if name != "random_state_":
            assert_array_equal(getattr(ours, name), value)
    ours.set_params(learning_rate=1e-3).partial_fit(X)
    assert ours.n_iter_ == 6
    assert np.isfinite(ours.transform(X)).all()


@UNITS
@ALGORITHMS
@pytest.mark.parametrize("rate", [1e5, 1e20, 1e300])
def test_divergence_in_fit_and_in_a_first_chunk(visible, variance, algorithm, rate):
    X = of_units(visible)
    settings = {"visible": visible, "variance": variance, "algorithm": algorithm}
    for method in ("fit", "partial_fit"):
        ours = rbm(learning_rate=rate, **settings)
        with pytest.warns(ConvergenceWarning, match="Lower learning_rate") as told:
            getattr(ours, method)(X)
        assert told[0].filename == __file__
        assert ours.n_iter_ == 0
        assert np.isfinite(ours.transform(X)).all()
        assert np.isfinite(ours.sample(2, 3)).all()
        assert ours.set_params(learning_rate=1e-3).partial_fit(X).n_iter_ == 1


@pytest.mark.filterwarnings("ignore:visible='gaussian' is for standardized:UserWarning")
@ALGORITHMS
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1e3, 1e10, 1e20, 1e38, 1e300])
def test_one_wild_chunk_spoils_nothing(algorithm, dtype, size):
    X = gaussians(100).astype(dtype)
    wild = np.full((30, 4), min(size, float(np.finfo(dtype).max)), dtype)
    ours = rbm(visible="gaussian", learning_rate=0.01, algorithm=algorithm).fit(X)
    components = ours.components_
    diverging(ours, wild)
    assert_array_equal(ours.components_, components)
    for _ in range(3):
        ours.partial_fit(X)
    assert ours.reconstruction_errors_[-1] < 5  # their squares are 4.4
    if size >= 1e20:  # a first chunk may be of any size that single precision can square
        first = rbm(visible="gaussian", learning_rate=0.01, algorithm=algorithm)
        diverging(first, wild)
        assert first.partial_fit(X).n_iter_ == 1
        assert np.abs(first._base_bias).max() < 1


@ALGORITHMS
def test_a_sensor_idle_at_first_keeps_its_variance(algorithm):
    settings = {"visible": "gaussian", "variance": "learnt", "learning_rate": 0.01}
    ours = rbm(4, algorithm=algorithm, **settings)
    idle = gaussians(500)
    idle[:, 1] = 0.7
    for _ in range(20):
        ours.partial_fit(idle)
    assert ours.variance_[1] == 1
    assert (np.delete(ours.variance_, 1) != 1).all()
    for _ in range(20):
        ours.partial_fit(gaussians(500))
    assert ours.variance_[1] != 1
    assert ours.reconstruction_errors_[-1] < 6
    assert_allclose(ours._base_bias[1], 0.35, atol=0.1)  # of all rows, not of the first


@pytest.mark.parametrize("visible", ["bernoulli", "gaussian"])
def test_a_first_chunk_that_does_not_vary_is_outgrown(visible):
    X = of_units(visible, 300)
    rate = 0.1 if visible == "bernoulli" else 0.01
    ours = rbm(visible=visible, learning_rate=rate)
    plain = rbm(visible=visible, learning_rate=rate)
    for container in (np.asarray, sparse.csr_array):
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "visible='gaussian' is for", UserWarning)
            ours.partial_fit(container(np.zeros((50, X.shape[1]))))
    for _ in range(20):
        ours.partial_fit(X)
        plain.partial_fit(X)
    assert ours.reconstruction_errors_[-1] < 1.2 * plain.reconstruction_errors_[-1]
    assert np.abs(ours._base_bias).max() < 2  # not the bias of units that are always 0


# -- what is given, and what was fitted


@pytest.mark.parametrize("container", [sparse.csr_array, sparse.csc_matrix, np.asarray, list])
def test_gibbs_takes_what_transform_takes(container):
    v = bars(20)
    ours = rbm().fit(v)
    ours.random_state_ = np.random.RandomState(0)
    states = ours.gibbs(container(v))
    ours.random_state_ = np.random.RandomState(0)
    assert_array_equal(states, ours.gibbs(v))
    assert ours.gibbs(ours.gibbs(states)).dtype == bool


@pytest.mark.parametrize(
    ("v", "message"),
    [
        (bars(5)[:, :3], "X has 3 features, but RBMTransformer is expecting 16 features"),
        (sparse.csr_array(bars(5)[:, :3]), "X has 3 features, but RBMTransformer is expecting"),
        (np.hstack([bars(5), bars(5)]), "X has 32 features, but RBMTransformer is expecting"),
        (bars(5) * np.nan, "contains NaN"),
        (bars(5)[0], "Expected 2D array, got 1D array instead"),
        ([["a"] * 16], "could not convert string|incompatible|bytes/strings"),
    ],
)
def test_gibbs_of_bad_states(v, message):
    ours = rbm().fit(bars(20))
    with pytest.raises(ValueError, match=message):
        ours.gibbs(v)
    assert ours.gibbs(bars(5)).shape == (5, 16)


def test_gibbs_of_named_columns():
    frame = pd.DataFrame(bars(20), columns=[f"x{i}" for i in range(16)])
    ours = rbm().fit(frame)
    assert ours.gibbs(ours.gibbs(frame)).shape == (20, 16)  # and no warning on the way
    with pytest.raises(ValueError, match="feature names"):
        ours.gibbs(frame[frame.columns[::-1]])


@pytest.mark.parametrize(
    ("parameter", "value", "message"),
    [
        ("n_components", 9, "n_components=8, but the parameters now ask for n_components=9"),
        ("n_components", 3, "n_components=8, but the parameters now ask for n_components=3"),
        ("visible", "gaussian", "visible='bernoulli', but .* ask for visible='gaussian'"),
    ],
)
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_another_machine_cannot_go_on(parameter, value, message, method):
    ours = getattr(rbm(), method)(bars(20))
    components = ours.components_
    with pytest.raises(ValueError, match=message):
        ours.set_params(**{parameter: value}).partial_fit(bars(20))
    assert ours.components_ is components
    assert ours.set_params(n_components=8, visible="bernoulli").partial_fit(bars(20))


@pytest.mark.parametrize("visible", ["bernoulli", "gaussian"])
def test_parameters_set_after_the_fit_change_no_fitted_machine(visible):
    X = of_units(visible)
    ours = rbm(visible=visible, learning_rate=1e-3).fit(X)
    functions = (
        ours.transform,
        ours.score,
        ours.score_samples,
        lambda X: ours.inverse_transform(ours.transform(X)),
        lambda X: ours.sample(3, 5, random_state=0),
    )
    before = [function(X) for function in functions]
    other = "gaussian" if visible == "bernoulli" else "bernoulli"
    ours.set_params(visible=other, variance="learnt", n_components=3, batch_size=7)
    for function, value in zip(functions, before, strict=True):
        assert_array_equal(function(X), value)
    assert ours.gibbs(X).dtype == (bool if visible == "bernoulli" else np.float32)
    assert_array_equal(pickle.loads(pickle.dumps(ours)).transform(X), before[0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_are_in_the_precision_of_the_rows(dtype):
    assert rbm().fit(bars(20).astype(dtype)).components_.dtype == dtype


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
def test_a_rounding_beyond_1_is_taken(method, dtype, container):
    X = bars(20).astype(dtype)
    beyond = X * (1 + np.finfo(dtype).eps)
    before = beyond.copy()
    ours = getattr(rbm(), method)(container(beyond))
    assert_array_equal(ours.components_, getattr(rbm(), method)(X).components_)
    assert_array_equal(beyond, before)
    with pytest.raises(ValueError, match=r"\[0, 1\], but X holds values from .* to 1.0001"):
        getattr(rbm(), method)(container(X * dtype(1.0001)))


def test_no_patience_at_all():
    settings = {"early_stopping": True, "tol": 10.0, "n_iter": 12}
    assert rbm(n_iter_no_change=np.inf, **settings).fit(bars(60)).n_iter_ == 12
    assert rbm(n_iter_no_change=3, **settings).fit(bars(60)).n_iter_ == 3
    with pytest.raises(ValueError, match="'n_iter_no_change' parameter of RBMTransformer must be"):
        rbm(n_iter_no_change=2.5).fit(bars(20))


def test_rows_without_weight_count_as_absent():
    X = bars(200)
    weight = np.r_[np.ones(120), np.zeros(80)]
    wild = np.vstack([X[:120], 1 - X[120:]])
    for settings in ({}, {"early_stopping": True}):
        one, other = (rbm(**settings).fit(rows, sample_weight=weight) for rows in (X, wild))
        assert_array_equal(one.components_, other.components_)
        assert one.reconstruction_errors_ == other.reconstruction_errors_
        assert_array_equal(one.sample(3, random_state=0), other.sample(3, random_state=0))


def test_heavy_rows_are_learnt_best():
    X = np.repeat(np.eye(16)[:2], 50, axis=0)
    weight = np.repeat([9.0, 1.0], 50)
    for heavy, light, weights in ((0, 1, weight), (1, 0, weight[::-1])):
        ours = rbm(4, n_iter=40).fit(X, sample_weight=weights)
        assert ours.score(np.eye(16)[[heavy]]) > ours.score(np.eye(16)[[light]]) + 1


def test_the_best_epoch_on_rows_of_ones_own():
    X, X_val = bars(200), bars(80, seed=1)
    ours = rbm(n_iter=20, learning_rate=0.5).fit(X, X_val=X_val)
    assert len(ours.validation_scores_) == 21
    best = int(np.argmax(ours.validation_scores_))
    fewer = rbm(n_iter=best, learning_rate=0.5).fit(X)
    assert_array_equal(ours.components_, fewer.components_)
    with pytest.raises(ValueError, match="values in"):
        rbm().fit(X, X_val=3 * X_val)


def test_a_column_that_varies_in_rows_without_weight_alone_is_left_as_it_is():
    X = np.random.RandomState(0).standard_normal((100, 3))
    X[:60, 2] = 1.0
    weight = np.r_[np.ones(60), np.zeros(40)]
    settings = {"visible": "gaussian", "variance": "learnt", "learning_rate": 0.01}
    ours = rbm(2, **settings).fit(X, sample_weight=weight)
    assert ours.variance_[2] == 1.0
    assert (ours.variance_[:2] != 1.0).all()
