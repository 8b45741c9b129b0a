"""Errors as users see them, and the exit codes that go with them."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from sklearn.utils import check_array

import skautoencoder
from skautoencoder._cli import main
from skautoencoder._cli._failures import can_be_mended
from skautoencoder._cli._table import BadInputError
from skautoencoder.losses import LOSSES

PROJECT = Path(skautoencoder.__file__).parents[1] / "pyproject.toml"
REPORT = "is a bug of skautoencoder's"


def failing(monkeypatch, fail):
    monkeypatch.setattr("skautoencoder._cli._options.read_table", lambda *_: fail())


def raising(error):
    def fail():
        raise error

    return fail


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("", "skautoencoder: BadInputError\n"),
        ("\n  deep\nin", "skautoencoder: deep\n"),
        ("plain", "skautoencoder: plain\n"),
    ],
)
def test_what_can_be_mended_is_one_line_that_says_something(said, line, monkeypatch, capsys):
    failing(monkeypatch, raising(BadInputError(said)))
    assert main(["compare", "digits"]) == 2
    assert capsys.readouterr().err == line


def test_tracebacks_are_whole_when_asked_for(monkeypatch, capsys):
    failing(monkeypatch, raising(BadInputError("mend it")))
    for arguments in (["compare", "digits", "--traceback"], ["--traceback", "compare", "digits"]):
        assert main(arguments) == 2
        error = capsys.readouterr().err
        assert error.startswith("Traceback (most recent call last):")
        assert "in main" in error
        assert error.endswith("\nskautoencoder: mend it\n")


# Each comes about within NumPy, or between two lines: no check raises it.
BUGS = [
    lambda: np.zeros(3) + np.zeros(4),
    lambda: np.concatenate([]),
    lambda: int("x"),
    lambda: [].pop(),
    lambda: None.shape,
    raising(ValueError("of code that checks nothing for users")),
]


@pytest.mark.parametrize("fail", BUGS)
def test_a_bug_is_shown_as_one(fail, monkeypatch, capsys):
    failing(monkeypatch, fail)
    assert main(["compare", "digits"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("Traceback (most recent call last):")
    assert REPORT in error
    assert 1 <= error.count("  File ") <= 3
    assert main(["compare", "digits", "--traceback"]) == 1
    assert len(capsys.readouterr().err) >= len(error)


def test_the_address_for_reports_is_the_projects(monkeypatch, capsys):
    failing(monkeypatch, BUGS[0])
    main(["compare", "digits"])
    urls = tomllib.loads(PROJECT.read_text())["project"]["urls"]
    assert urls["Issues"] in capsys.readouterr().err


def infinite():
    check_array([[np.inf]])


def below_zero():
    LOSSES["poisson"].check(np.array([[-1.0]]))


@pytest.mark.parametrize("check", [infinite, below_zero, raising(MemoryError("no room"))])
def test_errors_of_checks_and_of_memory_can_be_mended(check):
    with pytest.raises((ValueError, MemoryError)) as error:
        check()
    assert can_be_mended(error.value)


def test_errors_of_an_estimators_checks_are_one_line(tmp_path, capsys):
    np.save(tmp_path / "x.npy", np.array([[-1.0, 2.0], [3.0, 4.0], [0.0, 1.0]]))
    out = str(tmp_path / "m.safetensors")
    assert main(["fit", str(tmp_path / "x.npy"), "--loss", "poisson", "--out", out]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_bug_in_reading_is_not_told_of_the_file(tmp_path, monkeypatch, capsys):
    (tmp_path / "t.csv").write_text("a,b\n1,2\n3,4\n")
    monkeypatch.setitem(
        sys.modules["skautoencoder._cli._reading"]._READERS, ".csv", broken_reader()
    )
    assert main(["compare", str(tmp_path / "t.csv")]) == 1
    assert REPORT in capsys.readouterr().err


def broken_reader():
    """A reader of this package with a bug in it."""
    names = {"__name__": "skautoencoder._cli._reading._new"}
    exec("def read(file, options):\n    return file.nothing_of_that_name", names)
    return names["read"]


@pytest.mark.slow
def test_a_pipe_that_is_closed_is_no_bug(tmp_path):
    program = f"{sys.executable} -m skautoencoder --help"
    done = subprocess.run(
        ["bash", "-c", f"{program} | head -1"], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
