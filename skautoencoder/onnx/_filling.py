"""What stands in the gaps of rows, as a graph: conditional means, and neighbours' values.

ONNX solves no linear systems: a row's own matrix is brought to the identity by Gauss and Jordan's
elimination, a column at a time, without pivots, as all matrices are positive definite. For a
Gaussian it is as large as the most gaps that a row has, for factors as there are factors. Rows
without gaps take no part. All is in double precision.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch

import numpy as np

from skautoencoder._data._factors import Factors
from skautoencoder._data._filling import Filling
from skautoencoder._data._gaussian import Gaussian
from skautoencoder.onnx._array import ROWS, SOME, Body, GraphArray, Node, constant, integers, made
from skautoencoder.onnx._operations import concat, isnan, where


def filled(filling: Filling, rows: GraphArray) -> GraphArray:
    """The rows, their gaps filled linearly: :meth:`Filling.fill`."""
    return of_rows_with_gaps(rows, lambda some: linearly(filling, some))


def of_rows_with_gaps(rows: GraphArray, function: Callable[[GraphArray], GraphArray]) -> GraphArray:
    """The rows, those with gaps as a function gives them."""
    numbers = made("NonZero", (isnan(rows).sum(-1) > 0,), (1, ROWS), np.int64).reshape(-1)
    # One more, as onnxruntime 1.20 ends the process at a TopK of no rows, and with a gap, so that
    # the most that a row has is never none.
    more = np.zeros((1, rows.shape[1]), rows.dtype)
    more[:, 0] = np.nan
    some = function(concat([_gathered(rows, numbers, axis=0), more]))
    found = made("Slice", (some, integers([0]), integers([-1])), rows.shape, rows.dtype)
    return made("ScatterND", (rows, numbers[:, None], found), rows.shape, rows.dtype)


def linearly(filling: Filling, rows: GraphArray) -> GraphArray:
    """Rows that all have gaps, each with its mean given what is seen of it."""
    gaps = isnan(rows)
    z = where(gaps, 0.0, filling.standardized(rows))
    found = filling.restored(conditional_mean(filling.model, z, gaps))
    return where(gaps, found.astype(rows.dtype), rows)


@singledispatch
def conditional_mean(model: Gaussian | Factors, z: GraphArray, gaps: GraphArray) -> GraphArray:
    """What a model expects in the gaps of standardized rows; what it says elsewhere is left."""
    raise NotImplementedError(type(model).__name__)


@conditional_mean.register
def _(model: Gaussian, z: GraphArray, gaps: GraphArray) -> GraphArray:
    # As Gaussian.filled has it, but with as many columns for each row as the row with most gaps
    # has; those beyond a row's own are put to the identity.
    precision, n_features = np.linalg.inv(model.covariance), len(model.mean)
    centered = where(gaps, 0.0, z - model.mean)
    most = gaps.sum(-1).max(0)
    first = Node("TopK", (gaps.astype(float), most.reshape(1)), {"axis": -1}, n_outputs=2)
    is_gap = GraphArray(first, (ROWS, SOME), np.dtype(float))
    columns = GraphArray(first, (ROWS, SOME), np.dtype(np.int64), 1)
    numbers = made("Range", (constant(0), most, constant(1)), (SOME,), np.int64)

    places = columns[:, :, None] * n_features + columns[:, None, :]
    own = _gathered(constant(precision.ravel()), places, axis=0)
    diagonal = (numbers[:, None] == numbers[None, :]).astype(float)
    own = own * is_gap[:, :, None] * is_gap[:, None, :] + (1 - is_gap)[:, :, None] * diagonal
    pull = made("GatherElements", (centered @ precision, columns), (ROWS, SOME), float, axis=1)
    found = -solved(own, pull * is_gap, numbers)
    # entries that are seen may be overwritten
    filled = made("ScatterElements", (centered, columns, found), z.shape, float, axis=1)
    return filled + model.mean


@conditional_mean.register
def _(model: Factors, z: GraphArray, gaps: GraphArray) -> GraphArray:
    n_features, n_factors = model.loadings.shape
    seen = (~gaps).astype(float)
    loadings = constant(model.loadings)
    scaled = loadings / model.noise[:, None]
    products = (loadings[:, :, None] * scaled[:, None, :]).reshape(n_features, n_factors**2)
    own = (seen @ products).reshape(-1, n_factors, n_factors) + np.eye(n_factors)
    pull = (seen * (z - model.mean)) @ scaled
    factors = solved(own, pull, integers(range(n_factors)))
    return factors @ loadings.T + model.mean


def solved(matrices: GraphArray, right: GraphArray, numbers: GraphArray) -> GraphArray:
    """The solution of each row's own system, whose matrix is positive definite.

    Parameters
    ----------
    matrices : GraphArray of shape (n_rows, n, n)
    right : GraphArray of shape (n_rows, n)
    numbers : GraphArray of shape (n,)
        0, 1, ..., n - 1.
    """
    matrix, side = (GraphArray(None, one.shape, one.dtype) for one in (matrices, right))
    column = GraphArray(None, (), numbers.dtype)
    pivots = _gathered(matrix, column, axis=1)
    pivot = _gathered(pivots, column, axis=1)[:, None]
    others = _gathered(matrix, column, axis=2) - (numbers == column).astype(float)
    after = (
        matrix - others[:, :, None] * (pivots / pivot)[:, None, :],
        side - others * (_gathered(side, column, axis=1)[:, None] / pivot),
    )
    body = Body((matrix, side, column), after)
    inputs = (matrices, right, numbers)
    scan = Node("Scan", inputs, {"num_scan_inputs": 1}, n_outputs=2, body=body)
    return GraphArray(scan, right.shape, right.dtype, 1)


def neighbors_mean(donors: np.ndarray, n_neighbors: int, z: GraphArray) -> GraphArray:
    """The mean of each column's values in the nearest rows that have one, for every entry.

    As :class:`~sklearn.impute.KNNImputer` with uniform weights has it, except which of equally
    near rows are taken.

    Parameters
    ----------
    donors : ndarray of shape (n_donors, n_features)
        With gaps (NaN).
    n_neighbors : int
    z : GraphArray of shape (n_rows, n_features)
        With gaps (NaN), in double precision.
    """
    has, there = ~np.isnan(donors), (~isnan(z)).astype(float)
    known = np.where(has, donors, 0.0)
    at = where(isnan(z), 0.0, z)
    shared = there @ has.T.astype(float)
    square = (at * at) @ has.T.astype(float) + there @ (known**2).T - 2.0 * at @ known.T
    distance = where(shared > 0, square.clip(0.0) / shared, np.inf)
    mean = known.sum(axis=0) / np.maximum(has.sum(axis=0), 1)

    values = GraphArray(None, (len(donors),), np.dtype(float))
    count = GraphArray(None, (len(donors),), np.dtype(bool))
    usual = GraphArray(None, (), np.dtype(float))
    nearest = Node(
        "TopK",
        (where(count, distance, np.inf), integers([min(n_neighbors, len(donors))])),
        {"axis": -1, "largest": 0},
        n_outputs=2,
    )
    shape = (ROWS, min(n_neighbors, len(donors)))
    weight = (GraphArray(nearest, shape, np.dtype(float)) < np.inf).astype(float)
    places = GraphArray(nearest, shape, np.dtype(np.int64), 1)
    total = weight.sum(-1)
    found = (weight * _gathered(values, places, axis=0)).sum(-1) / total.clip(1.0)
    found = where(total > 0, found, usual)

    columns = constant(known.T.copy()), constant(has.T.copy()), constant(mean)
    body = Body((values, count, usual), (found,))
    scan = Node("Scan", columns, {"num_scan_inputs": 3}, body=body)
    return GraphArray(scan, (z.shape[1], ROWS), np.dtype(float)).T


def _gathered(array: GraphArray, index: GraphArray, axis: int) -> GraphArray:
    """The entries of an array along an axis at places that are known when the graph is run."""
    shape = (*array.shape[:axis], *index.shape, *array.shape[axis + 1 :])
    return made("Gather", (array, index), shape, array.dtype, axis=axis)
