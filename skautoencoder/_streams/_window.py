"""Chunks of a pass, put together anew: of one size in order, or shuffled within a window."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from skautoencoder._data._rows import slices
from skautoencoder._data._source import Chunk


def regrouped(chunks: Iterable[Chunk], n_together: int) -> Iterator[Chunk]:
    """Yield the same rows in their order, ``n_together`` at a time, the last time maybe less."""
    waiting: list[Chunk] = []
    n_waiting = 0
    for chunk in chunks:
        start = 0
        while n_waiting + len(chunk.x) - start >= n_together:
            end = start + n_together - n_waiting
            yield _joined([*waiting, _part(chunk, slice(start, end))])
            waiting, n_waiting, start = [], 0, end
        if start < len(chunk.x):
            waiting.append(_part(chunk, slice(start, None)))
            n_waiting += len(waiting[-1].x)
    if waiting:
        yield _joined(waiting)


def shuffled(
    chunks: Iterable[Chunk], n_window: int, n_together: int, rng: np.random.Generator
) -> Iterator[Chunk]:
    """Yield the same rows in a random order, each drawn from a window of the pass.

    Half of the window is given out at a time, and filled again with what comes next.
    """
    window: Chunk | None = None
    free = np.arange(n_window)
    for chunk in chunks:
        if window is None:
            window = _like(chunk, n_window)
        start = 0
        while start < len(chunk.x):
            some = slice(start, start + len(free))
            n_new = len(chunk.x[some])
            for part, new in zip(window, chunk, strict=True):
                if part is not None and new is not None:
                    part[free[:n_new]] = new[some]
            free, start = free[n_new:], start + n_new
            if len(free) == 0:
                free = rng.permutation(n_window)[: max(1, n_window // 2)]
                yield from _given_out(window, free, n_together)
    if window is not None:
        held = np.ones(n_window, bool)
        held[free] = False
        yield from _given_out(window, rng.permutation(np.flatnonzero(held)), n_together)


def _given_out(window: Chunk, order: np.ndarray, n_together: int) -> Iterator[Chunk]:
    for some in slices(len(order), n_together):
        yield _part(window, order[some])


def _like(chunk: Chunk, n_rows: int) -> Chunk:
    empty = (None if p is None else np.empty((n_rows, *p.shape[1:]), p.dtype) for p in chunk)
    return Chunk(*empty)  # type: ignore[arg-type]


def _part(chunk: Chunk, some: slice | np.ndarray) -> Chunk:
    seen = None if chunk.seen is None else chunk.seen[some]
    return Chunk(chunk.x[some], chunk.weight[some], seen)


def _joined(chunks: list[Chunk]) -> Chunk:
    if len(chunks) == 1:
        return chunks[0]
    x, weight, seen = zip(*chunks, strict=True)
    return Chunk(
        np.concatenate(x),
        np.concatenate(weight),
        None if seen[0] is None else np.concatenate(seen),
    )
