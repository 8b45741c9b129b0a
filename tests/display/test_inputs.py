"""Every display takes what users have: pipelines, searches, frames; dates; words for matplotlib."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime

import matplotlib
import numpy as np
import pandas as pd
import polars as pl
import pytest
from matplotlib.figure import Figure
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.cluster import KMeans
from sklearn.compose import make_column_transformer
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skautoencoder import (
    AutoencoderDetector,
    AutoencoderSearchCV,
    TableAutoencoderTransformer,
    display,
)
from skautoencoder.comparison import LARGER_IS_BETTER, Comparison
from tests.conftest import quick

matplotlib.use("Agg")


def frame_of(n_rows=60, library=pd):
    """A table with a gap, words, truth values and dates."""
    rng = np.random.RandomState(0)
    a = rng.standard_normal(n_rows)
    columns = {
        "size": np.where(np.arange(n_rows) == 3, np.nan, a).tolist(),
        "weight": (a**2 + 0.1 * rng.standard_normal(n_rows)).tolist(),
        "kind": rng.choice(["x", "y", "z"], n_rows).tolist(),
        "sold": (np.datetime64("2024-01-01", "us") + rng.randint(0, 99, n_rows) * DAY).tolist(),
    }
    return library.DataFrame(columns)


DAY = np.timedelta64(1, "D")
FRAME = frame_of()
NUMBERS = FRAME[["weight"]].assign(other=FRAME["weight"] ** 2, third=np.arange(60.0))
CLASSES = np.where(NUMBERS["third"] < 30, "low", "high")


def encoder():
    fill = make_pipeline(SimpleImputer(), StandardScaler())
    return make_column_transformer(
        (fill, ["size", "weight"]), (OneHotEncoder(), ["kind"]), sparse_threshold=0
    )


def table(**settings):
    small = {"hidden_layer_sizes": (16,), "max_iter": 3, "random_state": 0}
    return TableAutoencoderTransformer(2, **(small | settings))


ESTIMATORS = {
    "autoencoder": lambda: quick().fit(NUMBERS),
    "array": lambda: quick().fit(NUMBERS.to_numpy()),
    "sparse": lambda: quick().fit(sparse.csr_array(NUMBERS.to_numpy())),
    "gaps": lambda: quick().fit(NUMBERS.where(NUMBERS["third"] != 4)),
    "pipeline": lambda: make_pipeline(StandardScaler(), quick()).fit(NUMBERS),
    "columns": lambda: make_pipeline(encoder(), quick()).fit(FRAME),
    "classifier": lambda: make_pipeline(encoder(), quick(), LogisticRegression()).fit(
        FRAME, CLASSES
    ),
    "clusters": lambda: make_pipeline(StandardScaler(), quick(), KMeans(2, random_state=0)).fit(
        NUMBERS
    ),
    "table": lambda: table().fit(FRAME),
    "polars": lambda: table().fit(frame_of(library=pl)),
    "table in pipeline": lambda: make_pipeline(table(), LogisticRegression()).fit(FRAME, CLASSES),
    "search": lambda: AutoencoderSearchCV(
        make_pipeline(StandardScaler(), quick()),
        {"autoencodertransformer__learning_rate": [1e-3, 1e-2]},
        cv=2,
    ).fit(NUMBERS),
    "grid search": lambda: GridSearchCV(
        make_pipeline(encoder(), quick(), LogisticRegression()),
        {"logisticregression__C": [1]},
        cv=2,
    ).fit(FRAME, CLASSES),
}
QUICK = ("autoencoder", "classifier", "table")  # the others each compile a program of their own
ROWS = {
    "array": NUMBERS.to_numpy(),
    "sparse": sparse.csr_array(NUMBERS.to_numpy()),
    "gaps": NUMBERS.where(NUMBERS["third"] != 4),
    "polars": frame_of(library=pl),
} | dict.fromkeys(["columns", "classifier", "table", "table in pipeline", "grid search"], FRAME)
FROM_ESTIMATOR = {
    "CodeDisplay": lambda estimator, X: display.CodeDisplay.from_estimator(estimator, X, y=CLASSES),
    "ReconstructionDisplay": lambda estimator, X: display.ReconstructionDisplay.from_estimator(
        estimator, X[:4]
    ),
    "DecoderDisplay": lambda estimator, X: display.DecoderDisplay.from_estimator(
        estimator, X, n_across=3
    ),
    "LoadingsDisplay": lambda estimator, X: display.LoadingsDisplay.from_estimator(estimator, X),
    "LossCurveDisplay": lambda estimator, X: display.LossCurveDisplay.from_estimator(estimator),
}
N_COLUMNS = dict.fromkeys(["columns", "classifier", "grid search"], 5) | dict.fromkeys(
    ["table", "polars", "table in pipeline"], 6
)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    from matplotlib import pyplot  # here, as a test imports this file where there is none

    pyplot.close("all")


@pytest.fixture(scope="module")
def fitted():
    found = {}

    def get(name):
        if name not in found:
            found[name] = ESTIMATORS[name]()
        return found[name]

    return get


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[] if n in QUICK else pytest.mark.slow) for n in ESTIMATORS]
)
def test_every_display_takes_what_was_fitted(fitted, name):
    estimator, X = fitted(name), ROWS.get(name, NUMBERS)
    drawn = {}
    for which, make in FROM_ESTIMATOR.items():
        drawn[which] = make(estimator, X).plot(Figure().add_subplot())
        drawn[which].figure_.draw_without_rendering()
    n_columns = N_COLUMNS.get(name, 3)
    assert drawn["CodeDisplay"].codes.shape == (60, 2)
    assert drawn["ReconstructionDisplay"].reconstructions.shape == (4, n_columns)
    assert drawn["DecoderDisplay"].decoded.shape == (9, n_columns)
    assert drawn["LoadingsDisplay"].loadings.shape == (2, n_columns)
    assert len(drawn["LossCurveDisplay"].loss_curve) > 1


@pytest.mark.slow
def test_a_pipeline_is_drawn_up_to_its_last_transformer(fitted):
    pipeline = fitted("classifier")
    codes = display.CodeDisplay.from_estimator(pipeline, FRAME).codes
    assert_allclose(codes, pipeline[:-1].transform(FRAME))
    search = fitted("grid search")
    codes = display.CodeDisplay.from_estimator(search, FRAME).codes
    assert_allclose(codes, search.best_estimator_[:-1].transform(FRAME))
    for nothing in (LogisticRegression(), make_pipeline(KMeans(2))):
        with pytest.raises(TypeError, match=r"must be, or have, a fitted transformer\. Got"):
            display.CodeDisplay.from_estimator(nothing, NUMBERS)


def test_a_table_is_rebuilt_as_it_is_encoded(fitted):
    ours = fitted("table")
    shown = display.ReconstructionDisplay.from_estimator(ours, FRAME.iloc[:4]).plot()
    names = [text.get_text() for text in shown.ax_.get_xticklabels()]
    assert set(names) == {"size", "weight", "kind: x", "kind: y", "kind: z", "sold"}
    for row, kind in zip(shown.originals, FRAME["kind"], strict=False):
        assert row[names.index(f"kind: {kind}")] == 1
    rows = ours._encoded(FRAME.iloc[:4])
    assert_allclose(shown.originals, rows)
    error = np.nansum((rows - shown.reconstructions)[:3] ** 2, axis=1)
    assert_allclose(error, -ours.score_samples(FRAME.iloc[:3]), rtol=1e-4)
    assert display.LoadingsDisplay.from_estimator(ours).feature_names == names


def test_a_detector_in_a_search_or_pipeline():
    detector = AutoencoderDetector(method="kernel", random_state=0)
    pipeline = make_pipeline(StandardScaler(), detector).fit(NUMBERS)
    shown = display.AnomalyDisplay.from_estimator(pipeline, NUMBERS.iloc[:3])
    assert list(shown.feature_names) == list(NUMBERS)
    assert shown.contributions.shape == (3, 3)
    array = NUMBERS.to_numpy()
    shown = display.AnomalyDisplay.from_estimator(pipeline.fit(array), array[:3])
    assert shown.contributions.shape == (3, 3)


def test_columns_in_units_of_their_own_can_all_be_seen():
    rows = np.random.RandomState(0).uniform(size=(3, 4)) * [1, 1, 1e4, 0]
    rows[0, 1] = np.nan
    rebuilt = 1.1 * np.nan_to_num(rows)
    shown = display.ReconstructionDisplay(rows, rebuilt, feature_names=list("abcd")).plot()
    first, rebuilt_first = (line.get_ydata() for line in shown.ax_.lines[:2])
    both = np.vstack([rows, rebuilt])
    low, high = np.nanmin(both, axis=0), np.nanmax(both, axis=0)
    expected = (rows - low)[0, :3] / (high - low)[:3]
    assert_allclose(first[:3], expected)
    assert_allclose(rebuilt_first[3], 0)
    assert "each from its lowest" in shown.ax_.get_xlabel()
    plain = display.ReconstructionDisplay(rows, rebuilt).plot()
    assert_allclose(plain.ax_.lines[0].get_ydata(), rows[0])


@pytest.mark.parametrize("image_shape", [None, (1, 3)])
def test_one_component_is_a_line(image_shape):
    pca = PCA(1).fit(NUMBERS)
    line = display.DecoderDisplay.from_estimator(
        pca, NUMBERS, n_across=4, image_shape=image_shape
    ).plot()
    codes = pca.transform(NUMBERS)
    ends = np.quantile(codes, [0.02, 0.98])
    assert_allclose(line.decoded[[0, -1]], pca.inverse_transform(ends[:, None]))
    for y in (None, CLASSES, codes[:, 0]):
        band = display.CodeDisplay.from_estimator(pca, NUMBERS, y=y).plot()
        drawn = np.concatenate([dots.get_offsets()[:, 0] for dots in band.ax_.collections[:2]])
        assert_allclose(np.sort(drawn), np.sort(codes[:, 0]))
        assert list(band.ax_.get_yticks()) == list(line.ax_.get_yticks()) == []


# -- what rows belong to


MOMENTS = [datetime(2024, 1, 1), datetime(2024, 6, 1, 12), None]


@pytest.mark.parametrize(
    "y",
    [
        np.array(MOMENTS, "datetime64[ns]"),
        MOMENTS,
        [date(2024, 1, 1), date(2024, 6, 1), None],
        pd.Series(MOMENTS),
        pd.Series(MOMENTS).dt.tz_localize("Europe/Vienna"),
        [datetime(2024, 1, 1, tzinfo=UTC), np.datetime64("2024-06-01"), pd.NaT],
        pl.Series(MOMENTS),
        pl.Series([date(2024, 1, 1), date(2024, 6, 1), None]),
    ],
)
def test_dates_are_on_a_bar_of_dates(y):
    shown = display.CodeDisplay(np.arange(6.0).reshape(3, 2), y=y).plot()
    gone, drawn = shown.ax_.collections
    assert len(gone.get_offsets()) == 1
    since = [matplotlib.dates.num2date(value) for value in drawn.get_array()]
    assert [moment.date() for moment in since] == [date(2024, 1, 1), date(2024, 6, 1)]
    bar = shown.figure_.axes[-1]
    shown.figure_.draw_without_rendering()
    assert "Feb" in [text.get_text() for text in bar.get_yticklabels()]


def test_spans_are_days():
    y = np.array([1, 36, "NaT"], "timedelta64[h]")
    shown = display.CodeDisplay(np.eye(3), y=y).plot()
    assert_allclose(shown.ax_.collections[-1].get_array(), [1 / 24, 1.5])


def test_long_names_that_begin_alike_are_told_apart():
    names = ["customers of the shop in the city of " + city for city in ("Linz", "Graz")]
    shown = display.CodeDisplay(np.eye(2), y=names).plot()
    texts = [text.get_text() for text in shown.ax_.get_legend().get_texts()]
    assert texts == ["customers of t…he city of Graz", "customers of t…he city of Linz"]
    alike = ["a" * 40 + "b" + "c" * 40, "a" * 40 + "d" + "c" * 40]
    shown = display.LoadingsDisplay(np.eye(2), feature_names=alike).plot(Figure().add_subplot())
    ends = [text.get_text()[-4:] for text in shown.ax_.get_yticklabels()]
    assert ends == [" [0]", " [1]"]


# -- matplotlib


def records():
    for name in ("PCA", "ours"):
        for size in (2, 4):
            head = {"transformer": name, "n_components": size, "fold": 0, "error": None}
            yield head | dict.fromkeys(LARGER_IS_BETTER, np.nan) | {"squared_error": 1 / size}


CODES = np.random.RandomState(0).standard_normal((20, 2))
MADE = {
    "AnomalyDisplay, bars": lambda: display.AnomalyDisplay([[1.0, 2.0]]),
    "AnomalyDisplay": lambda: display.AnomalyDisplay(np.eye(3)),
    "CodeDisplay": lambda: display.CodeDisplay(CODES),
    "CodeDisplay, classes": lambda: display.CodeDisplay(CODES, y=[0, 1, 2, None] * 5),
    "CodeDisplay, numbers": lambda: display.CodeDisplay(CODES, y=CODES[:, 0]),
    "ComparisonDisplay": lambda: display.ComparisonDisplay.from_comparison(
        Comparison(list(records()), 2, 1)
    ),
    "DecoderDisplay": lambda: display.DecoderDisplay(np.eye(4), (0, 1, 0, 1), n_across=2),
    "DecoderDisplay, images": lambda: display.DecoderDisplay(
        np.eye(4), (0, 1, 0, 1), n_across=2, image_shape=(2, 2)
    ),
    "LoadingsDisplay": lambda: display.LoadingsDisplay(np.eye(4)),
    "LoadingsDisplay, images": lambda: display.LoadingsDisplay(np.eye(4), image_shape=(2, 2)),
    "LossCurveDisplay": lambda: display.LossCurveDisplay([2, 1], [2, 1.5], level=2),
    "ReconstructionDisplay": lambda: display.ReconstructionDisplay(np.eye(4), np.eye(4)),
    "ReconstructionDisplay, images": lambda: display.ReconstructionDisplay(
        np.eye(4), np.eye(4), image_shape=(2, 2)
    ),
}


def artists(ax):
    return [*ax.collections, *ax.images, *ax.lines, *ax.patches]


@pytest.mark.parametrize("name", MADE)
def test_words_for_matplotlib_go_on_to_it(name):
    ax = Figure().add_subplot()
    MADE[name]().plot(ax, alpha=0.123, zorder=7.5)
    given = [one for one in artists(ax) if one.get_alpha() == 0.123]
    assert given
    assert any(one.get_zorder() == 7.5 for one in given)
    with pytest.raises((AttributeError, TypeError), match="colour_of_it"):
        MADE[name]().plot(Figure().add_subplot(), colour_of_it="red")


def test_short_and_long_words_are_one():
    ax = Figure().add_subplot()
    display.LossCurveDisplay([2, 1]).plot(ax, ls=":", lw=5, c="red")
    (line,) = ax.lines
    assert (line.get_linestyle(), line.get_linewidth(), line.get_color()) == (":", 5, "red")
    ax = Figure().add_subplot()
    display.CodeDisplay(CODES, y=["a", "b"] * 10).plot(ax, s=99, marker="*", lw=2, color="red")
    assert ax.collections[0].get_sizes() == [99]
    assert ax.collections[1].get_linewidths() == [2]
    assert all(dots.get_facecolor()[0, :3].tolist() == [1, 0, 0] for dots in ax.collections)
    ax = Figure().add_subplot()
    norm = matplotlib.colors.LogNorm(0.1, 10)
    display.LoadingsDisplay(1 + np.eye(4)).plot(ax, norm=norm, cmap="gray")
    assert ax.images[0].norm is norm
    ax = Figure().add_subplot()
    display.CodeDisplay(CODES, y=CODES[:, 0]).plot(ax, cmap="gray", vmin=-9)
    assert ax.collections[0].get_clim()[0] == -9


@pytest.mark.slow
def test_a_given_axes_needs_no_pyplot_and_nothing_global_changes():
    program = """
