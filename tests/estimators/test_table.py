"""Tables as people have them: a frame in, codes out, and back to such a frame."""

from __future__ import annotations

import pickle
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError, SkipTestWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks

from skautoencoder import (
    AutoencoderSearchCV,
    AutoencoderTransformer,
    TableAutoencoderTransformer,
    compare_transformers,
)
from skautoencoder._tables._table import read_table
from skautoencoder.objectives import Denoising, Variational
from tests.helpers import WITHOUT_JAX


def quick(n_components=2, **settings):
    """A small transformer of tables."""
    defaults = {"hidden_layer_sizes": (8,), "max_iter": 3, "random_state": 0}
    return TableAutoencoderTransformer(n_components, **(defaults | settings))


def table(n_rows=120, seed=0):
    """Columns of every kind, most of which one hidden number decides, without gaps."""
    rng = np.random.RandomState(seed)
    hidden = rng.standard_normal(n_rows)
    days = pd.to_timedelta(np.rint(100 * hidden), unit="D")
    return pd.DataFrame(
        {
            "size": 3 * hidden + 0.1 * rng.standard_normal(n_rows),
            "rooms": np.rint(5 + 2 * hidden).astype("int16"),
            "garden": hidden > 0.3,
            "kind": np.array(["flat", "house", "villa"])[np.digitize(hidden, [-0.5, 0.7])],
            "grade": pd.Categorical(
                np.array(["low", "mid", "top"])[np.digitize(hidden, [-0.3, 0.3])],
                ["low", "mid", "top", "unused"],
                ordered=True,
            ),
            "sold": (pd.Timestamp("2021-10-31") + days).tz_localize("Europe/Berlin"),
            "visits": rng.poisson(np.exp(hidden)),
        }
    )


def with_gaps(frame, share=0.15, seed=1):
    """Gaps in every column; whole numbers and truth values take types that can hold them."""
    frame = frame.astype({"rooms": "Int16", "garden": "boolean", "visits": "Int64"})
    return frame.mask(np.random.RandomState(seed).uniform(size=frame.shape) < share)


WHOLE, GAPS = table(), with_gaps(table())
WIDE = {f"n{i}": np.random.RandomState(i).standard_normal(120) for i in range(60)}
LIBRARIES = {
    "pandas": lambda frame: frame,
    "polars": pl.from_pandas,
    "pyarrow": lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
}
each_library = pytest.mark.parametrize("library", LIBRARIES)
each_library_slowly = pytest.mark.parametrize(
    "library",
    ["pandas", *(pytest.param(name, marks=pytest.mark.slow) for name in ("polars", "pyarrow"))],
)


def types_of(frame):
    """Names and types of a frame's columns."""
    if isinstance(frame, pa.Table):
        return list(zip(frame.schema.names, frame.schema.types, strict=True))
    return list((frame.schema if isinstance(frame, pl.DataFrame) else frame.dtypes).items())


def gaps_of(frame):
    """Where a frame has none of its values."""
    return np.stack([~column.seen for column in read_table(frame).columns], axis=1)


# -- there and back


@each_library
@pytest.mark.parametrize("given", ["whole", "gaps"])
def test_a_frame_comes_back_with_its_columns_types_and_library(library, given):
    frame = LIBRARIES[library]({"whole": WHOLE, "gaps": GAPS}[given])
    ours = quick().fit(frame)
    codes = ours.transform(frame)
    assert codes.shape == (120, 2)
    assert np.isfinite(codes).all()
    back = ours.inverse_transform(codes)
    assert type(back) is type(frame)
    assert types_of(back) == types_of(frame)
    assert not gaps_of(back).any()
    assert list(ours.kinds_.values()) == [
        "number", "integer", "binary", "category", "category", "datetime", "integer",
    ]  # fmt: skip
    assert np.isfinite(ours.score_samples(frame)).all()
    assert 0 < ours.score(frame) < 1


