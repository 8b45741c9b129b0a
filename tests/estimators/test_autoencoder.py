"""What a user does with AutoencoderTransformer."""

from __future__ import annotations

import pickle
from itertools import cycle

import numpy as np
import optax
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_iris, make_s_curve
from sklearn.decomposition import PCA
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split

from skautoencoder import AutoencoderTransformer
from skautoencoder._networks import ACTIVATIONS
from skautoencoder._training._optimizers import OPTIMIZERS
from tests.conftest import curved, quick, squared_error


def test_halves_the_error_of_pca_on_digits_with_the_defaults(digits, fitted_digits):
    X_train, X_test, _ = digits
    pca = PCA(8).fit(X_train)
    assert squared_error(fitted_digits, X_test) < 0.5 * squared_error(pca, X_test)


@pytest.mark.slow
def test_one_number_follows_a_bent_curve():
    X, X_new = curved(400), curved(400, seed=1)
    ours = AutoencoderTransformer(1, hidden_layer_sizes=(32, 32), random_state=0).fit(X)
    assert squared_error(ours, X_new) < 0.1 * squared_error(PCA(1).fit(X), X_new)


@pytest.mark.slow
def test_folded_data_are_unfolded_where_pcas_start_finds_no_way_down():
    ratios = []
    for seed in range(3):
        X = make_s_curve(6200, noise=0.05, random_state=0)[0]
        train, test = train_test_split(X, train_size=1200, random_state=seed)
        pca = PCA(2).fit(train)
        ours = AutoencoderTransformer(2, random_state=seed).fit(train)
        ratios.append(squared_error(ours, test) / squared_error(pca, test))
    assert max(ratios) <= 1.01
    assert np.median(ratios) < 0.2  # 1 where a second try begins beside PCA itself


def test_is_pca_where_the_truth_is_linear():
    rng = np.random.RandomState(1)  # of ten, one or two look curved to a fifth of their rows
    factors = rng.standard_normal((300, 3)) * (3, 2, 1)
    X = factors @ rng.standard_normal((3, 10)) + 0.5 * rng.standard_normal((300, 10))
    ours = AutoencoderTransformer(3, hidden_layer_sizes=(16,), random_state=0).fit(X)
    pca = PCA(3).fit(X)
    rebuilt, expected = (t.inverse_transform(t.transform(X)) for t in (ours, pca))
    assert_allclose(rebuilt, expected, atol=1e-12)
    assert_allclose(ours.transform(X), pca.transform(X), atol=1e-12)


@pytest.mark.parametrize("learning_rate", [1e-3, 3.0])
@pytest.mark.filterwarnings("ignore:The loss diverged")
def test_is_never_worse_than_pca_on_validation_data(digits, learning_rate):
    X_train, X_val, _ = digits
    ours = quick(4, learning_rate=learning_rate).fit(X_train, X_val=X_val)
    pca = PCA(4).fit(X_train)
    assert squared_error(ours, X_val) <= squared_error(pca, X_val) * (1 + 1e-6)
    assert ours.validation_loss_curve_[0] == pytest.approx(squared_error(pca, X_val), rel=1e-5)
    assert ours.best_loss_ == pytest.approx(squared_error(ours, X_val), rel=1e-5)


def test_curves_tell_the_story(fitted_digits):
    ours = fitted_digits
    assert len(ours.loss_curve_) == len(ours.validation_loss_curve_) == ours.n_iter_ + 1
    assert ours.best_loss_ in ours.validation_loss_curve_
    lowest = min(ours.validation_loss_curve_)  # kept is what it does not surely beat
    assert lowest <= ours.best_loss_ < 1.01 * lowest
    assert ours.loss_curve_[-1] < 0.5 * ours.loss_curve_[0]
    assert ours.n_iter_ < ours.max_iter


