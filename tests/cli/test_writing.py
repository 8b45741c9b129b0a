"""Tables to files: digits, names, and targets that cannot be written to."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skautoencoder._cli import main
from skautoencoder._cli._files import read_table
from skautoencoder._cli._reading import ReadingOptions
from skautoencoder._cli._table import BadInputError
from skautoencoder._cli._whole_file import check_writable, whole_file
from skautoencoder._cli._writing import check_table_out, write_table

NUMBERS = [1700000985772.0, 0.1, -2.5, 1e-7, 1e22, 3.0, np.nan]


@pytest.mark.parametrize(
    ("dtype", "first"),
    # NumPy changed its mind on when to write exponents
    [(np.float64, "1700000985772"), (np.float32, str(np.float32(NUMBERS[0])).removesuffix(".0"))],
)
def test_digits_are_the_fewest_that_say_the_number(dtype, first, tmp_path):
    path, X = tmp_path / "t.csv", np.array([NUMBERS], dtype)
    write_table(path, X, list("abcdefg"))
    assert path.read_text() == f"a,b,c,d,e,f,g\n{first},0.1,-2.5,1e-07,1e+22,3,\n"
    again = read_table(str(path), options=ReadingOptions(drop=("g",)))[0].X
    np.testing.assert_array_equal(again.to_numpy().astype(dtype), X[:, :6])


@pytest.mark.parametrize("ending", [".csv", ".TSV", ".parquet", ".Feather"])
def test_any_names_come_back(ending, tmp_path):
    names = ["a,b", 'c "d"', "e\nf", "\u00e9\u4e2d", "g\th", " i"]
    path = tmp_path / f"t{ending}"
    write_table(path, np.arange(12.0).reshape(2, 6), names, pd.Series(["r,1", "r\n2"], name="row"))
    read = {
        ".csv": pd.read_csv, ".tsv": lambda path: pd.read_csv(path, sep="\t"),
        ".parquet": pd.read_parquet, ".feather": pd.read_feather,
    }[ending.lower()]  # fmt: skip
    frame = read(path)
    assert list(frame) == ["row", *names]
    assert frame["row"].tolist() == ["r,1", "r\n2"]
    assert frame.iloc[1, 1:].tolist() == [6, 7, 8, 9, 10, 11]


def test_many_rows_are_all_written(tmp_path):
    X = np.arange(25_000.0)[:, None]
    write_table(tmp_path / "t.csv", X, ["a"])
    np.testing.assert_array_equal(pd.read_csv(tmp_path / "t.csv").to_numpy(), X)


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("t.doc", "must end in one of .csv, .tsv"),
        ("no/t.csv", "there is no folder"),
        ("folder.csv", "it is a folder"),
        ("t.csv/u.csv", "there is no folder"),
        ("n" * 300 + ".csv", "File name too long"),
    ],
)
def test_what_cannot_be_written_is_refused_before_the_work(out, message, tmp_path, capsys):
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "t.csv").write_text("a\n1\n2\n")
    before = sorted(tmp_path.iterdir())
    for command in ("transform", "inverse-transform"):  # the model is not so much as looked for
        model, data = "none.safetensors", str(tmp_path / "t.csv")
        assert main([command, model, data, "--out", str(tmp_path / out)]) == 2
        error = capsys.readouterr().err
        assert message in error
        assert error.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before


def test_a_missing_writer_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(BadInputError, match="need pyarrow: pip install"):
        check_table_out(str(tmp_path / "t.parquet"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_full_disk_is_one_line_and_the_device_stays(tmp_path):
    target = tmp_path / "t.csv"
    target.symlink_to("/dev/full")
    check_writable(target)
    with pytest.raises(BadInputError, match="No space left"):
        write_table(target, np.eye(3), list("abc"))
    assert target.is_char_device()


def test_a_failing_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "kept.csv"
    path.write_text("old")

    def fail(draft, error):
        Path(draft).write_text("half")
        raise error

    with pytest.raises(ZeroDivisionError), whole_file(path) as draft:
        fail(draft, ZeroDivisionError())
    with pytest.raises(BadInputError, match="Disk quota"), whole_file(path) as draft:
        fail(draft, OSError(errno.EDQUOT, "Disk quota exceeded"))
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "t.csv").write_text("old")
    link = tmp_path / "l.csv"
    link.symlink_to(tmp_path / "t.csv")
    write_table(link, np.eye(1), ["a"])
    assert link.is_symlink()
    assert (tmp_path / "t.csv").read_text() == "a\n1\n"
