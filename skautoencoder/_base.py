"""What all autoencoder transformers share: the scikit-learn surface of one training."""

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
    clone,
)
from sklearn.callback import CallbackSupportMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_array, check_random_state, check_scalar
from sklearn.utils._param_validation import HasMethods, Interval, RealNotInt, StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from skautoencoder._watching import Watcher, hook_arguments
from skautoencoder.losses import LOSSES, Loss
from skautoencoder.model import Model
from skautoencoder.networks import ACTIVATIONS
from skautoencoder.objectives import OBJECTIVES, Objective
from skautoencoder.training import (
    OPTIMIZERS,
    STARTS,
    Judge,
    Problem,
    Rows,
    Run,
    Standardisation,
    by_chunks,
    by_parallel_chunks,
    column_moments,
    from_pickle,
    principal_axes,
    rows_together,
    split,
    to_pickle,
    train,
    train_epoch,
)

# batch_size="auto": small batches let small data learn in few epochs, larger ones keep
# large data fast. Only two sizes, because each is a compilation.
_SMALL_BATCH, _LARGE_BATCH, _LARGE_DATA = 32, 128, 10_000

# Early stopping waits for at least this many steps without progress.
PATIENCE_STEPS = 500


def _draws_codes(estimator):
    objective = getattr(estimator, "_objective", None) or estimator.objective
    if isinstance(objective, str):
        objective = OBJECTIVES.get(objective)
    if hasattr(objective, "log_likelihood"):
        return True
    raise AttributeError(
        f"objective={estimator.objective!r} has no distribution to draw from; "
        "objective=Variational(...) has."
    )


