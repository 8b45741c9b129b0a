"""RBMTransformer: restricted Boltzmann machines in place of BernoulliRBM."""

from __future__ import annotations

import warnings
from numbers import Integral, Real
from typing import Any, NamedTuple

import jax
import numpy as np
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    _fit_context,
)
from sklearn.callback import CallbackSupportMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_array, check_random_state, check_scalar
from sklearn.utils._param_validation import Interval, Options, RealNotInt, StrOptions
from sklearn.utils.validation import _check_n_features, check_is_fitted

from skautoencoder._data._blocks import Rows, dense
from skautoencoder._data._chunks import by_chunks
from skautoencoder._estimators._input import check_rows
from skautoencoder._estimators._keeping import keeps_old_fit
from skautoencoder._estimators._reporting import Watcher, hook_arguments
from skautoencoder._functions import logit
from skautoencoder._range import within
from skautoencoder._starts._principal_axes import column_moments
from skautoencoder._training._contrastive import Contrastive, start_chains, start_machine
from skautoencoder._training._machines import (
    make_gauge,
    sound_epoch,
    train_machine,
    varying_columns,
)
from skautoencoder._training._precision import working_dtype
from skautoencoder._training._promotion import under_our_rules
from skautoencoder._training._selection import Selection
from skautoencoder.boltzmann import (
    MOST_ENUMERATED,
    Kind,
    Machine,
    annealed_log_weights,
    exact_log_partition,
    free_energy,
    gibbs_chain,
    hidden_mean,
    log_pseudo_likelihood,
    rebuilding_errors,
    smallest_layer,
    visible_mean,
)
from skautoencoder.objectives._base import KEYS

# transform and its kin work through this many values of either layer at a time.
_CHUNK_VALUES = 1_048_576

_gibbs = jax.jit(under_our_rules(gibbs_chain), static_argnames="kind")


class _ColumnMeans(NamedTuple):
    """The means of the columns of all rows seen so far."""

    n_rows: int = 0
    mean: Any = 0.0

    def and_of(self, rows):
        """Those with more rows."""
        mean = column_moments(rows, np.arange(len(rows.weight))).mean
        n_rows = self.n_rows + len(rows.weight)
        return _ColumnMeans(n_rows, self.mean + (mean - self.mean) * (len(rows.weight) / n_rows))


