"""The report of a comparison as text: structure, escaping, size; tests/browser has the rest."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.decomposition import PCA

from skautoencoder import compare_transformers
from skautoencoder._cli._files import read_table
from skautoencoder._cli._live_map import live_map, shown_as
from skautoencoder._cli._marks import marks
from skautoencoder._cli._page import part
from skautoencoder._cli._page_decoder import Shown, page_decoder
from skautoencoder._cli._report import report
from skautoencoder._cli._table import Table
from skautoencoder._networks._activations import ACTIVATIONS
from tests.conftest import quick, quick_convolutional
from tests.report_pages import HOSTILE, hostile_frame, hostile_report, written

MOST_BYTES = 3_000_000


class Parsed(HTMLParser):
    """Elements of a page by name, and the texts of those that hold some."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.texts = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def model_of(page):
    return json.loads(re.search(r'id="model">(.*?)</script>', page, re.S)[1])


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    return hostile_report(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def small():
    """A comparison without y, its table, and fitted transformers."""
    table, _ = read_table("digits")
    table = replace(table, X=table.X[:140], y=None)
    transformers = [PCA(), quick(max_iter=1)]
    comparison = compare_transformers(transformers, table.X, n_components=[2], cv=2, random_state=0)
    return comparison, table, PCA(2).fit(table.X), quick(max_iter=1).fit(table.X)


def test_the_page_needs_no_network(hostile):
    page = re.sub(r"[A-Za-z0-9+/=]{200,}", "", hostile.page)
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert re.findall(r"https?://[^\"]*", page) == ["http://www.w3.org/2000/svg"]
    assert len(hostile.page.encode()) < MOST_BYTES


def test_names_are_text_and_nothing_else(hostile):
    parsed = Parsed(hostile.page)
    assert len(parsed.all("script")) == 2
    assert parsed.all("b") == [
        a for a in parsed.all("b") if set(a.get("class", "").split()) & {"sign", "better", "worse"}
    ]
    assert {a["class"] for a in parsed.all("img")} == {"chart"}
    model = model_of(hostile.page)
    assert {column["name"] for column in model["columns"]} >= set(HOSTILE[:4])
    assert {group["name"] for group in model["groups"]} >= set(HOSTILE)
    assert set(parsed.texts) >= {"a <b> & \"c\" '$x' .csv: autoencoder beside PCA", *HOSTILE}
    assert "could not be drawn" not in hostile.page


def test_a_title_is_the_name_of_the_file(hostile):
    assert hostile.title == "a <b> & \"c\" '$x' .csv: autoencoder beside PCA"


def test_what_ears_and_keys_need_is_there(hostile):
    parsed = Parsed(hostile.page)
    n_tables = len(parsed.all("table"))
    assert n_tables == len(parsed.all("caption")) == 3
    assert {a.get("scope") for a in parsed.all("th")} == {"col", "row", "colgroup", "rowgroup"}
    regions = [a for a in parsed.all("div") if a.get("role") == "region"]
    assert len(regions) == n_tables
    assert all(a["tabindex"] == "0" and a["aria-label"] for a in regions)
    assert all(len(a["alt"]) > 20 for a in parsed.all("img"))
    assert [a["role"] for a in parsed.all("p") if "role" in a] == ["status"]


def test_the_page_says_who_wins_and_how_it_was_made(hostile):
    texts = Parsed(hostile.page).texts
    assert hostile.comparison.summary() in texts
    told = " ".join(texts)
    for fact in (
        "144 rows of 9 columns", "PCA()", "2, of 72 rows held out", "skautoencoder", "gaps kept",
        "Python 3.",
    ):  # fmt: skip
        assert fact in told
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d [+-]\d{4}", told)
    assert re.search(r"<dt>Target</dt><dd>kind</dd>\n<dt>", hostile.page)


def test_rows_stand_in_their_own_units(hostile):
    rows = re.findall(r'<th scope="row">.*?</tr>', hostile.page.split("Rows rebuilt")[1], re.S)
    cells = {
        re.sub(r"<[^>]*>", "", row.split("</th>")[0]): re.findall(r"<td[^>]*>(.*?)</td>", row)
        for row in rows
    }
    original = hostile.table.whole.iloc[0]
    assert float(cells["tiny"][0]) == pytest.approx(original["tiny"], rel=0.01)
    assert cells["town"][0] == original["town"]
    assert all(re.fullmatch(r"2\d{3}-\d\d-\d\d|missing", cell) for cell in cells["day"])
    assert cells["moment"][0] == str(original["moment"])[:16]
    assert all(re.fullmatch(r"\d+", cell) for cell in cells["count"])


def wide_labels(n_rows):
    """Labels that matplotlib would take for formulas, or leave out."""
    return np.array(["$a$", "_b", None, "$\\frac{", 3] + [f"kind {i}" for i in range(30)], object)[
        np.arange(n_rows) % 35
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("y", "n_groups"),
    [(wide_labels(140), 21), (np.linspace(0, 1, 140), 12), (np.arange(140) % 9, 9), (None, 1)],
)
def test_the_page_takes_any_labels(small, y, n_groups):
    comparison, table, pca, ours = small
    page = report("title", comparison, replace(table, y=y), pca, ours, {})
    assert "could not be drawn" not in page
    assert page.count("<figure>") == 6
    model = model_of(page)
    assert len(model["groups"]) == n_groups
    assert len({(g["color"], g["path"]) for g in model["groups"]}) == n_groups
    assert len(model["group_of"]) == 140
    assert page.count("<li><svg") == (n_groups if y is not None and model["scale"] is None else 0)


def test_numbers_that_are_missing_have_a_mark():
    y = np.where(np.arange(140) % 7, np.linspace(0, 1, 140), np.nan)
    model = marks(y, np.arange(140))
    assert model["groups"][-1]["name"] == "missing"
    assert model["scale"] == ["0.007194", "1"]
    assert model["labels"][:2] == ["missing", "0.00719424"]
    assert model["group_of"][0] == len(model["groups"]) - 1


def test_rare_classes_share_a_mark():
    y = np.repeat([f"class {i}" for i in range(30)], np.arange(1, 31))
    model = marks(y, np.arange(len(y)))
    assert len(model["groups"]) == 21
    assert model["groups"][-1]["name"] == "10 rarer ones"
    assert [n for n in model["group_of"] if n == 20] == [20] * sum(range(1, 11))
    assert len({(g["color"], g["path"]) for g in model["groups"]}) == 21
    assert model["labels"][0] == "class 0"


@pytest.mark.slow
@pytest.mark.parametrize(
    "display", ["ComparisonDisplay", "CodeDisplay", "ReconstructionDisplay", "LossCurveDisplay"]
)
def test_a_failing_picture_leaves_the_page(small, display, monkeypatch):
    def fail(*_):
        raise RuntimeError("\nno <glyph>")

    monkeypatch.setattr(f"skautoencoder._cli._report.{display}.plot", fail)
    page = report("title", *small, {})
    n_lost = {"CodeDisplay": 2, "ReconstructionDisplay": 2}.get(display, 1)
    assert page.count("could not be drawn. RuntimeError: no &lt;glyph&gt;") == n_lost
    assert page.count("<figure>") == 6 - n_lost
    assert "</html>" in page


# -- what the page decodes with


def read(text, *shape):
    return np.frombuffer(base64.b64decode(text), "<f4").reshape(*shape)


def decoded(decoder, code):
    """As the page's script has it, where links are identities."""
    z = code / np.array(decoder["code_scale"])
    x = z
    for i, layer in enumerate(decoder["layers"]):
        bias = read(layer["b"], -1)
        x = x @ read(layer["w"], -1, len(bias)) + bias
        if i < len(decoder["layers"]) - 1:
            x = ACTIVATIONS[decoder["activation"]](x)
    if decoder["linear"]:
        x = x + z @ read(decoder["linear"], 2, -1)
    return x * decoder["scale"] + read(decoder["mean"], -1)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        pytest.param({"tied_weights": True}, marks=pytest.mark.slow),
        pytest.param({"init": "glorot", "activation": "tanh"}, marks=pytest.mark.slow),
    ],
)
def test_the_decoder_is_the_estimators(digits, settings):
    X = digits[0][:300]
    fitted = quick(early_stopping=False, learning_rate=0.01, **settings).fit(X)
    codes = fitted.transform(X[:5])
    assert (
        np.abs(fitted.inverse_transform(codes) - PCA(2).fit(X).inverse_transform(codes)).max() > 0.1
    )
    some = np.array([3, 17, 40])
    found = decoded(page_decoder(fitted, Shown.one_by_one(some)), codes)
    assert_allclose(found, fitted.inverse_transform(codes)[:, some], atol=1e-4)


