"""Blocks, epochs, and the choice of the best weights."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from skautoencoder._data import _blocks
from skautoencoder._data._moments import Moments
from skautoencoder._data._rows import Rows
from skautoencoder._data._standardization import Standardization
from skautoencoder._model import Model
from skautoencoder._networks import DenseNetwork
from skautoencoder._training import _updates
from skautoencoder._training._best import best_at_start
from skautoencoder._training._execution import Alone, beside
from skautoencoder._training._fit import End, begin, fit, one_epoch, result_of, trained_ahead
from skautoencoder._training._folds import split
from skautoencoder._training._gradient_learner import GradientLearner
from skautoencoder._training._plan import HeldOut, Lane, Plan
from skautoencoder._training._recipe import Recipe
from skautoencoder._training._start import without_path
from skautoencoder.losses import LOSSES
from skautoencoder.objectives import Reconstruction

PLAIN = Standardization(np.zeros(3), 1.0)


@given(st.integers(1, 300), st.integers(1, 40), st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_blocks_hold_each_row_once_in_order(n_samples, batch_size, seed):
    X = np.random.RandomState(seed).standard_normal((n_samples, 3)).astype(np.float32)
    order = np.random.RandomState(seed).permutation(n_samples)
    rows = Rows(X, np.ones(n_samples))
    found = list(_blocks.blocks(rows.chunks(order, 7), 3, PLAIN, batch_size))
    assert len({block.x.shape for block in found}) == 1
    kept = [block.weight.ravel() > 0 for block in found]
    x = np.concatenate([b.x.reshape(-1, 3)[k] for b, k in zip(found, kept, strict=True)])
    assert_array_equal(x, X[order])
    training = learner()
    for block in found:
        assert block.weight[: block.n_steps].sum(axis=1).all()
        assert not block.weight[block.n_steps :].any()
        n_rows = training._rows_of_steps(block, 0, [n_samples])
        assert_array_equal(n_rows, np.sum(block.weight > 0, axis=1))
        assert not block.x[block.weight == 0].any()


def learner(start_is_good=True, **changes):
    network = DenseNetwork(3, 1, (4,), "tanh", False)
    moments = Moments(np.zeros(3), np.ones(3), np.ones(3), 1.0)
    params = network.init(np.random.RandomState(0))
    settings = {
        "model": Model(network, LOSSES["squared_error"], np.zeros(3, np.float32), np.float32(1)),
        "objective": Reconstruction(),
        "start": without_path(network, moments, params)._replace(is_good=start_is_good),
        "optimizer": "sgd",
        "learning_rate": 0.1,
        "weight_decay": 0.0,
        "batch_size": 5,
        "recipe": Recipe(),
    }
    return GradientLearner(**settings | changes)


def run(learner, n_samples=5, weight=None, n_epochs=1):
    X = np.random.RandomState(0).standard_normal((n_samples, 3))
    rows = Rows(X, np.ones(n_samples) if weight is None else weight)
    state = learner.begin()
    for _ in range(n_epochs):
        done = learner.epochs(state, rows, np.arange(n_samples), [np.random.default_rng(0)])
        state = done.state
    return learner.start_params, X, done


def gradient_by_differences(learner, params, X, weight):
    """Of the weighted mean loss over features and rows, in the decoder's last bias."""
    model, step = learner.model, 1e-2

    def loss(bias):
        decoder = params.decoder._replace(biases=(*params.decoder.biases[:-1], bias))
        moved = params._replace(decoder=decoder)
        x = X.astype(np.float32)
        error = model.error(x, model.decode(moved, model.encode(moved, x)))
        return np.mean(weight * error) / 3

    bias = params.decoder.biases[-1]
    return [
        (loss(bias + step * e) - loss(bias - step * e)) / (2 * step)
        for e in np.eye(3, dtype=np.float32)
    ]


@pytest.mark.parametrize("weight", [np.ones(5), np.array([1.0, 2, 3, 0.5, 1])])
def test_one_step_of_gradient_descent_by_hand(weight):
    import optax

    plain = learner(optimizer=optax.sgd(0.1))
    params, X, done = run(plain, weight=weight)
    gradient = gradient_by_differences(plain, params, X, weight)
    moved = done.state.weights.params.decoder.biases[-1] - params.decoder.biases[-1]
    assert_allclose(moved, -0.1 * np.array(gradient), rtol=1e-3, atol=1e-6)
    x = X.astype(np.float32)
    model = plain.model
    error = model.error(x, model.decode(params, model.encode(params, x)))
    assert done.losses[0] == pytest.approx(np.average(error, weights=weight), rel=1e-5)


