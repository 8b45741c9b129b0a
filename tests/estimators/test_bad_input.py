"""Bad input gets one clear error, and nothing is lost."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning, NotFittedError

from tests.conftest import curved, quick, squared_error


@pytest.mark.parametrize(
    ("parameter", "value", "allowed"),
    [
        ("n_components", 0, "an int in the range [1, inf)"),
        ("n_components", 1.5, "a float in the range (0.0, 1.0)"),
        ("n_components", "many", "an int in the range [1, inf)"),
        ("hidden_layer_sizes", (16, 0), "integers in the range [1, inf)"),
        ("hidden_layer_sizes", ("a",), "integers in the range [1, inf)"),
        ("hidden_layer_sizes", -1, "[1, inf)"),
        ("activation", "sin", "'gelu'"),
        ("tied_weights", "yes", "an instance of 'bool'"),
        ("loss", "quadratic", "'squared_error'"),
        ("objective", "rebuild", "'reconstruction'"),
        ("init", "random", "'glorot'"),
        ("optimizer", "bfgs", "'adam'"),
        ("learning_rate", 0.0, "(0.0, inf)"),
        ("weight_decay", -1.0, "[0.0, inf)"),
        ("batch_size", 0, "[1, inf)"),
        ("batch_size", "large", "'auto'"),
        ("precision", "float16", "'bfloat16'"),
        ("max_iter", 0, "[1, inf)"),
        ("early_stopping", 3, "'bool'"),
        ("validation_fraction", 1.0, "(0.0, 1.0)"),
        ("n_iter_no_change", 0, "[1, inf)"),
        ("tol", -1e-3, "[0.0, inf)"),
        ("warm_start", None, "'bool'"),
        ("random_state", "seed", "RandomState"),
        ("verbose", -1, "[0, inf)"),
    ],
)
def test_parameters_out_of_range(parameter, value, allowed):
    with pytest.raises(ValueError, match=re.escape(allowed)) as error:
        quick().set_params(**{parameter: value}).fit(curved(20))
    assert f"'{parameter}' parameter of AutoencoderTransformer" in str(error.value)
    assert repr(value) in str(error.value)


@pytest.mark.parametrize("method", ["fit", "partial_fit", "transform", "score_samples", "score"])
@pytest.mark.parametrize("bad", [np.inf, -np.inf])
def test_infinity(method, bad):
    ours = quick().fit(curved(30))
    X = curved(30)
    X[3, 2], X[4, 1] = bad, np.nan
    with pytest.raises(ValueError, match="contains infinity"):
        getattr(ours, method)(X)
    assert ours.transform(curved(3)).shape == (3, 2)  # still fitted


def test_one_row():
    with pytest.raises(ValueError, match=r"1 sample.*minimum of 2 is required"):
        quick().fit(curved(1))
    with pytest.raises(ValueError, match="leaves 1 rows with a weight"):
        quick().fit(curved(5), sample_weight=[1, 0, 0, 0, 0])


def test_two_rows_are_enough():
    assert quick().fit(curved(2)).transform(curved(2)).shape == (2, 2)


def test_one_column():
    X = curved(50)[:, :1]
    ours = quick(1).fit(X)
    assert squared_error(ours, X) < 1e-8 * X.var()


def test_constant_columns():
    X = curved(60)
    X[:, 1] = 7.0
    ours = quick().fit(X)
    assert np.isfinite(ours.transform(X)).all()
    constant = quick().fit(np.full((20, 3), 5.0))
    assert_array_equal(constant.inverse_transform(constant.transform(np.full((2, 3), 5.0))), 5.0)


def test_unfitted():
    for method in ("transform", "inverse_transform", "score", "score_samples"):
        with pytest.raises(NotFittedError):
            getattr(quick(), method)(curved(5))


def test_wrong_number_of_columns():
    ours = quick().fit(curved(30))
    with pytest.raises(ValueError, match="X has 3 features, but AutoencoderTransformer is expect"):
        ours.transform(curved(5)[:, :3])
    with pytest.raises(ValueError, match="X has 3 features"):
        ours.partial_fit(curved(5)[:, :3])
    with pytest.raises(ValueError, match="3 columns, but AutoencoderTransformer decodes codes of"):
        ours.inverse_transform(np.zeros((4, 3)))
    with pytest.raises(ValueError, match="X has 3 features"):
        quick().fit(curved(30), X_val=curved(30)[:, :3])


def test_text_and_complex_numbers():
    with pytest.raises(ValueError, match="could not convert string to float"):
        quick().fit([["a", "b"], ["c", "d"]])
    with pytest.raises(ValueError, match="Complex data not supported"):
        quick().fit(curved(5) * 1j)


def test_negative_weights():
    with pytest.raises(ValueError, match="Negative values in data passed to `sample_weight`"):
        quick().fit(curved(3), sample_weight=[1, -1, 1])


@pytest.mark.parametrize("outside", ["X", "X_val"])
def test_values_outside_0_1_with_cross_entropy(outside):
    X = np.random.RandomState(0).uniform(size=(30, 4))
    message = r"loss='cross_entropy' needs values in \[0, 1\].* from .* to 5.*MinMaxScaler"
    rows = (X, 5 * X / X.max()) if outside == "X_val" else (5 * X / X.max(), X)
    with pytest.raises(ValueError, match=message):
        quick(loss="cross_entropy").fit(rows[0], X_val=rows[1])


def test_warm_start_with_another_network():
    ours = quick(warm_start=True).fit(curved(30))
    with pytest.raises(ValueError, match=r"hidden_layer_sizes=\(8,\).*warm_start=False"):
        ours.set_params(hidden_layer_sizes=(8,)).fit(curved(30))


@pytest.mark.parametrize("early_stopping", [True, False])
def test_divergence_keeps_the_best_weights_and_says_what_to_lower(digits, early_stopping):
    X = digits[0]
    ours = quick(4, optimizer="sgd", learning_rate=1e4, early_stopping=early_stopping)
    with pytest.warns(ConvergenceWarning, match=r"diverged in epoch 1 .*Lower learning_rate=10000"):
        ours.fit(X)
    assert squared_error(ours, X) <= squared_error(PCA(4).fit(X), X) * (1 + 1e-5)


class _Interrupt:
    """A user's Ctrl-C at the end of the third epoch."""

    def setup(self, estimator, context): ...
    def on_fit_task_begin(self, estimator, context): ...
    def teardown(self, estimator, context): ...

    def on_fit_task_end(self, estimator, context):
        if context.task_name == "epoch" and context.task_id == 2:
            raise KeyboardInterrupt


@pytest.mark.parametrize("early_stopping", [True, False])
def test_interrupt_leaves_a_usable_estimator_with_the_best_weights(digits, early_stopping):
    X = digits[0]
    ours = quick(4, max_iter=50, early_stopping=early_stopping).set_callbacks(_Interrupt())
    with pytest.raises(KeyboardInterrupt):
        ours.fit(X)
    assert ours.n_iter_ == 3
    assert squared_error(ours, X) <= squared_error(PCA(4).fit(X), X) * (1 + 1e-5)
