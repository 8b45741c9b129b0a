"""A comparison as one HTML page that needs no network: table, pictures, a live map."""

from __future__ import annotations

import base64
import html
import io
import json
from importlib import resources
from string import Template

import numpy as np

from skautoencoder.comparison import LARGER_IS_BETTER, standard_error
from skautoencoder.display import (
    COLOURS,
    CodeDisplay,
    ComparisonDisplay,
    LossCurveDisplay,
    ReconstructionDisplay,
)

_MOST_DOTS, _MOST_DRAWN = 3_000, 10


def report(title, comparison, table, pca, autoencoder):
    """The page, as text.

    Parameters
    ----------
    title : str
    comparison : Comparison
    table : Table
        The data that were compared.
    pca, autoencoder : fitted transformers of two components
        The autoencoder of dense layers with ``activation="gelu"`` and squared error: the page
        itself decodes with its weights.
    """
    template = Template(resources.files(__package__).joinpath("_report.html").read_text("utf-8"))
    n_rows, n_columns = table.X.shape
    return template.substitute(
        title=html.escape(title),
        summary=f"{n_rows:,} rows of {n_columns:,} columns. Each figure is from rows that the "
        f"transformer did not see: {comparison.n_test:,} a fold.",
        table=_table(comparison),
        pictures="\n".join(_pictures(comparison, table, pca, autoencoder)),
        model=json.dumps(_model(table, autoencoder)),
    )


def _table(comparison):
    measures = comparison.measures
    head = "".join(f"<th>{name.replace('_', ' ')}</th>" for name in measures)
    rows = [f"<tr><th>transformer</th><th>components</th>{head}</tr>"]
    for transformer in comparison.transformers:
        for size in comparison.sizes(transformer):
            cells = (_cell(comparison, transformer, size, measure) for measure in measures)
            name = html.escape(transformer)
            rows.append(f"<tr><td>{name}</td><td>{size}</td>{''.join(cells)}</tr>")
    return f"<table>{''.join(rows)}</table>"


def _cell(comparison, transformer, size, measure):
    values = comparison.values(transformer, size, measure)
    if not np.isfinite(values).all():
        return "<td></td>"
    verdict = comparison.verdict(transformer, size, measure)
    mark = f' class="{verdict}"' if verdict in ("better", "worse") else ""
    return f"<td{mark}>{values.mean():.3g} ± {standard_error(values):.1g}</td>"


def _pictures(comparison, table, pca, autoencoder):
    shown = [m for m in ("squared_error", "linear_score", "knn_score") if m in comparison.measures]
    for measure in shown:
        display = ComparisonDisplay.from_comparison(comparison, measure=measure).plot()
        better = "higher" if LARGER_IS_BETTER[measure] else "lower"
        yield _figure(display, f"{measure.replace('_', ' ')} on held-out rows: {better} is better")
    some = _evenly(len(table.X), _MOST_DOTS)
    y = None if table.y is None else table.y[some]
    for name, fitted in (("PCA", pca), ("The autoencoder", autoencoder)):
        display = CodeDisplay.from_estimator(fitted, table.X[some], y=y).plot()
        yield _figure(display, f"{name}: the rows on two components")
    shape = table.image_shape
    few = table.X[_evenly(len(table.X), _MOST_DRAWN if shape else 4)]
    for name, fitted in (("PCA", pca), ("The autoencoder", autoencoder)):
        display = ReconstructionDisplay.from_estimator(fitted, few, image_shape=shape).plot()
        yield _figure(display, f"{name}: rows rebuilt from two components")
    display = LossCurveDisplay.from_estimator(autoencoder).plot()
    yield _figure(display, "The autoencoder of two components while it learns")


def _figure(display, caption):
    from matplotlib import pyplot as plt

    picture = io.BytesIO()
    display.figure_.savefig(picture, format="png", dpi=110)
    plt.close(display.figure_)
    source = base64.b64encode(picture.getvalue()).decode()
    caption = html.escape(caption)
    return (
        f'<figure><img alt="{caption}" src="data:image/png;base64,{source}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _model(table, autoencoder):
    """What the page needs to draw the map and to decode its points."""
    some = _evenly(len(table.X), _MOST_DOTS)
    codes = autoencoder.transform(table.X[some])
    (left, bottom), (right, top) = np.quantile(codes, [0.005, 0.995], axis=0)
    decoder = autoencoder.decoder_
    layers = zip(decoder.weights, decoder.biases, strict=True)
    low, high = np.quantile(table.X[some], [0.001, 0.999])
    return {
        "layers": [{"w": _floats(w), "b": _floats(b)} for w, b in layers],
        "linear": _floats(decoder.linear),
        "mean": _floats(autoencoder.mean_),
        "scale": autoencoder.scale_,
        "codes": _floats(codes),
        "colours": _colours(table.y, some),
        "limits": [float(left), float(right), float(bottom), float(top)],
        "image_shape": table.image_shape,
        "range": [float(low), float(high) if high > low else float(low) + 1.0],
    }


def _floats(array):
    return base64.b64encode(np.ascontiguousarray(array, "<f4").tobytes()).decode()


def _colours(y, some):
    if y is None:
        return [COLOURS[0]] * len(some)
    if np.asarray(y).dtype.kind == "f":  # from light to dark blue
        share = (y - y.min()) / (np.ptp(y) or 1.0)
        return [f"hsl(205 80% {80 - 60 * s:.0f}%)" for s in share[some]]
    _, number = np.unique(y, return_inverse=True)
    return [COLOURS[i % len(COLOURS)] for i in number[some]]


def _evenly(n_rows, most):
    return np.unique(np.linspace(0, n_rows - 1, min(n_rows, most)).round().astype(int))
