"""scikit-learn's own checks for the other objectives: all for one, the telling ones for each.

Most checks are about what comes before the first step, which no objective sees: names,
parameters, types, and bad input. They are made for the defaults, in
`test_sklearn_contract.py`, and for the objective that differs most, whose network has two
heads. For each other way to train, there are those that look at what was learnt.
"""

from __future__ import annotations

import warnings

import pytest
from sklearn.exceptions import SkipTestWarning
from sklearn.utils.estimator_checks import estimator_checks_generator, parametrize_with_checks

from skautoencoder.objectives import OBJECTIVES
from tests.conftest import quick
from tests.estimators.test_sklearn_contract import EXPECTED_FAILURES

ON_WHAT_WAS_LEARNT = {
    "check_dict_unchanged",
    "check_estimator_sparse_array",
    "check_estimators_dtypes",
    "check_estimators_pickle",
    "check_fit2d_1feature",
    "check_fit_idempotent",
    "check_methods_sample_order_invariance",
    "check_methods_subset_invariance",
    "check_transformer_general",
    "check_transformer_preserve_dtypes",
}


def small(**settings):
    return quick(1, hidden_layer_sizes=(), max_iter=3, **settings)


OTHERS = {
    "tied": small(tied_weights=True),
    **{name: small(objective=name) for name in OBJECTIVES},
}
del OTHERS["reconstruction"], OTHERS["variational"]


def without_warnings_of_skipping(check, estimator):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SkipTestWarning)
        check(estimator)


@pytest.mark.slow
@parametrize_with_checks(
    [small(objective="variational")],
    expected_failed_checks=lambda estimator: EXPECTED_FAILURES,
)
def test_scikit_learns_checks(estimator, check):
    without_warnings_of_skipping(check, estimator)


CHECKS = {
    f"{check.func.__name__}-{number}": check
    for number, (_, check) in enumerate(estimator_checks_generator(quick()))
    if check.func.__name__ in ON_WHAT_WAS_LEARNT
}


def test_the_checks_are_those_that_scikit_learn_has():
    assert {check.func.__name__ for check in CHECKS.values()} == ON_WHAT_WAS_LEARNT


@pytest.mark.slow
@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("other", OTHERS)
def test_checks_on_what_was_learnt(other, check):
    without_warnings_of_skipping(CHECKS[check], OTHERS[other])
