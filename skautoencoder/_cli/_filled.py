"""Gaps filled with what is most likely there, for transformers that take none."""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from skautoencoder._data._filling import fit_filling


class GapFiller(TransformerMixin, BaseEstimator):
    """From rows with gaps to rows without: the conditional means that autoencoders start from."""

    def fit(self, X, y=None):
        """Learn how columns go together."""
        rows = np.asarray(X)
        self.filling_ = fit_filling(
            lambda index: rows[index], np.ones(len(rows)), np.random.default_rng(0)
        )
        return self

    def transform(self, X):
        """The rows, filled; those without gaps as they are."""
        return self.filling_.fill(np.asarray(X))
