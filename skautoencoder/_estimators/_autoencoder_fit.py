"""From an autoencoder's parameters to learners, and from what they learnt to attributes."""

from __future__ import annotations

from numbers import Integral
from typing import Any, NamedTuple

import numpy as np

from skautoencoder._data._filled_rows import seen_columns
from skautoencoder._data._filling import fit_filling
from skautoencoder._data._groups import row_groups
from skautoencoder._data._moments import column_moments
from skautoencoder._data._standardization import Standardization
from skautoencoder._estimators._input import column_name, warn_never_seen
from skautoencoder._estimators._warning import warn_caller
from skautoencoder._model import Model
from skautoencoder._networks import rescale_code
from skautoencoder._sklearn import infer_dimension
from skautoencoder._starts import STARTS
from skautoencoder._starts._principal_axes import principal_axes
from skautoencoder._training._gradient_learner import GradientLearner
from skautoencoder._training._plan import Lane, Plan, lanes_and_held_out
from skautoencoder._training._precision import moved, single
from skautoencoder._training._seeds import FILL, START, generator
from skautoencoder._training._start import Start
from skautoencoder.objectives._base import Generative


def make_plan(estimator, rows, seed, *, validation, groups, continued, span=None):
    """The :class:`Plan` of a fit to checked rows; ``continued`` from the fitted weights.

    With a :class:`Span`, it is a plan for the rows' coordinates in that.
    """
    recipe = estimator._recipe
    if validation is None and estimator.early_stopping:
        validation = rows.held_out
        grouped, labels = validation or rows, groups
    else:
        grouped, labels = validation or rows, None

    def group():  # of the rows as they are: equal ones may have coordinates rounded otherwise
        return row_groups(grouped.as_given(), grouped.everything, labels)

    learnt, chosen_by = rows, validation
    if span is not None:
        learnt = span.coordinates(rows)
        chosen_by = None if validation is None else span.coordinates(validation)
    begin = (
        (lambda index, number: continued_lane(estimator, rows, index))
        if continued
        else first_lane(estimator, learnt, seed, width_of_code(estimator, rows, seed))
    )
    lanes, held_out = lanes_and_held_out(
        learnt,
        begin,
        recipe,
        seed,
        validation=chosen_by,
        group=group,
        validation_fraction=estimator.validation_fraction,
        early_stopping=estimator.early_stopping,
        continued=continued,
    )
    learner, index = lanes[0].learner, lanes[0].index
    n_steps = learner.steps_an_epoch(learnt.count(index))
    of_distances = estimator._asked_loss().power > 0
    patience = recipe.patience(estimator.n_iter_no_change, n_steps, of_distances=of_distances)
    return Plan(
        learnt,
        lanes,
        held_out,
        max_iter=estimator.max_iter,
        **patience if estimator.early_stopping else {},
        tol=estimator.tol,
        from_pca=estimator.init == "pca" and not continued,
        begin=begin,
        seed=seed,
        recipe=recipe,
    )


def filling_of(estimator, sources, seed, *, continued):
    """What fills the gaps of rows to learn from: None where there never were any.

    Parameters
    ----------
    estimator : autoencoder
    sources : sequence of Source or None
        The first holds the rows to learn from.
    seed : int
    continued : bool
        Whether the fitted weights are gone on from. They know one filling.

    Warns
    -----
    UserWarning
        If no row has a value in some column.
    """
    if not any(rows.has_gaps for rows in sources if rows is not None):
        return estimator._filling if continued else None
    if continued:
        return estimator._model.filling
    rows = sources[0]
    warn_never_seen(estimator, ~seen_columns(rows))
    return fit_filling(rows, generator(seed, FILL))


def kept(plan, result):
    """The learner and the result to keep: PCA's, unless training was convincingly better.

    Rows that were held out for the choice can serve PCA as well, so it is that of all rows.
    """
    learner, index = plan.leader.learner, plan.leader.index
    if not plan.from_pca or result.convincing:
        return learner, result
    everything = plan.rows.everything
    if plan.rows.count(index) < plan.rows.count(everything):
        learner = plan.begin(everything, 0).learner
    return learner, result.with_start(learner.start_params)


def first_lane(estimator, rows, seed, width):
    """A function that gives a lane on some of the rows, from its number: it starts anew."""
    n_rows = rows.count(rows.everything)
    network = estimator._make_network(rows.n_features, width)
    start_at, loss = STARTS[estimator.init], estimator._asked_loss()

    def begin(index, number):
        start = start_at(network, loss, rows, index, generator(seed, START, number))
        return Lane(_learner(estimator, network, start, n_rows), index)

    return begin


def continued_lane(estimator, rows, index):
    """A lane that goes on from the fitted weights.

    Raises
    ------
    ValueError
        If the parameters ask for another network than the fitted one.
    """
    asked = estimator.n_components
    width = int(asked) if isinstance(asked, Integral) else estimator.n_components_
    network = estimator._make_network(estimator.n_features_in_, width)
    fitted = estimator._network
    if network != fitted:
        raise ValueError(
            f"Going on from fitted weights needs the fitted network, {fitted}, but "
            f"the parameters now ask for {network}. Fit anew with warm_start=False."
        )
    standardization = Standardization(estimator.mean_, estimator.scale_)
    highest = estimator._highest
    if highest is not None:
        highest = np.maximum(highest, column_moments(rows, index).highest)
    params = fitted.parameters(estimator.encoder_, estimator.decoder_)
    start = Start(standardization, params, True, estimator._code, highest)
    return Lane(_learner(estimator, network, start, rows.count(index)), index)


