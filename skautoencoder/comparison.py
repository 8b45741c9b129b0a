"""Compare transformers, PCA above all: returns numbers, draws nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import stats
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.model_selection import KFold, StratifiedKFold, check_cv
from sklearn.utils import (
    assert_all_finite,
    check_array,
    check_consistent_length,
    check_random_state,
)
from sklearn.utils.multiclass import type_of_target

from skautoencoder import _measures
from skautoencoder._autoencoder import AutoencoderTransformer

# A verdict is given where chance alone would do so in one of twenty comparisons.
_LEVEL = 0.05

# Each measure, and whether a larger value is better; None for those that say no such thing.
LARGER_IS_BETTER: dict[str, bool | None] = {
    "squared_error": False,
    "explained_variance": True,
    "trustworthiness": True,
    "continuity": True,
    "knn_recall": True,
    "linear_score": True,
    "knn_score": True,
    "silhouette": True,
    "davies_bouldin": False,
    "network_score": True,
    "network_seconds": False,
    "adjusted_rand": True,
    "fit_seconds": False,
    "compile_seconds": False,
    "transform_seconds": False,
    "peak_mib": False,
    "code_share": None,
}

RAW = "raw features"


@dataclass(frozen=True)
class Comparison:
    """What `compare_transformers` found.

    Attributes
    ----------
    records : list of dict
        One for each transformer, number of components and fold: ``transformer``,
        ``n_components``, ``fold``, ``error`` (why there are no numbers, or None), and the
        measures, NaN where one does not apply.
    n_train, n_test : int
        Rows of a training and of a held-out part, in the mean over the folds.
    """

    records: list = field(repr=False)
    n_train: int
    n_test: int

    @property
    def transformers(self):
        """Names, in the order they were given."""
        return list(dict.fromkeys(record["transformer"] for record in self.records))

    @property
    def measures(self):
        """The measures that apply at least once."""
        return [
            name
            for name in LARGER_IS_BETTER
            if any(np.isfinite(record[name]) for record in self.records)
        ]

    def sizes(self, transformer):
        """Numbers of components a transformer was fitted at."""
        found = (r["n_components"] for r in self.records if r["transformer"] == transformer)
        return list(dict.fromkeys(found))

    def values(self, transformer, n_components, measure):
        """One value a fold."""
        return np.array([r[measure] for r in self._folds(transformer, n_components)])

    def error(self, transformer, n_components):
        """Why there are no numbers for one size, or None."""
        errors = (record["error"] for record in self._folds(transformer, n_components))
        return next((error for error in errors if error), None)

    def _folds(self, transformer, n_components):
        """The records of one transformer at one size."""
        wanted = transformer, n_components
        return [r for r in self.records if (r["transformer"], r["n_components"]) == wanted]

    def to_frame(self):
        """One row for each transformer and size, as a pandas DataFrame.

        Columns are the measures' means over the folds, their standard errors (with the
        suffix ``_se``), and ``error``.
        """
        import pandas as pd

        rows = []
        for transformer in self.transformers:
            for size in self.sizes(transformer):
                row = {"transformer": transformer, "n_components": size}
                for measure in self.measures:
                    values = self.values(transformer, size, measure)
                    row[measure], row[f"{measure}_se"] = values.mean(), standard_error(values)
                row["error"] = self.error(transformer, size)
                rows.append(row)
        return pd.DataFrame(rows)

    def verdict(self, transformer, n_components, measure="squared_error", against="PCA"):
        """Whether a transformer is better than another at one size, or chance may explain it.

        By the paired differences over the folds, in Student's t-test with the variance
        corrected for training rows that folds share (Nadeau & Bengio 2003), at 5 %.

        Returns
        -------
        {"better", "worse", "no difference shown"}
            The last also where the other has not been fitted at this size.
        """
        larger = LARGER_IS_BETTER[measure]
        ours = self.values(transformer, n_components, measure)
        theirs = self.values(against, n_components, measure)
        if larger is None or len(ours) < 2 or len(ours) != len(theirs):
            return "no difference shown"
        gain = ours - theirs if larger else theirs - ours
        if not np.isfinite(gain).all():
            return "no difference shown"
        error = np.sqrt((1 / len(gain) + self.n_test / self.n_train) * gain.var(ddof=1))
        bar = stats.t.ppf(1 - _LEVEL / 2, len(gain) - 1) * error
        if abs(gain.mean()) <= bar:
            return "no difference shown"
        return "better" if gain.mean() > 0 else "worse"


def compare_transformers(
    transformers,
    X,
    y=None,
    *,
    n_components=(2, 4, 8, 16, 32),
    cv=3,
    random_state=None,
    progress=None,
):
    """Fit transformers at several sizes, and measure their codes on held-out rows.

    Parameters
    ----------
    transformers : dict of str to transformer, list of transformers or None
        Each with ``n_components``, or a pipeline with one step that has it. None compares
        PCA with :class:`AutoencoderTransformer`.
    X : array-like of shape (n_samples, n_features)
    y : array-like of shape (n_samples,), default=None
        Classes or numbers, for the measures of what a code is good for. Not shown to the
        transformers.
    n_components : iterable of int, default=(2, 4, 8, 16, 32)
    cv : int, splitter or iterable, default=3
        Folds, stratified if y holds classes. An int shuffles.
    random_state : int, RandomState instance or None, default=None
        Of the folds and of all that is random and not set in the transformers.
    progress : callable, default=None
        Called with a line of text before each fit.

    Returns
    -------
    Comparison
        On held-out rows: the squared error of a row and the share of variance explained
        (where there is an `inverse_transform`); trustworthiness, continuity (trustworthiness
        the other way round) and the share of 5 nearest neighbours kept; with y, the accuracy
        or R^2 of a linear model, of 5 nearest neighbours and of a small network on the code,
        and the seconds that network took; with classes, silhouette, Davies-Bouldin index and
        the adjusted Rand index of k-means. Then seconds to fit (compilation apart), to
        transform, the peak of memory while fitting (in MiB over that before, on Linux) and
        the code's share of the data's size. The raw features are one more row.

    Raises
    ------
    ValueError
        If X holds NaN or infinity, y has another length, or a transformer has no
        ``n_components``. One that fails to fit is no error: its records say why.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.decomposition import PCA, FastICA
    >>> from skautoencoder import compare_transformers
    >>> X, y = load_iris(return_X_y=True)
    >>> found = compare_transformers(
    ...     [PCA(), FastICA()], X, y, n_components=(1, 2), random_state=0
    ... )
    >>> found.verdict("FastICA", 2)
    'no difference shown'
    """
    X = check_array(X, dtype=[np.float64, np.float32], input_name="X")
    named = _named(transformers)
    rng = check_random_state(random_state)
    folds = list(_folds(cv, X, y, rng))
    seed = int(rng.randint(2**31 - 1))
    say = progress or (lambda line: None)
    records = []
    for number, fold in enumerate(folds):
        where = f"fold {number + 1}/{len(folds)}"
        for name, transformer in named.items():
            for size in n_components:
                say(f"{where}: {name}, {size} components")
                measured = _try(_at_size(transformer, int(size), seed), fold, seed)
                records.append(_record(name, int(size), number, measured))
        if y is not None:
            say(f"{where}: {RAW}")
            measured = _measures.usefulness(fold.train, fold.test, fold, seed)
            measured |= _measures.separability(fold.test, fold, seed)
            records.append(_record(RAW, X.shape[1], number, measured))
    order = {name: i for i, name in enumerate([*named, RAW])}
    records.sort(key=lambda r: (order[r["transformer"]], r["n_components"], r["fold"]))
    n_train, n_test = (
        int(np.mean([len(x) for x in part]))
        for part in ([fold.train for fold in folds], [fold.test for fold in folds])
    )
    return Comparison(records, n_train, n_test)


def _named(transformers):
    if transformers is None:
        transformers = [PCA(), AutoencoderTransformer()]
    if not isinstance(transformers, dict):
        names = [type(transformer).__name__ for transformer in transformers]
        if len(set(names)) < len(names):
            raise ValueError(f"transformers of one class need names, in a dict. Got {names}.")
        transformers = dict(zip(names, transformers, strict=True))
    for name, transformer in transformers.items():
        if not _size_parameters(transformer):
            raise ValueError(f"transformers[{name!r}] has no n_components: {transformer!r}.")
    return transformers


def _size_parameters(transformer):
    names = (name for name in transformer.get_params() if name.split("__")[-1] == "n_components")
    return sorted(names, key=lambda name: name.count("__"))


def _at_size(transformer, size, seed):
    """An unfitted copy with so many components, and a seed wherever one was left open."""
    copy = clone(transformer).set_params(**{_size_parameters(transformer)[0]: size})
    for name, value in copy.get_params().items():
        if name.split("__")[-1] == "random_state" and value is None:
            copy.set_params(**{name: seed})
    return copy


def _folds(cv, X, y, rng):
    """The folds, as :class:`Fold` s of rows."""
    if y is not None:
        check_consistent_length(X, y)
        y = np.asarray(y)
        if y.dtype.kind == "f":
            assert_all_finite(y, input_name="y")
    has_classes = y is not None and type_of_target(y, input_name="y") in ("binary", "multiclass")
    if y is not None and not has_classes:
        y = check_array(y, ensure_2d=False, dtype=np.float64, input_name="y")
    if isinstance(cv, int):
        splitter = (StratifiedKFold if has_classes else KFold)(
            cv, shuffle=True, random_state=rng.randint(2**31 - 1)
        )
    else:
        splitter = check_cv(cv, y, classifier=has_classes)
    for train, test in splitter.split(X, y):
        targets = (None, None) if y is None else (y[train], y[test])
        yield _measures.Fold(X[train], X[test], *targets, has_classes)


def _try(transformer, fold, seed):
    """All measures of one transformer, or why there are none."""
    try:
        measured = _measures.costs_of_fitting(transformer, fold)
        train, test, costs = _measures.codes_of(transformer, fold)
    except (ValueError, TypeError, ArithmeticError, np.linalg.LinAlgError) as error:
        return {"error": f"{type(error).__name__}: {str(error).splitlines()[0]}"}
    return {
        **measured,
        **costs,
        **_measures.reconstruction(transformer, test, fold),
        **_measures.neighbourhoods(test, fold),
        **_measures.usefulness(train, test, fold, seed),
        **_measures.separability(test, fold, seed),
    }


def _record(transformer, n_components, fold, measured):
    head = {"transformer": transformer, "n_components": n_components, "fold": fold, "error": None}
    return head | dict.fromkeys(LARGER_IS_BETTER, np.nan) | measured


def standard_error(values):
    """Of the mean of one value a fold."""
    return values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