def test_weights_that_an_epoch_left_alone_are_measured_once(monkeypatch):
    one = learner(batch_size=2)  # three steps an epoch, of which the average moves every eighth
    X = np.random.RandomState(0).standard_normal((5, 3))
    rows, index = Rows(X, np.ones(5)), np.arange(5)
    rngs = [np.random.default_rng(seed) for seed in range(12)]
    done = one.epochs(one.begin(), rows, index, rngs, 12)
    expected = [one.losses(params, rows, index, 1.0) for params in one.kept(done)]
    n_measured, measure = [], one._losses
    monkeypatch.setattr(
        type(one),
        "_losses",
        lambda _, several, *a: n_measured.append(len(several)) or measure(several, *a),
    )
    assert_array_equal(one.losses_after(done, rows, index, 1.0), expected)
    n_different = 1 + np.sum([(a != b).any() for a, b in pairwise(expected)])
    assert n_measured == [n_different]
    assert 3 < n_different < 12


def test_weight_decay_shrinks_matrices_alone():
    still = {"learning_rate": 0.1, "optimizer": "adam"}
    params, _, plain = run(learner(**still))
    _, _, decayed = run(learner(weight_decay=0.5, **still))
    plain, decayed = (done.state.weights.params.encoder for done in (plain, decayed))
    for before, one, other in zip(
        params.encoder.weights, plain.weights, decayed.weights, strict=True
    ):
        assert_allclose(one - other, 0.05 * before, atol=1e-6)
    for one, other in zip(plain.biases, decayed.biases, strict=True):
        assert_array_equal(one, other)


@pytest.mark.parametrize("good", [True, False])
def test_average_of_the_weights(good):
    found = []
    for n_epochs in range(1, 25):
        _, _, done = run(learner(start_is_good=good), n_epochs=n_epochs)
        found.append(done.state.weights)
    params = run(learner())[0].encoder.weights[0]
    average, n_averaged = params, np.inf if good else 0
    for step, weights in enumerate(found, start=1):
        if step < 8 or step % 8 == 0:
            n_new = 1 if step <= 8 else 8
            n_averaged += n_new
            share = max(1 - 0.99**n_new, n_new / n_averaged)
            average = average + share * (weights.params.encoder.weights[0] - average)
        assert_allclose(weights.average.encoder.weights[0], average, atol=1e-6)


def test_arrays_that_wait_for_each_other_keep_their_values():
    rng = np.random.RandomState(0)
    gradient = [rng.standard_normal(shape) for shape in [(300, 200), (5,), (200, 100), (100, 300)]]
    gradient[2][0, 0] = 0
    for before, after in zip(gradient, _updates.in_turn(gradient), strict=True):
        assert_array_equal(after, before)


def test_learning_rate_falls_along_half_a_cosine():
    rates = []

    class Spy(Alone):
        def train_block(self, program, arguments):
            _, block, schedule, *_ = arguments
            rates.extend(schedule.rate[: block.n_steps])
            return super().train_block(program, arguments)

    rows = Rows(np.random.RandomState(0).standard_normal((12, 3)), np.ones(12))
    this = learner()
    state = this.begin()
    with beside(Spy()):
        for epoch in range(4):
            rng = np.random.default_rng(epoch)
            state = this.epochs(state, rows, np.arange(12), [rng], 4).state
    assert_allclose(rates, 0.05 * (1 + np.cos(np.pi * np.arange(12) / 12)), rtol=1e-5)


@given(st.integers(2, 1500), st.floats(0.01, 0.99))
@settings(max_examples=60, deadline=None)
def test_split_holds_enough_rows_out_and_learns_from_the_others(n_samples, fraction):
    index = np.arange(10, 10 + n_samples)
    folds = split(index, np.arange(n_samples), fraction, Recipe(), np.random.default_rng(0))
    for fold in folds:
        assert_array_equal(np.sort(np.concatenate(fold)), index)
        assert len(fold.train)
    if len(folds) == 1:
        assert len(folds[0].held_out) >= 50
    else:
        assert_array_equal(np.sort(np.concatenate([f.held_out for f in folds])), index)


