"""AutoencoderSearchCV."""

from __future__ import annotations

import itertools
import math
import warnings
from numbers import Integral

import joblib
import numpy as np
from joblib.parallel import ThreadingBackend
from sklearn.base import clone, is_classifier
from sklearn.model_selection import GridSearchCV, ParameterGrid, check_cv
from sklearn.pipeline import Pipeline
from sklearn.utils import check_scalar

from skautoencoder._base import BaseAutoencoder
from skautoencoder.training import Halving, Lockstep

# Without halving, so many fits are side by side, and copies of X of so many bytes.
_TOGETHER = 64
_TOGETHER_BYTES = 2**30


class AutoencoderSearchCV(GridSearchCV):
    """:class:`~sklearn.model_selection.GridSearchCV` whose fits are trained side by side.

    A drop-in for the grid search over an autoencoder, alone or as the last transformer of
    a pipeline, with the same results. All fits run in threads of this process, so that an
    architecture is compiled once. Where that is faster, their steps are batched into one
    program; and with ``halving_factor`` losing candidates are dropped on the way.

    Parameters
    ----------
    estimator : AutoencoderTransformer, ConvolutionalAutoencoderTransformer or Pipeline
        What is searched over. A pipeline has one of ours as its last transformer, before a
        final classifier or regressor, if there is one.
    param_grid : dict or list of dict
        Parameter names and the values to try, as in GridSearchCV.
    halving_factor : int or None, default=None
        Successive halving [1]_: of all candidates one in ``halving_factor`` goes on, the
        others stop, after a share of ``max_iter`` epochs, and again after ``halving_factor``
        times as many; the last ones are trained to the end. Candidates are ranked by their
        best validation loss so far, averaged over the folds (training loss without
        ``early_stopping``), so they should share loss, objective and scale of the data.
        None trains all to the end, for GridSearchCV's results.
    batch : bool or None, default=None
        Whether to train many fits by one program. None measures it on this device, if
        there is enough to do, and does what is faster: on GPUs it may be batching, on a few
        CPU cores it seldom is.
    scoring, refit, cv, verbose, error_score, return_train_score
        As in GridSearchCV.
    n_jobs : int or None, default=None
        How many fits are trained at the same time where they are not batched. None is 1,
        -1 is all cores.

    Attributes
    ----------
    cv_results_, best_estimator_, best_score_, best_params_, best_index_, scorer_, n_splits_, \
            refit_time_, multimetric_
        As in GridSearchCV. A dropped candidate is scored as it was when it stopped. Fit
        times are those from start to end of a fit, its waiting for others included.
    n_epochs_ : ndarray of shape (n_candidates, n_splits)
        Epochs that each fit ran.
    batched_ : bool
        Whether the fits were batched in the end.

    Raises
    ------
    ValueError
        If ``estimator`` has no autoencoder where one is asked for, or ``halving_factor``
        is below 2.

    See Also
    --------
    sklearn.model_selection.GridSearchCV : The same in order, and for any estimator.

    Notes
    -----
    With halving all fits are in memory at once: ``n_candidates * n_splits`` times the
    training rows of a fold, and four times the weights. Batches hold up to 64 fits, fewer
    where the data are large.

    On two cores halving took a sixth to a third of GridSearchCV's time on 24 candidates, and
    batching did not pay (``benchmarks/search_speed.py``).

    References
    ----------
    .. [1] Jamieson, K., & Talwalkar, A. (2016). Non-stochastic best arm identification and
       hyperparameter optimization. AISTATS, 240-248.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skautoencoder import AutoencoderSearchCV, AutoencoderTransformer
    >>> X, _ = load_iris(return_X_y=True)
    >>> search = AutoencoderSearchCV(
    ...     AutoencoderTransformer(hidden_layer_sizes=(16,), max_iter=20, random_state=0),
    ...     {"learning_rate": [1e-6, 1e-2]},
    ...     cv=2,
    ... )
    >>> search.fit(X).best_params_
    {'learning_rate': 0.01}
    """

    def __init__(
        self,
        estimator,
        param_grid,
        *,
        halving_factor=None,
        batch=None,
        scoring=None,
        n_jobs=None,
        refit=True,
        cv=None,
        verbose=0,
        error_score=float("nan"),
        return_train_score=False,
    ):
        super().__init__(
            estimator,
            param_grid,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            error_score=error_score,
            return_train_score=return_train_score,
        )
        self.halving_factor = halving_factor
        self.batch = batch

    def fit(self, X, y=None, **params):
        """Fit all candidates on all folds, and the best one on all rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,), default=None
            What the pipeline's last step and the scorer ask for.
        **params : dict
            As in GridSearchCV.

        Returns
        -------
        self : object
            The fitted search.
        """
        if self.halving_factor is not None:
            check_scalar(self.halving_factor, "halving_factor", Integral, min_val=2)
        cv = check_cv(self.cv, y, classifier=is_classifier(self.estimator))
        n_candidates = len(ParameterGrid(self.param_grid))
        n_splits = cv.get_n_splits(X, y, params.get("groups"))
        lockstep = self._lockstep(n_candidates, n_splits, np.shape(X))
        search = self._search(cv, lockstep)
        try:
            with joblib.parallel_config(backend=_Threads(lockstep)):
                search.fit(X, y, **params)
        except BaseException as error:
            lockstep.cancel(error)
            raise
        self._take_over(search)
        self.n_epochs_ = lockstep.n_epochs.reshape(n_candidates, n_splits)
        self.batched_ = bool(lockstep.batched)
        return self

    def _lockstep(self, n_candidates, n_splits, shape):
        n_fits = n_candidates * n_splits
        n_turns = joblib.effective_n_jobs(self.n_jobs)
        if self.halving_factor is not None:
            halving = Halving(n_candidates, n_splits, self.halving_factor)
            return Lockstep(n_fits, max(2, n_fits), n_turns, self.batch, halving)
        n_together = n_turns
        if self.batch is not False:
            fitting = _TOGETHER_BYTES // (8 * math.prod(shape))
            n_together = max(n_turns, min(fitting, _TOGETHER))
        # joblib does not ask for threads where it wants only one
        return Lockstep(n_fits, max(2, min(n_together, n_fits)), n_turns, self.batch, None)

    def _search(self, cv, lockstep):
        """The grid search proper, over a copy that knows what is beside it."""
        estimator = clone(self.estimator)
        _autoencoder_of(estimator)._alongside = lockstep
        settings = self.get_params(deep=False)
        del settings["halving_factor"], settings["batch"]
        settings |= {"estimator": estimator, "cv": cv, "n_jobs": lockstep.n_together}
        search = GridSearchCV(**settings, pre_dispatch="all")
        for name in ("_skl_callbacks", "_metadata_request"):
            if name in vars(self):
                setattr(search, name, vars(self)[name])
        return search

    def _take_over(self, search):
        for name, value in vars(search).items():
            if name.endswith("_") or name == "_checked_cv_orig":
                setattr(self, name, value)
        # the search's scorer holds its estimator
        for estimator in [search.estimator, *([self.best_estimator_] if self.refit else [])]:
            del _autoencoder_of(estimator)._alongside


