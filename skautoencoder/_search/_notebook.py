"""What a notebook shows above a fitted search: the best candidate, and those that come next."""

from __future__ import annotations

from html import escape

import numpy as np

_MOST_ROWS = 5
_STYLE = """
.skautoencoder-search { overflow-x: auto; }
.skautoencoder-search table { border-collapse: collapse; font-size: 0.9em; color: inherit; }
.skautoencoder-search th, .skautoencoder-search td { padding: 0.2em 0.7em; text-align: left;
  color: inherit; background: none; border-bottom: 1px solid rgba(128, 128, 128, 0.3); }
"""


def html_of(search):
    """The best parameters and scores of a fitted search in HTML; nothing of one not fitted."""
    if not hasattr(search, "cv_results_"):
        return ""
    metric = search.refit if search.multimetric_ else "score"
    if f"mean_test_{metric}" not in search.cv_results_:  # of several metrics none is the first
        return ""
    found = search.cv_results_
    order = np.argsort(found[f"rank_test_{metric}"], kind="stable")
    rows = "".join(_row(search, metric, i) for i in order[:_MOST_ROWS])
    n_all, n_folds = len(order), search.n_splits_
    some = f"the best {_MOST_ROWS} of " if n_all > _MOST_ROWS else ""
    return (
        f'<style>{_STYLE}</style><div class="skautoencoder-search"><table>'
        f"<caption>{some}{n_all} candidates, by the mean over {n_folds} folds</caption>"
        f'<thead><tr><th scope="col">rank</th><th scope="col">{escape(str(metric))}</th>'
        '<th scope="col">epochs</th><th scope="col">parameters</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(search, metric, i):
    found = search.cv_results_
    mean, spread = found[f"mean_test_{metric}"][i], found[f"std_test_{metric}"][i]
    epochs = _span(search.n_epochs_[i])
    said = ", ".join(f"{name}={value!r}" for name, value in found["params"][i].items())
    return (
        f"<tr><td>{found[f'rank_test_{metric}'][i]}</td><td>{mean:.4g} ± {spread:.1g}</td>"
        f"<td>{epochs}</td><td><code>{escape(said)}</code></td></tr>"
    )


def _span(numbers):
    """The lowest and the highest of some numbers."""
    low, high = min(numbers), max(numbers)
    return f"{low}" if low == high else f"{low} to {high}"
