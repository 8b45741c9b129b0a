"""Rows that are read in passes: every source gives what an array gives, and faults are told."""

from __future__ import annotations

import importlib
import os
import re
import tempfile
from itertools import pairwise

import h5py
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zarr
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from skautoencoder import (
    AutoencoderDetector,
    AutoencoderImputer,
    AutoencoderSearchCV,
    AutoencoderTransformer,
    RBMTransformer,
    TableAutoencoderTransformer,
    compare_transformers,
)
from skautoencoder._data._groups import row_hashes
from skautoencoder._data._moments import moments_of
from skautoencoder._data._rows import Rows
from skautoencoder._data._source import Chunk
from skautoencoder._estimators import _table_steps
from skautoencoder._starts import _principal_axes
from skautoencoder._streams import _rows, _survey, _whole
from skautoencoder._streams._ahead import ahead
from skautoencoder._streams._smallest import Kept, Smallest
from skautoencoder._streams._window import regrouped, shuffled
from skautoencoder.callbacks import Checkpoint
from skautoencoder.sources import from_batches, from_csv, from_parquet

# Sources of frames bring names of columns, arrays to compare with have none.
pytestmark = pytest.mark.filterwarnings("ignore:X (has|does not have valid) feature names")

N_ROWS, NAMES = 1200, ["a", "b", "c", "d", "e"]
SETTINGS = {"hidden_layer_sizes": (16,), "max_iter": 5, "random_state": 0}


def rows(seed=0, n_rows=N_ROWS):
    rng = np.random.default_rng(seed)
    t = rng.uniform(-2, 2, (n_rows, 2))
    X = np.column_stack([t, np.sin(2 * t[:, 0]), t[:, 0] * t[:, 1], np.cos(t[:, 1])])
    return X + 0.05 * rng.standard_normal(X.shape)


def ours(**changes):
    return AutoencoderTransformer(**{"n_components": 2, **SETTINGS, **changes})


@pytest.fixture(scope="module")
def X():
    return rows()


@pytest.fixture(scope="module")
def folder(X, tmp_path_factory):
    """A folder of Parquet files and one of text, of the rows in their order."""
    path = tmp_path_factory.mktemp("rows")
    for kind in ("parquet", "csv"):
        (path / kind).mkdir()
    for number, part in enumerate(np.split(X, 4)):
        frame = pd.DataFrame(part, columns=NAMES)
        frame.to_parquet(path / "parquet" / f"{number}.parquet", row_group_size=100)
        frame.to_csv(path / "csv" / f"{number}.csv", index=False)
    return path


class Sliced:
    """What arrays of h5py and zarr have in common: shape, type, chunks and slices."""

    def __init__(self, X):
        self._X, self.shape, self.dtype, self.ndim = X, X.shape, X.dtype, X.ndim
        self.chunks, self.largest = (70, X.shape[1]), 0

    def __getitem__(self, some):
        assert isinstance(some, slice)
        self.largest = max(self.largest, some.stop - some.start)
        return self._X[some].copy()


def memory_map(X, path):
    X.tofile(path / "rows.bin")
    return np.memmap(path / "rows.bin", X.dtype, "r", shape=X.shape)


def in_hdf5(X, path):
    file = h5py.File(path / "rows.h5", "w")
    return file.create_dataset("rows", data=X, chunks=(100, 5))


def in_zarr(X, path):
    array = zarr.create_array(
        store=str(path / "rows.zarr"), shape=X.shape, chunks=(100, 5), dtype=X.dtype
    )
    array[:] = X
    return array


