"""What holds for every estimator: one table of tests over all of them."""

from __future__ import annotations

import functools
import pickle

import array_api_strict
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.utils.validation import has_fit_parameter

from skautoencoder import RBMTransformer
from tests.conftest import quick, quick_convolutional
from tests.estimators.test_interrupts import Strike


def machine(**settings):
    # The stochastic score draws from the random_state as it is when asked, as BernoulliRBM's does
    settings = {"n_iter": 3, "random_state": 0, "pseudo_likelihood": "exact"} | settings
    return RBMTransformer(2, **settings)


ESTIMATORS = {
    "dense": quick(early_stopping=False),
    "held out": quick(),
    "variational": quick(objective="variational", early_stopping=False),
    "convolutional": quick_convolutional(early_stopping=False),
    "Bernoulli machine": machine(),
    "Gaussian machine": machine(visible="gaussian", learning_rate=1e-3),
}
every_estimator = pytest.mark.parametrize("name", ESTIMATORS)
WEIGHING = [name for name, one in ESTIMATORS.items() if has_fit_parameter(one, "sample_weight")]
JUDGED_APART = [name for name, one in ESTIMATORS.items() if has_fit_parameter(one, "X_val")]


def rows(name, n_rows=40, seed=0):
    """Small whole numbers, which every type holds exactly."""
    numbers = [0, 1] if name == "Bernoulli machine" else [0, 0, 0, 1, 2]
    return np.random.RandomState(seed).choice(numbers, (n_rows, 5)).astype(float)


def fitted(name, X=None, **parameters):
    return clone(ESTIMATORS[name]).fit(rows(name) if X is None else X, **parameters)


def returned(ours, X):
    """All that a fitted estimator makes of some rows, by the name of the method."""
    codes = ours.transform(X)
    found = {
        "transform": codes,
        "inverse_transform": ours.inverse_transform(codes),
        "score_samples": ours.score_samples(X),
        "score": ours.score(X),
        "get_feature_names_out": ours.get_feature_names_out(),
    }
    if hasattr(ours, "log_likelihood"):
        found["log_likelihood"] = ours.log_likelihood(X, n_draws=2, random_state=0)
    if hasattr(ours, "sample"):
        found["sample"] = ours.sample(3, random_state=0)
    return found


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for method, value in expected.items():
        assert_array_equal(found[method], value, err_msg=method)


# -- what is given

DTYPES = {
    **dict.fromkeys(["?", "u1", "i1", "u2", "i2", "f2", "f4", ">f4"], np.float32),
    **dict.fromkeys(["i4", "u4", ">i4", "i8", "u8", "f8", ">f8", "g", "O"], np.float64),
}
CONTAINERS = {
    "CSR matrix": sparse.csr_matrix,
    "CSR array": sparse.csr_array,
    "CSC array": sparse.csc_array,
    "frame": lambda X: pd.DataFrame(X, columns=list("abcde")),
    "columns first": np.asfortranarray,
    "jax": jnp.asarray,
    "array API": array_api_strict.asarray,
}


@functools.cache
def expected_of(name, kind):
    """Codes, reconstructions and scores of the rows in double precision, and their mean score."""
    X = in_kind(name, kind).astype(float)
    ours = fitted(name, X)
    codes = ours.transform(X)
    return codes, ours.inverse_transform(codes), ours.score_samples(X), ours.score(X)


def in_kind(name, kind):
    return (rows(name) > 0 if kind == "?" else rows(name)).astype(kind)


def assert_taken(name, kind, X, dtype):
    """From the fit to the reconstruction, ``X`` counts as the same numbers do elsewhere."""
    ours = fitted(name, X)
    codes = ours.transform(X)
    rebuilt = ours.inverse_transform(codes)
    scores = ours.score_samples(X)
    expected = expected_of(name, kind)
    assert codes.dtype == rebuilt.dtype == dtype
    assert scores.dtype == np.float64
    for found, value in zip((codes, rebuilt, scores), expected[:3], strict=True):
        assert type(found) is np.ndarray
        assert_allclose(found, value, rtol=1e-3, atol=1e-3)  # after some steps of training
    assert ours.score(X) == pytest.approx(expected[3], rel=1e-3, abs=1e-5)


@every_estimator
@pytest.mark.parametrize("kind", DTYPES)
def test_numbers_of_any_dtype(name, kind):
    assert_taken(name, kind, in_kind(name, kind), DTYPES[kind])


@every_estimator
@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("kind", ["f4", "u1"])
def test_rows_in_any_container(name, container, kind):
    assert_taken(name, kind, CONTAINERS[container](in_kind(name, kind)), np.float32)


@every_estimator
@pytest.mark.parametrize("namespace", [array_api_strict, jnp])
def test_arrays_of_other_libraries_where_scikit_learn_dispatches(name, namespace, monkeypatch):
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")
    with sklearn.config_context(array_api_dispatch=True):
        assert_taken(name, "f4", namespace.asarray(in_kind(name, "f4")), np.float32)


@every_estimator
def test_lists(name):
    assert_taken(name, "f8", rows(name).tolist(), np.float64)


@every_estimator
def test_a_memory_map_is_read_and_left_as_it_was(name, tmp_path):
    np.save(tmp_path / "rows.npy", in_kind(name, "f4"))
    before = (tmp_path / "rows.npy").read_bytes()
    assert_taken(name, "f4", np.load(tmp_path / "rows.npy", mmap_mode="r"), np.float32)
    assert (tmp_path / "rows.npy").read_bytes() == before


