"""Few wide rows, trained in the space that they span, which has a column for each row.

Where rows are turned, squared errors stay as they are, and so does what a dense network can learn
of them. The first layer's weights for directions in which no row differs are never asked for in
training: hundreds of thousands of numbers that a step moves, averages and keeps for nothing.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy import linalg

from skautoencoder._data._blas import one_blas_thread
from skautoencoder._data._chunks import by_chunks, chunk_size
from skautoencoder._data._moments import Moments
from skautoencoder._data._precision import working_dtype
from skautoencoder._data._rows import Rows
from skautoencoder._data._source import Source
from skautoencoder._networks import AutoencoderParameters, embedded
from skautoencoder._starts import ISOTROPIC_STARTS
from skautoencoder._starts._principal_axes import principal_axes
from skautoencoder._training._seeds import TURN, generator

# Fewer columns take no time, and rows of every number would have a program of their own.
_LEAST_COLUMNS = 64
# More rows have a triangle and axes that take longer than they save.
_MOST_ROWS = 4096


def span_of(estimator: Any, rows: Source, validation: Rows | None, seed: int) -> Span | None:
    """The :class:`Span` to train an estimator in, or None where rows are better left as they are.

    They are where they are more than half as many as columns, and where a part of the model knows
    columns: weights tied or shared, a loss other than the squared error, an objective that masks
    entries or weighs a penalty against the error of so many columns.
    """
    if not isinstance(rows, Rows):  # of a stream there are many
        return None
    index = rows.everything
    n_directions = len(index) + (0 if validation is None else len(validation.weight))
    if not (_knows_no_columns(estimator) and n_directions <= _most(rows.n_features)):
        return None
    rng = generator(seed, TURN)
    axes = principal_axes(rows, index, None, rng)
    if not axes.moments.variance.any():
        return None
    with one_blas_thread():
        basis = axes.axes
        if validation is not None:
            centered = validation.take(np.arange(len(validation.weight))) - axes.moments.mean
            both, _ = linalg.qr(np.hstack([basis, centered.T]), mode="economic")
            basis = np.hstack([basis, both[:, basis.shape[1] :]])
        return Span(axes.moments, basis @ _turn(basis.shape[1], rng))


class Span(NamedTuple):
    """Directions that few wide rows lie in, turned at random, so that all vary alike.

    Along principal axes themselves Adam would take as long steps for noise as for signal.
    """

    moments: Moments  # of the columns
    basis: np.ndarray  # (n_columns, n_directions)

    def coordinates(self, rows: Rows) -> Rows:
        """The same rows with a column for each direction, in the precision they are worked on."""

        def along(x):
            return (x - self.moments.mean) @ self.basis

        with one_blas_thread():
            X = by_chunks(along, rows.X, chunk_size(len(self.basis)), float, self.basis.shape[1])
        dtype = working_dtype(rows.X.dtype)
        fits = np.abs(X).max() < np.finfo(dtype).max  # a row is longer than its largest entry
        return Rows(X.astype(dtype) if fits else X, rows.weight)

    def embedded(self, attributes: dict) -> dict:
        """The attributes of an estimator fitted to coordinates, for the rows themselves."""
        n_columns, n_directions = self.basis.shape
        stretch = np.sqrt(n_directions / n_columns)  # the scale is of a mean over all columns
        network, (encoder, decoder) = embedded(
            attributes["_network"],
            AutoencoderParameters(attributes["encoder_"], attributes["decoder_"]),
            self.basis,
            stretch,
        )
        return attributes | {
            "mean_": self.moments.mean + self.basis @ attributes["mean_"],
            "scale_": attributes["scale_"] * stretch,
            "encoder_": encoder,
            "decoder_": decoder,
            "_network": network,
        }


def _knows_no_columns(estimator: Any) -> bool:
    network = estimator._make_network(estimator.n_features_in_, 1)
    return (
        estimator.init in ISOTROPIC_STARTS
        and network.isotropic
        and all(_says_so(part) for part in (estimator._asked_loss(), estimator._asked_objective()))
    )


def _says_so(part: Any) -> bool:
    # A subclass of the user's may be another matter: what it inherits says nothing of it.
    return vars(type(part)).get("isotropic", False)


def _most(n_columns: int) -> int:
    return min(n_columns // 2, _MOST_ROWS) if n_columns >= _LEAST_COLUMNS else 0


def _turn(n: int, rng: np.random.Generator) -> np.ndarray:
    """A random rotation of ``n`` axes, each with its largest coordinate positive.

    That is how `principal_axes` points its own: found among turned rows, they point the same way.
    """
    rotation, _ = linalg.qr(rng.standard_normal((n, n)))
    return rotation * np.sign(rotation[np.arange(n), np.abs(rotation).argmax(axis=1)])[:, None]
