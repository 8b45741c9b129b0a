"""An isolation forest as arrays is scikit-learn's."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose
from sklearn.ensemble import IsolationForest

from skautoencoder._anomalies._spaces import standard_space
from skautoencoder._estimators._detector_fit import forest_residual


def test_sizes_are_scikit_learns_scores():
    rng = np.random.default_rng(0)
    X = np.vstack([rng.standard_normal((500, 4)), np.repeat(np.ones((30, 4)), 2, axis=0)])
    space = standard_space(X, by_column=True)
    theirs = IsolationForest(random_state=0).fit(space.of(X))
    ours = forest_residual(space, theirs)
    asked = np.vstack([X, rng.standard_normal((200, 4)) * 5])
    wanted = -theirs.score_samples(space.of(asked))
    assert_allclose(ours.sizes(asked, np.ones(asked.shape, bool)), wanted)