@given(st.integers(2, 300), st.integers(2, 400), st.floats(0.01, 0.99))
@settings(max_examples=60, deadline=None)
def test_split_tears_no_group_apart_and_counts_groups(n_samples, n_groups, fraction):
    _, group = np.unique(
        np.random.RandomState(0).randint(0, n_groups, n_samples), return_inverse=True
    )
    if group.max() == 0:
        return
    folds = split(np.arange(n_samples), group, fraction, Recipe(), np.random.default_rng(0))
    for fold in folds:
        assert_array_equal(np.sort(np.concatenate(fold)), np.arange(n_samples))
        assert len(fold.train)
        assert not set(group[fold.train]) & set(group[fold.held_out])
    if len(folds) == 1:
        assert len(set(group[folds[0].held_out])) >= 50
    else:
        assert len(folds) == min(5, group.max() + 1)


def selection(losses, weight=None, group=None):
    losses = np.array(losses, float)
    weight = np.ones(len(losses)) if weight is None else weight
    return best_at_start("start", losses, weight, 0.01, group)


def test_the_best_weights_may_be_the_start():
    best = selection([4.0, 2.0])
    best = best.after("worse", np.array([5.0, 3.0]))
    assert best.params == "start"
    assert best.loss == 3.0
    best = best.after("better", np.array([2.0, 2.0]))
    best = best.after("not a number", np.array([np.nan, 1.0]))
    assert best.params == "better"
    assert best.epoch == 2
    assert best.curve[:3] == (3.0, 4.0, 2.0)


def test_a_loss_without_a_number_in_single_precision_hides_no_other():
    best = selection([np.inf, *np.ones(99)])
    better = best.after("better", np.array([np.inf, *np.full(99, 0.5)]))
    assert np.isfinite(better.curve).all()
    gain, _ = better.gains_of_groups()
    assert_array_equal(gain[:2], [0.0, 0.0])  # it drowns all others, and the start is kept
    assert better.params == "start"
    assert not Recipe().has_risen(better)
    assert not Recipe().convinced_by(better, 0.0)
    assert best.after("in reach", np.full(100, 0.5)).params == "in reach"


@pytest.mark.parametrize("place", [0, 1])
def test_groups_without_weight_have_no_say(place):
    group, weight = np.array([0, 1, 1]), np.zeros(3)
    weight[group == place] = 1
    best = selection([1.0, 1.0, 1.0], weight, group).after("better", np.full(3, 0.5))
    gain, of_group = best.gains_of_groups()
    assert_array_equal(gain, 0.5 * of_group)
    assert Recipe().convinced_by(best, 0.0)  # as if there were one group alone


def test_the_best_weights_change_only_for_a_gain_beyond_chance():
    gain = np.tile([0.2, 0.0], 50)  # 0.1 in the mean, with a standard error of 0.01
    for sure, expected in ((9.0, "better"), (11.0, "start")):
        best = selection(np.ones(100)).after("better", 1 - gain, standard_errors=sure)
        assert best.params == expected
    best = selection(np.ones(100)).after("better", 1 - gain, standard_errors=9.0)
    noise = np.tile([0.5, -0.4], 50)  # 0.05 in the mean, with a standard error of 0.045
    for sure, expected in ((1.0, "later"), (1.2, "better")):
        later = best.after("later", 1 - gain - noise, standard_errors=sure)
        assert later.params == expected
        assert later.loss == later.curve[later.epoch]
        assert later.n_without_progress == 0  # the loss has fallen, whatever is kept
    copies = np.repeat(np.arange(50), 2)
    noise = np.tile([0.5, 0.5, -0.4, -0.4], 25)
    both = selection(np.ones(100), group=copies)
    assert selection(np.ones(100)).after("later", 1 - noise, 1.0).params == "later"
    assert both.after("later", 1 - noise, 1.0).params == "start"


def test_a_fit_keeps_weights_by_the_rule_between_epochs():
    for sure, expected in ((0.0, "lowest"), (np.inf, "start")):
        plan = two_lanes(recipe=Recipe(standard_errors_between_epochs=sure))
        best = fit(plan, begin(plan), Quiet()).best
        lowest = int(np.argmin(best.curve))
        assert best.epoch == {"lowest": lowest, "start": 0}[expected]
        assert lowest > 0


