from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from scipy.special import expit
from scipy.stats import bernoulli, laplace, norm
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.metrics import mean_poisson_deviance
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import (
    KBinsDiscretizer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    StandardScaler,
)

from skautoencoder.losses import LOSSES as NAMED
from skautoencoder.losses import MixedLoss
from skautoencoder.losses._by_column import LossByColumn
from skautoencoder.losses._links import Scaling
from skautoencoder.losses._real import NumberError
from tests.conftest import quick

LOSSES = {**NAMED, "mixed": MixedLoss(binary=(0,), categorical=((1, 3),))}

RNG = np.random.RandomState(0)
MEAN, SCALE = RNG.uniform(0.2, 0.8, 4), 0.25
X = RNG.uniform(size=(6, 4))  # in the units of the data
STANDARD = ((X - MEAN) / SCALE).astype(np.float32)
LINEAR, NONLINEAR = (RNG.standard_normal((2, 6, 4)) * 0.3).astype(np.float32)
SCALING = Scaling(MEAN, SCALE)
REBUILT = MEAN + SCALE * (LINEAR + NONLINEAR)


def huber(distance):
    inner = np.minimum(distance, SCALE)
    return inner * (distance - inner / 2)


def cross_entropy(p):
    return -(X * np.log(p) + (1 - X) * np.log(1 - p))


def logit(p):
    return np.log(p / (1 - p))


def probability():
    base = (MEAN + SCALE * LINEAR).clip(1e-3, 1 - 1e-3)
    return expit(logit(base) + NONLINEAR)


def rate():
    return (MEAN + SCALE * LINEAR).clip(1e-3) * np.exp(NONLINEAR)


def mixed():
    weight = (MEAN + SCALE * LINEAR).clip(1e-3, 1 - 1e-3) * np.exp(NONLINEAR)
    rebuilt, error = REBUILT.copy(), 0.5 * ((X - REBUILT) / SCALE) ** 2
    rebuilt[:, 0], error[:, 0] = probability()[:, 0], cross_entropy(probability())[:, 0]
    block = [1, 3]
    rebuilt[:, block] = weight[:, block] / weight[:, block].sum(1, keepdims=True)
    error[:, block] = -X[:, block] * np.log(rebuilt[:, block])
    return rebuilt, error


EXPECTED = {
    "squared_error": (REBUILT, (X - REBUILT) ** 2),
    "absolute_error": (REBUILT, abs(X - REBUILT)),
    "huber": (REBUILT, huber(abs(X - REBUILT))),
    "cross_entropy": (probability(), cross_entropy(probability())),
    "poisson": (rate(), rate() - X + X * np.log(X / rate())),
    "mixed": mixed(),
}


