"""The command line as its users run it, from file to file, and the report in a browser."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA

from skautoencoder import AutoencoderTransformer, compare_transformers
from skautoencoder._cli import main
from skautoencoder._cli._files import read_table
from skautoencoder._cli._report import report
from skautoencoder._cli._whole_file import whole_file
from tests.conftest import quick

BROWSER = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chrome")


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
    assert re.match(r" *components +transformer +error +explained", lines[0])
    assert [line.split()[:2] for line in lines[2:6]] == [
        ["1", "PCA"],
        ["1", "AutoencoderTransformer"],
        ["2", "PCA"],
        ["2", "AutoencoderTransformer"],
    ]
    assert "raw features" in lines[6]
    assert "better" in lines[7]


@pytest.mark.slow
def test_compare_some_rows_with_the_defaults(capsys):
    few = ["--rows", "60", "--n-components", "2", "--folds", "2"]
    assert main(["compare", "digits", *few]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[2:4]] == [
        ["2", "PCA"],
        ["2", "AutoencoderTransformer"],
    ]


@pytest.mark.parametrize(
    ("said", "task"),
    [
        ([], "R^2 (the target taken for regression)"),
        (["--task", "classification"], "accuracy (the target taken for classification)"),
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
    model, codes, rows = (str(tmp_path / name) for name in ("m.pickle", "codes.csv", "rows.csv"))
    data = [str(iris), "--target", "target"]
    assert main(["fit", *data, "--n-components", "3", "--max-iter", "5", "--out", model]) == 0
    assert "3 components explain 9" in capsys.readouterr().out
    assert main(["transform", model, *data, "--out", codes]) == 0
    assert main(["inverse-transform", model, codes, "--out", rows]) == 0
    X = load_iris().data
    ours = AutoencoderTransformer(3, max_iter=5, random_state=0).fit(X)
    written = pd.read_csv(codes)
    assert list(written.columns) == list(ours.get_feature_names_out())
    assert_allclose(written, ours.transform(X), rtol=1e-6, atol=1e-6)
    rebuilt = pd.read_csv(rows)
    assert list(rebuilt.columns) == load_iris().feature_names
    assert_allclose(rebuilt, ours.inverse_transform(ours.transform(X)), rtol=1e-5)


def test_it_is_a_command_and_a_module(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "skautoencoder", "compare", str(tmp_path / "none.csv")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "there is no file" in done.stderr
    assert "Traceback" not in done.stderr


# -- files


def test_each_format_gives_the_same_table(tmp_path):
    X = np.random.RandomState(0).standard_normal((20, 3))
    y = np.arange(20)
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    frame.to_csv(tmp_path / "x.csv", index=False)
    np.save(tmp_path / "x.npy", X)
    np.savez(tmp_path / "x.npz", X=X, y=y)
    for name in ("x.csv", "x.npy", "x.npz"):
        assert_allclose(read_table(str(tmp_path / name)).X, X)
    assert_allclose(read_table(str(tmp_path / "x.npz")).y, y)
    pytest.importorskip("pyarrow")
    frame.to_parquet(tmp_path / "x.parquet")
    assert_allclose(read_table(str(tmp_path / "x.parquet")).X, X)


def test_idx_images_bring_their_labels(tmp_path):
    images = np.random.RandomState(0).randint(0, 256, (6, 4, 5), dtype=np.uint8)
    labels = np.arange(6, dtype=np.uint8)
    for name, array in (("images-idx3", images), ("labels-idx1", labels)):
        head = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
        with gzip.open(tmp_path / f"train-{name}-ubyte.gz", "wb") as file:
            file.write(head + array.tobytes())
    table = read_table(str(tmp_path / "train-images-idx3-ubyte.gz"))
    assert_allclose(table.X, images.reshape(6, 20) / 255, rtol=1e-6)
    assert_allclose(table.y, labels)
    assert table.image_shape == (4, 5)


def test_text_becomes_one_hot_columns(iris):
    table = read_table(str(iris), encode=True)
    assert table.X.shape == (150, 7)
    assert table.names[-1] == "target_virginica"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["compare", "nowhere.csv"], "there is no file 'nowhere.csv'"),
        (["compare", "{iris}"], "columns of text: target. Name one as --target"),
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
        (["compare", "{gaps}"], "missing or infinite values, first in row 2"),
        (["compare", "{broken}"], "cannot read"),
        (["compare", "{other}"], "is none of .csv, .parquet"),
        (
            ["fit", "{iris}", "--target", "target", "--out", "nowhere/m.pickle"],
            "there is no folder",
        ),
        (["fit", "digits", "--objective", "magic", "--out", "m.pickle"], "'objective' parameter"),
        (["transform", "none.pickle", "digits", "--out", "c.csv"], "cannot read the model"),
        (["transform", "{iris}", "digits", "--out", "c.csv"], "is no model that"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(
    arguments, message, iris, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    files = {"iris": iris, **{n: tmp_path / f"{n}.csv" for n in ("gaps", "broken")}}
    files["other"] = tmp_path / "other.xlsx"
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
        ("pandas", ["compare", "{iris}"], ".csv files need pandas: pip install"),
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


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("", "skautoencoder: ValueError\n"),
        ("\n  deep\nin", "skautoencoder: deep\n"),
        ("plain", "skautoencoder: plain\n"),
    ],
)
def test_an_error_is_one_line_that_says_something(said, line, monkeypatch, capsys):
    def fail(*_):
        raise ValueError(said)

    monkeypatch.setattr("skautoencoder._cli._options.read_table", fail)
    assert main(["compare", "digits"]) == 2
    assert capsys.readouterr().err == line


def test_a_failing_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "kept.csv"
    path.write_text("old")

    def fail(draft):
        Path(draft).write_text("half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), whole_file(path) as draft:
        fail(draft)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


# -- the report


def two_layers(**settings):
    return quick(hidden_layer_sizes=(16, 8), **settings)


@pytest.fixture(scope="module")
def digits_report():
    table = read_table("digits")
    comparison = compare_transformers(
        [PCA(), two_layers(max_iter=3)], table.X[:300], table.y[:300],
        n_components=[2], cv=2, random_state=0,
    )  # fmt: skip
    ours = two_layers(max_iter=10).fit(table.X)
    return report("digits <&>", comparison, table, PCA(2).fit(table.X), ours), ours


def test_the_page_needs_no_network(digits_report):
    page, _ = digits_report
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert "http" not in re.sub(r"[A-Za-z0-9+/=]{200,}", "", page)
    assert "<title>digits &lt;&amp;&gt;</title>" in page
    assert "$" not in re.sub(r"<script>.*</script>", "", page, flags=re.S)


def wide_labels(n_rows):
    """Labels that matplotlib would take for formulas, or leave out."""
    return np.array(["$a$", "_b", None, "$\\frac{", 3] + [f"kind {i}" for i in range(30)], object)[
        np.arange(n_rows) % 35
    ]


@pytest.fixture(scope="module")
def small():
    """A comparison without y, its table, and fitted transformers."""
    table = read_table("digits")
    table = replace(table, X=table.X[:140], y=None)
    transformers = [PCA(), two_layers(max_iter=1)]
    comparison = compare_transformers(transformers, table.X, n_components=[2], cv=2, random_state=0)
    ours = two_layers(max_iter=1).fit(table.X)
    return comparison, table, PCA(2).fit(table.X), ours


@pytest.mark.parametrize("y", [wide_labels(140), np.linspace(0, 1, 140), np.arange(140), None])
def test_the_page_takes_any_labels(small, y):
    comparison, table, pca, ours = small
    page = report("title", comparison, replace(table, y=y), pca, ours)
    assert "could not be drawn" not in page
    assert page.count("<figure>") == 6
    assert len(json.loads(re.search(r'"colours": (\[.*?\])', page)[1])) == 140


@pytest.mark.parametrize(
    "display", ["ComparisonDisplay", "CodeDisplay", "ReconstructionDisplay", "LossCurveDisplay"]
)
def test_a_failing_picture_leaves_the_page(small, display, monkeypatch):
    def fail(*_):
        raise RuntimeError("\nno <glyph>")

    monkeypatch.setattr(f"skautoencoder._cli._report.{display}.plot", fail)
    page = report("title", *small)
    n_lost = {"CodeDisplay": 2, "ReconstructionDisplay": 2}.get(display, 1)
    assert page.count("could not be drawn. RuntimeError: no &lt;glyph&gt;") == n_lost
    assert page.count("<figure>") == 6 - n_lost
    assert "</html>" in page


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["no-such-backend", "module://nowhere.to_be_found"])
def test_a_report_needs_no_backend(backend, tmp_path):
    """An inherited MPLBACKEND may name what is not installed here, as Jupyter's does."""
    program = """
import numpy as np
from skautoencoder._cli._compare import _check_report
from skautoencoder._cli._table import Table
_check_report("r.html", Table(np.eye(3), ["a", "b", "c"]))
from skautoencoder._cli._report import _figure
from skautoencoder.display import CodeDisplay
print(_figure(CodeDisplay(np.eye(3), y=["a", "b", "c"]), "map")[:60])
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True, text=True, check=False, cwd=tmp_path,
        env={**os.environ, "MPLBACKEND": backend},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "data:image/png;base64," in done.stdout


_POINTER = """
<script>
const seen = { before: Array.from(current) };
const place = map.getBoundingClientRect();
map.dispatchEvent(new PointerEvent("pointermove", {
  clientX: place.left + 0.25 * place.width, clientY: place.top + 0.75 * place.height,
}));
seen.after = Array.from(current);
seen.point = [left + 0.25 * (right - left), top_ - 0.75 * (top_ - bottom)];
seen.pixel = Array.from(decoded.getContext("2d").getImageData(160, 160, 1, 1).data);
seen.errors = errors;
document.body.innerHTML = "<pre>" + JSON.stringify(seen) + "</pre>";
</script>
"""
_LISTEN = """<script>
const errors = [];
addEventListener("error", event => errors.push(event.message));
console.error = (...parts) => errors.push(parts.join(" "));
</script>"""


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
def test_the_page_decodes_the_point_under_the_pointer(digits_report, tmp_path):
    page, ours = digits_report
    page = page.replace("<head>", "<head>" + _LISTEN).replace("</body>", _POINTER + "</body>")
    path = tmp_path / "report.html"
    path.write_text(page, encoding="utf-8")
    done = subprocess.run(
        [
            BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--disable-background-networking", f"--user-data-dir={tmp_path / 'profile'}",
            "--dump-dom", path.as_uri(),
        ],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    seen = json.loads(re.search(r"<pre>(.*)</pre>", done.stdout, re.S)[1])
    assert seen["errors"] == []
    assert np.abs(np.subtract(seen["before"], seen["after"])).max() > 0.1
    expected = ours.inverse_transform(np.array([seen["point"]]))[0]
    assert_allclose(seen["after"], expected, atol=1e-3)