def test_fitted_attributes_are_plain_numpy(fitted_digits):
    ours = fitted_digits
    assert ours.n_components_ == 8
    assert ours.n_features_in_ == 64
    assert ours.mean_.shape == (64,)
    for half in (ours.encoder_, ours.decoder_):
        assert half.gain is None
        for array in (*half.weights, *half.biases, half.linear):
            assert type(array) is np.ndarray
    assert [w.shape for w in ours.encoder_.weights] == [(64, 256), (256, 128), (128, 8)]
    assert [w.shape for w in ours.decoder_.weights] == [(8, 128), (128, 256), (256, 64)]


def test_score_is_the_share_of_variance_explained(digits, fitted_digits):
    X = digits[1]
    rebuilt = fitted_digits.inverse_transform(fitted_digits.transform(X))
    weight = np.random.RandomState(0).uniform(size=len(X))
    error = np.average(np.sum((X - rebuilt) ** 2, axis=1), weights=weight)
    spread = np.sum((X - np.average(X, axis=0, weights=weight)) ** 2, axis=1)
    expected = 1 - error / np.average(spread, weights=weight)
    assert fitted_digits.score(X, sample_weight=weight) == pytest.approx(expected, rel=1e-6)

    varied = np.ptp(X, axis=0) > 0  # scikit-learn leaves the errors of other columns out
    expected = r2_score(X[:, varied], rebuilt[:, varied], multioutput="variance_weighted")
    assert fitted_digits.score(X) == pytest.approx(expected, rel=1e-4)


def test_score_of_rows_that_do_not_vary():
    ours = quick().fit(np.ones((5, 3)))
    assert ours.score(np.ones((4, 3))) == 1.0
    assert ours.score(np.zeros((4, 3))) == 0.0


def test_score_samples_is_minus_the_squared_error(digits, fitted_digits):
    X = digits[1]
    rebuilt = fitted_digits.inverse_transform(fitted_digits.transform(X))
    assert_allclose(fitted_digits.score_samples(X), -np.sum((X - rebuilt) ** 2, 1), rtol=1e-6)


def test_score_samples_finds_what_does_not_belong(digits, fitted_digits):
    X = digits[1]
    shuffled = np.random.default_rng(0).permuted(X, axis=1)
    normal, strange = fitted_digits.score_samples(X), fitted_digits.score_samples(shuffled)
    assert np.mean(normal[:, None] > strange) > 0.99


def test_many_rows_go_through_in_chunks(digits, fitted_digits):
    X = np.tile(digits[1], (40, 1))
    codes = fitted_digits.transform(X)
    assert_allclose(codes[-len(digits[1]) :], fitted_digits.transform(digits[1]), atol=1e-5)
    assert_allclose(
        fitted_digits.inverse_transform(codes)[:5],
        fitted_digits.inverse_transform(codes[:5]),
        atol=1e-4,
    )


def test_a_row_has_the_same_code_alone(digits, fitted_digits):
    X = digits[1]
    alone = np.vstack([fitted_digits.transform(row[None]) for row in X[:20]])
    assert_allclose(alone, fitted_digits.transform(X)[:20], rtol=1e-10, atol=1e-12)
    alone = np.vstack([fitted_digits.transform(np.float32(row[None])) for row in X[:20]])
    assert_allclose(alone, fitted_digits.transform(X)[:20], atol=1e-5)


def test_share_of_variance_gives_pcas_number_of_components(digits):
    X = digits[0]
    ours = quick(0.8).fit(X)
    assert ours.n_components_ == PCA(0.8).fit(X).n_components_
    assert ours.transform(X).shape == (len(X), ours.n_components_)


# Tied or not in turn: either knows no activation by name, and `test_networks.py` has all of both.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("activation", "tied_weights"), zip(sorted(ACTIVATIONS), cycle([False, True]), strict=False)
)
def test_every_activation_learns_from_pcas_level_tied_or_not(activation, tied_weights):
    X = curved(200)
    ours = quick(
        1,
        activation=activation,
        tied_weights=tied_weights,
        learning_rate=1e-2,
        max_iter=120,
        early_stopping=False,
    ).fit(X)
    start = squared_error(PCA(1).fit(X), X)
    assert ours.loss_curve_[0] == pytest.approx(start, rel=1e-4)
    curves = activation != "identity"  # with which there is nothing to gain
    assert squared_error(ours, X) < start * (0.9 if curves else 1.01)