def errors(loss, x, output, scaling=SCALING):
    return loss.error(loss.link.target(x, scaling), output)


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_error_and_prediction(name):
    loss = LOSSES[name]
    rebuilt, error = EXPECTED[name]
    output = loss.link.output(LINEAR, NONLINEAR, SCALING)
    assert output.dtype == np.float32
    error = error / SCALE**loss.power  # in standard units
    assert_allclose(errors(loss, STANDARD, output), error, rtol=1e-4, atol=1e-5)
    assert_allclose(loss.link.predict(output, SCALING), rebuilt, rtol=1e-4, atol=1e-5)

    def on_jax(x, linear, nonlinear):
        scaling = Scaling(jnp.float32(MEAN), jnp.float32(SCALE))
        return errors(loss, x, loss.link.output(linear, nonlinear, scaling), scaling)

    found = jax.jit(on_jax)(STANDARD, LINEAR, NONLINEAR)
    assert_allclose(found, error, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_without_a_linear_path_silence_means_the_mean(name):
    loss = LOSSES[name]
    output = loss.link.output(None, np.zeros_like(NONLINEAR), SCALING)
    expected = np.tile(MEAN, (6, 1))
    if name == "mixed":  # whose blocks add up to 1
        expected[:, [1, 3]] /= expected[:, [1, 3]].sum(1, keepdims=True)
    assert_allclose(loss.link.predict(output, SCALING), expected, rtol=1e-5)


def test_nats_are_minus_the_log_density():
    spread = 0.3
    for name, density in [("squared_error", norm), ("absolute_error", laplace)]:
        error = errors(LOSSES[name], STANDARD, LINEAR)
        found = LOSSES[name].nats(error, spread)
        assert found.dtype == np.float32
        assert_allclose(found, -density(LINEAR, spread).logpdf(STANDARD), rtol=1e-4, atol=1e-4)
    output = LOSSES["cross_entropy"].link.output(LINEAR, NONLINEAR, SCALING)
    error = errors(LOSSES["cross_entropy"], (np.round(X) - MEAN) / SCALE, output)
    found = LOSSES["cross_entropy"].nats(error, spread)
    assert_allclose(found, -bernoulli(probability()).logpmf(np.round(X)), rtol=1e-4, atol=1e-5)


def test_cross_entropy_stays_finite_at_both_ends():
    loss, scaling = LOSSES["cross_entropy"], Scaling(np.float32([0.5, 0.5]), np.float32(SCALE))
    sure = np.array([[80.0, -80.0]], np.float32)
    x = ((np.array([[0.0, 1.0]]) - 0.5) / SCALE).astype(np.float32)
    output = loss.link.output(sure, sure, scaling)
    assert np.isfinite(output).all()
    assert np.isfinite(errors(loss, x, output, scaling)).all()


def test_poisson_stays_finite_at_zero_counts():
    loss, scaling = LOSSES["poisson"], Scaling(np.float32(MEAN[:2]), np.float32(SCALE))
    x = -scaling.mean[None] / scaling.scale
    zero = np.zeros((1, 2), np.float32)

    def error(nonlinear):
        return errors(loss, x, loss.link.output(None, nonlinear, scaling), scaling).sum()

    assert np.isfinite(error(zero))
    assert np.isfinite(jax.grad(error)(jnp.asarray(zero))).all()


# -- several losses, each of some of the columns

FAR = np.float32([1e4, -1e4, 90, 3])  # standard units
PARTS = {
    "in order": ((NAMED["cross_entropy"], (1,)), (NAMED["poisson"], (2, 3))),
    "out of order": ((NAMED["poisson"], (3, 1)), (NAMED["cross_entropy"], (2,))),
    "one for all": ((NAMED["poisson"], (3, 0, 2, 1)),),
    "all columns": ((NAMED["huber"], (2, 0)), (NAMED["poisson"], (3,)), (NAMED["huber"], (1,))),
    "none": (),
}


@pytest.mark.parametrize("parts", PARTS)
def test_losses_by_column_are_those_losses_side_by_side(parts):
    loss = LossByColumn(PARTS[parts], others=NAMED["squared_error"])
    scaling = SCALING._replace(highest=np.float32([1, 2, 3, 4]))
    output = loss.link.output(LINEAR, 3 * NONLINEAR, scaling)
    error, rebuilt = errors(loss, STANDARD, output, scaling), loss.link.predict(output, scaling)
    alone = {column: part for part, columns in loss.parts for column in columns}
    for column in range(4):
        part, one = alone.get(column, loss.others), slice(column, column + 1)
        of_one = Scaling(scaling.mean[one], SCALE, scaling.highest[one])
        expected = part.link.output(LINEAR[:, one], 3 * NONLINEAR[:, one], of_one)
        assert_allclose(output[:, one], expected, rtol=1e-6)
        assert_allclose(rebuilt[:, one], part.link.predict(expected, of_one), rtol=1e-6)
        expected = errors(part, STANDARD[:, one], expected, of_one)
        assert_allclose(error[:, one], expected, rtol=1e-6)
    assert loss.bounded_by_range == any(part is NAMED["poisson"] for part, _ in loss.parts)


def test_no_loss_sees_the_columns_of_another():
    """Where the exponential of one would be infinite, and its slope no number."""
    loss = LossByColumn(((NAMED["poisson"], (3,)),), others=NAMED["squared_error"])
    scaling = Scaling(np.ones(4, np.float32), np.float32(1))

    def error(nonlinear):
        return errors(loss, STANDARD, loss.link.output(None, nonlinear, scaling), scaling).sum()

    assert np.isfinite(jax.grad(error)(jnp.tile(FAR, (6, 1)))).all()


@pytest.mark.slow
def test_losses_by_column_in_a_fit():
    rng = np.random.RandomState(0)
    hidden = rng.standard_normal(300)
    X = np.column_stack([hidden, rng.poisson(np.exp(hidden)), -2 * hidden])
    loss = LossByColumn(((NAMED["poisson"], (1,)),), others=NAMED["squared_error"])
    ours = quick(1, loss=loss, max_iter=60, learning_rate=1e-2).fit(X)
    rebuilt = ours.inverse_transform(ours.transform(X))
    assert rebuilt[:, 1].min() >= 0
    assert ours.best_loss_ < 0.9 * ours.validation_loss_curve_[0]
    assert np.corrcoef(rebuilt[:, 0], hidden)[0, 1] > 0.9
    with pytest.raises(ValueError, match=r"needs counts.* from -"):
        ours.fit(-X)
    with pytest.raises(ValueError, match=r"LossByColumn.* must name each column once, from 0 to 0"):
        ours.fit(X[:, :1])


@pytest.mark.parametrize(
    "categorical", [((0, 1), (2, 3, 4)), ((4, 0), (2, 3, 1)), ((1, 4), (3, 0))]
)
def test_blocks_of_several_sizes_add_up_each_by_itself(categorical):
    loss, scaling = MixedLoss(categorical=categorical), Scaling(np.full(5, 0.3), 0.5)
    weight = np.exp(RNG.standard_normal((6, 5))).astype(np.float32)
    output = loss.link.output(None, np.log(weight), scaling)
    rebuilt = loss.link.predict(output, scaling)
    for block in map(list, categorical):
        share = weight[:, block] / weight[:, block].sum(1, keepdims=True)
        assert_allclose(rebuilt[:, block], share, rtol=1e-5)


def one_hot_table(n_samples=300):
    """A number and a kind, both decided by one hidden number, and a switch."""
    rng = np.random.RandomState(0)
    hidden = rng.uniform(-1, 1, n_samples)
    kind = np.digitize(hidden, [-0.5, 0.2])
    return pd.DataFrame(
        {"size": hidden + 0.05 * rng.standard_normal(n_samples), "kind": kind, "on": hidden > 0}
    )


@pytest.mark.slow
def test_a_table_with_one_hot_columns_decodes_to_probabilities():
    frame = one_hot_table()
    columns = ColumnTransformer(
        [
            ("numbers", StandardScaler(), ["size"]),
            ("kinds", OneHotEncoder(sparse_output=False), ["kind"]),
            ("switch", "passthrough", ["on"]),
        ]
    )
    mixed = MixedLoss(categorical=((1, 2, 3),), binary=(4,))
    ours = quick(1, loss=mixed, max_iter=100, learning_rate=1e-2)
    pipeline = make_pipeline(columns, ours).fit(frame)
    X = columns.transform(frame)
    rebuilt = ours.inverse_transform(pipeline.transform(frame))
    assert_allclose(rebuilt[:, 1:4].sum(1), 1, rtol=1e-5)
    assert rebuilt[:, 1:].min() >= 0
    assert rebuilt[:, 1:].max() <= 1
    assert np.mean(rebuilt[:, 1:4].argmax(1) == X[:, 1:4].argmax(1)) > 0.9
    wild = ours.inverse_transform([[100.0], [-100.0]])
    assert_allclose(wild[:, 1:4].sum(1), 1, rtol=1e-5)


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (MixedLoss(binary=(1,), categorical=((1, 2),)), "must name each column once, from 0 to 3"),
        (MixedLoss(binary=(4,)), "must name each column once, from 0 to 3"),
        (
            MixedLoss(binary=(0,)),
            r"\[0, 1\] in those columns, but .* from -1 to 0.*One",
        ),
        (MixedLoss(categorical=((1, 2),)), r"columns \(1, 2\) add up to 0.5 to 0.5.*OneHotEncoder"),
        ("poisson", "needs counts, which are not negative, but X holds values from -1"),
    ],
)
def test_data_that_do_not_fit_the_loss(loss, message):
    X = np.tile([[-1.0, 0.25, 0.25, 1.0], [0.0, 0.5, 0.0, 0.0]], (5, 1))
    with pytest.raises(ValueError, match=message):
        quick(loss=loss).fit(X)


