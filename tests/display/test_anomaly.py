"""Pictures of why rows are unusual: bars for one row, a heat map for many."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise

import matplotlib
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skautoencoder import AutoencoderDetector
from skautoencoder.display import AnomalyDisplay
from skautoencoder.display._wording import worded, worded_pair

matplotlib.use("Agg")
plt = pytest.importorskip("matplotlib.pyplot")


DAY = pd.Timestamp("2024-01-02")


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def mixed(n_rows=90):
    """Columns of all kinds that hang on one number."""
    t = np.random.default_rng(0).uniform(-1, 1, n_rows)
    frame = pd.DataFrame({"a": t, "b": 100 * t**2})
    frame["kind"] = np.where(t > 0, "up", "down")
    frame["day"] = pd.Timestamp("2024-01-01") + pd.to_timedelta((100 * t).astype(int), unit="D")
    return frame


def fitted(X):
    return AutoencoderDetector(method="kernel", random_state=0).fit(X)


def texts(labels):
    return [label.get_text() for label in labels]


def test_one_row_has_a_bar_a_column_the_largest_on_top():
    X = mixed()
    detector = fitted(X)
    row = X.iloc[[4]].assign(b=-300.0)
    row.loc[4, "a"] = np.nan
    display = AnomalyDisplay.from_estimator(detector, row).plot()
    found = detector.explain(row)
    names = texts(display.ax_.get_yticklabels())[::-1]
    assert names[0] == "b"
    lengths = [bar.get_width() for bar in display.ax_.patches][::-1]
    assert_allclose(lengths, found["contribution"])
    assert names == list(found["column"])
    (beside,) = display.ax_.child_axes
    said = dict(zip(names, texts(beside.get_yticklabels())[::-1], strict=True))
    assert said["b"].startswith("-300, expected ")
    assert said["a"].startswith("missing, expected ")
    assert said["kind"] == f"{row.loc[4, 'kind']}, expected {row.loc[4, 'kind']}"
    assert said["day"].startswith(f"{row.loc[4, 'day']:%Y-%m-%d}, expected 20")
    score = -detector.score_samples(row)[0]
    assert display.ax_.get_xlabel() == f"contribution, to a score of {score:.3g} in all"


def test_many_rows_are_a_heat_map_the_strangest_on_top():
    X = mixed().drop(columns=["day"])
    detector = fitted(X)
    rows = X.iloc[:6].set_axis([f"row {i}" for i in range(6)])
    rows.loc["row 3", "b"] = 500.0
    display = AnomalyDisplay.from_estimator(detector, rows).plot()
    scores = detector.feature_scores(rows)
    order, columns = np.argsort(-scores.sum(axis=1)), np.argsort(-scores.sum(axis=0))
    assert texts(display.ax_.get_yticklabels()) == list(rows.index[order])
    assert display.row_names[order[0]] == "row 3"
    assert texts(display.ax_.get_xticklabels()) == list(rows.columns[columns])
    assert_allclose(display.ax_.images[0].get_array(), scores[order][:, columns])
    assert_allclose(display.ax_.images[0].get_clim(), (0, scores.max()))
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("column", "row")


@pytest.mark.parametrize("n_rows", [1, 40])
def test_of_many_the_strangest_are_shown(n_rows):
    scores = np.random.default_rng(0).uniform(size=(n_rows, 60))
    display = AnomalyDisplay(scores).plot()
    n_columns = 15 if n_rows == 1 else 20
    rows = np.argsort(-scores.sum(axis=1))[:30]
    most = np.argsort(-scores[rows].sum(axis=0))[:n_columns]
    ax = display.ax_
    labels = ax.get_yticklabels()[::-1] if n_rows == 1 else ax.get_xticklabels()
    assert texts(labels) == list(map(str, most))
    told = ax.get_title() if n_rows == 1 else ax.get_xlabel()
    assert told == f"{n_columns} of 60 columns, which contribute most"
    if n_rows > 1:
        assert ax.get_ylabel() == "30 of 40 rows, which are strangest"
        few = display.plot(max_rows=2, max_features=3).ax_
        assert few.images[0].get_array().shape == (2, 3)


@pytest.mark.parametrize("n_rows", [1, 2, 40])
@pytest.mark.parametrize("n_columns", [1, 3, pytest.param(60, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", ["c", "a very long name, $, of\na column in some unit {}"])
def test_nothing_overlaps_or_is_cut_off(n_rows, n_columns, name):
    rng = np.random.default_rng(0)
    words = {"values": ["a long word " * 5] * n_columns, "expected": [1e-5] * n_columns}
    display = AnomalyDisplay(
        rng.uniform(size=(n_rows, n_columns)),
        feature_names=[name.format(i) for i in range(n_columns)],
        row_names=[f"customer number {i}, of many" for i in range(n_rows)],
        **(words if n_rows == 1 else {}),
    ).plot()
    figure = display.figure_
    figure.draw_without_rendering()
    whole = figure.bbox
    for axes in figure.axes + display.ax_.child_axes:
        inside = axes.get_tightbbox()
        assert whole.x0 <= inside.x0
        assert inside.x1 <= whole.x1
        assert whole.y0 <= inside.y0
        assert inside.y1 <= whole.y1
        for labels in (axes.get_xticklabels(), axes.get_yticklabels()):
            boxes = [label.get_window_extent() for label in labels if label.get_text()]
            assert not any(a.overlaps(b) for a, b in pairwise(boxes))
    assert display.ax_.get_window_extent().width > 0.2 * whole.width


@pytest.mark.parametrize("largest", [0, 0.5, 3.01, 40, 1e4, 1e13])
def test_a_scale_of_any_length_can_be_read(largest):
    scores = np.array([[largest, 0.0], [0.1 * largest, 1e-3 * largest]])
    display = AnomalyDisplay(scores).plot()
    bar = display.figure_.axes[-1]
    display.figure_.draw_without_rendering()
    low, high = bar.get_ylim()
    named = [
        label.get_window_extent()
        for place, label in zip(bar.get_yticks(), bar.get_yticklabels(), strict=True)
        if low <= place <= 1.001 * high
    ]
    assert len(named) >= 2
    assert not any(a.overlaps(b) for a, b in pairwise(named))
    assert high == pytest.approx(max(largest, 0.1))


def test_columns_that_were_set_aside_have_no_bar():
    X = mixed()[["a", "kind"]].assign(name=[f"customer {i}" for i in range(90)])
    with pytest.warns(UserWarning, match="set aside"):
        detector = fitted(X)
    display = AnomalyDisplay.from_estimator(detector, X.iloc[:1]).plot()
    assert sorted(texts(display.ax_.get_yticklabels())) == ["a", "kind"]
    assert display.ax_.get_title() == ""
    told = AnomalyDisplay([[1.0, 0.0]], values=[5, 6], expected=[None, None]).plot()
    assert texts(told.ax_.get_yticklabels()) == ["0"]
    none = AnomalyDisplay([[0.0, 0.0]], values=[5, 6], expected=[None, None]).plot()
    assert len(none.ax_.patches) == 2


def test_long_names_that_begin_alike_are_told_apart():
    names = ["the temperature of the reactor in the " + place for place in ("morning", "evening")]
    shown = AnomalyDisplay([[1.0, 2.0, 0.5]], feature_names=[*names, "b"]).plot()
    assert texts(shown.ax_.get_yticklabels()) == [
        "b", "the temperatur… in the morning", "the temperatur… in the evening"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "first", [StandardScaler(), StandardScaler().set_output(transform="pandas")]
)
def test_a_pipeline_names_what_its_first_steps_give(first):
    X = mixed()[["a", "b"]]
    pipeline = make_pipeline(first, AutoencoderDetector(method="kernel", random_state=0)).fit(X)
    one, many = (AnomalyDisplay.from_estimator(pipeline, X.iloc[:n]) for n in (1, 5))
    rows = pipeline[0].transform(X.iloc[:5])
    assert_allclose(many.contributions, pipeline[-1].feature_scores(rows))
    assert list(many.feature_names) == ["a", "b"]
    of_name = dict(zip(one.feature_names, one.values, strict=True))
    assert_allclose([of_name["a"], of_name["b"]], np.asarray(rows)[0])
    assert_allclose(one.contributions.sum(), many.contributions[0].sum())


def test_a_given_axes_is_drawn_on():
    _, ax = plt.subplots()
    display = AnomalyDisplay([[1.0, 2.0]]).plot(ax)
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert AnomalyDisplay(np.zeros((2, 3))).plot(ax).ax_ is ax  # nothing strange at all


@pytest.mark.parametrize(
    ("value", "other", "said"),
    [
        (5.1, 1.42371, ("5.1", "1.42")),
        (1000.1234, 1000.4567, ("1000.1", "1000.5")),
        (2013, 2009.6, ("2013", "2010")),
        (123456.7, -0.000012345, ("123457", "-1.23e-05")),
        (3.0, 3.0, ("3", "3")),
        (-0.0, np.inf, ("0", "inf")),
        (np.nan, 2, ("missing", "2")),
        (None, "x", ("missing", "x")),
        (True, False, ("True", "False")),
        (np.float32(0.1), np.int8(2), ("0.1", "2")),
        (DAY, datetime(2024, 1, 2, 3, 4, 5), ("2024-01-02", "2024-01-02 03:04:05")),
        (date(2024, 1, 2), pd.NaT, ("2024-01-02", "missing")),
    ],
)  # fmt: skip
def test_two_values_are_worded_with_digits_that_tell_them_apart(value, other, said):
    assert worded_pair(value, other) == said
    assert worded(value) in (said[0], "1000")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"feature_names": ["a"]}, "feature_names must have 2 entries, .* Got 1"),
        ({"row_names": ["a", "b"]}, "row_names must have 1 entries"),
        ({"values": [1, 2]}, "must be given together"),
        ({"values": [1], "expected": [1]}, "values must have 2"),
    ],
)
def test_bad_input(given, message):
    with pytest.raises(ValueError, match=message):
        AnomalyDisplay([[1.0, 2.0]], **given)
    with pytest.raises(ValueError, match="of one row"):
        AnomalyDisplay(np.eye(2), values=[1, 2], expected=[1, 2])