def test_tied_decoder_uses_the_encoders_weights():
    ours = quick(tied_weights=True).fit(curved(100).astype(np.float32))
    assert ours.decoder_.weights == ()
    given = ours.transform(curved(10).astype(np.float32))
    codes = given / ours.code_scale_  # as the network has them
    (w1, w2), (b1, b2) = ours.encoder_.weights, ours.decoder_.biases
    nonlinear = ACTIVATIONS["gelu"](codes @ w2.T + b1) @ w1.T + b2
    linear = (codes * ours.decoder_.linear) @ ours.encoder_.linear.T
    expected = (linear + nonlinear * ours.decoder_.gain) * ours.scale_ + ours.mean_
    assert_allclose(ours.inverse_transform(given), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("optimizer", [*sorted(OPTIMIZERS), optax.adam(1e-2)])
def test_every_optimizer_learns(optimizer):
    X = curved(200)
    rate = 0.1 if optimizer == "sgd" else 1e-2
    ours = quick(1, optimizer=optimizer, learning_rate=rate, max_iter=30, early_stopping=False)
    ours.fit(X)
    assert ours.loss_curve_[-1] < 0.8 * ours.loss_curve_[0]


@pytest.mark.slow
@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "huber", "cross_entropy"])
def test_every_loss_learns_and_says_so_in_its_own_units(loss):
    X = curved(300)
    X = (X - X.min(0)) / np.ptp(X, axis=0)
    ours = AutoencoderTransformer(
        1, hidden_layer_sizes=(16,), loss=loss, max_iter=60, random_state=0, learning_rate=1e-2
    ).fit(X)
    assert ours.best_loss_ < ours.validation_loss_curve_[0]
    assert squared_error(ours, X) < squared_error(PCA(1).fit(X), X)


def test_cross_entropy_rebuilds_probabilities(digits):
    X = digits[0] / 16
    ours = quick(8, loss="cross_entropy").fit(X)
    rebuilt = ours.inverse_transform(10 * np.random.RandomState(0).standard_normal((50, 8)))
    assert rebuilt.min() >= 0
    assert rebuilt.max() <= 1


@pytest.mark.slow
@pytest.mark.parametrize("hidden_layer_sizes", [(), 8, [8], np.array([8, 4]), (8, 4, 4)])
def test_hidden_layers_in_any_form(hidden_layer_sizes):
    ours = quick(hidden_layer_sizes=hidden_layer_sizes).fit(curved(60))
    assert ours.transform(curved(7)).shape == (7, 2)


def test_more_components_than_columns():
    X = curved(100)
    ours = quick(9, max_iter=20).fit(X)
    assert ours.transform(X).shape == (100, 9)
    assert squared_error(ours, X) < 1e-3 * X.var()


def test_glorot_start_knows_no_pca():
    ours = quick(init="glorot", max_iter=30).fit(curved(200))
    assert ours.encoder_.linear is None
    assert ours.decoder_.linear is None
    assert ours.best_loss_ < 0.7 * ours.validation_loss_curve_[0]


def test_weighted_start_is_that_of_repeated_rows():
    """Where chance has no part, weights and repetitions are the same."""
    X = curved(60)
    counts = np.random.RandomState(0).randint(0, 4, 60)
    stay = {"learning_rate": 1e-30, "early_stopping": False, "max_iter": 1}
    weighted = quick(**stay).fit(X, sample_weight=counts)
    repeated = quick(**stay).fit(np.repeat(X, counts, axis=0))
    assert_allclose(weighted.mean_, repeated.mean_, rtol=1e-12)
    assert_allclose(weighted.transform(X), repeated.transform(X), rtol=1e-5, atol=1e-6)
    assert weighted.loss_curve_[0] == pytest.approx(repeated.loss_curve_[0], rel=1e-6)


