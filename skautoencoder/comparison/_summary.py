"""From a comparison to a sentence or two: who is better, at what, with how many components."""

from __future__ import annotations

import numpy as np

# What a measure tells, said of a transformer that is "better at ...".
_USES = {
    "squared_error": "rebuilding rows",
    "trustworthiness": "keeping neighbors",
    "continuity": "continuity",
    "knn_recall": "finding nearest neighbors",
    "linear_score": "telling the target by a linear model",
    "knn_score": "telling the target by nearest neighbors",
    "network_score": "telling the target by a network",
    "silhouette": "separating classes by silhouette",
    "davies_bouldin": "separating classes by the Davies-Bouldin index",
    "adjusted_rand": "clustering",
}


def summary_of(comparison, against, left_out):
    """Sentences on each transformer beside ``against``, those of ``left_out`` excepted."""
    others = [t for t in comparison.transformers if t not in (against, *left_out)]
    if not others:
        return f"Nothing was compared with {against}."
    return " ".join(_beside(comparison, other, against) for other in others)


def _beside(comparison, other, against):
    """Sentences on two transformers."""
    sizes = [s for s in comparison.sizes(other) if s in comparison.sizes(against)]
    won = _where(comparison, other, against, sizes, "better")
    lost = _where(comparison, other, against, sizes, "worse")
    if won and lost:
        text = f"{other} is better than {against} at {won}, and worse at {lost}."
    elif won:
        text = f"{other} is better than {against} at {won}, and worse at nothing."
    elif lost:
        text = f"{other} is worse than {against} at {lost}, and better at nothing."
    else:
        return (
            f"Between {other} and {against} no difference is shown: chance may explain what there "
            f"is.{_time(comparison, other, against, sizes)}"
        )
    return f"{text} Elsewhere no difference is shown.{_time(comparison, other, against, sizes)}"


def _where(comparison, other, against, sizes, verdict):
    """The uses with that verdict at some sizes, as words."""
    found = {}
    for measure, use in _USES.items():
        at = [s for s in sizes if comparison.verdict(other, s, measure, against) == verdict]
        if at:
            found[use] = "at every size" if at == sizes else f"{listed(at)} components"
    return listed([f"{use} ({at})" for use, at in found.items()])


def _time(comparison, other, against, sizes):
    """How many times as long fitting takes, where both were timed."""
    ratios = [
        comparison.values(other, size, "fit_seconds").mean()
        / max(comparison.values(against, size, "fit_seconds").mean(), 1e-4)
        for size in sizes
    ]
    if not ratios or not np.isfinite(ratios).all() or min(ratios) <= 0:
        return ""
    ratio = float(f"{np.exp(np.mean(np.log(ratios))):.1g}")  # more digits would be the machine's
    return f" Fitting takes about {ratio:,g} times as long."


def listed(words):
    """``a, b and c``."""
    *before, last = [str(word) for word in words] or [""]
    return f"{', '.join(before)} and {last}" if before else last
