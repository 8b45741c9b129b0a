"""What a fitted Boltzmann machine can do besides coding rows: draws, energies, likelihoods."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sklearn.utils import check_array, check_random_state, check_scalar
from sklearn.utils.validation import check_is_fitted

from skautoencoder._data._chunks import by_chunks, by_parallel_chunks
from skautoencoder._data._moments import column_moments
from skautoencoder._data._rows import dense
from skautoencoder._functions import logit
from skautoencoder._processes import check_jax_works
from skautoencoder._sklearn import check_n_features
from skautoencoder._training._seeds import START, draw_seed, generator, key_words
from skautoencoder.boltzmann import (
    MOST_ENUMERATED,
    Kind,
    Machine,
    exact_log_partition,
    free_energy,
    log_pseudo_likelihood,
    smallest_layer,
)

# Rows are worked on so many values of either layer at a time.
_CHUNK_VALUES = 1_048_576


class ColumnMeans(NamedTuple):
    """The means of the columns of all rows seen so far."""

    total: float = 0.0  # of the rows' weights
    mean: Any = 0.0

    def and_of(self, rows):
        """Those with more rows."""
        mean = column_moments(rows, rows.everything).mean
        total = self.total + rows.weight.sum()
        return ColumnMeans(total, self.mean + (mean - self.mean) * (rows.weight.sum() / total))


class MachineMixin:
    """Draws and likelihoods of a fitted machine, and its parts as :mod:`boltzmann` takes them."""

    if TYPE_CHECKING:  # what the estimator has besides

        def __getattr__(self, name: str) -> Any: ...

    def gibbs(self, v):
        """One Gibbs step: draw hidden units given the visible ones, then visible ones.

        Parameters
        ----------
        v : {array-like, sparse matrix} of shape (n_samples, n_features)
            Visible states to start from.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            Visible states; bool for Bernoulli units.

        Raises
        ------
        ValueError
            If v holds NaN or infinity or has another number of columns.
        """
        v = dense(self._check_states(v)).astype(np.float32, copy=False)
        rng = getattr(self, "random_state_", None) or check_random_state(self.random_state)
        self.random_state_ = rng
        states = self._run_chains(v, 1, rng)
        return states.astype(bool) if self._kind.visible == "bernoulli" else states

    def sample(self, n_samples=1, n_gibbs_steps=1000, random_state=None):
        """Draw new rows, by chains that start from independent columns.

        Parameters
        ----------
        n_samples : int, default=1
            Number of chains, of which each gives one row.
        n_gibbs_steps : int, default=1000
        random_state : int, RandomState instance or None, default=None

        Returns
        -------
        ndarray of shape (n_samples, n_features_in_)
        """
        check_is_fitted(self)
        check_scalar(n_samples, "n_samples", Integral, min_val=1)
        check_scalar(n_gibbs_steps, "n_gibbs_steps", Integral, min_val=1)
        rng = check_random_state(random_state)
        means = self._kind.visible_units.mean(self._base_bias)
        if self._kind.visible == "bernoulli":
            start = rng.uniform(size=(n_samples, len(means))) < means
        else:
            start = means + np.sqrt(self.variance_) * rng.standard_normal((n_samples, len(means)))
        return self._run_chains(start.astype(np.float32), n_gibbs_steps, rng)

    def score_samples(self, X):
        """The pseudo-likelihood of each row, a proxy for its likelihood.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
            In nats, in double precision. With ``pseudo_likelihood="stochastic"``, from the
            odds of one random column of each row, times their number, as BernoulliRBM does;
            "exact" is the sum over all columns. For Gaussian visible units, which have no
            such odds, minus the free energy: the log-density but for a constant.
        """
        X = self._check_X(X)
        rng = check_random_state(self.random_state)

        def pseudo_likelihood(machine, v):
            return score_rows(machine, self._kind, v, self.pseudo_likelihood, rng)

        return self._nats(pseudo_likelihood, X, together=by_chunks)

    def score(self, X, y=None):
        """Mean log-likelihood of the rows of X, in nats.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : None
            Ignored.

        Returns
        -------
        float
            The mean of minus the free energy, less `log_partition`.
        """

        def minus_energy(machine, v):
            return -free_energy(machine, self._kind, v)

        X = self._check_X(X)
        return float(self._nats(minus_energy, X).mean() - self.log_partition())

    def log_partition(self, n_chains=100, n_temperatures=1000, random_state=0):
        """``log Z``: what minus the free energy exceeds the log-likelihood by.

        Exact, by summing over all states of a layer, with at most 20 hidden or Bernoulli
        visible units; else by annealed importance sampling (Salakhutdinov & Murray 2008).

        Parameters
        ----------
        n_chains : int, default=100
            Chains of the sampling.
        n_temperatures : int, default=1000
            Steps of each chain.
        random_state : int, RandomState instance or None, default=0

        Returns
        -------
        float
        """
        check_is_fitted(self)
        check_scalar(n_chains, "n_chains", Integral, min_val=1)
        check_scalar(n_temperatures, "n_temperatures", Integral, min_val=1)
        machine, kind = self._machine(np.float32), self._kind
        n_units, _ = smallest_layer(machine, kind)
        if n_units <= MOST_ENUMERATED:
            return exact_log_partition(machine, kind)
        from skautoencoder._training._chains import annealed

        logs = annealed(
            machine, kind, self._base_bias, _words(check_random_state(random_state)),
            n_chains, n_temperatures,
        )  # fmt: skip
        return float(np.logaddexp.reduce(logs) - np.log(n_chains))

    @property
    def _kind(self):
        # of the fit, if there was one: a parameter may since have been set otherwise
        return Kind(visible=getattr(self, "_visible", self.visible))

    @property
    def _base_bias(self):
        """Visible biases that give independent units the data's means."""
        if self._means.total == 0:
            return np.zeros(self.n_features_in_, np.float32)
        mean = self._means.mean
        if self._kind.visible == "bernoulli":
            mean = logit(mean.clip(1e-3, 1 - 1e-3))
        return mean.astype(np.float32)

    def _machine(self, dtype):
        return Machine(
            self.components_.T.astype(dtype, copy=False),
            self.intercept_visible_.astype(dtype, copy=False),
            self.intercept_hidden_.astype(dtype, copy=False),
            np.log(self.variance_).astype(dtype, copy=False),
        )

    def _check_states(self, v):
        """Checked states of the visible units, which have the columns' names or none."""
        check_is_fitted(self)
        if hasattr(v, "columns"):
            return self._check_X(v)
        v = check_array(v, accept_sparse="csr", dtype="numeric", estimator=self, input_name="v")
        check_n_features(self, v, reset=False)
        return v

    def _run_chains(self, v, n_steps, rng):
        from skautoencoder._training._chains import gibbs

        return gibbs(self._machine(np.float32), self._kind, v, _words(rng), n_steps)

    def _n_together(self):
        return max(64, _CHUNK_VALUES // max(self.components_.shape))

    def _of_rows(self, function, X, *width):
        """``function(machine, rows)`` of all rows of checked X, a chunk at a time."""
        machine = self._machine(X.dtype)
        return by_parallel_chunks(
            lambda v: function(machine, v), X, self._n_together(), X.dtype, *width
        )

    def _nats(self, function, X, together=by_parallel_chunks):
        """The same of one number a row, in double precision."""
        machine = self._machine(np.float64)
        return together(
            lambda v: function(machine, v.astype(np.float64)), X, self._n_together(), np.float64
        )


def score_rows(machine, kind, v, pseudo_likelihood, rng):
    """The pseudo-likelihood of each row, or minus its free energy where there is none."""
    if kind.visible == "gaussian":
        return -free_energy(machine, kind, v)
    if pseudo_likelihood == "exact":
        return log_pseudo_likelihood(machine, kind, v)
    flipped, column = v.copy(), (np.arange(len(v)), rng.randint(0, v.shape[1], len(v)))
    flipped[column] = 1 - flipped[column]
    odds = free_energy(machine, kind, flipped) - free_energy(machine, kind, v)
    return -v.shape[1] * np.logaddexp(0, -odds)


def _words(rng):
    """What JAX draws by, where it works."""
    check_jax_works()
    return key_words(generator(draw_seed(rng), START))