class BaseAutoencoder(
    CallbackSupportMixin, ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator
):
    """Validates, trains and stores; a subclass says which network it is.

    A subclass has a constructor and ``_make_network(n_features, n_components)``.
    """

    _parameter_constraints: dict = {
        "n_components": [
            Interval(Integral, 1, None, closed="left"),
            Interval(RealNotInt, 0, 1, closed="neither"),
        ],
        "activation": [StrOptions(set(ACTIVATIONS))],
        "loss": [StrOptions(set(LOSSES)), Loss],
        "objective": [StrOptions(set(OBJECTIVES)), Objective],
        "init": [StrOptions({"pca", "glorot"})],
        "optimizer": [StrOptions(set(OPTIMIZERS)), HasMethods(["init", "update"]), callable],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(RealNotInt, 0, 1, closed="neither")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
        "tol": [Interval(Real, 0, None, closed="left")],
        "warm_start": ["boolean"],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None, *, X_val=None, sample_weight=None):
        """Learn to squeeze the rows of X into codes and to rebuild them.

        An interrupt (Ctrl-C) while training leaves the estimator fitted with the best
        weights so far, and is then raised again.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Training data. Read a block at a time: a memory map stays on disk, a sparse
            matrix stays sparse, integers stay integers.
        y : None
            Ignored.
        X_val : {array-like, sparse matrix} of shape (n_val, n_features), default=None
            Rows to choose the best weights by. By default they are taken from X, if
            ``early_stopping`` is true.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows of X. A row of weight zero counts as absent.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter is out of range, X holds NaN or infinity, or fewer than two
            rows have a weight.

        Warns
        -----
        ConvergenceWarning
            If the loss diverged; the best weights so far are kept.
        """
        continued = self.warm_start and hasattr(self, "encoder_")
        rows = self._check_rows(X, sample_weight, reset=not continued)
        validation = None if X_val is None else self._check_validation(X_val)
        rng = check_random_state(self.random_state)
        start = self._continue if continued else self._start_from(rows, rng)

        leader, judges = self._plan(rows, validation, start, rng, continued)
        watcher = Watcher(
            self,
            lambda params: self._fitted(leader.problem, params),
            hook_arguments(rows.X, y, sample_weight),
            self.max_iter,
        )
        result = train(
            leader,
            judges,
            rows,
            max_iter=self.max_iter,
            patience=self._patience(leader) if self.early_stopping else np.inf,
            tol=self.tol,
            second_try=self.init == "pca" and not continued,
            rng=rng,
            watcher=watcher,
        )
        if self.init == "pca" and not continued and not result.convincing:
            # PCA it is; the rows held out for the choice can serve it as well.
            leader = start(_numbered(rows)) if validation is None else leader
            result = result.with_start(leader.params)
        self._store(leader.problem, result)
        watcher.finish(result.params)
        if result.diverged:
            self._warn_diverged(result)
        if result.interrupted:
            raise KeyboardInterrupt
        return self

    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y=None, *, sample_weight=None):
        """Learn from one more chunk of data, in a single pass over its rows.

        The first call starts from the chunk's own PCA (with ``init="pca"``), mean and
        scale; a call after `fit` goes on from the fitted weights. The learning rate is
        constant, and no rows are held out.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            A chunk of the data.
        y : None
            Ignored.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows of X.

        Returns
        -------
        self : object
            The estimator, a little further.

        Raises
        ------
        ValueError
            As `fit` does, or if the number of columns has changed.
        """
        first = not hasattr(self, "encoder_")
        rows = self._check_rows(X, sample_weight, reset=first)
        index = _numbered(rows)
        rng = getattr(self, "_rng", None) or check_random_state(self.random_state)
        run = self._start_from(rows, rng)(index) if first else self._continue(index)
        state = getattr(self, "_state", None) or run.problem.start(run.params)
        epoch = train_epoch(run.problem, state, rows, rng.permutation(index), rng)
        if first:
            self.loss_curve_, self.validation_loss_curve_, self.n_iter_ = [], [], 0
        self._set_fitted(self._fitted(run.problem, epoch.state.weights.average))
        self._rng, self._state = rng, jax.tree.map(np.array, epoch.state)
        self.loss_curve_.append(epoch.loss)
        self.best_loss_ = epoch.loss
        self.n_iter_ += 1
        return self

    def transform(self, X):
        """The codes of the rows of X.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_components_)
            In double precision if X is, else in single precision.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        ValueError
            If X holds NaN or infinity or has another number of columns.
        """

        def code(model, params, x, _):
            return self._objective.code(model, params, x)

        return self._by_chunks(code, self._check_X(X), self.n_components_)

    def inverse_transform(self, X):
        """The rows that the codes stand for.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_components_)
            Codes.

        Returns
        -------
        ndarray of shape (n_samples, n_features_in_)
            Reconstructions in the units of the training data, in double precision if
            the codes are, else in single precision.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        ValueError
            If the codes hold NaN or infinity or have another number of columns.
        """
        check_is_fitted(self)
        codes = check_array(_to_numpy(X), dtype=[np.float64, np.float32])
        if codes.shape[1] != self.n_components_:
            raise ValueError(
                f"X has {codes.shape[1]} columns, but {type(self).__name__} decodes codes of "
                f"n_components_={self.n_components_} columns."
            )
        model, params = self._in_precision(codes.dtype)

        def decode(some):
            return model.predict(params, some)

        n_together = rows_together(self._network.widest)
        return by_parallel_chunks(decode, codes, n_together, codes.dtype, self.n_features_in_)

    def score_samples(self, X):
        """Minus each row's squared reconstruction error: higher is more normal.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
            Summed over the features, in squared units of the data.
        """
        return -self._squared_errors(self._check_X(X))

    def score(self, X, y=None, sample_weight=None):
        """Share of the variance of X that the reconstruction explains.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : None
            Ignored.
        sample_weight : array-like of shape (n_samples,), default=None

        Returns
        -------
        float
            ``1 - (squared error) / (squared distance to the mean of X)``, both summed
            over all entries: 1 is perfect, 0 is no better than the mean. Comparable
            with the same figure for PCA's reconstruction.
        """
        X = self._check_X(X)
        weight = _check_weight(sample_weight, X)
        _, variance = column_moments(Rows(X, weight), np.arange(X.shape[0]))
        error = np.average(self._squared_errors(X), weights=weight)
        if variance == 0:
            return 1.0 if error == 0 else 0.0
        return float(1 - error / variance)

    @available_if(_draws_codes)
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
        return self.inverse_transform(rng.standard_normal((n_samples, self.n_components_)))

    @available_if(_draws_codes)
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
            of binary data.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        ValueError
            If X holds NaN or infinity or has another number of columns.
        """
        X = self._check_X(X)
        check_scalar(n_draws, "n_draws", Integral, min_val=1)
        rng = check_random_state(random_state)

        def bound(model, params, x, _):
            shape = (len(x), self.n_components_)
            draws = (rng.standard_normal(shape).astype(x.dtype) for _ in range(n_draws))
            return self._objective.log_likelihood(model, params, x, draws)

        return self._by_chunks(bound, X, together=by_chunks)

    def __getstate__(self):
        state = dict(super().__getstate__())
        return state | {"optimizer": to_pickle(self.optimizer)}

    def __setstate__(self, state):
        super().__setstate__(state | {"optimizer": from_pickle(state["optimizer"])})

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    @property
    def _n_features_out(self):
        return self.n_components_

    # -- the steps of a fit

    def _check_rows(self, X, sample_weight, reset):
        X = self._check_X(X, reset=reset, ensure_min_samples=2 if reset else 1)
        weight = _check_weight(sample_weight, X)
        if reset and np.count_nonzero(weight) < 2:
            raise ValueError(
                f"sample_weight leaves {np.count_nonzero(weight)} rows with a weight above "
                f"zero, but {type(self).__name__} needs at least 2 samples."
            )
        self._asked_loss().check(X)
        return Rows(X, weight)

    def _check_validation(self, X_val):
        X_val = self._check_X(X_val, reset=False)
        self._asked_loss().check(X_val)
        return Rows(X_val, np.ones(X_val.shape[0]))

    def _check_X(self, X, reset=False, ensure_min_samples=1):
        if not reset:
            check_is_fitted(self)
        return validate_data(
            self,
            _to_numpy(X),
            reset=reset,
            accept_sparse="csr",
            dtype="numeric",
            ensure_min_samples=ensure_min_samples,
        )

    def _start_from(self, rows, rng):
        """A function that starts a run on some of the rows."""
        everything = _numbered(rows)
        n_components = self.n_components
        if not isinstance(n_components, Integral):
            n_components = principal_axes(rows, everything, None, rng).count(n_components)
        network = self._make_network(rows.X.shape[1], int(n_components))

        def start(index):
            standardisation, params, is_good = STARTS[self.init](
                network, self._asked_loss(), rows, index, rng
            )
            problem = self._problem(network, standardisation, len(everything), is_good)
            return Run(problem, params, index)

        return start

    def _continue(self, index):
        """A run that goes on from the fitted weights."""
        asked = self.n_components if isinstance(self.n_components, Integral) else self.n_components_
        network = self._make_network(self.n_features_in_, int(asked))
        if network != self._network:
            raise ValueError(
                f"Going on from fitted weights needs the fitted network, {self._network}, but "
                f"the parameters now ask for {network}. Fit anew with warm_start=False."
            )
        standardisation = Standardisation(self.mean_, self.scale_)
        problem = self._problem(network, standardisation, len(index), start_is_good=True)
        return Run(problem, self._params, index)

    def _problem(self, network, standardisation, n_samples, start_is_good):
        auto = _LARGE_BATCH if n_samples >= _LARGE_DATA else _SMALL_BATCH
        mean, scale = standardisation
        model = Model(network, self._asked_loss(), mean.astype(np.float32), np.float32(scale))
        objective = self._asked_objective()
        objective.check(model)
        return Problem(
            model,
            objective,
            standardisation,
            optimizer=self.optimizer,
            learning_rate=self.learning_rate,
            weight_decay=self.weight_decay,
            batch_size=auto if self.batch_size == "auto" else self.batch_size,
            start_is_good=start_is_good,
        )

    def _asked_loss(self):
        return LOSSES[self.loss] if isinstance(self.loss, str) else self.loss

    def _asked_objective(self):
        named = isinstance(self.objective, str)
        return OBJECTIVES[self.objective]() if named else clone(self.objective)

    def _plan(self, rows, validation, start, rng, continued):
        """Which run to keep, and who judges it."""
        everything = _numbered(rows)
        if validation is not None:
            leader = start(everything)
            return leader, [Judge(leader, validation, np.arange(validation.X.shape[0]))]
        if not self.early_stopping:
            return start(everything), []
        folds = split(everything, self.validation_fraction, rng)
        if len(folds) == 1:
            leader = start(folds[0].train)
            return leader, [Judge(leader, rows, folds[0].validation)]
        if continued:  # from weights that know all rows: no fold can judge
            return start(everything), []
        leader = start(everything)
        return leader, [Judge(start(fold.train), rows, fold.validation) for fold in folds]

    def _patience(self, run):
        # An epoch of small data is a handful of steps: too few to get off the start.
        steps_an_epoch = -(-len(run.index) // run.problem.batch_size)
        return max(self.n_iter_no_change, -(-PATIENCE_STEPS // steps_an_epoch))

    def _fitted(self, problem, params):
        """The attributes that make this estimator a fitted one."""
        encoder, decoder = jax.tree.map(np.array, params)
        return {
            "n_components_": problem.model.network.n_components,
            "mean_": problem.standardisation.mean,
            "scale_": problem.standardisation.scale,
            "encoder_": encoder,
            "decoder_": decoder,
            "_network": problem.model.network,
            "_loss": problem.model.loss,
            "_objective": problem.objective,
        }

    def _set_fitted(self, attributes):
        for name, value in attributes.items():
            setattr(self, name, value)

    def _store(self, problem, result):
        self._set_fitted(self._fitted(problem, result.params))
        self.loss_curve_ = result.loss_curve
        self.validation_loss_curve_ = result.validation_loss_curve
        self.best_loss_ = result.best_loss
        self.n_iter_ = len(result.loss_curve) - 1
        for leftover in ("_state", "_rng"):  # of an earlier partial_fit
            self.__dict__.pop(leftover, None)

    def _warn_diverged(self, result):
        warnings.warn(
            f"The loss diverged in epoch {self.n_iter_} ({result.loss_curve[-1]:.3g}, from "
            f"{result.loss_curve[0]:.3g} at the start); the weights of epoch "
            f"{result.best_epoch} are kept. Lower learning_rate={self.learning_rate!r}, or "
            "scale the columns of X.",
            ConvergenceWarning,
            stacklevel=4,
        )

    # -- the fitted model, on NumPy

    @property
    def _params(self):
        return self._network.parameters(self.encoder_, self.decoder_)

    def _in_precision(self, dtype):
        """Model and parameters for rows of one precision.

        Double-precision rows are worked on in double precision: in single, the same row
        could get another last digit in another place of the array.
        """
        model = Model(self._network, self._loss, self.mean_.astype(dtype), self.scale_)
        return model, jax.tree.map(lambda array: array.astype(dtype, copy=False), self._params)

    def _by_chunks(self, function, X, *width, together=by_parallel_chunks):
        """``function(model, params, x, rows)`` of all rows, a chunk at a time.

        ``x`` holds the standardised rows, ``rows`` those of checked X, as they are.
        """
        dtype = _output_dtype(X)
        model, params = self._in_precision(dtype)
        standardisation = Standardisation(self.mean_, self.scale_)

        def of_chunk(rows):
            return function(model, params, standardisation.apply(rows, dtype), rows)

        return together(of_chunk, X, rows_together(self._network.widest), dtype, *width)

    def _squared_errors(self, X):
        """Each row's squared reconstruction error, for checked X."""

        def error(model, params, x, rows):
            rebuilt = model.predict(params, self._objective.code(model, params, x))
            return np.sum((rows - rebuilt) ** 2, axis=1)

        return self._by_chunks(error, X)


def _to_numpy(X):
    # Arrays of jax, torch and others; scikit-learn would keep them under array_api_dispatch
    foreign = hasattr(X, "__dlpack__") and not isinstance(X, np.ndarray)
    return np.asarray(X) if foreign else X


def _numbered(rows):
    """Numbers of the rows that have a weight."""
    return np.flatnonzero(rows.weight)


def _check_weight(sample_weight, X):
    return _check_sample_weight(
        _to_numpy(sample_weight), X, dtype=np.float64, ensure_non_negative=True
    )


def _output_dtype(X):
    return np.float64 if X.dtype == np.float64 else np.float32
