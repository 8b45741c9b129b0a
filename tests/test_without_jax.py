"""What a fitted model needs is imported, and gives the same, where there is no JAX."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skautoencoder import boltzmann, losses, objectives
from skautoencoder._model import Model
from skautoencoder._networks import ACTIVATIONS, ConvolutionalNetwork, DenseNetwork, rescale_code
from tests.helpers import WITHOUT_JAX

ROOT = Path(__file__).parents[1]
FORWARD = ("_functions", "_range", "_networks", "losses", "boltzmann", "_model", "objectives")

PROGRAM = (
    WITHOUT_JAX
    + """
import numpy as np
from tests.test_without_jax import import_all, results
import_all()
np.savez(sys.argv[1], **results(np.asarray))
assert not any(name.split(".")[0] in ("jax", "jaxlib", "optax") for name in sys.modules)
"""
)

X = np.random.RandomState(0).uniform(size=(7, 6)).astype(np.float32)
X[:, 5] = 1 - X[:, 4]
LOSSES = {**losses.LOSSES, "mixed": losses.MixedLoss(binary=(0, 3), categorical=((4, 5),))}
KINDS = {
    "binary": boltzmann.Kind(),
    "gaussian": boltzmann.Kind(visible="gaussian"),
    "linear code": boltzmann.Kind(hidden="gaussian"),
}


def import_all():
    for name in FORWARD:
        part = import_module(f"skautoencoder.{name}")
        for inner in iter_modules(getattr(part, "__path__", [])):
            import_module(f"{part.__name__}.{inner.name}")


def results(asarray, compiled=lambda function: function):
    """What models and machines give for arrays of one kind, by name."""
    found = {}
    for of_all in (of_networks, of_losses, of_codes):
        found |= compiled(lambda of_all=of_all: dict(of_all(asarray)))()
    return found | dict(of_variational(asarray)) | dict(of_machines(asarray))


def networks(n_heads=1):
    yield DenseNetwork(6, 3, (5,), "gelu", False, n_heads)
    yield DenseNetwork(6, 3, (5, 4), "tanh", True, n_heads)
    yield ConvolutionalNetwork(6, 3, (3, 2, 1), (2, 3), "gelu", n_heads)


def drawn(network, linear=True):
    rng = np.random.RandomState(0)
    if not linear:
        return network.init(rng)
    path = (rng.standard_normal(shape).astype(np.float32) for shape in ((6, 3), (3, 6)))
    return network.with_random_weights(rng, network.init(rng, tuple(path)))


def converted(asarray, params):
    if isinstance(params, tuple):
        inner = (converted(asarray, param) for param in params)
        return type(params)(*inner) if hasattr(params, "_fields") else tuple(inner)
    return params if params is None else asarray(params)


def model(network, loss, asarray):
    mean, highest = (asarray(np.full(6, value, np.float32)) for value in (0.5, 1.0))
    return Model(network, loss, mean, 0.25, highest if loss.bounded_by_range else None)


def of_networks(asarray):
    x = asarray((X - 0.5) / 0.25)
    of_activations = (DenseNetwork(6, 3, (5,), name, False) for name in ACTIVATIONS)
    for network in (*networks(), *of_activations):
        for linear in (True, False):
            params = rescale_code(network, drawn(network, linear), 2.0)
            params = converted(asarray, params)
            code = network.encode(params, x)
            parts = network.decode(params, code)
            yield f"{network}, {linear}", code
            yield f"{network}, {linear}, back", parts[1] if parts[0] is None else sum(parts)


def of_losses(asarray):
    x, network = asarray((X - 0.5) / 0.25), DenseNetwork(6, 3, (5,), "gelu", False)
    for name, loss in LOSSES.items():
        loss.check(X)
        ours = model(network, loss, asarray)
        for linear in (True, False):
            params = converted(asarray, drawn(network, linear))
            code = ours.encode(params, x)
            yield f"{name}, {linear}, error", ours.error(x, ours.decode(params, code))
            yield f"{name}, {linear}, rebuilt", ours.predict(params, code)


def of_codes(asarray):
    x = asarray((X - 0.5) / 0.25)
    kinds = {name: objective() for name, objective in objectives.OBJECTIVES.items()}
    kinds["top_k"] = objectives.Sparse(penalty="top_k", k=2)
    for name, objective in kinds.items():
        for network in networks(objective.n_heads):
            ours = model(network, LOSSES["squared_error"], asarray)
            objective.check(ours)
            params = converted(asarray, drawn(network))
            yield f"{name}, {network}", objective.code(ours, params, x)


def of_variational(asarray):
    x = asarray((X - 0.5) / 0.25)
    variational, network = objectives.Variational(), DenseNetwork(6, 3, (5,), "gelu", False, 2)
    draws = np.random.RandomState(1).standard_normal((4, 7, 3)).astype(np.float32)
    for name in ("squared_error", "absolute_error", "cross_entropy"):
        ours, params = model(network, LOSSES[name], asarray), converted(asarray, drawn(network))
        moments = variational.moments(ours, params, x)
        yield f"{name}, moments", moments
        yield f"{name}, in the prior's units", variational.prior_units(moments, np.ones(7))[0]
        yield f"{name}, likelihood", variational.log_likelihood(ours, params, x, draws)
        yield f"{name}, in nats of the data", variational.in_units(1.0, ours, 0.25)


def of_machines(asarray):
    rng = np.random.RandomState(0)
    shapes = (6, 3), 6, 3, 6
    machine = boltzmann.Machine(
        *(asarray(0.3 * rng.standard_normal(shape).astype(np.float32)) for shape in shapes)
    )
    x, h = asarray(X), asarray(X[:, :3])
    for name, kind in KINDS.items():
        yield f"{name}, hidden", boltzmann.hidden_mean(machine, kind, x)
        yield f"{name}, visible", boltzmann.visible_mean(machine, kind, h)
        yield f"{name}, energy", boltzmann.energy(machine, kind, x, h)
        yield f"{name}, free energy", boltzmann.free_energy(machine, kind, x)
        yield f"{name}, errors", np.stack(boltzmann.rebuilding_errors(machine, kind, x))
        if name != "linear code":
            yield f"{name}, log Z", boltzmann.exact_log_partition(machine, kind)
        if name != "gaussian":
            yield f"{name}, odds", boltzmann.log_pseudo_likelihood(machine, kind, x)


@pytest.fixture(scope="module")
def without_jax(tmp_path_factory):
    path = tmp_path_factory.mktemp("without_jax") / "results.npz"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return np.load(path)


@pytest.mark.slow
def test_the_same_comes_out(without_jax):
    import jax

    expected = results(jax.numpy.asarray, jax.jit)
    assert set(expected) == set(without_jax.files)
    for name, value in expected.items():
        assert np.isfinite(without_jax[name]).all(), name
        assert_allclose(without_jax[name], value, rtol=2e-4, atol=2e-5, err_msg=name)


def test_single_precision_stays_single(without_jax):
    for name in (n for n in without_jax.files if n.endswith((", error", ", rebuilt", ", hidden"))):
        assert without_jax[name].dtype == np.float32, name
