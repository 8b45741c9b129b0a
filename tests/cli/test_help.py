"""Help and versions, as a stranger reads them on a terminal of 80 columns."""

from __future__ import annotations

import argparse
import re
import shlex
from importlib.metadata import version

import pytest

import skautoencoder
from skautoencoder._cli import _COMMANDS, _parser, main

NAMES = [module.__name__.rpartition("._")[-1].replace("_", "-") for module in _COMMANDS]
each_command = pytest.mark.parametrize("name", [*NAMES, None])


@pytest.fixture(autouse=True)
def _eighty_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


def parser_of(name):
    if name is None:
        return _parser()
    commands = next(a for a in _parser()._actions if isinstance(a, argparse._SubParsersAction))
    return commands.choices[name]


def shown(name, capsys):
    """What --help prints."""
    with pytest.raises(SystemExit) as left:
        main([*([name] if name else []), "--help"])
    assert left.value.code == 0
    return capsys.readouterr().out


def examples(text):
    """The command lines of a help text, as arguments."""
    return [shlex.split(line)[1:] for line in re.findall(r"^    (skautoencoder .*)", text, re.M)]


@each_command
def test_help_fits_80_columns_and_has_examples(name, capsys):
    text = shown(name, capsys)
    assert max(map(len, text.splitlines())) <= 80
    assert examples(text)
    assert all(arguments[0] == name for arguments in examples(text) if name)


@each_command
def test_the_examples_are_command_lines(name, capsys):
    for arguments in examples(shown(name, capsys)):
        assert _parser().parse_args(arguments).run is not None


@each_command
def test_each_option_says_what_holds_without_it(name):
    parser = parser_of(name)
    options = [a for a in parser._actions if a.option_strings and a.dest not in ("help", "version")]
    assert options
    for action in options:
        text = parser._get_formatter()._expand_help(action)
        assert re.search(r"\(default: \S.*\)$|\(needed\)$", text), action.dest
        assert "None" not in text
        assert "(needed)" in text or not action.required


@pytest.mark.parametrize("name", NAMES)
def test_choices_are_told(name, capsys):
    text = shown(name, capsys)
    for action in parser_of(name)._actions:
        if action.choices:
            assert all(str(choice) in text for choice in action.choices)


def test_versions(capsys):
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code == 0
    line = capsys.readouterr().out
    assert line.startswith(f"skautoencoder {skautoencoder.__version__} (")
    for name, package in [("JAX", "jax"), ("NumPy", "numpy"), ("scikit-learn", "scikit-learn")]:
        assert f"{name} {version(package)}" in line


def test_nothing_asked_for_is_answered_by_help(capsys):
    assert main([]) == 2
    assert "outliers" in capsys.readouterr().err


def test_exit_codes_are_told(capsys):
    text = shown(None, capsys)
    for code in (0, 1, 2, 130):
        assert re.search(rf"^  {code} +\w", text, re.M)


def test_what_cannot_be_parsed_is_told_with_what_is_allowed(capsys):
    with pytest.raises(SystemExit) as left:
        main(["fit", "digits", "--n-components", "few", "--out", "m.safetensors"])
    assert left.value.code == 2
    error = capsys.readouterr().err
    assert "skautoencoder fit: error: argument --n-components: 'few' is no whole number" in error


@pytest.mark.slow
def test_the_examples_on_digits_run_one_after_another(tmp_path, monkeypatch, capsys):
    """As a stranger would try them, in an empty folder; compare by fewer sizes, to be sooner."""
    monkeypatch.chdir(tmp_path)
    order = ["compare", "fit", "transform", "inverse-transform", "impute", "outliers"]
    assert set(order) == set(NAMES)
    lines = [line for name in order for line in examples(shown(name, capsys)) if "digits" in line]
    lines += [line for line in examples(shown("inverse-transform", capsys))]
    for arguments in lines:
        few = ["--n-components", "2"] if arguments[0] == "compare" else []
        assert main([*arguments, *few]) == 0, arguments
    written = {path.name for path in tmp_path.iterdir()}
    assert {"model.safetensors", "codes.csv", "rows.csv", "filled.csv", "flagged.csv"} <= written