SOURCES = {
    "Parquet folder": lambda X, path: from_parquet(path / "parquet"),
    "Parquet files": lambda X, path: from_parquet(
        [path / "parquet" / f"{i}.parquet" for i in range(4)], columns=NAMES, batch_size=33
    ),
    "text folder": lambda X, path: from_csv(path / "csv", batch_size=77),
    "arrays": lambda X, path: from_batches(lambda: iter(np.array_split(X, 7))),
    "list of arrays": lambda X, path: from_batches(np.array_split(X, 7)),
    "sparse": lambda X, path: from_batches([sparse.csr_array(x) for x in np.array_split(X, 5)]),
    "other sparse": lambda X, path: from_batches([sparse.coo_matrix(x) for x in np.split(X, 5)]),
    "pandas": lambda X, path: from_batches(
        lambda: (pd.DataFrame(x, columns=NAMES) for x in np.array_split(X, 7))
    ),
    "polars": lambda X, path: from_batches([pl.DataFrame(x, NAMES) for x in np.split(X, 4)]),
    "lazy frame": lambda X, path: pl.scan_parquet(path / "parquet" / "*.parquet"),
    "array that is sliced": lambda X, path: Sliced(X),
    "memory map": memory_map,
    "HDF5": in_hdf5,
    "zarr": in_zarr,
}
IN_FILES_OF_THEIR_OWN = {"memory map", "HDF5", "zarr"}
each_source = pytest.mark.parametrize("name", SOURCES)


@pytest.fixture
def in_passes(monkeypatch):
    """However small, rows are read in passes."""
    monkeypatch.setattr(_survey, "IN_MEMORY_VALUES", 0)
    monkeypatch.setattr("skautoencoder._streams._recognized.IN_MEMORY_VALUES", 0)


@pytest.fixture(scope="module")
def of_array(X):
    return ours().fit(X)


@each_source
def test_a_small_source_is_as_an_array(name, X, folder, of_array, tmp_path):
    source = SOURCES[name](X, tmp_path if name in IN_FILES_OF_THEIR_OWN else folder)
    found = ours().fit(source)
    assert_array_equal(found.transform(X), of_array.transform(X))
    assert found.loss_curve_ == of_array.loss_curve_
    assert_array_equal(found.components_, of_array.components_)


@each_source
def test_all_that_takes_rows_takes_a_source(name, X, folder, in_passes, tmp_path):
    source = SOURCES[name](X, tmp_path if name in IN_FILES_OF_THEIR_OWN else folder)
    found = ours().fit(source)
    assert_allclose(found.transform(source), found.transform(X), rtol=1e-5, atol=1e-6)
    assert_allclose(found.score_samples(source), found.score_samples(X), rtol=1e-5, atol=1e-6)
    assert found.score(source) == pytest.approx(found.score(X), rel=1e-9)
    assert found.n_features_in_ == 5
    assert found.n_samples_ == N_ROWS
    again = ours().fit(source)
    assert_array_equal(again.transform(X), found.transform(X))
    further = ours().partial_fit(source).partial_fit(source)
    assert further.n_iter_ == 2
    assert further.score(X) > 0.5


def test_from_passes_pca_is_what_it_is_from_an_array(X, folder, in_passes):
    source = from_parquet(folder / "parquet")
    settings = {"early_stopping": False, "max_iter": 1, "learning_rate": 1e-12}
    streamed, plain = ours(**settings).fit(source), ours(**settings).fit(X)
    assert_allclose(streamed.mean_, plain.mean_, rtol=1e-12)
    assert streamed.scale_ == pytest.approx(plain.scale_, rel=1e-12)
    assert_allclose(streamed.transform(X), plain.transform(X), rtol=1e-4, atol=1e-5)


def test_from_passes_it_learns_as_well(X, folder, in_passes):
    settings = {"hidden_layer_sizes": (64,), "max_iter": 60}
    new = rows(1)
    streamed = ours(**settings).fit(from_parquet(folder / "parquet"))
    plain = ours(**settings).fit(X)
    pca = ours(max_iter=1, learning_rate=1e-12).fit(X)
    assert 1 - streamed.score(new) < 1.3 * (1 - plain.score(new)) < 0.8 * (1 - pca.score(new))


def test_a_sliced_array_is_read_in_whole_chunks(X):
    source = Sliced(np.tile(X, (200, 1)))
    ours(max_iter=1).partial_fit(source)
    assert 0 < source.largest <= 1_048_576 // 5
    assert source.largest % 70 == 0 or source.largest == len(source._X)


