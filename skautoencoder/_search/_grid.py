"""AutoencoderSearchCV."""

from __future__ import annotations

import itertools
import math
import operator
import warnings
from numbers import Integral
from typing import Any

import joblib
import numpy as np
from scipy.stats import rankdata
from sklearn.model_selection import GridSearchCV, ParameterGrid

from skautoencoder._estimators._autoencoder_base import BaseAutoencoder
from skautoencoder._estimators._table import TableAutoencoderTransformer
from skautoencoder._processes import check_jax_works
from skautoencoder._search._halving import Halving
from skautoencoder._search._notebook import html_of
from skautoencoder._search._rendezvous import Lockstep
from skautoencoder._sklearn import (
    DocumentedMixin,
    Interval,
    ThreadingBackend,
    backend_of_other_machines,
    get_active_backend,
    without_running_fit,
)
from skautoencoder._streams._whole import in_memory

# What trains one of ours in its fit.
_AUTOENCODERS = (BaseAutoencoder, TableAutoencoderTransformer)

# Without halving, so many fits are side by side, and copies of X of so many bytes.
_TOGETHER = 64
_TOGETHER_BYTES = 2**30

# What a fit makes of parameters alone: copies make it anew, and need not trust its classes.
_OF_PARAMETERS = ("scorer_", "_checked_cv_orig")


