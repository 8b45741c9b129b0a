"""What all autoencoder transformers share: the scikit-learn surface of one training."""

from __future__ import annotations

import warnings
from functools import partial
from numbers import Integral, Real
from typing import Any

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
from sklearn.utils._param_validation import HasMethods, Interval, Options, RealNotInt, StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skautoencoder._data._blocks import Rows, Standardisation, slices
from skautoencoder._data._chunks import by_chunks, by_parallel_chunks, rows_together
from skautoencoder._data._groups import row_groups
from skautoencoder._estimators._input import check_groups, check_rows, check_weight, to_numpy
from skautoencoder._estimators._keeping import keeps_old_fit
from skautoencoder._estimators._reporting import Watcher, hook_arguments
from skautoencoder._model import Model
from skautoencoder._networks import ACTIVATIONS, rescale_code
from skautoencoder._starts._principal_axes import column_moments, principal_axes
from skautoencoder._starts._start import STARTS, Start
from skautoencoder._training._factories import from_pickle, to_pickle
from skautoencoder._training._fit import Judge, Run, learnt_in_bounds, start_loss, train
from skautoencoder._training._gradient import Problem, train_epoch
from skautoencoder._training._optimizers import OPTIMIZERS
from skautoencoder._training._precision import moved, single, working_dtype
from skautoencoder._training._selection import split
from skautoencoder.losses import LOSSES, Loss
from skautoencoder.objectives import OBJECTIVES, Objective

# batch_size="auto": small batches let small data learn in few epochs, larger ones keep
# large data fast. Only two sizes, because each is a compilation.
_SMALL_BATCH, _LARGE_BATCH, _LARGE_DATA = 32, 128, 10_000

# Early stopping waits for at least this many steps without progress.
PATIENCE_STEPS = 500

# A code that has had fewer steps than these and is not in use yet is none to warn of.
_STEPS_INTO_USE = 100

