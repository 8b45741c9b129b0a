"""RBMTransformer: restricted Boltzmann machines in place of BernoulliRBM."""

from __future__ import annotations

import warnings
from numbers import Integral, Real

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
from sklearn.utils._param_validation import Interval, RealNotInt, StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from skautoencoder._watching import Watcher, hook_arguments
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
    smallest_layer,
    visible_mean,
)
from skautoencoder.training import (
    Contrastive,
    Progress,
    Rows,
    Selection,
    by_chunks,
    column_moments,
    contrastive_epoch,
    start_chains,
    start_machine,
)

# The reconstruction error of an epoch is measured on at most this many rows.
_JUDGED_ROWS = 1_000
# transform and its kin work through this many values of either layer at a time.
_CHUNK_VALUES = 1_048_576

_gibbs = jax.jit(gibbs_chain, static_argnames="kind")


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
        Of Gaussian visible units about their conditional mean [2]_.
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
        Epochs without progress before training stops.
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
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
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
    def fit(self, X, y=None):
        """Learn the distribution of the rows of X.

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
        how = self._how()
        state = start_chains(
            start_machine(rng, rows.n_features, self.n_components), self.batch_size
        )
        train, selection, judge = self._plan(rows, state, rng)
        judged, errors = self._judged(rows, train), []
        watcher = Watcher(
            self,
            lambda state: self._fitted(state, rows),
            hook_arguments(rows.X, y),
            self.n_iter,
        )
        for epoch in range(1, self.n_iter + 1):
            watcher.begin()
            before = state
            state = contrastive_epoch(how, state, rows, rng.permutation(train), rng)
            error = self._reconstruction_error(state.machine, judged)
            if not np.isfinite(error):
                state = before
                self._warn_diverged(epoch)
                break
            errors.append(error)
            held_out_loss = None
            if selection is not None:
                selection.update(state, judge(state.machine))
                held_out_loss = selection.curve[-1]
            stop = watcher.end(Progress(epoch, state, errors[-1], held_out_loss))
            if stop or (selection is not None and selection.exhausted):
                break
        best = state if selection is None else selection.params
        self._set_fitted(self._fitted(best, rows))
        self.n_iter_, self.reconstruction_errors_ = len(errors), errors
        self.validation_scores_ = [] if selection is None else [-loss for loss in selection.curve]
        self._base_bias, self.random_state_ = self._independent_bias(rows), rng
        watcher.finish(best)
        return self

    @_fit_context(prefer_skip_nested_validation=True)
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
            As `fit` does, or if the number of columns has changed.
        """
        first = not hasattr(self, "components_")
        rows = self._check_rows(X, reset=first)
        rng = getattr(self, "random_state_", None) or check_random_state(self.random_state)
        if first:
            machine, hidden = start_machine(rng, rows.n_features, self.n_components), None
            self.reconstruction_errors_, self.validation_scores_, self.n_iter_ = [], [], 0
            self._base_bias = self._independent_bias(rows)
        else:
            machine, hidden = self._machine(np.float32), self._chains()
        state = start_chains(machine, self.batch_size, hidden)
        order = rng.permutation(len(rows.weight))
        state = contrastive_epoch(self._how(), state, rows, order, rng)
        self._set_fitted(self._fitted(state, rows))
        self.reconstruction_errors_.append(
            self._reconstruction_error(state.machine, self._judged(rows, order))
        )
        self.n_iter_ += 1
        self.random_state_ = rng
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
        v : array-like of shape (n_samples, n_features)
            Visible states to start from.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            Visible states; bool for Bernoulli units.
        """
        check_is_fitted(self)
        rng = getattr(self, "random_state_", None) or check_random_state(self.random_state)
        self.random_state_ = rng
        states = self._run_chains(np.asarray(v, np.float32), 1, rng)
        return states.astype(bool) if self.visible == "bernoulli" else states

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
        if self.visible == "bernoulli":
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
        logs = annealed_log_weights(machine, kind, self._base_bias, key, n_chains, n_temperatures)
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
        return Kind(visible=self.visible)

    # -- the steps of a fit

    def _check_X(self, X, reset=False):
        if not reset:
            check_is_fitted(self)
        return validate_data(
            self, X, reset=reset, accept_sparse="csr", dtype=(np.float64, np.float32)
        )

    def _check_rows(self, X, reset):
        X = self._check_X(X, reset=reset)
        rows = Rows(X, np.ones(X.shape[0]))
        if self.visible == "bernoulli":
            _check_unit_interval(X)
        else:
            _warn_if_not_standardised(rows)
        return rows

    def _how(self):
        return Contrastive(
            self._kind,
            persistent=self.algorithm == "pcd",
            batch_size=self.batch_size,
            n_gibbs_steps=self.n_gibbs_steps,
            learning_rate=self.learning_rate,
            momentum=self.momentum,
            weight_decay=self.weight_decay,
            learn_variance=self.visible == "gaussian" and self.variance == "learnt",
        )

    def _plan(self, rows, state, rng):
        """The rows to learn from; with early stopping, the judge and what it has seen."""
        order = rng.permutation(len(rows.weight))
        if not self.early_stopping:
            return order, None, None
        n_held_out = int(np.ceil(self.validation_fraction * len(order)))
        if n_held_out == len(order):
            raise ValueError(
                f"validation_fraction={self.validation_fraction!r} leaves none of "
                f"{len(order)} rows to learn from."
            )
        held_out = rows.take(order[:n_held_out]).astype(np.float32)
        seed = rng.randint(2**31)

        def judge(machine):
            machine = jax.tree.map(np.asarray, machine)
            if self.visible == "gaussian":
                return _squared_errors(machine, self._kind, held_out)
            bits = np.random.RandomState(seed)
            return -_score(machine, self._kind, held_out, self.pseudo_likelihood, bits)

        selection = Selection(
            state, judge(state.machine), np.ones(n_held_out), self.n_iter_no_change, self.tol
        )
        return order[n_held_out:], selection, judge

    def _judged(self, rows, order):
        """The rows that the reconstruction error is measured on."""
        return rows.take(np.sort(order[:_JUDGED_ROWS])).astype(np.float32)

    def _reconstruction_error(self, machine, judged):
        errors = _squared_errors(jax.tree.map(np.asarray, machine), self._kind, judged)
        return float(errors.mean())

    def _warn_diverged(self, epoch):
        warnings.warn(
            f"The weights diverged in epoch {epoch}; those of the epoch before are kept. Lower "
            f"learning_rate={self.learning_rate!r}.",
            ConvergenceWarning,
            stacklevel=4,
        )

    def _independent_bias(self, rows):
        """Visible biases that give independent units the data's means."""
        mean, _ = column_moments(rows, np.arange(len(rows.weight)))
        if self.visible == "bernoulli":
            share = mean.clip(1e-3, 1 - 1e-3)
            mean = np.log(share / (1 - share))
        return mean.astype(np.float32)

    def _fitted(self, state, rows):
        """The attributes that make this estimator a fitted one."""
        machine, dtype = jax.tree.map(np.asarray, state.machine), rows.X.dtype
        return {
            "components_": np.ascontiguousarray(machine.weights.T, dtype),
            "intercept_hidden_": machine.hidden_bias.astype(dtype),
            "intercept_visible_": machine.visible_bias.astype(dtype),
            "variance_": np.exp(machine.log_variance).astype(dtype),
            "h_samples_": np.asarray(state.hidden).astype(dtype),
        }

    def _set_fitted(self, attributes):
        for name, value in attributes.items():
            setattr(self, name, value)

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


