"""The command line as its users run it, from file to file."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import partial

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA

from skautoencoder import AutoencoderTransformer, TableAutoencoderTransformer, compare_transformers
from skautoencoder._cli import main
from skautoencoder._cli._interrupting import Watched
from skautoencoder._cli._model_file import read_model
from tests.conftest import quick


@pytest.fixture
def iris(tmp_path):
    """The path of a table with a column of text."""
    frame = load_iris(as_frame=True).frame
    frame["target"] = np.array(["setosa", "versicolor", "virginica"])[frame["target"]]
    path = tmp_path / "iris.csv"
    frame.to_csv(path, index=False)
    return path


def compare_only(monkeypatch, *transformers):
    """Have the command line compare these, which is sooner done than its own."""

    def compare(_, *data, **settings):
        return compare_transformers(transformers, *data, **settings)

    monkeypatch.setattr("skautoencoder.comparison.compare_transformers", compare)


@pytest.fixture
def only_pca(monkeypatch):
    compare_only(monkeypatch, PCA())


def test_compare_prints_a_table(iris, capsys, monkeypatch):
    compare_only(monkeypatch, PCA(), quick())
    few = ["--n-components", "1", "2", "--folds", "2"]
    assert main(["compare", str(iris), "--target", "target", *few]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert re.match(r"size +transformer +error +expl\.", lines[0])
    assert [line.split()[:2] for line in lines[2:6]] == [
        ["1", "PCA"],
        ["1", "Autoencoder"],
        ["2", "PCA"],
        ["2", "Autoencoder"],
    ]
    assert "raw features" in lines[6]
    assert "better" in lines[8]


@pytest.mark.slow
def test_compare_some_rows_with_the_defaults(capsys):
    few = ["--rows", "60", "--n-components", "2", "--folds", "2"]
    assert main(["compare", "digits", *few]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[2:4]] == [
        ["2", "PCA"],
        ["2", "Autoencoder"],
    ]


@pytest.mark.parametrize(
    ("said", "task"),
    [
        ([], "R^2 of models on the codes (the target taken for regression)"),
        (["--task", "classification"], "accuracy of models on the codes (the target taken"),
    ],
)
def test_compare_says_what_it_took_the_target_for(said, task, tmp_path, capsys, only_pca):
    X = np.random.RandomState(0).standard_normal((40, 2))
    frame = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "kind": np.arange(40) * 3})
    frame.to_csv(tmp_path / "t.csv", index=False)
    few = ["--n-components", "1", "--folds", "2", "--target", "kind"]
    assert main(["compare", str(tmp_path / "t.csv"), *few, *said]) == 0
    assert task in capsys.readouterr().out


def test_compare_says_below_the_table_what_failed(tmp_path, capsys, only_pca):
    (tmp_path / "t.csv").write_text("a,b,kind\n1,2,x\n3,4,y\n5,7,x\n6,1,y\n2,2,x\n1,3,y\n")
    few = ["--n-components", "1", "--folds", "2", "--target", "kind"]
    assert main(["compare", str(tmp_path / "t.csv"), *few]) == 0
    seen = capsys.readouterr()
    assert "PCA, 1 components: knn_score: ValueError" in seen.out
    assert "Warning" not in seen.err


def test_fit_transform_and_back(iris, tmp_path, capsys):
    model, codes, rows = (
        str(tmp_path / name) for name in ("m.safetensors", "codes.csv", "rows.csv")
    )
    data = [str(iris), "--target", "target"]
    assert main(["fit", *data, "--n-components", "3", "--max-iter", "5", "--out", model]) == 0
    assert "3 components explain 9" in capsys.readouterr().out
    assert main(["transform", model, *data, "--out", codes]) == 0
    assert main(["inverse-transform", model, codes, "--out", rows]) == 0
    X = load_iris(as_frame=True).data
    ours = TableAutoencoderTransformer(3, max_iter=5, random_state=0).fit(X)
    written = pd.read_csv(codes)
    assert list(written.columns) == list(ours.get_feature_names_out())
    assert_allclose(written, ours.transform(X), rtol=1e-6, atol=1e-6)
    rebuilt = pd.read_csv(rows)
    assert list(rebuilt.columns) == load_iris().feature_names
    assert_allclose(rebuilt, ours.inverse_transform(ours.transform(X)), rtol=1e-5)


@pytest.mark.slow
def test_compare_takes_gaps_words_and_shares(tmp_path, capsys, monkeypatch):
    settings = {"hidden_layer_sizes": (16,), "max_iter": 2, "random_state": 0}
    small = partial(AutoencoderTransformer, **settings)
    monkeypatch.setattr("skautoencoder._cli._compare.AutoencoderTransformer", small)
    rng = np.random.RandomState(0)
    frame = pd.DataFrame(rng.standard_normal((60, 3)), columns=list("abc"))
    frame = frame.mask(rng.uniform(size=frame.shape) < 0.1).assign(kind=["x", "y", "z"] * 20)
    frame.to_csv(tmp_path / "t.csv")
    report = str(tmp_path / "r.html")
    few = ["--n-components", "0.9", "--folds", "2", "--out", report]
    assert main(["compare", str(tmp_path / "t.csv"), *few]) == 0
    seen = capsys.readouterr()
    assert "3 numbers, 1 category: scaled and encoded; " in seen.err
    lines = seen.out.splitlines()
    assert [line.split()[1] for line in lines[2:4]] == ["PCA", "AutoencoderTransformer"], lines
    assert all(re.search(r"\d%", line) for line in lines[2:4])
    assert "could not be drawn" not in (tmp_path / "r.html").read_text()


def test_it_is_a_command_and_a_module(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "skautoencoder", "compare", str(tmp_path / "none.csv")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "there is no file" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["compare", "nowhere.csv"], "there is no file 'nowhere.csv'"),
        (["compare", "{iris}", "--no-scale"], "columns of text, which --no-scale does not take"),
        (["compare", "{iris}", "--target", "kind"], "there is no column 'kind'; there are sepal"),
        (
            ["compare", "digits", "--n-components", "0"],
            "--n-components 0: there must be sizes from 1",
        ),
        (["compare", "digits", "--rows", "5000"], "--rows 5000 must be from 2 to 1797"),
        (["compare", "digits", "--folds", "1"], "--folds 1 must be from 2"),
        (["compare", "digits", "--out", "report.pdf"], "must end in .html"),
        (["compare", "digits", "--out", "no/r.html"], "there is no folder 'no'"),
        (["compare", "digits", "--out", "folder.html"], "'folder.html': it is a folder"),
        (["compare", "digits", "--out", "r" * 300 + ".html"], "File name too long"),
        (["compare", "{narrow}", "--out", "r.html"], "The table has 3 and 1."),
        (
            ["fit", "{gaps}", "--objective", "magic", "--out", "m.safetensors"],
            "'objective' parameter",
        ),
        (["compare", "{broken}"], "cannot read"),
        (["compare", "{other}"], "its name ends in none of .csv"),
        (
            ["fit", "{iris}", "--target", "target", "--out", "nowhere/m.safetensors"],
            "there is no folder",
        ),
        (
            ["fit", "digits", "--objective", "magic", "--out", "m.safetensors"],
            "'objective' parameter",
        ),
        (["transform", "none.safetensors", "digits", "--out", "c.csv"], "cannot read the model"),
        (["transform", "{iris}", "digits", "--out", "c.csv"], "no safetensors file"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(
    arguments, message, iris, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    files = {"iris": iris, **{n: tmp_path / f"{n}.csv" for n in ("gaps", "broken")}}
    files["other"] = tmp_path / "other.doc"
    files["narrow"] = tmp_path / "narrow.csv"
    files["narrow"].write_text("a\n1\n2\n4\n")
    (tmp_path / "folder.html").mkdir()
    files["gaps"].write_text("a,b\n1,2\n3,\n4,5\n")
    files["broken"].write_text("")
    files["other"].write_text("x")
    before = sorted(tmp_path.iterdir())
    assert main([argument.format(**files) for argument in arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("missing", "arguments", "message"),
    [
        ("pandas", ["compare", "{iris}"], "it needs pandas: pip install"),
        ("matplotlib", ["compare", "digits", "--out", "r.html"], "--out needs matplotlib: pip"),
        ("pandas", ["compare", "digits", "--out", "r.html"], "--out needs pandas: pip install"),
    ],
)
def test_a_missing_extra_is_named(
    missing, arguments, message, iris, tmp_path, monkeypatch, capsys, computes_nothing
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, missing, None)
    assert main([argument.format(iris=iris) for argument in arguments]) == 2
    assert message in capsys.readouterr().err


@pytest.fixture
def computes_nothing(monkeypatch):
    """Any comparison fails the test."""

    def compare(*_, **__):
        raise AssertionError("compared before it was known what is missing")

    monkeypatch.setattr("skautoencoder.comparison.compare_transformers", compare)


def test_a_broken_extra_is_named(tmp_path, monkeypatch, capsys, computes_nothing):
    (tmp_path / "pandas.py").write_text("raise AttributeError('built for another numpy')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "pandas")
    assert main(["compare", "digits", "--out", "r.html"]) == 2
    error = capsys.readouterr().err
    assert "--out needs pandas, which fails: AttributeError: built for another numpy" in error


def test_a_folder_that_takes_no_files_is_named(tmp_path, monkeypatch, capsys, computes_nothing):
    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    assert main(["compare", "digits", "--out", str(tmp_path / "r.html")]) == 2
    assert "r.html': Permission denied." in capsys.readouterr().err


def test_ctrl_c_keeps_the_best_model_of_a_table(iris, tmp_path, capsys, monkeypatch):
    def strike(watched, loss, epoch, max_iter):
        if epoch == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(Watched, "epoch_ended", strike)
    model = str(tmp_path / "m.safetensors")
    assert main(["fit", str(iris), "--max-iter", "9", "--out", model]) == 130
    told = capsys.readouterr().err
    assert "interrupted, and kept the best so far: 2 components" in told
    assert "; 2 epochs in" in told
    ours = read_model(model).transformer
    assert not hasattr(ours, "_skl_callbacks")
    assert not hasattr(ours.autoencoder_, "_skl_callbacks")
    assert ours.transform(load_iris(as_frame=True).data.assign(target="setosa")).shape == (150, 2)