@pytest.mark.slow
def test_counts_are_rebuilt_by_rates():
    rng = np.random.RandomState(0)
    X = rng.poisson(np.exp(np.outer(rng.standard_normal(300), [1.0, -1.0, 0.5, 0.2])))
    ours = quick(1, loss="poisson", max_iter=60, learning_rate=1e-2).fit(X)
    assert ours.inverse_transform([[-50.0], [0.0], [50.0]]).min() >= 0
    assert ours.best_loss_ < 0.9 * ours.validation_loss_curve_[0]


# -- rates, far from the rows they were learnt from


def test_a_rate_is_exponential_in_its_range_and_held_beyond():
    loss = LOSSES["poisson"]
    mean, highest = np.float32([3.0, 3.0]), np.float32([20.0, 300.0])
    factors = np.linspace(-20, 60, 161, dtype=np.float32)[:, None] * np.ones(2, np.float32)

    scaling = Scaling(mean, np.float32(1), highest)

    def rates(linear):
        output = loss.link.output(linear, factors, scaling)
        on_jax = jax.jit(loss.link.output)(linear, factors, scaling)
        assert_allclose(output, on_jax, rtol=1e-5, atol=1e-5)
        return loss.link.predict(output, scaling)

    for linear in (None, np.zeros_like(factors), np.full_like(factors, 1000)):
        base = mean if linear is None else mean + linear
        found, plain = rates(linear), base * np.exp(factors.astype(float))
        lowest = np.minimum(mean / 1000, base)
        inside = (plain <= np.maximum(highest, base)) & (plain >= lowest)
        assert_allclose(found[inside], plain[inside], rtol=1e-4)
        assert (found <= 2 * np.maximum(highest, base) * (1 + 1e-5)).all()
        assert (found >= lowest / 2 * (1 - 1e-5)).all()
        assert (np.diff(found, axis=0) >= 0).all()
    slope = jax.grad(lambda u: loss.link.output(None, u, scaling).sum())
    for factor in (-50.0, 50.0):
        assert (slope(jnp.full((1, 2), factor)) > 0).all()


