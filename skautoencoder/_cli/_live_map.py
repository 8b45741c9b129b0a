"""What a page needs to draw codes as a map, and to decode its points by itself."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np

from skautoencoder._cli._in_units import columns_in_units, shortened, texts_of_rows
from skautoencoder._cli._marks import marks
from skautoencoder._cli._page_decoder import Shown, floats, page_decoder

_MOST_COLUMNS = 60  # of a table
_MOST_DOTS = 3_000
_MOST_CELLS = 40_000  # of rows that a page holds, to show those that are near
_MOST_PLACES = 1_100  # of an image or a profile
_AT_THE_EDGE = 0.005  # of the dots, on each side, that may lie off the map
_MARGIN = 0.05  # of the map, on each side


def live_map(estimator, table, kind, columns):
    """The map as plain values for JSON; single precision as text, in base64.

    Parameters
    ----------
    estimator : fitted autoencoder of two components
    table : Table
        The rows as the numbers that were learnt from, and what they were made of.
    kind, columns
        As from :func:`shown_as`.

    Returns
    -------
    dict
        Its ``kind`` is "nothing" where a page cannot run the decoder.
    """
    some = dots(table)
    codes = estimator.transform(table.X[some])
    shown, image_shape = _shown(kind, columns, table)
    decoder = page_decoder(estimator, shown)
    if decoder is None:
        kind, columns = "nothing", []
    names = table.row_names
    return {
        "kind": kind,
        "decoder": decoder,
        "columns": _side_by_side(columns),
        "codes": floats(codes),
        "limits": _limits(codes),
        "names": [names[row] for row in some],
        "near": _near(table, columns, some),
        "image_shape": image_shape,
        "range": _range(table.X[some]),
        **marks(table.y, some),
    }


def dots(table):
    """Numbers of the rows that are drawn on maps."""
    return evenly(len(table.X), _MOST_DOTS)


def evenly(n_rows, most):
    """Numbers of rows, at most so many, at even distances."""
    return np.unique(np.linspace(0, n_rows - 1, min(n_rows, most)).round().astype(int))


def shown_as(estimator, table):
    """What rows are shown as, "table", "image" or "profile", and the columns of a table.

    A table has up to 60 columns: of more, those that two components explain best.
    """
    if table.image_shape is not None:
        return "image", []
    columns = columns_in_units(table)
    if len(columns) <= _MOST_COLUMNS:
        return "table", columns
    if table.whole is None:
        return "profile", []
    best = np.argsort(-_explained(estimator, table.X, columns), kind="stable")[:_MOST_COLUMNS]
    return "table", [columns[i] for i in np.sort(best)]


def _explained(estimator, X, columns):
    """The share of each column's variance that two components explain."""
    X = X[evenly(len(X), _MOST_DOTS)]
    missed = (X - estimator.inverse_transform(estimator.transform(X))) ** 2
    there = (X - np.nanmean(X, axis=0)) ** 2
    blocks = [slice(column.at, column.at + column.width) for column in columns]
    shares = [np.nansum(missed[:, one]) / max(np.nansum(there[:, one]), 1e-300) for one in blocks]
    return 1 - np.array(shares)


def _shown(kind, columns, table):
    """What is shown of decoded rows, and the shape of an image.

    Images too large for a page are reduced to means of squares of pixels, and profiles to
    every so manieth column.
    """
    if kind == "table":
        index = [np.arange(column.at, column.at + column.width) for column in columns]
        return Shown.one_by_one(np.concatenate(index)), None
    if kind == "profile":
        return Shown.one_by_one(evenly(table.X.shape[1], _MOST_PLACES)), None
    height, width = table.image_shape
    side = 1
    while -(-height // side) * -(-width // side) > _MOST_PLACES:
        side += 1
    small = -(-height // side), -(-width // side)
    down, across = np.divmod(np.arange(height * width), width)
    places = down // side * small[1] + across // side
    return Shown(np.arange(height * width), places), small


def _side_by_side(columns):
    """The columns as plain values, in the places where they are decoded."""
    start, placed = 0, []
    for column in columns:
        placed.append(asdict(replace(column, name=shortened(column.name), at=start)))
        start += column.width
    return placed


def _near(table, columns, some):
    """Which of the dots have their rows in the page, and their cells, each text once a column."""
    if not columns:
        return {"dots": [], "cells": []}
    held = evenly(len(some), max(1, _MOST_CELLS // len(columns)))
    cells = []
    for column in texts_of_rows(table, columns, some[held]):
        number = {text: i for i, text in enumerate(dict.fromkeys(column))}
        cells.append({"texts": list(number), "numbers": [number[text] for text in column]})
    return {"dots": held.tolist(), "cells": cells}


def _limits(codes):
    """Left, right, bottom and top of the map: without a few dots that are far out."""
    low, high = np.quantile(codes, [_AT_THE_EDGE, 1 - _AT_THE_EDGE], axis=0)
    margin = _MARGIN * np.where(high > low, high - low, 1.0)
    (left, bottom), (right, top) = (low - margin).tolist(), (high + margin).tolist()
    return [left, right, bottom, top]


def _range(rows):
    """Between what values of images and profiles are drawn."""
    low, high = np.nanquantile(rows, [0.001, 0.999])
    return [float(low), float(high) if high > low else float(low) + 1.0]
