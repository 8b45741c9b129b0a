"""Rows to blocks of standardized rows, all of one shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from skautoencoder._data._rows import slices
from skautoencoder._data._source import Source
from skautoencoder._data._standardization import Standardization

# A block is what one call of the compiled program works through. Its shape follows from
# the network and the batch size alone, so data of any length runs through one compilation.
_BLOCK_VALUES = 4_194_304  # 16 MiB in single precision
_BLOCK_STEPS = 128
# Rows are standardized so many values at a time: 256 KiB, which a core's own cache holds.
_FEW_VALUES = 65_536
_ALIGNMENT = 64  # bytes; XLA copies what begins elsewhere


class Block(NamedTuple):
    """Rows and weights for a number of steps, then padding of weight zero."""

    x: np.ndarray  # (max_steps, batch_size, n_features)
    weight: np.ndarray  # (max_steps, batch_size)
    n_steps: int
    seen: np.ndarray | None = None  # as x: the entries that count; None where all do


def blocks(
    rows: Source,
    order: np.ndarray,
    standardization: Standardization,
    batch_size: int,
    max_steps: int = _BLOCK_STEPS,
) -> Iterator[Block]:
    """Yield the rows in the given order, standardized, as :class:`Block` s of one shape."""
    n_features = rows.n_features
    max_steps = max(1, min(max_steps, _BLOCK_VALUES // (batch_size * n_features)))
    for start in range(0, len(order), max_steps * batch_size):
        index = order[start : start + max_steps * batch_size]
        # A new array each time: the program may still be reading the last one.
        x = _aligned(max_steps * batch_size, n_features)
        x[len(index) :] = 0
        for few in slices(len(index), max(1, _FEW_VALUES // n_features)):
            standardization.fill(x[few], rows.take(index[few]))
        weight = np.zeros((max_steps, batch_size), np.float32)
        weight.ravel()[: len(index)] = rows.weight[index]
        seen = rows.seen(index)
        if seen is not None:
            seen = np.resize(seen, x.shape)  # padding weighs nothing
        yield Block(
            x.reshape(max_steps, batch_size, n_features),
            weight,
            -(-len(index) // batch_size),
            None if seen is None else seen.reshape(max_steps, batch_size, n_features),
        )


def _aligned(n_rows: int, n_columns: int) -> np.ndarray:
    """An array that begins where the compiled program can read it in place, uncopied."""
    size = n_rows * n_columns
    values = np.empty(size + _ALIGNMENT // 4, np.float32)
    start = -values.ctypes.data % _ALIGNMENT // 4
    return values[start : start + size].reshape(n_rows, n_columns)
