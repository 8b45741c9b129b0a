"""An isolation forest as arrays is scikit-learn's."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose
from sklearn.ensemble import IsolationForest

from skautoencoder._estimators._detector_fit import Learning, of_forest


def test_sizes_are_scikit_learns_scores():
    rng = np.random.default_rng(0)
    X = np.vstack([rng.standard_normal((500, 4)), np.repeat(np.ones((30, 4)), 2, axis=0)])
    learning = Learning(X[:400], np.ones((400, 4), bool), None, True, True, X[400:])
    ours = of_forest(learning, X, np.random.default_rng(1))
    seed = int(np.random.default_rng(1).integers(2**31))
    theirs = IsolationForest(random_state=seed).fit(ours.space.of(X))
    asked = np.vstack([X, rng.standard_normal((200, 4)) * 5])
    wanted = -theirs.score_samples(ours.space.of(asked))
    assert_allclose(ours.sizes(asked, np.ones(asked.shape, bool)), wanted)
