"""Tables with gaps, and imputers that scikit-learn does not have."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn import datasets
from sklearn.base import BaseEstimator, TransformerMixin

_SHIPPED = {
    "iris": datasets.load_iris,
    "wine": datasets.load_wine,
    "breast cancer": datasets.load_breast_cancer,
    "diabetes": datasets.load_diabetes,
    "digits": datasets.load_digits,
}


def read_tables(folder=None, only=None):
    """Rows by name, of the .csv files of a folder or as scikit-learn ships them.

    Columns that do not vary are left out; of a file, so are the first, a row number, and the
    last, a target.
    """
    if folder is None:
        found = {name: load().data for name, load in _SHIPPED.items() if only in (None, name)}
    else:
        found = {
            path.stem: np.genfromtxt(path, delimiter=",", skip_header=1)[:, 1:-1]
            for path in sorted(Path(folder).glob("*.csv"))
            if only in (None, path.stem)
        }
    return {name: X[:, X.std(axis=0) > 0] for name, X in found.items()}


def hidden_at_random(whole, share, seed):
    """Which cells to hide; no column whole."""
    gaps = np.random.RandomState(seed).uniform(size=whole.shape) < share
    gaps[:, gaps.all(axis=0)] = False
    return gaps


def hidden_by_value(whole, share, seed):
    """Which cells to hide, large values more often than small ones."""
    z = (whole - whole.mean(axis=0)) / whole.std(axis=0)
    chance = 1 / (1 + np.exp(-1.5 * z))
    gaps = np.random.RandomState(seed).uniform(size=z.shape) < share * chance / chance.mean()
    gaps[:, gaps.all(axis=0)] = False
    return gaps


class SoftImpute(TransformerMixin, BaseEstimator):
    """Low-rank rows by singular values shrunk in turns (Mazumder, Hastie & Tibshirani 2010).

    The shrinkage is the best of ten on a tenth of the seen cells. New rows are completed
    beside those of the fit.
    """

    def fit(self, X, y=None):
        seen = ~np.isnan(X)
        hide = seen & (np.random.RandomState(0).uniform(size=X.shape) < 0.1)
        known = np.where(hide, np.nan, X)
        top = np.linalg.norm(np.nan_to_num(known), 2)
        tried = top * np.geomspace(0.9, 0.005, 10)
        errors = [((_completed(known, shrinkage) - X)[hide] ** 2).sum() for shrinkage in tried]
        self.shrinkage_ = tried[int(np.argmin(errors))]
        self.rows_ = X
        return self

    def transform(self, X):
        if X is self.rows_:
            return _completed(X, self.shrinkage_)
        return _completed(np.vstack([self.rows_, X]), self.shrinkage_)[len(self.rows_) :]


def _completed(X, shrinkage, n_steps=100):
    seen = ~np.isnan(X)
    filled = np.nan_to_num(X)
    for _ in range(n_steps):
        u, s, v = np.linalg.svd(filled, full_matrices=False)
        before, filled = filled, np.where(seen, X, (u * np.maximum(s - shrinkage, 0)) @ v)
        if np.abs(filled - before).max() < 1e-3:
            break
    return filled


class Gain(TransformerMixin, BaseEstimator):
    """Generative adversarial imputation (Yoon, Jordon & van der Schaar 2018), of hyperimpute."""

    def fit(self, X, y=None):
        peers: Any = importlib.import_module("hyperimpute.plugins.imputers")
        self.plugin_ = peers.Imputers().get("gain", random_state=0)
        self.plugin_.fit(pd.DataFrame(X))
        return self

    def transform(self, X):
        return np.asarray(self.plugin_.transform(pd.DataFrame(X)))