def counts(seed, n_columns=30, n_samples=300):
    rng = np.random.RandomState(seed)
    rate = np.exp(rng.randn(n_samples, 3) @ rng.randn(3, n_columns) * 0.7 + rng.randn(n_columns))
    return rng.poisson(rate * rng.lognormal(0, 0.5, n_samples)[:, None])


@pytest.mark.slow
@pytest.mark.parametrize("init", ["pca", "glorot"])
def test_held_out_counts_are_rebuilt_better_than_by_the_means(init):
    for seed in range(4):
        X, new = np.split(counts(seed), [220])
        ours = quick(3, loss="poisson", init=init, max_iter=30, learning_rate=3e-3).fit(X)

        def deviance(rates):
            return mean_poisson_deviance(new.ravel(), np.maximum(rates.ravel(), 1e-12))  # noqa: B023

        rebuilt = ours.inverse_transform(ours.transform(new))
        assert deviance(rebuilt) < deviance(np.tile(X.mean(0), (len(new), 1)))
        wild = 1e3 * np.random.RandomState(0).standard_normal((50, 3))
        linear = 1e4 * X.max() if init == "pca" else 2.1 * X.max()
        assert ours.inverse_transform(wild).max() < linear


def test_the_range_grows_with_chunks():
    X = counts(0, 5)
    ours = quick(2, loss="poisson").partial_fit(X[:50])
    ours.partial_fit(X[50:])
    assert_array_equal(ours._highest, X.max(axis=0))


# -- values at the edge of a range


