"""A stream that is small, read into memory: for what needs all rows at once."""

from __future__ import annotations

from math import prod
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from scipy import sparse

from skautoencoder._streams._recognized import stream_of
from skautoencoder._streams._smallest import stacked
from skautoencoder._streams._survey import IN_MEMORY_VALUES


def in_memory(X: Any) -> Any:
    """X, or where it is a stream or a lazy frame, all rows of it at once.

    Raises
    ------
    ValueError
        If those are too many, or none.
    """
    stream = None if hasattr(X, "__array__") else stream_of(X)
    if stream is None:
        return X
    batches, n_values = [], 0
    for batch in stream:
        batches.append(batch)
        n_values += prod(batch.shape)
        if n_values > IN_MEMORY_VALUES:
            raise ValueError(
                f"X is {stream.name}, which has more than {IN_MEMORY_VALUES:,} values: too many to "
                "be read into memory, as this needs. Pass a part of it, or an array."
            )
    if not batches:
        raise ValueError(f"X is {stream.name}, which yields no rows.")
    return joined(batches)


def joined(batches: list) -> Any:
    """Arrays, CSR matrices or frames of one library, one below the other."""
    if isinstance(batches[0], np.ndarray) or sparse.issparse(batches[0]):
        return stacked(batches)
    return nw.concat([nw.from_native(batch, eager_only=True) for batch in batches]).to_native()
