"""scikit-learn's own checks for every objective: in a file of its own, to run beside others."""

from __future__ import annotations

import warnings

from sklearn.exceptions import SkipTestWarning
from sklearn.utils.estimator_checks import parametrize_with_checks

from skautoencoder.objectives import OBJECTIVES
from tests.conftest import quick
from tests.test_sklearn_contract import EXPECTED_FAILURES


@parametrize_with_checks(
    [
        quick(1, hidden_layer_sizes=(4,), max_iter=3, objective=name)
        for name in OBJECTIVES
        if name != "reconstruction"
    ],
    expected_failed_checks=lambda estimator: EXPECTED_FAILURES,
)
def test_scikit_learns_checks(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SkipTestWarning)
        check(estimator)