class AutoencoderSearchCV(DocumentedMixin, GridSearchCV):
    """:class:`~sklearn.model_selection.GridSearchCV` whose fits are trained side by side.

    A drop-in for the grid search over an autoencoder, alone or within a pipeline, with the
    same results. All fits run in threads of this process, so that an architecture is compiled
    once. Where that is faster, their steps are batched into one program; and with
    ``halving_factor`` losing candidates are dropped on the way.

    Parameters
    ----------
    estimator : AutoencoderTransformer, ConvolutionalAutoencoderTransformer, \
            TableAutoencoderTransformer or Pipeline
        What is searched over: one of ours, or an estimator that has one among its steps or
        its candidates.
    param_grid : dict or list of dict
        Parameter names and the values to try, as in GridSearchCV. Steps may be candidates
        themselves, and PCA or "passthrough" among them: they run beside the others.
    halving_factor : int or None, default=None
        Successive halving [1]_: of all candidates one in ``halving_factor`` goes on, the
        others stop, after a share of ``max_iter`` epochs, and again after ``halving_factor``
        times as many; the last ones are trained to the end. Candidates are ranked by their
        best validation loss so far, averaged over the folds (training loss without
        ``early_stopping``), so they should share loss, objective and scale of the data;
        equals go on together. Only candidates that went on to the end can win, whatever the
        scores of the dropped ones: these rank behind, the last dropped first. None trains all
        to the end, for GridSearchCV's results.
    batch : bool or None, default=None
        Whether to train many fits by one program. None measures it on this device, if
        there is enough to do, and does what is faster: on GPUs it may be batching, on a few
        CPU cores it seldom is.
    scoring, refit, cv, verbose, error_score, return_train_score
        As in GridSearchCV. With halving, a callable ``refit`` is given the rows of
        ``cv_results_`` that can win, and what it returns counts among those.
    n_jobs : int or None, default=None
        How many fits are trained at the same time where they are not batched. None is 1,
        -1 is all cores.
    pre_dispatch : int or str, default="2*n_jobs"
        Ignored, as the threads share the data: all fits are dispatched at once.

    Attributes
    ----------
    cv_results_, best_estimator_, best_score_, best_params_, best_index_, scorer_, n_splits_, \
            refit_time_, multimetric_
        As in GridSearchCV. A dropped candidate is scored as it was when it stopped. Fit
        times are those from start to end of a fit, its waiting for others included.
    n_epochs_ : ndarray of shape (n_candidates, n_splits)
        Epochs that each fit ran; 0 where it had no autoencoder to train.
    batched_ : bool
        Whether the fits were batched in the end.

    Warns
    -----
    UserWarning
        In ``fit``, where joblib's backend is dask's or ray's: the fits stay in this process.

    Raises
    ------
    ValueError
        If neither ``estimator`` nor ``param_grid`` has an autoencoder of ours, or a
        parameter is out of range.

    See Also
    --------
    sklearn.model_selection.GridSearchCV : The same in order, and for any estimator.

    Notes
    -----
    A fit that trains several autoencoders has each compared with those of the others.

    Where a mesh is set by ``jax.set_mesh``, each fit is spread over its devices; fits that are
    batched run on one of them.

    The fits meet in the memory of one process, so joblib's backend is not asked, whatever
    ``joblib.parallel_config`` says. On several machines :class:`GridSearchCV
    <sklearn.model_selection.GridSearchCV>` spreads fits over workers, and ``cross_validate``
    spreads searches of this class, each within one worker.

    With halving all fits are in memory at once: ``n_candidates * n_splits`` times the
    training rows of a fold, and four times the weights. Batches hold up to 64 fits, fewer
    where the data are large.

    On two cores halving took a sixth to a third of GridSearchCV's time on 24 candidates, and
    batching did not pay (``benchmarks/speed/search_speed.py``).

    References
    ----------
    .. [1] Jamieson, K., & Talwalkar, A. (2016). Non-stochastic best arm identification and
       hyperparameter optimization. AISTATS, 240-248.

    Examples
    --------
    >>> from sklearn.datasets import make_s_curve
    >>> from skautoencoder import AutoencoderSearchCV, AutoencoderTransformer
    >>> X, _ = make_s_curve(300, random_state=0)
    >>> search = AutoencoderSearchCV(
    ...     AutoencoderTransformer(hidden_layer_sizes=(16,), max_iter=60, random_state=0),
    ...     {"learning_rate": [1e-6, 1e-2]},
    ...     cv=2,
    ... )
    >>> search.fit(X).best_params_
    {'learning_rate': 0.01}
    """

    _parameter_constraints: dict = {
        **GridSearchCV._parameter_constraints,
        "halving_factor": [Interval(Integral, 2, None, closed="left"), None],
        "batch": ["boolean", None],
    }

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
        pre_dispatch="2*n_jobs",
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
            pre_dispatch=pre_dispatch,
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
        X = in_memory(X)
        check_jax_works()  # else each fit would fail on its own
        elsewhere = backend_of_other_machines()
        if elsewhere is not None:
            warnings.warn(
                "AutoencoderSearchCV trains all fits in threads of this process, and leaves the "
                f"workers of joblib's {elsewhere} idle. GridSearchCV spreads the fits over them; "
                "cross_validate, or a grid search over this one, spreads whole searches.",
                stacklevel=2,
            )
        threads = _Threads()
        try:
            with joblib.parallel_config(backend=threads):
                super().fit(X, y, **params)
        except BaseException as error:
            threads.cancel(error)
            raise
        lockstep = threads.lockstep
        self.n_epochs_ = lockstep.n_epochs.reshape(-1, self.n_splits_)
        self.batched_ = bool(lockstep.batched)
        return self

    def __getstate__(self):
        state = without_running_fit(super().__getstate__())
        return {name: value for name, value in state.items() if name not in _OF_PARAMETERS}

    def __setstate__(self, state):
        super().__setstate__(state)
        if hasattr(self, "cv_results_"):
            scorer, _ = self._get_scorers()
            self.scorer_ = getattr(scorer, "_scorers", scorer)

    # -- where scikit-learn asks

    def _html_repr(self):
        """What a notebook shows: what was found, above scikit-learn's diagram."""
        return html_of(self) + super()._html_repr()

    def _check_input_parameters(self, X, y, split_params):
        """All is validated, and nothing has begun: what the fits will have at their side."""
        super()._check_input_parameters(X, y, split_params)
        candidates = ParameterGrid(self.param_grid)
        if not any(map(_has_autoencoder, [self.estimator, *_values(candidates.param_grid)])):
            raise ValueError(
                "AutoencoderSearchCV needs AutoencoderTransformer, TableAutoencoderTransformer or "
                "ConvolutionalAutoencoderTransformer, as its estimator, within it or in the grid. "
                f"Got {self.estimator!r} and {self.param_grid!r} instead; GridSearchCV searches "
                "over any estimator."
            )
        n_splits = self._checked_cv_orig.get_n_splits(X, y, **split_params)
        _threads().lockstep = self._lockstep(len(candidates), n_splits, X)

    def _format_results(self, candidate_params, n_splits, out, more_results=None):
        results = super()._format_results(candidate_params, n_splits, out, more_results)
        halving = _threads().lockstep.halving
        if halving is not None:
            behind = np.where(halving.rungs, halving.rungs.max() + 1 - halving.rungs, 0)
            for name in results:
                if name.startswith("rank_test_"):
                    order = behind * (len(behind) + 1) + results[name]
                    results[name] = rankdata(order, method="min").astype(np.int32)
        return results

    def _select_best_index(self, refit, refit_metric, results):
        halving = _threads().lockstep.halving
        if halving is None or not callable(refit):
            return super()._select_best_index(refit, refit_metric, results)
        at_the_end = np.flatnonzero(halving.rungs == 0)
        able_to_win = {
            name: values[at_the_end]
            if isinstance(values, np.ndarray)
            else [values[i] for i in at_the_end]
            for name, values in results.items()
        }
        return at_the_end[super()._select_best_index(refit, refit_metric, able_to_win)]

    def _lockstep(self, n_candidates, n_splits, X):
        n_fits = n_candidates * n_splits
        n_turns = joblib.effective_n_jobs(self.n_jobs)
        if self.halving_factor is not None:
            halving = Halving(n_candidates, n_splits, self.halving_factor)
            return Lockstep(n_fits, max(2, n_fits), n_turns, self.batch, halving)
        n_together = n_turns
        if self.batch is not False:
            fitting = _TOGETHER_BYTES // (8 * max(1, _n_values(X)))
            n_together = max(n_turns, min(fitting, _TOGETHER))
        # joblib does not ask for threads where it wants only one
        return Lockstep(n_fits, max(2, min(n_together, n_fits)), n_turns, self.batch, None)