class _Threads(ThreadingBackend):
    """joblib's threads, each task of which a lockstep knows."""

    def __init__(self, lockstep, **options):
        super().__init__(**options)
        self._lockstep = lockstep
        self._numbers = itertools.count()

    def start_call(self):
        # Threads that each set the warnings' filters for a while can leave them changed,
        # and then what the search itself has to say would be lost.
        self._warnings = warnings.catch_warnings()
        self._warnings.__enter__()
        super().start_call()

    def stop_call(self):
        super().stop_call()
        self._warnings.__exit__(None, None, None)

    def submit(self, func, callback=None):
        number = next(self._numbers)
        if number >= self._lockstep.n_fits:  # of the refit
            return super().submit(func, callback)
        return super().submit(lambda: self._lockstep.run(number, func), callback)


def _autoencoder_of(estimator):
    """The autoencoder that is trained when the estimator is fitted."""
    last = [step for _, step in estimator.steps[-2:]] if isinstance(estimator, Pipeline) else []
    for step in [estimator, *last[::-1]]:
        if isinstance(step, BaseAutoencoder):
            return step
    raise ValueError(
        "AutoencoderSearchCV needs an estimator that is AutoencoderTransformer or "
        "ConvolutionalAutoencoderTransformer, or a Pipeline with one as its last transformer. "
        f"Got {estimator!r} instead; GridSearchCV searches over any estimator."
    )
