"""What all autoencoder transformers share: the surface of one training."""

from __future__ import annotations

from numbers import Integral, Real
from typing import ClassVar

import numpy as np
from sklearn.base import clone
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skautoencoder._data._filled_rows import filled, n_seen, spread_of_seen
from skautoencoder._data._rows import has_gaps
from skautoencoder._estimators._describing import COMPONENT_ATTRIBUTES, DescribingMixin
from skautoencoder._estimators._drawing import DrawingMixin
from skautoencoder._estimators._fitted import FittedAutoencoder
from skautoencoder._estimators._keeping import keeps_old_fit
from skautoencoder._estimators._reporting import FitReporter, hook_arguments
from skautoencoder._estimators._streamed import by_batches, rows_to_learn, rows_to_score
from skautoencoder._estimators._transformer import BaseTransformer
from skautoencoder._estimators._warning import warn_caller, warn_diverged, warn_unfinished
from skautoencoder._garbage import without_collection
from skautoencoder._networks import ACTIVATIONS
from skautoencoder._sklearn import (
    HasMethods,
    Interval,
    Options,
    RealNotInt,
    StrOptions,
    fit_context,
)
from skautoencoder._training._factories import from_pickle, to_pickle
from skautoencoder._training._optimizers import OPTIMIZERS
from skautoencoder._training._recipe import Recipe
from skautoencoder._training._seeds import draw_seed
from skautoencoder.losses import LOSSES, Loss
from skautoencoder.objectives import OBJECTIVES, Objective

# JAX, and all that trains, is imported where a fit begins: what is fitted needs none of it.