def test_epochs_without_relative_progress_are_counted():
    best = selection([100.0])
    best = best.after("a", np.array([99.5]))  # better, but by less than tol
    assert best.n_without_progress == 1
    best = best.after("b", np.array([99.2]))
    assert best.n_without_progress == 2
    best = best.after("c", np.array([90.0])).after("d", np.array([91.0]))
    assert best.n_without_progress == 1
    assert best.params == "c"


def test_another_try_is_measured_by_its_own_progress():
    best = selection([100.0]).after("a", np.array([99.0])).after("b", np.array([99.5]))
    best = best.of_another_try()
    assert best.n_without_progress == 0
    for loss in (500.0, 300.0, 200.0):  # far above what the first try reached
        best = best.after("second", np.array([loss]))
        assert best.n_without_progress == 0
        assert not Recipe().has_risen(best)
    best = best.after("second", np.array([250.0]))
    assert best.n_without_progress == 1
    assert Recipe().has_risen(best)
    assert best.params == "a"
    assert best.after("better", np.array([98.0])).params == "better"


def test_a_second_try_begins_at_random_weights_and_averages_from_there():
    first, second = learner(), learner()
    path = np.ones((3, 1), np.float32), np.full((1, 3), 2.0, np.float32)
    start = second.start._replace(
        params=second.model.network.init(np.random.RandomState(0), path), is_good=True
    )
    second = replace(second, start=start)
    state = second.begin(np.random.default_rng(0))
    assert not state.start_is_good
    for params in (state.weights.params, state.weights.average):
        assert_allclose(params.encoder.linear, 0.1, rtol=1e-6)
        assert_allclose(params.decoder.linear, 0.2, rtol=1e-6)
        assert all(weight.any() for half in params for weight in half.weights)
    assert second.begin().start_is_good
    assert_array_equal(second.begin().weights.params.encoder.linear, path[0])
    without = first.begin(np.random.default_rng(0)).weights.params
    assert without.encoder.linear is None


def convinced(losses, later, least_gain=0.0, **more):
    return Recipe().convinced_by(selection(losses, **more).after("new", later), least_gain)


def test_a_gain_is_convincing_beyond_its_standard_error():
    rng = np.random.RandomState(0)
    start = rng.uniform(1, 2, 400)
    noise = rng.standard_normal(400)
    noise = (noise - noise.mean()) / noise.std()  # the mean's standard error is 0.05
    for gain, expected in ((0.09, False), (0.11, True)):
        assert convinced(start, start - gain - noise) == expected
    weight = np.r_[np.full(100, 1.0), np.full(300, 1e-9)]
    found = convinced(start, start - 0.11 - noise, weight=weight)
    assert found == (0.11 + noise[:100].mean() > 2 * noise[:100].std() / 10)


def test_copies_are_one_witness():
    rng = np.random.RandomState(0)
    gain = rng.standard_normal(60)
    start = np.full(600, 100.0)
    later = start - np.repeat(gain - gain.mean() + 0.2, 10)  # of 60 rows, 1.6 standard errors
    for group, expected in ((None, True), (np.repeat(np.arange(60), 10), False)):
        assert convinced(start, later, group=group) == expected


@pytest.mark.parametrize("size", [1.0, 1e3, 1e12])
def test_one_row_far_out_convinces_nobody(size):
    losses = np.r_[size, np.ones(99)]
    assert not convinced(losses, losses * 0.5 * np.r_[1, np.full(99, 2.0)])


def test_a_gain_within_rounding_convinces_nobody():
    for least_gain, expected in ((0.0, True), (1e-9, False)):
        assert convinced(np.full(50, 2e-10), np.full(50, 1e-10), least_gain) == expected


def test_any_epoch_can_be_run_again_from_the_state_before_it():
    """What a fit is at an epoch hangs on nothing but its state, its plan and its seed."""
    rng = np.random.RandomState(0)
    rows = Rows(rng.standard_normal((40, 3)), np.ones(40))
    this = learner()
    lanes = tuple(Lane(this, index) for index in (np.arange(40), np.arange(20)))
    held_out = (HeldOut(1, rows, np.arange(20, 40), np.arange(20)),)
    plan = Plan(rows, lanes, held_out, max_iter=4, seed=7)

    def advance(state, n_epochs):
        for _ in range(n_epochs):
            with ThreadPoolExecutor(2) as threads:
                state = trained_ahead(plan, state._replace(lanes=list(state.lanes)), threads, 1)
            state = one_epoch(plan, state)
        return state

    whole = advance(begin(plan), 4)
    halfway = pickle.loads(pickle.dumps(advance(begin(plan), 2)))
    resumed = advance(halfway, 2)
    assert resumed.loss_curve == whole.loss_curve
    assert resumed.best.curve == whole.best.curve
    for one, other in zip(
        jax.tree.leaves(resumed.lanes), jax.tree.leaves(whole.lanes), strict=True
    ):
        assert_array_equal(one, other)
    assert len(set(whole.loss_curve)) == 5


