"""Colors and shapes of the dots on a map: which group each belongs to, and a legend of them."""

from __future__ import annotations

import numpy as np

from skautoencoder.comparison._targets import names_of, plain_values
from skautoencoder.display import COLOURS
from skautoencoder.display._colours import MARKERS

# As matplotlib's markers of these names: paths from the middle on.
_PATHS = {
    "o": "m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z",
    "s": "m-2.7-2.7h5.4v5.4h-5.4z",
    "D": "m0-3.8 3.8 3.8-3.8 3.8-3.8-3.8z",
    "^": "m0-3.7 3.6 6.4h-7.2z",
    "v": "m0 3.7 3.6-6.4h-7.2z",
    "P": "m-1.2-3.8h2.4v2.6h2.6v2.4h-2.6v2.6h-2.4v-2.6h-2.6v-2.4h2.6z",
    "*": "m0-4.4 1.3 3h3.2l-2.6 2 1 3.2-2.9-2-2.9 2 1-3.2-2.6-2h3.2z",
    "X": "m-2.1-3.9 2.1 2.1 2.1-2.1 1.8 1.8-2.1 2.1 2.1 2.1-1.8 1.8-2.1-2.1-2.1 2.1-1.8-1.8 "
    "2.1-2.1-2.1-2.1z",
}
_GREY = "#8c8c8c"
_MOST_GROUPS = 20  # with a mark of their own: as many as one reads in a legend
_N_SHADES = 12  # of numbers
_LIGHTEST = 0.9  # of the color map, which ends in a yellow that is lost on white
_MISSING = "missing"


def marks(y, some):
    """Groups of dots, the group of each dot, and what a legend says.

    Parameters
    ----------
    y : ndarray of shape (n_rows,) or None
        Classes or numbers.
    some : ndarray of int
        The rows that are drawn.

    Returns
    -------
    dict
        ``groups``, a list of dicts of ``name``, ``color`` and ``path``; ``group_of``, a number
        for each dot; ``labels``, what each dot's row is called, or None; ``scale``, the
        lowest and the highest number, where groups are shades.
    """
    if y is None:
        groups = [_group("rows", COLOURS[0], "o")]
        return {"groups": groups, "group_of": [0] * len(some), "labels": None, "scale": None}
    y = plain_values(y)
    classes = names_of(y)
    return _of_numbers(y, some) if classes is None else _of_classes(*classes, some)


def _group(name, color, marker):
    return {"name": name, "color": color, "path": _PATHS[marker]}


def _of_classes(names, number, some):
    """A color and a shape for each class, grey for all that are rarer than the others."""
    n_rows = np.bincount(number, minlength=len(names))
    n_own = _MOST_GROUPS if len(names) > _MOST_GROUPS + 1 else len(names)  # one is not grouped
    own = np.sort(np.argsort(-n_rows, kind="stable")[:n_own])
    groups = [
        _group(names[k], COLOURS[i % len(COLOURS)], MARKERS[i % len(MARKERS)])
        for i, k in enumerate(own)
    ]
    group_of = np.full(len(names), len(own))
    group_of[own] = np.arange(len(own))
    if len(own) < len(names):
        groups.append(_group(f"{len(names) - len(own)} rarer ones", _GREY, "o"))
    return {
        "groups": groups,
        "group_of": group_of[number[some]].tolist(),
        "labels": [names[k] for k in number[some]],
        "scale": None,
    }


def _of_numbers(y, some):
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    known = y[np.isfinite(y)].astype(float)
    low, high = (known.min(), known.max()) if len(known) else (0.0, 0.0)
    share = (y[some] - low) / ((high - low) or 1.0)
    there = np.isfinite(share)
    shade = np.where(there, share * _N_SHADES, 0).clip(0, _N_SHADES - 1).astype(int)
    colors = [to_hex(c) for c in colormaps["viridis"](np.linspace(0, _LIGHTEST, _N_SHADES))]
    groups = [_group("", color, "o") for color in colors]
    if not there.all():
        groups.append(_group(_MISSING, _GREY, "o"))
    return {
        "groups": groups,
        "group_of": np.where(there, shade, _N_SHADES).tolist(),
        "labels": [f"{value:.6g}" if np.isfinite(value) else _MISSING for value in y[some]],
        "scale": [f"{low:.4g}", f"{high:.4g}"],
    }
