"""What a fitted transformer is worth on held-out rows: one function for each kind of measure."""

from __future__ import annotations

import threading
import time
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import issparse
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.manifold import trustworthiness
from sklearn.metrics import adjusted_rand_score, davies_bouldin_score, silhouette_score
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor, NearestNeighbors
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skautoencoder._errors import one_line
from skautoencoder._training._compile_time import compile_seconds
from skautoencoder.comparison._inverse import as_numbers, undo

N_NEIGHBORS = 5
# Neighbourhoods are compared between at most so many rows: all pairs are looked at.
_MOST_ROWS = 1_000
_PAGE_MIB = 4096 / 2**20


@dataclass(frozen=True)
class Fold:
    """Rows to learn from and rows held out, with what they are to predict, if anything.

    Rows are what was passed: an array, a data frame or a sparse matrix.
    """

    train: Any
    test: Any
    y_train: Any = None
    y_test: Any = None
    has_classes: bool = False


class Codes(NamedTuple):
    """Codes of the rows of a fold."""

    train: Any
    test: Any


def attempt(measures):
    """The numbers of all measures, and in "error" why some gave none, or None.

    Parameters
    ----------
    measures : dict of str to callable
        Each gives a dict, empty where the measure does not apply.
    """
    found: dict = {}
    whys: dict = {}
    for name, measure in measures.items():
        try:
            with warnings.catch_warnings():
                # That classes may be numbers is decided before, and said in the result
                warnings.filterwarnings("ignore", "The number of unique classes")
                found |= measure()
        except Exception as error:  # another's code: what it raises must not lose the rest
            whys.setdefault(one_line(error), []).append(name)
    said = "; ".join(f"{', '.join(names)}: {why}" for why, names in whys.items())
    return found | {"error": said or None}


def costs_of_fitting(transformer, fold):
    """Fit; the seconds it took, how many of them went into compiling, the peak of memory."""
    if not hasattr(transformer, "transform"):
        raise TypeError(f"{type(transformer).__name__} has no transform, for rows held out.")
    before = compile_seconds()
    with peak_memory() as peak:
        start = time.perf_counter()
        transformer.fit(fold.train)
        seconds = time.perf_counter() - start
    compiling = compile_seconds() - before
    return {"fit_seconds": seconds, "compile_seconds": compiling, "peak_mib": peak()}


def codes_of(transformer, fold):
    """Codes of both parts, the seconds for the held-out one, and the code's share of size."""
    train = _dense(transformer.transform(fold.train))
    start = time.perf_counter()
    test = transformer.transform(fold.test)
    seconds = time.perf_counter() - start
    test = _dense(test)
    if not (np.isfinite(train).all() and np.isfinite(test).all()):
        raise ValueError("the codes hold NaN or infinity.")
    share = test.shape[1] / fold.test.shape[1]
    return Codes(train, test), {"transform_seconds": seconds, "code_share": share}


def reconstruction(transformer, codes, fold):
    """Squared error of a row and share of variance explained, where codes can be undone.

    Gaps in the rows are left out of both.
    """
    rows = _numbers(fold.test)
    if rows is None:
        return {}
    rebuilt = _rebuilt(transformer, codes, fold, rows)
    if rebuilt is None:
        return {}
    error = np.nansum((rows - rebuilt) ** 2, axis=1).mean()
    total = np.nansum((rows - _column_means(rows)) ** 2, axis=1).mean()
    return {"squared_error": error, "explained_variance": 1 - error / total if total else np.nan}


def _rebuilt(transformer, codes, fold, rows):
    """The held-out rows from their codes, or None where there is no inverse."""
    last = transformer[-1:] if isinstance(transformer, Pipeline) else transformer
    if not hasattr(last, "inverse_transform"):
        return None
    first_steps, rebuilt = undo(transformer, codes.test)
    if first_steps is None or _only_fills_gaps(first_steps, fold.test, rows):
        return rebuilt
    if not hasattr(transformer, "inverse_transform"):
        return None
    return _dense(transformer.inverse_transform(codes.test))  # to say why it cannot


def _only_fills_gaps(steps, test, rows):
    """Whether all numbers that are known come out of some steps as they are."""
    filled, known = _dense(steps.transform(test)), ~np.isnan(rows)
    return filled.shape == rows.shape and np.array_equal(filled[known], rows[known])


