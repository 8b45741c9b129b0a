"""AutoencoderDetector."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np
from sklearn.base import BaseEstimator, OutlierMixin
from sklearn.utils import check_random_state, check_scalar
from sklearn.utils.validation import check_is_fitted

from skautoencoder._anomalies._reasons import shares
from skautoencoder._estimators import _detector_fit as steps
from skautoencoder._estimators._detector_rows import learn_reading, read, read_first
from skautoencoder._estimators._input import check_groups
from skautoencoder._estimators._keeping import keeps_old_fit
from skautoencoder._processes import check_jax_works
from skautoencoder._sklearn import (
    DocumentedMixin,
    HasMethods,
    Interval,
    RealNotInt,
    StrOptions,
    fit_context,
)
from skautoencoder._training._seeds import FILL, draw_seed, generator


class AutoencoderDetector(DocumentedMixin, OutlierMixin, BaseEstimator):
    """Rows in; how unusual each is, whether too unusual, and which columns make it so, out.

    Three measures of a row are put together: its distance from the mean of the training rows
    near it [1]_, the same where far-off values are drawn near, and its distance from what an
    autoencoder rebuilds of the training codes near its own code. The first two need no training
    and are hard to beat on tables; the third is bounded, as it never rebuilds anything that is
    not among the codes of training. All are learnt without a third of the rows in turn, and
    judged by that third: so scores of training rows do not flatter, and `p_values` hold.

    Parameters
    ----------
    estimator : transformer or None, default=None
        The autoencoder, with ``transform`` and ``inverse_transform``; it is cloned for each fold.
        None stands for an :class:`AutoencoderTransformer` whose code keeps 0.9 of the variance. A
        :class:`TableAutoencoderTransformer` lends its losses and kinds. Not used by
        ``method="kernel"``.
    method : {"blend", "network", "kernel"}, default="blend"
        Which measures: all three, the autoencoder's alone, or the two that need no training.
    contamination : "auto" or float, default="auto"
        Share of bad rows among the training rows. With "auto" they are taken to be normal, and
        `predict` flags what is less likely than ``level`` among normal rows. With a number, in
        (0, 0.5], that share is left out before anything is learnt, by an isolation forest, which
        is a measure of its own then, and `predict` flags that share of the training rows.
    level : float, default=0.05
        Share of new normal rows that `predict` flags with ``contamination="auto"``.
    standardize : bool, default=True
        Whether columns are divided by their own standard deviations. If false, as for images,
        all are divided by one number, and the autoencoder is given rows as they are.
    kinds : dict of column name to kind, default=None
        For data frames: kinds of columns as in :class:`TableAutoencoderTransformer`.
    random_state : int, RandomState instance or None, default=None
        Decides folds, reference rows, and the autoencoder where it has no seed of its own.

    Attributes
    ----------
    offset_ : float
        `decision_function` is `score_samples` less this; `predict` flags what is below zero.
    calibration_scores_ : ndarray of shape (n_samples,)
        `score_samples` of the training rows that were learnt from, each by what was learnt
        without it; sorted.
    estimators_ : list
        The fitted autoencoder of each fold; empty with ``method="kernel"``.
    n_features_in_ : int
        Number of columns seen during `fit`.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, if all of them are strings.

    See Also
    --------
    sklearn.neighbors.LocalOutlierFactor : Density of neighbours.
    sklearn.ensemble.IsolationForest : Random cuts; less harmed by bad rows among the training rows.

    Notes
    -----
    *Training rows and new ones.* Any method may be passed either. A training row is known by its
    values, and scored by the models that did not learn from it; a new row by all three.
    ``fit_predict(X)`` is ``fit(X).predict(X)``.

    *Score.* Each measure becomes minus the logarithm of the share of held-out rows with a larger
    one, counted up to nine tenths and with an exponential tail beyond; the score is minus their
    mean. No row is so far out that it has no number.

    *Data.* NaN is a gap: only what was seen is measured, and the autoencoder is given what the
    nearest training row has there. Data frames may have columns of any type; a level that `fit`
    did not see is none of those that it did, and a warning names it. At most 2,000 rows a fold are
    kept to compare with.

    *Bad rows among the training rows* harm this more than an isolation forest [2]_: a small crowd
    of them is near itself. Say so by ``contamination``. The p-values are then those of the rows
    that are left, and may be too small by as much.

    ``benchmarks/quality/outliers.py`` has the figures, beside others'.

    References
    ----------
    .. [1] De Melo Costa, J. L., Popineau, F., Rimmel, A., & Doan, B.-L. (2026). Mitigating
       convergence collapse in fixed-target anomaly detectors via kernel-anchored locality
       regularization. CIKM. https://doi.org/10.1145/3799682.3841143 (kernel contraction matching).
    .. [2] Liu, F. T., Ting, K. M., & Zhou, Z.-H. (2008). Isolation forest. ICDM, 413-422.

    Examples
    --------
    >>> import numpy as np
    >>> from skautoencoder import AutoencoderDetector
    >>> rng = np.random.default_rng(0)
    >>> t = rng.uniform(-1, 1, 400)
    >>> X = np.column_stack([t, t**2]) + 0.05 * rng.standard_normal((400, 2))
    >>> detector = AutoencoderDetector(method="kernel", random_state=0).fit(X)
    >>> detector.predict([[0.5, 0.25], [0.5, 0.8]])  # each value is usual, but not together
    array([ 1, -1])
    >>> detector.p_values([[0.5, 0.25], [0.5, 0.8]]).round(3)
    array([0.786, 0.002])
    """

    _parameter_constraints: dict = {
        "estimator": [HasMethods(["fit", "transform", "inverse_transform"]), None],
        "method": [StrOptions(set(steps.METHODS))],
        "contamination": [StrOptions({"auto"}), Interval(Real, 0, 0.5, closed="right")],
        "level": [Interval(RealNotInt, 0, 1, closed="neither")],
        "standardize": ["boolean"],
        "kinds": [dict, None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        estimator=None,
        *,
        method="blend",
        contamination="auto",
        level=0.05,
        standardize=True,
        kinds=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.method = method
        self.contamination = contamination
        self.level = level
        self.standardize = standardize
        self.kinds = kinds
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    @keeps_old_fit("_scores")
    def fit(self, X, y=None, *, groups=None):
        """Learn what rows are usual.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows that are normal, but for the share that ``contamination`` says.
        y : None
            Ignored.
        groups : array-like of shape (n_samples,), default=None
            Labels of what belongs together, such as repeated measures of a patient: no row is
            judged by what was learnt from others of its group. Copies of a row always are one.

        Returns
        -------
        self : object
            The fitted detector.

        Raises
        ------
        ValueError
            If a parameter is out of range, X holds infinity, no column varies, or fewer than
            three rows differ.
        RuntimeError
            If JAX had started before this process was forked: training would hang.

        Warns
        -----
        UserWarning
            If there are too few rows for ``level``, columns of a frame are set aside, or no row
            has a value in some column.
        """
        if self.method != "kernel":
            check_jax_works()
        seed = draw_seed(check_random_state(self.random_state))
        rows, encoding = read_first(self, X)
        groups = check_groups(groups, rows)
        reading = learn_reading(encoding, rows, generator(seed, FILL))
        complete, seen = reading.complete(rows)
        learning = steps.learning_of(self, encoding, complete, seen, seed)
        if self.contamination != "auto":
            learning, kept = steps.without_bad_rows(learning, self.contamination, seed)
            groups = None if groups is None else groups[kept]
        fold = steps.folds(type(self).__name__, learning, groups, seed)
        self._scores, of_training = steps.fit_scores(self.method, learning, fold, seed)
        self._reading = reading
        self.calibration_scores_ = np.sort(-of_training)
        if self.contamination == "auto":
            self.offset_ = steps.threshold(self.calibration_scores_, self.level)
        else:
            self.offset_ = float(np.percentile(self.score_samples(X), 100 * self.contamination))
        return self

    def score_samples(self, X):
        """How usual each row is: 0 and less, the lower the stranger.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
            Minus the mean, over the measures, of minus the logarithm of the share of held-out
            rows that are as far out.

        Raises
        ------
        NotFittedError
            If the detector is not fitted.
        ValueError
            If X holds infinity, or has other columns.
        """
        complete, seen = self._complete(X)
        return -self._scores.of(complete, seen)

    def decision_function(self, X):
        """`score_samples` less ``offset_``: below zero is flagged.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        return self.score_samples(X) - self.offset_

    def predict(self, X):
        """Whether each row is normal.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
            1 for normal rows, -1 for flagged ones.
        """
        return np.where(self.decision_function(X) < 0, -1, 1)

    def p_values(self, X):
        """How likely a normal row would be as far out as each row.

        Cross-conformal [1]_: of normal rows like those of the fit, at most about the share ``p``
        has a p-value up to ``p``. With n training rows none is below ``1 / (n + 1)``: smaller
        ones cannot be told apart.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)

        References
        ----------
        .. [1] Vovk, V. (2015). Cross-conformal predictors. Annals of Mathematics and Artificial
           Intelligence, 74, 9-28.
        """
        score = self.score_samples(X)
        as_far_out = np.searchsorted(self.calibration_scores_, score, side="right")
        return (1 + as_far_out) / (1 + len(self.calibration_scores_))

    def feature_scores(self, X):
        """Which columns make each row unusual.

        Each column in turn is put back to what the others lead one to expect; what lowers the
        score most has the largest share.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            Shares of minus `score_samples`, not negative, and adding up to it. Gaps have none,
            nor have columns that were set aside.
        """
        complete, seen = self._complete(X)
        found = np.zeros((len(complete), self.n_features_in_))
        found[:, self._reading.positions] = shares(
            self._scores, complete, seen, self._reading.starts
        )
        return found

    def explain(self, X, n_reasons=None):
        """The columns that make each row unusual, with what was expected of them.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
        n_reasons : int or None, default=None
            Columns for each row, those of the largest share; None for all.

        Returns
        -------
        pandas.DataFrame
            "row" (its number in X), "column", "value", "expected" and "contribution", the column's
            share of minus `score_samples`. Largest contributions first, row by row.
        """
        from skautoencoder._estimators._detector_reasons import reasons  # needs pandas

        if n_reasons is not None:
            check_scalar(n_reasons, "n_reasons", Integral, min_val=1)
        complete, seen = self._complete(X)
        return reasons(self, X, complete, seen, n_reasons)

    @property
    def estimators_(self):
        """The fitted autoencoder of each fold."""
        check_is_fitted(self)
        residuals = [residual for model in self._scores.models for residual in model.residuals]
        return [residual.network for residual in residuals if hasattr(residual, "network")]

    def __sklearn_is_fitted__(self):
        return "_scores" in vars(self)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def _complete(self, X):
        """Rows with numbers in their gaps, and which entries were seen."""
        check_is_fitted(self)
        return self._reading.complete(read(self, X))
