"""More components than the data have directions: no objective comes to harm by the spare ones."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from skautoencoder.objectives import Sparse
from tests.conftest import quick
from tests.helpers import KINDS, pairwise

pytestmark = pytest.mark.slow

RNG = np.random.RandomState(0)
FULL = RNG.standard_normal((100, 8)) @ RNG.standard_normal((8, 8))


def nearly_twice(X, spread):
    both = np.hstack([X, X + spread * RNG.standard_normal(X.shape)])
    return StandardScaler().fit_transform(both)


# All of eight columns for nine components, so that one program does for all of a kind.
N_COMPONENTS = 9
TABLES = {
    "a component more than columns": FULL,
    "a copied column": np.hstack([FULL[:, :7], FULL[:, :1]]),
    "a constant column": np.hstack([FULL[:, :7], np.full((100, 1), 7.0)]),
    "nearly collinear columns": nearly_twice(FULL[:, :4], 1e-2),
    "more nearly collinear columns": nearly_twice(FULL[:, :4], 1e-4),
    "columns of no variance to speak of": FULL * [1, 1, 1, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7],
    "nothing but a constant": np.full((100, 8), 5.0),
}


FITS = pairwise(KINDS, ["pca", "glorot"], TABLES, ["in turn", "apart"])


@pytest.mark.parametrize("init", ["pca", "glorot"])
@pytest.mark.parametrize("kind", KINDS)
def test_finite_and_no_worse_than_the_start(kind, init):
    """Without a warning of divergence, too, whichever rows are held out."""
    for name, held_out in [fit[2:] for fit in FITS if fit[:2] == (kind, init)]:
        X, X_val = TABLES[name], TABLES[name][::2] if held_out == "apart" else None
        ours = quick(N_COMPONENTS, objective=KINDS[kind], init=init, max_iter=4)
        ours.fit(X, X_val=X_val)
        assert ours.n_iter_ == 4, name
        assert np.isfinite(ours.loss_curve_).all(), name
        assert np.isfinite(ours.validation_loss_curve_).all(), name
        assert np.isfinite(ours.transform(X)).all(), name
        assert ours.best_loss_ <= ours.validation_loss_curve_[0], name


def test_spare_components_do_not_keep_denoising_at_the_identity():
    X = TABLES["more nearly collinear columns"]
    ours = quick(N_COMPONENTS, objective="denoising", max_iter=20).fit(X)
    assert ours.best_loss_ < 0.7 * ours.validation_loss_curve_[0]


@pytest.mark.parametrize("penalty", ["l1", "kl"])
def test_spare_components_do_not_keep_sparse_codes_from_being_learnt(penalty):
    X = RNG.standard_normal((200, 3)) ** 3 @ RNG.standard_normal((3, 6))
    settings = {"max_iter": 60, "early_stopping": False, "learning_rate": 1e-2}
    ours = quick(7, objective=Sparse(penalty=penalty, strength=0.3), **settings).fit(X)
    plain = quick(7, **settings).fit(X)

    def activity(transformer):
        codes = transformer.transform(X)
        used = np.mean(codes**2, axis=0) > 1e-3
        return np.mean(np.mean(abs(codes), 0)[used] ** 2 / np.mean(codes**2, 0)[used])

    assert activity(ours) < activity(plain)
    assert ours.score(X) > 0.9
