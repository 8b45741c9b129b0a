"""RBMTransformer: restricted Boltzmann machines in place of BernoulliRBM."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skautoencoder._data._chunks import by_parallel_chunks
from skautoencoder._data._precision import working_dtype
from skautoencoder._estimators._keeping import keeps_old_fit
from skautoencoder._estimators._machine import ColumnMeans, MachineMixin
from skautoencoder._estimators._reporting import FitReporter, hook_arguments
from skautoencoder._estimators._transformer import BaseTransformer
from skautoencoder._estimators._warning import warn_caller
from skautoencoder._range import within
from skautoencoder._sklearn import Interval, Options, RealNotInt, StrOptions, fit_context
from skautoencoder._training._execution import ALONE, beside
from skautoencoder._training._seeds import draw_seed
from skautoencoder.boltzmann import hidden_mean, visible_mean


class RBMTransformer(MachineMixin, BaseTransformer):
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
        Visible units: "bernoulli" for X in [0, 1], "gaussian" for standardized X.
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

    @fit_context(prefer_skip_nested_validation=True)
    @keeps_old_fit("components_")
    def fit(self, X, y=None, *, X_val=None, sample_weight=None):
        """Learn the distribution of the rows of X.

        An interrupt (Ctrl-C) after the first epoch leaves the machine fitted with the best
        epoch so far, and is then raised again. An earlier one, like any error, leaves an
        earlier fit as it was.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : None
            Ignored.
        X_val : {array-like, sparse matrix} of shape (n_val, n_features), default=None
            Rows to choose the best epoch by. By default they are taken from X, if
            ``early_stopping`` is true.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows of X, relative to each other. A row of weight zero counts as
            absent.

        Returns
        -------
        self : object
            The fitted machine.

        Raises
        ------
        ValueError
            If a parameter is out of range, or X holds NaN, infinity, or values outside
            [0, 1] with Bernoulli visible units.
        RuntimeError
            If JAX had started before this process was forked: training would hang.

        Warns
        -----
        UserWarning
            If X is far from standardized with Gaussian visible units.
        ConvergenceWarning
            If the weights diverged; those of the epoch before are kept.
        """
        from skautoencoder._estimators import _rbm_fit as steps
        from skautoencoder._training import _fit as training

        rows = self._check_rows(X, sample_weight, reset=True, n_least=1)
        validation = None if X_val is None else self._check_validation(X_val)
        rng = check_random_state(self.random_state)
        means = ColumnMeans().and_of(rows)
        plan = steps.make_plan(self, rows, draw_seed(rng), validation)
        reporter = FitReporter(
            self,
            lambda state: steps.attributes(self, state, rows.X.dtype),
            hook_arguments(rows.X, y, sample_weight=sample_weight),
            self.n_iter,
        )
        with beside(ALONE):  # what its losses say is not what those of autoencoders do
            state = training.fit(plan, reporter.first_state(plan, rows, validation), reporter)
        diverged = state.end is training.End.DIVERGED
        interrupted = state.end is training.End.INTERRUPTED
        result = training.result_of(plan, state)
        errors = result.loss_curve[1 : len(result.loss_curve) - diverged]
        if interrupted and not errors:  # random weights are worth nothing
            raise KeyboardInterrupt
        self.__dict__.update(
            steps.attributes(self, result.params, rows.X.dtype),
            n_iter_=len(errors),
            reconstruction_errors_=errors,
            validation_scores_=[-loss for loss in result.held_out_curve],
            random_state_=rng,
            _means=ColumnMeans() if diverged and not errors else means,
        )
        reporter.finish(lambda: steps.attributes(self, result.params, rows.X.dtype))
        if diverged:
            self._warn_diverged(f"in epoch {self.n_iter_ + 1}; those of the epoch before are kept")
        if interrupted:
            raise KeyboardInterrupt
        return self

    @fit_context(prefer_skip_nested_validation=True)
    @keeps_old_fit("components_")
    def partial_fit(self, X, y=None, *, sample_weight=None):
        """Go on learning, in a single pass over the rows of X.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : None
            Ignored.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows of X.

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
            If X is far from standardized with Gaussian visible units.
        ConvergenceWarning
            If the weights diverged; those before X are kept.
        """
        from skautoencoder._estimators import _rbm_fit as steps

        first = not hasattr(self, "components_")
        if not first:
            self._check_goes_on()
        rows = self._check_rows(X, sample_weight, reset=first, n_least=1)
        if not steps.learn_chunk(self, rows):
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

        return self._of_rows(mean, self._check_X(X), len(self.components_))

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
        n_hidden = len(self.components_)
        what = f"this {type(self).__name__} has {n_hidden} hidden units"
        hidden = self._check_codes(X, n_hidden, what)
        machine, kind = self._machine(hidden.dtype), self._kind

        def mean(h):
            return visible_mean(machine, kind, h)

        return by_parallel_chunks(
            mean, hidden, self._n_together(), hidden.dtype, self.n_features_in_
        )

    @property
    def _n_features_out(self):
        return len(self.components_)

    # -- the steps of a fit

    def _check_X(self, X, reset=False, ensure_min_samples=1):
        X = super()._check_X(X, reset=reset, ensure_min_samples=ensure_min_samples)
        # in double precision if single would lose digits of its type, else in single
        return X.astype(working_dtype(X.dtype), copy=False)

    def _check_values(self, X):
        if self.visible == "bernoulli":
            return within(
                X, 0, 1, "visible='bernoulli' needs values in [0, 1]",
                "Scale the columns first, for example with MinMaxScaler(clip=True), or use "
                "visible='gaussian'.",
            )  # fmt: skip
        return X

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

    def _warn_diverged(self, what):
        warn_caller(
            f"The weights diverged {what}. Lower learning_rate={self.learning_rate!r}, or scale "
            "the columns of X.",
            ConvergenceWarning,
        )
