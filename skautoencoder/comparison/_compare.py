"""Compare transformers, PCA above all: returns numbers, draws nothing."""

from __future__ import annotations

import warnings
from collections import Counter
from functools import partial
from numbers import Integral, Real
from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.model_selection import KFold, StratifiedKFold, check_cv
from sklearn.utils import (
    check_array,
    check_consistent_length,
    check_random_state,
)

from skautoencoder._errors import one_line
from skautoencoder._estimators._autoencoder import AutoencoderTransformer
from skautoencoder._estimators._warning import one_of_many
from skautoencoder._sklearn import safe_indexing
from skautoencoder._streams._whole import in_memory
from skautoencoder.comparison import _measures
from skautoencoder.comparison._comparison import (
    LARGER_IS_BETTER,
    RAW,
    Comparison,
    ComparisonInterrupted,
)
from skautoencoder.comparison._targets import read_target


def compare_transformers(
    transformers,
    X,
    y=None,
    *,
    n_components=(2, 4, 8, 16, 32),
    task="auto",
    cv=3,
    random_state=None,
    progress=None,
):
    """Fit transformers at several sizes, and measure their codes on held-out rows.

    Parameters
    ----------
    transformers : dict of str to transformer, iterable of transformers or None
        Each with ``n_components``, or a pipeline with one step that has it. None compares
        PCA with :class:`AutoencoderTransformer`.
    X : {array-like, data frame, sparse matrix} of shape (n_samples, n_features)
        Goes to the transformers as it is, gaps and columns of text included. Measures that
        need numbers are left out where X holds text.
    y : array-like of shape (n_samples,), default=None
        Classes or numbers, for the measures of what a code is good for. Not shown to the
        transformers.
    n_components : iterable of int or float, default=(2, 4, 8, 16, 32)
        Numbers of components, from 1. A float between 0 and 1 is a share of the variance,
        for transformers that take one, as PCA does.
    task : {"auto", "classification", "regression"}, default="auto"
        What to take y for. "auto" takes text, truth values and whole numbers for classes,
        the latter unless they look like amounts: more values than half the rows, or more
        than 20 that are not numbered from 0 or 1 without gaps or have fewer than 10 rows
        each in the mean. The result's ``task`` says which was taken.
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
        the code's share of the data's size. The raw features are one more row, where they
        are numbers without gaps. Entries that are gaps in X count in no error, and rows with
        gaps in no neighbourhood.

    Raises
    ------
    ValueError
        If a parameter is out of range, y has another length, gaps or infinities, or a
        transformer has no ``n_components``; if X holds NaN or infinity and no transformer
        could be fitted to it.

    ComparisonInterrupted
        A KeyboardInterrupt that has as its ``comparison`` what was measured before Ctrl-C: the
        folds that are whole, or a part of the first.

    Warns
    -----
    UserWarning
        If a transformer or a measure failed, other than at more components than the data
        have rows or columns. Its records say why, under ``error``; all others are as they
        would be without it.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.decomposition import PCA, FastICA
    >>> from skautoencoder import compare_transformers
    >>> X, y = load_iris(return_X_y=True)
    >>> found = compare_transformers(
    ...     [PCA(), FastICA()], X, y, n_components=(1, 2), random_state=0
    ... )
    >>> found.task
    'classification'
    >>> found.verdict("FastICA", 2)
    'no difference shown'
    """
    X = _rows(in_memory(X))
    named, sizes = _named(transformers), _sizes(n_components)
    target = None if y is None else read_target(y, task)
    rng = check_random_state(random_state)
    folds = list(_folds(cv, X, target, rng))
    seed = int(rng.randint(2**31 - 1))
    say = progress or (lambda line: None)
    records: list = []
    n_train, n_test = (
        int(np.mean([part.shape[0] for part in parts]))
        for parts in ([fold.train for fold in folds], [fold.test for fold in folds])
    )
    try:
        for measured in _records(named, sizes, folds, seed, say):
            records.append(measured)
    except KeyboardInterrupt:
        whole = _of_whole_folds(records, len(named) * len(sizes))
        if not whole:
            raise
        known = Comparison(_sorted(whole, named), n_train, n_test, target and target.task)
        raise ComparisonInterrupted(known) from None
    _warn_of_failures(records, X, most=min(n_train, X.shape[1]))
    return Comparison(_sorted(records, named), n_train, n_test, target and target.task)


def _records(named, sizes, folds, seed, say):
    """The records of all transformers and sizes, fold by fold, each once it is measured."""
    for number, fold in enumerate(folds):
        where = f"fold {number + 1}/{len(folds)}"
        for name, transformer in named.items():
            for size in sizes:
                say(f"{where}: {name}, {size} components")
                yield _record(name, size, number, _measured(transformer, size, fold, seed))
        if fold.y_train is not None:
            say(f"{where}: {RAW}")
            measured = _raw(fold, seed)
            if measured is not None:
                yield _record(RAW, fold.train.shape[1], number, measured)


def _sorted(records, named):
    order = {name: i for i, name in enumerate([*named, RAW])}
    return sorted(records, key=lambda r: (order[r["transformer"]], r["n_components"], r["fold"]))


def _of_whole_folds(records, n_of_a_fold):
    """Records of the folds in which all was fitted; of the first one if there is none."""
    count = Counter(record["fold"] for record in records if record["transformer"] != RAW)
    whole = [record for record in records if count[record["fold"]] == n_of_a_fold]
    return whole or records


def _rows(X):
    """The rows as they are, if they can be taken apart: lists and the like as an array."""
    if hasattr(X, "columns") and hasattr(X, "shape"):  # a data frame
        return X
    return check_array(X, dtype=None, accept_sparse="csr", ensure_all_finite=False, input_name="X")


