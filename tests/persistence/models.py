"""Small fitted estimators of every kind and state, each with rows that it takes."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

from skautoencoder import (
    AutoencoderDetector,
    AutoencoderImputer,
    AutoencoderSearchCV,
    AutoencoderTransformer,
    RBMTransformer,
    TableAutoencoderTransformer,
)
from skautoencoder.losses import MixedLoss
from skautoencoder.objectives import Denoising, Variational
from tests.conftest import curved, quick, quick_convolutional


def with_gaps(n_rows):
    """Rows near a curve, a fifth of their cells missing."""
    rows = MinMaxScaler().fit_transform(curved(n_rows))
    return np.where(np.random.RandomState(0).uniform(size=rows.shape) < 0.2, np.nan, rows)


X = MinMaxScaler().fit_transform(curved(60))
GAPS = with_gaps(60)
WIDE_GAPS = np.tile(GAPS, (1, 14))
FRAME = pd.DataFrame(
    {
        "number": X[:, 0],
        "word": ["a", "b", "c"] * 20,
        "day": pd.date_range("2024-01-01", periods=60),
        "yes": [True, False] * 30,
        "level": pd.Categorical(["low", "high"] * 30, ["low", "high", "higher"], ordered=True),
        "whole": pd.array([1, 2, None] * 20, dtype="Int64"),
    }
)
NUMBERS = pd.DataFrame(X, columns=["a", "b", "c", "d", "e"])


def table(**parameters):
    """A small autoencoder of tables."""
    parameters = {"n_components": 1, "hidden_layer_sizes": (4,), "max_iter": 1} | parameters
    return TableAutoencoderTransformer(**parameters, random_state=0)


def _columns():
    words = OneHotEncoder(handle_unknown="infrequent_if_exist", sparse_output=False)
    return make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), ["number"]),
        (words, make_column_selector("word")),
        remainder="drop",
    )


FITS = {
    "plain": lambda: (quick().fit(X), X),
    "single precision": lambda: (quick().fit(X.astype(np.float32)), X.astype(np.float32)),
    "tied, whitened": lambda: (quick(tied_weights=True, whiten=True).fit(X), X),
    "variational": lambda: (quick(objective=Variational(beta=0.5)).fit(X), X),
    "mixed": lambda: (quick(loss=MixedLoss(binary=(1, 2), counts=(0,))).fit(X), X),
    "gaps": lambda: (quick().fit(GAPS), GAPS),
    "many columns with gaps": lambda: (quick(max_iter=1).fit(WIDE_GAPS), WIDE_GAPS),
    "chunks": lambda: (quick(random_state=np.random.RandomState(3)).partial_fit(X), X),
    "images": lambda: (quick_convolutional().fit(X), X),
    "machine": lambda: (RBMTransformer(2, n_iter=2, random_state=0).fit(X), X),
    "machine, chunks": lambda: (RBMTransformer(2, random_state=0).partial_fit(X), X),
    "imputer": lambda: (_imputer().fit(with_gaps(300)), GAPS),
    "linear imputer": lambda: (
        AutoencoderImputer(n_networks=0, n_neighbors=0, add_indicator=True).fit(GAPS),
        GAPS,
    ),
    "detector": lambda: (AutoencoderDetector(table(), random_state=0).fit(FRAME), FRAME),
    "detector, told of bad rows": lambda: (
        AutoencoderDetector(method="kernel", contamination=0.1, random_state=0).fit(GAPS),
        GAPS,
    ),
    "table": lambda: (table().fit(FRAME), FRAME),
    "table that draws": lambda: (table(objective=Variational()).fit(FRAME), FRAME),
    "search": lambda: (_search().fit(X), X),
    "pipeline": lambda: (
        make_pipeline(_columns(), quick(), LogisticRegression()).fit(FRAME, FRAME["yes"]),
        FRAME,
    ),
    "columns": lambda: (
        make_column_transformer((quick(), [0, 1, 2]), (PCA(1), slice(3, 5))).fit(X),
        X,
    ),
    "frames out": lambda: (quick().set_output(transform="pandas").fit(NUMBERS), NUMBERS),
}


def _imputer():
    return AutoencoderImputer(
        n_networks=1, hidden_layer_sizes=(8,), max_iter=1, batch_size=16, random_state=0
    )


def _search():
    grid = {"n_components": [1, 2], "objective": [Denoising()]}
    return AutoencoderSearchCV(quick(max_iter=1), grid, cv=2, scoring=None)


UNFITTED = {
    "defaults": AutoencoderTransformer(),
    "parameters": AutoencoderTransformer(
        np.int64(3), hidden_layer_sizes=[4, 5], objective=Denoising(noise_std=np.float32(0.25)),
        n_iter_no_change=np.inf, learning_rate=np.float64(0.01),
    ),
    "pipeline": make_pipeline(StandardScaler(), RBMTransformer()),
    "search": AutoencoderSearchCV(AutoencoderTransformer(), {"n_components": [1, 2]}),
}  # fmt: skip


_QUICK = (
    "plain",
    "gaps",
    "chunks",
    "machine",
    "imputer",
    "table",
    "pipeline",
    "detector, told of bad rows",
)
#: Names of :data:`FITS` as parameters of a test, of which those like others are slow.
each_fit = pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name in _QUICK else [pytest.mark.slow]) for name in FITS],
)


@cache
def fitted(name):
    """An estimator of :data:`FITS`, and rows for it; not to be changed."""
    return FITS[name]()


def answers(estimator, rows):
    """All that an estimator says of rows."""
    found = {}
    for name in ("transform", "score_samples", "impute", "predict", "predict_proba", "p_values"):
        if hasattr(estimator, name):
            found[name] = getattr(estimator, name)(rows)
    if hasattr(estimator, "inverse_transform") and hasattr(estimator, "n_components_"):
        found["inverse_transform"] = estimator.inverse_transform(found["transform"])
    if hasattr(estimator, "sample"):
        found["sample"] = estimator.sample(3, random_state=0)
    if hasattr(estimator, "n_components_"):
        found["names"] = estimator.get_feature_names_out()
    return found