@every_estimator
@pytest.mark.parametrize("kind", ["f8", "f4", "u1"])
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array, pd.DataFrame])
def test_what_is_given_is_not_written_to(name, kind, container):
    X = container(in_kind(name, kind))
    arrays = [X.data, X.indices, X.indptr] if sparse.issparse(X) else [np.asarray(X)]
    before = [array.copy() for array in arrays]
    for array in arrays:
        array.setflags(write=False)
    ours = fitted(name, X, **({"X_val": X} if name in JUDGED_APART else {}))
    codes = ours.transform(X)
    codes.setflags(write=False)
    ours.inverse_transform(codes)
    ours.score(X)
    ours.partial_fit(X)
    for array, value in zip(arrays, before, strict=True):
        assert_array_equal(array, value)


# -- what is kept

# Another value for each parameter. One is left out, `pseudo_likelihood`, which says what
# `score_samples` computes.
OTHER = {
    "activation": "tanh",
    "algorithm": "cd",
    "batch_size": 7,
    "channels": (3, 2),
    "early_stopping": True,
    "hidden_layer_sizes": (3,),
    "image_shape": (1, 5),
    "init": "glorot",
    "learning_rate": 0.5,
    "loss": "huber",
    "max_iter": 2,
    "momentum": 0.5,
    "n_components": 3,
    "n_gibbs_steps": 2,
    "n_iter": 2,
    "n_iter_no_change": 3,
    "objective": "denoising",
    "optimizer": "sgd",
    "precision": "bfloat16",
    "random_state": 5,
    "tied_weights": True,
    "tol": 0.5,
    "validation_fraction": 0.3,
    "variance": "learnt",
    "verbose": 1,
    "visible": "gaussian",
    "warm_start": True,
    "weight_decay": 0.5,
    "whiten": True,
}


@every_estimator
def test_parameters_set_after_the_fit_change_nothing(name):
    ours = fitted(name)
    before = returned(ours, rows(name))
    for parameter in sorted(ours.get_params().keys() - {"pseudo_likelihood"}):
        ours.set_params(**{parameter: OTHER[parameter]})
        assert_same(returned(ours, rows(name)), before)
    assert_same(returned(pickle.loads(pickle.dumps(ours)), rows(name)), before)


@every_estimator
def test_a_pickle_is_the_same_estimator_and_goes_on_as_it_does(name):
    ours = fitted(name)
    twin = pickle.loads(pickle.dumps(ours))
    assert_same(returned(twin, rows(name)), returned(ours, rows(name)))
    more = rows(name, seed=1)
    assert_same(returned(twin.partial_fit(more), more), returned(ours.partial_fit(more), more))


@every_estimator
def test_a_clone_has_the_parameters_and_no_fit(name):
    ours = fitted(name)
    copy = clone(ours)
    assert repr(copy) == repr(ESTIMATORS[name])
    assert vars(copy).keys() == vars(ESTIMATORS[name]).keys()
    assert_same(returned(copy.fit(rows(name)), rows(name)), returned(ours, rows(name)))


@every_estimator
def test_fit_forgets_what_came_before(name):
    fresh = fitted(name)
    used = clone(ESTIMATORS[name]).partial_fit(rows(name, seed=2)).fit(rows(name))
    assert vars(used).keys() == vars(fresh).keys()
    assert_same(returned(used, rows(name)), returned(fresh, rows(name)))


FAILING = {
    "infinity": lambda ours, X: ours.fit(X * [1, 1, np.inf, 1, 1]),
    "text": lambda ours, X: ours.fit([["a", "b"], ["c", "d"]]),
    "one axis": lambda ours, X: ours.fit(X["a"]),
    "a parameter": lambda ours, X: ours.set_params(learning_rate=-1.0).fit(X),
    "a chunk of other columns": lambda ours, X: ours.partial_fit(X[["e", "d"]]),
    "a callback": lambda ours, X: ours.set_callbacks(
        Strike(RuntimeError("full disk"), "end", "epoch", 1)
    ).fit(X),
}


def frame(name, seed=0):
    return pd.DataFrame(rows(name, seed=seed), columns=list("abcde"))


@every_estimator
@pytest.mark.parametrize("why", FAILING)
def test_a_refit_that_fails_leaves_the_old_fit(name, why):
    ours = fitted(name, frame(name))
    before, attributes = returned(ours, frame(name)), set(vars(ours))
    with pytest.raises((ValueError, RuntimeError)):
        FAILING[why](ours, frame(name, seed=1))
    assert vars(ours).keys() - {"_skl_callbacks"} == attributes
    assert_same(returned(ours, frame(name)), before)


# -- weights of rows


@pytest.mark.parametrize("name", WEIGHING)
def test_rows_of_weight_zero_do_not_count(name):
    X, weight = rows(name, 60), np.repeat([1.0, 0.0, 3.0], 20)
    with_zeros = fitted(name, X, sample_weight=weight)
    without = fitted(name, X[weight > 0], sample_weight=weight[weight > 0])
    assert_array_equal(with_zeros.transform(X), without.transform(X))


@pytest.mark.parametrize("name", WEIGHING)
def test_equal_weights_are_no_weights_and_others_count(name):
    X = rows(name)
    equal = fitted(name, sample_weight=np.full(len(X), 7.0))
    assert_array_equal(equal.transform(X), fitted(name).transform(X))
    other = fitted(name, sample_weight=np.arange(1.0, len(X) + 1))
    assert not np.array_equal(other.transform(X), equal.transform(X))


@pytest.mark.parametrize("name", WEIGHING)
@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (np.full(40, -1.0), "Negative values in data passed to `sample_weight`"),
        (np.full(40, np.nan), "sample_weight contains NaN"),
        (np.ones(39), r"sample_weight.shape == \(39,\), expected \(40,\)"),
        (np.zeros(40), "Sample weights must contain at least one non-zero number"),
    ],
)
def test_weights_that_are_none(name, weight, message):
    with pytest.raises(ValueError, match=message):
        fitted(name, sample_weight=weight)
