"""Displays hold what they were given and draw it where it belongs."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_breast_cancer, load_digits, load_iris
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skautoencoder import compare_transformers
from skautoencoder.comparison import RAW
from skautoencoder.display import (
    CodeDisplay,
    ComparisonDisplay,
    DecoderDisplay,
    LoadingsDisplay,
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


def level(estimator):
    return LossCurveDisplay.from_estimator(estimator).level


def test_the_line_of_pca_is_that_of_pca_or_not_there():
    X, more = curved(60), 5 + curved(60, seed=1)
    ours = quick(early_stopping=False).fit(X)
    pca = PCA(2).fit(X)
    error = np.sum((X - pca.inverse_transform(pca.transform(X))) ** 2, axis=1).mean()
    assert level(ours) == ours.loss_curve_[0]
    assert level(ours) == pytest.approx(error, rel=1e-4)
    ours.set_params(warm_start=True).fit(more)
    assert level(ours) is None
    ours.set_params(warm_start=False).fit(X)
    assert level(ours) == ours.loss_curve_[0]
    ours.partial_fit(more)
    assert level(ours) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    "fitted",
    [
        lambda X: quick().partial_fit(X),
        lambda X: quick(init="glorot").fit(X).set_params(init="pca"),
        lambda X: quick(objective="variational").fit(X),  # its loss has more than the error
        lambda X: quick(warm_start=True).fit(X).fit(X),
    ],
)
def test_there_is_no_line_of_pca_where_no_loss_is_pcas(fitted):
    display = LossCurveDisplay.from_estimator(fitted(curved(60))).plot()
    assert display.level is None
    assert "PCA" not in labels(display.ax_)


@pytest.mark.slow
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


def comparison_frame(names, sizes):
    return pd.DataFrame(
        [
            {"transformer": name, "n_components": k, "squared_error": 1 / k, "squared_error_se": 0}
            for name in names
            for k in sizes
        ]
    )


@pytest.mark.parametrize("sizes", [[2], [1], [2, 8], [3, 4, 5], [0.9, 2]])
def test_each_compared_size_has_a_tick(sizes):
    frame = comparison_frame(["PCA", "ours"], sizes)
    raw = comparison_frame([RAW], [64])
    display = ComparisonDisplay(pd.concat([raw, frame])).plot()
    display.figure_.canvas.draw()
    assert [text.get_text() for text in display.ax_.get_xticklabels()] == list(map(str, sizes))
    assert_array_equal(display.ax_.containers[0].lines[0].get_xdata(), sizes)
    assert labels(display.ax_) == [RAW, "PCA", "ours"]


def test_a_transformer_with_one_size_is_a_point_among_others():
    frame = pd.concat([comparison_frame(["PCA"], [2, 4]), comparison_frame(["ours"], [2])])
    display = ComparisonDisplay(frame).plot()
    assert_array_equal(display.ax_.containers[1].lines[0].get_xdata(), [2])


NAMES = ["_ours", "$a$b$", "$", "$\\frac{", "a_b^c", "", "100 %", "ÄÖ", "{}", "\\"]


def test_any_name_is_shown_as_it_is():
    display = ComparisonDisplay(comparison_frame(NAMES, [2])).plot()
    display.figure_.canvas.draw()
    assert labels(display.ax_) == NAMES
    codes = CodeDisplay(np.arange(2.0 * len(NAMES)).reshape(-1, 2), y=NAMES).plot()
    codes.figure_.canvas.draw()
    assert labels(codes.ax_) == sorted(NAMES)


@pytest.mark.parametrize("n_classes", [1, 7, 8, 20, 21, 56, 57, 200])
def test_text_of_any_number_of_classes(n_classes):
    y = np.array([f"name {i:03}" for i in range(n_classes)] * 2)
    codes = np.random.RandomState(0).standard_normal((len(y), 2))
    display = CodeDisplay(codes, y=y).plot()
    display.figure_.canvas.draw()
    named = list(np.unique(y)[:56])
    assert labels(display.ax_) == named + ([f"{n_classes - 56} more"] if n_classes > 56 else [])
    drawn = np.concatenate([dots.get_offsets() for dots in display.ax_.collections])
    assert_allclose(np.sort(drawn, axis=0), np.sort(codes, axis=0))
    looks = {
        (tuple(dots.get_facecolor()[0]), dots.get_paths()[0].vertices.tobytes())
        for dots in display.ax_.collections
    }
    assert len(looks) == len(display.ax_.collections)


def is_number(value):
    return value is not None and np.isfinite(value)


@pytest.mark.parametrize(
    ("y", "shown"),
    [
        (["b", None, "a"], ["a", "b", "missing"]),
        (["a", 1, 2.5], ["1", "2.5", "a"]),
        ([0, 1, None], ["0", "1", "missing"]),
        ([None, None, None], ["missing"]),
        ([[1], [2], [1]], ["1", "2"]),
        ([True, False, True], ["False", "True"]),
        (["x" * 200, "y\nz", "y"], ["x" * 29 + "…", "y", "y z"]),
        (pd.Series(["a", None, "b"], dtype="category"), ["a", "b", "missing"]),
        (pd.Series([1, 2, 1], dtype="Int64"), ["1", "2"]),
        ([0.5, None, 1.5], None),
        ([0.5, np.nan, np.inf], None),
        ([np.nan, np.nan, np.nan], None),
        (["a", np.nan, pd.NA], ["a", "missing"]),
        (["None", None, "nan"], ["None", "nan", "missing"]),
    ],
)
def test_labels_of_any_type(y, shown):
    display = CodeDisplay(np.arange(6.0).reshape(3, 2), y=y).plot()
    display.figure_.canvas.draw()
    assert sum(len(dots.get_offsets()) for dots in display.ax_.collections) == 3
    if shown is None:
        assert len(display.figure_.axes) == 1 + any(map(is_number, y))  # with a colour bar
    else:
        assert labels(display.ax_) == shown


PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(st.lists(st.one_of(PRINTABLE, st.none(), st.integers(0, 9)), min_size=1, max_size=30))
def test_no_labels_stop_a_map(y):
    display = CodeDisplay(np.ones((len(y), 2)) * np.arange(len(y))[:, None], y=y).plot()
    display.figure_.canvas.draw()
    plt.close("all")


# -- rows that only the estimator understands


def mixed(n_rows=60):
    rng = np.random.RandomState(0)
    frame = pd.DataFrame(rng.standard_normal((n_rows, 3)), columns=["a", "b", "c"])
    frame["kind"] = rng.choice(["x", "y", "z"], n_rows)
    frame.loc[3, "a"] = np.nan
    return frame


def encoder(**settings):
    fill = make_pipeline(SimpleImputer(), StandardScaler())
    return make_column_transformer((fill, ["a", "b", "c"]), (OneHotEncoder(), ["kind"]), **settings)


NUMBERS = mixed()[["b", "c", "a"]].dropna()
GAPS = mixed()[["a", "b", "c"]]


@pytest.mark.parametrize(
    ("estimator", "X", "n_columns"),
    [
        (make_pipeline(encoder(sparse_threshold=0), PCA(2)), mixed(), 6),
        (make_pipeline(encoder(sparse_threshold=1), TruncatedSVD(2)), mixed(), 6),
        (make_pipeline(encoder(sparse_threshold=0), quick()), mixed(), 6),
        (make_pipeline(encoder(sparse_threshold=0), StandardScaler(), PCA(2)), mixed(), 6),
        (make_pipeline(SimpleImputer(), StandardScaler(), PCA(2)), GAPS, 3),
        (make_pipeline(StandardScaler(), PCA(2)), NUMBERS, 3),
        (make_pipeline(StandardScaler(), PCA(2)).set_output(transform="pandas"), NUMBERS, 3),
        (PCA(2), NUMBERS, 3),
        (quick(), NUMBERS, 3),
        (TruncatedSVD(2), sparse.csr_array(NUMBERS.to_numpy()), 3),
        (PCA(2), NUMBERS.to_numpy().tolist(), 3),
    ],
)
def test_rows_go_to_the_estimator_as_they_are(estimator, X, n_columns):
    codes = np.asarray(estimator.fit(X).transform(X))
    display = CodeDisplay.from_estimator(estimator, X).plot()
    assert_allclose(display.codes, codes)
    rebuilt = ReconstructionDisplay.from_estimator(estimator, X[:4]).plot()
    assert rebuilt.originals.shape == rebuilt.reconstructions.shape == (4, n_columns)
    last = estimator[-1] if hasattr(estimator, "steps") else estimator
    if n_columns == 6 and len(estimator) == 2:
        assert_allclose(rebuilt.reconstructions, last.inverse_transform(codes[:4]), atol=1e-5)
    plane = DecoderDisplay.from_estimator(estimator, X, n_across=3).plot()
    assert plane.decoded.shape == (9, n_columns)
    for drawn in (display, rebuilt, plane):
        drawn.figure_.canvas.draw()


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
        (lambda: CodeDisplay(IMAGES, y=LABELS[:5]), "inconsistent numbers of samples"),
        (lambda: CodeDisplay(IMAGES, thumbnails=IMAGES), "image_shape must be"),
        (
            lambda: DecoderDisplay.from_estimator(PCA(3).fit(IMAGES), IMAGES),
            r"needs n_components=2, or 1\. Got codes of 3",
        ),
    ],
)
def test_bad_input(make, message):
    with pytest.raises(ValueError, match=message):
        make()


IRIS = load_iris(as_frame=True).data


def test_loadings_of_pca_are_correlations_by_the_names_of_the_columns():
    pipeline = make_pipeline(StandardScaler(), PCA(2)).fit(IRIS)
    display = LoadingsDisplay.from_estimator(pipeline, IRIS, y=load_iris().target).plot()
    codes = pipeline.transform(IRIS)
    expected = np.corrcoef(IRIS.T, codes.T)[:4, 4:]
    assert_allclose(display.loadings.T * np.sqrt(149 / 150), expected, atol=1e-12)
    assert_allclose(display.ax_.images[0].get_array(), display.loadings.T)
    written = [text.get_text() for text in display.ax_.texts]
    assert written == [f"{value:.2f}" for value in display.loadings.T.ravel()]
    assert [tick.get_text() for tick in display.ax_.get_yticklabels()] == list(IRIS.columns)
    assert_allclose(display.codes, codes)


def test_loadings_of_an_autoencoder_in_the_place_of_pca():
    pca = PCA(2).fit(IRIS)
    ours = quick(learning_rate=1e-9, max_iter=1).fit(IRIS)
    display = LoadingsDisplay.from_estimator(ours)
    assert_allclose(display.loadings, LoadingsDisplay.from_estimator(pca).loadings, atol=1e-9)
    assert display.feature_names == list(IRIS.columns)
    with pytest.raises(AttributeError, match="has components_ after fit"):
        LoadingsDisplay.from_estimator(quick().partial_fit(IRIS))


@pytest.mark.parametrize("n_components", [2, 10])
def test_of_many_features_the_strongest_are_shown(n_components):
    X = load_breast_cancer(as_frame=True).data
    pipeline = make_pipeline(StandardScaler(), PCA(n_components)).fit(X)
    display = LoadingsDisplay.from_estimator(pipeline, X).plot(max_features=5)
    strength = np.sum(display.loadings**2, axis=0)
    strongest = set(X.columns[np.argsort(-strength)[:5]])
    assert {tick.get_text() for tick in display.ax_.get_yticklabels()} == strongest
    assert display.ax_.get_ylabel().startswith("5 of 30 features")
    strength = np.sum(display.loadings[:2] ** 2, axis=0)
    arrows = display.plot(kind="biplot", max_features=7).ax_
    named = {text.get_text() for text in arrows.texts} - {""}
    strongest = X.columns[np.argsort(-strength)[:7]]
    assert named == {name if len(name) <= 20 else name[:19] + "…" for name in strongest}


def test_the_names_of_a_biplot_are_apart_and_inside():
    X = load_breast_cancer(as_frame=True).data
    pipeline = make_pipeline(StandardScaler(), PCA(2)).fit(X)
    display = LoadingsDisplay.from_estimator(pipeline, X).plot(kind="biplot")
    display.figure_.draw_without_rendering()
    names = [text for text in display.ax_.texts if text.get_text()]
    boxes = [text.get_bbox_patch().get_window_extent() for text in names]
    frame = display.ax_.get_window_extent()
    for i, box in enumerate(boxes):
        assert frame.x0 <= box.x0
        assert box.x1 <= frame.x1
        assert not any(box.overlaps(other) for other in boxes[:i])


def test_the_arrows_of_a_biplot_are_loadings_on_the_axis_above():
    pca = PCA(3).fit(IRIS)
    display = LoadingsDisplay.from_estimator(pca, IRIS).plot(kind="biplot")
    (above,) = display.ax_.child_axes
    tips = [text.xy for text in display.ax_.texts if not text.get_text()]
    assert len(tips) == 4
    display.figure_.draw_without_rendering()
    factor = np.ptp(display.ax_.get_xlim()) / np.ptp(above.get_xlim())
    assert_allclose(np.array(tips) / factor, display.loadings[:2].T)
    assert_allclose(display.ax_.collections[0].get_offsets(), display.codes[:, :2])


def test_loadings_of_pixels_are_images():
    pca = PCA(10).fit(IMAGES)
    display = LoadingsDisplay.from_estimator(pca, image_shape=(8, 8)).plot()
    sheet = display.ax_.images[0].get_array()
    assert_allclose(sheet[9:17, 9:17], display.loadings[9].reshape(8, 8))
    low, high = display.ax_.images[0].get_clim()
    assert high == -low == np.abs(display.loadings).max()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LoadingsDisplay(np.eye(3), feature_names=["a"]), "has 1 names, but .* 3 columns"),
        (
            lambda: LoadingsDisplay(np.eye(3), codes=np.eye(2)),
            "codes have 2 columns, but .* 3",
        ),
        (lambda: LoadingsDisplay(np.eye(3)).plot(kind="pie"), "must be 'heatmap' or .* Got 'pie'"),
        (lambda: LoadingsDisplay(np.eye(3)).plot(kind="biplot"), "a biplot needs codes"),
        (
            lambda: LoadingsDisplay([[1, 2]], codes=[[1], [2]]).plot(kind="biplot"),
            "need at least two components",
        ),
        (lambda: LoadingsDisplay(np.eye(3), image_shape=(2, 2)), "with a product of 3"),
    ],
)
def test_loadings_that_do_not_fit(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_loadings_that_are_zero_large_or_named_oddly():
    LoadingsDisplay(np.zeros((2, 3)), codes=np.zeros((4, 2))).plot().plot(kind="biplot")
    names = ["$x", "_y", "a" * 90]
    display = LoadingsDisplay(1e9 * np.eye(3), feature_names=names, codes=np.eye(3)).plot()
    display.figure_.draw_without_rendering()
    assert display.ax_.texts[0].get_text() == "1.0e+09"
    display.plot(kind="biplot").figure_.draw_without_rendering()
