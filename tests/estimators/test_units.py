"""Data of any type and in any unit: the same fit, to the precision of the numbers."""

from __future__ import annotations

import functools
import warnings
from decimal import Decimal

import jax.numpy as jnp
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from sklearn.datasets import load_wine
from sklearn.decomposition import PCA

from skautoencoder import RBMTransformer
from skautoencoder.objectives import Contractive, Variational
from tests.conftest import curved, quick, squared_error

NUMBERS = np.round(100 * curved(60)) + 300


@pytest.mark.parametrize(
    ("dtype", "unit"),
    [(dtype, 1) for dtype in ("i4", "u4", ">u4", "i8", "O")]
    + [(dtype, 1_000) for dtype in ("i8", "u8", "g", ">f8", ">i8")],
)
def test_whatever_single_precision_cannot_hold_is_worked_on_in_double(dtype, unit):
    """Seconds and milliseconds since 1970, say."""
    since = np.rint((1.7e9 + 1e4 * curved(60)) * unit)
    X = since.astype(dtype)
    ours, twin = quick().fit(X), quick().fit(since)
    assert ours.transform(X).dtype == ours.inverse_transform(twin.transform(since)).dtype == float
    assert_allclose(ours.transform(X), twin.transform(since))
    assert ours.score(X) == pytest.approx(twin.score(since))
    pca = PCA(2).fit(since)
    assert squared_error(ours, X.astype(float)) <= squared_error(pca, since) * (1 + 1e-9)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda X: [[Decimal(str(x)) for x in row] for row in X],
        lambda X: [[str(x) for x in row] for row in X],
        lambda X: X.astype(str),
        lambda X: pd.DataFrame(X).astype(pd.ArrowDtype(pa.decimal128(10, 2))),
        lambda X: pl.DataFrame(X).cast(pl.Decimal(10, 2)),
        lambda X: pd.DataFrame(X.astype(int)).astype("Int64"),
        lambda X: csr_array(X.astype(np.int64)),
        lambda X: jnp.asarray(X, jnp.bfloat16),
    ],
    ids=["Decimal", "text", "text array", "arrow", "polars", "nullable", "sparse", "bfloat16"],
)
def test_numbers_in_other_clothes_are_taken_as_pca_takes_them(wrap):
    X = wrap(NUMBERS)
    plain = NUMBERS if not isinstance(X, jnp.ndarray) else np.asarray(X, float)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="X (has|does not have) .*feature names")
        codes = quick().fit(X).transform(X)
    assert_allclose(codes, quick().fit_transform(plain), atol=1e-6 * np.ptp(plain))


@pytest.mark.parametrize(
    "X",
    [
        np.arange(6).astype("datetime64[D]").reshape(3, 2),
        np.arange(6).astype("timedelta64[s]").reshape(3, 2),
        pd.DataFrame({"when": pd.date_range("2026-01-01", periods=3), "much": [1.0, 2, 3]}),
        pd.DataFrame({"when": pd.period_range("2026-01", periods=3, freq="M"), "much": 1.0}),
        pl.DataFrame({"when": pd.date_range("2026-01-01", periods=3), "much": [1.0, 2, 3]}),
        pd.DataFrame({"when": pd.date_range("2026-01-01", periods=3, tz="UTC"), "much": 1.0}),
    ],
)
@pytest.mark.parametrize("make", [quick, RBMTransformer])
def test_dates_are_told_what_to_become(X, make):
    with pytest.raises(ValueError, match=r"dates or spans of time, in .*Turn them into numbers"):
        make().fit(X)


@pytest.mark.parametrize("wrap", [lambda X: X.astype(str), jnp.asarray, lambda X: X.astype(object)])
def test_a_machine_takes_what_an_autoencoder_takes(wrap):
    X = np.round(np.random.RandomState(0).uniform(size=(30, 4)).astype(np.float32), 2)
    machine = RBMTransformer(2, n_iter=2, random_state=0)
    assert_allclose(machine.fit(wrap(X)).transform(wrap(X)), machine.fit(X).transform(X), atol=1e-5)


@functools.cache
def fitted_as_it_is(kind):
    return quick(**UNIT_SETTINGS[kind]).fit(curved(60))


UNIT_SETTINGS = {
    "squared": {},
    "absolute": {"loss": "absolute_error"},
    "huber": {"loss": "huber"},
    "glorot": {"init": "glorot"},
    "contractive": {"objective": Contractive()},
    "variational": {"objective": Variational()},
}
SIZES = [1e-300, 1e-160, 1e-21, 1e-9, 1e9, 1e20, 1e100, 1e155, 1e280]


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", UNIT_SETTINGS)
def test_the_unit_of_the_data_changes_nothing(size, kind):
    X = curved(60)
    settings, twin = UNIT_SETTINGS[kind], fitted_as_it_is(kind)
    ours = quick(**settings).fit(size * X)
    assert ours.score(size * X) == pytest.approx(twin.score(X), abs=1e-6)
    unit = 1 if "init" in settings else size  # of codes: the network's own, or the data's
    assert_allclose(ours.transform(size * X) / unit, twin.transform(X), atol=1e-4)
    if 1e-100 < size < 1e100:
        scores = ours.score_samples(size * X)
        assert_allclose(scores / size**2, twin.score_samples(X), rtol=1e-3, atol=1e-6)
        assert np.isfinite([*ours.loss_curve_, ours.best_loss_]).all()


