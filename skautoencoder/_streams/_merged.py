"""The surveys of the parts of one stream, made one of the whole."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skautoencoder._data._fingerprint import sum_of
from skautoencoder._streams._smallest import LARGEST_KEY, Kept, Smallest
from skautoencoder._streams._survey import (
    IN_MEMORY_VALUES,
    Survey,
    joined,
    most_drawn,
    most_held_out,
)


def merged(surveys: Sequence[Survey]) -> Survey:
    """The survey of a stream whose parts were surveyed, in their order."""
    if len(surveys) == 1:
        return surveys[0]
    first = surveys[0]
    starts = np.cumsum([0, *(one.n_rows for one in surveys)])
    few = starts[-1] * first.n_features <= IN_MEMORY_VALUES
    wholes = [one.whole for one in surveys if one.whole is not None]
    held_out, limit = _merged_kept(
        [one.held_out for one in surveys],
        starts,
        Smallest(most_held_out(first.n_features), min(one.limit for one in surveys)),
    )
    drawn, _ = _merged_kept(
        [one.drawn for one in surveys], starts, Smallest(most_drawn(first.n_features), LARGEST_KEY)
    )
    assert drawn is not None, "each part has rows"
    return Survey(
        int(starts[-1]),
        first.n_features,
        np.result_type(*(one.dtype for one in surveys)),
        sum(one.weight for one in surveys),
        any(one.has_gaps for one in surveys),
        f"{starts[-1]} x {first.n_features}, "
        + sum_of([np.frombuffer(one.fingerprint.encode(), np.uint8) for one in surveys]),
        drawn,
        held_out,
        limit,
        joined(wholes) if few and len(wholes) == len(surveys) else None,
    )


def _merged_kept(
    parts: Sequence[Kept | None], starts: np.ndarray, smallest: Smallest
) -> tuple[Kept | None, int]:
    for part, start in zip(parts, starts[:-1], strict=True):
        if part is not None:
            smallest.add(part._replace(number=part.number + start))
    return smallest.kept(), smallest.limit