class Quiet:
    """A reporter that takes every state or none, and asks to stop after some epoch."""

    def __init__(self, takes=False, stops_after=None):
        self.takes, self.stops_after = takes, stops_after
        self.states = []

    def begin(self):
        pass

    def end(self, progress):
        return progress.epoch == self.stops_after

    def keeps(self, epoch):
        return self.takes

    def reached(self, state):
        self.states.append(state)


ALWAYS_RISEN = replace(Recipe(), rises=-1.0)


def two_lanes(n_samples=40, learner_changes=None, **changes):
    """A plan of a kept lane and a fold, whose epochs of two steps fit a block many times."""
    rng = np.random.RandomState(0)
    rows = Rows(rng.standard_normal((n_samples, 3)), rng.uniform(0.5, 2, n_samples))
    third = n_samples // 3
    indices = np.arange(n_samples), np.arange(third, n_samples)
    of_lanes = {"batch_size": 32} | (learner_changes or {})
    lanes = tuple(Lane(learner(**of_lanes), index) for index in indices)
    held_out = (HeldOut(1, rows, np.arange(third), np.arange(third)),)
    return Plan(rows, lanes, **{"held_out": held_out, "max_iter": 20, "seed": 7} | changes)


@pytest.mark.parametrize(
    ("changes", "stops_after"),
    [
        ({}, None),
        ({"max_iter": 1}, None),
        ({"held_out": ()}, None),
        ({}, 3),
        ({"held_out": ()}, 3),
        ({"patience": 2, "tol": 0.5}, None),
        ({"patience": 2, "tol": 0.5, "from_pca": True}, None),
        ({"learner_changes": {"learning_rate": 1e4}}, None),
    ],
)
def test_epochs_trained_together_are_those_trained_one_by_one(changes, stops_after):
    plan = two_lanes(**changes)
    alone, together = Quiet(takes=True, stops_after=stops_after), Quiet(stops_after=stops_after)
    ends = [fit(plan, begin(plan), reporter) for reporter in (alone, together)]
    results = [result_of(plan, end) for end in ends]
    one, other = (jax.tree.leaves(result) for result in results)
    for mine, theirs in zip(one, other, strict=True):
        assert_array_equal(mine, theirs)
    assert not any(state.ahead for state in alone.states)
    assert any(state.ahead for state in together.states) == (plan.max_iter > 1)


def test_no_epoch_is_trained_beyond_one_that_may_stop_the_fit():
    trained = []

    class Halving(Alone):
        def train_block(self, program, arguments):
            trained.append(int(np.count_nonzero(np.diff(arguments[2].ends))))
            return super().train_block(program, arguments)

        def may_stop(self, epoch, max_iter):
            return epoch in (1, 3)

    plan = two_lanes(max_iter=6, held_out=())
    with beside(Halving()):
        fit(plan, begin(plan), Quiet())
    assert trained == [1, 1, 2, 2, 3, 3]  # of both lanes


def test_long_epochs_and_large_networks_are_trained_one_at_a_time():
    plan = two_lanes(n_samples=5000)
    lane = plan.leader
    assert lane.learner.most_epochs(plan.rows, lane.index) == 1
    assert lane.learner.most_epochs(plan.rows, lane.index[:64]) == 16


@pytest.mark.parametrize(
    ("curve", "expected"),
    [
        ([1.0, 0.9, 0.91], False),
        ([1.0, 0.9, 0.93], True),
        ([1.0, 1.03], True),
        ([-1.0, -2.0, -1.99], False),
        ([-1.0, -2.0, -1.9], True),
        ([0.0, 0.0], False),
    ],
)
def test_early_stopping_waits_less_where_the_loss_has_risen(curve, expected):
    best = best_at_start(None, np.array(curve[:1]), np.ones(1), 1e-4)
    for loss in curve[1:]:
        best = best.after(None, np.array([loss]))
    assert Recipe().has_risen(best) == expected


