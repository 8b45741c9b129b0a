"""Files that are read in passes by the command line: folders, and what is too large to hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from skautoencoder import load
from skautoencoder._cli import _long_files, main


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    path = tmp_path / "parts"
    path.mkdir()
    for number in range(2):
        kind = rng.choice(list("abc"), 400)
        frame = pd.DataFrame({
            "size": (kind > "a") * 2.0 + rng.standard_normal(400), "kind": kind,
            "label": rng.integers(0, 2, 400),
        })  # fmt: skip
        frame.to_parquet(path / f"{number}.parquet")
    return path


def run(*arguments):
    return main([str(argument) for argument in arguments])


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_a_folder_is_learnt_from_and_transformed(kind, folder, tmp_path, capsys):
    if kind == "csv":
        for path in list(folder.iterdir()):
            pd.read_parquet(path).to_csv(path.with_suffix(".csv"), index=False)
            path.unlink()
    model, codes = tmp_path / "m.safetensors", tmp_path / "codes.parquet"
    assert run("fit", folder, "--target", "label", "--max-iter", 2, "--out", model) == 0
    printed = capsys.readouterr()
    assert "of 800 rows" in printed.out
    assert "read in passes" in printed.err
    assert load(model).feature_names_in_.tolist() == ["size", "kind"]
    assert run("transform", model, folder, "--out", codes) == 0
    assert pd.read_parquet(codes).shape == (800, 2)
    one, rebuilt = tmp_path / "one.csv", tmp_path / "rebuilt.csv"
    assert run("transform", model, folder / f"1.{kind}", "--out", one) == 0
    found = pd.read_csv(one).to_numpy()
    assert np.allclose(found, pd.read_parquet(codes).to_numpy()[400:], rtol=1e-4, atol=1e-5)
    assert run("inverse-transform", model, one, "--out", rebuilt) == 0
    assert list(pd.read_csv(rebuilt)) == ["size", "kind"]


def test_a_large_array_is_a_memory_map(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(_long_files, "_LARGEST_IN_MEMORY", 1000)
    path, model, codes = (tmp_path / name for name in ("x.npy", "m.safetensors", "c.npy"))
    np.save(path, np.random.default_rng(0).standard_normal((300, 2, 3)))
    assert run("fit", path, "--max-iter", 1, "--out", model) == 0
    assert "of 300 rows" in capsys.readouterr().out
    assert run("transform", model, path, "--out", codes) == 0
    assert np.load(codes).shape == (300, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--index", "label"], "--index is not for"),
        (["--no-scale"], "--no-scale is not for"),
        (["--drop", "none"], "has no columns ['none']"),
        (["--columns", "size,none"], "has no columns ['none']"),
        (["--loss", "huber"], "--loss is for arrays"),
    ],
)
def test_what_is_not_done_in_passes_is_told(arguments, message, folder, tmp_path, capsys):
    assert run("fit", folder, *arguments, "--out", tmp_path / "m.safetensors") == 2
    assert message in capsys.readouterr().err


def test_a_folder_of_several_kinds_is_told(folder, tmp_path, capsys):
    (folder / "notes.md").write_text("")
    assert run("fit", folder, "--out", tmp_path / "m.safetensors") == 2
    assert "and nothing else. It holds .md, .parquet" in capsys.readouterr().err


def test_a_damaged_file_of_a_folder_is_told(folder, tmp_path, capsys):
    (folder / "1.parquet").write_bytes(b"PAR1 and no more")
    assert run("fit", folder, "--out", tmp_path / "m.safetensors") == 2
    message = capsys.readouterr().err
    assert "1.parquet' cannot be read" in message
    assert message.count("\n") == 1
