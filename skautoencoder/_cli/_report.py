"""A comparison as one HTML page that needs no network: tables, pictures, a live map."""

from __future__ import annotations

import html
from functools import partial

from skautoencoder._cli._in_units import LevelColumn, shortened
from skautoencoder._cli._live_map import dots, evenly, live_map, shown_as
from skautoencoder._cli._measures_table import measures_table
from skautoencoder._cli._page import data, figures, filled, page, part, scrolling
from skautoencoder._cli._rebuilt_table import rebuilt_table
from skautoencoder.comparison import LARGER_IS_BETTER
from skautoencoder.comparison._inverse import undo
from skautoencoder.comparison._table import label_of
from skautoencoder.comparison._targets import plain_values
from skautoencoder.display import (
    CodeDisplay,
    ComparisonDisplay,
    LossCurveDisplay,
    ReconstructionDisplay,
)

_MOST_IMAGES, _MOST_PROFILES, _MOST_REBUILT = 10, 4, 3
_MOST_NEAR = 3
_SCALE = 0.8  # of figures, three of which stand side by side


def report(title, comparison, table, pca, autoencoder, facts):
    """The page, as text.

    Parameters
    ----------
    title : str
    comparison : Comparison
    table : Table
        The data that were compared, as numbers.
    pca, autoencoder : fitted transformers of two components
        Where the autoencoder's network is of dense layers, the page decodes with its weights.
    facts : dict of str to str
        How it was made.
    """
    kind, columns = shown_as(autoencoder, table)
    both = {"PCA": pca, "autoencoder": autoencoder}
    live = live_map(autoencoder, table, kind, columns)
    return page(
        title,
        "_report.html",
        facts,
        sentence=html.escape(comparison.summary()),
        summary=_summary(comparison, table),
        table=measures_table(comparison),
        pictures=figures(_displays(comparison, table, both, kind), _SCALE),
        rebuilt=_rebuilt(table, both, columns) if kind == "table" else "",
        live=_live(live),
        model=data(live),
        script=part("_live_map.js"),
    )


def _summary(comparison, table):
    """What was measured, and what the scores of the target are."""
    told = (
        f"{len(table.X):,} rows of {len(table.names):,} columns. Each figure is from rows that the "
        f"transformer did not see: {comparison.n_test:,} a fold."
    )
    if comparison.task is None:
        return told
    score = {"classification": "accuracy", "regression": "R\N{SUPERSCRIPT TWO}"}[comparison.task]
    return f"{told} The target was taken for {comparison.task}: scores of models are {score}."


# -- pictures


def _displays(comparison, table, both, kind):
    """Captions, pictures in words, and functions that make their displays."""
    shown = [m for m in ("squared_error", "linear_score", "knn_score") if m in comparison.measures]
    for measure in shown:
        better = "higher" if LARGER_IS_BETTER[measure] else "lower"
        caption = f"{label_of(measure)} on held-out rows: {better} is better".capitalize()
        words = f"Lines of the {label_of(measure)} by number of components, as in the table above."
        yield (
            caption,
            words,
            partial(ComparisonDisplay.from_comparison, comparison, measure=measure),
        )
    some = dots(table)
    y = None if table.y is None else plain_values(table.y)[some]
    for name, fitted in both.items():
        caption = f"{_named(name)}: the rows on two components"
        words = f"Map of {len(some):,} rows by the two components of {name}."
        yield caption, words, partial(CodeDisplay.from_estimator, fitted, table.X[some], y=y)
    caption = "The autoencoder of two components while it learns"
    words = "Lines of its loss by epoch, on the rows it learns from and on held-out ones."
    yield caption, words, partial(LossCurveDisplay.from_estimator, both["autoencoder"])
    if kind != "table":
        yield from _rebuilt_pictures(table, both)