# -- which rows are held out


def held_out_of(monkeypatch, source, **settings):
    """The rows that a fit learns from, and those that it holds out, as bytes."""
    seen = {}
    real = _rows.StreamedRows.shuffled

    def spy(self, index, n_together, rng):
        chunks = list(real(self, index, n_together, rng))
        seen["learnt"] = [row.tobytes() for chunk in chunks for row in chunk.x]
        seen["held out"] = {row.tobytes() for row in self.held_out.X}
        return iter(chunks)

    monkeypatch.setattr(_rows.StreamedRows, "shuffled", spy)
    ours(max_iter=1, **settings).fit(source)
    return seen["learnt"], seen["held out"]


def test_copies_are_held_out_together(monkeypatch, in_passes, X):
    parts = [X, X[::-1], X[:300]]
    learnt, held_out = held_out_of(monkeypatch, from_batches(parts))
    assert not held_out & set(learnt)
    assert 80 <= len(held_out) <= 160  # a tenth of the distinct rows
    n_copies = {row.tobytes(): 2 + (i < 300) for i, row in enumerate(X)}
    assert len(learnt) == 2700 - sum(n_copies[row] for row in held_out)


def test_the_split_is_the_same_in_whatever_order(monkeypatch, in_passes, X):
    _, first = held_out_of(monkeypatch, from_batches([X]))
    _, turned = held_out_of(monkeypatch, from_batches(np.array_split(X[::-1], 9)))
    _, other = held_out_of(monkeypatch, from_batches([X]), random_state=1)
    assert first == turned
    assert first != other


def test_groups_of_a_column_are_held_out_together(monkeypatch, in_passes, X):
    frame = pd.DataFrame(X, columns=NAMES).assign(who=[f"p{i % 60}" for i in range(N_ROWS)])
    source = from_batches([frame[:500], frame[500:]], groups="who")
    learnt, held_out = held_out_of(monkeypatch, source)
    group_of = {row.tobytes(): i % 60 for i, row in enumerate(X)}
    assert {group_of[row] for row in held_out}.isdisjoint(group_of[row] for row in learnt)
    assert len(held_out) % 20 == 0
    assert len(held_out) + len(learnt) == N_ROWS


def test_one_group_cannot_be_held_out(in_passes, X):
    frame = pd.DataFrame(X, columns=NAMES).assign(who="all")
    with pytest.raises(ValueError, match="one group"):
        ours(random_state=3).fit(from_batches([frame], groups="who"))


def test_copies_of_one_row_cannot_be_held_out(in_passes):
    with pytest.raises(ValueError, match=r"no row is held out: .* copies of a few"):
        ours(random_state=3).fit(from_batches([np.ones((300, 5))]))


def test_what_is_held_out_stays_small(monkeypatch, in_passes, X):
    monkeypatch.setattr(_survey, "_HELD_OUT_VALUES", 5 * 40)
    monkeypatch.setattr(_survey, "_FEWEST_HELD_OUT", 1)
    learnt, held_out = held_out_of(monkeypatch, from_batches(np.array_split(X, 9)))
    assert 0 < len(held_out) <= 40
    assert len(learnt) == N_ROWS - len(held_out)


# -- weights, gaps, categories, checkpoints


def test_weights_of_a_column_weigh_rows(in_passes, X):
    weight = np.random.default_rng(0).integers(0, 3, N_ROWS)
    frame = pd.DataFrame(X, columns=NAMES).assign(w=weight)
    settings = {"early_stopping": False, "max_iter": 1, "learning_rate": 1e-12}
    streamed = ours(**settings).fit(from_batches([frame[:700], frame[700:]], sample_weight="w"))
    plain = ours(**settings).fit(X, sample_weight=weight)
    assert_allclose(streamed.mean_, plain.mean_)
    assert_allclose(streamed.scale_, plain.scale_)
    assert_array_equal(streamed.feature_names_in_, NAMES)
    assert streamed.n_samples_ == np.count_nonzero(weight)