@pytest.mark.parametrize("size", [1e19, 1e25, 1e150, 1e200])
@pytest.mark.parametrize("settings", [*UNIT_SETTINGS.values(), {"init": "pca", "max_iter": 2}])
def test_a_row_far_out_does_no_harm(size, settings):
    # Its square, or its loss, may be beyond all numbers of one precision or the other.
    X = curved(60)
    X[1] = size * np.arange(1, 6)
    ours = quick(**settings).fit(X)
    assert np.isfinite(ours.transform(X)).all()
    numbers = [*ours.explained_variance_, ours.noise_variance_, ours.best_loss_]
    assert not np.isnan(numbers).any()


@pytest.mark.parametrize("size", [1e-30, 1e-21, 1e15, 1e20])
def test_single_precision_data_have_units_too(size):
    X = (size * curved(60)).astype(np.float32)
    ours = quick().fit(X)
    assert ours.score(X) == pytest.approx(quick().fit(curved(60)).score(curved(60)), abs=1e-3)
    assert (ours.score_samples(X) < 0).all()
    assert np.isfinite(ours.score_samples(X)).all()


def test_curves_are_in_the_units_of_the_data():
    X = curved(80)
    plain, large = quick().fit(X), quick().fit(1e25 * X)
    assert_allclose(np.divide(large.loss_curve_, 1e50), plain.loss_curve_, rtol=1e-4)
    nats = quick(objective=Variational()).fit(X), quick(objective=Variational()).fit(1e25 * X)
    shift = 5 * np.log(1e25)  # of the density of five columns
    assert_allclose(nats[1].loss_curve_, np.add(nats[0].loss_curve_, shift), rtol=1e-5)
    bounds = [n.log_likelihood(s * X, 3, 0) for n, s in zip(nats, (1, 1e25), strict=True)]
    assert_allclose(bounds[1], bounds[0] - shift, rtol=1e-4)


WEIGHTED = {"plain": {}, "sgd": {"optimizer": "sgd"}, "to the end": {"early_stopping": False}}


@functools.cache
def weighted_codes(kind, method, relative=1.0):
    X, weight = curved(60), np.random.RandomState(0).uniform(0, 2, 60)
    weight[:5] = 0
    fit = getattr(quick(**WEIGHTED[kind]), method)
    return fit(X, sample_weight=relative * weight).transform(X)


@pytest.mark.parametrize("relative", [1e-300, 1e-9, 1e-6, 1 / 60, 1e6, 1e300])
@pytest.mark.parametrize("kind", WEIGHTED)
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_weights_are_relative(method, kind, relative):
    found = weighted_codes(kind, method, relative)
    assert_allclose(found, weighted_codes(kind, method), atol=1e-5)


@pytest.mark.parametrize("weight", [0.1, 1e-9, 7.0])
def test_equal_weights_are_no_weights(weight):
    X, plain = curved(60), fitted_as_it_is("squared")
    ours = quick().fit(X, sample_weight=np.full(60, weight))
    assert_array_equal(ours.transform(X), plain.transform(X))


@pytest.mark.slow
@pytest.mark.parametrize("n_components", [1, 2, 5])
@pytest.mark.filterwarnings("ignore:Column .* has more than 99.9 %")
def test_one_wild_cell_does_no_harm(n_components):
    X = load_wine().data
    X[3, 12] = 999_999_999
    ours, pca = quick(n_components, max_iter=30).fit(X), PCA(n_components).fit(X)
    assert squared_error(ours, X) <= squared_error(pca, X) * (1 + 1e-6)


@pytest.mark.parametrize("n_components", [1, 2, 3])
@pytest.mark.parametrize("size", [1e3, 1e6, 1e9, 1e12])
@pytest.mark.filterwarnings("ignore:Column .* has more than 99.9 %")
def test_a_large_column_beside_small_ones(n_components, size):
    """Money beside shares: what PCA rebuilds of the small ones is kept."""
    rng = np.random.RandomState(0)
    shares = rng.standard_normal((300, 3)) @ rng.standard_normal((3, 4))
    X = np.hstack([size * rng.standard_normal((300, 1)), shares])
    X_test = np.hstack([size * rng.standard_normal((100, 1)), shares[:100]])
    ours, pca = quick(n_components).fit(X), PCA(n_components, svd_solver="full").fit(X)
    rounding = 100 * (1e-15 * size) ** 2
    # a gain of one standard error on rows held out may be lost, by a little, on others
    assert squared_error(ours, X_test) <= squared_error(pca, X_test) * 1.01 + rounding


def test_a_column_with_all_of_the_variance_is_named():
    frame = pd.DataFrame(curved(60), columns=[*"abcde"])
    frame["d"] *= 1e3
    with pytest.warns(UserWarning, match=r"Column 'd' has more than 99.9 %.*StandardScaler"):
        quick(max_iter=1).fit(frame)
    with pytest.warns(UserWarning, match=r"Column 3 has more than 99.9 %"):
        quick(max_iter=1, init="glorot").fit(frame.to_numpy())
    with pytest.warns(UserWarning, match=r"Column 3 has more than 99.9 %"):
        quick().partial_fit(frame.to_numpy())
    frame[[*"abce"]] = 1.0  # nothing to learn of the others
    quick(max_iter=1).fit(frame)
