"""Means and standard errors of measures as text, without digits that say nothing."""

from __future__ import annotations

from math import floor, isfinite, log10
from typing import NamedTuple

from skautoencoder.comparison import standard_error

_DIGITS = 4  # of a mean, at most, where its unit does not say


class _Unit(NamedTuple):
    """What a measure is told in: times what, how many decimals at most, and what stands behind."""

    factor: float = 1.0
    decimals: int | None = None  # None: _DIGITS digits in all
    name: str = ""


_PERCENT = _Unit(100.0, 1, " %")
_SCORE = _Unit(decimals=3)
_SECONDS = _Unit(decimals=2, name=" s")
_UNITS = {
    "explained_variance": _PERCENT,
    "trustworthiness": _SCORE,
    "continuity": _SCORE,
    "knn_recall": _PERCENT,
    "silhouette": _SCORE,
    "davies_bouldin": _SCORE,
    "adjusted_rand": _SCORE,
    "network_seconds": _SECONDS,
    "fit_seconds": _SECONDS,
    "compile_seconds": _SECONDS,
    "transform_seconds": _SECONDS,
    "peak_mib": _Unit(decimals=0, name=" MiB"),
    "code_share": _PERCENT,
}
_SCORES = ("linear_score", "knn_score", "network_score")  # accuracies, or R^2


def said(values, measure, task):
    """The mean of one value a fold and its standard error, as "98.3 ± 0.8 %".

    Of the error there is one digit (two from 10 to 19), of the mean no finer one; an error too
    small for the decimals that a measure has is left out.

    Parameters
    ----------
    values : ndarray of shape (n_folds,)
        Finite.
    measure : str
    task : {"classification", "regression"} or None
        What the target was taken for: accuracies are told in percent.
    """
    default = _PERCENT if task == "classification" else _SCORE
    unit = default if measure in _SCORES else _UNITS.get(measure, _Unit())
    mean, error = unit.factor * values.mean(), unit.factor * standard_error(values)
    decimals = unit.decimals
    if decimals is None:
        decimals = _DIGITS - 1 - _power(mean)
    if _tells(error):
        decimals = min(decimals, (error < 2 * 10.0 ** _power(error)) - _power(error))
    decimals = max(decimals, 0)
    told = f"{mean:,.{decimals}f}"
    least = 10.0**-decimals
    if mean == 0 and not _tells(error):
        return f"0{unit.name}"
    if 0 < mean < least / 2:
        return f"< {least:.{decimals}f}{unit.name}"
    if _tells(error) and error >= least / 2:
        return f"{told} ± {error:,.{decimals}f}{unit.name}".replace("-", "\N{MINUS SIGN}")
    told = told.rstrip("0").removesuffix(".") if "." in told and unit is _PERCENT else told
    return f"{told}{unit.name}".replace("-", "\N{MINUS SIGN}")


def _tells(error):
    return isfinite(error) and error > 0


def _power(number):
    """The power of ten of a number's first digit."""
    return floor(log10(abs(number))) if number else 0