@pytest.mark.slow
def test_what_is_rebuilt_is_close_and_within_the_seen_range():
    ours = quick(3, hidden_layer_sizes=(16,), max_iter=60, learning_rate=1e-2).fit(WHOLE)
    back = ours.inverse_transform(ours.transform(WHOLE))
    assert (back["kind"] == WHOLE["kind"]).mean() > 0.9
    assert (back["garden"] == WHOLE["garden"]).mean() > 0.9
    assert np.corrcoef(back["size"], WHOLE["size"])[0, 1] > 0.95
    assert (back["sold"] - WHOLE["sold"]).abs().mean() < pd.Timedelta(60, unit="D")
    wild = ours.inverse_transform(np.array([[1e4, -1e4, 1e4], [-1e4, 1e4, -1e4]]))
    for name in ("size", "rooms", "sold", "visits"):
        assert wild[name].between(WHOLE[name].min(), WHOLE[name].max()).all()


@each_library
def test_impute_fills_gaps_and_leaves_all_else_to_the_bit(library):
    frame = LIBRARIES[library](GAPS)
    filled = quick().fit(frame).impute(frame)
    assert type(filled) is type(frame)
    assert types_of(filled) == types_of(frame)
    assert not gaps_of(filled).any()
    for before, after in zip(read_table(frame).columns, read_table(filled).columns, strict=True):
        seen = np.flatnonzero(before.seen)
        assert [before.objects[row] for row in seen] == [after.objects[row] for row in seen]


@pytest.mark.slow
@pytest.mark.parametrize(
    "learnt_from", ["gaps", *(pytest.param(n, marks=pytest.mark.slow) for n in ("whole", "wide"))]
)
def test_impute_is_better_than_means_and_modes(learnt_from):
    """Learnt from rows with gaps, from such without, and where a Gaussian would take long."""
    frame = {"gaps": GAPS, "whole": WHOLE, "wide": WHOLE.assign(**WIDE)}[learnt_from]
    ours = quick(1).fit(frame)
    assert (ours._filling is None) == (learnt_from == "wide")
    filled = ours.impute(GAPS.assign(**WIDE) if learnt_from == "wide" else GAPS)
    hidden = GAPS.isna()
    size = (filled["size"] - WHOLE["size"])[hidden["size"]]
    assert (size**2).mean() < 0.3 * WHOLE["size"].var()
    right = (filled["kind"] == WHOLE["kind"])[hidden["kind"]].mean()
    assert right > WHOLE["kind"].value_counts(normalize=True).max() + 0.1


def test_impute_keeps_index_and_what_was_set_aside():
    frame = GAPS.assign(id=[f"id {i}" for i in range(120)], empty=np.nan)
    frame.index = frame["id"].rename("row")
    with pytest.warns(UserWarning, match="'id' .an id., 'empty' .no value."):
        ours = quick().fit(frame)
    filled = ours.impute(frame)
    assert filled.index.equals(frame.index)
    assert list(filled.columns) == list(frame.columns)
    assert filled["empty"].isna().all()
    assert filled["id"].equals(frame["id"])


def test_impute_takes_a_frame_of_another_library_or_of_other_types():
    ours = quick().fit(WHOLE)
    filled = ours.impute(pl.from_pandas(GAPS))
    assert isinstance(filled, pl.DataFrame)
    assert not gaps_of(filled).any()
    floats = GAPS.astype({"rooms": float, "garden": object, "grade": object})
    filled = ours.impute(floats)
    assert (filled.dtypes == floats.dtypes).all()
    few = GAPS.assign(kind=pd.Categorical(GAPS["kind"].where(GAPS["kind"] == "flat"), ["flat"]))
    assert set(ours.impute(few)["kind"].cat.categories) > {"flat"}
    assert not ours.impute(few)["kind"].isna().any()
    assert not filled.isna().any().any()


def test_codes_are_the_same_whatever_the_library():
    codes = [quick().fit(make(GAPS)).transform(make(GAPS)) for make in LIBRARIES.values()]
    assert_array_equal(codes[0], codes[1])
    assert_array_equal(codes[0], codes[2])


@pytest.mark.slow
def test_arrays_without_names():
    rows = np.random.RandomState(0).standard_normal((40, 3))
    ours = quick(kinds={"x1": "number"}).fit(rows)
    back = ours.inverse_transform(ours.transform(rows))
    assert isinstance(back, np.ndarray)
    assert back.dtype == rows.dtype
    assert not hasattr(ours, "feature_names_in_")
    objects = np.array([["a", 1.0, None], ["b", None, True], ["a", 2.5, False]] * 5, object)
    ours = quick().fit(objects)
    filled = ours.impute(objects)
    assert filled.dtype == object
    assert not any(value is None for value in filled.ravel())
    assert ours.kinds_ == {"x0": "binary", "x1": "binary", "x2": "binary"}


