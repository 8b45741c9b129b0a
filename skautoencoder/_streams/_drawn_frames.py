"""Rows drawn at random from a stream of frames, as a frame in memory."""

from __future__ import annotations

from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from skautoencoder._streams._ahead import ahead
from skautoencoder._streams._stream import Batch, Stream, n_rows
from skautoencoder._streams._whole import joined


class DrawnFrame(NamedTuple):
    """Some rows of a stream, in their order."""

    X: Any  # frame or array
    sample_weight: np.ndarray | None
    groups: np.ndarray | None
    is_all: bool  # whether these are all rows


def drawn_frame(stream: Stream, most_rows: int, seed: int) -> DrawnFrame:
    """Up to ``most_rows`` rows of a stream, drawn in one pass.

    Raises
    ------
    ValueError
        If the stream yields no rows.
    """
    rng = np.random.default_rng(seed)
    kept: list[tuple[np.ndarray, Batch]] = []
    n_read = 0
    for batch in ahead(stream._batches(np.arange(stream.n_pieces))):
        n_read += n_rows(batch.X)
        kept.append((rng.random(n_rows(batch.X)), batch))
        if sum(len(key) for key, _ in kept) > 2 * most_rows:
            kept = _smallest(kept, most_rows)
    if not kept:
        raise ValueError(f"X is {stream.name}, which yields no rows.")
    kept = _smallest(kept, most_rows)
    frames, *sides = zip(*(batch for _, batch in kept), strict=True)
    weight, groups = (None if side[0] is None else np.concatenate(side) for side in sides)
    return DrawnFrame(joined(list(frames)), weight, groups, n_read <= most_rows)


def _smallest(
    kept: list[tuple[np.ndarray, Batch]], most_rows: int
) -> list[tuple[np.ndarray, Batch]]:
    keys = np.concatenate([key for key, _ in kept])
    limit = np.partition(keys, most_rows)[most_rows] if len(keys) > most_rows else 1.0
    found = []
    for key, (X, *sides) in kept:
        index = np.flatnonzero(key < limit)
        if len(index):
            taken = (None if side is None else side[index] for side in sides)
            found.append((key[index], Batch(_taken(X, index), *taken)))
    return found


def _taken(X: Any, index: np.ndarray) -> Any:
    frame = nw.from_native(X, eager_only=True, pass_through=True)
    return frame[index].to_native() if isinstance(frame, nw.DataFrame) else X[index]