class BaseAutoencoder(DescribingMixin, DrawingMixin, BaseTransformer):
    """Validates, trains and stores; a subclass says which network it is.

    A subclass has a constructor and ``_make_network(n_features, n_components)``.
    """

    #: The rules of a fit. A subclass with others is an ablation.
    _recipe: ClassVar[Recipe] = Recipe()

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
        "precision": [StrOptions({"float32", "bfloat16"})],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(RealNotInt, 0, 1, closed="neither")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left"), Options(Real, {np.inf})],
        "tol": [Interval(Real, 0, None, closed="left")],
        "warm_start": ["boolean"],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    @fit_context(prefer_skip_nested_validation=True)
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
            matrix stays sparse, integers stay integers. NaN is a gap: see Notes of the class.
            Rows with gaps are copied, the gaps filled. Or rows that are read in passes: of
            :mod:`skautoencoder.sources`, an array of h5py, zarr or dask, a lazy frame.
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
            If a parameter is out of range, X holds infinity or dates, fewer than two
            rows have a weight, or all rows are of one group and some are to be held out.
        RuntimeError
            If JAX had started before this process was forked: training would hang.

        Warns
        -----
        ConvergenceWarning
            If the loss diverged; the best weights so far are kept. If it still fell at
            ``max_iter``, so that more epochs would help; not of fits within a search.
        UserWarning
            If one column has more than 99.9 % of the variance, no row has a value in some
            column, or the code of a variational model says nothing of its rows.
        """
        with without_collection():
            from skautoencoder._estimators import _autoencoder_fit as steps
            from skautoencoder._estimators._span import span_of
            from skautoencoder._training import _fit as training

        continued = self.warm_start and hasattr(self, "encoder_")
        seed = draw_seed(check_random_state(self.random_state))
        held_out = self.validation_fraction if self.early_stopping and X_val is None else 0
        rows, labels = rows_to_learn(
            self, X, sample_weight, groups, seed, reset=not continued, fraction=held_out
        )
        validation = None if X_val is None else self._check_validation(X_val)

        filling = steps.filling_of(self, (rows, validation), seed, continued=continued)
        rows = filled(rows, filling)
        validation = None if validation is None else filled(validation, filling)
        turns = not continued and filling is None
        span = span_of(self, rows, validation, seed) if turns else None
        plan = steps.make_plan(
            self, rows, seed, validation=validation, groups=labels, continued=continued, span=span
        )
        learner = plan.leader.learner
        steps.warn_dominant(self, learner.start.moments if span is None else span.moments)
        reporter = FitReporter(
            self,
            lambda params: steps.attributes(learner, params, span) | {"_filling": filling},
            hook_arguments(rows.as_given().X, y, sample_weight=sample_weight, groups=groups),
            self.max_iter,
        )
        given = None if validation is None else validation.as_given()
        state = training.fit(plan, reporter.first_state(plan, rows.as_given(), given), reporter)
        learner, result = steps.kept(plan, training.result_of(plan, state))
        attributes = steps.attributes(learner, result.params, span) | {"_filling": filling}
        self._store(attributes, result, plan)
        unit = self._set_final_code(rows, plan, result)
        self._set_components(plan, learner, result, unit, span)
        names = (*attributes, *COMPONENT_ATTRIBUTES)
        reporter.finish(lambda: {name: getattr(self, name) for name in names})
        if result.end is training.End.DIVERGED:
            warn_diverged(self, result)
        if result.unfinished and not self.warm_start:  # else the user goes on anyway
            warn_unfinished(self.max_iter)
        if result.end is training.End.INTERRUPTED:
            raise KeyboardInterrupt
        return self

    @fit_context(prefer_skip_nested_validation=True)
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
        from skautoencoder._estimators import _autoencoder_chunks as steps

        first = not hasattr(self, "encoder_")
        seed = steps.seed_of(self)
        rows, _ = rows_to_learn(self, X, sample_weight, None, seed, reset=first, fraction=0)
        steps.learn_chunk(self, rows, seed)
        return self

    @by_batches
    def transform(self, X):
        """The codes of the rows of X.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            NaN is a gap: the row's mean, given what is seen of it, stands there. Rows that are
            read in passes are taken as `fit` takes them, here and in `score_samples` and `score`.

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
            If X holds infinity or has another number of columns.
        """
        X = self._check_X(X)
        codes = self._model.codes(X)
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
        what = f"{type(self).__name__} decodes codes of n_components_={self.n_components_} columns"
        codes = self._check_codes(X, self.n_components_, what)
        return self._model.rows(codes / self.code_scale_.astype(codes.dtype))

    @by_batches
    def score_samples(self, X):
        """Minus each row's squared reconstruction error: higher is more normal.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
            Summed over the features, in squared units of the data, in double precision. Of a
            row with gaps it is the mean over what is seen, times the number of features; 0
            where nothing is.
        """
        X = self._check_X(X)
        errors = self._model.squared_errors(X)
        if has_gaps(X):
            errors = errors * X.shape[1] / np.maximum(n_seen(X), 1)
        with np.errstate(over="ignore"):
            return -errors * np.float64(self.scale_) ** 2

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
            over all entries but gaps (NaN): 1 is perfect, 0 is no better than the mean.
            Comparable with the same figure for PCA's reconstruction.
        """
        rows = rows_to_score(self, X, sample_weight)
        model = self._model
        spread = spread_of_seen(rows)
        error = model.squared_error(rows) / rows.n_features
        if spread == 0:
            return 1.0 if error == 0 else 0.0
        with np.errstate(over="ignore", divide="ignore"):
            return float(1 - error / np.float64(spread / self.scale_) ** 2)

    def __getstate__(self):
        state = super().__getstate__()
        return state | {"optimizer": to_pickle(self.optimizer)}

    def __setstate__(self, state):
        super().__setstate__(state | {"optimizer": from_pickle(state["optimizer"])})

    @property
    def code_scale_(self):
        """What the network's own codes are multiplied by, of shape ``(n_components_,)``."""
        return self._code.factor

    @property
    def _n_features_out(self):
        return self.n_components_

    @property
    def _model(self):
        """The fitted model, on NumPy."""
        try:
            return FittedAutoencoder.of(vars(self))
        except KeyError:
            check_is_fitted(self)  # an AttributeError, as `dir` and notebooks want
            raise

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    # -- the steps of a fit

    def _asked_loss(self):
        """The loss that the parameters ask for."""
        return LOSSES[self.loss] if isinstance(self.loss, str) else self.loss

    def _asked_objective(self):
        """The objective that the parameters ask for, a copy of the user's own."""
        named = isinstance(self.objective, str)
        return OBJECTIVES[self.objective]() if named else clone(self.objective).with_plain_numbers()

    def _check_values(self, X):
        self._asked_loss().check(X)
        return X

    def _store(self, attributes, result, plan):
        self.__dict__.update(attributes)
        self.loss_curve_ = result.loss_curve
        self.validation_loss_curve_ = result.held_out_curve
        self.best_loss_ = result.best_loss
        self.n_iter_ = len(result.loss_curve) - 1
        self._started_at_pca = plan.from_pca  # so did the loss curves
        # of an earlier partial_fit, and of an earlier fit
        for leftover in ("_state", "_seed", "_idle", *COMPONENT_ATTRIBUTES):
            self.__dict__.pop(leftover, None)

    def _set_final_code(self, rows, plan, result):
        from skautoencoder._estimators._autoencoder_fit import final_code

        attributes, unit, in_use = final_code(self, rows, left_start=result.best_epoch > 0)
        self.__dict__.update(attributes)
        learner, index = plan.leader.learner, plan.leader.index
        n_steps = self.n_iter_ * learner.steps_an_epoch(plan.rows.count(index))
        if not in_use and n_steps >= self._recipe.steps_into_use:
            warn_caller(
                f"None of the {self.n_components_} components is in use: their means hardly "
                f"differ from row to row. Lower beta or noise_std of {self._objective!r}.",
            )
        return unit