class _Threads(ThreadingBackend):
    """joblib's threads; a lockstep knows each task of the search, which is the first to come."""

    def __init__(self, **options):
        super().__init__(**options)
        self.lockstep: Any = None
        self._search = None  # the joblib.Parallel of the search
        self._numbers = itertools.count()

    def configure(self, n_jobs=1, parallel=None, **options):
        if self._search is None:
            self._search = parallel
        if parallel is self._search:
            # Each that is waited for must have a thread: how many is the lockstep's to say.
            n_jobs = parallel.n_jobs = self.lockstep.n_together
            parallel.pre_dispatch = "all"
        return super().configure(n_jobs, parallel, **options)

    def cancel(self, error):
        """End all fits, if they have begun."""
        if self.lockstep is not None:
            self.lockstep.cancel(error)

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
        if self.parallel is not self._search:  # what the refit submits
            return super().submit(func, callback)
        number = next(self._numbers)
        return super().submit(lambda: self.lockstep.run(number, func), callback)


def _threads():
    """The threads of the search that this is called in."""
    return get_active_backend()[0]


def _values(grids):
    """All values of a grid's parameters."""
    return itertools.chain.from_iterable(values for grid in grids for values in grid.values())


def _has_autoencoder(value):
    """Whether it is an autoencoder of ours, or has one among its parameters."""
    is_estimator = hasattr(value, "get_params") and not isinstance(value, type)
    nested = value.get_params().values() if is_estimator else []
    return any(isinstance(each, _AUTOENCODERS) for each in [value, *nested])


def _n_values(X):
    """How many values X holds, about, of whatever kind it is."""
    if hasattr(X, "shape"):
        return math.prod(X.shape)
    if not operator.length_hint(X, 0):
        return 0
    return len(X) * operator.length_hint(next(iter(X)), 1)