def _sizes(n_components):
    """The sizes to fit at, each once."""
    one = isinstance(n_components, (str, Real)) or n_components is None
    sizes = [n_components] if one else list(n_components)
    for size in sizes:
        is_number = isinstance(size, Real) and not isinstance(size, (bool, np.bool_))
        if not is_number or not (int(size) >= 1 if isinstance(size, Integral) else 0 < size < 1):
            raise ValueError(
                "n_components must hold whole numbers from 1, or shares of the variance "
                f"between 0 and 1. Got {size!r}."
            )
    if not sizes:
        raise ValueError("n_components is empty: there is no size to fit at.")
    return list(dict.fromkeys(int(s) if isinstance(s, Integral) else float(s) for s in sizes))


def _named(transformers):
    if transformers is None:
        transformers = [PCA(), AutoencoderTransformer()]
    if hasattr(transformers, "get_params") or isinstance(transformers, (str, type)):
        raise ValueError(f"transformers must be a dict or a list of some. Got {transformers!r}.")
    if not isinstance(transformers, dict):
        transformers = list(transformers)
        names = [type(transformer).__name__ for transformer in transformers]
        if len(set(names)) < len(names):
            raise ValueError(f"transformers of one class need names, in a dict. Got {names}.")
        transformers = dict(zip(names, transformers, strict=True))
    if not transformers or RAW in transformers:
        raise ValueError(
            f"transformers must be one or more, none of them named {RAW!r}. "
            f"Got {list(transformers)}."
        )
    for name, transformer in transformers.items():
        if isinstance(transformer, type) or not hasattr(transformer, "get_params"):
            raise ValueError(f"transformers[{name!r}] is no transformer: {transformer!r}.")
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


def _folds(cv, X, target, rng):
    """The folds, as :class:`Fold` s of rows."""
    y: Any = None if target is None else target.values
    if y is not None:
        check_consistent_length(X, y)
    has_classes = target is not None and target.task == "classification"
    if isinstance(cv, Integral):
        # Where no class has a row for each fold, there is nothing to stratify
        stratified = has_classes and np.bincount(y).max() >= cv
        splitter = (StratifiedKFold if stratified else KFold)(
            int(cv), shuffle=True, random_state=rng.randint(2**31 - 1)
        )
    else:
        splitter = check_cv(cv, y, classifier=has_classes)
    with warnings.catch_warnings():
        # Of a class rarer than folds there is no more to say than its records do
        warnings.filterwarnings("ignore", "The least populated class")
        warnings.filterwarnings("ignore", "The number of unique classes")
        parts = list(splitter.split(X, y))
    for train, test in parts:
        targets: tuple[Any, Any] = (None, None) if y is None else (y[train], y[test])
        rows = safe_indexing(X, train), safe_indexing(X, test)
        yield _measures.Fold(*rows, *targets, has_classes)


def _measured(transformer, size, fold, seed):
    """All measures of one transformer at one size, and why some are missing."""
    try:
        fitted = _at_size(transformer, size, seed)
        with one_of_many():
            costs = _measures.costs_of_fitting(fitted, fold)
        codes, more_costs = _measures.codes_of(fitted, fold)
    except Exception as error:  # another's code: what it raises must not lose the rest
        return {"error": one_line(error)}
    about_rows = {
        "reconstruction": partial(_measures.reconstruction, fitted, codes, fold),
        "neighbourhoods": partial(_measures.neighbourhoods, codes, fold),
    }
    about_y = _what_codes_are_good_for(codes, fold, seed)
    return costs | more_costs | _measures.attempt(about_rows | about_y)


def _raw(fold, seed):
    """What the features themselves are good for, or None where models cannot take them."""
    rows = _measures.raw_features(fold)
    if rows is None:
        return None
    return _measures.attempt(_what_codes_are_good_for(rows, fold, seed))


def _what_codes_are_good_for(codes, fold, seed):
    """The measures that need y, by name."""
    if fold.y_train is None:
        return {}
    seeded = _measures.network_score, _measures.silhouette, _measures.adjusted_rand
    others = _measures.linear_score, _measures.knn_score, _measures.davies_bouldin
    named = {measure.__name__: partial(measure, codes, fold, seed) for measure in seeded}
    return named | {measure.__name__: partial(measure, codes, fold) for measure in others}


def _record(transformer, n_components, fold, measured):
    head = {"transformer": transformer, "n_components": n_components, "fold": fold, "error": None}
    return head | dict.fromkeys(LARGER_IS_BETTER, np.nan) | measured


def _warn_of_failures(records, X, most):
    """One warning for all that failed; an error if X has gaps and nothing could be fitted."""
    failed = [record for record in records if record["error"]]
    fitted = any(np.isfinite(r["fit_seconds"]) for r in records if r["transformer"] != RAW)
    if not fitted and not _is_finite(X):
        raise ValueError(
            f"X contains NaN or infinity, and no transformer takes it. {_problem(failed[0])}"
        )
    # That there are no more components than the data have is no news
    failed = [r for r in failed if r["transformer"] == RAW or r["n_components"] <= most]
    if failed:
        warnings.warn(
            f"Numbers are missing from {len(failed)} of {len(records)} records, whose 'error' "
            f"says why. The first: {_problem(failed[0])}",
            stacklevel=3,
        )


def _problem(record):
    return f"{record['transformer']}, {record['n_components']} components: {record['error']}"


def _is_finite(X):
    try:
        return bool(np.isfinite(X.data if issparse(X) else np.asarray(X, dtype=float)).all())
    except (TypeError, ValueError):  # text, of which none is said to be finite
        return True