def _rebuilt_pictures(table, both):
    shape = table.image_shape
    few = table.X[evenly(len(table.X), _MOST_IMAGES if shape else _MOST_PROFILES)]
    for name, fitted in both.items():
        caption = f"{_named(name)}: rows rebuilt from two components"
        words = f"{len(few)} rows, and what {name} rebuilds of them."
        yield (
            caption, words,
            partial(ReconstructionDisplay.from_estimator, fitted, few, image_shape=shape),
        )  # fmt: skip


def _named(name):
    return name if name.isupper() else f"The {name}"


# -- tables, and the map


def _rebuilt(table, both, columns):
    rows = evenly(len(table.X), _MOST_REBUILT)
    rebuilt = {
        name: undo(fitted, fitted.transform(table.X[rows]))[1] for name, fitted in both.items()
    }
    notes = [_left_out(table, columns)]
    if any(isinstance(column, LevelColumn) for column in columns):
        notes.append('Where <b class="worse">&ne;</b> stands, another level is rebuilt.')
    return (
        "<h2>Rows rebuilt from two components</h2>"
        f"{rebuilt_table(table, rows, columns, rebuilt)}"
        f'<p class="note">{" ".join(notes)}</p>'
    )


def _left_out(table, columns):
    """What to tell of columns that have no room."""
    if table.encoding is None or len(columns) == len(table.encoding.encoders):
        n_all = len(table.names)
    else:
        n_all = sum(part.encoder.width > 0 for part in table.encoding.parts)
    if len(columns) == n_all:
        return ""
    return f"Of {n_all:,} columns, the {len(columns)} that two components tell most of."


def _live(live):
    """The map and what stands beside it."""
    near = min(_MOST_NEAR, len(live["near"]["dots"]))
    how = {
        "table": "The autoencoder decodes the point on the map, in this page; beside it stand the "
        "rows nearest on the map.",
        "nothing": "Its decoder is none that runs in a page: the map shows the rows alone.",
    }.get(live["kind"], "The autoencoder decodes the point on the map, in this page.")
    return filled(
        "_live.html",
        how=how,
        enter=", and Enter to the nearest row" if near else "",
        legend=_legend(live),
        decoded=_decoded(live["kind"], near),
    )


def _decoded(kind, n_near):
    """The element that shows what is decoded, which the page's script fills."""
    if kind == "nothing":
        return ""
    if kind != "table":
        what = f"The {kind} that is decoded from the point on the map"
        return (
            f'<canvas id="decoded" class="chart" width="320" height="320" role="img" '
            f'aria-label="{what}"></canvas>'
        )
    near = '<th scope="col" class="near">a row near</th>' * n_near
    head = f'<tr><th scope="col">column</th><th scope="col">decoded</th>{near}</tr>'
    caption = "<caption><span>The point decoded, and the nearest rows</span></caption>"
    table = f'<table id="decoded">{caption}<thead>{head}</thead><tbody></tbody></table>'
    return scrolling(table, "The point decoded, and the nearest rows")


def _legend(live):
    if live["scale"] is not None:
        low, high = map(html.escape, live["scale"])
        shades = ", ".join(group["color"] for group in live["groups"] if not group["name"])
        bar = f'<span class="chart" style="background: linear-gradient(to right, {shades})"></span>'
        missing = [group for group in live["groups"] if group["name"]]
        return f'<p class="shades">{low} {bar} {high}</p>{_marks(missing)}'
    return _marks(live["groups"]) if live["labels"] is not None else ""


def _marks(groups):
    """The names of groups beside their marks, as a list."""
    lines = (
        '<li><svg class="chart" viewBox="-7 -7 14 14" aria-hidden="true">'
        f'<path d="M0 0{group["path"]}" fill="{group["color"]}"/></svg>'
        f"{html.escape(shortened(group['name']))}</li>"
        for group in groups
    )
    return (
        f'<ul class="legend" aria-label="Marks on the map">{"".join(lines)}</ul>' if groups else ""
    )