def test_weights_and_groups_go_with_an_array_that_is_sliced(in_passes, X):
    weight = np.random.default_rng(0).integers(0, 3, N_ROWS)
    settings = {"early_stopping": False, "max_iter": 1, "learning_rate": 1e-12}
    streamed = ours(**settings).fit(Sliced(X), sample_weight=weight)
    assert_allclose(streamed.mean_, ours(**settings).fit(X, sample_weight=weight).mean_)
    ours().fit(Sliced(X), groups=np.arange(N_ROWS) % 50)


def test_gaps_are_filled_as_they_are_read(in_passes, X):
    gaps = np.where(np.random.default_rng(0).uniform(size=X.shape) < 0.1, np.nan, X)
    source = from_batches(np.array_split(gaps, 6))
    streamed, plain = ours(max_iter=20).fit(source), ours(max_iter=20).fit(gaps)
    assert np.isfinite(streamed.transform(source)).all()
    assert_allclose(streamed.mean_, plain.mean_, atol=0.02)
    assert streamed.score(source) == pytest.approx(plain.score(gaps), abs=0.05)


def table(n_rows=3000):
    rng = np.random.default_rng(0)
    kind = rng.choice(list("abcd"), n_rows)
    frame = pd.DataFrame({
        "kind": kind,
        "size": (kind > "b") * 3.0 + rng.standard_normal(n_rows),
        "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, n_rows), "D"),
    })  # fmt: skip
    frame.loc[::7, "size"] = None
    frame.loc[::11, "kind"] = None
    return frame


def test_a_small_table_in_batches_is_as_a_frame(tmp_path):
    frame = table()
    frame.to_parquet(tmp_path / "table.parquet")
    whole = pq.read_table(tmp_path / "table.parquet")
    plain = TableAutoencoderTransformer(1, **SETTINGS).fit(whole)
    source = from_parquet(tmp_path / "table.parquet", batch_size=100)
    found = TableAutoencoderTransformer(1, **SETTINGS).fit(source)
    assert_array_equal(found.transform(source), plain.transform(whole))
    assert found.score(source) == pytest.approx(plain.score(whole))


@pytest.mark.parametrize("kind", ["parquet", "csv", "lazy", "pandas"])
def test_a_table_of_any_length_is_learnt_in_passes(kind, in_passes, monkeypatch, tmp_path):
    monkeypatch.setattr(_table_steps, "_MOST_ROWS_OF_STREAM", 500)
    frame = table()
    frame.to_parquet(tmp_path / "table.parquet")
    frame.to_csv(tmp_path / "table.csv", index=False)
    source = {
        "parquet": lambda: from_parquet(tmp_path / "table.parquet", batch_size=200),
        "csv": lambda: from_csv(tmp_path / "table.csv"),
        "lazy": lambda: pl.scan_parquet(tmp_path / "table.parquet"),
        "pandas": lambda: from_batches([frame[:1000], frame[1000:]]),
    }[kind]()
    found = TableAutoencoderTransformer(1, **SETTINGS).fit(source)
    assert found.kinds_ == {"kind": "category", "size": "number", "day": "datetime"}
    plain = TableAutoencoderTransformer(1, **SETTINGS).fit(frame)
    assert found.score(source) == pytest.approx(plain.score(frame), abs=0.05)
    codes = found.transform(source)
    assert codes.shape == (3000, 1)
    back = found.inverse_transform(codes)
    assert len(back) == 3000


def test_a_fit_in_passes_goes_on_from_a_checkpoint(in_passes, X, tmp_path):
    source = from_batches(np.array_split(X, 6))
    whole = ours(max_iter=6).fit(source)

    class StoppedError(Exception):
        pass

    class Stop(Checkpoint):
        def on_fit_task_end(self, estimator, context):
            if context.task_name == "epoch" and context.task_id == 2:
                raise StoppedError

    with pytest.raises(StoppedError):
        ours(max_iter=6).set_callbacks(Stop(tmp_path)).fit(source)
    found = ours(max_iter=6).set_callbacks(Checkpoint(tmp_path)).fit(source)
    assert_array_equal(found.transform(X), whole.transform(X))
    with pytest.warns(UserWarning, match="differs in X"):
        ours(max_iter=6).set_callbacks(Checkpoint(tmp_path)).fit(from_batches([X[:-1]]))


