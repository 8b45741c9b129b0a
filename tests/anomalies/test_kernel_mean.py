"""Means of near rows, beside the sums that define them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skautoencoder._anomalies._kernel_mean import KernelMean, fit_kernel_mean, squared_distances


def rows(n_rows=30, n_columns=3, seed=0):
    drawn = np.random.default_rng(seed).standard_normal((n_rows, n_columns))
    return drawn - drawn.mean(axis=0)


def mean_by_definition(row, references, width, relative):
    squared = ((row - references) ** 2).sum(axis=1)
    least = squared.min() if relative else 0.0
    weight = np.exp((least - squared) / (2 * width**2))
    return weight @ references / (weight.sum() + (0 if relative else 1e-12))


@pytest.mark.parametrize("relative", [True, False])
def test_a_mean_is_that_of_the_definition(relative):
    references, new = rows(), rows(7, seed=1)
    found = KernelMean(references, 0.7, relative).of(new)
    wanted = [mean_by_definition(row, references, 0.7, relative) for row in new]
    assert_allclose(found, wanted, atol=1e-12)


def test_far_rows_have_the_mean_of_all_or_the_nearest():
    references = rows()
    far = np.full((1, 3), 1e4)
    assert_allclose(KernelMean(references, 0.5, relative=False).of(far), 0, atol=1e-300)
    nearest = references[np.argmax(references.sum(axis=1))]
    assert_allclose(KernelMean(references, 0.5, relative=True).of(far)[0], nearest, atol=1e-3)


def test_gaps_have_no_part_in_nearness():
    references, new = rows(), rows(5, seed=1)
    seen = np.array([True, False, True])
    mean = KernelMean(references, 0.7, relative=True)
    one = mean.of(new, np.tile(seen, (5, 1)))
    other = mean.of(new + ~seen * 100.0, np.tile(seen, (5, 1)))
    assert_allclose(one, other)
    squared = ((new[:, None] - references) ** 2)[..., seen].sum(axis=2) * 3 / 2
    assert_allclose(squared_distances(new, references, np.tile(seen, (5, 1))), squared)


def test_the_width_is_that_by_which_rows_are_nearest_to_the_mean_of_the_others():
    references = rows(200)
    found = fit_kernel_mean(references, relative=True, rng=np.random.default_rng(0))

    def error(width):
        others = [
            mean_by_definition(row, np.delete(references, i, axis=0), width, True)
            for i, row in enumerate(references)
        ]
        return ((references - others) ** 2).sum()

    ratio = 2 ** (6 / 10)  # from one width to the next
    assert error(found.width) <= min(error(found.width * ratio), error(found.width / ratio)) * 1.001


def test_copies_of_rows_do_not_make_the_width_vanish():
    references = rows(60)
    once = fit_kernel_mean(references, relative=True, rng=np.random.default_rng(0)).width
    many = np.repeat(references, 5, axis=0)
    thrice = fit_kernel_mean(many, relative=True, rng=np.random.default_rng(0)).width
    assert thrice > once / 2


def test_rows_that_are_all_one_have_it_as_their_mean():
    mean = fit_kernel_mean(np.zeros((5, 2)), relative=True, rng=np.random.default_rng(0))
    assert_allclose(mean.of(np.ones((1, 2))), 0)
