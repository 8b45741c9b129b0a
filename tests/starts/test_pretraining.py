"""A stack of Boltzmann machines, unrolled, is where an autoencoder starts."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit
from sklearn.datasets import load_digits

from skautoencoder import AutoencoderTransformer
from skautoencoder._data._rows import Rows
from skautoencoder._data._standardization import Standardization
from skautoencoder._networks import DenseNetwork
from skautoencoder._starts import _rbm
from skautoencoder.boltzmann import Kind, hidden_mean, visible_mean
from skautoencoder.losses import LOSSES
from skautoencoder.losses._links import Scaling
from tests.conftest import curved, quick, quick_convolutional, squared_error

IMAGES = load_digits().data / 16


@pytest.fixture
def few_steps(monkeypatch):
    monkeypatch.setattr(_rbm, "MIN_STEPS", 10)


def start(X, loss, sizes=(7, 5), **settings):
    """Machines for some rows, and the network they become."""
    network = DenseNetwork(X.shape[1], 3, sizes, "logistic", False, **settings)
    standardization = Standardization(X.mean(0), float(X.std()))
    rows = Rows(X, np.ones(len(X)))
    seen = []
    original = _rbm._unroll

    def spy(machines, network):
        seen.extend(machines)
        return original(machines, network)

    _rbm._unroll = spy
    try:
        params = _rbm.pretrain(
            network,
            LOSSES[loss],
            standardization,
            rows,
            np.arange(len(X)),
            np.random.default_rng(0),
        )
    finally:
        _rbm._unroll = original
    return network, params, standardization, seen


@pytest.mark.slow
@pytest.mark.parametrize("loss", ["cross_entropy", "squared_error"])
@pytest.mark.parametrize("n_heads", [1, 2])
def test_the_network_computes_what_the_stack_does(few_steps, loss, n_heads):
    X = IMAGES[:100]
    network, params, standardization, machines = start(X, loss, n_heads=n_heads)
    visible = "bernoulli" if loss == "cross_entropy" else "gaussian"
    kinds = [Kind(visible), Kind(), Kind(hidden="gaussian")]
    x = standardization.apply(X)
    up = X.astype(np.float32) if visible == "bernoulli" else x
    for machine, kind in zip(machines, kinds, strict=True):
        up = hidden_mean(machine, kind, up)
    outputs = network.encode(params, x)
    assert_allclose(outputs[:, :3], up, atol=1e-4)
    assert_array_equal(outputs[:, 3:], 0)
    for machine, kind in zip(machines[::-1], kinds[::-1], strict=True):
        up = visible_mean(machine, kind, up)
    output = LOSSES[loss].link.output(
        *network.decode(params, outputs[:, :3]), Scaling(*standardization)
    )
    assert_allclose(expit(output) if visible == "bernoulli" else output, up, atol=1e-4)


@pytest.mark.slow
def test_deep_logistic_networks_learn_from_it_what_they_do_not_from_random_weights():
    settings = {"hidden_layer_sizes": (64, 32), "activation": "logistic", "loss": "cross_entropy"}
    settings |= {"max_iter": 20, "random_state": 0}
    rbm, random = (
        AutoencoderTransformer(8, init=init, **settings).fit(IMAGES[:600])
        for init in ("rbm", "glorot")
    )
    assert rbm.loss_curve_[0] < random.loss_curve_[0]
    assert squared_error(rbm, IMAGES[1200:]) < 0.7 * squared_error(random, IMAGES[1200:])


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"loss": "huber", "tied_weights": True},
        {"objective": "variational"},
        {"hidden_layer_sizes": ()},
    ],
)
def test_what_it_can_start(few_steps, settings):
    ours = quick(init="rbm", activation="logistic").set_params(**settings).fit(curved(120))
    assert np.isfinite(ours.loss_curve_).all()
    assert ours.transform(curved(5)).shape == (5, 2)
    again = quick(init="rbm", activation="logistic").set_params(**settings).fit(curved(120))
    assert_array_equal(again.transform(curved(5)), ours.transform(curved(5)))


@pytest.mark.parametrize(
    ("ours", "message"),
    [
        (quick(init="rbm"), "init='rbm'.*needs activation='logistic'. Got activation='gelu'"),
        (quick(init="rbm", activation="logistic", loss="poisson"), "'cross_entropy'.*Got Poisson"),
        (quick_convolutional(init="rbm"), r"'init' parameter of Conv.*'glorot'.*Got 'rbm'"),
    ],
)
def test_what_it_cannot_start(ours, message):
    with pytest.raises(ValueError, match=message):
        ours.fit(np.abs(curved(30)))
