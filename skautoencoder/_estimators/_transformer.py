"""What all transformers here share: how rows, weights and codes are checked, and tags."""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.callback import CallbackSupportMixin
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted

from skautoencoder._data._rows import Rows
from skautoencoder._estimators._input import check_rows, check_weight, to_numpy
from skautoencoder._processes import check_jax_works
from skautoencoder._sklearn import DocumentedMixin, without_running_fit


class BaseTransformer(
    DocumentedMixin, CallbackSupportMixin, ClassNamePrefixFeaturesOutMixin, TransformerMixin,
    BaseEstimator,
):  # fmt: skip
    """Rows in, codes out, and back. A subclass says what values it takes, and how it learns."""

    def __getstate__(self):
        return without_running_fit(super().__getstate__())

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _check_values(self, X):
        """Checked X, its values as training takes them; a ValueError if they are out of range."""
        return X

    def _check_X(self, X, reset=False, ensure_min_samples=1):
        """X as an array or CSR matrix of the columns that were fitted."""
        if not reset:
            check_is_fitted(self)
        return check_rows(self, X, reset=reset, ensure_min_samples=ensure_min_samples)

    def _check_rows(self, X, sample_weight, reset, n_least=2):
        """The :class:`Rows` to learn from, of which ``n_least`` must have a weight in a new fit."""
        check_jax_works()
        X = self._check_X(X, reset=reset, ensure_min_samples=n_least if reset else 1)
        weight = check_weight(sample_weight, X)
        n_rows = np.count_nonzero(weight)
        if reset and n_rows < n_least:
            raise ValueError(
                f"sample_weight leaves {n_rows} rows with a weight above zero, but "
                f"{type(self).__name__} needs at least {n_least} samples."
            )
        return Rows(self._check_values(X), weight)

    def _check_validation(self, X_val):
        """The :class:`Rows` to choose the best epoch by."""
        X_val = self._check_values(self._check_X(X_val))
        return Rows(X_val, np.ones(X_val.shape[0]))

    def _check_codes(self, codes, n_columns, what):
        """Codes as an array in double or single precision, of so many columns, or else an error."""
        codes = check_array(to_numpy(codes), dtype=[np.float64, np.float32])
        if codes.shape[1] != n_columns:
            raise ValueError(f"X has {codes.shape[1]} columns, but {what}.")
        return codes
