"""What tells one fit from another, beside its parameters: data, split and weights as sums."""

from __future__ import annotations

from jax import tree

from skautoencoder._data._fingerprint import sum_of
from skautoencoder._data._source import Source
from skautoencoder._training._plan import Plan


def identity_of(
    plan: Plan, rows: Source, validation: Source | None, *, continued: bool
) -> dict[str, str | None]:
    """Sums by name, each equal where what it is of is; rows in single precision.

    Parameters
    ----------
    plan : Plan
    rows, validation : Source
        As the user gave them.
    continued : bool
        Whether the fit goes on from weights that were fitted before.
    """
    split = [lane.index for lane in plan.lanes] + [part.index for part in plan.held_out]
    weights = tree.leaves(plan.leader.learner.start_params) if continued else ()
    return {
        "X": rows.fingerprint,
        "X_val": None if validation is None else validation.fingerprint,
        "split": sum_of(split),
        "weights to go on from": sum_of(weights) if continued else None,
    }