def _squared_errors(machine, kind, v):
    with np.errstate(over="ignore", invalid="ignore"):  # of weights that diverged
        rebuilt = visible_mean(machine, kind, hidden_mean(machine, kind, v))
        return np.sum((v - rebuilt) ** 2, axis=1)


def _key(rng):
    return jax.random.wrap_key_data(rng.randint(0, 2**32, 2, dtype=np.uint32))


def _check_unit_interval(X):
    values = X.data if hasattr(X, "toarray") else X
    if values.size and not (values.min() >= 0 and values.max() <= 1):
        raise ValueError(
            "visible='bernoulli' needs values in [0, 1]. Got values from "
            f"{values.min():.6g} to {values.max():.6g}. Scale the columns first, for example "
            "with MinMaxScaler(clip=True), or use visible='gaussian'."
        )


def _warn_if_not_standardised(rows):
    mean, total_variance = column_moments(rows, np.arange(len(rows.weight)))
    spread = np.sqrt(total_variance / len(mean))
    if np.abs(mean).max() > 1 or not 0.1 < spread < 3:
        warnings.warn(
            "visible='gaussian' is for standardised columns, and X has means of up to "
            f"{np.abs(mean).max():.3g} and a typical standard deviation of {spread:.3g}. "
            "Scale the columns first, with StandardScaler().",
            UserWarning,
            stacklevel=4,
        )