@pytest.mark.slow
def test_large_images_are_reduced_to_means():
    rng = np.random.default_rng(0)
    images = rng.normal(size=(60, 70 * 45)).astype(np.float32)
    fitted = quick(max_iter=1).fit(images)
    table = Table(images, [str(i) for i in range(70 * 45)], image_shape=(70, 45))
    model = live_map(fitted, table, *shown_as(fitted, table))
    assert model["image_shape"] == (35, 23)
    codes = fitted.transform(images[:1])
    rebuilt = np.pad(fitted.inverse_transform(codes).reshape(70, 45), ((0, 0), (0, 1)), "reflect")
    rebuilt[:, -1] = rebuilt[:, -2]  # the last squares are half as wide
    means = rebuilt.reshape(35, 2, 23, 2).mean(axis=(1, 3))
    assert_allclose(decoded(model["decoder"], codes)[0], means.ravel(), atol=1e-4)


@pytest.mark.slow
def test_what_no_page_can_run_is_said(small):
    comparison, table, pca, _ = small
    ours = quick_convolutional(image_shape=(8, 8), max_iter=1).fit(table.X)
    page = report("title", comparison, table, pca, ours, {})
    assert model_of(page)["kind"] == "nothing"
    assert "Its decoder is none that runs in a page" in page
    assert 'id="decoded"' not in page


