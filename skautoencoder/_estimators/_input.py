"""What users pass, checked and made what training takes: rows, weights, groups."""

from __future__ import annotations

from numbers import Integral

import numpy as np
from sklearn.utils import check_consistent_length, column_or_1d, get_tags
from sklearn.utils.validation import validate_data

from skautoencoder._estimators._warning import warn_caller
from skautoencoder._sklearn import check_sample_weight
from skautoencoder._streams._whole import in_memory

_NATIVE = (
    [np.dtype(kind) for kind in (np.float64, np.float32, np.float16, bool)]
    + [np.dtype(f"{sign}int{bits}") for sign in ("", "u") for bits in (8, 16, 32, 64)]
)  # fmt: skip

#: Types of data that stay as they are, of either byte order: rows are made double or single
#: precision a few at a time. All else becomes double at once, as in PCA.
NUMBERS = _NATIVE + [kind.newbyteorder() for kind in _NATIVE if kind.itemsize > 1]


def to_numpy(X):
    """Arrays of jax, torch and others as NumPy arrays, all else as it is."""
    # scikit-learn would keep them under array_api_dispatch
    foreign = hasattr(X, "__dlpack__") and not isinstance(X, np.ndarray)
    return np.asarray(X) if foreign else X


def check_rows(estimator, X, *, reset, ensure_min_samples=1):
    """Rows of X as an array or CSR matrix of numbers; ``reset`` has the estimator note its columns.

    Raises
    ------
    ValueError
        If X holds infinity, dates or text, or NaN where the estimator takes no gaps, or has
        another number of columns.
    """
    if not reset and _is_valid(estimator, X, ensure_min_samples):
        return X
    X = in_memory(X)
    check_no_dates(X)
    return validate_data(
        estimator,
        to_numpy(X),
        reset=reset,
        accept_sparse="csr",
        dtype=NUMBERS,
        ensure_min_samples=ensure_min_samples,
        ensure_all_finite="allow-nan" if get_tags(estimator).input_tags.allow_nan else True,
    )


def _is_valid(estimator, X, ensure_min_samples):
    """Whether X is seen at once to be what `validate_data` would give back as it is.

    That would take as long as the rest of `transform` of one row. All that is in doubt is left
    to it, errors and warnings too.
    """
    if type(X) is not np.ndarray or X.ndim != 2 or X.dtype not in (np.float64, np.float32):
        return False
    fits = X.shape[0] >= max(ensure_min_samples, 1) and X.shape[1] == estimator.n_features_in_
    if not fits or hasattr(estimator, "feature_names_in_"):
        return False
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(X.sum()))


def check_no_dates(X):
    """Raise a ValueError where X holds dates or spans of time: they have no unit of their own."""
    names = [str(name) for name, kind in _columns(X) if _is_time(kind)]
    if names:
        raise ValueError(
            f"X holds dates or spans of time, in {', '.join(names)}. Turn them into numbers of "
            "a unit first, for example days: (X - X.min()) / np.timedelta64(1, 'D')."
        )


def check_weight(sample_weight, X):
    """Weights relative to each other: those that are not zero are 1 in the mean."""
    weight = check_sample_weight(
        to_numpy(sample_weight), X, dtype=np.float64, ensure_non_negative=True
    )
    if not weight.any():
        return weight
    weight = weight / weight.max()  # the sum of very large ones has no number
    return weight / weight[weight > 0].mean()


def check_groups(groups, X):
    """Labels of the rows of X, as an array, or None."""
    if groups is None:
        return None
    groups = column_or_1d(to_numpy(groups))
    check_consistent_length(X, groups)
    return groups


def column_name(estimator, number):
    """How a column is called in a warning."""
    names = getattr(estimator, "feature_names_in_", None)
    return f"Column {number}" if names is None else f"Column {names[number]!r}"


def warn_never_seen(estimator, never):
    """Warn of columns that no row has a value in, if there are any."""
    if never.any():
        names = ", ".join(column_name(estimator, number) for number in np.flatnonzero(never))
        warn_caller(f"{names}: no row has a value there. Zeros stand in their place.")


def _columns(X):
    """Name and type of each column of a data frame, or of an array as a whole."""
    if hasattr(X, "columns") and hasattr(X, "dtypes"):
        return zip(X.columns, X.dtypes, strict=True)
    return [("an array", getattr(X, "dtype", None))]


def _is_time(kind):
    if isinstance(kind, np.dtype):  # which it takes long to spell
        return kind.kind in "Mm"
    # polars' types know themselves; most of pandas' have a kind
    return (
        getattr(kind, "kind", None) in ("M", "m")
        or str(kind).startswith("period[")
        or (hasattr(kind, "is_temporal") and kind.is_temporal())
    )


def check_layer_sizes(estimator):
    """``hidden_layer_sizes`` of an estimator as a tuple of int, or else an error."""
    given = estimator.hidden_layer_sizes
    sizes = (given,) if isinstance(given, Integral) else tuple(given)
    if not all(isinstance(size, Integral) and int(size) >= 1 for size in sizes):
        raise ValueError(
            f"The 'hidden_layer_sizes' parameter of {type(estimator).__name__} must hold "
            f"integers in the range [1, inf). Got {given!r} instead."
        )
    return tuple(int(size) for size in sizes)
