"""AutoencoderDetector: what any detector does, thresholds that hold, reasons that are right."""

from __future__ import annotations

import pickle
import warnings
from functools import cache

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from skautoencoder import (
    AutoencoderDetector,
    AutoencoderSearchCV,
    AutoencoderTransformer,
    ConvolutionalAutoencoderTransformer,
    RBMTransformer,
    TableAutoencoderTransformer,
    load,
    save,
)
from tests.conftest import quick

SMALL = {"hidden_layer_sizes": (8,), "max_iter": 2}


def kernel(**parameters):
    return AutoencoderDetector(method="kernel", random_state=0, **parameters)


def with_network(max_iter=2, **parameters):
    network = AutoencoderTransformer(1, hidden_layer_sizes=(16,), max_iter=max_iter)
    return AutoencoderDetector(network, random_state=0, **parameters)


def parabola(n_rows=300, seed=0):
    rng = np.random.default_rng(seed)
    t = rng.uniform(-1, 1, n_rows)
    return np.column_stack([t, t**2, -t]) + 0.03 * rng.standard_normal((n_rows, 3))


# Each value is usual, but not beside the others.
STRANGE = np.array([[0.0, 0.9, 0.0], [0.8, 0.6, 0.8], [9.0, 9.0, 9.0]])


def frame(n_rows=240, seed=0):
    """Colour tells size; days and flags tell nothing."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 3, n_rows)
    return pd.DataFrame(
        {
            "size": 2.0 * kind + rng.normal(0, 0.2, n_rows),
            "color": np.array(["red", "green", "blue"])[kind],
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 30, n_rows), "D"),
            "ok": rng.random(n_rows) < 0.5,
        }
    )


@parametrize_with_checks([AutoencoderDetector(method="kernel")])
def test_scikit_learns_checks(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of few rows
        check(estimator)


@pytest.mark.slow
@parametrize_with_checks([with_network(method="network"), kernel(contamination=0.1)])
def test_scikit_learns_checks_of_other_methods(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(estimator)


# -- what any detector does

MADE = {
    "kernel": kernel,
    "network": lambda: with_network(50, method="network"),
    "blend": with_network,
}
each_method = pytest.mark.parametrize("make", MADE.values(), ids=MADE)


@pytest.mark.parametrize(
    "make",
    [MADE["kernel"], MADE["blend"], pytest.param(MADE["network"], marks=pytest.mark.slow)],
)
def test_strange_rows_are_found(make):
    detector = make().fit(parabola())
    fresh = parabola(seed=1)
    rows = np.vstack([fresh, STRANGE])
    strange = np.arange(len(rows)) >= len(fresh)
    assert roc_auc_score(strange, -detector.score_samples(rows)) > 0.97
    assert_array_equal(detector.predict(STRANGE), -1)


@each_method
def test_methods_agree_with_each_other(make):
    X = parabola()
    detector = make()
    flagged = detector.fit_predict(X)
    rows = np.vstack([X, parabola(seed=1), STRANGE])
    decision = detector.decision_function(rows)
    assert_allclose(decision, detector.score_samples(rows) - detector.offset_)
    assert_array_equal(detector.predict(rows), np.where(decision < 0, -1, 1))
    assert_array_equal(detector.predict(rows) == -1, detector.p_values(rows) <= detector.level)
    assert_array_equal(detector.predict(X), flagged)
    assert np.all(detector.score_samples(rows) <= 0)


def test_p_values_are_ranks_among_the_training_rows():
    X = parabola(99)
    detector = kernel().fit(X)
    score = detector.score_samples(X)
    assert_allclose(np.sort(score), detector.calibration_scores_)
    wanted = (1 + (score <= score[:, None]).sum(axis=1)) / 100
    assert_allclose(detector.p_values(X), wanted)
    assert detector.p_values(STRANGE).min() == 1 / 100


def test_training_rows_do_not_flatter_themselves():
    """By the distances of a forest of nearest rows, training rows would all be at zero."""
    X = np.random.default_rng(0).standard_normal((300, 8))
    detector = kernel().fit(X)
    fresh = np.random.default_rng(1).standard_normal((3000, 8))
    assert_allclose(
        detector.score_samples(X).mean(), detector.score_samples(fresh).mean(), rtol=0.1
    )


def test_a_training_row_is_known_again_alone_and_among_others():
    X = parabola()
    detector = kernel().fit(X)
    assert_allclose(detector.score_samples(X[5:6]), detector.score_samples(X)[5])
    moved = X[5:6] + 1e-3
    assert detector.score_samples(moved) != detector.score_samples(X[5:6])


@pytest.mark.parametrize("n_copies", [pytest.param(1, marks=pytest.mark.slow), 4])
def test_thresholds_hold_whatever_the_number_of_copies(n_copies):
    """Copies in training must not make new rows strange."""
    X = np.random.default_rng(0).standard_normal((400, 5))
    fresh = np.random.default_rng(1).standard_normal((1500, 5))
    p = kernel().fit(np.repeat(X, n_copies, axis=0)).p_values(fresh)
    assert 0.02 < (p <= 0.05).mean() < 0.09


def test_thresholds_hold_where_many_new_rows_are_old_ones():
    values = np.random.default_rng(0).integers(0, 3, (3000, 4)).astype(float)
    p = kernel().fit(values[:1000]).p_values(values[1000:])
    assert (p <= 0.05).mean() < 0.07


@pytest.mark.parametrize(
    "level", [0.05, *(pytest.param(one, marks=pytest.mark.slow) for one in (0.01, 0.3))]
)
def test_a_level_is_the_share_of_normal_rows_that_are_flagged(level):
    X, fresh = (np.random.default_rng(s).standard_normal((n, 4)) for s, n in ((0, 600), (1, 2500)))
    found = (kernel(level=level).fit(X).predict(fresh) == -1).mean()
    assert abs(found - level) < 0.02 + level / 5


def test_labels_keep_rows_of_one_group_out_of_their_own_judgement():
    """Ten measures of each of thirty people: those of a new person are not strange."""
    rng = np.random.default_rng(0)
    people = rng.standard_normal((60, 3))
    measures = np.repeat(people, 10, axis=0) + 0.05 * rng.standard_normal((600, 3))
    old, new = measures[:300], measures[300:]
    groups = np.repeat(np.arange(30), 10)
    assert (kernel().fit(old).predict(new) == -1).mean() > 0.5
    assert (kernel().fit(old, groups=groups).predict(new) == -1).mean() < 0.3


def test_the_same_seed_gives_the_same_scores():
    X = parabola(90)
    one, other = (with_network().fit(X).score_samples(STRANGE) for _ in range(2))
    assert_array_equal(one, other)


# What PyOD's tests state of any of its detectors, on data as it makes them: a crowd of normal
# rows, a tenth of others all around.


def made(n_rows=200, seed=0):
    rng = np.random.default_rng(seed)
    strange = np.arange(n_rows) >= 0.9 * n_rows
    around = rng.uniform(-10, 10, (n_rows, 2))
    return np.where(strange[:, None], around, rng.standard_normal((n_rows, 2))), strange


STATEMENTS = {
    "a score for each training row": lambda d, X, y: d.calibration_scores_.shape == (180,),
    "a score for each new row": lambda d, X, y: d.decision_function(X).shape == (200,),
    "new scores tell strange rows": lambda d, X, y: roc_auc_score(y, -d.score_samples(X)) > 0.9,
    "two labels": lambda d, X, y: set(d.predict(X)) == {-1, 1},
    "labels by the threshold": lambda d, X, y: (
        (d.predict(X) == -1) == (d.score_samples(X) < d.offset_)
    ).all(),
    "shares are probabilities": lambda d, X, y: np.all((d.p_values(X) > 0) & (d.p_values(X) <= 1)),
    "ranks go with scores": lambda d, X, y: np.all(
        np.diff(d.p_values(X)[np.argsort(d.score_samples(X))]) >= 0
    ),
    "a clone is not fitted": lambda d, X, y: not hasattr(clone(d), "offset_"),
    "labels of a fit": lambda d, X, y: clone(d).fit_predict(X).shape == (200,),
}


@cache
def fitted_to_made_rows():
    return kernel(contamination=0.1).fit(made()[0])


@pytest.mark.parametrize("says", STATEMENTS.values(), ids=STATEMENTS)
def test_what_is_said_of_any_detector(says):
    assert says(fitted_to_made_rows(), *made(seed=1))


# -- bad rows among the training rows


@pytest.mark.parametrize(
    "share", [0.1, *(pytest.param(one, marks=pytest.mark.slow) for one in (0.02, 0.5))]
)
def test_a_share_of_the_training_rows_is_flagged(share):
    X = parabola()
    detector = kernel(contamination=share)
    assert (detector.fit_predict(X) == -1).sum() == round(share * len(X))


def test_a_crowd_of_bad_rows_is_not_learnt_from():
    crowd = np.array([2.0, -2.0, 2.0]) + 0.01 * np.random.default_rng(0).standard_normal((15, 3))
    X = np.vstack([parabola(), crowd])
    assert (kernel().fit(X).predict(crowd) == -1).mean() < 0.5
    assert (kernel(contamination=0.1).fit(X).predict(crowd) == -1).all()


# -- data of all kinds


def test_units_of_columns_make_no_difference():
    X, units = parabola(120), np.array([1e-12, 1.0, 1e12])
    one = kernel().fit(X).score_samples(STRANGE)
    other = kernel().fit(X * units).score_samples(STRANGE * units)
    assert_allclose(one, other, rtol=1e-6)


def test_rows_far_outside_have_the_lowest_score_and_a_number():
    detector = with_network().fit(parabola(120))
    for far in (1e9, 1e150, 1e308):
        rows = np.vstack([STRANGE, np.full((1, 3), far), np.full((1, 3), -far)])
        score = detector.score_samples(rows)
        assert np.isfinite(score).all()
        assert score[:3].min() > score[3:].max()
        assert_allclose(detector.feature_scores(rows).sum(axis=1), -score)


def test_gaps_may_be_anywhere():
    X = parabola(400)
    holes = np.where(np.random.default_rng(0).random(X.shape) < 0.15, np.nan, X)
    fresh = parabola(1000, seed=1)
    fresh_holes = np.where(np.random.default_rng(1).random(fresh.shape) < 0.15, np.nan, fresh)
    detector = kernel().fit(holes)
    assert 0.01 < (detector.predict(fresh_holes) == -1).mean() < 0.12
    assert_array_equal(detector.predict(STRANGE), -1)
    # learnt from complete rows, half a row of which nothing is strange
    half = kernel().fit(X).p_values([[np.nan, 0.36, np.nan], [np.nan, np.nan, np.nan]])
    assert half.min() > 0.1


def test_frames_of_all_types_go_in_and_reasons_come_out():
    detector = kernel().fit(frame())
    asked = frame(3, seed=1)
    asked.loc[0, ["size", "color"]] = [4.0, "red"]
    asked.loc[1, "day"] = pd.NaT
    assert_array_equal(detector.predict(asked), [-1, 1, 1])
    why = detector.explain(asked, n_reasons=2)
    assert list(why.columns) == ["row", "column", "value", "expected", "contribution"]
    assert list(why["row"]) == [0, 0, 1, 1, 2, 2]
    assert set(why["column"][:2]) == {"size", "color"}
    of_color = why[(why["row"] == 0) & (why["column"] == "color")].iloc[0]
    assert (of_color["value"], of_color["expected"]) == ("red", "blue")


def test_frames_of_polars_and_of_pandas_are_alike():
    pandas = kernel().fit(frame()).score_samples(frame(9, seed=1))
    other = kernel().fit(pl.from_pandas(frame())).score_samples(pl.from_pandas(frame(9, seed=1)))
    assert_allclose(pandas, other)


def test_a_level_that_was_never_seen_is_strange_and_told():
    detector = kernel().fit(frame())
    asked = frame(2, seed=1)
    asked.loc[0, "color"] = "pink"
    with pytest.warns(UserWarning, match=r"none of those it saw, in column 'color': 'pink'"):
        assert_array_equal(detector.predict(asked), [-1, 1])


def test_columns_that_are_set_aside_have_no_share():
    rows = frame().assign(id=[f"person {number}" for number in range(240)])
    with pytest.warns(UserWarning, match="set aside: 'id'"):
        detector = kernel().fit(rows)
    assert not detector.feature_scores(rows[:4])[:, 4].any()
    assert detector.n_features_in_ == 5


def test_a_constant_column_of_a_frame_is_no_reason():
    rows = frame()
    rows.insert(0, "country", "here")
    rows.insert(2, "year", 2024)
    detector = kernel().fit(rows)
    why = detector.explain(rows[:20], n_reasons=3)
    assert not {"country", "year"} & set(why["column"])
    sizes = why[why["column"] == "size"]
    assert np.abs(sizes["expected"].astype(float) - sizes["value"].astype(float)).max() < 2
    assert not detector.feature_scores(rows[:20])[:, [0, 2]].any()


def test_kinds_are_taken_as_they_are_said():
    rows = pd.DataFrame({"code": np.arange(200) % 3, "x": np.random.default_rng(0).random(200)})
    detector = kernel(kinds={"code": "category"}).fit(rows)
    assert detector._reading.encoding.kinds["code"] == "category"


NETWORKS = {
    "dense": quick(1),
    "search": AutoencoderSearchCV(
        AutoencoderTransformer(**SMALL, random_state=0), {"n_components": [1, 2]}, cv=2
    ),
    "table": TableAutoencoderTransformer(1, **SMALL),
    "PCA": PCA(1),
    "pipeline": make_pipeline(StandardScaler(), AutoencoderTransformer(1, **SMALL)),
    "no seed": AutoencoderTransformer(1, objective="denoising", **SMALL),
}


@pytest.mark.slow
@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_any_of_our_estimators_serves(network):
    detector = AutoencoderDetector(network, random_state=0).fit(parabola(90))
    assert len(detector.estimators_) == 3
    assert detector.score_samples(STRANGE).max() < detector.score_samples(parabola(90)).mean()


@pytest.mark.slow
def test_a_table_autoencoder_lends_its_losses_and_kinds():
    network = TableAutoencoderTransformer(2, kinds={"ok": "drop"}, **SMALL)
    detector = AutoencoderDetector(network, random_state=0).fit(frame())
    assert detector._reading.encoding.kinds["ok"] == "drop"
    assert type(detector.estimators_[0].loss).__name__ == "MixedLoss"


IMAGES = {
    "convolutional": ConvolutionalAutoencoderTransformer(
        4, image_shape=(8, 8), channels=(4,), max_iter=2
    ),
    "machine": RBMTransformer(4, n_iter=2),
    "cross entropy": AutoencoderTransformer(4, loss="cross_entropy", **SMALL),
}


@pytest.mark.slow
@pytest.mark.parametrize("network", IMAGES.values(), ids=IMAGES)
def test_images_are_given_as_they_are(network):
    X, y = load_digits(return_X_y=True)
    X = X / 16
    detector = AutoencoderDetector(network, standardize=False, random_state=0)
    detector.fit(X[y == 0][:90])
    assert detector.score_samples(X[y == 1][:20]).max() < detector.offset_


# -- reasons


@each_method
def test_shares_add_up_to_the_score_and_are_not_negative(make):
    detector = make().fit(parabola())
    rows = np.vstack([parabola(10, seed=1), STRANGE, [[np.nan, 0.9, 0.0]]])
    shares = detector.feature_scores(rows)
    assert_allclose(shares.sum(axis=1), -detector.score_samples(rows))
    assert shares.min() >= 0
    assert shares[-1, 0] == 0  # a gap


def test_the_column_that_was_changed_has_the_largest_share():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((800, 2)) @ rng.standard_normal((2, 6))
    X += 0.1 * rng.standard_normal(X.shape)
    detector = kernel().fit(X[:700])
    rows, changed = X[700:].copy(), rng.integers(0, 6, 100)
    rows[np.arange(100), changed] += 3 * X.std(axis=0)[changed]
    assert (detector.feature_scores(rows).argmax(axis=1) == changed).mean() > 0.9


def test_what_is_expected_of_a_column_is_what_the_others_say():
    why = kernel().fit(parabola()).explain(np.array([[0.6, 0.9, -0.6]]))
    assert why["column"][0] == 1
    assert_allclose(why["expected"][0], 0.36, atol=0.15)
    assert why["contribution"].is_monotonic_decreasing


def test_explain_names_columns_and_takes_a_number_of_reasons():
    rows = pd.DataFrame(parabola(), columns=["a", "b", "c"])
    detector = kernel().fit(rows)
    assert set(detector.explain(rows[:2])["column"]) == {"a", "b", "c"}
    assert len(detector.explain(rows[:2], n_reasons=1)) == 2
    with pytest.raises(ValueError, match="n_reasons == 0, must be >= 1"):
        detector.explain(rows[:2], n_reasons=0)


# -- bad input


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"contamination": 0.0}, r"'contamination' parameter .* \(0.0, 0.5\]"),
        ({"contamination": 0.6}, r"'contamination' parameter .* Got 0.6"),
        ({"contamination": "some"}, "'contamination' parameter"),
        ({"level": 1.0}, "'level' parameter"),
        ({"method": "both"}, "'method' parameter"),
        ({"estimator": "pca"}, "'estimator' parameter"),
        ({"kinds": ["number"]}, "'kinds' parameter"),
    ],
)
def test_a_parameter_out_of_range_is_named(parameters, said):
    with pytest.raises(ValueError, match=said):
        AutoencoderDetector(**parameters).fit(parabola(20))


@pytest.mark.parametrize(
    ("X", "said"),
    [
        (np.ones((20, 3)), "No column of X varies"),
        (np.full((20, 3), np.nan), "No column of X varies"),
        (np.array([[1.0, np.inf]] * 5), "infinity"),
        (np.repeat(np.eye(2), 10, axis=0), "X has 2 different rows to learn from.* at least 3"),
        (np.eye(2), "minimum of 3 is required"),
        (np.array([["a", "b"]] * 5), "could not convert string to float"),
    ],
)
def test_data_to_learn_nothing_from_is_refused(X, said):
    detector = kernel().fit(parabola(60))
    before = detector.score_samples(STRANGE)
    with pytest.raises(ValueError, match=said):
        detector.fit(X)
    assert_array_equal(detector.score_samples(STRANGE), before)  # an earlier fit stays


def test_too_few_groups_are_refused():
    with pytest.raises(ValueError, match="X has 2 groups of rows"):
        kernel().fit(parabola(20), groups=np.arange(20) % 2)


def test_a_column_without_values_is_told():
    X = np.hstack([parabola(60), np.full((60, 1), np.nan)])
    with pytest.warns(UserWarning, match="Column 3: no row has a value there"):
        detector = kernel().fit(X)
    assert np.isfinite(detector.score_samples(np.hstack([STRANGE, np.ones((3, 1))]))).all()


def test_few_rows_say_what_they_cannot_tell():
    with pytest.warns(UserWarning, match=r"level=0.05 cannot be told from 15 rows.* 1/16"):
        detector = kernel().fit(parabola(15))
    assert_array_equal(detector.predict(STRANGE), -1)
    assert_array_equal(detector.p_values(STRANGE), 1 / 16)


@pytest.mark.parametrize(
    "method", ["predict", "score_samples", "decision_function", "p_values", "explain"]
)
def test_nothing_is_said_before_a_fit(method):
    with pytest.raises(NotFittedError):
        getattr(kernel(), method)(parabola(5))
    with pytest.raises(NotFittedError):
        _ = kernel().estimators_


def test_other_columns_are_refused():
    detector = kernel().fit(frame())
    with pytest.raises(ValueError, match="X lacks columns that fit saw: 'color'"):
        detector.predict(frame().drop(columns="color"))
    with pytest.raises(ValueError, match="X has 2 features"):
        kernel().fit(parabola(30)).predict(np.ones((3, 2)))


# -- copies


@pytest.mark.parametrize(
    "data", ["numbers", *(pytest.param(one, marks=pytest.mark.slow) for one in ("frame", "gaps"))]
)
def test_copies_and_files_give_the_same(data, tmp_path):
    X = {"numbers": parabola(90), "frame": frame(90), "gaps": parabola(90)}[data]
    if data == "gaps":
        X[::4, 1] = np.nan
    detector = with_network().fit(X)
    save(detector, tmp_path / "detector.safetensors")
    read = load(tmp_path / "detector.safetensors")
    for copy in (pickle.loads(pickle.dumps(detector)), read):
        assert_array_equal(copy.score_samples(X), detector.score_samples(X))
        assert_array_equal(copy.predict(X), detector.predict(X))
        assert copy.explain(X[:3]).equals(detector.explain(X[:3]))
    assert clone(read).get_params()["random_state"] == 0


# -- beside others


@pytest.mark.slow
def test_it_is_a_step_of_pipelines_and_is_searched():
    X, y = made()
    pipeline = make_pipeline(StandardScaler(), kernel())
    assert_array_equal(pipeline.fit_predict(X), pipeline.predict(X))
    grid = {"autoencoderdetector__contamination": ["auto", 0.1]}
    folds = StratifiedKFold(2)
    search = GridSearchCV(pipeline, grid, scoring="roc_auc", cv=folds).fit(X, np.where(y, -1, 1))
    assert search.best_score_ > 0.9


def test_it_is_a_detector_for_nonconform():
    nonconform = pytest.importorskip("nonconform")
    X, fresh = parabola(), parabola(500, seed=1)
    conformal = nonconform.ConformalDetector(
        kernel(), nonconform.Split(n_calib=0.4), score_polarity="higher_is_normal", seed=0
    ).fit(X)
    p = np.asarray(conformal.compute_p_values(np.vstack([fresh, STRANGE])))
    assert (p[-3:] <= 0.05).all()
    assert (p[:-3] <= 0.05).mean() < 0.12


@pytest.mark.slow
@pytest.mark.parametrize("method", ["kernel", "network", "blend"])
def test_breast_cancer_is_told_as_well_as_by_an_isolation_forest(method):
    """The residual of an autoencoder alone has 0.58 here, a forest 0.94."""
    X, y = load_breast_cancer(return_X_y=True)
    benign = X[y == 1]
    detector = AutoencoderDetector(method=method, random_state=0).fit(benign[::2])
    rows = np.vstack([benign[1::2], X[y == 0]])
    malignant = np.arange(len(rows)) >= len(benign[1::2])
    assert roc_auc_score(malignant, -detector.score_samples(rows)) > 0.94
