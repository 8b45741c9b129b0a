"""From the state of a fit to plain values that a file can keep, and back."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from skautoencoder._training._best import BestSoFar
from skautoencoder._training._execution import alongside
from skautoencoder._training._fit import End, FitState
from skautoencoder._training._plan import Plan


def plain(state: FitState) -> dict[str, Any]:
    """A state as numbers, lists and NumPy arrays of their own.

    A fit that has ended trains no more, so that its lanes are left out.
    """
    best = state.best
    values = state._asdict()
    ahead = values.pop("ahead")
    assert state.end or not ahead, "the lanes are ahead of the fit"
    return values | {
        "lanes": [] if state.end else [_leaves(lane) for lane in state.lanes],
        "params": _leaves(state.params),
        "loss_curve": list(state.loss_curve),
        "best": None if best is None else _plain_best(best),
        "end": state.end and state.end.name,
    }


def resumed(plan: Plan, kept: dict[str, Any]) -> FitState:
    """The state that :func:`plain` was given in a fit of the same plan.

    Fits beside this one hear of the epochs that it has behind it, as if they were run now.

    Raises
    ------
    ValueError
        If the arrays are not those of this plan's learners.
    """
    learner, best = plan.leader.learner, kept["best"]
    lanes = [
        _like(lane.learner.begin(), leaves)
        for lane, leaves in zip(plan.lanes, kept["lanes"], strict=False)
    ]
    end = None if kept["end"] is None else End[kept["end"]]
    if end is None and len(lanes) != len(plan.lanes):
        raise ValueError(f"it has {len(lanes)} trainings, where this fit has {len(plan.lanes)}")
    values = {
        "lanes": lanes,
        "params": _like(learner.start_params, kept["params"]),
        "loss_curve": tuple(kept["loss_curve"]),
        "best": None if best is None else _best_of(best, learner.start_params),
        "end": end,
    }
    state = FitState(**kept | values)
    told = state.loss_curve if state.best is None else state.best.curve
    for epoch in range(1, len(told)):
        loss = learner.in_data_units(told[epoch])
        if alongside().epoch_ended(loss, epoch, plan.max_iter) and state.end is None:
            state = state._replace(end=End.STOPPED)
    return state


def _plain_best(best: BestSoFar) -> dict[str, Any]:
    return vars(best) | {"params": _leaves(best.params), "curve": list(best.curve)}


def _best_of(kept: dict[str, Any], params: Any) -> BestSoFar:
    values = {"params": _like(params, kept["params"]), "curve": tuple(kept["curve"])}
    return BestSoFar(**kept | values)


def _leaves(tree: Any) -> list[Any]:
    """The leaves of a pytree: arrays of their own, as programs use up what they are given."""
    return [
        leaf if isinstance(leaf, bool | int | float) else np.array(leaf)
        for leaf in jax.tree.leaves(tree)
    ]


def _like(tree: Any, leaves: list[Any]) -> Any:
    """Leaves that were kept, in the structure of a pytree that has such."""
    values, structure = jax.tree.flatten(tree)
    if [np.shape(value) for value in values] != [np.shape(leaf) for leaf in leaves]:
        raise ValueError("its arrays have other shapes than those of this fit")
    return jax.tree.unflatten(structure, leaves)
