"""What tells one fit from another, beside its parameters: data, split and weights as sums."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
from jax import tree

from skautoencoder._data._groups import hashes
from skautoencoder._data._rows import Rows
from skautoencoder._training._plan import Plan


def identity_of(
    plan: Plan, rows: Rows, validation: Rows | None, *, continued: bool
) -> dict[str, str | None]:
    """Sums by name, each equal where what it is of is; rows in single precision.

    Parameters
    ----------
    plan : Plan
    rows, validation : Rows
        As the user gave them.
    continued : bool
        Whether the fit goes on from weights that were fitted before.
    """
    split = [lane.index for lane in plan.lanes] + [part.index for part in plan.held_out]
    weights = tree.leaves(plan.leader.learner.start_params) if continued else ()
    return {
        "X": _of_rows(rows),
        "X_val": None if validation is None else _of_rows(validation),
        "split": _sum_of(split),
        "weights to go on from": _sum_of(weights) if continued else None,
    }


def _of_rows(rows: Rows) -> str:
    arrays = hashes(rows, np.arange(len(rows.weight))), rows.weight
    return f"{rows.X.shape[0]} x {rows.X.shape[1]}, {_sum_of(arrays)}"


def _sum_of(arrays: Iterable[Any]) -> str:
    """A sum of the values of arrays, their types and shapes."""
    found = hashlib.sha256()
    for value in arrays:
        array = np.ascontiguousarray(value)
        found.update(f"{array.dtype} {array.shape}".encode())
        found.update(array.tobytes())
    return found.hexdigest()