# -- what needs all rows at once


def test_others_read_a_small_source_whole(X, folder):
    source = from_parquet(folder / "parquet")
    machine = RBMTransformer(2, n_iter=2, random_state=0)
    unit = np.abs(X) / np.abs(X).max()
    found = machine.fit(from_batches(np.array_split(unit, 3)))
    assert_array_equal(found.transform(unit), machine.fit(unit).transform(unit))
    gaps = np.where(np.random.default_rng(0).uniform(size=X.shape) < 0.1, np.nan, X)
    imputer = AutoencoderImputer(random_state=0, max_iter=2)
    filled = imputer.fit_transform(from_batches(np.array_split(gaps, 3)))
    assert_array_equal(filled, imputer.fit_transform(gaps))
    assert ours().fit(X).feature_importances(source).shape == (2, 5)
    search = AutoencoderSearchCV(ours(max_iter=1), {"n_components": [1, 2]}, cv=2)
    assert search.fit(source).best_params_ == search.fit(X).best_params_
    batches = from_batches(np.array_split(X, 3))
    detector = AutoencoderDetector(random_state=0, estimator=ours(max_iter=1))
    assert_array_equal(detector.fit(batches).p_values(batches), detector.fit(X).p_values(X))
    compared = compare_transformers({"a": ours()}, batches, n_components=[1], random_state=0)
    again = compare_transformers({"a": ours()}, X, n_components=[1], random_state=0)
    assert compared.error("a", 1) == again.error("a", 1)


def test_each_batch_can_be_made_another(X):
    found = ours().fit(from_batches(np.array_split(X, 3)).map(lambda batch: 2 * batch + 1))
    assert_array_equal(found.transform(2 * X + 1), ours().fit(2 * X + 1).transform(2 * X + 1))


def test_others_do_not_read_a_long_source(X, monkeypatch):
    monkeypatch.setattr(_whole, "IN_MEMORY_VALUES", 1000)
    with pytest.raises(ValueError, match="more than 1,000 values: too many"):
        RBMTransformer(2).fit(from_batches(np.array_split(X, 3)))


# -- faults


def broken_in_the_middle(X):
    yield X[:500]
    raise OSError("the connection was lost")


class Changing:
    """Batches that are fewer from the second pass on."""

    def __init__(self, X):
        self.X, self.n_passes = X, 0

    def __call__(self):
        self.n_passes += 1
        return iter([self.X[:700], self.X[700:]] if self.n_passes == 1 else [self.X[:700]])


def frame(X, names=NAMES):
    return pd.DataFrame(X, columns=names)


