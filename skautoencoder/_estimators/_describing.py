"""What code written for PCA reads, and which columns make the code and are made of it."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils import check_random_state, check_scalar
from sklearn.utils.validation import check_is_fitted

from skautoencoder._data._blas import one_blas_thread
from skautoencoder._data._rows import Rows
from skautoencoder._estimators._components import components_of, decoder_derivatives
from skautoencoder._estimators._fitted import FittedAutoencoder
from skautoencoder._processes import check_jax_works
from skautoencoder._training._seeds import DESCRIBE, generator

FROM_FEATURES, FROM_CODE = "features_to_code", "code_to_features"


class _OfFit:
    """An attribute that `fit` sets: until then, to ask for it is an AttributeError that says so."""

    def __set_name__(self, owner, name):
        self._name = name

    def __get__(self, estimator, owner=None):  # only where the instance has none of its own
        if estimator is None:
            return self
        check_is_fitted(estimator)
        raise AttributeError(
            f"{type(estimator).__name__} has {self._name} after fit. partial_fit, which sees a "
            "chunk at a time, does not measure it; feature_importances(X) takes any rows."
        )


class DescribingMixin:
    """Components in PCA's words, and derivatives by rows, of what autoencoders learnt."""

    components_ = _OfFit()
    explained_variance_ = _OfFit()
    explained_variance_ratio_ = _OfFit()
    noise_variance_ = _OfFit()
    n_samples_ = _OfFit()

    if TYPE_CHECKING:  # what the estimator has besides

        def __getattr__(self, name: str) -> Any: ...

    def feature_importances(
        self, X, *, direction=FROM_FEATURES, max_samples=500, random_state=None
    ):
        """How much each column of X says of each component, or each component of each column.

        Root mean squares, over the rows of X, of derivatives in standard deviations, known as
        sigma-normalized derivatives [1]_; their use for networks goes back to [2]_.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            NaN is a gap, filled as in `transform`.
        direction : {"features_to_code", "code_to_features"}, default="features_to_code"
            "features_to_code" asks which columns make the code: by how many of its standard
            deviations a component moves, where a column moves by one of its own and all others
            stay. It imports JAX. "code_to_features" asks what the code makes: by how many of
            its standard deviations a rebuilt column moves, where a component moves by one.
        max_samples : int, default=500
            Of more rows, so many are drawn.
        random_state : int, RandomState instance or None, default=None
            Draws them.

        Returns
        -------
        ndarray of shape (n_components_, n_features_in_)
            Not negative. 0 for columns that do not vary in X.

            Of PCA with axes ``w`` and variances ``v`` of the components, and deviations ``s`` of
            the columns, "code_to_features" are the absolute loadings ``|w| sqrt(v) / s``, which
            are the correlations of components and columns, and "features_to_code" the weights
            ``|w| s / sqrt(v)``. Of a network both are above 1 where it is steep or bends back:
            derivatives are local, deviations are of all rows.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        ValueError
            If X holds infinity, has fewer than two rows or another number of columns, or
            ``direction`` is none of the two.
        RuntimeError
            If it asks JAX, and that had started before this process was forked.

        References
        ----------
        .. [1] Saltelli, A., et al. (2008). Global sensitivity analysis. The primer. Wiley.
           Chapter 1.
        .. [2] Zurada, J. M., Malinowski, A., & Cloete, I. (1994). Sensitivity analysis for
           minimization of input data dimension for feedforward neural network. IEEE
           International Symposium on Circuits and Systems, 6, 447-450.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from skautoencoder import AutoencoderTransformer
        >>> X = load_iris().data
        >>> autoencoder = AutoencoderTransformer(1, max_iter=20, random_state=0).fit(X)
        >>> makes = autoencoder.feature_importances(X)
        >>> makes.shape
        (1, 4)
        >>> load_iris().feature_names[makes[0].argmax()]
        'petal length (cm)'
        """
        X = self._check_X(X, ensure_min_samples=2)
        if direction not in (FROM_FEATURES, FROM_CODE):
            raise ValueError(
                f"direction must be {FROM_FEATURES!r} or {FROM_CODE!r}. Got {direction!r} instead."
            )
        check_scalar(max_samples, "max_samples", Integral, min_val=2)
        index = np.arange(X.shape[0])
        if len(index) > max_samples:
            index = check_random_state(random_state).choice(index, max_samples, replace=False)
        model = self._model
        x = model.filling.fill(Rows(X, np.ones(len(index))).take(np.sort(index)))
        codes = model.codes(x).astype(np.float64)
        of_columns = _spread(model.standardization.apply(x, np.float64))
        of_codes = _spread(codes)[:, None]
        if direction == FROM_CODE:
            derivatives = decoder_derivatives(model.standard_decoder(np.float64), codes)
            with one_blas_thread():  # many small products: threads would wait for each other
                squares = np.array([np.mean(derivative**2, axis=0) for derivative in derivatives])
            return _over(np.sqrt(squares) * of_codes, of_columns)
        check_jax_works()
        from skautoencoder._training._sensitivity import encoder_derivatives

        squares = encoder_derivatives(model, model.standardization.apply(x))
        return _over(np.sqrt(squares) * of_columns, of_codes)

    def _set_components(self, plan, learner, result, unit, span):
        """Set what describes the components, of the rows that were fitted to."""
        from skautoencoder._estimators._autoencoder_fit import attributes

        model = self._model
        if span is not None:  # the same, of fewer columns
            model = FittedAutoencoder.of(attributes(learner, result.params) | {"_filling": None})
        start = learner.start if result.best_epoch == 0 else None
        rng = generator(plan.seed, DESCRIBE)
        found = components_of(model, plan.rows, unit, start, rng)
        n_rows = plan.rows.count(plan.rows.everything)
        n_left = min(n_rows, self.n_features_in_) - self.n_components_
        scale = np.float64(model.standardization.scale)

        def in_units(share):  # the scale's square alone may be beyond all numbers
            with np.errstate(over="ignore"):
                return share * found.variance * n_rows / max(n_rows - 1, 1) * scale * scale

        self.explained_variance_ = in_units(found.ratio)
        left = in_units(max(1 - found.ratio.sum(), 0.0))
        self.noise_variance_ = float(left / n_left) if n_left > 0 else 0.0
        self.components_ = found.directions if span is None else found.directions @ span.basis.T
        self.explained_variance_ratio_ = found.ratio
        self.n_samples_ = n_rows