def test_weights_pull_the_model_to_the_heavy_rows():
    X = np.vstack([curved(150), -curved(150, seed=1)])
    weight = np.repeat([1.0, 100.0], 150)
    ours = quick(1, max_iter=100, early_stopping=False).fit(X, sample_weight=weight)
    error = -ours.score_samples(X)
    assert error[150:].mean() < 0.5 * error[:150].mean()


def test_warm_start_goes_on(digits):
    X = digits[0]
    ours = quick(4, warm_start=True).fit(X)
    first = ours.best_loss_
    ours.fit(X)
    assert ours.validation_loss_curve_[0] < 1.05 * first  # not PCA's level
    assert ours.best_loss_ < first
    assert ours.n_iter_ == 5


def test_warm_start_starts_from_the_fitted_weights():
    X = curved(100)
    ours = quick(warm_start=True, early_stopping=False).fit(X)
    codes = ours.transform(X)
    ours.set_params(learning_rate=1e-30).fit(X)
    assert_allclose(ours.transform(X), codes, atol=1e-5)


def test_warm_start_on_small_data_goes_on_without_held_out_rows():
    X = curved(100)
    ours = quick(1, warm_start=True, learning_rate=1e-2, max_iter=40).fit(X)
    before = squared_error(ours, X)
    ours.fit(X)
    assert squared_error(ours, X) < before
    assert ours.validation_loss_curve_ == []
    assert ours.n_iter_ == 40


def test_partial_fit_learns_chunk_by_chunk(digits):
    X = digits[0]
    ours = quick(8)
    for chunk in np.array_split(X, 4) * 15:
        assert ours.partial_fit(chunk) is ours
    assert squared_error(ours, X) < 0.9 * squared_error(PCA(8).fit(X), X)
    assert ours.n_iter_ == 60
    assert len(ours.loss_curve_) == 60
    # and picks up again after a pickle, to the bit
    twin = pickle.loads(pickle.dumps(ours))
    assert_array_equal(ours.partial_fit(X).transform(X), twin.partial_fit(X).transform(X))


def test_partial_fit_after_fit_goes_on_from_there(digits):
    X = digits[0]
    ours = quick(8, max_iter=30).fit(X)
    before = squared_error(ours, X)
    for _ in range(10):
        ours.partial_fit(X)
    assert squared_error(ours, X) < before


def test_refit_on_other_columns_is_a_new_fit():
    ours = quick().fit(curved(100))
    ours.fit(curved(100)[:, :3])
    assert ours.n_features_in_ == 3
    assert ours.transform(curved(5)[:, :3]).shape == (5, 2)


def test_a_clone_has_the_optimizer_and_no_fit():
    X = curved(50)
    ours = quick(optimizer=optax.adam(1e-3)).fit(X)
    assert clone(ours).optimizer == ours.optimizer
    assert not hasattr(clone(ours), "mean_")


def test_small_data_is_cross_validated():
    """Ten held-out rows mislead; all 150 of iris, each held out once, do not."""
    X = load_iris().data
    ours = AutoencoderTransformer(2, hidden_layer_sizes=(16,), random_state=0).fit(X)
    pca = PCA(2).fit(X)
    # what is held out is every row, once: PCA's level is that of cross-validated PCA
    assert ours.validation_loss_curve_[0] > squared_error(pca, X)
    assert ours.validation_loss_curve_[0] < 1.2 * squared_error(pca, X)


def test_verbose_prints_one_line_an_epoch(capsys):
    quick(verbose=1).fit(curved(100))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("Epoch 1/5  loss ")
    assert "validation loss" in lines[-1]
    quick(verbose=1, early_stopping=False).fit(curved(100))
    assert "validation loss" not in capsys.readouterr().out
