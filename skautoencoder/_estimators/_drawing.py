"""What a variational autoencoder has besides: rows drawn from it, and likelihoods of rows."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any

from sklearn.utils import check_random_state, check_scalar
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skautoencoder.objectives import OBJECTIVES
from skautoencoder.objectives._base import Generative


def draws_codes(estimator):
    """Whether the objective has a distribution of codes; an AttributeError if it has none."""
    objective = getattr(estimator, "_objective", None) or estimator.objective
    if isinstance(objective, str):
        objective = OBJECTIVES.get(objective)
    if isinstance(objective, Generative):
        return True
    raise AttributeError(
        f"objective={estimator.objective!r} has no distribution to draw from; "
        "objective=Variational(...) has."
    )


class DrawingMixin:
    """Draws and likelihoods, of autoencoders whose objective has a distribution of codes."""

    if TYPE_CHECKING:  # what the estimator has besides

        def __getattr__(self, name: str) -> Any: ...

    @available_if(draws_codes)
    def sample(self, n_samples=1, random_state=None):
        """Draw new rows: decoded codes from the standard normal distribution.

        Offered with ``objective=Variational(...)``.

        Parameters
        ----------
        n_samples : int, default=1
        random_state : int, RandomState instance or None, default=None

        Returns
        -------
        ndarray of shape (n_samples, n_features_in_)
            In the units of the training data.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        """
        check_is_fitted(self)
        check_scalar(n_samples, "n_samples", Integral, min_val=1)
        rng = check_random_state(random_state)
        draws = rng.standard_normal((n_samples, self.n_components_))
        return self.inverse_transform(draws * self.code_scale_)

    @available_if(draws_codes)
    def log_likelihood(self, X, n_draws=100, random_state=None):
        """A lower bound of the log-likelihood of each row, by importance sampling.

        Offered with ``objective=Variational(...)``. More draws make it tighter.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        n_draws : int, default=100
            Codes to draw for each row.
        random_state : int, RandomState instance or None, default=None

        Returns
        -------
        ndarray of shape (n_samples,)
            In nats: a density for real-valued losses, a probability for "cross_entropy"
            of binary data. Of a row with gaps (NaN), that of what is seen.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        ValueError
            If X holds infinity or has another number of columns.
        """
        X = self._check_X(X)
        check_scalar(n_draws, "n_draws", Integral, min_val=1)
        return self._model.log_likelihood(X, n_draws, check_random_state(random_state))
