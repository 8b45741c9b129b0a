"""Each warning of a fit points at the line that asked for the fit."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skautoencoder import RBMTransformer
from skautoencoder.objectives import Variational
from tests.conftest import quick

X = np.random.RandomState(0).standard_normal((100, 4))
DOMINATED, IDLE = X * [1e4, 1, 1, 1], X * [1, 1, 1, 0]

UNUSED = quick(3, objective=Variational(beta=100.0), init="glorot", max_iter=60, learning_rate=1e-2)


def machine(**settings):
    settings = {"visible": "gaussian", "learning_rate": 1e-3, "random_state": 0} | settings
    return RBMTransformer(2, **settings)


FITS = {
    "99.9 %": lambda: quick(1).fit(DOMINATED),
    "99.9 % of the variance of X": lambda: quick(1).partial_fit(DOMINATED),
    "diverged in epoch": lambda: quick(1, learning_rate=1e12).fit(X),
    "in this chunk": lambda: quick(1).partial_fit(X).partial_fit(1e12 * X),
    "did not vary": lambda: quick(1).partial_fit(IDLE).partial_fit(X),
    "is in use": lambda: UNUSED.fit(np.random.RandomState(0).uniform(size=(200, 5))),
    "standardized": lambda: machine().fit(X + 5),
    "for standardized": lambda: machine().partial_fit(X + 5),
    "weights diverged in epoch": lambda: machine(learning_rate=1e3).fit(X),
    "diverged on this chunk": lambda: machine().partial_fit(X).partial_fit(1e3 * X / np.abs(X)),
    "of the variance": lambda: make_pipeline(FunctionTransformer(), quick(1)).fit(DOMINATED),
}


@pytest.mark.parametrize("said", FITS)
def test_a_warning_is_at_the_line_of_the_caller(said):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        FITS[said]()
    found = [one for one in caught if said in str(one.message)]
    assert len(found) == 1
    line = FITS[said].__code__.co_firstlineno
    assert [(one.filename, one.lineno) for one in found] == [(__file__, line)]