def outside(kind, dtype, n_steps):
    """A table whose ends are a few steps of its precision outside [0, 1]."""
    X = np.random.RandomState(0).uniform(0.1, 0.9, (30, 4)).astype(dtype)
    step = n_steps * np.finfo(dtype).eps
    X[3, 0], X[5, 0] = -step, 1 + step
    return sparse.csr_array(X) if kind == "sparse" else X


@pytest.mark.parametrize("loss", ["cross_entropy", "poisson", MixedLoss(binary=(0, 2))])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_rounding_errors_are_no_values_outside_the_range(loss, dtype, kind):
    if kind == "sparse" and dtype == np.float16:
        pytest.skip("SciPy has no such matrix")
    X = outside(kind, dtype, 3)
    before = X.copy()
    if kind == "dense":
        X.setflags(write=False)
    ours = quick(loss=loss, max_iter=2).fit(X, X_val=X)
    ours.partial_fit(X)
    assert np.isfinite(ours.loss_curve_).all()
    assert np.isfinite(ours.transform(X)).all()
    assert abs(X - before).max() == 0


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_what_minmaxscaler_gives_is_accepted(dtype):
    n_outside = 0
    for seed in range(100):
        rng = np.random.RandomState(seed)
        X = (rng.standard_normal((40, 6)) * 10 ** rng.uniform(-3, 3, 6)).astype(dtype)
        scaled = MinMaxScaler().fit_transform(X)
        n_outside += scaled.max() > 1
        NAMED["cross_entropy"].check(scaled)
        MixedLoss(binary=range(6)).check(scaled)
    assert n_outside > 10


@pytest.mark.parametrize("loss", ["cross_entropy", MixedLoss(binary=(0,))])
@pytest.mark.parametrize("entry", ["fit", "X_val", "partial_fit"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_message_never_contradicts_itself(loss, entry, dtype):
    X = outside("dense", dtype, 3).clip(0, 1)
    bad = X.copy()
    bad[0, 0] = 1 + 1.1e-5  # just outside what rounding explains
    enter = {
        "fit": lambda ours: ours.fit(bad),
        "X_val": lambda ours: ours.fit(X, X_val=bad),
        "partial_fit": lambda ours: ours.partial_fit(X).partial_fit(bad),
    }[entry]
    with pytest.raises(ValueError, match=r"needs values in \[0, 1\].* to 1\.00001\."):
        enter(quick(loss=loss))


# -- the fields of MixedLoss


@pytest.mark.slow
@pytest.mark.parametrize(
    "fields",
    [
        {"binary": np.array([0, 1]), "categorical": np.array([[2, 3]])},
        {"binary": [np.int64(0), 1], "categorical": [[2, np.int32(3)]]},
        {"binary": range(2), "categorical": (np.array([2, 3]),)},
    ],
)
def test_columns_in_any_sequence(fields):
    plain = MixedLoss(binary=(0, 1), categorical=((2, 3),))
    ours = quick(loss=MixedLoss(**fields), max_iter=1)
    assert clone(ours).loss == plain
    assert hash(clone(ours).loss) == hash(plain)
    assert repr(ours.loss) == repr(plain)
    X = np.random.RandomState(0).uniform(size=(20, 4))
    X[:, 3] = 1 - X[:, 2]
    search = GridSearchCV(clone(ours), {"n_components": [1, 2]}, cv=2).fit(X)
    assert search.best_estimator_.loss == plain


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"categorical": (2, 3)}, r"write categorical=\(\(2, 3\),\). Got \(2, 3\) instead"),
        ({"categorical": np.array([2, 3])}, r"write categorical=\(\(2, 3\),\)"),
        ({"categorical": ((1, 2), 3)}, r"must be a tuple of blocks.* Got \(\(1, 2\), 3\)"),
        ({"categorical": ((),)}, "must be a tuple of blocks"),
        ({"categorical": 3}, "must be a tuple of blocks"),
        ({"binary": 3}, r"'binary' parameter .* as in binary=\(1, 2\). Got 3"),
        ({"binary": (0.5,)}, "'binary' parameter of MixedLoss"),
        ({"binary": np.array([True, False])}, "'binary' parameter of MixedLoss"),
        ({"binary": "ab"}, "'binary' parameter of MixedLoss"),
    ],
)
def test_fields_that_name_no_columns(fields, message):
    with pytest.raises(ValueError, match=message):
        MixedLoss(**fields)


