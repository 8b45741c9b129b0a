"""Autoencoders as graphs give what they give themselves."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from onnx import checker
from sklearn.model_selection import GridSearchCV

from skautoencoder._networks import ACTIVATIONS, ConvolutionalNetwork, DenseNetwork
from skautoencoder.losses import LOSSES, MixedLoss, SquaredError
from skautoencoder.objectives import Reconstruction
from skautoencoder.onnx import to_onnx
from tests.conftest import curved, quick, quick_convolutional
from tests.helpers import KINDS
from tests.onnx.helpers import assert_same, moved, run, untrained

DTYPES = (np.float32, np.float64)


def kinds_of_columns(draw, n):
    """A loss of several kinds of columns, in any order."""
    order = draw(st.permutations(range(n)))
    n_binary, n_counts = draw(st.integers(0, n)), draw(st.integers(0, n))
    binary, rest = order[:n_binary], order[n_binary:]
    counts, rest = rest[:n_counts], rest[n_counts:]
    blocks = [rest[i : i + 2] for i in range(0, len(rest) - 2, 2)]
    std = draw(st.sampled_from([None, 0.5]))
    return MixedLoss(binary=binary, categorical=blocks, counts=counts, number_std=std)


@st.composite
def estimators(draw):
    """Autoencoders of all architectures, losses and objectives, and a generator for rows."""
    objective = draw(st.sampled_from(sorted(KINDS)))
    activation = draw(st.sampled_from(sorted(ACTIVATIONS)))
    n_components, n_heads = draw(st.integers(2, 4)), KINDS[objective].n_heads
    if draw(st.booleans()):
        hidden = tuple(draw(st.lists(st.integers(1, 9), max_size=3)))
        tied, n = draw(st.booleans()), draw(st.integers(1, 7))
        network = DenseNetwork(n, n_components, hidden, activation, tied, n_heads)
    else:
        shape = tuple(draw(st.tuples(st.integers(1, 7), st.integers(1, 5), st.integers(1, 3))))
        channels = tuple(draw(st.lists(st.integers(1, 3), max_size=2)))
        n = int(np.prod(shape))
        network = ConvolutionalNetwork(n, n_components, shape, channels, activation, n_heads)
    mixed = kinds_of_columns(draw, n)
    loss = draw(st.sampled_from([*sorted(LOSSES), mixed]))
    linear = draw(st.booleans()) or (isinstance(network, DenseNetwork) and network.tied_weights)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    estimator = untrained(network, rng, loss=loss, objective=KINDS[objective], linear=linear)
    return estimator, rng


def same_both_ways(drawn, dtype):
    estimator, rng = drawn
    X = rng.uniform(size=(5, estimator.n_features_in_)).astype(dtype)
    assert_same(to_onnx(estimator, dtype=dtype), estimator, X)
    codes = estimator.transform(X)
    back = run(to_onnx(estimator, inverse=True, dtype=dtype), code=codes)["reconstruction"]
    expected = estimator.inverse_transform(codes)
    assert_allclose(back, expected, rtol=0, atol=1e-5 * max(1, abs(expected).max()))
    assert back.dtype == expected.dtype


@settings(max_examples=60, deadline=None)
@given(estimators(), st.sampled_from(DTYPES))
def test_every_architecture_loss_and_objective_says_the_same(drawn, dtype):
    same_both_ways(drawn, dtype)


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(estimators(), st.sampled_from(DTYPES))
def test_every_architecture_loss_and_objective_says_the_same_at_length(drawn, dtype):
    same_both_ways(drawn, dtype)


@pytest.fixture(scope="module")
def fitted():
    X = curved(40)
    estimator = quick(hidden_layer_sizes=(4,), max_iter=1, whiten=True).fit(X)
    rng = np.random.default_rng(0)
    estimator.encoder_ = moved(estimator.encoder_, rng, 0.5)
    estimator.decoder_ = moved(estimator.decoder_, rng, 0.5)
    return estimator, X


def test_a_fitted_one_says_the_same_in_single_and_double_precision(fitted):
    estimator, X = fitted
    for dtype, rtol in ((np.float32, 1e-6), (np.float64, 1e-14)):
        assert_same(to_onnx(estimator, dtype=dtype), estimator, X.astype(dtype), rtol)


@pytest.mark.slow
@pytest.mark.parametrize("settings", [{"image_shape": (5, 1)}, {}])
def test_a_fitted_convolutional_one_says_the_same(settings):
    X = curved(40)
    estimator = quick_convolutional(max_iter=1, **settings).fit(X)
    assert_same(to_onnx(estimator, dtype=np.float64), estimator, X, 1e-12)


def test_any_number_of_rows_goes_in(fitted):
    estimator, X = fitted
    model = to_onnx(estimator, dtype=np.float64)
    for n in (0, 1, 40):
        found = run(model, X=X[:n])
        assert found["code"].shape == (n, 2)
        assert found["reconstruction"].shape == (n, 5)
        assert found["score"].shape == (n,)
        if n:
            assert_allclose(found["code"], estimator.transform(X[:n]), atol=1e-12)


@pytest.mark.parametrize("target_opset", [18, None])
def test_the_checker_is_content_with_the_oldest_operators_and_the_newest(fitted, target_opset):
    from onnx.defs import onnx_opset_version

    target_opset = target_opset or onnx_opset_version()
    model = to_onnx(fitted[0], target_opset=target_opset, gaps=True)
    checker.check_model(model, full_check=True)
    assert [(one.domain, one.version) for one in model.opset_import] == [("", target_opset)]
    assert model.ir_version <= 8 or target_opset > 18


def test_only_what_is_asked_for_is_in_the_graph(fitted):
    whole, code = to_onnx(fitted[0]), to_onnx(fitted[0], outputs=["code"])
    assert [output.name for output in whole.graph.output] == ["code", "reconstruction", "score"]
    assert [output.name for output in code.graph.output] == ["code"]
    assert len(code.SerializeToString()) < 0.6 * len(whole.SerializeToString())


def test_tied_weights_are_kept_once():
    network = DenseNetwork(40, 2, (50,), "gelu", True)
    estimator = untrained(network, np.random.default_rng(0))
    n_weights = sum(weight.size for weight in estimator.encoder_.weights)
    model = to_onnx(estimator, dtype=np.float64)
    sizes = [np.prod(one.dims) for one in model.graph.initializer]
    assert sum(sizes) < n_weights + 600


def test_double_precision_takes_no_more_room_for_weights_in_single_precision():
    network = DenseNetwork(40, 2, (50,), "gelu", False)
    estimator = untrained(network, np.random.default_rng(0))
    sizes = [len(to_onnx(estimator, dtype=dtype).SerializeToString()) for dtype in DTYPES]
    assert sizes[1] < 1.2 * sizes[0]


def test_the_model_says_where_it_is_from_and_how_columns_are_called(fitted):
    pd = pytest.importorskip("pandas")
    import skautoencoder

    frame = pd.DataFrame(fitted[1], columns=list("abcde"))
    estimator = quick(hidden_layer_sizes=(4,), max_iter=1).fit(frame)
    model = to_onnx(estimator)
    assert (model.producer_name, model.producer_version) == (
        "skautoencoder",
        skautoencoder.__version__,
    )
    about = {one.key: one.value for one in model.metadata_props}
    assert about["estimator"] == "AutoencoderTransformer"
    assert json.loads(about["feature_names_in"]) == list("abcde")
    assert json.loads(about["feature_names_out"]) == [
        "autoencodertransformer0",
        "autoencodertransformer1",
    ]


def test_a_search_stands_for_its_best(fitted):
    search = GridSearchCV(fitted[0], {})
    search.best_estimator_ = fitted[0]
    search.refit = True
    found = run(to_onnx(search, dtype=np.float64, outputs=["code"]), X=fitted[1])
    assert_allclose(found["code"], fitted[0].transform(fitted[1]), atol=1e-12)


@dataclass(frozen=True)
class Squashed(Reconstruction):
    """An objective of a user's own, whose code is between -1 and 1."""

    def code(self, model, params, x):
        code = model.encode(params, x)
        return code.__array_namespace__().tanh(code)


@dataclass(frozen=True)
class Sloping(Reconstruction):
    def code(self, model, params, x):
        code = model.encode(params, x)
        return code.__array_namespace__().arctan(code)


def test_an_objective_of_ones_own_is_recorded_or_said_not_to_be():
    rng = np.random.default_rng(0)
    network = DenseNetwork(4, 2, (3,), "tanh", False)
    X = rng.uniform(size=(6, 4))
    own = untrained(network, rng, objective=Squashed())
    assert_same(to_onnx(own, dtype=np.float64), own, X, 1e-12)
    with pytest.raises(AttributeError, match=r"a graph has no 'arctan', but abs, .*tanh"):
        to_onnx(untrained(network, rng, objective=Sloping()))


@dataclass(frozen=True)
class CubedError(SquaredError):
    """A loss of a user's own with a link of its own."""

    def error(self, target, output):
        return abs(target - output) ** 3


def test_a_loss_of_ones_own_is_recorded():
    rng = np.random.default_rng(0)
    own = untrained(DenseNetwork(4, 2, (3,), "tanh", False), rng, loss=CubedError())
    assert_same(to_onnx(own, dtype=np.float64), own, rng.uniform(size=(6, 4)), 1e-12)
