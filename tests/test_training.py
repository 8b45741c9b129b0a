"""Blocks, epochs, and the choice of the best weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from skautoencoder._data import _blocks
from skautoencoder._data._blocks import Rows, Standardisation
from skautoencoder._model import Model
from skautoencoder._networks import DenseNetwork
from skautoencoder._training import _gradient, _optimizers
from skautoencoder._training._execution import Alone, beside
from skautoencoder._training._gradient import Problem
from skautoencoder._training._selection import Selection, split
from skautoencoder.losses import LOSSES
from skautoencoder.objectives import Reconstruction

PLAIN = Standardisation(np.zeros(3), 1.0)


@given(st.integers(1, 300), st.integers(1, 40), st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_blocks_hold_each_row_once_in_order(n_samples, batch_size, seed):
    X = np.random.RandomState(seed).standard_normal((n_samples, 3)).astype(np.float32)
    order = np.random.RandomState(seed).permutation(n_samples)
    found = list(_blocks.blocks(Rows(X, np.ones(n_samples)), order, PLAIN, batch_size))
    assert len({block.x.shape for block in found}) == 1
    kept = [block.weight.ravel() > 0 for block in found]
    x = np.concatenate([b.x.reshape(-1, 3)[k] for b, k in zip(found, kept, strict=True)])
    assert_array_equal(x, X[order])
    training = problem()
    state = training.start(training.model.network.init(np.random.RandomState(0)))
    for block in found:
        assert block.weight[: block.n_steps].sum(axis=1).all()
        assert not block.weight[block.n_steps :].any()
        pace = training.pace(state, block, None)
        assert_array_equal(pace.n_rows, np.sum(block.weight > 0, axis=1))
        assert not block.x[block.weight == 0].any()


def problem(**changes):
    network = DenseNetwork(3, 1, (4,), "tanh", False)
    settings = {
        "model": Model(network, LOSSES["squared_error"], np.zeros(3, np.float32), np.float32(1)),
        "objective": Reconstruction(),
        "standardisation": PLAIN,
        "optimizer": "sgd",
        "learning_rate": 0.1,
        "weight_decay": 0.0,
        "batch_size": 5,
        "start_is_good": True,
    }
    return Problem(**settings | changes)


def run(problem, n_samples=5, weight=None, n_epochs=1):
    X = np.random.RandomState(0).standard_normal((n_samples, 3))
    rows = Rows(X, np.ones(n_samples) if weight is None else weight)
    params = problem.model.network.init(np.random.RandomState(0))
    state = problem.start(params)
    for _ in range(n_epochs):
        epoch = _gradient.train_epoch(
            problem, state, rows, np.arange(n_samples), np.random.RandomState(0)
        )
        state = epoch.state
    return params, X, epoch


def gradient_by_differences(problem, params, X, weight):
    """Of the weighted mean loss over features and rows, in the decoder's last bias."""
    model, step = problem.model, 1e-2

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

    plain = problem(optimizer=optax.sgd(0.1))
    params, X, epoch = run(plain, weight=weight)
    gradient = gradient_by_differences(plain, params, X, weight)
    moved = epoch.state.weights.params.decoder.biases[-1] - params.decoder.biases[-1]
    assert_allclose(moved, -0.1 * np.array(gradient), rtol=1e-3, atol=1e-6)
    x = X.astype(np.float32)
    model = plain.model
    error = model.error(x, model.decode(params, model.encode(params, x)))
    assert epoch.loss == pytest.approx(np.average(error, weights=weight), rel=1e-5)


def test_weight_decay_shrinks_matrices_alone():
    still = {"learning_rate": 0.1, "optimizer": "adam"}
    params, _, plain = run(problem(**still))
    _, _, decayed = run(problem(weight_decay=0.5, **still))
    plain, decayed = (epoch.state.weights.params.encoder for epoch in (plain, decayed))
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
        _, _, epoch = run(problem(start_is_good=good), n_epochs=n_epochs)
        found.append(epoch.state.weights)
    params = run(problem())[0].encoder.weights[0]
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
    for before, after in zip(gradient, _optimizers.in_turn(gradient), strict=True):
        assert_array_equal(after, before)


def test_learning_rate_falls_along_half_a_cosine():
    rates = []

    class Spy(Alone):
        def train_block(self, program, arguments):
            _, block, pace, *_ = arguments
            rates.extend(pace.rate[: block.n_steps])
            return super().train_block(program, arguments)

    rows = Rows(np.random.RandomState(0).standard_normal((12, 3)), np.ones(12))
    this = problem()
    state = this.start(this.model.network.init(np.random.RandomState(0)))
    with beside(Spy()):
        list(_gradient.train_epochs(this, state, rows, np.arange(12), 4, np.random.RandomState(0)))
    assert_allclose(rates, 0.05 * (1 + np.cos(np.pi * np.arange(12) / 12)), rtol=1e-5)


