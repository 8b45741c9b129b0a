"""That the parts of a loaded estimator fit each other: their shapes, by one row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from skautoencoder.persistence._packing import ContentError


def check_sound(estimator: Any) -> None:
    """Raise a ContentError where arrays of a fitted estimator of ours are of other sizes."""
    for width, array in _CHECKS.get(type(estimator).__name__, _nothing)(estimator):
        if np.shape(array) != width:
            raise ContentError(
                f"an array of a {type(estimator).__name__} is of shape {np.shape(array)}, "
                f"not {width}"
            )


def _nothing(estimator: Any) -> Iterator[tuple[tuple, Any]]:
    yield from ()


def _of_autoencoder(estimator: Any) -> Iterator[tuple[tuple, Any]]:
    """Shapes that belong to a fitted autoencoder, and its arrays."""
    if "encoder_" not in vars(estimator):
        return
    model, network = estimator._model, estimator._network
    n, k = estimator.n_features_in_, estimator.n_components_
    yield (n,), estimator.mean_
    yield (), estimator.scale_
    yield (k,), estimator.code_scale_
    yield (1, network.n_heads * k), network.encode(model.params, np.zeros((1, n), np.float32))
    linear, nonlinear = network.decode(model.params, np.zeros((1, k), np.float32))
    yield (1, n), nonlinear
    yield (1, n), nonlinear if linear is None else linear
    yield (network.n_features, network.n_components), np.empty((n, k))
    if estimator._filling is not None:
        yield (1, n), estimator._filling.fill(np.full((1, n), np.nan))


def _of_machine(estimator: Any) -> Iterator[tuple[tuple, Any]]:
    """Shapes that belong to a fitted Boltzmann machine, and its arrays."""
    if "components_" in vars(estimator):
        n, k = estimator.n_features_in_, len(estimator.components_)
        yield (k, n), estimator.components_
        yield (k,), estimator.intercept_hidden_
        yield (n,), estimator.intercept_visible_
        yield (n,), estimator.variance_


def _of_imputer(estimator: Any) -> Iterator[tuple[tuple, Any]]:
    """Shapes that belong to a fitted imputer, and its arrays."""
    if "_kept" in vars(estimator):
        yield (estimator.n_features_in_,), estimator._kept
        n = int(np.count_nonzero(estimator._kept))
        if n:
            yield (1, n), estimator._imputer.fill(np.full((1, n), np.nan))


def _of_table(estimator: Any) -> Iterator[tuple[tuple, Any]]:
    """The width of a fitted table's encoding, and that of its autoencoder."""
    if "autoencoder_" in vars(estimator):
        yield (estimator._encoding.width,), estimator.autoencoder_.mean_


def _of_detector(estimator: Any) -> Iterator[tuple[tuple, Any]]:
    """Shapes that belong to a fitted detector, and what it makes of a row that it never saw."""
    if "_scores" not in vars(estimator):
        return
    reading, scores = estimator._reading, estimator._scores
    n_parts, width = len(reading.starts), reading.donors.rows.shape[1]
    yield (n_parts,), reading.positions
    yield (width,), reading.starts if reading.encoding is None else np.empty(reading.encoding.width)
    yield scores.hashes.shape, scores.folds
    row, seen = reading.complete(np.full((1, width), np.nan))
    for model in scores.models:
        yield (1,), model.of(row, seen)
        yield (n_parts,), model.put_back(row[0], seen[0], reading.starts)


_CHECKS: dict[str, Callable[[Any], Iterator[tuple[tuple, Any]]]] = {
    "AutoencoderTransformer": _of_autoencoder,
    "ConvolutionalAutoencoderTransformer": _of_autoencoder,
    "RBMTransformer": _of_machine,
    "AutoencoderImputer": _of_imputer,
    "TableAutoencoderTransformer": _of_table,
    "AutoencoderDetector": _of_detector,
}
