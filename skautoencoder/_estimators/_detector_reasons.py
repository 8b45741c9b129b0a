"""The reasons why rows are unusual, as a data frame."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skautoencoder._anomalies._reasons import expected, shares


def reasons(detector, X, complete, seen, n_reasons):
    """One line for each row and column, the largest contributions of a row first."""
    reading, scores = detector._reading, detector._scores
    found = shares(scores, complete, seen, reading.starts)
    order = np.argsort(-found, axis=1, kind="stable")[:, :n_reasons]
    row = np.repeat(np.arange(len(found)), order.shape[1])
    part = order.ravel()
    names = getattr(detector, "feature_names_in_", None)
    position = reading.positions[part]
    usual = reading.restored(expected(scores, complete, seen, reading.starts))
    value = reading.parts(X)
    frame = {
        "row": row,
        "column": position if names is None else names[position],
        "value": [value[p][r] for r, p in zip(row, part, strict=True)],
        "expected": [usual[p][r] for r, p in zip(row, part, strict=True)],
        "contribution": found[row, part],
    }
    return pd.DataFrame(frame)
