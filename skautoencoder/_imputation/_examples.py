"""Rows that a network learns to fill by: what it is given, and what is to come out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from skautoencoder._data._rows import Rows, slices
from skautoencoder._functions import Array
from skautoencoder._imputation._hidden import HiddenCells

# So many rows a pass over them, each with gaps of its own; as many again for each row of the
# data. Few passes over many gaps teach more than many over few.
_LEAST_ROWS, _MOST_ROWS, _ROWS_A_ROW = 20_000, 100_000, 4
_MOST_VALUES = 20_000_000
_FEW_ROWS = 4096
# Cells hidden beside the gaps that another row has.
_SHARE = 0.05
# Of complete rows nothing says how many gaps are to come: from none to half of them.
_MOST_HIDDEN_OF_COMPLETE = 0.5


class Example(NamedTuple):
    """Filled rows, 1 where an entry was seen, and the values that count (NaN where none does)."""

    filled: Array
    seen: Array
    truth: Array


def unpacked(x: Array) -> Example:
    """The three parts of rows that are kept side by side."""
    n_features = x.shape[1] // 3
    return Example(x[:, :n_features], x[:, n_features : 2 * n_features], x[:, 2 * n_features :])


def remasked(hidden: HiddenCells, rng: np.random.Generator) -> Rows:
    """Rows to learn from, each with more gaps: those of another row, and some at random.

    Refilled linearly from what is left. All that is known of a row counts.
    """
    n_rows, n_features = hidden.rows.shape
    n_examples = min(max(_LEAST_ROWS, _ROWS_A_ROW * n_rows), _MOST_ROWS, _MOST_VALUES // n_features)
    copies = -(-n_examples // n_rows)
    index = np.concatenate([rng.permutation(n_rows) for _ in range(copies)])[:n_examples]
    gaps = np.isnan(hidden.rows) & ~hidden.cells
    complete = not gaps.any()
    x = np.empty((n_examples, 3 * n_features), np.float32)
    for some in slices(n_examples, _FEW_ROWS):
        truth = hidden.rows[index[some]]
        share = rng.uniform(0, _MOST_HIDDEN_OF_COMPLETE, (len(truth), 1)) if complete else _SHARE
        more = gaps[rng.integers(n_rows, size=len(truth))] | (rng.uniform(size=truth.shape) < share)
        _pack(x[some], hidden, np.where(more, np.nan, truth), truth)
    return Rows(x, np.ones(n_examples))


def at_hidden_cells(hidden: HiddenCells) -> Rows:
    """Rows to measure by: the hidden cells count. Rows without any have no weight."""
    n_rows, n_features = hidden.rows.shape
    x = np.empty((n_rows, 3 * n_features), np.float32)
    truth = np.where(hidden.cells, hidden.truth, np.nan)
    _pack(x, hidden, hidden.rows, truth)
    return Rows(x, hidden.cells.any(axis=1).astype(float))


def _pack(out: np.ndarray, hidden: HiddenCells, rows: np.ndarray, truth: np.ndarray) -> None:
    parts = unpacked(out)
    parts.filled[:] = hidden.filling.fill(rows)
    parts.seen[:] = ~np.isnan(rows)
    parts.truth[:] = truth