# -- counts, numbers in units of their own, likelihoods


@pytest.mark.slow
def test_counts_beside_numbers_are_those_losses_side_by_side():
    rng = np.random.RandomState(0)
    X = np.column_stack([rng.standard_normal(60), rng.poisson(3, 60), rng.uniform(size=60) > 0.5])
    mixed = MixedLoss(binary=(2,), counts=(1,), number_std=0.5)
    ours = quick(1, loss=mixed).fit(X)
    rebuilt = ours.inverse_transform(ours.transform(X))
    assert rebuilt[:, 1].min() > 0
    parts = ((NAMED["cross_entropy"], (2,)), (NAMED["poisson"], (1,)))
    plain = LossByColumn(parts, others=NumberError(0.5))
    assert_array_equal(quick(1, loss=plain).fit(X).inverse_transform(ours.transform(X)), rebuilt)
    with pytest.raises(ValueError, match="needs counts"):
        quick(loss=mixed).fit(-X)


@pytest.mark.slow
def test_a_number_costs_the_same_whatever_stands_beside_it():
    rng = np.random.RandomState(0)
    number = rng.standard_normal((80, 1))
    number /= number.std()
    levels = np.eye(40)[rng.randint(0, 40, 80)]
    block = (tuple(range(1, 41)),)
    costs = {}
    for std in (None, 1.0):
        loss = MixedLoss(categorical=block, number_std=std)
        ours = quick(1, loss=loss, max_iter=1).fit(np.hstack([number, levels]))
        target = loss.link.target(
            (np.hstack([number, levels]) - ours.mean_) / ours.scale_,
            Scaling(ours.mean_, ours.scale_),
        )
        costs[std] = loss.error(target, np.zeros_like(target))[:, 0].mean()
    assert costs[1.0] == pytest.approx(0.5, rel=1e-3)
    assert costs[None] > 5


@pytest.mark.slow
@pytest.mark.parametrize("number_std", [0.5, None])
def test_nats_of_a_mixed_loss_are_those_of_its_parts(number_std):
    scale, spread, noise = 2.0, 0.3, np.array([0.7, -1.1])
    loss = MixedLoss(binary=(1,), categorical=((2, 3),), number_std=number_std)
    scaling = Scaling(np.zeros(4), scale)
    x = np.array([[0.7, 0.0, 0.0, 0.5], [-1.1, 0.5, 0.5, 0.0]])
    output = loss.link.output(None, np.zeros((2, 4)), scaling)
    nats = loss.nats(loss.error(loss.link.target(x, scaling), output), spread)
    if number_std is None:
        expected = norm(scale=spread).logpdf(noise)
    else:  # of the units of the data
        expected = norm(scale=spread).logpdf(noise * scale)
    assert_allclose(nats[:, 0], -expected)
    assert_allclose(nats[:, 2:].sum(1), np.log(2))
    ours = quick(1, loss=loss, objective="variational")
    rows = np.column_stack([RNG.standard_normal(40), *(RNG.uniform(size=(2, 40)) > 0.5)])
    ours.fit(np.column_stack([rows, 1 - rows[:, 2]]))
    assert ours.sample(5, random_state=0).shape == (5, 4)


@pytest.mark.parametrize("value", [0.0, -1, np.nan, np.inf, "1", True])
def test_a_number_std_out_of_range(value):
    with pytest.raises(ValueError, match=r"'number_std' parameter of MixedLoss .* \(0, inf\)"):
        MixedLoss(number_std=value)


# -- the blocks of a ColumnTransformer


def rooms(n_samples=40):
    rng = np.random.RandomState(0)
    return pd.DataFrame(
        {
            "size": rng.standard_normal(n_samples),
            "age": rng.uniform(size=n_samples),
            "kind": rng.choice(list("abc"), n_samples),
            "view": rng.choice(["yes", "no"], n_samples),
            "town": (["a", "b"] * 18 + ["c", "d", "e", "f"])[:n_samples],
        }
    )


