"""Pages in a browser: what they show, and that they work by hand, by keys and for ears."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from skautoencoder._cli import main
from skautoencoder._cli._in_units import columns_in_units
from skautoencoder._networks._activations import ACTIVATIONS
from tests.report_pages import HOSTILE, hostile_frame, hostile_report, written

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

WIDTHS = (390, 768, 1280)
KINDS = ("classes", "images", "numbers", "outliers")


def _hostile_outliers(folder):
    hostile_frame().to_csv(folder / "t.csv", index=False)
    report = str(folder / "r.html")
    arguments = ["--method", "kernel", "--out", str(folder / "o.csv"), "--report", report]
    assert main(["outliers", str(folder / "t.csv"), *arguments]) == 0
    return (folder / "r.html").read_text("utf-8")


def _numbers(folder):
    """A report with a number as target, and without gaps."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(90, 3)) @ rng.normal(size=(3, 5))
    frame = pd.DataFrame(X.round(3), columns=list("abcde")).assign(y=X[:, 0] * 3.5)
    frame.to_csv(folder / "numbers.csv", index=False)
    return written(folder / "numbers.csv", "--target", "y", folder=folder)


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Reports by kind."""
    folder = tmp_path_factory.mktemp
    return {
        "classes": hostile_report(folder("classes")),
        "images": written("digits", "--rows", "150", folder=folder("images")),
        "numbers": _numbers(folder("numbers")),
    }


@pytest.fixture(scope="module")
def pages(reports, tmp_path_factory):
    """Pages by kind, as text."""
    outliers = _hostile_outliers(tmp_path_factory.mktemp("outliers"))
    return {kind: report.page for kind, report in reports.items()} | {"outliers": outliers}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_fits_and_is_accessible(kind, width, scheme, pages, opened, axe):
    page = opened(pages[kind], width, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate(axe)
    found = page.evaluate("axe.run()")["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert [(one["id"], one["nodes"][0]["html"]) for one in serious] == []
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == (
        "rgb(255, 255, 255)" if scheme == "light" else "rgb(23, 23, 23)"
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_no_word_of_a_table_is_cut(width, pages, opened):
    """No cell is narrower than what it holds; what is wider than the page scrolls."""
    page = opened(pages["numbers"], width)
    cut = "[...document.querySelectorAll('th, td')].filter(c => c.scrollWidth > c.clientWidth + 1)"
    assert page.evaluate(f"{cut}.map(c => c.textContent)") == []
    # Names of measures are broken between words, if at all
    heads = page.locator("#measures ~ .scroll").first.locator("tbody th[scope=row] .name")
    lines = """(element) => {
      const range = document.createRange(), text = element.firstChild, found = [];
      for (const word of text.data.matchAll(/\\S+/g)) {
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        found.push(range.getClientRects().length);
      }
      return found;
    }"""
    for i in range(heads.count()):
        assert set(heads.nth(i).evaluate(lines)) == {1}


def test_the_first_column_stays_where_a_table_scrolls(pages, opened):
    page = opened(pages["numbers"], 390)
    region = page.get_by_role("region", name="Held-out measures")
    before = region.locator("tbody th[scope=row]").first.bounding_box()["x"]
    region.evaluate("element => element.scrollLeft = 200")
    assert region.evaluate("element => element.scrollLeft") == 200
    assert region.locator("tbody th[scope=row]").first.bounding_box()["x"] == pytest.approx(
        before, abs=2
    )


def points_of(report, n_points=40):
    """Some codes on the map and somewhat beyond."""
    codes = report.autoencoder.transform(report.table.X)
    rng = np.random.default_rng(0)
    low, high = codes.min(0), codes.max(0)
    return rng.uniform(low - 0.2 * (high - low), high + 0.2 * (high - low), (n_points, 2))


@pytest.mark.parametrize("kind", ["classes", "numbers"])
def test_decoded_rows_are_in_the_datas_own_units(kind, reports, opened):
    report, page = reports[kind], opened(reports[kind].page)
    assert np.abs(report.autoencoder.decoder_.weights[-1]).max() > 0.01  # no linear path alone
    points = points_of(report)
    rows = report.autoencoder.inverse_transform(points)
    script = "points => points.map(p => model.columns.map(c => worded(c, decode(p))))"
    found = np.array(page.evaluate(script, points.tolist())).T
    columns = columns_in_units(report.table)
    assert len(columns) == len(found) >= 5
    for column, texts in zip(columns, found.tolist(), strict=True):
        expected = column.texts(rows)
        same = np.mean([one == other for one, other in zip(texts, expected, strict=True)])
        assert same > 0.9, (column.name, texts, expected)  # all but roundings of single precision


def test_decoded_images_are_the_estimators(reports, opened):
    report, page = reports["images"], opened(reports["images"].page)
    points = points_of(report)
    found = page.evaluate("points => points.map(p => Array.from(decode(p)))", points.tolist())
    assert_allclose(found, report.autoencoder.inverse_transform(points), atol=1e-3)
    low, high = page.evaluate("model.range")
    middle = page.evaluate(
        """point => { show(point);
        return find("decoded").getContext("2d").getImageData(100, 140, 1, 1).data[0]; }""",
        [0, 0],
    )
    value = report.autoencoder.inverse_transform(np.zeros((1, 2))).reshape(8, 8)[3, 2]
    assert middle == pytest.approx(255 * (1 - (value - low) / (high - low)), abs=2)


def test_activations_are_those_of_the_package(pages, opened):
    page, x = opened(pages["numbers"]), np.linspace(-4, 4, 41)
    for name, function in ACTIVATIONS.items():
        found = page.evaluate("([name, x]) => x.map(ACTIVATIONS[name])", [name, x.tolist()])
        assert_allclose(found, function(x), atol=1e-9, err_msg=name)


def decoded(page):
    return page.locator("#decoded tbody td:nth-child(2)").all_inner_texts()


def test_the_pointer_moves_the_point(pages, opened):
    page = opened(pages["numbers"])
    box, before = page.locator("#map").bounding_box(), decoded(page)
    page.locator("#map").scroll_into_view_if_needed()
    box = page.locator("#map").bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.7 * box["height"])
    after = decoded(page)
    assert after != before
    assert page.evaluate("point[0] < middle[0] && point[1] < middle[1]")
    near = page.locator("#decoded th.near").all_inner_texts()
    assert len(set(near)) == 3
    dots = page.evaluate("nearest(point).map(one => model.names[one.dot])")
    assert [text.split(",")[0] for text in near] == [f"row {name}" for name in dots]


def test_keys_move_the_point_and_it_is_told(pages, opened):
    page = opened(pages["classes"])
    page.locator("#map").focus()
    before, told = decoded(page), page.locator("#told")
    assert told.inner_text() == ""
    for _ in range(8):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowDown")
    assert decoded(page) != before
    assert page.evaluate("point[0] === right && point[1] < middle[1]")
    # on a busy machine keys come so slowly that words of an earlier point are there already
    reached = f"{HOSTILE[0]} {decoded(page)[0]}"
    page.wait_for_function(
        "words => document.getElementById('told').textContent.includes(words)", arg=reached
    )
    assert "nearest is row" in told.text_content()
    page.keyboard.press("Enter")
    assert page.evaluate("nearest(point)[0].far < 1e-6 || Math.abs(point[0]) === Math.abs(right)")
    page.keyboard.press("Home")
    assert decoded(page) == before
    assert page.evaluate("window.scrollX") == 0


def test_a_finger_moves_the_point_and_scrolls_the_page(pages, opened):
    page = opened(pages["numbers"], 390, has_touch=True)
    page.locator("#map").scroll_into_view_if_needed()
    before, box = decoded(page), page.locator("#map").bounding_box()
    page.touchscreen.tap(box["x"] + 0.25 * box["width"], box["y"] + 0.25 * box["height"])
    assert decoded(page) != before
    assert (
        page.locator("#map").evaluate("e => getComputedStyle(e).touchAction") == "pan-y pinch-zoom"
    )
    x, y = box["x"] + 0.5 * box["width"], box["y"] + 0.8 * box["height"]
    scrolled = page.evaluate("scrollY")
    device = page.context.new_cdp_session(page)
    fingers = [{"x": x, "y": y - 15 * i} for i in range(12)]
    device.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": fingers[:1]})
    for finger in fingers[1:]:
        device.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [finger]})
    device.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_function(f"scrollY > {scrolled} + 50")


def test_hostile_names_are_shown_as_they_are(pages, opened):
    page = opened(pages["classes"])
    names = page.locator("#decoded th[scope=row]").all_text_contents()
    assert names[:4] == list(HOSTILE[:4])
    assert set(page.locator(".legend li").all_text_contents()) >= set(HOSTILE)
    assert page.title() == "a <b> & \"c\" '$x' .csv: autoencoder beside PCA"


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_printed_as_on_paper(kind, pages, opened):
    page = opened(pages[kind], 720, color_scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    chart = "getComputedStyle(document.querySelector('.chart')).filter"
    assert page.evaluate(chart) == "none"
    hidden = "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > innerWidth)"
    assert page.evaluate(f"{hidden}.length") == 0
    assert len(page.pdf()) > 10_000
