"""Copies of rows, and rows that belong together, are on one side of every split."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy.sparse import csr_array
from sklearn import config_context
from sklearn.datasets import load_diabetes
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skautoencoder import AutoencoderTransformer
from skautoencoder._data._groups import row_groups
from skautoencoder._data._rows import Rows
from tests.conftest import curved, quick, squared_error


def groups_of(X, labels=None):
    return row_groups(Rows(X, np.ones(X.shape[0])), np.arange(X.shape[0]), labels)


@given(st.integers(1, 40), st.integers(1, 30), st.integers(0, 100))
@settings(max_examples=50, deadline=None)
def test_copies_are_one_group(n_distinct, n_drawn, seed):
    rng = np.random.RandomState(seed)
    distinct = rng.standard_normal((n_distinct, 3))
    drawn = rng.randint(0, n_distinct, n_drawn)
    found = groups_of(distinct[drawn])
    if len(set(drawn)) == 1:  # nothing to keep apart
        assert_array_equal(found, np.arange(n_drawn))
        return
    assert_array_equal(found[:, None] == found, drawn[:, None] == drawn)
    _, first = np.unique(found, return_index=True)
    assert (np.diff(first) > 0).all()  # numbered as they appear


@pytest.mark.parametrize("size", [1e-300, 1e-21, 1.0, 1e30, 1e300])
@pytest.mark.parametrize("wrap", [np.asarray, csr_array])
def test_copies_may_have_been_through_single_precision(size, wrap):
    X = np.random.RandomState(0).standard_normal((20, 4))
    X[0, 0] = 0.0
    rounded = X.astype(np.float32).astype(float)
    rounded[0, 0] = -0.0
    found = groups_of(wrap(np.vstack([X, rounded]) * 2.0 ** np.round(np.log2(size))))
    assert_array_equal(found, np.tile(np.arange(20), 2))


def test_labels_and_copies_hang_together():
    X = np.array([[0.0], [1], [2], [0], [4], [5]])
    labels = np.array(["a", "b", "b", "c", "c", "d"])
    assert_array_equal(groups_of(X, labels), [0, 1, 1, 0, 0, 2])


@pytest.mark.parametrize("n_copies", [2, 10])
def test_copies_of_rows_do_not_flatter_the_network(n_copies):
    rng = np.random.RandomState(0)
    X = StandardScaler().fit_transform(load_diabetes().data)
    train, test = X[:60], X[60:]
    copied = rng.permutation(np.repeat(train, n_copies, axis=0))
    ours = AutoencoderTransformer(3, hidden_layer_sizes=(64,), max_iter=60, random_state=0)
    ours.fit(copied)
    assert squared_error(ours, test) <= 1.01 * squared_error(PCA(3).fit(copied), test)


def repeated_measures(n_patients=40, n_measures=8):
    rng = np.random.RandomState(0)
    patient = rng.standard_normal((n_patients, 12))
    labels = np.repeat(np.arange(n_patients), n_measures)
    return patient[labels] + 0.05 * rng.standard_normal((len(labels), 12)), labels, rng


def test_groups_are_held_out_whole():
    X, labels, rng = repeated_measures()
    fresh = rng.standard_normal((300, 12))
    settings = {"hidden_layer_sizes": (64,), "max_iter": 60, "random_state": 0}
    ours = AutoencoderTransformer(2, **settings).fit(X, groups=labels)
    pca = PCA(2).fit(X)
    assert squared_error(ours, fresh) <= 1.01 * squared_error(pca, fresh)
    flattered = AutoencoderTransformer(2, **settings).fit(X)
    assert flattered.best_loss_ < 0.8 * ours.best_loss_


def test_groups_are_routed():
    X, labels, _ = repeated_measures()
    direct = quick().fit(X, groups=labels)
    pipeline = make_pipeline("passthrough", quick())
    pipeline.fit(X, autoencodertransformer__groups=labels)
    assert_array_equal(pipeline.transform(X), direct.transform(X))
    with config_context(enable_metadata_routing=True):
        routed = make_pipeline("passthrough", quick().set_fit_request(groups=True))
        routed.fit(X, groups=labels)
    assert_array_equal(routed.transform(X), direct.transform(X))


def test_bad_groups():
    X = curved(20)
    with pytest.raises(ValueError, match="groups leaves all rows in one group"):
        quick().fit(X, groups=np.zeros(20))
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        quick().fit(X, groups=np.arange(19))
    quick(early_stopping=False).fit(X, groups=np.zeros(20))
    quick().fit(X, groups=np.zeros(20), X_val=X)


def test_one_row_over_and_over():
    X = np.tile([[1.0, 2.0, 3.0]], (30, 1))
    ours = quick().fit(X)
    assert_array_equal(ours.inverse_transform(ours.transform(X)), X)
