"""Displays hold what they were given and draw it where it belongs."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from skautoencoder import compare_transformers
from skautoencoder.display import (
    CodeDisplay,
    ComparisonDisplay,
    DecoderDisplay,
    LossCurveDisplay,
    ReconstructionDisplay,
)
from tests.conftest import curved, quick

matplotlib.use("Agg")
plt = pytest.importorskip("matplotlib.pyplot")

IMAGES, LABELS = load_digits(return_X_y=True)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def labels(ax):
    """What the legend says."""
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_reconstructions_as_images():
    pca = PCA(8).fit(IMAGES)
    display = ReconstructionDisplay.from_estimator(pca, IMAGES[:5], image_shape=(8, 8)).plot()
    assert_allclose(display.reconstructions, pca.inverse_transform(pca.transform(IMAGES[:5])))
    sheet = display.ax_.images[0].get_array()
    assert_allclose(sheet[:8, 9:17], IMAGES[1].reshape(8, 8))
    assert_allclose(sheet[9:17, 9:17], display.reconstructions[1].reshape(8, 8))
    assert [text.get_text() for text in display.ax_.get_yticklabels()] == ["original", "rebuilt"]


def test_reconstructions_as_profiles():
    X = curved(3)
    display = ReconstructionDisplay(X, X + 1).plot()
    first, second = display.ax_.lines[:2]
    assert_allclose(second.get_ydata() - first.get_ydata(), 1)
    assert labels(display.ax_) == ["original", "reconstruction"]


def test_colour_images():
    X = np.random.RandomState(0).uniform(size=(2, 12))
    display = ReconstructionDisplay(X, X, image_shape=(2, 2, 3)).plot()
    assert display.ax_.images[0].get_array().shape == (6, 6, 3)


def test_codes_of_classes_and_numbers():
    codes = PCA(3).fit_transform(IMAGES[:200])
    classes = CodeDisplay(codes, y=LABELS[:200]).plot()
    assert labels(classes.ax_) == [str(i) for i in range(10)]
    assert_allclose(
        np.sort(np.concatenate([dots.get_offsets() for dots in classes.ax_.collections])[:, 0]),
        np.sort(codes[:, 0]),
    )
    numbers = CodeDisplay(codes, y=IMAGES[:200].mean(1)).plot()
    assert len(numbers.figure_.axes) == 2  # a colour bar
    plain = CodeDisplay(codes).plot()
    assert plain.ax_.get_legend() is None


def test_codes_with_thumbnails_and_on_a_given_axes():
    _, ax = plt.subplots()
    display = CodeDisplay.from_estimator(
        PCA(2).fit(IMAGES), IMAGES[:100], thumbnails=True, image_shape=(8, 8)
    ).plot(ax)
    assert display.ax_ is ax
    assert 20 < len(ax.artists) <= 100


def test_loss_curves_and_the_level_of_pca():
    ours = quick().fit(curved(700))
    display = LossCurveDisplay.from_estimator(ours).plot()
    training, held_out, level = display.ax_.lines
    assert_allclose(training.get_ydata(), ours.loss_curve_)
    assert_allclose(held_out.get_ydata(), ours.validation_loss_curve_)
    assert_allclose(level.get_ydata(), ours.validation_loss_curve_[0])
    assert labels(display.ax_) == ["training", "held out", "PCA"]
    plain = quick(init="glorot", early_stopping=False).fit(curved(60))
    assert len(LossCurveDisplay.from_estimator(plain).plot().ax_.lines) == 1


def test_comparisons():
    found = compare_transformers(
        [PCA()], IMAGES[:200], LABELS[:200], n_components=[2, 8], random_state=0
    )
    display = ComparisonDisplay.from_comparison(found, measure="linear_score").plot()
    assert labels(display.ax_) == ["raw features", "PCA"]
    line = next(c for c in display.ax_.containers).lines[0]
    assert_array_equal(line.get_xdata(), [2, 8])
    assert_allclose(
        np.asarray(line.get_ydata(), float),
        [found.values("PCA", k, "linear_score").mean() for k in (2, 8)],
    )
    with pytest.raises(ValueError, match=r"measure='speed' was not compared; these were:.*'knn"):
        ComparisonDisplay.from_comparison(found, measure="speed")


@pytest.mark.parametrize("image_shape", [(8, 8), None])
def test_the_decoded_plane(image_shape):
    pca = PCA(2).fit(IMAGES)
    display = DecoderDisplay.from_estimator(pca, IMAGES, n_across=5, image_shape=image_shape).plot()
    left, right, bottom, top = display.limits
    assert_allclose(display.decoded[0], pca.inverse_transform([[left, top]])[0])
    assert_allclose(display.decoded[-1], pca.inverse_transform([[right, bottom]])[0])
    shown = [text.get_text() for text in display.ax_.get_xticklabels()]
    assert float(shown[0]) < float(shown[1]) < float(shown[2])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ReconstructionDisplay(IMAGES[:2], IMAGES[:3]), "must be rows of the same"),
        (
            lambda: ReconstructionDisplay(IMAGES, IMAGES, image_shape=(8, 9)),
            r"a product of 64, the number of columns. Got \(8, 9\)",
        ),
        (lambda: CodeDisplay(IMAGES[:, :1]), "at least two components"),
        (lambda: CodeDisplay(IMAGES, y=LABELS[:5]), "inconsistent numbers of samples"),
        (lambda: CodeDisplay(IMAGES, thumbnails=IMAGES), "image_shape must be"),
        (
            lambda: DecoderDisplay.from_estimator(PCA(3).fit(IMAGES), IMAGES),
            "needs n_components=2. Got codes of 3",
        ),
    ],
)
def test_bad_input(make, message):
    with pytest.raises(ValueError, match=message):
        make()