def one_hot(**settings):
    return OneHotEncoder(sparse_output=False, **settings)


READ = [
    ([("n", StandardScaler(), ["size"]), ("k", one_hot(), ["kind"])], "drop", (), ((1, 2, 3),)),
    ([("k", one_hot(), ["kind", "view"])], "drop", (), ((0, 1, 2), (3, 4))),
    ([("k", one_hot(drop="if_binary"), ["kind", "view"])], "drop", (3,), ((0, 1, 2),)),
    ([("k", one_hot(drop="first"), ["view"])], "drop", (0,), ()),
    ([("k", one_hot(min_frequency=5), ["town"])], "drop", (), ((0, 1, 2),)),
    ([("k", one_hot(max_categories=2), ["town", "kind"])], "drop", (), ((0, 1), (2, 3))),
    ([("o", OrdinalEncoder(), ["kind", "view"])], "drop", (), ()),
    ([("k", OneHotEncoder(), ["kind"]), ("d", "drop", ["size"])], "drop", (), ((0, 1, 2),)),
    (
        [("k", make_pipeline(SimpleImputer(strategy="most_frequent"), one_hot()), ["kind"])],
        StandardScaler(),
        (),
        ((0, 1, 2),),
    ),
    ([("k", make_pipeline(one_hot(), PCA(2)), ["kind"])], "drop", (), ()),
    ([("k", make_pipeline(one_hot(), "passthrough"), ["kind"])], "drop", (), ((0, 1, 2),)),
    ([("b", KBinsDiscretizer(3, quantile_method="linear"), ["age"])], "drop", (), ((0, 1, 2),)),
    (
        [("b", KBinsDiscretizer(3, encode="ordinal", quantile_method="linear"), ["size"])],
        "drop", (), (),
    ),
    (
        [("n", "passthrough", ["age"]),
         ("c", ColumnTransformer([("s", StandardScaler(), ["size"]),
                                  ("k", one_hot(drop="if_binary"), ["view", "kind"])]),
          ["size", "view", "kind"])],
        "drop", (2,), ((3, 4, 5),),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("transformers", "remainder", "binary", "categorical"), READ)
def test_blocks_are_read_from_a_column_transformer(transformers, remainder, binary, categorical):
    columns, loss = read(transformers, remainder)
    assert loss == MixedLoss(binary=binary, categorical=categorical)
    loss.check(columns.transform(rooms()))


@pytest.mark.slow
@pytest.mark.parametrize(("transformers", "remainder"), [case[:2] for case in READ])
def test_what_is_read_from_a_column_transformer_trains(transformers, remainder):
    columns, loss = read(transformers, remainder)
    quick(1, loss=loss, max_iter=1).fit(columns.transform(rooms()))


def read(transformers, remainder):
    """A fitted ColumnTransformer of the rooms, and the loss of its blocks."""
    if remainder != "drop":
        transformers = [*transformers, ("drop", "drop", ["view", "town"])]
    columns = ColumnTransformer(transformers, remainder=remainder).fit(rooms())
    return columns, MixedLoss.from_column_transformer(columns)


@pytest.mark.parametrize(
    ("transformer", "message"),
    [
        (one_hot(drop="first"), "'it' drops a level of column 0, of 3 levels.*drop='if_binary'"),
        (make_union(one_hot(), OrdinalEncoder()), "'it' puts columns of several transformers"),
        (make_pipeline(one_hot(drop=["a"])), "'it' drops a level of column 0"),
    ],
)
def test_blocks_that_cannot_be_read(transformer, message):
    columns = ColumnTransformer([("it", transformer, ["kind"])]).fit(rooms())
    with pytest.raises(ValueError, match=message):
        MixedLoss.from_column_transformer(columns)


@pytest.mark.parametrize("value", [ColumnTransformer([]), StandardScaler(), None])
def test_what_is_no_fitted_column_transformer(value):
    with pytest.raises(ValueError, match="needs a ColumnTransformer that is fitted"):
        MixedLoss.from_column_transformer(value)