with_text = pd.DataFrame({**{name: [1.0] for name in "abcd"}, "e": ["much"]})
FAULTS = {
    "another number of columns": (
        lambda X: from_batches([X[:500], X[500:, :4]]),
        r"In batch 1 of the batches, from row 500 on: X has 4 features, but Auto.*expecting 5",
    ),
    "another order of columns": (
        lambda X: from_batches([frame(X[:500]), frame(X[500:], NAMES[::-1])]),
        r"In batch 1.*Feature names must be in the same order",
    ),
    "other columns": (
        lambda X: from_batches([frame(X[:500]), frame(X[500:], [*"abcd", "z"])]),
        r"In batch 1.*feature names should match.*unseen.*z.*missing.*e",
    ),
    "text among numbers": (
        lambda X: from_batches([frame(X[:500]), with_text]),
        r"In batch 1 of the batches.*could not convert string to float: 'much'",
    ),
    "dates": (
        lambda X: from_batches([frame(X[:9]).assign(e=pd.Timestamp("2024-01-01"))]),
        r"In batch 0.*X holds dates or spans of time, in e",
    ),
    "infinity": (
        lambda X: from_batches([X[:500], np.where(X[500:] > 2, np.inf, X[500:])]),
        r"In batch 1.*infinity",
    ),
    "negative weights": (
        lambda X: from_batches([frame(X).assign(w=-1.0)], sample_weight="w"),
        "In batch 0.*sample_weight must be finite and not negative",
    ),
    "a weight that is no column": (
        lambda X: from_batches([frame(X)], sample_weight="w"),
        "sample_weight='w' must be a column of each batch",
    ),
    "nothing": (lambda X: from_batches([]), "the batches, which yields no rows"),
    "only empty batches": (lambda X: from_batches([X[:0], X[:0]]), "yields no rows"),
    "one row": (lambda X: from_batches([X[:1]]), "at least 2 samples"),
    "another number of rows each time": (
        lambda X: from_batches(Changing(X)),
        "must yield the same rows each time",
    ),
    "a function that returns no iterator": (lambda X: from_batches(lambda: 3), "Got int"),
    "no columns": (lambda X: Sliced(X[:, :0]), "0 feature"),
    "three dimensions": (lambda X: Sliced(X[:, :, None]), "two dimensions"),
    "labels of another length": (lambda X: (Sliced(X), {"groups": [1, 2]}), "groups must have one"),
    "weights that are no column": (
        lambda X: (from_batches([X]), {"sample_weight": np.ones(N_ROWS)}),
        "are columns of it: give their names where it is made",
    ),
    "a source that fails": (lambda X: from_batches(lambda: broken_in_the_middle(X)), "was lost"),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("fitted", [False, True])
def test_a_fault_is_told_and_an_earlier_fit_stays(name, fitted, X, in_passes):
    make, message = FAULTS[name]
    found = make(X)
    source, arguments = found if isinstance(found, tuple) else (found, {})
    estimator = ours(max_iter=1)
    if fitted:
        estimator.fit(X[:100])
    before = dict(vars(estimator))
    kinds = (ValueError, TypeError, OSError)
    with pytest.raises(kinds, match=re.compile(message, re.DOTALL)):
        estimator.fit(source, **arguments)
    assert vars(estimator).keys() == before.keys()


def test_an_iterator_cannot_begin_again(X):
    with pytest.raises(ValueError, match="can be read only once"):
        from_batches(iter([X]))
    with pytest.raises(TypeError, match="Got int"):
        from_batches(3)


def test_an_empty_batch_is_passed_over(X, of_array):
    found = ours().fit(from_batches([X[:0], X[:500], X[:0], X[500:]]))
    assert_array_equal(found.transform(X), of_array.transform(X))


def cut_off(path):
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def damaged_within(path):
    data = bytearray(path.read_bytes())
    data[20 : len(data) // 2] = bytes(len(data) // 2 - 20)
    path.write_bytes(bytes(data))


FILES = {
    "cut off": (cut_off, "cannot be read"),
    "empty": (lambda path: path.write_bytes(b""), "cannot be read"),
    "text": (lambda path: path.write_text("a,b\n1,2\n"), "cannot be read"),
    "damaged within": (damaged_within, "cannot be read"),
    "other columns": (
        lambda path: pq.write_table(pa.table({"a": [1.0], "b": [2.0]}), path),
        "has no columns.*all files of a folder must have the same",
    ),
    "another type": (
        lambda path: pq.write_table(pa.table({n: ["x"] for n in NAMES}), path),
        "cannot be read|could not convert",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_of_a_folder_is_named(name, X, in_passes, tmp_path):
    for number in range(2):
        frame(X).to_parquet(tmp_path / f"{number}.parquet")
    damage, message = FILES[name]
    damage(tmp_path / "1.parquet")
    with pytest.raises(ValueError, match=message) as caught:
        ours(max_iter=1).fit(from_parquet(tmp_path))
    assert "1.parquet" in str(caught.value) or name == "another type"


@pytest.fixture
def nobody():
    """Without the rights that root has."""
    if not hasattr(os, "geteuid"):
        pytest.skip("rights of files are otherwise here")
    importlib.import_module("pyarrow.dataset")  # which nobody might not find
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    yield
    os.seteuid(was)


@pytest.fixture
def forbidden():
    """A folder with a file, neither to be read."""
    with tempfile.TemporaryDirectory() as path:
        pq.write_table(pa.table({"a": [1.0, 2.0]}), f"{path}/0.parquet")
        os.chmod(path, 0)
        yield path
        os.chmod(path, 0o700)


def test_what_may_not_be_read_is_told(forbidden, nobody):
    for path in (forbidden, f"{forbidden}/0.parquet"):
        with pytest.raises(PermissionError, match="Permission denied"):
            from_parquet(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n3\n", "cannot be read: .*Expected 2 columns, got 1"),
        ("", "cannot be read"),
        ("a,b\n" + "1,2\n" * 1_100_000 + "1,much\n", "cannot be read.*'much'"),
    ],
)
def test_a_bad_text_is_named(text, message, tmp_path, in_passes):
    path = tmp_path / "rows.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        ours(max_iter=1).fit(from_csv(path))


def test_what_is_asked_of_files_is_checked(folder):
    path = folder / "parquet"
    for arguments, message in [
        ({"columns": ["a", "z"]}, r"columns=\['a', 'z'\].*no columns \['z'\]"),
        ({"groups": "z"}, r"groups=\['z'\].*no columns"),
        ({"batch_size": 0}, "batch_size must be a whole number"),
        ({"columns": ["a"], "groups": "a"}, "no columns left"),
    ]:
        with pytest.raises(ValueError, match=message):
            from_parquet(path, **arguments)
    with pytest.raises(ValueError, match="delimiter must be one character"):
        from_csv(folder / "csv", delimiter="--")
    with pytest.raises(FileNotFoundError):
        from_parquet(folder / "nothing.parquet")
    (folder / "none").mkdir(exist_ok=True)
    with pytest.raises(ValueError, match="has no files"):
        from_parquet(folder / "none")


# -- the parts


@given(st.lists(st.integers(1, 30), min_size=1, max_size=8), st.integers(1, 40), st.integers(1, 25))
@settings(max_examples=80, deadline=None)
def test_chunks_put_together_anew_hold_each_row_once(sizes, n_window, n_together):
    ends = np.cumsum([0, *sizes])
    x = np.arange(ends[-1])[:, None]

    def chunks():
        for a, b in pairwise(ends):
            yield Chunk(x[a:b].astype(float), 1.0 + x[a:b, 0], x[a:b] % 2 == 0)

    for found in (
        list(regrouped(chunks(), n_together)),
        list(shuffled(chunks(), n_window, n_together, np.random.default_rng(0))),
    ):
        order = np.concatenate([chunk.x[:, 0] for chunk in found]).astype(int)
        assert_array_equal(np.sort(order), x[:, 0])
        assert_array_equal(np.concatenate([chunk.weight for chunk in found]), 1.0 + order)
        assert_array_equal(np.concatenate([c.seen[:, 0] for c in found]), order % 2 == 0)
        assert all(len(chunk.x) <= n_together for chunk in found)
    assert_array_equal([len(c.x) for c in list(regrouped(chunks(), n_together))[:-1]], n_together)


def test_a_window_mixes_what_it_holds():
    x = np.arange(2000.0)[:, None]
    chunks = (Chunk(x[i : i + 50], np.ones(50)) for i in range(0, 2000, 50))
    found = shuffled(chunks, 400, 10, np.random.default_rng(0))
    order = np.concatenate([chunk.x[:, 0] for chunk in found])
    moved = order - np.arange(2000)
    assert 100 < np.abs(moved).mean() < 400
    assert np.corrcoef(order, np.arange(2000))[0, 1] > 0.8


@given(st.integers(1, 20), st.integers(1, 60), st.integers(1, 6), st.booleans())
@settings(max_examples=60, deadline=None)
def test_the_smallest_keys_are_kept_whatever_the_batches(n_most, n_rows, n_batches, as_one):
    rng = np.random.default_rng(n_rows)
    key = rng.integers(0, 40, n_rows).astype(np.uint64)
    kept = Smallest(n_most, as_one=as_one)
    for index in np.array_split(np.arange(n_rows), n_batches):
        ones = np.ones(len(index))
        kept.add(Kept(key[index], index, key[index, None] + 0.5, ones, index, ones.astype(int)))
    found = kept.kept()
    distinct, count = np.unique(key, return_counts=True)
    if as_one:
        assert_array_equal(np.sort(found.key), distinct[:n_most])
        assert_array_equal(found.n_copies[np.argsort(found.key)], count[:n_most])
        return
    below = np.cumsum(count) <= n_most
    expected = np.flatnonzero(np.isin(key, distinct[below]))
    assert_array_equal([] if found is None else found.number, expected)


def test_a_sparse_row_has_the_hash_of_the_dense_one():
    X = np.random.default_rng(0).integers(-1, 2, (50, 9)) * 0.3
    repeated = sparse.csr_array((np.ones(4), ([0, 0, 1, 1], [2, 2, 3, 5])), shape=(2, 9))
    for some in (sparse.csr_array(X), sparse.csr_matrix(X), repeated):
        assert_array_equal(row_hashes(some), row_hashes(some.toarray()))


def test_what_is_made_ahead_is_the_same_and_ends():
    assert list(ahead(iter(range(50)))) == list(range(50))
    given_up = []

    def items():
        try:
            yield from range(10**9)
        finally:
            given_up.append(True)

    some = ahead(items())
    assert [next(some) for _ in range(3)] == [0, 1, 2]
    some.close()
    del some
    assert given_up == [True]

    def failing():
        yield 1
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        list(ahead(failing()))


# -- wide and sparse


def wide_and_sparse(n_rows=300, n_columns=5000, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n_rows, 3)) @ rng.standard_normal((3, n_columns))
    return sparse.csr_array(np.where(rng.uniform(size=X.shape) < 0.02, X + 0.5, 0.0))


@pytest.mark.parametrize("weighted", [False, True])
def test_moments_of_wide_sparse_rows_are_those_of_dense_ones(weighted):
    X = wide_and_sparse().toarray()
    X[:, 7] = 2.0
    X = sparse.csr_array(X)
    X.data[::50] = 0.0  # entries that are there, and zero
    weight = np.random.default_rng(1).uniform(0.5, 2, 300) if weighted else np.ones(300)
    of_sparse = moments_of(Rows(X, weight), np.arange(10, 300))
    of_dense = moments_of(Rows(X.toarray(), weight), np.arange(10, 300))
    for found, expected in zip(of_sparse, of_dense, strict=True):
        assert_allclose(found, expected, rtol=1e-10, atol=1e-14)


def test_axes_of_wide_sparse_rows_are_those_of_dense_ones(monkeypatch):
    monkeypatch.setattr(_principal_axes, "_DIRECT", 100)
    X, index = wide_and_sparse(), np.arange(300)
    of_sparse, of_dense = (
        _principal_axes.principal_axes(Rows(x, np.ones(300)), index, 3, np.random.default_rng(0))
        for x in (X, X.toarray())
    )
    assert_allclose(of_sparse.variance, of_dense.variance, rtol=1e-8)
    assert_allclose(of_sparse.axes, of_dense.axes, atol=1e-6)


def test_wide_sparse_batches_are_never_dense(in_passes, monkeypatch):
    monkeypatch.setattr(_principal_axes, "_DIRECT", 100)
    X = wide_and_sparse(900)
    largest = []
    real = sparse.csr_array.toarray

    def spy(self, *args, **kwargs):
        largest.append(self.shape[0])
        return real(self, *args, **kwargs)

    monkeypatch.setattr(sparse.csr_array, "toarray", spy)
    settings = {"hidden_layer_sizes": (4,), "max_iter": 1}
    found = ours(**settings).fit(from_batches([X[:400], X[400:]]))
    assert max(largest) <= 512
    plain = ours(**settings).fit(X)
    assert found.score(X) == pytest.approx(plain.score(X), abs=0.02)