def attributes(learner, params, span=None):
    """The attributes that make an estimator a fitted one, at these weights of a learner.

    With a :class:`Span`, the learner's rows are coordinates in that.
    """
    start = learner.start
    encoder, decoder = moved(start.params, single(start.params), params)
    found = {
        "n_components_": learner.model.network.n_components,
        "mean_": start.standardization.mean,
        "scale_": start.standardization.scale,
        "encoder_": encoder,
        "decoder_": decoder,
        "_code": start.code,
        "_highest": learner.model.highest,
        "_network": learner.model.network,
        "_loss": learner.model.loss,
        "_objective": learner.objective,
    }
    return found if span is None else span.embedded(found)


def final_code(estimator, rows, left_start):
    """The fitted codes in the units that users see: attributes that change, and are they in use.

    Parameters
    ----------
    estimator : fitted autoencoder
    rows : Source
    left_start : bool
        Whether the weights are others than those of the start.

    Returns
    -------
    attributes : dict
    unit : ndarray of shape (n_components,)
        What the network's codes are multiplied by where they are not whitened.
    in_use : bool
        Whether any component says something of its row.
    """
    model, code = estimator._model, estimator._code
    plain = code
    has_prior = isinstance(estimator._objective, Generative)
    prior = _in_prior_units(model, rows) if has_prior else _WITHOUT_PRIOR
    if estimator.whiten or left_start:
        spread = white = prior.unit
        if not has_prior:
            spread = model.code_spread(rows, rows.everything)
            n_rows = rows.count(rows.everything)  # PCA divides by one less
            white = spread * np.sqrt(n_rows / (n_rows - 1))
        plain = code.adapted(spread) if left_start else code
        code = code.whitened(white) if estimator.whiten else plain
    unit = plain.factor * prior.unit
    code = code._replace(factor=code.factor * prior.unit)
    return prior.attributes | {"_code": code}, unit, prior.in_use


class _Prior(NamedTuple):
    """The components put in the prior's units: what those were, and what has changed."""

    unit: Any
    attributes: dict
    in_use: bool


# The spread of a component is right to a third of a percent, of so many rows.
_MOST_FOR_PRIOR = 100_000
_WITHOUT_PRIOR = _Prior(1.0, {}, True)


def _in_prior_units(model, rows):
    objective = model.objective
    some = rows.drawn(_MOST_FOR_PRIOR, np.random.default_rng(0))
    unit, in_use = objective.prior_units(model.code_moments(some.x), some.weight)
    shift = -2 * np.log(unit)  # of the logarithms of the variances
    encoder, decoder = rescale_code(model.network, model.params, 1 / unit, shift)
    return _Prior(unit, {"encoder_": encoder, "decoder_": decoder}, in_use)


def warn_dominant(estimator, moments):
    """Warn of a column that has nearly all of the variance, where that decides what is learnt."""
    if moments is None or estimator._asked_loss().balanced:
        return
    column = moments.dominant
    if column is not None:
        warn_caller(
            f"{column_name(estimator, column)} has more than 99.9 % of the variance of X, so "
            "hardly anything is learnt of the others. Scale the columns first, for example with "
            "StandardScaler().",
        )


def width_of_code(estimator, rows, seed):
    """The width of the code: ``n_components`` as PCA reads it."""
    asked, index = estimator.n_components, rows.everything
    if isinstance(asked, Integral):
        return int(asked)
    if asked is None:
        return min(rows.count(index), rows.n_features)
    axes = principal_axes(rows, index, None, generator(seed, START))
    if asked != "mle":
        return axes.count(asked)
    n_rows = rows.count(index)
    if n_rows < rows.n_features:
        raise ValueError(
            "n_components='mle' needs at least as many rows as columns. Got "
            f"{n_rows} rows of {rows.n_features} columns."
        )
    scale = axes.moments.standardization.scale
    variance = axes.variance * scale**2 * n_rows / (n_rows - 1)
    return infer_dimension(variance, n_rows)


def _learner(estimator: Any, network: Any, start: Any, n_samples: int) -> GradientLearner:
    loss, (mean, scale) = estimator._asked_loss(), start.standardization
    highest = start.highest if loss.bounded_by_range else None
    with np.errstate(over="ignore"):  # programs of losses that allow such data need neither
        mean, scale = mean.astype(np.float32), np.float32(scale)
        highest = None if highest is None else highest.astype(np.float32)
    model = Model(network, loss, mean, scale, highest)
    objective = estimator._asked_objective()
    objective.check(model)
    return GradientLearner(
        model,
        objective,
        start,
        optimizer=estimator.optimizer,
        learning_rate=estimator.learning_rate,
        weight_decay=estimator.weight_decay,
        batch_size=estimator._recipe.rows_a_step(estimator.batch_size, n_samples),
        recipe=estimator._recipe,
        precision=estimator.precision,
    )
