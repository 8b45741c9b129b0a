"""The start: principal axes of the data, read block by block."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import linalg

from skautoencoder.training._batches import Standardisation
from skautoencoder.training._blas import one_blas_thread

_CHUNK_VALUES = 1_048_576
_DIRECT = 4096  # up to this many rows or columns, all axes are computed
_POWER_ITERATIONS = 7
_OVERSAMPLING = 16


class PrincipalAxes(NamedTuple):
    """Mean, axes and variances of weighted rows, largest variance first."""

    mean: np.ndarray  # (n_features,)
    axes: np.ndarray  # (n_features, n_axes)
    variance: np.ndarray  # (n_axes,), of the rows' scores along each axis
    total_variance: float

    @property
    def standardisation(self):
        return _standardisation(self.mean, self.total_variance)

    def count(self, share):
        """How many axes it takes to explain a share of the variance."""
        explained = np.cumsum(self.variance) / (self.total_variance or 1.0)
        return min(int(np.searchsorted(explained, share, side="right")) + 1, len(self.variance))


def principal_axes(rows, index, n_axes, rng):
    """Principal axes of the rows at ``index``, without a centred copy of the data.

    Parameters
    ----------
    rows : Rows
    index : ndarray of row numbers
    n_axes : int or None
        How many are needed; None for all. Wide and long data (more than 4,096 rows and
        columns) get the leading ones by subspace iteration (Halko, Martinsson & Tropp
        2011, algorithm 4.4), smaller data always get all.
    rng : numpy.random.RandomState

    Returns
    -------
    PrincipalAxes
    """
    n_features = rows.X.shape[1]
    # BLAS rounds differently on one thread than on two, and a joblib worker may have
    # either: the same fit would give other bits.
    with one_blas_thread():
        mean = _mean(rows, index)
        if n_features <= min(len(index), _DIRECT):
            variance, axes = linalg.eigh(_covariance_times(rows, index, mean))
            variance, axes = variance[::-1].clip(0), axes[:, ::-1]
            total = variance.sum()
        elif len(index) <= _DIRECT:
            weight = rows.weight[index]
            centred = (rows.take(index) - mean) * np.sqrt(weight / weight.sum())[:, None]
            _, spread, axes = linalg.svd(centred, full_matrices=False)
            variance, axes = spread**2, axes.T
            total = variance.sum()
        else:
            variance, axes, total = _leading(rows, index, mean, n_axes or _DIRECT, rng)
    # Each axis points to where its largest entry is positive, so that signs are stable.
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    return PrincipalAxes(mean, axes[:, :n_axes], variance[:n_axes], float(total))


def column_moments(rows, index):
    """Mean of each column, and the sum of the columns' variances."""
    mean = _mean(rows, index)
    return mean, _total_variance(rows, index, mean)


def plain_standardisation(rows, index):
    """The standardisation of rows whose axes are not wanted."""
    return _standardisation(*column_moments(rows, index))


def linear_path(axes, n_components):
    """Encoder and decoder matrices that give PCA's codes, with unit variance.

    Components beyond the data's rank start empty; the network fills them.

    Returns
    -------
    tuple of arrays, of shape (n_features, n_components) and (n_components, n_features)
        For rows under ``axes.standardisation``.
    """
    spread = np.sqrt(axes.variance[:n_components]) / axes.standardisation.scale
    kept = spread > 1e-6 * spread.max(initial=0)
    directions = axes.axes[:, :n_components][:, kept]
    encoder = np.zeros((len(axes.mean), n_components), np.float32)
    decoder = np.zeros((n_components, len(axes.mean)), np.float32)
    encoder[:, : len(kept)][:, kept] = directions / spread[kept]
    decoder[: len(kept)][kept] = (directions * spread[kept]).T
    return encoder, decoder


def _chunks(rows, index):
    size = max(1, _CHUNK_VALUES // rows.X.shape[1])
    for start in range(0, len(index), size):
        chunk = index[start : start + size]
        yield rows.take(chunk).astype(np.float64, copy=False), rows.weight[chunk]


def _standardisation(mean, total_variance):
    # 1 for data that do not vary
    return Standardisation(mean, float(np.sqrt(total_variance / len(mean))) or 1.0)


def _total_variance(rows, index, mean):
    squares = sum((weight @ (x - mean) ** 2).sum() for x, weight in _chunks(rows, index))
    return float(squares / rows.weight[index].sum())


def _mean(rows, index):
    total = sum(weight @ x for x, weight in _chunks(rows, index))
    return total / rows.weight[index].sum()


def _covariance_times(rows, index, mean, matrix=None):
    """The weighted covariance, or its product with a matrix, in one pass over the rows."""
    product = 0.0
    for x, weight in _chunks(rows, index):
        centred = x - mean
        scores = centred if matrix is None else centred @ matrix
        product += (centred * weight[:, None]).T @ scores
    return product / rows.weight[index].sum()


def _leading(rows, index, mean, n_axes, rng):
    n_columns = min(n_axes + _OVERSAMPLING, len(mean))
    basis = rng.standard_normal((len(mean), n_columns))
    for _ in range(_POWER_ITERATIONS):
        basis, _ = linalg.qr(_covariance_times(rows, index, mean, basis), mode="economic")
    small = basis.T @ _covariance_times(rows, index, mean, basis)
    variance, rotation = linalg.eigh((small + small.T) / 2)
    return variance[::-1].clip(0), basis @ rotation[:, ::-1], _total_variance(rows, index, mean)
