"""Rows judged by a detector: scores, p-values, and reasons as text, to be written and told."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from skautoencoder._cli._prepared import warnings_told
from skautoencoder._cli._progress import Progress
from skautoencoder.display._wording import worded_pair

_N_REASONS = 3
_LEAST_SHARE = 0.01  # of the score, that a reason has
_LEAST_EXPLAINED = 20  # rows that have reasons, flagged or not
_ROWS_AT_A_TIME = 20


class Reason(NamedTuple):
    """Why a row is unusual: a column, its share of the row's score, what was expected, and is."""

    column: str
    share: float
    expected: str
    value: str


_NONE = (None, np.nan, None, None)


@dataclass(frozen=True)
class Judged:
    """Rows and what a detector says of them.

    Attributes
    ----------
    score : ndarray of shape (n_rows,)
        The higher, the stranger.
    p_value : ndarray of shape (n_rows,)
    outlier : ndarray of bool of shape (n_rows,)
    strangest : ndarray of shape (n_explained,)
        Numbers of the rows that have reasons, the strangest first.
    reasons : list of list of Reason
        Of these rows, the largest share first.
    interrupted : bool
        Whether Ctrl-C left others without reasons.
    """

    score: np.ndarray
    p_value: np.ndarray
    outlier: np.ndarray
    strangest: np.ndarray
    reasons: list
    interrupted: bool = False

    def columns(self, taken):
        """What is written beside a table, as a frame; no name is one of those taken."""
        found: dict[str, Any] = {
            "score": self.score,
            "p_value": self.p_value,
            "outlier": self.outlier,
        }
        of_row = dict(zip(self.strangest.tolist(), self.reasons, strict=True))
        for k in range(_N_REASONS):
            kth = [(of_row.get(row, [])[k:] or [_NONE])[0] for row in range(len(self.score))]
            column, share, expected, _ = zip(*kth, strict=True)
            name = f"reason_{k + 1}"
            found |= {name: column, f"{name}_share": share, f"{name}_expected": expected}
        frame = pd.DataFrame(found)
        return frame.rename(columns={name: _free(name, taken) for name in frame})


def judged(detector, rows, most_explained, told, watched):
    """Rows as a detector judges them.

    Parameters
    ----------
    detector : AutoencoderDetector
        Fitted.
    rows : DataFrame
    most_explained : int
        Flagged rows that have reasons, at most.
    told : list of str
        To which is added what to tell.
    watched : Watched
        Ctrl-C among the reasons leaves them out of the rows that follow.

    Returns
    -------
    Judged
    """
    said: list[str] = []
    with warnings_told(said):
        usual, p_value = detector.score_samples(rows), detector.p_values(rows)
    told += [line for line in dict.fromkeys(said) if line not in told]
    outlier = usual < detector.offset_
    n_flagged = int(outlier.sum())
    if n_flagged > most_explained:
        told.append(f"reasons are given for the strangest {most_explained:,} flagged rows")
    n_explained = max(min(n_flagged, most_explained), _LEAST_EXPLAINED)
    n_explained = min(n_explained, len(usual))
    strangest = np.argsort(usual, kind="stable")[:n_explained]
    reasons = _reasons(detector, rows, -usual, strangest, watched)
    interrupted = len(reasons) < n_explained
    strangest = strangest[: len(reasons)]
    return Judged(-usual, p_value, outlier, strangest, reasons, interrupted)


def _reasons(detector, rows, score, index, watched):
    """Lists of each :class:`Reason` that has a share, for these rows, or those before Ctrl-C."""
    parts = np.split(index, range(_ROWS_AT_A_TIME, len(index), _ROWS_AT_A_TIME))
    found = []
    with suppress(KeyboardInterrupt), watched.show(Progress(["part"] * len(parts))) as progress:
        for part in parts:
            progress.begin(f"reasons for {len(index):,} rows")
            with warnings_told([]):  # told when they were scored
                frame = detector.explain(rows.iloc[part], _N_REASONS)
            of_row, total = frame.groupby("row"), np.maximum(score[part], np.finfo(float).tiny)
            found += [_of_row(of_row.get_group(k), total[k]) for k in range(len(part))]
    return found


def _of_row(frame, total):
    lines = frame[["column", "value", "expected", "contribution"]].itertuples(index=False)
    reasons = []
    for column, value, expected, contribution in lines:
        share = round(contribution / total, 3)
        if share >= _LEAST_SHARE:
            value, expected = worded_pair(value, expected)
            reasons.append(Reason(str(column), share, expected, value))
    return reasons


def _free(name, taken):
    while name in taken:
        name += "_"
    return name