import sys
import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
sys.modules["matplotlib.pyplot"] = None
from tests.display.test_inputs import CODES, MADE
from skautoencoder.display import LoadingsDisplay, CodeDisplay
before = dict(matplotlib.rcParams)
for make in MADE.values():
    figure = Figure()
    FigureCanvasAgg(figure)
    assert make().plot(figure.add_subplot()).figure_ is figure
    figure.canvas.draw()
LoadingsDisplay(CODES[:2], codes=CODES).plot(Figure().add_subplot(), kind="biplot")
CodeDisplay(CODES, thumbnails=CODES[:, [0, 0]], image_shape=(1, 2)).plot(Figure().add_subplot())
assert dict(matplotlib.rcParams) == before
"""
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("name", MADE)
def test_a_missing_matplotlib_is_told(monkeypatch, name):
    made = MADE[name]()
    for gone in ("matplotlib", "matplotlib.pyplot"):
        monkeypatch.setitem(sys.modules, gone, None)
    wanted = rf'{type(made).__name__}.plot draws .* pip install "skautoencoder\[plot\]"'
    with pytest.raises(ImportError, match=wanted):
        made.plot()


def test_a_missing_pandas_is_told_of_comparisons(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r'pandas.* pip install "skautoencoder\[plot\]"'):
        MADE["ComparisonDisplay"]()


def test_pca_in_a_pipeline_with_a_classifier():
    pipeline = make_pipeline(StandardScaler(), PCA(2), LogisticRegression()).fit(NUMBERS, CLASSES)
    shown = display.LoadingsDisplay.from_estimator(pipeline, NUMBERS)
    assert shown.feature_names == list(NUMBERS)
    assert_allclose(shown.codes, pipeline[:-1].transform(NUMBERS))
