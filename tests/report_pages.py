"""Reports as the command line writes them, of networks that are small: for tests of pages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from skautoencoder._cli import _compare, _report, main
from skautoencoder._estimators._autoencoder import AutoencoderTransformer

# Names that would do harm, or end something early, where they are not escaped.
HOSTILE = (
    "<script>fail()</script>", "</script><img src=x onerror=fail()>", "\"quoted\" & 'so' $x ${y}",
    "line\u2028separator", "_<!--", "$\\frac{",
)  # fmt: skip


class Written:
    """A page, and what it was made of: the arguments of `report`."""

    def __init__(self, page, arguments):
        self.page = page
        self.title, self.comparison, self.table, self.pca, self.autoencoder, _ = arguments


def written(data, *options, folder):
    """The report that ``compare`` writes of a file, by small networks."""
    arguments: list = []
    of_page = _report.report

    def small(**settings):
        return AutoencoderTransformer(hidden_layer_sizes=(16,), max_iter=5, **settings)

    def keep(*given):
        arguments.extend(given)
        return of_page(*given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_compare, "AutoencoderTransformer", small)
        patch.setattr(_report, "report", keep)
        out = str(folder / "report.html")
        sizes = ["--n-components", "2", "--folds", "2"]
        assert main(["compare", str(data), *options, *sizes, "--out", out]) == 0
    return Written((folder / "report.html").read_text("utf-8"), arguments)


def hostile_frame(n_rows=144):
    """Columns of all kinds with gaps and rare levels, their names and their levels hostile."""
    rng = np.random.default_rng(0)
    t = rng.uniform(-1, 1, n_rows)
    levels = np.array([*HOSTILE, "plain"])
    start = pd.Timestamp("2020-01-01 07:30")
    days, minutes = (200 * t).astype(int), (9e4 * t).astype(int)
    frame = pd.DataFrame({
        HOSTILE[0]: (1000 + 300 * t + rng.normal(0, 20, n_rows)).round(1),
        HOSTILE[1]: rng.poisson(np.exp(1 + t)),
        HOSTILE[2]: levels[np.clip(((t + 1) * 3.5).astype(int), 0, 6)],
        HOSTILE[3]: np.where(t + rng.normal(0, 0.3, n_rows) > 0, "<b>yes", "no"),
        "tiny": 1e-12 * np.exp(t),
        "town": [f"town {k}" for k in np.minimum(rng.zipf(1.4, n_rows), 60)],
        "day": start.normalize() + pd.to_timedelta(days, unit="D"),
        "moment": start + pd.to_timedelta(minutes, unit="min"),
        "count": rng.poisson(np.exp(2 + t)),
    })  # fmt: skip
    for name in (HOSTILE[0], HOSTILE[2], "day"):
        frame.loc[rng.random(n_rows) < 0.1, name] = np.nan
    of_class = np.array([*HOSTILE, *(f"class {i}" for i in range(6))])
    return frame.assign(kind=of_class[np.arange(n_rows) % 12])


def hostile_report(folder):
    """The report of that frame, from a file whose name is hostile as well."""
    path = folder / "a <b> & \"c\" '$x' .csv"
    hostile_frame().to_csv(path, index=False)
    return written(path, "--target", "kind", "--kinds", "count=count", folder=folder)