def test_patience_is_short_where_the_loss_has_risen():
    def n_epochs(recipe, **changes):
        plan = two_lanes(learner_changes={"learning_rate": 1e-3}, recipe=recipe, **changes)
        state = begin(plan)
        risen = state.best.after(state.best.params, state.best.losses * 1.5)
        state = state._replace(best=risen, epoch=1)
        return fit(plan, state, Quiet()).epoch

    assert n_epochs(Recipe(), patience=50, patience_rising=4) == 20  # it falls again
    assert n_epochs(ALWAYS_RISEN, patience=50, patience_rising=4, tol=0.9) == 4
    assert n_epochs(ALWAYS_RISEN, patience=3, patience_rising=4, tol=0.9) == 3
    assert n_epochs(ALWAYS_RISEN, patience=50, tol=0.9) == 20


@pytest.mark.parametrize(
    "waits", [{"patience": 2}, {"patience": 4, "patience_rising": 2, "recipe": ALWAYS_RISEN}]
)
def test_a_second_try_waits_longer(waits):
    changes = {"from_pca": True, "patience_of_second_try": 5, "tol": 0.9} | waits
    plan = two_lanes(learner_changes={"learning_rate": 1e-3}, **changes)
    state = fit(plan, begin(plan), Quiet())
    # its first epoch is what it is measured by
    assert (state.try_began, state.epoch, state.end) == (2, 2 + 1 + 5, End.NO_PROGRESS)


@pytest.mark.parametrize(
    ("n_iter_no_change", "steps_an_epoch", "waits"),
    [
        (10, 20, (25, 50, 10)),
        (10, 200, (10, 10, 10)),
        (10, 75, (10, 14, 10)),
        (30, 20, (30, 50, 30)),
    ],
)
def test_patience_is_of_epochs_and_of_steps(n_iter_no_change, steps_an_epoch, waits):
    found = Recipe().patience(n_iter_no_change, steps_an_epoch, of_distances=True)
    assert tuple(found.values()) == waits
    of_probabilities = Recipe().patience(n_iter_no_change, steps_an_epoch, of_distances=False)
    assert tuple(of_probabilities.values()) == (*waits[:2], waits[0])
    assert tuple(found) == ("patience", "patience_of_second_try", "patience_rising")


def test_why_a_fit_ended_is_told():
    rows = Rows(np.random.RandomState(0).standard_normal((40, 3)), np.ones(40))
    lane = Lane(learner(), np.arange(30))
    held_out = (HeldOut(0, rows, np.arange(30, 40), np.arange(10)),)

    class Reporter:
        def __init__(self, answer=False, error=None):
            self.answer, self.error = answer, error

        def begin(self):
            if self.error:
                raise self.error

        def end(self, progress):
            return self.answer

        def keeps(self, epoch):
            return False

        def reached(self, state):
            pass

    def end(reporter=None, **settings):
        plan = Plan(rows, (lane,), held_out, **{"max_iter": 3} | settings)
        return fit(plan, begin(plan), reporter or Reporter()).end

    assert end() is End.MAX_ITER
    assert end(max_iter=0) is End.MAX_ITER
    assert end(patience=1, tol=0.99) is End.NO_PROGRESS
    assert end(Reporter(answer=True)) is End.STOPPED
    assert end(Reporter(error=KeyboardInterrupt())) is End.INTERRUPTED
    wild = Lane(learner(learning_rate=1e12), np.arange(30))
    plan = Plan(rows, (wild,), held_out, max_iter=3)
    assert fit(plan, begin(plan), Reporter()).end is End.DIVERGED


@pytest.mark.slow
def test_an_epoch_leaves_what_it_started_from_as_it_was():
    """Programs may write into what they are given, wherever its memory begins."""
    for n_hidden in range(3, 12):
        network = DenseNetwork(3, 1, (n_hidden,), "tanh", False)
        moments = Moments(np.zeros(3), np.ones(3), np.ones(3), 1.0)
        params = network.init(np.random.RandomState(0))
        start = without_path(network, moments, params)
        model = Model(network, LOSSES["squared_error"], np.zeros(3, np.float32), np.float32(1))
        this = learner(start_is_good=True, start=start, model=model)
        before = jax.tree.map(np.copy, this.start_params)
        run(this, n_epochs=2)
        for one, other in zip(jax.tree.leaves(before), jax.tree.leaves(params), strict=True):
            assert_array_equal(one, other)
