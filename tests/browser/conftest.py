"""What the tests of pages in a browser need, or why they are skipped."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def _axe():
    asked = os.environ.get("SKAUTOENCODER_AXE")
    path = Path(asked) if asked else _HERE / "node_modules" / "axe-core" / "axe.min.js"
    return path if path.is_file() else None


def _chromium():
    found = os.environ.get("SKAUTOENCODER_CHROMIUM") or next(
        filter(None, map(shutil.which, _NAMES)), None
    )
    return found if found and Path(found).exists() else None


@pytest.fixture(scope="session")
def axe():
    """The source of axe-core, which finds what is wrong with a page for those who do not see it."""
    path = _axe()
    if path is None:
        pytest.skip(
            "no axe-core: npm ci --prefix tests/browser, or SKAUTOENCODER_AXE=path/to/axe.min.js"
        )
    return path.read_text("utf-8")


@pytest.fixture(scope="session")
def browser():
    """Chromium, without a window."""
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="no playwright: pip install '.[browser]'"
    )
    executable = _chromium()
    if executable is None:
        pytest.skip("no Chromium: apt-get install chromium, or SKAUTOENCODER_CHROMIUM=its path")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def opened(browser, tmp_path):
    """Opens a page of HTML at a size and in a color scheme; all that goes wrong in it fails."""
    contexts, wrong = [], []

    def open_page(html, width=1280, **options):
        path = tmp_path / "page.html"
        path.write_text(html, encoding="utf-8")
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda message: (
                wrong.append(message.text) if message.type in ("error", "warning") else None
            ),
        )
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith(("file:", "data:")) else wrong.append(request.url)
            ),
        )
        page.on("dialog", lambda dialog: wrong.append(dialog.message))
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []
