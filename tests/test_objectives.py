"""Each objective keeps the contract, computes its formula, and does what it is for."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import multivariate_normal
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV

from skautoencoder import AutoencoderTransformer
from skautoencoder._estimators import _autoencoder_fit
from skautoencoder._model import Model
from skautoencoder._networks import DenseNetwork
from skautoencoder._training._pytrees import register
from skautoencoder.losses import LOSSES, MixedLoss
from skautoencoder.losses._links import Scaling
from skautoencoder.losses._loss import Likelihood
from skautoencoder.objectives import (
    OBJECTIVES,
    Contractive,
    Denoising,
    Objective,
    Ordered,
    Reconstruction,
    Sparse,
    Step,
    Variational,
)
from tests.conftest import curved, quick, quick_convolutional, squared_error
from tests.helpers import KINDS, pairwise, slow_but_the_first
from tests.training.test_compilation import compilations

MIXED = MixedLoss(binary=(0, 1), categorical=((2, 3),))
# One number of each kind, and another value for it.
NUMBERS = {
    "denoising": {"noise_std": 0.2},
    "masking": {"masking": 0.2},
    "salt and pepper": {"salt_and_pepper": 0.2},
    "sparse": {"strength": 0.2},
    "sparse by kl": {"target": 0.2},
    "sparse by top_k": {"k": 1},
    "contractive": {"strength": 0.2},
    "contractive by directions": {"strength": 0.2},
    "variational": {"beta": 0.5, "noise_std": 0.2},
    "ordered": {"stop": 0.3},
}

# Those that draw something in a step.
AT_RANDOM = {
    *("denoising", "masking", "salt and pepper", "contractive by directions"),
    *("variational", "ordered"),
}


ARCHITECTURES = {
    "dense": quick(3),
    "tied": quick(3, tied_weights=True),
    "convolutional": quick_convolutional(3),
}


ALL_LOSSES = {**LOSSES, "mixed": MIXED}


def go_together(kind, architecture, loss):
    """Whether there is such a fit: only a likelihood has a bound."""
    return kind != "variational" or isinstance(ALL_LOSSES[loss], Likelihood)


@pytest.mark.parametrize(
    ("kind", "architecture", "loss"),
    slow_but_the_first(pairwise(KINDS, ARCHITECTURES, ALL_LOSSES, allowed=go_together)),
)
def test_contract(kind, architecture, loss):
    """Finite, decreasing, deterministic, compiled once, picklable, cloneable, the one named."""
    X = curved(150)
    X = (X - X.min(0)) / np.ptp(X, axis=0)
    if loss == "mixed":
        X[:, 3] = 1 - X[:, 2]
    settings = {"objective": KINDS[kind], "loss": loss if loss in LOSSES else MIXED}
    settings |= {"learning_rate": 1e-2}
    settings |= {"init": "glorot", "max_iter": 8, "early_stopping": False}  # much to learn
    ours = clone(ARCHITECTURES[architecture]).set_params(**settings).fit(X)
    assert np.isfinite(ours.loss_curve_).all()
    assert ours.loss_curve_[-1] < ours.loss_curve_[1]
    codes = ours.transform(X)
    assert codes.shape == (150, 3)
    assert np.isfinite(codes).all()

    again, other = clone(ours), clone(ours)
    if kind in OBJECTIVES:  # a name is the objective with its defaults
        again.set_params(objective=kind)
    if kind in NUMBERS:
        other.set_params(**{f"objective__{name}": v for name, v in NUMBERS[kind].items()})
    with compilations() as compiled:
        again.fit(X)
        other.fit(X)
    assert compiled == []
    assert_array_equal(again.transform(X), codes)
    assert_array_equal(pickle.loads(pickle.dumps(ours)).transform(X), codes)


@pytest.mark.slow
def test_grid_over_nested_names():
    search = GridSearchCV(
        quick(objective=Denoising()), {"objective__noise_std": [0.0, 3.0]}, cv=2
    ).fit(curved(100))
    assert search.best_params_ == {"objective__noise_std": 0.0}
    assert search.best_estimator_.objective == Denoising(noise_std=0.0)


@pytest.mark.slow
def test_nested_parameters():
    ours = quick(objective=Sparse(strength=0.5))
    assert ours.get_params()["objective__strength"] == 0.5
    copy = clone(ours).set_params(objective__strength=0.1)
    assert (ours.objective.strength, copy.objective.strength) == (0.5, 0.1)
    with pytest.raises(ValueError, match=r"Invalid parameter 'beta' for Sparse\(.*'strength'"):
        ours.set_params(objective__beta=1.0)
    ours.fit(curved(40)).set_params(objective__strength=0.9)
    assert ours._objective.strength == 0.5


@pytest.mark.parametrize(
    ("objective", "allowed"),
    [
        (Denoising(noise_std=-0.1), "'noise_std' parameter of Denoising must be a float in"),
        (Denoising(masking=1.5), r"'masking' .* \[0, 1\]. Got 1.5"),
        (Denoising(salt_and_pepper=-1), "'salt_and_pepper'"),
        (Sparse(penalty="l0"), "one of 'l1', 'kl', 'top_k'. Got 'l0'"),
        (Sparse(strength=-1), "'strength' parameter of Sparse"),
        (Sparse(target=1.0), "'target'"),
        (Sparse(penalty="top_k", k=3), r"'k' .* \[1, n_components=2\]. Got 3"),
        (Contractive(strength=-1), "'strength' parameter of Contractive"),
        (Contractive(n_directions=0), "'n_directions'"),
        (Ordered(stop=0.0), r"'stop' .* \(0, 1\)"),
        (Variational(beta=-1.0), "'beta'"),
        (Variational(noise_std=0.0), "'noise_std' parameter of Variational"),
        (Variational(warm_up=2.0), "'warm_up'"),
    ],
)
def test_fields_out_of_range(objective, allowed):
    with pytest.raises(ValueError, match=allowed):
        quick(objective=objective).fit(curved(20))


def test_variational_needs_a_likelihood():
    with pytest.raises(ValueError, match=r"'squared_error', .* Got HuberLoss"):
        quick(objective="variational", loss="huber").fit(curved(20))


def test_sample_where_there_is_no_distribution():
    message = r"objective='reconstruction' has no distribution.*Variational\(\.\.\.\) has"
    assert not hasattr(quick(), "sample")
    with pytest.raises(AttributeError, match="no attribute 'sample'") as error:
        quick().fit(curved(20)).sample(3)
    with pytest.raises(AttributeError, match=message):
        raise error.value.__cause__
    assert hasattr(quick(objective="variational"), "sample")


# -- the formulas, on a small untrained model


def small(activation="tanh", n_components=3, n_heads=1, loss="squared_error"):
    network = DenseNetwork(4, n_components, (5,), activation, False, n_heads)
    params = jax.tree.map(jnp.asarray, network.init(np.random.RandomState(0)))
    mean = np.full(4, 0.5, np.float32)
    return Model(network, LOSSES[loss], mean, np.float32(0.5)), params


ROWS = np.random.RandomState(1).uniform(-1, 1, (6, 4)).astype(np.float32)
WEIGHT = np.array([1, 2, 0.5, 1, 0, 0], np.float32)


def step(seed=0, progress=1.0):
    return Step(jax.random.key(seed), WEIGHT, progress)


def over_seeds(loss, n_seeds):
    """The losses of the rows in a step of each of so many seeds."""
    return np.asarray(jax.jit(jax.vmap(lambda seed: loss(step(seed))))(jnp.arange(n_seeds)))


@pytest.mark.parametrize("seed", [3, 4])
def test_a_step_with_another_key_is_the_same_otherwise(seed):
    key = jax.random.key(seed)
    other = step(progress=0.5).with_key(jax.random.key(7)).with_key(key)
    assert other.key == key
    assert other.progress == 0.5
    assert_array_equal(other.weight, WEIGHT)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_an_objective_draws_from_the_key_that_is_handed_on(kind):
    objective = KINDS[kind]
    model, params = small(n_heads=objective.n_heads)

    def loss(step):
        return np.asarray(objective.loss(model, params, ROWS, step))

    given = step(seed=3)
    assert_array_equal(loss(step(seed=9).with_key(given.key)), loss(given))
    if kind in AT_RANDOM:
        assert np.any(loss(given.with_key(jax.random.key(1))) != loss(given))


@dataclass(frozen=True)
class Split(Objective):
    """Leaves all to another objective, with a part of the key."""

    other: Objective = field(default_factory=Reconstruction)

    def loss(self, model, params, x, step):
        ours, theirs = jax.random.split(step.key)
        x = x + 0.01 * jax.random.normal(ours, x.shape)
        return self.other.loss(model, params, x, step.with_key(theirs))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["denoising", "ordered"])
def test_an_objective_of_ones_own_hands_a_key_on_in_training(kind):
    fitted = quick(3, objective=Split(KINDS[kind])).fit(curved(200))
    assert np.isfinite(fitted.loss_curve_).all()
    assert fitted.n_iter_ > 0


@dataclass(frozen=True)
class Weighed(Objective):
    """The reconstruction error, so many times; never seen by JAX before a test."""

    weight: float = 1.0
    times: str = field(default="once", metadata={"static": True})

    def loss(self, model, params, x, step):
        error = self.weight * model.error(x, model.decode(params, self.code(model, params, x)))
        return {"once": 1, "twice": 2}[self.times] * error


def fresh(name="Fresh", base=Weighed):
    """A class that no other test has had registered."""
    return dataclass(frozen=True)(type(name, (base,), {}))


@pytest.mark.slow
def test_an_objective_of_ones_own_need_not_be_registered():
    kind = fresh()
    ours = quick(objective=kind(weight=2.0), hidden_layer_sizes=(15,)).fit(curved(100))
    with compilations() as compiled:
        clone(ours).set_params(objective__weight=3.0).fit(curved(100))
    assert compiled == []  # traced
    with compilations() as compiled:
        clone(ours).set_params(objective__times="twice").fit(curved(100))
    assert compiled != []  # static
    assert pickle.loads(pickle.dumps(quick(objective=Weighed()))).fit(curved(40)).n_iter_ >= 0


def test_what_is_registered_stays_as_it_is():
    """By the user, with a rule of his own; or by a fit before."""
    kind = fresh()
    jax.tree_util.register_pytree_node(
        kind, lambda one: ((), (one.weight, one.times)), lambda fields, _: kind(*fields)
    )
    for _ in range(2):
        register(kind(weight=2.0))
    assert jax.tree.leaves(kind(weight=2.0)) == []


def test_objectives_within_objectives_are_registered_too():
    inner, outer = fresh("Inner"), fresh("Outer", Split)
    register(outer(inner(weight=2.0)))
    assert jax.tree.leaves(outer(inner(weight=2.0))) == [2.0]


def test_two_fits_may_meet_a_new_objective_at_a_time():
    kinds = [fresh(f"Fresh{i}") for i in range(50)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda i: register(kinds[i // 8]()), range(400)))
    assert [len(jax.tree.leaves(kind())) for kind in kinds] == [1] * 50


@pytest.mark.slow
def test_denoising_corrupts_as_much_as_it_says():
    x = jnp.zeros((200, 500)) + 1.5
    noisy = Denoising(noise_std=0.4)._corrupted(x, jax.random.key(0)) - x
    assert noisy.mean() == pytest.approx(0, abs=0.01)
    assert noisy.std() == pytest.approx(0.4, rel=0.01)
    masked = Denoising(noise_std=0.0, masking=0.3)._corrupted(x, jax.random.key(0))
    assert np.mean(masked == 0) == pytest.approx(0.3, abs=0.01)
    assert np.mean(masked == 1.5) == pytest.approx(0.7, abs=0.01)
    spiced = Denoising(noise_std=0.0, salt_and_pepper=0.4)._corrupted(x, jax.random.key(0))
    assert np.mean(spiced == 2) == pytest.approx(0.2, abs=0.01)
    assert np.mean(spiced == -2) == pytest.approx(0.2, abs=0.01)


@pytest.mark.parametrize("penalty", ["l1", "kl"])
def test_sparse_penalty_by_hand_and_at_any_scale(penalty):
    model, params = small()
    objective = Sparse(penalty=penalty, strength=0.7, target=0.2)
    codes = np.asarray(model.encode(params, ROWS), float)
    share = WEIGHT / WEIGHT.sum()
    activity = (share @ abs(codes)) ** 2 / (share @ codes**2)
    expected = {
        "l1": np.sqrt(activity).mean(),
        "kl": np.mean(0.2 * np.log(0.2 / activity) + 0.8 * np.log(0.8 / (1 - activity))),
    }[penalty]
    plain = Reconstruction().loss(model, params, ROWS, step())
    found = objective.loss(model, params, ROWS, step()) - plain
    assert_allclose(found, 0.7 * expected * 4, rtol=1e-4)  # one for each of four columns


def test_top_k_keeps_the_largest_on_numpy_and_jax():
    model, params = small(n_components=6)
    objective = Sparse(penalty="top_k", k=2)
    full = np.asarray(model.encode(params, ROWS))
    kept = np.asarray(objective.code(model, params, jnp.asarray(ROWS)))
    assert_array_equal((kept != 0).sum(1), 2)
    for row, code in zip(full, kept, strict=True):
        assert set(np.flatnonzero(code)) == set(np.argsort(abs(row))[-2:])
    on_numpy = objective.code(model, jax.tree.map(np.asarray, params), ROWS)
    assert_allclose(on_numpy, kept, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("activation", ["tanh", "gelu", "softplus"])
def test_contractive_is_the_jacobians_squared_norm(activation):
    model, params = small(activation)
    jacobians = jax.vmap(jax.jacfwd(lambda row: model.encode(params, row[None])[0]))(ROWS)
    codes = np.asarray(model.encode(params, ROWS), float)
    share = WEIGHT / WEIGHT.sum()
    variance = share @ (codes - share @ codes) ** 2 + 1e-6
    expected = np.sum(np.asarray(jacobians) ** 2 / variance[:, None], axis=(1, 2))
    plain = Reconstruction().loss(model, params, ROWS, step())
    found = Contractive(strength=0.3).loss(model, params, ROWS, step()) - plain
    assert_allclose(found, 0.3 * expected, rtol=1e-3)

    by_directions = Contractive(strength=0.3, n_directions=8)
    estimates = over_seeds(lambda step: by_directions.loss(model, params, ROWS, step), 200) - plain
    assert_allclose(estimates.mean(axis=0), 0.3 * expected, rtol=0.1)


def test_ordered_draws_truncations_geometrically_and_is_judged_by_their_mean():
    model, params = small()
    objective = Ordered(stop=0.3)
    codes = model.encode(params, ROWS)
    errors = np.stack(
        [model.error(ROWS, model.decode(params, codes * (np.arange(3) < n))) for n in (1, 2, 3)]
    )
    expected = np.array([0.3, 0.21, 0.49]) @ errors
    assert_allclose(objective.validation_loss(model, params, ROWS), expected, rtol=1e-4)
    draws = over_seeds(lambda step: objective.loss(model, params, ROWS, step), 1500)
    assert_allclose(draws.mean(0), expected, rtol=0.1)
    assert_array_equal(np.unique(np.argmin(abs(draws[:, None] - errors), axis=1)), [0, 1, 2])


@pytest.mark.parametrize("loss", ["squared_error", "cross_entropy"])
def test_variational_bound_by_hand(loss):
    model, params = small(n_heads=2, loss=loss)
    objective = Variational(beta=0.7, noise_std=0.4, warm_up=0.5)
    mean, log_variance = (np.asarray(a, float) for a in objective.posterior(model, params, ROWS))
    divergence = 0.5 * np.sum(mean**2 + np.exp(log_variance) - 1 - log_variance, axis=1)
    draws = [objective.loss(model, params, ROWS, step(s)) for s in range(2)]
    halfway = [objective.loss(model, params, ROWS, step(s, 0.25)) for s in range(2)]
    assert_allclose(np.subtract(draws, halfway), 0.5 * 0.7 * np.tile(divergence, (2, 1)), rtol=1e-3)

    noise = np.asarray(jax.random.normal(step(0).key, mean.shape))
    output = model.decode(params, (mean + np.exp(log_variance / 2) * noise).astype(np.float32))
    scaling = Scaling(model.mean, model.scale)
    x, rebuilt = 0.5 + 0.5 * ROWS, model.loss.link.predict(output, scaling)
    if loss == "squared_error":
        spread = 0.4 * 0.5
        nats = np.sum((x - rebuilt) ** 2 / (2 * spread**2) + np.log(spread * np.sqrt(2 * np.pi)), 1)
        nats -= 4 * np.log(0.5)  # a density of standardised rows, of four columns
    else:
        nats = -np.sum(x * np.log(rebuilt) + (1 - x) * np.log(1 - rebuilt), 1)
    assert_allclose(draws[0], nats + 0.7 * divergence, rtol=1e-3, atol=1e-3)


def test_importance_weighted_bound_reaches_the_likelihood_of_a_linear_model():
    """Where the decoder is linear, the likelihood is known."""
    model, params = small("identity", n_components=2, n_heads=2)
    params = jax.tree.map(np.asarray, params)
    objective = Variational(noise_std=0.6)
    rng = np.random.RandomState(0)
    draws = (rng.standard_normal((6, 2)).astype(np.float32) for _ in range(20_000))
    found = objective.log_likelihood(model, params, ROWS, draws)
    mixing = 0.5 * model.decode(params, np.eye(2, dtype=np.float32))
    spread = 0.6 * 0.5
    covariance = mixing.T @ mixing + spread**2 * np.eye(4)
    expected = multivariate_normal(model.mean, covariance).logpdf(0.5 + 0.5 * ROWS)
    # a density of standardised rows, of four columns
    assert_allclose(found, expected + 4 * np.log(0.5), atol=0.05)


@pytest.mark.parametrize("value", [-1e4, 1e4])
def test_a_variance_far_out_is_held(value):
    """In a straight line above, in the outputs that networks give near their rows as it is."""
    network = DenseNetwork(4, 3, (), "tanh", False, 2)
    params = network.init(np.random.RandomState(0))
    model = Model(network, LOSSES["squared_error"], np.zeros(4, np.float32), np.float32(1))
    rows = np.float32(value) * ROWS
    outputs = network.encode(params, rows)[:, 3:].astype(float)
    _, log_variance = Variational().posterior(model, params, rows)
    expected = np.where(outputs > 2, np.exp(2) * (1 + outputs - 2), np.exp(outputs.clip(-20, 2)))
    assert_allclose(np.exp(log_variance.astype(float)), expected, rtol=1e-3)
    on_jax = jax.jit(lambda x: Variational().posterior(model, params, x)[1])(rows)
    assert_allclose(on_jax, log_variance, rtol=1e-4, atol=1e-4)


# -- what each is for: the plain objective fails these


@pytest.fixture(scope="module")
def images():
    X = load_digits().data / 16
    return X[:1200], X[1200:]


def fitted(images, objective, n_components=12):
    ours = AutoencoderTransformer(
        n_components, hidden_layer_sizes=(64,), objective=objective, max_iter=60, random_state=0,
        learning_rate=3e-3,
    )  # fmt: skip
    return ours.fit(images[0])


@pytest.fixture(scope="module")
def plain(images):
    return fitted(images, "reconstruction")


@pytest.mark.slow
def test_denoising_removes_unseen_noise_better(images, plain):
    def psnr(ours):
        noisy = images[1] + 0.3 * np.random.RandomState(0).standard_normal(images[1].shape)
        rebuilt = ours.inverse_transform(ours.transform(noisy))
        return -10 * np.log10(np.mean((rebuilt - images[1]) ** 2))

    assert psnr(fitted(images, Denoising(noise_std=1.0))) > psnr(plain) + 0.5  # decibels


@pytest.mark.slow
@pytest.mark.parametrize(("penalty", "strength", "share"), [("l1", 0.25, 0.6), ("kl", 0.06, 0.8)])
def test_sparse_codes_are_sparse_at_equal_error(images, plain, penalty, strength, share):
    def activity(ours):
        codes = ours.transform(images[1])
        return np.mean(np.mean(abs(codes), 0) ** 2 / np.mean(codes**2, 0))

    ours = fitted(images, Sparse(penalty=penalty, strength=strength))
    assert squared_error(ours, images[1]) < 1.15 * squared_error(plain, images[1])
    assert activity(ours) < share * activity(plain)


@pytest.mark.slow
def test_few_entries_learnt_together_beat_few_entries_picked(images, plain):
    ours = fitted(images, Sparse(penalty="top_k", k=4))
    assert_array_equal((ours.transform(images[1]) != 0).sum(1), 4)
    codes = plain.transform(images[1])
    largest = abs(codes) >= np.sort(abs(codes), axis=1)[:, -4:-3]
    picked = np.mean(np.sum((plain.inverse_transform(codes * largest) - images[1]) ** 2, axis=1))
    assert squared_error(ours, images[1]) < 0.9 * picked


@pytest.mark.slow
def test_contractive_codes_move_less(images, plain):
    def movement(ours):
        codes = ours.transform(images[1])
        noise = 0.05 * np.random.RandomState(0).standard_normal(images[1].shape)
        moved = ours.transform(images[1] + noise) - codes
        return np.mean(np.sum(moved**2, axis=1) / np.sum(codes.var(axis=0)))

    ours = fitted(images, Contractive(strength=3.0))
    assert movement(ours) < 0.7 * movement(plain)
    assert squared_error(ours, images[1]) < 1.3 * squared_error(plain, images[1])


@pytest.mark.slow
def test_variational_samples_are_closer_to_the_data(images, plain):
    def distance(samples):
        nearest = ((samples[:, None] - images[1][None]) ** 2).sum(-1).min(1)
        return np.mean(nearest)

    ours = fitted(images, Variational(noise_std=0.5))
    codes = plain.transform(images[0])
    rng = np.random.RandomState(0)
    drawn = rng.multivariate_normal(codes.mean(0), np.cov(codes.T), 300)
    samples = ours.sample(300, random_state=0)
    assert distance(samples) < 0.9 * distance(plain.inverse_transform(drawn))
    assert_array_equal(samples, ours.sample(300, random_state=0))
    assert np.mean(np.var(samples, axis=0)) > 0.3 * np.mean(np.var(images[1], axis=0))


@pytest.mark.slow
def test_more_draws_make_the_variational_bound_tighter(images):
    ours = fitted(images, Variational(noise_std=0.5))
    one, many = (ours.log_likelihood(images[1], n_draws=n, random_state=0).mean() for n in (1, 50))
    assert one < many < one + 10
    held_out = clone(ours).set_params(max_iter=5).fit(images[0], X_val=images[1])
    again = held_out.log_likelihood(images[1], n_draws=1, random_state=1).mean()
    assert again == pytest.approx(-held_out.best_loss_, abs=1.5)


@pytest.mark.slow
def test_ordered_codes_truncate_gracefully(images, plain):
    def truncated(ours, n_kept):
        codes = ours.transform(images[1])
        rebuilt = ours.inverse_transform(codes * (np.arange(12) < n_kept))
        return np.mean(np.sum((rebuilt - images[1]) ** 2, axis=1))

    ours = fitted(images, Ordered(stop=0.2))
    errors = [truncated(ours, n_kept) for n_kept in range(13)]
    assert np.all(np.diff(errors) < 0)  # each component adds
    for n_kept in (2, 4, 6):
        assert truncated(ours, n_kept) < 0.9 * truncated(plain, n_kept)


CODE_ARCHITECTURES = {
    **{name: ARCHITECTURES[name] for name in ("dense", "tied", "convolutional")},
    "glorot": clone(ARCHITECTURES["dense"]).set_params(init="glorot"),
    "tied, glorot": clone(ARCHITECTURES["tied"]).set_params(init="glorot"),
}


@pytest.mark.slow
@pytest.mark.parametrize("beta", [0.3, 1.0])
@pytest.mark.parametrize("architecture", CODE_ARCHITECTURES)
def test_variational_codes_have_the_priors_mean_square(architecture, beta, monkeypatch):
    X, weight = curved(150), np.random.RandomState(0).randint(0, 3, 150)
    settings = {"objective": Variational(beta=beta), "max_iter": 8, "learning_rate": 1e-2}
    ours = clone(CODE_ARCHITECTURES[architecture]).set_params(**settings)
    ours.fit(X, sample_weight=weight)
    as_it_is = _autoencoder_fit._WITHOUT_PRIOR
    with monkeypatch.context() as patch:
        patch.setattr(_autoencoder_fit, "_in_prior_units", lambda model, rows: as_it_is)
        plain = clone(ours).fit(X, sample_weight=weight)

    def posterior(fitted):
        model, params = fitted._model._in_precision(np.float64)
        x = (X - fitted.mean_) / fitted.scale_
        mean, log_variance = fitted._objective.posterior(model, params, x)
        return mean, np.exp(log_variance)

    mean, variance = posterior(ours)
    before, variance_before = posterior(plain)
    unit = np.sqrt(np.average(before**2 + variance_before, axis=0, weights=weight))
    assert_allclose(mean, before / unit, rtol=1e-4, atol=1e-5)
    assert_allclose(variance, variance_before / unit**2, rtol=1e-4)
    assert_allclose(np.average(mean**2 + variance, axis=0, weights=weight), 1, rtol=1e-4)
    assert_allclose(
        ours.inverse_transform(ours.transform(X)),
        plain.inverse_transform(before * plain.code_scale_),
        atol=1e-4,
    )
    draws = np.random.RandomState(1).standard_normal(before.shape) * np.sqrt(variance_before)
    assert_allclose(  # and what is drawn around a row
        ours.inverse_transform((before + draws) / unit * ours.code_scale_),
        plain.inverse_transform((before + draws) * plain.code_scale_),
        atol=1e-4,
    )

    def divergence(mean, variance):
        rows = 0.5 * np.sum(mean**2 + variance - 1 - np.log(variance), axis=1)
        return np.average(rows, weights=weight)

    assert divergence(mean, variance) < divergence(before, variance_before)


@pytest.mark.slow
def test_samples_vary_as_the_data_do(images):
    ours = fitted(images, Variational(), 8)
    variance = ours.sample(1000, random_state=0).var(axis=0).sum()
    assert 0.65 < variance / images[0].var(axis=0).sum() < 1.1


@pytest.mark.slow
def test_a_code_that_is_not_used_is_warned_of():
    X = np.random.RandomState(0).uniform(size=(200, 5))
    ours = quick(3, objective=Variational(beta=100.0), init="glorot", max_iter=60)
    with pytest.warns(UserWarning, match=r"None of the 3 components is in use.*beta=100"):
        ours.set_params(learning_rate=1e-2).fit(X)
    quick(3, objective=Variational(beta=100.0), max_iter=1).fit(X)  # may yet come into use