def neighbourhoods(codes, fold):
    """How far neighbours stay neighbours, both ways (Venna & Kaski 2001).

    Rows with gaps are left out: no distance to them is known.
    """
    rows, codes = _numbers(fold.test[:_MOST_ROWS]), codes.test[:_MOST_ROWS]
    if rows is None:
        return {}
    whole = ~np.isnan(rows).any(axis=1)
    rows, codes = rows[whole], codes[whole]
    if len(rows) <= 2 * N_NEIGHBORS:
        return {}
    near, near_codes = (
        NearestNeighbors(n_neighbors=N_NEIGHBORS).fit(x).kneighbors(return_distance=False)
        for x in (rows, codes)
    )
    kept = [len(np.intersect1d(*pair)) for pair in zip(near, near_codes, strict=True)]
    return {
        "trustworthiness": trustworthiness(rows, codes, n_neighbors=N_NEIGHBORS),
        "continuity": trustworthiness(codes, rows, n_neighbors=N_NEIGHBORS),
        "knn_recall": np.mean(kept) / N_NEIGHBORS,
    }


def linear_score(codes, fold):
    """Held-out accuracy, or R^2, of a linear model."""
    model = LogisticRegression(max_iter=1000) if fold.has_classes else RidgeCV()
    return {"linear_score": _fitted(model, codes, fold).score(codes.test, fold.y_test)}


def knn_score(codes, fold):
    """Held-out accuracy, or R^2, of the nearest neighbours."""
    kind = KNeighborsClassifier if fold.has_classes else KNeighborsRegressor
    return {"knn_score": _fitted(kind(N_NEIGHBORS), codes, fold).score(codes.test, fold.y_test)}


def network_score(codes, fold, seed):
    """Held-out accuracy, or R^2, of a small network, and the seconds it took to fit."""
    kind = MLPClassifier if fold.has_classes else MLPRegressor
    network = kind(max_iter=100, early_stopping=False, random_state=seed)
    start = time.perf_counter()
    network = _fitted(network, codes, fold)
    seconds = time.perf_counter() - start
    score = network.score(codes.test, fold.y_test)
    return {"network_score": score, "network_seconds": seconds}


def silhouette(codes, fold, seed):
    """How far the classes lie apart in the held-out codes."""
    if not _n_clusters(fold):
        return {}
    rows = _scaled(codes.test)
    some = min(rows.shape[0], _MOST_ROWS)  # all pairs of them
    score = silhouette_score(rows, fold.y_test, sample_size=some, random_state=seed)
    return {"silhouette": score}


def davies_bouldin(codes, fold):
    """How near the classes lie to each other in the held-out codes."""
    if not _n_clusters(fold) or issparse(codes.test):
        return {}
    return {"davies_bouldin": davies_bouldin_score(_scaled(codes.test), fold.y_test)}


def adjusted_rand(codes, fold, seed):
    """Whether k-means finds the classes in the held-out codes."""
    n_clusters = _n_clusters(fold)
    if not n_clusters:
        return {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        k_means = KMeans(n_clusters, n_init=3, random_state=seed)
        clusters = k_means.fit_predict(_scaled(codes.test))
    return {"adjusted_rand": adjusted_rand_score(fold.y_test, clusters)}


def raw_features(fold):
    """The rows in the place of codes, or None where models cannot learn from them as they are."""
    parts = [part if issparse(part) else _numbers(part) for part in (fold.train, fold.test)]
    for part in parts:
        values = part.data if issparse(part) else part
        if values is None or not np.isfinite(values).all():
            return None
    return Codes(*parts)


def _fitted(model, codes, fold):
    pipeline = make_pipeline(_scaler(codes.train), model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return pipeline.fit(codes.train, fold.y_train)


def _scaler(rows):
    return StandardScaler(with_mean=not issparse(rows))  # which stay sparse


def _scaled(rows):
    return _scaler(rows).fit_transform(rows)


def _n_clusters(fold):
    """How many classes the held-out rows have; 0 where they cannot be clusters."""
    n_classes = len(np.unique(fold.y_test)) if fold.has_classes else 0
    return n_classes if 2 <= n_classes < len(fold.y_test) else 0


# -- rows of any kind


def _dense(rows):
    return rows.toarray() if issparse(rows) else np.asarray(rows)


def _numbers(rows):
    """Rows as a dense array of numbers, maybe with gaps; None where they hold text."""
    try:
        return as_numbers(rows, dtype=[np.float64, np.float32], ensure_all_finite=False)
    except (TypeError, ValueError):
        return None


def _column_means(rows):
    known = ~np.isnan(rows)
    return np.where(known, rows, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)


# -- memory


@contextmanager
def peak_memory():
    """Watch the process's resident memory; gives a function for the rise to its peak in MiB."""
    status = Path("/proc/self/statm")
    if not status.exists():
        yield lambda: np.nan
        return

    def resident():
        return int(status.read_text().split()[1]) * _PAGE_MIB

    before = resident()
    highest, done = [before], threading.Event()

    def watch():
        while not done.wait(0.005):
            highest[0] = max(highest[0], resident())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield lambda: highest[0] - before
    finally:
        done.set()
        watcher.join()
        highest[0] = max(highest[0], resident())
