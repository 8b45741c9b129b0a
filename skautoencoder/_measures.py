"""What a fitted transformer is worth on held-out rows: one function for each kind of measure."""

from __future__ import annotations

import threading
import time
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.manifold import trustworthiness
from sklearn.metrics import adjusted_rand_score, davies_bouldin_score, silhouette_score
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor, NearestNeighbors
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

N_NEIGHBORS = 5
# Neighbourhoods are compared between at most so many rows: all pairs are looked at.
_MOST_ROWS = 1_000
_PAGE_MIB = 4096 / 2**20


@dataclass(frozen=True)
class Fold:
    """Rows to learn from and rows held out, with what they are to predict, if anything."""

    train: np.ndarray
    test: np.ndarray
    y_train: Any = None
    y_test: Any = None
    has_classes: bool = False


def costs_of_fitting(transformer, fold):
    """Fit; the seconds it took, how many of them went into compiling, the peak of memory."""
    before = _compile_seconds()
    with peak_memory() as peak:
        start = time.perf_counter()
        transformer.fit(fold.train)
        seconds = time.perf_counter() - start
    compiling = _compile_seconds() - before
    return {"fit_seconds": seconds, "compile_seconds": compiling, "peak_mib": peak()}


def codes_of(transformer, fold):
    """Codes of both parts, the seconds for the held-out one, and the code's share of size."""
    train = np.asarray(transformer.transform(fold.train))
    start = time.perf_counter()
    test = np.asarray(transformer.transform(fold.test))
    seconds = time.perf_counter() - start
    share = test.shape[1] / fold.test.shape[1]
    return train, test, {"transform_seconds": seconds, "code_share": share}


def reconstruction(transformer, codes, fold):
    """Squared error of a row and share of variance explained, where codes can be undone."""
    if not hasattr(transformer, "inverse_transform"):
        return {}
    error = np.sum((fold.test - transformer.inverse_transform(codes)) ** 2, axis=1).mean()
    total = np.sum((fold.test - fold.test.mean(axis=0)) ** 2, axis=1).mean()
    return {"squared_error": error, "explained_variance": 1 - error / total if total else np.nan}


def neighbourhoods(codes, fold):
    """How far neighbours stay neighbours, both ways (Venna & Kaski 2001)."""
    rows, codes = fold.test[:_MOST_ROWS], codes[:_MOST_ROWS]
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


def separability(codes, fold, seed):
    """How the classes lie in the held-out codes, and whether k-means finds them."""
    n_classes = len(np.unique(fold.y_test)) if fold.has_classes else 0
    if not 2 <= n_classes < len(codes):
        return {}
    scaled = StandardScaler().fit_transform(codes)
    clusters = KMeans(n_classes, n_init=3, random_state=seed).fit_predict(scaled)
    some = min(len(scaled), _MOST_ROWS)  # all pairs of them
    return {
        "silhouette": silhouette_score(scaled, fold.y_test, sample_size=some, random_state=seed),
        "davies_bouldin": davies_bouldin_score(scaled, fold.y_test),
        "adjusted_rand": adjusted_rand_score(fold.y_test, clusters),
    }


def usefulness(train, test, fold, seed):
    """Scores of models that learn y from codes: accuracy for classes, R^2 for numbers."""
    if fold.y_train is None:
        return {}
    if fold.has_classes:
        models = LogisticRegression(max_iter=1000), KNeighborsClassifier(N_NEIGHBORS)
        network = MLPClassifier(max_iter=100, early_stopping=False, random_state=seed)
    else:
        models = RidgeCV(), KNeighborsRegressor(N_NEIGHBORS)
        network = MLPRegressor(max_iter=100, early_stopping=False, random_state=seed)
    linear, nearest, network = (make_pipeline(StandardScaler(), m) for m in (*models, network))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        start = time.perf_counter()
        network.fit(train, fold.y_train)
        seconds = time.perf_counter() - start
        for model in (linear, nearest):
            model.fit(train, fold.y_train)
    return {
        "linear_score": linear.score(test, fold.y_test),
        "knn_score": nearest.score(test, fold.y_test),
        "network_score": network.score(test, fold.y_test),
        "network_seconds": seconds,
    }


# -- memory and compilation


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


_compiling: list[float] = []


def _compile_seconds():
    """Seconds that JAX has spent compiling since this was first asked for."""
    if not _compiling:
        _compiling.append(0.0)
        jax.monitoring.register_event_duration_secs_listener(_note)
    return sum(_compiling)


def _note(event, duration, **_):
    if event.startswith("/jax/core/compile/"):
        _compiling.append(duration)
