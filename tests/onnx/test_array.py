"""Arrays that record how they were made compute, when run, what NumPy's do."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from onnx import checker, helper, numpy_helper

from skautoencoder.onnx._array import ROWS, GraphArray
from skautoencoder.onnx._export import LEAST_OPSET, numbered
from skautoencoder.onnx._recording import described, record
from tests.onnx.helpers import run

WEIGHTS = np.random.default_rng(1).standard_normal((4, 3)).astype(np.float32)


def xp(x):
    return x.__array_namespace__()


EXPRESSIONS = {
    "numbers on both sides": lambda x: 1 - 2 * x / (3 + x**2) + (0.5 - x) ** 3 - (-x),
    "arrays of NumPy on both sides": lambda x: (
        WEIGHTS[:, 0] * x - x / WEIGHTS[:, 1] + WEIGHTS[:, 2]
    ),
    "products": lambda x: (x @ WEIGHTS) @ WEIGHTS.T,
    "products of many": lambda x: x.reshape(-1, 2, 2) @ x.reshape(-1, 2, 2),
    "products by NumPy's": lambda x: np.eye(2, dtype=np.float32) @ x.reshape(-1, 2, 2),
    "in place": lambda x: in_place(x),
    "comparisons": lambda x: xp(x).where((x > 0) == (x >= 0.5), x, -x),
    "not the same": lambda x: xp(x).where(~(x != x[:, [0]]), 1.0, x),
    "below": lambda x: (x < 0) * x + (x <= -0.5) * 1.0,
    "transcendental": lambda x: xp(x).exp(x) + xp(x).log(abs(x)) + xp(x).expm1(x) + xp(x).tanh(x),
    "roots": lambda x: xp(x).sqrt(xp(x).abs(x)) + xp(x).log1p(xp(x).abs(x)) + xp(x).floor(x),
    "larger and smaller": lambda x: xp(x).maximum(x, 0.1) + xp(x).minimum(x, x[:, [1]]),
    "log of sums": lambda x: xp(x).logaddexp(x, 3 * x[:, ::2].max(-1)[:, None]),
    "clipping": lambda x: x.clip(-0.5) + x.clip(max=0.2) + x.clip(-x, abs(x)),
    "sums": lambda x: x.sum(-1) + x.sum(axis=1, keepdims=True)[:, 0] + (x > 0).sum(1),
    "shares of whole numbers": lambda x: (x > 0).sum(1) / (1 + (x < 0.5).sum(1)),
    "indices": lambda x: x[:, 1:3].sum(-1) + x[..., -1] + x[:, [2, 0]][:, 0] + x[:, 3, None][:, 0],
    "masks": lambda x: x[:, np.array([True, False, True, False])] * x[..., None, :2][:, 0],
    "places in three axes": lambda x: x.reshape(-1, 2, 2)[:, :, 1] - x.reshape((-1, 2, 2))[:, 0],
    "constants cut and turned": lambda x: x @ xp(x).asarray(WEIGHTS)[:, :2] + sum(two(x)),
    "side by side": lambda x: xp(x).concat([x, x[:, :1], x > 0], axis=-1),
    "stacked": lambda x: xp(x).stack([x, -x], axis=1).reshape(-1, 8),
    "padded": lambda x: xp(x).pad(x, [(0, 0), (1, 2)]),
    "sorted": lambda x: xp(x).sort(x, axis=-1),
    "zeros": lambda x: xp(x).zeros_like(x) + xp(x).isnan(x).astype(np.float32),
    "other precision": lambda x: (x.astype(np.float64) * np.pi).astype(np.float32),
}


def two(x):
    return [row[0] for row in xp(x).asarray(WEIGHTS)[1:3]]


def in_place(x):
    y = 2 * x
    y += WEIGHTS[:, 0]
    y *= x
    y -= 1
    y /= 3
    return y


def recorded(function, n_columns):
    """The model of what a function makes of rows."""
    x = GraphArray(None, (ROWS, n_columns), np.dtype(np.float32))
    found = function(x)
    recording = record({"y": found}, {"X": x}, numbered())
    graph = helper.make_graph(
        [call.as_node() for call in recording.calls],
        "graph",
        [described("X", x)],
        [described("y", found)],
        [numpy_helper.from_array(value, name) for name, value in recording.constants.items()],
    )
    opset = helper.make_opsetid("", LEAST_OPSET)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=8)
    checker.check_model(model, full_check=True)
    return model, found


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_a_recorded_expression_gives_what_numpy_gives(name):
    function = EXPRESSIONS[name]
    X = np.random.default_rng(0).standard_normal((6, 4)).astype(np.float32)
    expected = function(X)
    model, array = recorded(function, 4)
    found = run(model, X=X)["y"]
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    assert (array.shape[1:], array.dtype) == (expected.shape[1:], expected.dtype)
    assert_allclose(found, expected, rtol=2e-6, atol=2e-6)


def test_what_is_used_twice_is_recorded_once_and_what_is_not_used_never():
    def function(x):
        y = xp(x).tanh(x)
        xp(x).exp(y)
        return y * y + y

    model, _ = recorded(function, 4)
    assert [node.op_type for node in model.graph.node] == ["Tanh", "Mul", "Add", "Identity"]


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (len, r"reshape\(-1, ...\) needs no len"),
        (list, r"how many rows there are"),
        (lambda x: x if x > 0 else -x, r"use where\(\), not if"),
        (lambda x: x[:3], "rows of a graph cannot be cut"),
        (lambda x: x[:, [0]][[0], [0]], "one array of places"),
        (lambda x: np.tanh(x), "does not support ufuncs"),
    ],
)
def test_what_cannot_be_recorded_says_so(function, message):
    with pytest.raises(TypeError, match=message):
        recorded(function, 4)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: x.reshape(-1, 3), r"has no shape \(-1, 3\)"),
        (lambda x: x.reshape(6, 4), r"has no shape \(6, 4\) for any rows"),
        (lambda x: x[:, ::-1], "cuts forwards"),
        (lambda x: xp(x).sort(x, axis=0), "sorts along the last axis"),
    ],
)
def test_what_has_no_meaning_in_a_graph_says_so(function, message):
    with pytest.raises(ValueError, match=message):
        recorded(function, 4)