@given(st.integers(2, 1500), st.floats(0.01, 0.99))
@settings(max_examples=60, deadline=None)
def test_split_holds_enough_rows_out_and_learns_from_the_others(n_samples, fraction):
    index = np.arange(10, 10 + n_samples)
    folds = split(index, np.arange(n_samples), fraction, np.random.RandomState(0))
    for fold in folds:
        assert_array_equal(np.sort(np.concatenate(fold)), index)
        assert len(fold.train)
    if len(folds) == 1:
        assert len(folds[0].validation) >= 50
    else:
        assert_array_equal(np.sort(np.concatenate([f.validation for f in folds])), index)


@given(st.integers(2, 300), st.integers(2, 400), st.floats(0.01, 0.99))
@settings(max_examples=60, deadline=None)
def test_split_tears_no_group_apart_and_counts_groups(n_samples, n_groups, fraction):
    _, group = np.unique(
        np.random.RandomState(0).randint(0, n_groups, n_samples), return_inverse=True
    )
    if group.max() == 0:
        return
    folds = split(np.arange(n_samples), group, fraction, np.random.RandomState(0))
    for fold in folds:
        assert_array_equal(np.sort(np.concatenate(fold)), np.arange(n_samples))
        assert len(fold.train)
        assert not set(group[fold.train]) & set(group[fold.validation])
    if len(folds) == 1:
        assert len(set(group[folds[0].validation])) >= 50
    else:
        assert len(folds) == min(5, group.max() + 1)


def selection(losses, **changes):
    arguments = {"weight": np.ones(len(losses)), "patience": 2, "tol": 0.01}
    return Selection("start", np.array(losses, float), **arguments | changes)


def test_selection_keeps_the_best_the_start_included():
    best = selection([4.0, 2.0])
    best.update("worse", np.array([5.0, 3.0]))
    assert best.params == "start"
    assert best.loss == 3.0
    best.update("better", np.array([2.0, 2.0]))
    best.update("not a number", np.array([np.nan, 1.0]))
    assert best.params == "better"
    assert best.epoch == 2
    assert best.curve[:3] == [3.0, 4.0, 2.0]


def test_selection_runs_out_of_patience_without_relative_progress():
    best = selection([100.0])
    best.update("a", np.array([99.5]))  # better, but by less than tol
    assert not best.exhausted
    best.update("b", np.array([99.2]))
    assert best.exhausted
    best.be_patient_again()
    assert not best.exhausted
    best.update("c", np.array([90.0]))
    best.update("d", np.array([91.0]))
    assert not best.exhausted
    assert best.params == "c"


def test_a_gain_is_convincing_beyond_its_standard_error():
    rng = np.random.RandomState(0)
    start = rng.uniform(1, 2, 400)
    noise = rng.standard_normal(400)
    noise = (noise - noise.mean()) / noise.std()  # the mean's standard error is 0.05
    for gain, expected in ((0.04, False), (0.06, True)):
        best = selection(start)
        best.update("new", start - gain - noise)
        assert best.convincing == expected
    weighted = selection(start, weight=np.r_[np.full(100, 1.0), np.full(300, 1e-9)])
    weighted.update("new", start - 0.06 - noise)
    assert weighted.convincing == (0.06 + noise[:100].mean() > noise[:100].std() / 10)


def test_copies_are_one_witness():
    rng = np.random.RandomState(0)
    gain = rng.standard_normal(60) + 0.05  # one row in sixty: less than a standard error
    start = np.full(600, 100.0)
    for group, expected in ((None, True), (np.repeat(np.arange(60), 10), False)):
        best = selection(start, group=group)
        best.update("new", start - np.repeat(gain - gain.mean() + 0.1, 10))
        assert best.convincing == expected


@pytest.mark.parametrize("size", [1.0, 1e3, 1e12])
def test_one_row_far_out_convinces_nobody(size):
    losses = np.r_[size, np.ones(99)]
    best = selection(losses)
    best.update("new", losses * 0.5 * np.r_[1, np.full(99, 2.0)])
    assert not best.convincing


def test_a_gain_within_rounding_convinces_nobody():
    for rounding, expected in ((0.0, True), (1e-9, False)):
        best = selection(np.full(50, 2e-10), rounding=rounding)
        best.update("new", np.full(50, 1e-10))
        assert best.convincing == expected
