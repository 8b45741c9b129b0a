"""Principal axes of rows read chunk by chunk, and PCA as a linear path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike
from scipy import linalg

from skautoencoder._data._blas import one_blas_thread
from skautoencoder._data._moments import Moments, moments_of, sparse_shares, weighted_chunks
from skautoencoder._data._source import Index, Source
from skautoencoder._data._standardization import Standardization

_DIRECT = 4096  # up to this many rows or columns, all axes are computed
_POWER_ITERATIONS = 7
_OVERSAMPLING = 16

# A covariance resolves variances down to the rounding of the largest one. Where an axis that
# is asked for has less than this share of it, the rows' triangular factor is taken instead,
# which resolves standard deviations so far.
_COVARIANCE_RESOLVES = 1e-10

# An axis along which the rows hardly vary is not stretched to unit variance, for rounding and
# a denoising objective's corruption would be stretched as well: its scores count in units of
# this share of the rows' scale.
_LEAST_SPREAD = 0.03


class PrincipalAxes(NamedTuple):
    """Axes and variances of weighted rows, largest variance first, in standard units."""

    moments: Moments
    axes: np.ndarray  # (n_features, n_axes)
    variance: np.ndarray  # (n_axes,), of the standardized rows' scores along each axis
    total_variance: float  # the number of columns, or 0 for data that do not vary

    def count(self, share: float) -> int:
        """How many axes it takes to explain a share of the variance."""
        explained = np.cumsum(self.variance) / (self.total_variance or 1.0)
        return min(int(np.searchsorted(explained, share, side="right")) + 1, len(self.variance))


class LinearPath(NamedTuple):
    """PCA as a linear path for standardized rows, its codes of about unit variance."""

    encoder: np.ndarray  # (n_features, n_components)
    decoder: np.ndarray  # (n_components, n_features)
    unit: np.ndarray  # (n_components,): what turns its codes into PCA's
    spread: np.ndarray  # (n_components,), of PCA's codes; 0 where it is next to none


def principal_axes(
    rows: Source, index: Index, n_axes: int | None, rng: np.random.Generator
) -> PrincipalAxes:
    """The principal axes of the rows at ``index``, without a centered copy of the data.

    Parameters
    ----------
    rows : Source
    index : row numbers, or a part of a stream
    n_axes : int or None
        How many are needed; None for all. Wide and long data (more than 4,096 rows and
        columns) get the leading ones by subspace iteration (Halko, Martinsson & Tropp
        2011, algorithm 4.4), smaller data always get all.
    rng : numpy.random.Generator

    Returns
    -------
    PrincipalAxes
    """
    n_features, n_rows = rows.n_features, rows.count(index)
    # BLAS rounds differently on one thread than on two, and a joblib worker may have
    # either: the same fit would give other bits.
    with one_blas_thread():
        moments = moments_of(rows, index)
        direct = n_features <= min(n_rows, _DIRECT)
        hidden = rows.hidden_covariance(index, moments.unit) if direct else None
        if hidden is not None:
            moments = moments.with_more(np.diag(hidden))
            hidden = hidden * (moments.unit / moments.standardization.scale) ** 2
        standardization = moments.standardization
        if direct:
            variance, axes = _all_axes(rows, index, standardization, n_axes, hidden)
        elif n_rows <= _DIRECT and len(rows.counts(index)) == 1:
            variance, axes = _axes_of_rows(next(_standard_chunks(rows, index, standardization)))
        else:
            variance, axes = _leading(rows, index, standardization, n_axes or _DIRECT, rng)
    # Each axis points to where its largest entry is positive, so that signs are stable.
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    total = n_features * bool(moments.variance.any())
    return PrincipalAxes(
        moments,
        axes[:, :n_axes],
        variance[:n_axes],
        float(total),
    )


def linear_path(
    axes: PrincipalAxes, n_components: int, dtype: DTypeLike = np.float64
) -> LinearPath:
    """Principal axes as encoder and decoder matrices that rebuild as PCA does.

    Codes have unit variance, or less along axes of next to no variance. Components beyond
    the number of axes start empty; the network fills them.

    Returns
    -------
    LinearPath
        For rows under ``axes.moments.standardization``.
    """
    n_features, n_axes = axes.axes[:, :n_components].shape
    spread = np.zeros(n_components)
    spread[:n_axes] = np.sqrt(axes.variance[:n_components])
    unit = np.maximum(spread, _LEAST_SPREAD)
    encoder = np.zeros((n_features, n_components), dtype)
    decoder = np.zeros((n_components, n_features), dtype)
    encoder[:, :n_axes] = axes.axes[:, :n_components] / unit[:n_axes]
    decoder[:n_axes] = (axes.axes[:, :n_components] * unit[:n_axes]).T
    scale = axes.moments.standardization.scale
    return LinearPath(
        encoder, decoder, unit * scale, np.where(spread < _LEAST_SPREAD, 0, spread) * scale
    )


def _standard_chunks(
    rows: Source, index: Index, standardization: Standardization, least: int | None = None
) -> Iterator[np.ndarray]:
    """Standardized rows, each times the root of its share: their squares are a covariance."""
    # by default all at once
    for x, share in weighted_chunks(rows, index, least or rows.count(index)):
        yield standardization.apply(x, np.float64) * np.sqrt(share)[:, None]


def _all_axes(
    rows: Source,
    index: Index,
    standardization: Standardization,
    n_axes: int | None,
    hidden: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Variances and axes from the covariance, or, where that is too coarse, from the rows.

    ``hidden`` is what the covariance of filled rows lacks, in standard units.
    """
    covariance = _covariance_times(rows, index, standardization)
    if hidden is not None:
        covariance = covariance + hidden
    variance, axes = linalg.eigh(covariance)
    variance, axes = variance[::-1].clip(0), axes[:, ::-1]
    if hidden is not None or variance[:n_axes][-1] > _COVARIANCE_RESOLVES * variance[0]:
        return variance, axes
    n_features = len(variance)
    factor = np.empty((0, n_features))
    for x in _standard_chunks(rows, index, standardization, least=2 * n_features):
        factor = _triangle(factor, x)
    return _axes_of_rows(rows.across(factor, _triangle))