# -- columns by name, levels that were not seen


def test_columns_are_taken_by_name_and_those_set_aside_may_be_missing():
    frame = WHOLE.assign(number=range(120))
    with pytest.warns(UserWarning, match=r"set aside: 'number' \(an index\).*'category'"):
        ours = quick().fit(frame)
    assert ours.kinds_["number"] == "drop"
    assert ours.n_features_in_ == 8
    assert list(ours.feature_names_in_) == list(frame.columns)
    codes = ours.transform(frame)
    assert_array_equal(ours.transform(frame[frame.columns[::-1]]), codes)
    assert_array_equal(ours.transform(frame.drop(columns="number")), codes)
    assert list(ours.inverse_transform(codes).columns) == list(WHOLE.columns)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.drop(columns=["size", "kind"]), "lacks columns that fit saw: 'size', 'kind'"),
        (lambda f: f.rename(columns={"size": "Size"}), "lacks .* 'size'; X has .* see: 'Size'"),
        (lambda f: f.assign(more=1), "X has columns that fit did not see: 'more'"),
        (lambda f: f.assign(size="big"), "Column 'size' is of numbers, but holds 'big'"),
        (lambda f: f.assign(size=np.inf), "Column 'size' of X contains infinity"),
        (lambda f: f.assign(sold="never"), "Column 'sold'"),
        (lambda f: f.assign(size=f["sold"]), "Column 'size' holds dates"),
        (lambda f: f.to_numpy()[:, :3], "X has 3 features, but TableAuto.* expecting 7 features"),
    ],
)
def test_tables_that_are_not_those_of_the_fit(change, message):
    ours = quick().fit(WHOLE)
    for method in (ours.transform, ours.impute, ours.score):
        with pytest.raises(ValueError, match=message):
            method(change(WHOLE.copy()))


def test_levels_that_fit_did_not_see_are_coded_as_if_missing():
    ours = quick().fit(WHOLE.assign(garden=np.where(WHOLE["garden"], "yes", "no")))
    strange = WHOLE.assign(kind="tent", garden="maybe")
    with pytest.warns(
        UserWarning, match="column 'garden': 'maybe'; column 'kind': 'tent'"
    ) as found:
        codes = ours.transform(strange)
    assert len(found) == 1
    gone = WHOLE.assign(kind=None, garden=None)
    assert_array_equal(codes, ours.transform(gone))
    with pytest.warns(UserWarning, match="'tent'"):
        filled = ours.impute(strange)
    assert (filled["kind"] == "tent").all()


def test_a_warning_names_a_few_levels():
    ours = quick().fit(WHOLE)
    with pytest.warns(UserWarning, match="'0', '1', '2', '3', '4' and 115 more"):
        ours.transform(WHOLE.assign(kind=[str(i) for i in range(120)]))


# -- enemies


def enemies():
    n = 20
    numbers = np.arange(n) ** 2.0
    yield "no value in a column", pd.DataFrame({"a": numbers, "b": [None] * n})
    yield "one value", pd.DataFrame({"a": numbers, "b": [None] * (n - 1) + ["x"]})
    yield "equal rows", pd.DataFrame({"a": [1.5] * 10 + [2.5] * 10, "b": ["u"] * 10 + ["v"] * 10})
    yield (
        "a row of gaps",
        pd.DataFrame({"a": [np.nan, *numbers[1:]], "b": [None, *"abcd" * 4, *"abc"]}),
    )
    yield (
        "heavy tails",
        pd.DataFrame({"a": 10.0 ** np.arange(n) * (-1) ** np.arange(n), "b": numbers}),
    )
    yield "huge", pd.DataFrame({"a": numbers * 1e305, "b": numbers * 1e-305})
    yield "rare truth", pd.DataFrame({"a": numbers, "b": [True] + [False] * (n - 1)})
    yield "two rows", pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]})
    yield "one column", pd.DataFrame({"a": numbers})
    yield "one text column", pd.DataFrame({"a": list("abcd") * 5})
    yield (
        "constants",
        pd.DataFrame({"a": numbers, "b": 5, "c": "c", "d": pd.Timestamp("2020-01-01")}),
    )


QUICK_ENEMIES = {"no value in a column", "a row of gaps", "huge", "constants"}