class TableDescribingMixin:
    """Derivatives by the columns of a table."""

    if TYPE_CHECKING:  # what the estimator has besides

        def __getattr__(self, name: str) -> Any: ...

    def feature_importances(
        self, X, *, direction=FROM_FEATURES, max_samples=500, random_state=None
    ):
        """How much each column of a table says of each component, or each component of it.

        As :meth:`AutoencoderTransformer.feature_importances` of the encoded table; of a column
        that became several, such as a category, the root of their sum of squares.

        Parameters
        ----------
        X : data frame or array-like of shape (n_samples, n_features)
        direction, max_samples, random_state
            As there.

        Returns
        -------
        ndarray of shape (n_components_, n_features_in_)
            For the columns in the order of `fit`; 0 for those that were set aside.

        Raises
        ------
        ValueError
            As `transform` does, or if ``direction`` is unknown or X has fewer than two rows.
        """
        asked = {"direction": direction, "max_samples": max_samples, "random_state": random_state}
        rows = self._encoded(X)
        encoded = self.autoencoder_.feature_importances(rows, **asked)
        found = np.zeros((len(encoded), self.n_features_in_))
        for part in self._encoding.parts:
            found[:, part.position] = np.linalg.norm(encoded[:, part.columns], axis=1)
        return found


COMPONENT_ATTRIBUTES = tuple(
    name for name, value in vars(DescribingMixin).items() if isinstance(value, _OfFit)
)


def _spread(values):
    """Standard deviations of columns; 0 of those that hold one number, whatever its rounding."""
    return np.where(values.min(axis=0) < values.max(axis=0), values.std(axis=0), 0.0)


def _over(values, spread):
    values, spread = np.broadcast_arrays(values, spread)
    return np.divide(values, spread, out=np.zeros(values.shape), where=spread > 0)