def _triangle(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """The triangular factor of two matrices, one below the other."""
    return linalg.qr(np.vstack([above, below]), mode="r")[0][: above.shape[1]]


def _axes_of_rows(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Variances and axes of rows by their singular values."""
    _, spread, axes = linalg.svd(x, full_matrices=False)
    return spread**2, axes.T


def _covariance_times(
    rows: Source,
    index: Index,
    standardization: Standardization,
    matrix: np.ndarray | None = None,
) -> np.ndarray:
    """The weighted covariance of standardized rows, or its product with a matrix."""
    if rows.is_wide_and_sparse and matrix is not None:
        return _sparse_covariance_times(rows, index, standardization, matrix)
    product: Any = 0.0
    for x in _standard_chunks(rows, index, standardization, least=1):
        product += x.T @ (x if matrix is None else x @ matrix)
    return rows.across(product)


def _sparse_covariance_times(
    rows: Source, index: Index, standardization: Standardization, matrix: np.ndarray
) -> np.ndarray:
    """The same of wide sparse rows, their mean taken off products, not off the rows."""
    mean, scale = standardization
    product: Any = 0.0
    for x, share in sparse_shares(rows, index):
        scores = share[:, None] * (x @ matrix - mean @ matrix)
        product += x.T @ scores - np.outer(mean, scores.sum(axis=0))
    return rows.across(product) / scale**2


def _leading(
    rows: Source,
    index: Index,
    standardization: Standardization,
    n_axes: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Variances and axes by subspace iteration."""
    n_features = len(standardization.mean)
    basis = rng.standard_normal((n_features, min(n_axes + _OVERSAMPLING, n_features)))
    for _ in range(_POWER_ITERATIONS):
        product = _covariance_times(rows, index, standardization, basis)
        basis, _ = linalg.qr(product, mode="economic")
    small = basis.T @ _covariance_times(rows, index, standardization, basis)
    variance, rotation = linalg.eigh((small + small.T) / 2)
    return variance[::-1].clip(0), basis @ rotation[:, ::-1]
