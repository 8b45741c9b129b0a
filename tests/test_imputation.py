"""What an imputer is made of: hidden cells, rows to learn from, a silent network, shares."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from skautoencoder._imputation._blend import blend_weights
from skautoencoder._imputation._examples import at_hidden_cells, remasked, unpacked
from skautoencoder._imputation._hidden import hide_cells
from skautoencoder._networks import RefiningNetwork


def rows_with_gaps(n_rows=200, n_features=4, share=0.2, seed=0):
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((n_rows, 2)) @ rng.standard_normal((2, n_features))
    return np.where(rng.uniform(size=z.shape) < share, np.nan, z)


def test_a_tenth_of_the_seen_cells_is_hidden_and_linear_answers_do_not_know_them():
    z = rows_with_gaps(2000)
    hidden = hide_cells(z, np.arange(len(z)), np.random.default_rng(0))
    assert 0.08 < hidden.cells.sum() / (~np.isnan(z)).sum() < 0.12
    assert_array_equal(hidden.truth[hidden.cells], z[hidden.cells])
    assert np.isnan(hidden.rows[hidden.cells]).all()
    other = z.copy()
    other[hidden.cells] = 7.0
    again = hide_cells(other, np.arange(len(z)), np.random.default_rng(0))
    assert_array_equal(again.filled, hidden.filled)


def test_all_rows_of_a_group_hide_the_same_cells():
    z = np.repeat(rows_with_gaps(50), 3, axis=0)
    cells = hide_cells(z, np.repeat(np.arange(50), 3), np.random.default_rng(0)).cells
    assert cells.any()
    assert_array_equal(cells.reshape(50, 3, -1).std(axis=1), 0)


def test_rows_to_learn_from_have_more_gaps_and_count_all_that_is_known():
    z = rows_with_gaps()
    hidden = hide_cells(z, np.arange(len(z)), np.random.default_rng(0))
    filled, seen, truth = unpacked(remasked(hidden, np.random.default_rng(1)).X)
    known = ~np.isnan(truth)
    assert ((seen == 1) <= known).all()
    assert 0.5 < seen.sum() / known.sum() < 0.9
    assert_allclose(filled[seen == 1], truth[seen == 1], rtol=1e-6)
    assert np.isfinite(filled).all()
    kept = {tuple(np.nan_to_num(row)) for row in hidden.rows.astype(np.float32)}
    assert {tuple(np.nan_to_num(row)) for row in truth} <= kept


def test_only_hidden_cells_measure():
    z = rows_with_gaps()
    hidden = hide_cells(z, np.arange(len(z)), np.random.default_rng(0))
    rows = at_hidden_cells(hidden)
    _, seen, truth = unpacked(rows.X)
    assert_array_equal(~np.isnan(truth), hidden.cells)
    assert not seen[hidden.cells].any()
    assert_array_equal(rows.weight > 0, hidden.cells.any(axis=1))


def test_a_network_starts_at_what_it_is_given_and_hears_of_bins_where_it_sees():
    network = RefiningNetwork(3, (5,), "gelu")
    edges = np.array([[-1.0] * 3, [1.0] * 3])
    params = network.init(np.random.default_rng(0), edges)
    filled = np.random.default_rng(1).standard_normal((4, 3)).astype(np.float32)
    seen = np.array([[1, 0, 1]] * 4, np.float32)
    assert_array_equal(network.refine(params, filled, seen), filled)
    stack = params.stack
    awake = params._replace(
        stack=stack._replace(weights=(stack.weights[0], np.ones_like(stack.weights[1])))
    )
    inputs = np.hstack(
        [filled, seen, *((filled > edge) * seen for edge in edges.astype(np.float32))]
    )
    hidden = inputs @ stack.weights[0]
    # the GELU in its tanh form, as the package has it
    gelu = hidden * (1 + np.tanh(np.sqrt(2 / np.pi) * (hidden + 0.044715 * hidden**3))) / 2
    expected = filled + gelu.sum(axis=1, keepdims=True)
    assert_allclose(network.refine(awake, filled, seen), expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("shares", "expected"),
    [((0.4, 0.3), (0.4, 0.3)), ((0.0, 0.5), (0.0, 0.5)), ((1.5, 0.0), (1.0, 0.0)),
     ((-0.5, -0.5), (0.0, 0.0)), ((0.9, 0.4), (0.75, 0.25))],
)  # fmt: skip
def test_shares_are_the_nearest_that_are_allowed(shares, expected):
    rng = np.random.default_rng(0)
    moves = np.linalg.qr(rng.standard_normal((1000, 2)))[0]  # of length one, at right angles
    found = blend_weights(moves, moves @ np.array(shares), np.arange(1000))
    assert_allclose(found, expected, atol=1e-3)


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.floats(1e-3, 1e3))
def test_shares_are_never_worse_than_none_where_they_were_measured(seed, scale):
    rng = np.random.default_rng(seed)
    moves, wanted = scale * rng.standard_normal((80, 2)), rng.standard_normal(80)
    weights = blend_weights(moves, wanted, np.arange(80))
    assert (weights >= 0).all()
    assert weights.sum() <= 1 + 1e-6
    assert ((wanted - moves @ weights) ** 2).sum() <= (wanted**2).sum() * (1 + 1e-9)


def test_a_gain_of_one_group_alone_is_not_believed():
    rng = np.random.default_rng(0)
    moves, wanted = rng.standard_normal((100, 1)), 0.01 * rng.standard_normal(100)
    moves[0], wanted[0] = 3.0, 3.0
    group = np.zeros(100, int)
    group[1:] = 1
    assert blend_weights(moves, wanted, group)[0] == 0