# A column that was idle in the first chunk is told of where it spreads by this share of scale_.
_AWAKE = 0.5
_NEVER = np.zeros(1, bool)


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
            StrOptions({"mle"}),
            None,
        ],
        "whiten": ["boolean"],
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
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left"), Options(Real, {np.inf})],
        "tol": [Interval(Real, 0, None, closed="left")],
        "warm_start": ["boolean"],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    @_fit_context(prefer_skip_nested_validation=True)
    @keeps_old_fit("encoder_")
    def fit(self, X, y=None, *, X_val=None, sample_weight=None, groups=None):
        """Learn to squeeze the rows of X into codes and to rebuild them.

        An interrupt (Ctrl-C) while training leaves the estimator fitted with the best
        weights so far, and is then raised again. An earlier one, like any error, leaves
        an earlier fit as it was.

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
            Weights of the rows of X, relative to each other. A row of weight zero counts
            as absent.
        groups : array-like of shape (n_samples,), default=None
            Labels of what belongs together: repeated measures of a patient, windows cut
            from one recording. No group is held out from training on a part of it, which
            would flatter the network. Rows that are equal in single precision are always
            one group.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter is out of range, X holds NaN, infinity or dates, fewer than two
            rows have a weight, or all rows are of one group and some are to be held out.

        Warns
        -----
        ConvergenceWarning
            If the loss diverged; the best weights so far are kept.
        UserWarning
            If one column has more than 99.9 % of the variance, or the code of a variational
            model says nothing of its rows.
        """
        continued = self.warm_start and hasattr(self, "encoder_")
        rows = self._check_rows(X, sample_weight, reset=not continued)
        validation = None if X_val is None else self._check_validation(X_val)
        rng = check_random_state(self.random_state)
        start = partial(self._continue, rows) if continued else self._start_from(rows, rng)

        groups = check_groups(groups, rows.X)
        leader, judges = self._plan(rows, validation, groups, start, rng, continued)
        self._warn_dominant(leader.start.dominant)
        watcher = Watcher(
            self,
            lambda params: self._fitted(leader, params),
            hook_arguments(rows.X, y, sample_weight=sample_weight, groups=groups),
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
        self._store(leader, result)
        self._started_at_pca = self.init == "pca" and not continued  # so did the loss curves
        leader = self._with_final_code(leader, rows, left_start=result.best_epoch > 0)
        watcher.finish(leader.params)
        if result.diverged:
            self._warn_diverged(result)
        if result.interrupted:
            raise KeyboardInterrupt
        return self

    @_fit_context(prefer_skip_nested_validation=True)
    @keeps_old_fit("encoder_")
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

        Warns
        -----
        ConvergenceWarning
            If the loss diverged; the state before the chunk is kept.
        UserWarning
            If a column varies that did not in the first chunk, or, in that chunk, one has
            more than 99.9 % of the variance.

        Notes
        -----
        Mean and scale are those of the first chunk. It should be one in which all columns
        vary; where none does, the next chunk counts as the first.
        """
        rows = self._check_rows(X, sample_weight, reset=not hasattr(self, "encoder_"))
        index = _numbered(rows)
        rng = getattr(self, "_rng", None) or check_random_state(self.random_state)
        moments = column_moments(rows, index)
        first = not hasattr(self, "encoder_") or getattr(self, "_idle", _NEVER).all()
        run = self._start_from(rows, rng)(index) if first else self._continue(rows, index)
        state = (not first and getattr(self, "_state", None)) or run.problem.start(run.params)
        before = start_loss(run, rows)
        epoch = train_epoch(run.problem, state, rows, rng.permutation(index), rng)
        loss = run.problem.in_data_units(epoch.loss)
        if first:
            self._begin_chunks(run, before, moments)
        else:
            self._warn_no_longer_idle(moments)
        if not learnt_in_bounds(run, before, epoch):
            self._warn_chunk_diverged(loss)
            return self
        average = (state.weights.average, epoch.state.weights.average)
        self.encoder_, self.decoder_ = moved(run.params, *average)
        self._highest = run.problem.model.highest
        self._rng, self._state = rng, jax.tree.map(np.array, epoch.state)
        self._started_at_pca = False  # rows of several chunks have no one PCA
        self.loss_curve_.append(loss)
        self.best_loss_ = loss
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
            In single precision if that holds all values of the data type of X exactly,
            as it does for float32, float16 and integers of up to 16 bits, else in double.
            In the units of the data, each component as spread as its principal axis, unless
            ``whiten`` asks for unit variance.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        ValueError
            If X holds NaN or infinity or has another number of columns.
        """
        codes = self._codes(self._check_X(X))
        codes *= self.code_scale_
        return codes

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
        codes = check_array(to_numpy(X), dtype=[np.float64, np.float32])
        if codes.shape[1] != self.n_components_:
            raise ValueError(
                f"X has {codes.shape[1]} columns, but {type(self).__name__} decodes codes of "
                f"n_components_={self.n_components_} columns."
            )
        model, params = self._in_precision(codes.dtype)
        factor = self.code_scale_.astype(codes.dtype)

        def decode(some):
            return model.predict(params, some / factor)

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
            Summed over the features, in squared units of the data, in double precision.
        """
        with np.errstate(over="ignore"):
            return -self._squared_errors(self._check_X(X)) * np.float64(self.scale_) ** 2

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
        weight = check_weight(sample_weight, X)
        spread = column_moments(Rows(X, weight), np.arange(X.shape[0])).spread
        error = np.average(self._squared_errors(X), weights=weight) / X.shape[1]
        if spread == 0:
            return 1.0 if error == 0 else 0.0
        with np.errstate(over="ignore", divide="ignore"):
            return float(1 - error / np.float64(spread / self.scale_) ** 2)

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
        draws = rng.standard_normal((n_samples, self.n_components_))
        return self.inverse_transform(draws * self.code_scale_)

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
            nats = -self._objective.log_likelihood(model, params, x, draws)
            return -self._objective.in_units(nats, model, self.scale_)

        return self._by_chunks(bound, X, np.float64, together=by_chunks)

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
    def code_scale_(self):
        """What the network's own codes are multiplied by, of shape (n_components_,)."""
        return self._code.factor

    @property
    def _n_features_out(self):
        return self.n_components_

    # -- chunk by chunk

    def _begin_chunks(self, run, loss, moments):
        self._warn_dominant(run.start.dominant)
        self._set_fitted(self._fitted(run, run.params))
        self._idle = moments.variance == 0
        self.__dict__.pop("_state", None)
        self.loss_curve_, self.validation_loss_curve_, self.n_iter_ = [], [], 0
        self.best_loss_ = run.problem.in_data_units(loss)

    def _warn_no_longer_idle(self, moments):
        spread = moments.unit * np.sqrt(moments.variance)
        awake = getattr(self, "_idle", _NEVER) & (spread > _AWAKE * self.scale_)
        if awake.any():
            self._idle = self._idle & ~awake
            names = ", ".join(self._column(number) for number in np.flatnonzero(awake))
            warnings.warn(
                f"{names} did not vary in the first chunk, and now does, by more than a typical "
                "column's spread there: mean_, scale_ and the start know nothing of it. Begin "
                "with a chunk in which all columns vary, or call fit on one.",
                UserWarning,
                stacklevel=5,
            )

    def _warn_chunk_diverged(self, loss):
        warnings.warn(
            f"The loss diverged ({loss:.3g}) in this chunk; the state before it is kept. Lower "
            f"learning_rate={self.learning_rate!r}, or look for rows far from the others.",
            ConvergenceWarning,
            stacklevel=5,
        )

    # -- the steps of a fit

    def _check_rows(self, X, sample_weight, reset):
        X = self._check_X(X, reset=reset, ensure_min_samples=2 if reset else 1)
        weight = check_weight(sample_weight, X)
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
        return check_rows(self, X, reset=reset, ensure_min_samples=ensure_min_samples)

    def _start_from(self, rows, rng):
        """A function that starts a run on some of the rows."""
        everything = _numbered(rows)
        network = self._make_network(rows.n_features, self._width(rows, everything, rng))

        def begin(index):
            start = STARTS[self.init](network, self._asked_loss(), rows, index, rng)
            problem = self._problem(network, start, len(everything))
            return Run(problem, start, index)

        return begin

    def _width(self, rows, index, rng):
        """The width of the code: ``n_components`` as PCA reads it."""
        asked = self.n_components
        if isinstance(asked, Integral):
            return int(asked)
        if asked is None:
            return min(len(index), rows.n_features)
        axes = principal_axes(rows, index, None, rng)
        if asked != "mle":
            return axes.count(asked)
        if len(index) < rows.n_features:
            raise ValueError(
                "n_components='mle' needs at least as many rows as columns. Got "
                f"{len(index)} rows of {rows.n_features} columns."
            )
        from sklearn.decomposition._pca import _infer_dimension  # here, as few need it

        variance = axes.variance * axes.standardisation.scale**2 * len(index) / (len(index) - 1)
        return int(_infer_dimension(variance, len(index)))

    def _continue(self, rows, index):
        """A run that goes on from the fitted weights."""
        asked = self.n_components if isinstance(self.n_components, Integral) else self.n_components_
        network = self._make_network(self.n_features_in_, int(asked))
        if network != self._network:
            raise ValueError(
                f"Going on from fitted weights needs the fitted network, {self._network}, but "
                f"the parameters now ask for {network}. Fit anew with warm_start=False."
            )
        standardisation = Standardisation(self.mean_, self.scale_)
        highest = self._highest
        if highest is not None:
            highest = np.maximum(highest, column_moments(rows, index).highest)
        start = Start(standardisation, self._params, True, self._code, None, highest)
        return Run(self._problem(network, start, len(index)), start, index)

    def _problem(self, network, start, n_samples):
        loss, (mean, scale) = self._asked_loss(), start.standardisation
        highest = start.highest if loss.bounded_by_range else None
        with np.errstate(over="ignore"):  # programs of losses that allow such data need neither
            mean, scale = mean.astype(np.float32), np.float32(scale)
            highest = None if highest is None else highest.astype(np.float32)
        model = Model(network, loss, mean, scale, highest)
        objective = self._asked_objective()
        objective.check(model)
        return Problem(
            model,
            objective,
            start.standardisation,
            optimizer=self.optimizer,
            learning_rate=self.learning_rate,
            weight_decay=self.weight_decay,
            batch_size=self._rows_a_step(n_samples),
            start_is_good=start.is_good,
        )

    def _rows_a_step(self, n_samples):
        if self.batch_size == "auto":
            return _LARGE_BATCH if n_samples >= _LARGE_DATA else _SMALL_BATCH
        # At most all rows, up to a power of two: a few rows more would be another program.
        return min(self.batch_size, 1 << (n_samples - 1).bit_length())

    def _asked_loss(self):
        return LOSSES[self.loss] if isinstance(self.loss, str) else self.loss

    def _asked_objective(self):
        named = isinstance(self.objective, str)
        return OBJECTIVES[self.objective]() if named else clone(self.objective).with_plain_numbers()

    def _plan(self, rows, validation, groups, start, rng, continued):
        """Which run to keep, and who judges it."""
        everything = _numbered(rows)
        if validation is not None:
            leader = start(everything)
            index = np.arange(validation.X.shape[0])
            return leader, [Judge(leader, validation, index, row_groups(validation, index))]
        if not self.early_stopping:
            return start(everything), []
        group = row_groups(rows, everything, groups)
        if not group.any():
            raise ValueError(
                "groups leaves all rows in one group, so none can be held out from the others. "
                "Give X_val, or set early_stopping=False."
            )
        folds = split(everything, group, self.validation_fraction, rng)
        if len(folds) == 1:
            leader = start(folds[0].train)
            return leader, [_judge(leader, rows, folds[0], everything, group)]
        if continued:  # from weights that know all rows: no fold can judge
            return start(everything), []
        leader = start(everything)
        return leader, [_judge(start(f.train), rows, f, everything, group) for f in folds]

    def _patience(self, run):
        # An epoch of small data is a handful of steps: too few to get off the start.
        return max(self.n_iter_no_change, -(-PATIENCE_STEPS // run.steps_an_epoch))

    def _fitted(self, run, params):
        """The attributes that make this estimator a fitted one."""
        problem = run.problem
        encoder, decoder = moved(run.params, single(run.params), params)
        return {
            "n_components_": problem.model.network.n_components,
            "mean_": problem.standardisation.mean,
            "scale_": problem.standardisation.scale,
            "encoder_": encoder,
            "decoder_": decoder,
            "_code": run.start.code,
            "_highest": problem.model.highest,
            "_network": problem.model.network,
            "_loss": problem.model.loss,
            "_objective": problem.objective,
        }

    def _set_fitted(self, attributes):
        for name, value in attributes.items():
            setattr(self, name, value)

    def _store(self, run, result):
        self._set_fitted(self._fitted(run, result.params))
        self.loss_curve_ = result.loss_curve
        self.validation_loss_curve_ = result.validation_loss_curve
        self.best_loss_ = result.best_loss
        self.n_iter_ = len(result.loss_curve) - 1
        for leftover in ("_state", "_rng", "_idle"):  # of an earlier partial_fit
            self.__dict__.pop(leftover, None)

    def _with_final_code(self, run, rows, left_start):
        """The run at the fitted weights, its codes in the units that users see; stored."""
        has_prior = hasattr(self._objective, "prior_units")
        unit, in_use = self._match_prior(rows) if has_prior else (1.0, True)
        if not in_use and self.n_iter_ * run.steps_an_epoch >= _STEPS_INTO_USE:
            self._warn_unused()
        code = run.start.code
        if self.whiten or left_start:
            spread = unit if has_prior else self._code_spread(rows)
            n_rows = np.count_nonzero(rows.weight)  # PCA divides by one less
            white = spread if has_prior else spread * np.sqrt(n_rows / (n_rows - 1))
            code = code.whitened(white) if self.whiten else code.adapted(spread)
        self._code = code._replace(factor=code.factor * unit)
        return run.at(self._params, self._code)

    def _code_spread(self, rows):
        """The standard deviation of each component of the network's own codes."""
        index = _numbered(rows)
        share = rows.weight[index] / rows.weight[index].sum()
        centre = None
        total: Any = 0.0
        square: Any = 0.0
        for some in slices(len(index), 16 * rows_together(self._network.widest)):
            codes = self._codes(rows.take(index[some]))
            centre = codes.mean(axis=0) if centre is None else centre
            total += share[some] @ (codes - centre)
            square += share[some] @ (codes - centre) ** 2
        return np.sqrt((square - total**2).clip(0))

    def _warn_dominant(self, column):
        if column is not None:
            warnings.warn(
                f"{self._column(column)} has more than 99.9 % of the variance of X, so hardly "
                "anything is learnt of the others. Scale the columns first, for example with "
                "StandardScaler().",
                UserWarning,
                stacklevel=5,
            )

    def _column(self, number):
        names = getattr(self, "feature_names_in_", None)
        return f"Column {number}" if names is None else f"Column {names[number]!r}"

    def _match_prior(self, rows):
        """Put the components in the prior's units: what those were, and whether any is in use."""

        def moments(model, params, x, _):
            return self._objective.moments(model, params, x)

        dtype = working_dtype(rows.X.dtype)
        found = self._by_chunks(moments, rows.X, dtype, 2 * self.n_components_)
        unit, in_use = self._objective.prior_units(found, rows.weight)
        shift = -2 * np.log(unit)  # of the logarithms of the variances
        self.encoder_, self.decoder_ = rescale_code(self._network, self._params, 1 / unit, shift)
        return unit, in_use

    def _warn_unused(self):
        warnings.warn(
            f"None of the {self.n_components_} components is in use: their means hardly differ "
            f"from row to row. Lower beta or noise_std of {self._objective!r}.",
            UserWarning,
            stacklevel=6,
        )

    def _warn_diverged(self, result):
        warnings.warn(
            f"The loss diverged in epoch {self.n_iter_} ({result.loss_curve[-1]:.3g}, from "
            f"{result.loss_curve[0]:.3g} at the start); the weights of epoch "
            f"{result.best_epoch} are kept. Lower learning_rate={self.learning_rate!r}, or "
            "scale the columns of X.",
            ConvergenceWarning,
            stacklevel=5,
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
        highest = None if self._highest is None else self._highest.astype(dtype)
        model = Model(self._network, self._loss, self.mean_.astype(dtype), self.scale_, highest)
        return model, jax.tree.map(lambda array: array.astype(dtype, copy=False), self._params)

    def _codes(self, X):
        """The network's own codes of checked X."""

        def code(model, params, x, _):
            return self._objective.code(model, params, x)

        return self._by_chunks(code, X, working_dtype(X.dtype), self.n_components_)

    def _by_chunks(self, function, X, dtype, *width, together=by_parallel_chunks):
        """``function(model, params, x, rows)`` of all rows, a chunk at a time, as ``dtype``.

        ``x`` holds the standardised rows, ``rows`` those of checked X, as they are.
        """
        working = working_dtype(X.dtype)
        model, params = self._in_precision(working)
        standardisation = Standardisation(self.mean_, self.scale_)

        def of_chunk(rows):
            return function(model, params, standardisation.apply(rows, working), rows)

        return together(of_chunk, X, rows_together(self._network.widest), dtype, *width)

    def _squared_errors(self, X):
        """Each row's squared reconstruction error in standard units, for checked X."""

        def error(model, params, x, rows):
            rebuilt = model.predict(params, self._objective.code(model, params, x))
            difference = np.subtract(rows, rebuilt, dtype=np.float64) / self.scale_
            return np.sum(difference**2, axis=1)

        return self._by_chunks(error, X, np.float64)


def _numbered(rows):
    """Numbers of the rows that have a weight."""
    return np.flatnonzero(rows.weight)


def _judge(run, rows, fold, index, group):
    """The judge of a run by the rows that a fold holds out; ``group`` belongs to ``index``."""
    place = np.searchsorted(index, fold.validation)
    return Judge(run, rows, fold.validation, group[place])
