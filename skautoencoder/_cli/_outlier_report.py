"""The most unusual rows and their reasons as one HTML page that needs no network."""

from __future__ import annotations

import html
from functools import partial

import numpy as np

from skautoencoder._cli._page import breakable, figures, page, scrolling
from skautoencoder.display import AnomalyDisplay

_LEAST_ROWS, _MOST_ROWS = 3, 20  # in the table and the heat map: those that are flagged
_MOST_BARS = 6  # rows with a picture of their own


def report(title, summary, detector, rows, found, facts):
    """The page, as text.

    Parameters
    ----------
    title : str
    summary : list of str
        How many rows are flagged, and what that means.
    detector : AutoencoderDetector
        Fitted.
    rows : DataFrame
        What it judged; the index names the rows.
    found : Judged
    facts : dict of str to str
        How it was made.
    """
    n_shown = int(np.clip(found.outlier.sum(), _LEAST_ROWS, _MOST_ROWS))
    shown = list(zip(found.strangest, found.reasons, strict=True))[:n_shown]
    return page(
        title,
        "_outliers.html",
        facts,
        summary="".join(f"<p>{html.escape(line)}</p>" for line in summary),
        table=_table(rows.index, found, shown),
        heatmap=figures(_all_at_once(detector, rows, [row for row, _ in shown])),
        pictures=figures(_one_by_one(detector, rows, [row for row, _ in shown])),
    )


def _table(names, found, shown):
    head = "".join(
        f'<th scope="col">{name}</th>' for name in ("row", "score", "p-value", "flagged")
    )
    lines = []
    for row, reasons in shown:
        cells = f"{found.score[row]:.3g}", f"{found.p_value[row]:.2g}"
        flagged = '<b class="worse">yes</b>' if found.outlier[row] else "no"
        said = "<br>".join(breakable(_said(reason)) for reason in reasons)
        lines.append(
            f'<tr><th scope="row"><span class="name">{breakable(names[row])}</span></th>'
            f"<td>{'</td><td>'.join(cells)}</td><td>{flagged}</td>"
            f'<td class="words">{said}</td></tr>'
        )
    caption = "<caption><span>The strangest rows, and why they are</span></caption>"
    return scrolling(
        f'<table>{caption}<thead><tr>{head}<th scope="col" class="words">reasons</th></tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table>",
        "The strangest rows",
    )


def _said(reason):
    return f"{reason.column}: {reason.value}, expected {reason.expected} ({reason.share:.0%})"


# Captions, pictures in words, and functions that make their displays.


def _all_at_once(detector, rows, shown):
    if len(shown) > 1:
        caption = "What each column contributes to the scores of these rows"
        words = f"Heat map of {len(shown)} rows by columns: how much each adds to a row's score."
        yield caption, words, partial(AnomalyDisplay.from_estimator, detector, rows.iloc[shown])


def _one_by_one(detector, rows, shown):
    for row in shown[:_MOST_BARS]:
        caption = f"Row {rows.index[row]}"
        words = f"Bars of what each column adds to the score of row {rows.index[row]}."
        yield caption, words, partial(AnomalyDisplay.from_estimator, detector, rows.iloc[[row]])