@pytest.mark.filterwarnings("ignore:Columns are set aside")
@pytest.mark.parametrize(
    ("name", "frame"),
    [
        pytest.param(*enemy, marks=[pytest.mark.slow] * (enemy[0] not in QUICK_ENEMIES))
        for enemy in enemies()
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_enemies_come_back_finite(name, frame):
    ours = quick(1, max_iter=2).fit(frame)
    codes = ours.transform(frame)
    assert np.isfinite(codes).all()
    back = ours.inverse_transform(codes)
    assert not back.isna().any().any()
    kept = [column for column, kind in ours.kinds_.items() if kind != "drop"]
    assert (back.dtypes == frame[kept].dtypes).all()
    assert not ours.impute(frame)[kept].isna().any().any()
    assert np.isfinite(ours.score(frame))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (WHOLE[:0], "0 sample"),
        (WHOLE[:1], "1 sample"),
        (WHOLE[[]], r"0 feature\(s\)"),
        (WHOLE.assign(a=[[1]] * 120), "Column 'a' holds objects of the type list"),
        (WHOLE.assign(size=np.inf), "Column 'size' of X contains infinity"),
        (pd.DataFrame({"a": [1] * 9, "b": ["x"] * 9}), "No column of X varies"),
        (pd.concat([WHOLE, WHOLE], axis=1), "several columns named 'size', 'rooms'"),
    ],
)
def test_a_fit_that_fails_keeps_the_earlier_one(frame, message):
    ours = quick().fit(WHOLE)
    before = dict(vars(ours))
    with pytest.raises(ValueError, match=message):
        ours.fit(frame)
    assert vars(ours) == before
    with pytest.raises(ValueError, match="'colour', which X does not have"):
        ours.set_params(kinds={"colour": "category"}).fit(WHOLE)
    with pytest.raises(ValueError, match="'kinds' parameter"):
        ours.set_params(kinds=["size"]).fit(WHOLE)
    assert ours.transform(WHOLE).shape == (120, 2)


def test_before_the_fit():
    for method in ("transform", "inverse_transform", "impute", "score", "score_samples"):
        with pytest.raises(NotFittedError):
            getattr(quick(), method)(WHOLE)


# -- losses and the floor


@pytest.mark.slow
def test_no_kind_drowns_the_others():
    """A number costs two nats where nothing is known, however many one-hot columns there are."""
    many = {f"c{i}": np.random.RandomState(i).choice(list("abcdefghij"), 120) for i in range(8)}
    for frame in (WHOLE, WHOLE.assign(**many)):
        ours = quick().fit(frame)
        loss, rows = ours.autoencoder_.loss, ours._encoding.encode(read_table(frame))[0]
        numbers = [p.columns.start for p in ours._encoding.parts if p.encoder.part == "numbers"]
        model = ours.autoencoder_._model
        x = model.standardization.apply(rows, np.float64)
        target = loss.link.target(x, model._in_precision(np.float64)[0]._scaling)
        assert_allclose(
            loss.error(target, np.zeros_like(x))[:, numbers].mean(axis=0), 2.0, rtol=1e-9
        )
        (kind,) = (p.columns for p in ours._encoding.parts if p.name == "kind")
        assert len(loss.categorical) == (2 if frame is WHOLE else 10)
        assert tuple(range(kind.start, kind.stop)) in loss.categorical


@pytest.mark.slow
@pytest.mark.parametrize("frame", [WHOLE, GAPS], ids=["whole", "gaps"])
def test_never_worse_than_pca_of_the_encoded_table_on_held_out_rows(frame):
    """By the loss, on the rows that choose; and the start is PCA."""
    validation = table(80, seed=5)
    ours = quick(2, max_iter=30).fit(frame, X_val=validation)
    start = quick(2, max_iter=1, learning_rate=1e-12).fit(frame, X_val=validation)
    first = ours.autoencoder_.validation_loss_curve_[0]
    assert ours.autoencoder_.best_loss_ <= first
    assert start.autoencoder_.best_loss_ == pytest.approx(first, rel=1e-6)
    pure = AutoencoderTransformer(
        2, hidden_layer_sizes=(8,), max_iter=1, learning_rate=1e-12, random_state=0
    ).fit(ours._encoding.encode(read_table(frame))[0])
    assert_allclose(
        start.transform(frame),
        pure.transform(ours._encoding.encode(read_table(frame))[0]),
        atol=1e-5,
    )


