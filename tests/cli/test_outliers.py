"""``outliers``: unusual rows of a file, from file to file, as users run it."""

from __future__ import annotations

import re
import sys

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skautoencoder import AutoencoderDetector, load, save
from skautoencoder._cli import main
from skautoencoder._cli._outliers import _METHODS
from skautoencoder._estimators._detector_fit import METHODS
from tests.conftest import quick

NEW = ["score", "p_value", "outlier"]
NEW += [f"reason_{k}{what}" for k in (1, 2, 3) for what in ("", "_share", "_expected")]


def mixed(n_rows=120):
    """Columns of all kinds that hang on one number, and one that names the rows."""
    rng = np.random.default_rng(0)
    t = rng.uniform(-1, 1, n_rows)
    frame = pd.DataFrame({"id": [f"customer {i}" for i in range(n_rows)], "a": t.round(3)})
    frame["b"] = (100 * t**2 + rng.normal(0, 1, n_rows)).round(2)
    frame["kind"] = np.where(t > 0, "up", "down")
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta((100 * t).astype(int), unit="D")
    frame["day"] = day.strftime("%Y-%m-%d")
    return frame


def numbers(n_rows=60):
    return mixed(n_rows)[["a", "b"]]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The working directory, with tables: one with gaps and a row that is bad, one of good rows."""
    monkeypatch.chdir(tmp_path)
    frame = mixed()
    frame.iloc[40:].to_csv("normal.csv", index=False)
    frame.loc[3, "a"] = np.nan
    frame.loc[5, "b"] = -300
    frame.to_csv("t.csv", index=False)
    frame.iloc[:40].to_csv("new.csv", index=False)
    numbers().to_csv("numbers.csv", index=False)
    return tmp_path


def outliers(data, *options, out="o.csv", method="kernel"):
    """What is written, and nothing else changed."""
    chosen = ["--method", method] if method else []
    assert main(["outliers", data, "--out", out, *chosen, *options]) == 0
    read = pd.read_parquet if out.endswith(".parquet") else pd.read_csv
    return read(out)


def fitted(frame, **settings):
    return AutoencoderDetector(method="kernel", random_state=0, **settings).fit(frame)


def test_all_methods_of_the_class_can_be_asked_for():
    assert set(_METHODS) == set(METHODS)
    assert AutoencoderDetector().method == _METHODS[0]


def test_the_table_is_written_with_scores_and_reasons(folder, capsys):
    written = outliers("t.csv")
    table = pd.read_csv("t.csv")
    assert list(written) == [*table, *NEW]
    pd.testing.assert_frame_equal(written[list(table)], table)
    frame = table.drop(columns="id").assign(day=pd.to_datetime(table["day"]))
    detector = fitted(frame)
    assert_allclose(written["score"], -detector.score_samples(frame))
    assert_allclose(written["p_value"], detector.p_values(frame))
    assert_array_equal(written["outlier"], detector.predict(frame) == -1)
    row = written.iloc[5]
    assert row["reason_1"] == "b"
    assert row["outlier"]
    explained = detector.explain(frame.iloc[[5]]).iloc[0]
    assert float(row["reason_1_expected"]) == pytest.approx(explained["expected"], rel=0.01)
    share = explained["contribution"] / row["score"]
    assert row["reason_1_share"] == pytest.approx(share, abs=5e-4)
    # The strangest have reasons, flagged or not
    explained = written["reason_1"].notna()
    assert explained.sum() == 20
    assert written["score"][explained].min() >= written["score"][~explained].max()
    seen = capsys.readouterr()
    lines = seen.out.splitlines()
    assert lines[0].startswith(f"{written['outlier'].sum()} of 120 rows are flagged, with scores")
    assert lines[0].endswith("At the level 0.05, about 6 of 120 normal rows would be.")
    assert lines[1].startswith("Judged by itself")
    assert re.match(r"  row 6: score .*, p 0.017; b is -300, expected .* \(\d+% of the", lines[2])
    assert lines[-1] == "wrote 120 rows to o.csv"
    assert "'id' names the rows, left out" in seen.err
    assert "2 numbers, 1 yes-or-no, 1 date: scaled and encoded; 1 gap kept" in seen.err


def test_rows_are_judged_by_normal_ones(folder, capsys):
    written = outliers("new.csv", "--normal", "normal.csv", "--index", "id", "--target", "kind")
    normal, new = (pd.read_csv(f"{name}.csv", parse_dates=["day"]) for name in ("normal", "new"))
    columns = ["a", "b", "day"]
    detector = fitted(normal[columns])
    assert_allclose(written["p_value"], detector.p_values(new[columns]))
    assert list(written)[:5] == list(new)
    seen = capsys.readouterr()
    assert "Judged by itself" not in seen.out
    assert "  row customer 5: score" in seen.out
    assert "skautoencoder: normal.csv: " in seen.err


def test_what_was_learnt_is_kept(folder, capsys):
    first = outliers("new.csv", "--normal", "normal.csv", "--model", "m.safetensors")
    again = outliers("new.csv", "--normal", "m.safetensors", method=None)
    pd.testing.assert_frame_equal(first, again)
    assert isinstance(load("m.safetensors"), AutoencoderDetector)
    assert "'id' not known" not in capsys.readouterr().err  # it was left out when that was kept
    save(fitted(numbers().to_numpy()), "p.safetensors")
    np.save("n.npy", numbers().to_numpy())
    by_python = outliers("n.npy", "--normal", "p.safetensors", method=None)
    assert_allclose(by_python["score"], outliers("numbers.csv")["score"])
    assert set(by_python["reason_1"].dropna()) <= {"x0", "x1"}


def test_columns_of_the_table_keep_their_names(folder, capsys):
    numbers().assign(score=0.5 * np.arange(60) % 7, score_=1, reason_1=2).to_csv("t.csv")
    written = outliers("t.csv", "--drop", "score_,reason_1")
    table = pd.read_csv("t.csv")
    renamed = {"score": "score__", "reason_1": "reason_1_"}
    assert list(written) == [*table, *(renamed.get(name, name) for name in NEW)]
    assert_allclose(written["score"], table["score"])
    told = capsys.readouterr().err
    assert "'reason_1_' is written, for there is 'reason_1'" in told
    assert "'score__' is written" in told


@pytest.mark.slow
def test_a_share_of_bad_rows(folder, capsys):
    written = outliers("numbers.csv", "--contamination", "0.1")
    assert written["outlier"].sum() == 6
    detector = fitted(numbers(), contamination=0.1)
    assert_allclose(written["score"], -detector.score_samples(numbers()))
    assert "as the strangest 0.1 of the rows learnt from." in capsys.readouterr().out


def test_a_level_is_what_is_flagged(folder):
    written = outliers("numbers.csv", "--level", "0.2")
    assert_array_equal(written["outlier"], written["p_value"] <= 0.2)
    assert 8 <= written["outlier"].sum() <= 12


def test_what_few_rows_cannot_resolve_is_told(folder, capsys):
    numbers(12).to_csv("few.csv", index=False)
    written = outliers("few.csv")
    assert not written["outlier"].any()
    assert written["p_value"].min() >= 2 / 13
    seen = capsys.readouterr()
    assert "No p-value is below 0.15: 12 rows are too few for the level 0.05" in seen.out
    assert "which takes 39." in seen.out
    assert "level=0.05 cannot be told from 12 rows" in seen.err
    numbers(39).to_csv("few.csv", index=False)
    assert outliers("few.csv")["outlier"].sum() == 1
    assert "too few" not in capsys.readouterr().out


def test_reasons_are_for_the_strangest(folder, capsys):
    written = outliers("numbers.csv", "--level", "0.6", "--reasons", "25")
    explained = written["reason_1"].notna()
    assert explained.sum() == 25
    assert written["score"][explained].min() >= written["score"][~explained].max()
    assert "reasons are given for the strangest 25 flagged rows" in capsys.readouterr().err


def test_levels_and_columns_that_are_new_are_told(folder, capsys):
    new = pd.read_csv("new.csv")
    new.loc[0, "kind"] = "sideways"
    new.assign(extra=1).to_csv("new.csv", index=False)
    outliers("new.csv", "--normal", "normal.csv", "--report", "r.html")
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert "'extra' not known to the model, left out" in told[1]
    assert "in column 'kind': 'sideways'" in told[1]


@pytest.mark.slow
def test_pixels_are_of_one_unit(folder):
    images = np.random.default_rng(0).integers(0, 9, (60, 2, 2)).astype(np.uint8)
    images[:, 0, 0] *= 20
    head = np.array([0x803, *images.shape], ">i4").tobytes()
    (folder / "images-idx3-ubyte").write_bytes(head + images.tobytes())
    written = outliers("images-idx3-ubyte")
    rows = images.reshape(60, 4).astype(float)
    assert_allclose(written["score"], -fitted(rows, standardize=False).score_samples(rows))


@pytest.mark.slow
def test_arrays_and_other_formats(folder):
    np.save("n.npy", numbers().to_numpy())
    of_array = outliers("n.npy")
    named = outliers("numbers.csv", out="o.parquet")
    assert named["outlier"].dtype == bool
    assert_allclose(of_array["score"], named["score"])
    assert list(of_array)[2:] == list(named)[2:] == NEW


def test_the_report_is_a_page_of_the_strangest_rows(folder):
    table = pd.read_csv("t.csv").rename(columns={"b": "<b> $a$"})
    table.to_csv("t.csv", index=False)
    written = outliers("t.csv", "--report", "r.html", "--index", "id")
    page = (folder / "r.html").read_text("utf-8")
    n_flagged = written["outlier"].sum()
    assert page.count('<tr><th scope="row">') == n_flagged
    assert page.count("<figure>") == 1 + min(n_flagged, 6)
    assert "could not be drawn" not in page
    assert '<th scope="row"><span class="name">customer 5</span></th>' in page
    assert "<title>t.csv: unusual rows</title>" in page
    assert "<dt>Learnt from</dt><dd>the rows themselves</dd>" in page
    assert page.count(' role="region" tabindex="0"') == page.count("<caption>") == 1
    assert "&lt;b&gt; $a$: -300, expected " in page.replace("<wbr>", "")
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert "http" not in re.sub(r"[A-Za-z0-9+/=]{200,}", "", page)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["t.csv", "--out", "o.npy"], "--out 'o.npy' must end in one of .csv, .tsv, .parquet"),
        (["t.csv", "--report", "r.pdf"], "--report 'r.pdf' must end in .html"),
        (["t.csv", "--model", "m.pkl"], "--model 'm.pkl' must end in .safetensors"),
        (["t.csv", "--model", "no/m.safetensors"], "there is no folder 'no'"),
        (["t.csv", "--reasons", "-1"], "--reasons -1 must be 0 or more"),
        (["t.csv", "--level", "2"], "'level' parameter of AutoencoderDetector must be"),
        (["t.csv", "--contamination", "0.7"], "'contamination' parameter"),
        (["t.csv", "--kinds", "c=category"], "the column 'c', which X does not have"),
        (["t.csv", "--normal", "none.csv"], "there is no file 'none.csv'"),
        (["t.csv", "--normal", "none.safetensors"], "cannot read the model 'none.safetensors'"),
        (["t.csv", "--normal", "ae.safetensors"], "no fitted AutoencoderDetector"),
        (["t.csv", "--normal", "raw.safetensors"], "no fitted AutoencoderDetector"),
        (["t.csv", "--normal", "raw.safetensors", "--level", "0.1"], "--level is for what is to"),
        (["t.csv", "--normal", "only.csv", "--target", "b"], "no columns are left in 'only.csv'"),
        (["infinite.csv"], "infinite values, first in row 2"),
        (["flat.csv"], "No column of X varies"),
        (["two.csv"], "minimum of 3 is required by AutoencoderDetector"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(folder, arguments, message, capsys):
    (folder / "flat.csv").write_text("a,b\n" + "1,2\n" * 9)
    (folder / "only.csv").write_text("b\n1\n2\n4\n3\n")
    (folder / "two.csv").write_text("a,b\n1,2\n3,5\n")
    numbers().assign(c=[1, np.inf, *range(58)]).to_csv("infinite.csv", index=False)
    save(AutoencoderDetector(), "raw.safetensors")
    save(quick(), "ae.safetensors")
    before = sorted(folder.iterdir())
    given = arguments if "--out" in arguments else [*arguments, "--out", "o.csv"]
    assert main(["outliers", *given]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda new: new.drop(columns="a"), "columns that the file lacks: a"),
        (lambda new: new.assign(a="x"), "column 'a' holds text ('x')"),
    ],
)
def test_a_table_of_other_columns_is_refused(folder, change, message, capsys):
    change(numbers()).to_csv("new.csv", index=False)
    arguments = ["new.csv", "--normal", "numbers.csv", "--method", "kernel", "--out", "o.csv"]
    assert main(["outliers", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_an_array_of_other_columns_is_refused(folder, capsys):
    np.save("n.npy", numbers().to_numpy())
    arguments = ["n.npy", "--normal", "normal.csv", "--method", "kernel", "--out", "o.csv"]
    assert main(["outliers", *arguments]) == 2
    assert "the file has 2 columns, and the model was fitted to 4" in capsys.readouterr().err


def test_level_and_contamination_exclude_each_other(folder, capsys):
    both = ["--level", "0.1", "--contamination", "0.1"]
    with pytest.raises(SystemExit) as ended:
        main(["outliers", "t.csv", "--out", "o.csv", *both])
    assert ended.value.code == 2
    assert "not allowed with" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["matplotlib", "pandas"])
def test_a_missing_extra_is_named(folder, missing, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, missing, None)
    assert main(["outliers", "t.csv", "--out", "o.csv", "--report", "r.html"]) == 2
    assert f"needs {missing}: pip install 'skautoencoder[" in capsys.readouterr().err


def strike(*_, **__):
    raise KeyboardInterrupt


FILES = ["--out", "o.csv", "--report", "r.html", "--model", "m.safetensors"]


def test_ctrl_c_before_there_are_scores_writes_nothing(folder, monkeypatch, capsys):
    monkeypatch.setattr(AutoencoderDetector, "score_samples", strike)
    before = sorted(folder.iterdir())
    assert main(["outliers", "t.csv", "--method", "kernel", *FILES]) == 130
    assert capsys.readouterr().err == "skautoencoder: interrupted; no file was written\n"
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize(
    ("n_parts", "told"),
    [(0, "without reasons"), (1, "reasons are given for the strangest 20 rows")],
)
def test_ctrl_c_among_the_reasons_keeps_scores(n_parts, told, folder, monkeypatch, capsys):
    whole, usual, asked = outliers("t.csv", "--level", "0.5"), AutoencoderDetector.explain, []

    def explain(*arguments):
        asked.append(arguments)
        return strike() if len(asked) > n_parts else usual(*arguments)

    monkeypatch.setattr(AutoencoderDetector, "explain", explain)
    assert main(["outliers", "t.csv", "--method", "kernel", "--level", "0.5", *FILES]) == 130
    seen = capsys.readouterr()
    assert seen.err.endswith(f"skautoencoder: interrupted; {told}; r.html was not written\n")
    assert "rows to o.csv, m.safetensors\n" in seen.out
    assert not (folder / "r.html").exists()
    kept = pd.read_csv("o.csv")
    assert_array_equal(kept["score"], whole["score"])
    explained = kept["reason_1"].notna()
    assert explained.sum() <= 20 * n_parts < whole["reason_1"].notna().sum()
    assert_array_equal(kept["reason_1"][explained], whole["reason_1"][explained])


@pytest.mark.slow
def test_a_network_is_trained_by_default(folder):
    written = outliers("numbers.csv", "--model", "m.safetensors", method=None)
    detector = load("m.safetensors")
    assert len(detector.estimators_) == 3
    expected = AutoencoderDetector(random_state=0).fit(numbers()).score_samples(numbers())
    assert_allclose(written["score"], -expected, rtol=1e-5)
    again = outliers("numbers.csv", "--normal", "m.safetensors", method=None)
    assert_allclose(again["score"], written["score"], rtol=1e-5)
