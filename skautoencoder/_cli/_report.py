"""A comparison as one HTML page that needs no network: table, pictures, a live map."""

from __future__ import annotations

import base64
import html
import json
from functools import partial

import numpy as np

from skautoencoder._cli._page import figures, page
from skautoencoder.comparison import LARGER_IS_BETTER, standard_error
from skautoencoder.comparison._targets import names_of, plain_values
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
    n_rows, n_columns = table.X.shape
    return page(
        title,
        "_report.html",
        summary=f"{n_rows:,} rows of {n_columns:,} columns. Each figure is from rows that the "
        f"transformer did not see: {comparison.n_test:,} a fold. {_meaning(comparison)}",
        table=_table(comparison),
        pictures=figures(_displays(comparison, table, pca, autoencoder)),
        model=json.dumps(_model(table, autoencoder)),
    )


def _meaning(comparison):
    """What the scores of the target are."""
    if comparison.task is None:
        return ""
    score = {"classification": "accuracy", "regression": "R\N{SUPERSCRIPT TWO}"}[comparison.task]
    return f"The target was taken for {comparison.task}: scores are {score}."


def _problems(comparison):
    """A list of why numbers are missing, or nothing."""
    problems = [
        f"<li>{html.escape(f'{name}, {size} components: {error}')}</li>"
        for name in comparison.transformers
        for size in comparison.sizes(name)
        if (error := comparison.error(name, size))
    ]
    return f'<ul class="note">{"".join(problems)}</ul>' if problems else ""


def _table(comparison):
    measures = comparison.measures
    head = "".join(f"<th>{name.replace('_', ' ')}</th>" for name in measures)
    rows = [f"<tr><th>transformer</th><th>components</th>{head}</tr>"]
    for transformer in comparison.transformers:
        for size in comparison.sizes(transformer):
            cells = (_cell(comparison, transformer, size, measure) for measure in measures)
            name = html.escape(transformer)
            rows.append(f"<tr><td>{name}</td><td>{size}</td>{''.join(cells)}</tr>")
    return f"<table>{''.join(rows)}</table>{_problems(comparison)}"


def _cell(comparison, transformer, size, measure):
    values = comparison.values(transformer, size, measure)
    if not np.isfinite(values).all():
        return "<td></td>"
    verdict = comparison.verdict(transformer, size, measure)
    mark = f' class="{verdict}"' if verdict in ("better", "worse") else ""
    return f"<td{mark}>{values.mean():.3g} ± {standard_error(values):.1g}</td>"


def _displays(comparison, table, pca, autoencoder):
    """Captions, and functions that make their displays."""
    shown = [m for m in ("squared_error", "linear_score", "knn_score") if m in comparison.measures]
    for measure in shown:
        better = "higher" if LARGER_IS_BETTER[measure] else "lower"
        caption = f"{measure.replace('_', ' ')} on held-out rows: {better} is better"
        yield caption, partial(ComparisonDisplay.from_comparison, comparison, measure=measure)
    both = ("PCA", pca), ("The autoencoder", autoencoder)
    some = _evenly(len(table.X), _MOST_DOTS)
    y = None if table.y is None else plain_values(table.y)[some]
    for name, fitted in both:
        caption = f"{name}: the rows on two components"
        yield caption, partial(CodeDisplay.from_estimator, fitted, table.X[some], y=y)
    shape = table.image_shape
    few = table.X[_evenly(len(table.X), _MOST_DRAWN if shape else 4)]
    for name, fitted in both:
        caption = f"{name}: rows rebuilt from two components"
        yield (
            caption,
            partial(ReconstructionDisplay.from_estimator, fitted, few, image_shape=shape),
        )
    caption = "The autoencoder of two components while it learns"
    yield caption, partial(LossCurveDisplay.from_estimator, autoencoder)


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
        "code_scale": autoencoder.code_scale_.tolist(),
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
    y = plain_values(y)
    classes = names_of(y)
    if classes is not None:
        return [COLOURS[i % len(COLOURS)] for i in classes[1][some]]
    known = y[np.isfinite(y)]
    low, high = (known.min(), known.max()) if len(known) else (0.0, 1.0)
    share = (y[some] - low) / ((high - low) or 1.0)  # from light to dark blue
    return [f"hsl(205 80% {80 - 60 * s:.0f}%)" if np.isfinite(s) else "#bbb" for s in share]


def _evenly(n_rows, most):
    return np.unique(np.linspace(0, n_rows - 1, min(n_rows, most)).round().astype(int))
