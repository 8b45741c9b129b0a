"""A comparison as a notebook shows it: a table in HTML that suits a light and a dark page."""

from __future__ import annotations

from html import escape

from skautoencoder.comparison._table import table_of

# Backgrounds are tints, and all else is the page's own: a notebook may be light or dark.
_STYLE = """
.skautoencoder-comparison { overflow-x: auto; max-width: 100%; }
.skautoencoder-comparison table { border-collapse: collapse; font-size: 0.9em; color: inherit;
  font-variant-numeric: tabular-nums; }
.skautoencoder-comparison caption { caption-side: bottom; text-align: left; padding-top: 0.5em; }
.skautoencoder-comparison th, .skautoencoder-comparison td { padding: 0.2em 0.7em;
  text-align: right; white-space: nowrap; color: inherit; background: none;
  border-bottom: 1px solid rgba(128, 128, 128, 0.3); }
.skautoencoder-comparison tbody th { text-align: left; font-weight: normal; }
.skautoencoder-comparison thead th { text-align: center; }
.skautoencoder-comparison tr > th:first-child { text-align: left; }
.skautoencoder-comparison td.better { background: rgba(0, 158, 115, 0.25); }
.skautoencoder-comparison td.worse { background: rgba(213, 94, 0, 0.25); }
.skautoencoder-comparison small { opacity: 0.75; }
"""


def html_of(comparison):
    """The table of a comparison in HTML; names and errors are escaped."""
    table = table_of(comparison)
    groups, sizes = [], []
    for name, sizes_of_it in table.groups.items():
        groups.append(f'<th scope="colgroup" colspan="{len(sizes_of_it)}">{escape(name)}</th>')
        sizes += [f'<th scope="col">{size}</th>' for size in sizes_of_it]
    rows = "".join(
        f'<tr><th scope="row">{row.label} <small>{row.direction}</small></th>'
        f"{''.join(map(_cell, row.cells))}</tr>"
        for row in table.rows
    )
    problems = "".join(f"<li>{escape(problem)}</li>" for problem in table.problems)
    return (
        f'<style>{_STYLE}</style><div class="skautoencoder-comparison">'
        f"<p>{escape(comparison.summary(table.against))}</p><table>"
        f"<caption>+ better, \N{MINUS SIGN} worse than {escape(table.against)} by more than chance "
        "explains; mean ± standard error over the folds, of "
        f"{comparison.n_test:,} held-out rows each.</caption><thead>"
        f'<tr><th scope="row">transformer</th>{"".join(groups)}</tr>'
        f'<tr><th scope="row">components</th>{"".join(sizes)}</tr></thead>'
        f"<tbody>{rows}</tbody></table>{f'<ul>{problems}</ul>' if problems else ''}</div>"
    )


def _cell(cell):
    said = f'<td class="{cell.verdict}">' if cell.mark else "<td>"
    error = f" <small>± {cell.error}</small>" if cell.error else ""
    unit = f" {cell.unit}" if cell.unit else ""
    return f"{said}{cell.value}{error}{unit}{f' <b>{cell.mark}</b>' if cell.mark else ''}</td>"
