"""The report of a comparison, in a browser where there is one."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.decomposition import PCA

from skautoencoder import compare_transformers
from skautoencoder._cli._files import read_table
from skautoencoder._cli._report import report
from tests.conftest import quick

BROWSER = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chrome")


def two_layers(**settings):
    return quick(hidden_layer_sizes=(16, 8), **settings)


@pytest.fixture(scope="module")
def digits_report():
    table, _ = read_table("digits")
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
    table, _ = read_table("digits")
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
from skautoencoder._cli._page import figure
from skautoencoder.display import CodeDisplay
print(figure(CodeDisplay(np.eye(3), y=["a", "b", "c"]), "map")[:60])
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
