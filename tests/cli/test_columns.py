"""A model and its columns: by name, in any order, with the levels it was fitted to."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import skautoencoder
from skautoencoder._cli import main
from skautoencoder._cli._files import read_table


@pytest.fixture(scope="module")
def frame():
    rng = np.random.RandomState(0)
    frame = pd.DataFrame(rng.standard_normal((40, 3)), columns=["a", "b", "c"])
    return frame.assign(kind=np.array(["x", "y"])[rng.randint(0, 2, 40)])


def fitted(frame, folder, *options):
    """The path of a model that was fitted to a file with a column that counts its rows."""
    frame.to_csv(folder / "t.csv")
    path = str(folder / "m.safetensors")
    with pytest.MonkeyPatch.context() as patched:
        for name in ("AutoencoderTransformer", "TableAutoencoderTransformer"):
            settings = {"hidden_layer_sizes": (16,), "max_iter": 1, "random_state": 0}
            small = partial(getattr(skautoencoder, name), **settings)
            patched.setattr(
                f"skautoencoder._cli._fit.{name}",
                lambda n_components, small=small, **others: small(n_components),
            )
        assert main(["fit", str(folder / "t.csv"), *options, "--out", path]) == 0
    return path


@pytest.fixture(scope="module", params=[[], ["--no-scale", "--encode"]], ids=["table", "numbers"])
def model(frame, tmp_path_factory, request):
    return fitted(frame, tmp_path_factory.mktemp("model"), *request.param)


@pytest.fixture(scope="module")
def scaled(frame, tmp_path_factory):
    return fitted(frame, tmp_path_factory.mktemp("scaled"))


@pytest.fixture
def run(model, tmp_path, capsys):
    """A function from a frame and options to exit code, codes and what was told."""

    def codes_of(frame, *options, **writing):
        frame.to_csv(tmp_path / "t.csv", **({"index": False} | writing))
        out = tmp_path / "codes.csv"
        code = main(["transform", model, str(tmp_path / "t.csv"), "--out", str(out), *options])
        told = capsys.readouterr().err
        assert told.count("\n") <= 1
        return code, pd.read_csv(out) if code == 0 else None, told

    return codes_of


def test_columns_are_taken_by_name_and_levels_from_the_model(frame, run):
    code, expected, told = run(frame)
    assert (code, told) == (0, "")
    for other in (frame[["kind", "c", "a", "b"]], frame.assign(more=1.0)[::-1][::-1]):
        assert_allclose(run(other)[1], expected)
    _, one, _ = run(frame[frame["kind"] == "y"])  # a level that does not occur
    assert_allclose(one, expected[frame["kind"] == "y"])
    code, commas, told = run(frame, sep=";", decimal=",")
    assert_allclose(commas, expected)
    assert "cells separated by ';'; decimal commas" in told


def test_what_the_model_does_not_know_is_told(frame, run):
    _, expected, _ = run(frame)
    _, codes, told = run(frame.assign(extra=1.5))
    assert "'extra' not known to the model, left out" in told
    assert_allclose(codes, expected)
    _, codes, told = run(frame.assign(kind=["z", *frame["kind"][1:]]))
    assert "kind: z not known to the model" in told or "in column 'kind': 'z'" in told
    assert_allclose(codes[1:], expected[1:])
    assert np.isfinite(codes).all(axis=None)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.rename(columns={"b": "B"}), "that the file lacks: b, and has instead B."),
        (lambda f: f.drop(columns=["a", "kind"]), "columns that the file lacks: a, kind."),
        (lambda f: f.assign(a="word"), "olumn 'a' "),
        (lambda f: f.assign(a=[np.inf, *f["a"][1:]]), "infini"),
    ],
)  # fmt: skip
def test_what_does_not_go_with_the_model_is_refused(change, message, frame, run):
    code, _, told = run(change(frame))
    assert code == 2
    assert message in told


def test_gaps_are_taken(frame, run):
    gaps = frame.mask(np.random.RandomState(1).uniform(size=frame.shape) < 0.2)
    _, codes, told = run(gaps.reset_index(names="row"), "--index", "row")
    assert told == ""
    assert next(iter(codes)) == "row"
    assert np.isfinite(codes).all(axis=None)


def test_a_table_comes_back_as_one(frame, scaled, tmp_path):
    frame.to_csv(tmp_path / "t.csv")
    data, codes, rows = (str(tmp_path / name) for name in ("t.csv", "codes.parquet", "rows.csv"))
    assert main(["transform", scaled, data, "--out", codes, "--index", "Unnamed: 0"]) == 0
    back = ["inverse-transform", scaled, codes, "--index", "Unnamed: 0", "--out", rows]
    assert main(back) == 0
    rebuilt = pd.read_csv(rows)
    assert list(rebuilt) == ["Unnamed: 0", "a", "b", "c", "kind"]
    assert set(rebuilt["kind"]) <= {"x", "y"}


def test_impute_fills_gaps_and_leaves_the_rest(frame, scaled, tmp_path, capsys):
    gaps = frame.mask(np.random.RandomState(1).uniform(size=frame.shape) < 0.2)
    gaps = gaps.assign(other=["", *"abc"] * 10)
    gaps.to_csv(tmp_path / "t.csv", index=False)
    data, out = str(tmp_path / "t.csv"), str(tmp_path / "filled.csv")
    assert main(["impute", scaled, data, "--out", out]) == 0
    assert "wrote 40 rows of 5 columns, filled" in capsys.readouterr().out
    filled = read_table(out, choose=False)[0].X
    assert list(filled) == list(gaps)
    known = gaps[["a", "b", "c", "kind"]]
    assert filled[list(known)].notna().all(axis=None)
    for name in known:
        there = known[name].notna()
        assert (filled[name][there] == known[name][there]).all()
    assert filled["other"].isna().sum() == 10


@pytest.mark.parametrize("options", [[], ["--no-scale"]])
def test_impute_without_words(frame, options, tmp_path):
    numbers = frame[["a", "b", "c"]]
    model, out = fitted(numbers, tmp_path, *options), str(tmp_path / "filled.npy")
    gaps = numbers.mask(np.random.RandomState(1).uniform(size=numbers.shape) < 0.2)
    np.save(tmp_path / "a.npy", gaps.to_numpy())
    gaps.to_csv(tmp_path / "t.csv", index=False)
    for name in ("a.npy", "t.csv"):
        assert main(["impute", model, str(tmp_path / name), "--out", out]) == 0
        assert_allclose(np.load(out)[gaps.notna()], gaps.to_numpy()[gaps.notna()])
        assert np.isfinite(np.load(out)).all()


def test_words_are_not_filled_in_their_units(frame, tmp_path, capsys):
    model = fitted(frame, tmp_path, "--no-scale", "--encode")
    out = str(tmp_path / "f.csv")
    assert main(["impute", model, str(tmp_path / "t.csv"), "--out", out]) == 2
    assert "fills no words" in capsys.readouterr().err


def test_a_column_of_words_that_is_all_digits_stays_one(tmp_path, capsys):
    rng = np.random.RandomState(0)
    frame = pd.DataFrame({"a": rng.standard_normal(40), "zip": rng.choice(["0501", "1101"], 40)})
    model, out = fitted(frame, tmp_path), str(tmp_path / "c.csv")
    assert main(["transform", model, str(tmp_path / "t.csv"), "--out", out]) == 0
    codes = pd.read_csv(out)
    frame[frame["zip"] == "1101"].to_csv(tmp_path / "some.csv", index=False)
    assert main(["transform", model, str(tmp_path / "some.csv"), "--out", out]) == 0
    assert_allclose(pd.read_csv(out), codes[frame["zip"] == "1101"])
    assert "did not see" not in capsys.readouterr().err


def test_what_was_made_of_a_table_is_told_in_one_line(frame, tmp_path, capsys):
    frame = frame.assign(a=[*frame["a"][:37], *[np.nan] * 3], same=1)
    when = pd.date_range("2020-01-01", periods=40).strftime("%Y-%m-%d")
    fitted(frame.assign(when=when), tmp_path)
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "'Unnamed: 0' counts the rows, left out; " in told
    assert "3 numbers, 1 yes-or-no, 1 whole number, 1 date: scaled and encoded; 3 gaps kept" in told


def test_a_loss_is_for_numbers(frame, tmp_path, capsys):
    frame.to_csv(tmp_path / "t.csv")
    fit = [
        "fit",
        str(tmp_path / "t.csv"),
        "--loss",
        "huber",
        "--out",
        str(tmp_path / "m.safetensors"),
    ]
    assert main(fit) == 2
    assert "tables have their own" in capsys.readouterr().err


def test_codes_are_taken_by_name(frame, run, model, tmp_path, capsys):
    _, codes, _ = run(frame)
    for name, table in (("one", codes), ("two", codes.iloc[:, ::-1]), ("three", codes.iloc[:, :1])):
        table.to_csv(tmp_path / f"{name}.csv", index=False)
        data, out = str(tmp_path / f"{name}.csv"), str(tmp_path / f"{name}-rows.csv")
        assert main(["inverse-transform", model, data, "--out", out]) == (
            2 if name == "three" else 0
        )
    assert "columns that the file lacks: " in capsys.readouterr().err
    one, two = ((tmp_path / f"{name}-rows.csv").read_text() for name in ("one", "two"))
    assert one == two


def test_arrays_go_by_place(frame, tmp_path, capsys):
    np.save(tmp_path / "a.npy", np.zeros((2, 3)))
    np.save(tmp_path / "b.npy", np.zeros((2, 4)))
    out = str(tmp_path / "c.csv")
    model = fitted(frame[["a", "b", "c"]], tmp_path)
    assert main(["transform", model, str(tmp_path / "a.npy"), "--out", out]) == 0
    assert main(["transform", model, str(tmp_path / "b.npy"), "--out", out]) == 2
    assert "has 4 " in capsys.readouterr().err


def test_a_damaged_model_is_not_opened(model, tmp_path, capsys):
    content = bytearray(Path(model).read_bytes())
    content[-100] ^= 1
    (tmp_path / "m.safetensors").write_bytes(content)
    assert main(["transform", str(tmp_path / "m.safetensors"), "digits", "--out", "c.csv"]) == 2
    assert "is damaged" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("kinds", "message"),
    [
        ("a=category", "1 category, 2 numbers, 1 yes-or-no: scaled"),
        ("z=number", "kinds names the column 'z'"),
        ("a=word", "a kind must be one of"),
    ],
)
def test_kinds_may_be_said(kinds, message, frame, tmp_path, capsys):
    frame = frame.assign(a=np.arange(40) % 3)
    if kinds == "a=category":
        fitted(frame, tmp_path, "--kinds", kinds)
    else:
        frame.to_csv(tmp_path / "t.csv")
        out = str(tmp_path / "m.safetensors")
        assert main(["fit", str(tmp_path / "t.csv"), "--kinds", kinds, "--out", out]) == 2
    assert message in capsys.readouterr().err


def test_kinds_are_pairs(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["fit", "t.csv", "--kinds", "a", "--out", "m.safetensors"])
    assert "is none of such as zip=category" in capsys.readouterr().err