class RBMTransformer(
    CallbackSupportMixin, ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator
):
    """Restricted Boltzmann machine, a drop-in for scikit-learn's BernoulliRBM.

    Two layers of stochastic units: the columns of X, and as many hidden ones as asked for.
    The code of a row is the mean of its hidden units. With the same parameters it learns
    what :class:`~sklearn.neural_network.BernoulliRBM` learns [1]_, in a compiled loop, and
    it has Gaussian visible units, contrastive divergence, momentum, weight decay, early
    stopping, reconstructions, samples and likelihoods besides.

    Parameters
    ----------
    n_components : int, default=256
        Number of hidden units.
    visible : {"bernoulli", "gaussian"}, default="bernoulli"
        Visible units: "bernoulli" for X in [0, 1], "gaussian" for standardised X.
    variance : {"unit", "learnt"}, default="unit"
        Of Gaussian visible units about their conditional mean [2]_. That of a column
        which does not vary is left as it is, as it would fall without end.
    algorithm : {"pcd", "cd"}, default="pcd"
        Persistent contrastive divergence, also known as stochastic maximum likelihood [1]_,
        or contrastive divergence from the data, which ends in the visible units' mean [3]_.
    n_gibbs_steps : int, default=1
        Steps of the chains at each update: the k of CD-k.
    learning_rate : float, default=0.1
        Gaussian visible units need about a hundredth of this.
    momentum : float, default=0.0
    weight_decay : float, default=0.0
        Times the weights, taken off their gradient.
    batch_size : int, default=10
        Rows an update.
    n_iter : int, default=10
        Epochs, at most.
    early_stopping : bool, default=False
        Whether to hold rows out, to stop when their score shows no more progress, and to
        keep the best machine. The score is the pseudo-likelihood with the same random bits
        each time, and minus the reconstruction error for Gaussian units.
    validation_fraction : float, default=0.1
    n_iter_no_change : int, default=5
        Epochs without progress before training stops; `np.inf` to run them all.
    tol : float, default=1e-4
        Relative improvement of the held-out score that counts as progress.
    pseudo_likelihood : {"stochastic", "exact"}, default="stochastic"
        Whether `score_samples` flips one random column of each row, or sums over all.
    verbose : int, default=0
        Whether to print a line an epoch.
    random_state : int, RandomState instance or None, default=None

    Attributes
    ----------
    components_ : ndarray of shape (n_components, n_features_in_)
        Weights.
    intercept_hidden_ : ndarray of shape (n_components,)
        Biases of the hidden units.
    intercept_visible_ : ndarray of shape (n_features_in_,)
        Biases of the visible units.
    variance_ : ndarray of shape (n_features_in_,)
        Of the visible units about their conditional mean; 1 for Bernoulli units.
    h_samples_ : ndarray of shape (batch_size, n_components)
        Hidden states of the persistent chains.
    n_iter_ : int
        Epochs run.
    reconstruction_errors_ : list of float
        Mean squared reconstruction error of a row after each epoch, on up to 1,000 rows.
    validation_scores_ : list of float
        Mean score of a held-out row after each epoch. Empty without early stopping.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features_in_,)

    See Also
    --------
    sklearn.neural_network.BernoulliRBM : The same in NumPy, without what is added here.
    AutoencoderTransformer : Deterministic codes, of many layers.

    References
    ----------
    .. [1] Tieleman, T. (2008). Training restricted Boltzmann machines using approximations
       to the likelihood gradient. ICML, 1064-1071.
    .. [2] Cho, K., Ilin, A., & Raiko, T. (2011). Improved learning of Gaussian-Bernoulli
       restricted Boltzmann machines. ICANN, 10-17.
    .. [3] Hinton, G. E. (2010). A practical guide to training restricted Boltzmann
       machines. UTML TR 2010-003, University of Toronto.

    Examples
    --------
    >>> import numpy as np
    >>> from skautoencoder import RBMTransformer
    >>> X = np.array([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
    >>> RBMTransformer(n_components=2, random_state=0).fit_transform(X).shape
    (4, 2)
    """

    _parameter_constraints: dict = {
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "visible": [StrOptions({"bernoulli", "gaussian"})],
        "variance": [StrOptions({"unit", "learnt"})],
        "algorithm": [StrOptions({"pcd", "cd"})],
        "n_gibbs_steps": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "momentum": [Interval(Real, 0, 1, closed="left")],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "n_iter": [Interval(Integral, 0, None, closed="left")],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(RealNotInt, 0, 1, closed="neither")],
        "n_iter_no_change": [
            Interval(Integral, 1, None, closed="left"),
            Options(Real, {np.inf}),
        ],
        "tol": [Interval(Real, 0, None, closed="left")],
        "pseudo_likelihood": [StrOptions({"stochastic", "exact"})],
        "verbose": ["verbose"],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_components=256,
        *,
        visible="bernoulli",
        variance="unit",
        algorithm="pcd",
        n_gibbs_steps=1,
        learning_rate=0.1,
        momentum=0.0,
        weight_decay=0.0,
        batch_size=10,
        n_iter=10,
        early_stopping=False,
        validation_fraction=0.1,
        n_iter_no_change=5,
        tol=1e-4,
        pseudo_likelihood="stochastic",
        verbose=0,
        random_state=None,
    ):
        self.n_components = n_components
        self.visible = visible
        self.variance = variance
        self.algorithm = algorithm
        self.n_gibbs_steps = n_gibbs_steps
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.n_iter = n_iter
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.pseudo_likelihood = pseudo_likelihood
        self.verbose = verbose
        self.random_state = random_state

    @_fit_context(prefer_skip_nested_validation=True)
    @keeps_old_fit("components_")
    def fit(self, X, y=None):
        """Learn the distribution of the rows of X.

        An interrupt (Ctrl-C) after the first epoch leaves the machine fitted with the best
        epoch so far, and is then raised again. An earlier one, like any error, leaves an
        earlier fit as it was.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : None
            Ignored.

        Returns
        -------
        self : object
            The fitted machine.

        Raises
        ------
        ValueError
            If a parameter is out of range, or X holds NaN, infinity, or values outside
            [0, 1] with Bernoulli visible units.

        Warns
        -----
        UserWarning
            If X is far from standardised with Gaussian visible units.
        ConvergenceWarning
            If the weights diverged; those of the epoch before are kept.
        """
        rows = self._check_rows(X, reset=True)
        rng = check_random_state(self.random_state)
        means = _ColumnMeans().and_of(rows)
        state = start_chains(
            start_machine(rng, rows.n_features, self.n_components), self.batch_size
        )
        train, selection, judge = self._plan(rows, state, rng)
        watcher = Watcher(
            self,
            lambda state: self._fitted(state, rows.X.dtype),
            hook_arguments(rows.X, y),
            self.n_iter,
        )
        result = train_machine(
            self._how(rows), state, rows, train,
            n_iter=self.n_iter, gauge=make_gauge(self._asked_kind, rows, train, state.machine),
            judge=judge, selection=selection, rng=rng, watcher=watcher,
        )  # fmt: skip
        if result.interrupted and not result.errors:  # random weights are worth nothing
            raise KeyboardInterrupt
        self._store(result, rows.X.dtype, means, rng)
        watcher.finish(result.state)
        if result.diverged:
            self._warn_diverged(f"in epoch {self.n_iter_ + 1}; those of the epoch before are kept")
        if result.interrupted:
            raise KeyboardInterrupt
        return self

    @_fit_context(prefer_skip_nested_validation=True)
    @keeps_old_fit("components_")
    def partial_fit(self, X, y=None):
        """Go on learning, in a single pass over the rows of X.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : None
            Ignored.

        Returns
        -------
        self : object
            The machine, a little further.

        Raises
        ------
        ValueError
            As `fit` does, or if the number of columns, `n_components` or `visible` has
            changed.

        Warns
        -----
        UserWarning
            If X is far from standardised with Gaussian visible units.
        ConvergenceWarning
            If the weights diverged; those before X are kept.
        """
        first = not hasattr(self, "components_")
        if not first:
            self._check_goes_on()
        rows = self._check_rows(X, reset=first)
        rng = getattr(self, "random_state_", None) or check_random_state(self.random_state)
        if first:
            machine, hidden = start_machine(rng, rows.n_features, self.n_components), None
            errors, means, n_iter, scores = [], _ColumnMeans(), 0, []
        else:
            machine, hidden = self._machine(np.float32), self._chains()
            errors, means = self.reconstruction_errors_, self._means
            n_iter, scores = self.n_iter_, self.validation_scores_
        state = start_chains(machine, self.batch_size, hidden)
        order = rng.permutation(len(rows.weight))
        gauge = make_gauge(self._asked_kind, rows, order, machine, errors)
        reached, error = sound_epoch(self._how(rows), state, rows, order, rng, gauge)
        attributes = {"random_state_": rng, "validation_scores_": scores}
        if error is not None:
            state, errors, n_iter = reached, [*errors, error], n_iter + 1
            means = means.and_of(rows)
        if first or error is not None:
            attributes |= self._fitted(state, rows.X.dtype)
        self._set_fitted(
            attributes | {"reconstruction_errors_": errors, "n_iter_": n_iter, "_means": means}
        )
        if error is None:
            self._warn_diverged("on this chunk; those before it are kept")
        return self

    def transform(self, X):
        """The mean of the hidden units for each row of X.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_components)
            In double precision if X is, else in single precision.
        """

        def mean(machine, v):
            return hidden_mean(machine, self._kind, v)

        return self._by_chunks(mean, self._check_X(X), len(self.components_))

    def inverse_transform(self, X):
        """The mean of the visible units for given hidden ones.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_components)
            States or means of the hidden units.

        Returns
        -------
        ndarray of shape (n_samples, n_features_in_)

        Raises
        ------
        ValueError
            If X has another number of columns than there are hidden units.
        """
        check_is_fitted(self)
        hidden = check_array(X, dtype=[np.float64, np.float32])
        if hidden.shape[1] != len(self.components_):
            raise ValueError(
                f"X has {hidden.shape[1]} columns, but this {type(self).__name__} has "
                f"{len(self.components_)} hidden units."
            )
        return visible_mean(self._machine(hidden.dtype), self._kind, hidden)

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
            In nats. With ``pseudo_likelihood="stochastic"``, from the odds of one random
            column of each row, times their number, as BernoulliRBM does; "exact" is the
            sum over all columns. For Gaussian visible units, which have no such odds,
            minus the free energy: the log-density but for a constant.
        """
        X = self._check_X(X)
        rng = check_random_state(self.random_state)

        def score(machine, v):
            return _score(machine, self._kind, v, self.pseudo_likelihood, rng)

        return self._by_chunks(score, X)

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
        return float(self._by_chunks(minus_energy, X).mean() - self.log_partition())

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
        key = _key(check_random_state(random_state))
        anneal = under_our_rules(annealed_log_weights)
        logs = anneal(machine, kind, self._base_bias, key, n_chains, n_temperatures)
        return float(np.logaddexp.reduce(np.asarray(logs, np.float64)) - np.log(n_chains))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    @property
    def _n_features_out(self):
        return len(self.components_)

    @property
    def _kind(self):
        # of the fit, if there was one: a parameter may since have been set otherwise
        return Kind(visible=getattr(self, "_visible", self.visible))

    @property
    def _asked_kind(self):
        return Kind(visible=self.visible)

    @property
    def _base_bias(self):
        """Visible biases that give independent units the data's means."""
        if self._means.n_rows == 0:
            return np.zeros(self.n_features_in_, np.float32)
        mean = self._means.mean
        if self._kind.visible == "bernoulli":
            mean = logit(mean.clip(1e-3, 1 - 1e-3))
        return mean.astype(np.float32)

    # -- the steps of a fit

    def _check_X(self, X, reset=False):
        if not reset:
            check_is_fitted(self)
        return _floating(check_rows(self, X, reset=reset))

    def _check_states(self, v):
        """Checked states of the visible units, which have the columns' names or none."""
        check_is_fitted(self)
        if hasattr(v, "columns"):
            return self._check_X(v)
        v = check_array(v, accept_sparse="csr", dtype="numeric", estimator=self, input_name="v")
        _check_n_features(self, v, reset=False)
        return _floating(v)

    def _check_rows(self, X, reset):
        X = self._check_X(X, reset=reset)
        if self.visible == "bernoulli":
            X = within(
                X, 0, 1, "visible='bernoulli' needs values in [0, 1]",
                "Scale the columns first, for example with MinMaxScaler(clip=True), or use "
                "visible='gaussian'.",
            )  # fmt: skip
        rows = Rows(X, np.ones(X.shape[0]))
        if self.visible == "gaussian":
            _warn_if_not_standardised(rows)
        return rows

    def _check_goes_on(self):
        for name, fitted in (
            ("n_components", len(self.components_)),
            ("visible", self._kind.visible),
        ):
            asked = getattr(self, name)
            if asked != fitted:
                raise ValueError(
                    f"partial_fit goes on with the fitted machine, of {name}={fitted!r}, but the "
                    f"parameters now ask for {name}={asked!r}. Set it back, or start anew with fit."
                )

    def _how(self, rows):
        learnt = self.visible == "gaussian" and self.variance == "learnt"
        return Contrastive(
            self._asked_kind,
            persistent=self.algorithm == "pcd",
            batch_size=self.batch_size,
            n_gibbs_steps=self.n_gibbs_steps,
            learning_rate=self.learning_rate,
            momentum=self.momentum,
            weight_decay=self.weight_decay,
            learn_variance=learnt and varying_columns(rows),
        )

    def _plan(self, rows, state, rng):
        """The rows to learn from; with early stopping, the judge and what it has seen."""
        # Copies of a row are no leak here: how often a pattern comes is what is learnt.
        order = rng.permutation(len(rows.weight))
        if not self.early_stopping:
            return order, None, None
        n_held_out = int(np.ceil(self.validation_fraction * len(order)))
        if n_held_out == len(order):
            raise ValueError(
                f"validation_fraction={self.validation_fraction!r} leaves none of "
                f"{len(order)} rows to learn from."
            )
        with np.errstate(over="ignore"):  # values beyond single precision
            held_out = rows.take(order[:n_held_out]).astype(np.float32)
        seed, kind = rng.randint(2**31), self._asked_kind

        def judge(machine):
            machine = jax.tree.map(np.asarray, machine)
            if kind.visible == "gaussian":
                with np.errstate(over="ignore", invalid="ignore"):
                    return rebuilding_errors(machine, kind, held_out)[0]
            bits = np.random.RandomState(seed)
            return -_score(machine, kind, held_out, self.pseudo_likelihood, bits)

        selection = Selection(
            state, judge(state.machine), np.ones(n_held_out), self.n_iter_no_change, self.tol
        )
        return order[n_held_out:], selection, judge

    def _warn_diverged(self, what):
        warnings.warn(
            f"The weights diverged {what}. Lower learning_rate={self.learning_rate!r}, or scale "
            "the columns of X.",
            ConvergenceWarning,
            stacklevel=5,
        )

    def _fitted(self, state, dtype):
        """The attributes that make this estimator a fitted one."""
        machine = jax.tree.map(np.asarray, state.machine)
        return {
            "components_": np.ascontiguousarray(machine.weights.T, dtype),
            "intercept_hidden_": machine.hidden_bias.astype(dtype),
            "intercept_visible_": machine.visible_bias.astype(dtype),
            "variance_": np.exp(machine.log_variance).astype(dtype),
            "h_samples_": np.asarray(state.hidden).astype(dtype),
            "_visible": self.visible,
        }

    def _store(self, result, dtype, means, rng):
        nothing_learnt = result.diverged and not result.errors
        self._set_fitted(
            self._fitted(result.state, dtype)
            | {
                "n_iter_": len(result.errors),
                "reconstruction_errors_": result.errors,
                "validation_scores_": [-loss for loss in result.held_out_losses],
                "random_state_": rng,
                "_means": _ColumnMeans() if nothing_learnt else means,
            }
        )

    def _set_fitted(self, attributes):
        self.__dict__.update(attributes)  # at once, whatever interrupts

    # -- the fitted machine

    def _machine(self, dtype):
        return Machine(
            self.components_.T.astype(dtype, copy=False),
            self.intercept_visible_.astype(dtype, copy=False),
            self.intercept_hidden_.astype(dtype, copy=False),
            np.log(self.variance_).astype(dtype, copy=False),
        )

    def _chains(self):
        # a new batch size needs other chains
        return (
            self.h_samples_.astype(np.float32) if len(self.h_samples_) == self.batch_size else None
        )

    def _run_chains(self, v, n_steps, rng):
        return np.asarray(_gibbs(self._machine(np.float32), self._kind, v, _key(rng), n_steps))

    def _by_chunks(self, function, X, *width):
        """``function(machine, rows)`` of all rows of checked X, a chunk at a time."""
        machine = self._machine(X.dtype)
        n_together = max(64, _CHUNK_VALUES // max(self.components_.shape))
        return by_chunks(lambda v: function(machine, v), X, n_together, X.dtype, *width)


def _score(machine, kind, v, pseudo_likelihood, rng):
    if kind.visible == "gaussian":
        return -free_energy(machine, kind, v)
    if pseudo_likelihood == "exact":
        return log_pseudo_likelihood(machine, kind, v)
    flipped, column = v.copy(), (np.arange(len(v)), rng.randint(0, v.shape[1], len(v)))
    flipped[column] = 1 - flipped[column]
    odds = free_energy(machine, kind, flipped) - free_energy(machine, kind, v)
    return -v.shape[1] * np.logaddexp(0, -odds)


def _key(rng):
    return jax.random.wrap_key_data(rng.randint(0, 2**32, 2, dtype=np.uint32), impl=KEYS)


def _floating(X):
    """X in double precision if single would lose digits of its type, else in single."""
    return X.astype(working_dtype(X.dtype), copy=False)


def _warn_if_not_standardised(rows):
    moments = column_moments(rows, np.arange(len(rows.weight)))
    mean, spread = moments.mean, moments.spread
    if np.abs(mean).max() > 1 or not 0.1 < spread < 3:
        warnings.warn(
            "visible='gaussian' is for standardised columns, and X has means of up to "
            f"{np.abs(mean).max():.3g} and a typical standard deviation of {spread:.3g}. "
            "Scale the columns first, with StandardScaler().",
            UserWarning,
            stacklevel=6,
        )
