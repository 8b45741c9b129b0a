"""What each component does to the rows: its direction, its share of the variance, derivatives."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from skautoencoder._data._blas import one_blas_thread

# Rows to measure on, at most and at least. Each is decoded three times for a component: all
# together, with what they are on their way, take a few hundredths of a small fit, and less of
# larger ones; benchmarks/speed/components.py.
_MOST_ROWS, _LEAST_ROWS = 1000, 64
_DECODED_ROWS, _DECODED_VALUES = 4096, 4_194_304


class Components(NamedTuple):
    """What each component does to the rows, and how much of their variance is whose."""

    directions: np.ndarray  # (n_components, n_features), units of the data per unit of the code
    ratio: np.ndarray  # (n_components,), shares of the variance
    variance: float  # of all columns together, around their means, in standard units


def components_of(model, rows, unit, start, rng):
    """The :class:`Components` of a fitted model on the rows that it was fitted to.

    Parameters
    ----------
    model : FittedAutoencoder
    rows : Source
    unit : ndarray of shape (n_components,)
        What the network's own codes are multiplied by.
    start : Start or None
        Where training started, if its weights were kept.
    rng : numpy.random.Generator
        Draws rows where there are many.
    """
    some = rows.drawn(_n_rows(model.network.widest, len(unit)), rng)
    with one_blas_thread():  # the same bits on any number of cores
        if start is not None and _is_pca(model, some, start):
            return _of_pca(model, unit, start)
        return _of_network(model, some, unit)


def decoder_derivatives(decode, codes):
    """Yield, for each component, the derivatives of decoded rows by the network's own code.

    By central differences, which take any network, loss and objective, and no JAX. Steps are
    such that rounding and curvature err alike: of double precision ten digits are right, of
    single five.

    Parameters
    ----------
    decode : callable
        From codes to rows.
    codes : ndarray of shape (n_rows, n_components)

    Yields
    ------
    ndarray of shape (n_rows, n_features)
    """
    spread = codes.std(axis=0)
    step = np.cbrt(np.finfo(codes.dtype).eps) * np.where(spread > 0, spread, 1)
    for shift, width in zip(np.diag(step), step, strict=True):
        derivative = decode(codes + shift)
        derivative -= decode(codes - shift)
        derivative /= 2 * width
        yield derivative


def _n_rows(widest, n_components):
    """How many rows to measure on."""
    n_decoded = min(_DECODED_ROWS, _DECODED_VALUES // widest)
    n_rows = min(_MOST_ROWS, max(_LEAST_ROWS, n_decoded // (3 * n_components + 1)))
    return min(n_rows, max(1, _DECODED_VALUES // widest))  # in memory at a time


def _is_pca(model, some, start):
    # A loss may bound what is rebuilt, and an objective make another code of the encoder's.
    if start.variance is None or not model.has_linear_link:
        return False
    few = some.x[:_LEAST_ROWS]
    x = model.standardization.apply(few)
    outputs = model.network.encode(model.params, x)[:, : model.network.n_components]
    return np.allclose(model.codes(few), outputs, rtol=1e-3, atol=1e-3)


def _of_pca(model, unit, start):
    """From PCA's own axes and variances, of all rows."""
    path, _ = model.network.decode(model.params, np.eye(len(unit)))
    total = float(model.network.n_features if start.variance.any() else 0)
    directions = path * (model.standardization.scale / unit)[:, None]
    return Components(directions, start.variance / (total or 1.0), total)


def _of_network(model, some, unit):
    share = some.weight / some.weight.sum()
    # Other links have the means in what they decode, and some a kink.
    precision = np.float32 if model.has_linear_link else np.float64
    codes = model.codes(some.x).astype(precision)
    decode = model.standard_decoder(precision)
    x = model.standardization.apply(some.x)
    ratio, variance = _shares(decode, x, some.seen, share, codes)
    derivatives = decoder_derivatives(decode, codes)
    directions = np.array([share @ derivative for derivative in derivatives])
    return Components(directions * (model.standardization.scale / unit)[:, None], ratio, variance)


def _shares(decode, x, seen, share, codes):
    """Each component's share of the variance, and that variance.

    What is explained of the variance is shared out by how much worse rows are rebuilt where a
    component is replaced by its mean.
    """

    def summed(squares):
        return share @ (squares if seen is None else squares * seen)

    def error(some):
        return summed((x - decode(some)) ** 2).sum()

    count = summed(np.ones_like(x))
    squares = summed((x - _over(summed(x), count)) ** 2)
    least, total = error(codes), squares.sum()
    lost = np.zeros(codes.shape[1])
    for k, mean in enumerate(share @ codes):
        without = codes.copy()
        without[:, k] = mean
        lost[k] = max(error(without) - least, 0.0)
    explained = max(1 - least / total, 0.0) if total > 0 else 0.0
    return explained * lost / (lost.sum() or 1.0), float(_over(squares, count).sum())


def _over(values, count):
    """Values divided by a count, zero where that is."""
    return np.divide(values, count, out=np.zeros_like(values), where=count > 0)