@pytest.mark.slow
def test_a_loss_that_rises_before_it_falls_is_waited_for():
    # Kinds are told firmly and wrongly before they are told rightly.
    iris = load_iris(as_frame=True)
    frame = iris.data.assign(kind=iris.target_names[iris.target])
    train, _ = train_test_split(frame, test_size=0.25, random_state=1)
    ours = TableAutoencoderTransformer(2, random_state=1).fit(train).autoencoder_
    curve = np.array(ours.validation_loss_curve_) / ours.validation_loss_curve_[0]
    assert curve[:100].max() > 1.1
    assert curve[100:].min() < 0.7 < curve[:50].min()
    assert ours.best_loss_ < 0.7 * ours.validation_loss_curve_[0]


@pytest.mark.slow
def test_counts_where_they_are_asked_for():
    ours = quick(kinds={"visits": "count"}, max_iter=20).fit(GAPS)
    assert ours.kinds_["visits"] == "count"
    assert len(ours.autoencoder_.loss.counts) == 1
    back = ours.inverse_transform(ours.transform(GAPS))
    assert back["visits"].dtype == "Int64"
    assert back["visits"].min() >= 0


def test_weights_validation_rows_and_groups():
    weight = np.r_[np.ones(60), np.zeros(60)]
    ours = quick().fit(WHOLE, sample_weight=weight, X_val=WHOLE[:30])
    half = quick().fit(WHOLE[:60], X_val=WHOLE[:30])
    assert_allclose(ours.transform(WHOLE), half.transform(WHOLE), atol=1e-4)
    assert ours._encoding.encoders == half._encoding.encoders
    quick().fit(WHOLE, groups=np.arange(120) // 3)
    with pytest.raises(ValueError, match="at least 2 samples"):
        quick().fit(WHOLE, sample_weight=np.r_[1.0, np.zeros(119)])


# -- drawing


@pytest.mark.slow
@each_library_slowly
def test_sample_gives_a_frame_like_the_one_learnt_from(library):
    frame = LIBRARIES[library](GAPS)
    ours = quick(objective=Variational(), max_iter=40).fit(frame)
    drawn = ours.sample(500, random_state=0)
    assert type(drawn) is type(frame)
    assert types_of(drawn) == types_of(frame)
    assert not gaps_of(drawn).any()
    assert ours.sample().shape == (1, 7)
    again = ours.sample(500, random_state=0)
    assert again.equals(drawn)
    assert not hasattr(quick(), "sample")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:None of the")
def test_draws_are_distributed_as_the_columns_and_go_together():
    frame = table(600)
    ours = quick(objective=Variational(), max_iter=60, learning_rate=1e-2).fit(frame)
    drawn = ours.sample(2000, random_state=0)
    for name in ("garden", "kind", "grade"):
        shares = [part[name].value_counts(normalize=True) for part in (drawn, frame)]
        assert (shares[0] - shares[1]).abs().max() < 0.1
    for name in ("size", "rooms"):
        levels = [part[name].quantile([0.1, 0.5, 0.9]) for part in (drawn, frame)]
        assert_allclose(*levels, atol=0.25 * frame[name].std())
    assert set(drawn["visits"]) <= set(frame["visits"])
    assert np.corrcoef(drawn["size"], drawn["rooms"])[0, 1] > 0.7
    assert (drawn.loc[drawn["size"] > 3, "kind"] == "villa").mean() > 0.6


# -- a citizen of scikit-learn

BY_CHANCE = "batches are drawn at random, and weights do not enter a column's units"


@pytest.mark.slow
@parametrize_with_checks(
    [quick()],
    expected_failed_checks=lambda estimator: {
        "check_sample_weight_equivalence_on_dense_data": BY_CHANCE
    },
)
def test_scikit_learns_checks(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SkipTestWarning)
        check(estimator)


def test_tags_names_and_output():
    tags = get_tags(quick()).input_tags
    assert (tags.allow_nan, tags.string, tags.categorical, tags.sparse) == (True, True, True, False)
    ours = quick().set_output(transform="pandas").fit(GAPS)
    codes = ours.transform(GAPS)
    assert list(codes.columns) == list(ours.get_feature_names_out())
    assert list(codes.columns) == [f"tableautoencodertransformer{i}" for i in range(2)]
    assert ours.inverse_transform(codes).shape == GAPS.shape


@pytest.mark.slow
@each_library
def test_searches_and_pipelines(library):
    frame, y = LIBRARIES[library](GAPS), np.arange(120) % 2
    pipeline = make_pipeline(quick(max_iter=1), LogisticRegression())
    grid = {"tableautoencodertransformer__n_components": [1, 2]}
    plain = GridSearchCV(pipeline, grid, cv=2).fit(frame, y)
    side_by_side = AutoencoderSearchCV(pipeline, grid, cv=2).fit(frame, y)
    for name in ("split0_test_score", "split1_test_score"):
        assert_allclose(side_by_side.cv_results_[name], plain.cv_results_[name])
    assert (side_by_side.n_epochs_ == 1).all()
    search = AutoencoderSearchCV(
        quick(objective=Denoising()), {"objective__noise_std": [0.1, 0.5]}, cv=2, halving_factor=2
    ).fit(frame)
    assert search.best_estimator_.inverse_transform([[0.0, 0.0]]).shape == (1, 7)


@pytest.mark.slow
@each_library_slowly
def test_comparisons(library):
    frame = LIBRARIES[library](GAPS)
    found = compare_transformers(
        {"ours": quick(max_iter=1)}, frame, np.arange(120) % 3, n_components=(1,), cv=2
    )
    assert [record["error"] for record in found.records] == [None, None]
    assert np.isfinite([record["linear_score"] for record in found.records]).all()


@pytest.mark.slow
def test_copies_and_pickles():
    ours = quick(objective=Variational(), kinds={"visits": "count"}).fit(GAPS)
    again = pickle.loads(pickle.dumps(ours))
    assert_array_equal(again.transform(GAPS), ours.transform(GAPS))
    assert again.sample(9, random_state=0).equals(ours.sample(9, random_state=0))
    assert again.impute(GAPS).equals(ours.impute(GAPS))
    fresh = clone(ours)
    assert fresh.get_params()["objective__noise_std"] == 0.3
    assert fresh.set_params(objective__noise_std=0.5).objective.noise_std == 0.5
    assert ours.objective.noise_std == 0.3


@pytest.mark.slow
def test_a_fitted_model_is_applied_where_there_is_no_jax(tmp_path):
    ours = quick().fit(GAPS)
    path = tmp_path / "model.pickle"
    path.write_bytes(pickle.dumps((ours, GAPS, ours.transform(GAPS))))
    program = (
        WITHOUT_JAX
        + f"""
import pickle
ours, frame, codes = pickle.load(open({str(path)!r}, "rb"))
assert (abs(ours.transform(frame) - codes) < 1e-6).all()
assert ours.inverse_transform(codes).shape == ours.impute(frame).shape
"""
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_an_interrupt_keeps_the_best_so_far(monkeypatch):
    fit = AutoencoderTransformer.fit

    def interrupted(self, *args, **kwargs):
        fit(self, *args, **kwargs)
        raise KeyboardInterrupt

    ours = quick()
    monkeypatch.setattr(AutoencoderTransformer, "fit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ours.fit(WHOLE)
    assert ours.transform(WHOLE).shape == (120, 2)


# -- memory


@pytest.mark.slow
def test_fifty_columns_of_a_thousand_levels_stay_in_bounded_memory():
    rng = np.random.RandomState(0)
    frame = pl.DataFrame({f"c{i}": rng.randint(0, 1000, 3000).astype(str) for i in range(50)})
    ours = quick(max_iter=1).fit(frame)
    assert ours._encoding.width <= 2050
    rows = ours._encoding.encode(read_table(frame))[0]
    assert rows.dtype == np.float32
    assert rows.nbytes < 2**25
    assert ours.inverse_transform(ours.transform(frame)).shape == frame.shape


@pytest.mark.parametrize("direction", ["features_to_code", "code_to_features"])
def test_importances_of_a_category_are_those_of_all_its_levels(direction):
    X = table(60)[["size", "kind", "garden"]].assign(always="x")
    ours = quick(1, kinds={"always": "drop"}).fit(X)
    found = ours.feature_importances(X, direction=direction)
    rows = ours._encoded(X)
    size, *kind, garden = ours.autoencoder_.feature_importances(rows, direction=direction)[0]
    assert_allclose(found, [[size, np.sqrt(np.sum(np.square(kind))), garden, 0]])
    assert len(kind) == 3
    assert (found[:, :3] > 0).all()
