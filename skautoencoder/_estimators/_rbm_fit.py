"""From a Boltzmann machine's parameters to a learner, and from what it learnt to attributes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from skautoencoder._data._moments import column_moments
from skautoencoder._data._rows import Rows
from skautoencoder._estimators._machine import ColumnMeans, score_rows
from skautoencoder._estimators._warning import warn_caller
from skautoencoder._training._contrastive import (
    ChainState,
    Contrastive,
    start_chains,
    start_machine,
)
from skautoencoder._training._contrastive_learner import (
    ContrastiveLearner,
    measured_rows,
    misfit_limit,
    varying_columns,
)
from skautoencoder._training._plan import HeldOut, Lane, Plan
from skautoencoder._training._seeds import EPOCH, MEASURE, SPLIT, START, draw_seed, generator
from skautoencoder.boltzmann import Kind, Machine, rebuilding_errors


def make_plan(estimator, rows, seed, validation):
    """The :class:`Plan` of a fit to checked rows: one lane, some rows held out from it or none.

    Raises
    ------
    ValueError
        If all rows would be held out.
    """
    _warn_if_not_standardized(estimator, rows)
    machine = start_machine(generator(seed, START), rows.n_features, estimator.n_components)
    start = start_chains(machine, estimator.batch_size)
    order, held_out = _dealt_out(estimator, rows, generator(seed, SPLIT), validation)
    learner = _learner(estimator, rows, order, start, seed)
    return Plan(
        rows,
        (Lane(learner, order),),
        held_out,
        max_iter=estimator.n_iter,
        patience=estimator.n_iter_no_change if estimator.early_stopping else np.inf,
        tol=estimator.tol,
        seed=seed,
    )


def learn_chunk(estimator, rows):
    """Go on with the rows of one chunk, or begin with them; whether the machine stayed sound."""
    _warn_if_not_standardized(estimator, rows)
    first = not hasattr(estimator, "components_")
    rng = getattr(estimator, "random_state_", None) or check_random_state(estimator.random_state)
    seed = draw_seed(rng)
    if first:
        machine = start_machine(generator(seed, START), rows.n_features, estimator.n_components)
        hidden, errors, means, scores = None, [], ColumnMeans(), []
    else:
        machine, hidden = estimator._machine(np.float32), _chains(estimator)
        errors, means = estimator.reconstruction_errors_, estimator._means
        scores = estimator.validation_scores_
    start = start_chains(machine, estimator.batch_size, hidden)
    order = rows.everything
    learner = _learner(estimator, rows, order, start, seed, errors)
    done = learner.epochs(start, rows, order, [generator(seed, EPOCH)])
    sound = bool(np.isfinite(done.losses[0]))
    found = {"random_state_": rng, "validation_scores_": scores}
    if sound:
        errors, means = [*errors, *done.losses], means.and_of(rows)
    if first or sound:
        reached = done.state if sound else start
        found |= attributes(estimator, reached, rows.X.dtype)
    n_iter = sound + (0 if first else estimator.n_iter_)
    estimator.__dict__.update(found, reconstruction_errors_=errors, n_iter_=n_iter, _means=means)
    return sound


def attributes(estimator, state, dtype):
    """The attributes that make an estimator a fitted one, at the state of a learner."""
    machine = Machine(*map(np.asarray, state.machine))
    return {
        "components_": np.ascontiguousarray(machine.weights.T, dtype),
        "intercept_hidden_": machine.hidden_bias.astype(dtype),
        "intercept_visible_": machine.visible_bias.astype(dtype),
        "variance_": np.exp(machine.log_variance).astype(dtype),
        "h_samples_": np.asarray(state.hidden).astype(dtype),
        "_visible": estimator.visible,
    }


def _learner(
    estimator: Any,
    rows: Rows,
    order: np.ndarray,
    start: ChainState,
    seed: int,
    errors: Sequence[float] = (),
) -> ContrastiveLearner:
    kind = Kind(visible=estimator.visible)
    learnt = estimator.visible == "gaussian" and estimator.variance == "learnt"
    how = Contrastive(
        kind,
        persistent=estimator.algorithm == "pcd",
        batch_size=estimator.batch_size,
        n_gibbs_steps=estimator.n_gibbs_steps,
        learning_rate=estimator.learning_rate,
        momentum=estimator.momentum,
        weight_decay=estimator.weight_decay,
        learn_variance=learnt and varying_columns(rows, rows.everything),
    )
    # Any of the rows may be measured, whichever order they come in.
    measured = measured_rows(rows, generator(seed, MEASURE).permutation(order))
    limit = misfit_limit(kind, start.machine, measured, errors)

    def held_out_loss(machine, v):
        if kind.visible == "gaussian":
            return rebuilding_errors(machine, kind, v)[0]
        bits = np.random.RandomState(seed)  # the same each time
        return -score_rows(machine, kind, v, estimator.pseudo_likelihood, bits)

    return ContrastiveLearner(how, start, measured, limit, held_out_loss)


def _dealt_out(estimator, rows, rng, validation):
    """The rows to learn from, and those that are held out."""
    everything = rows.everything
    if validation is not None:
        index = np.arange(validation.X.shape[0])
        return everything, (HeldOut(0, validation, index, index),)
    if not estimator.early_stopping:
        return everything, ()
    # Copies of a row are no leak here: how often a pattern comes is what is learnt.
    order = rng.permutation(everything)
    n_held_out = int(np.ceil(estimator.validation_fraction * len(order)))
    if n_held_out == len(order):
        raise ValueError(
            f"validation_fraction={estimator.validation_fraction!r} leaves none of "
            f"{len(order)} rows to learn from."
        )
    held_out = HeldOut(0, rows, order[:n_held_out], np.arange(n_held_out))
    return order[n_held_out:], (held_out,)


def _chains(estimator):
    # a new batch size needs other chains
    hidden = estimator.h_samples_
    return hidden.astype(np.float32) if len(hidden) == estimator.batch_size else None


def _warn_if_not_standardized(estimator, rows):
    if estimator.visible != "gaussian":
        return
    moments = column_moments(rows, rows.everything)
    mean, spread = moments.mean, moments.spread
    if np.abs(mean).max() > 1 or not 0.1 < spread < 3:
        warn_caller(
            "visible='gaussian' is for standardized columns, and X has means of up to "
            f"{np.abs(mean).max():.3g} and a typical standard deviation of {spread:.3g}. "
            "Scale the columns first, with StandardScaler().",
        )
