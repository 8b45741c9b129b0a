"""``partial_fit`` of autoencoders: one more chunk of rows, in a single pass."""

from __future__ import annotations

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state

from skautoencoder._data._filled_rows import filled
from skautoencoder._data._moments import column_moments
from skautoencoder._estimators._autoencoder_fit import (
    attributes,
    continued_lane,
    filling_of,
    first_lane,
    warn_dominant,
    width_of_code,
)
from skautoencoder._estimators._describing import COMPONENT_ATTRIBUTES
from skautoencoder._estimators._input import column_name
from skautoencoder._estimators._warning import warn_caller
from skautoencoder._training._precision import leaves_of, moved
from skautoencoder._training._seeds import EPOCH, draw_seed, generator

_NEVER = np.zeros(1, bool)


def seed_of(estimator):
    """The seed of all chunks, drawn before the first one."""
    seed = getattr(estimator, "_seed", None)
    return draw_seed(check_random_state(estimator.random_state)) if seed is None else seed


def learn_chunk(estimator, rows, seed):
    """Go on from an estimator's state with the rows of one chunk, or begin with them."""
    first = not hasattr(estimator, "encoder_") or getattr(estimator, "_idle", _NEVER).all()
    filling = filling_of(estimator, [rows], seed, continued=not first)
    rows = filled(rows, filling)
    index = rows.everything
    lane = (
        first_lane(estimator, rows, seed, width_of_code(estimator, rows, seed))(index, 0)
        if first
        else continued_lane(estimator, rows, index)
    )
    learner = lane.learner
    leaves = None if first else getattr(estimator, "_state", None)
    state = learner.begin() if leaves is None else learner.resumed(leaves)
    before = learner.start_loss(rows, index)
    rng = generator(seed, EPOCH, 0, 0 if first else estimator.n_iter_)
    done = learner.epochs(state, rows, index, [rng])
    if first:
        _begin(estimator, learner, before, filling)
    else:
        _warn_no_longer_idle(estimator, rows, index)
    estimator._seed = seed
    loss = learner.in_data_units(done.losses[0])
    if not learner.learnt_in_bounds(done, before):
        _warn_diverged(estimator, loss)
        return
    for name in COMPONENT_ATTRIBUTES:  # of an earlier fit
        vars(estimator).pop(name, None)
    average = (state.weights.average, done.state.weights.average)
    estimator.encoder_, estimator.decoder_ = moved(learner.start_params, *average)
    estimator._highest = learner.model.highest
    # Its arrays alone: to read the state's own classes would take JAX.
    estimator._state = leaves_of(done.state)
    estimator._started_at_pca = False  # rows of several chunks have no one PCA
    estimator.loss_curve_.append(loss)
    estimator.best_loss_ = loss
    estimator.n_iter_ += 1


def _begin(estimator, learner, loss, filling):
    moments = learner.start.moments
    warn_dominant(estimator, moments)
    estimator.__dict__.update(attributes(learner, learner.start_params), _filling=filling)
    estimator._idle = moments.variance == 0
    estimator.__dict__.pop("_state", None)
    estimator.loss_curve_, estimator.validation_loss_curve_, estimator.n_iter_ = [], [], 0
    estimator.best_loss_ = learner.in_data_units(loss)


def _warn_no_longer_idle(estimator, rows, index):
    idle = getattr(estimator, "_idle", _NEVER)
    if not idle.any():
        return
    moments = column_moments(rows, index)
    spread = moments.unit * np.sqrt(moments.variance)
    awake = idle & (spread > estimator._recipe.starts_to_vary * estimator.scale_)
    if awake.any():
        estimator._idle = idle & ~awake
        names = ", ".join(column_name(estimator, number) for number in np.flatnonzero(awake))
        warn_caller(
            f"{names} did not vary in the first chunk, and now does, by more than a typical "
            "column's spread there: mean_, scale_ and the start know nothing of it. Begin "
            "with a chunk in which all columns vary, or call fit on one.",
        )


def _warn_diverged(estimator, loss):
    warn_caller(
        f"The loss diverged ({loss:.3g}) in this chunk; the state before it is kept. Lower "
        f"learning_rate={estimator.learning_rate!r}, or look for rows far from the others.",
        ConvergenceWarning,
    )