def test_the_script_knows_all_activations():
    of_script = re.search(r"const ACTIVATIONS = {(.*?)};", part("_live_map.js"), re.S)[1]
    assert set(re.findall(r"^  (\w+):", of_script, re.M)) == set(ACTIVATIONS)


@pytest.mark.slow
def test_wide_tables_show_what_two_components_tell_most_of():
    rng = np.random.default_rng(0)
    X = 0.1 * rng.normal(size=(80, 70))
    X[:, 5:] += rng.normal(size=(80, 2)) @ rng.normal(size=(2, 65))
    names = [f"c{i}" for i in range(70)]
    fitted = quick().fit(X)
    kind, columns = shown_as(fitted, Table(X, names, whole=object()))
    assert kind == "table"
    assert [column.at for column in columns] == sorted(column.at for column in columns)
    assert len(columns) == 60
    assert not {f"c{i}" for i in range(5)} & {column.name for column in columns}
    assert shown_as(fitted, Table(X, names)) == ("profile", [])


@pytest.mark.slow
def test_some_rows_keep_their_numbers_and_one_hot_columns_their_names(tmp_path):
    frame = hostile_frame()[["count", HOSTILE[3]]].assign(x=np.linspace(0, 1, 144))
    frame.to_csv(tmp_path / "t.csv", index=False)
    options = ["--no-scale", "--encode", "--rows", "60"]
    page = written(tmp_path / "t.csv", *options, folder=tmp_path)
    model = model_of(page.page)
    names = ["count", f"{HOSTILE[3]}_<b>yes", f"{HOSTILE[3]}_no", "x"]
    assert [column["name"] for column in model["columns"]] == names
    assert len(model["names"]) == 60
    x = dict(zip(model["names"], page.table.X[:, 3], strict=True))
    assert all(frame["x"][int(name) - 1] == value for name, value in x.items())


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["no-such-backend", "module://nowhere.to_be_found"])
def test_a_report_needs_no_backend_and_no_pyplot(backend, tmp_path):
    """An inherited MPLBACKEND may name what is not installed here, as Jupyter's does."""
    program = """
import sys
import numpy as np
from skautoencoder._cli._compare import _check_report
from skautoencoder._cli._table import Table
_check_report("r.html", Table(np.eye(3), ["a", "b", "c"]))
from skautoencoder._cli._page import figure
from skautoencoder.display import AnomalyDisplay, CodeDisplay
print(figure(CodeDisplay(np.eye(3), y=["a", "b", "c"]), "map", "a map")[:80])
print(figure(CodeDisplay(np.eye(3), y=[0.1, 0.2, 0.3]), "map", "a map")[:80])
print(figure(AnomalyDisplay(np.eye(3)), "columns", "a heat map")[:80])
assert "matplotlib.pyplot" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True, text=True, check=False, cwd=tmp_path,
        env={**os.environ, "MPLBACKEND": backend},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("data:image/png;base64,") == 3
