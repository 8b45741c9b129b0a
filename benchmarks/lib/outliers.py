"""Tables with anomalies, how their rows are split, and the detectors of others."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn import datasets
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler
from sklearn.svm import OneClassSVM

from benchmarks.lib.tables import curved_factors

# What scikit-learn ships, and the class whose rows are normal there; all others are anomalies.
_SHIPPED = {
    "breast cancer": (datasets.load_breast_cancer, 1),
    "wine": (datasets.load_wine, 1),
    "digits": (datasets.load_digits, 0),
}


def tables(folder=None, only=None):
    """Name, rows, and which of them are anomalies, of a folder's .npz files (X, y) in turn.

    Without a folder, of tables that scikit-learn ships. ``only`` names the tables to read.
    """
    if folder is None:
        for name, (load, normal) in _SHIPPED.items():
            if not only or name in only:
                X, y = load(return_X_y=True)
                yield name, X, y != normal
        return
    for path in sorted(Path(folder).glob("*.npz")):
        if not only or path.stem in only:
            with np.load(path) as file:
                yield path.stem, file["X"].astype(float), file["y"].ravel() != 0


class Split(NamedTuple):
    """Rows to learn from, rows to judge, and which of the latter are anomalies."""

    train: np.ndarray
    test: np.ndarray
    anomalous: np.ndarray


def split(X, anomalous, seed, share=0.0, most_train=10_000, most_test=20_000):
    """Half of the normal rows to learn from; the other half and the anomalies to judge.

    Which half, and which rows where there are more than are wanted, is drawn by ``seed``. Of
    the rows to learn from, ``share`` are anomalies, which are then not judged: at most half of
    all anomalies, so that a table with few of them has a smaller share.
    """
    rng = np.random.default_rng(seed)
    normal = rng.permutation(np.flatnonzero(~anomalous))
    half = len(normal) // 2
    train = normal[:half][:most_train]
    bad = np.flatnonzero(anomalous)
    if share:
        bad = rng.permutation(bad)
        n_bad = min(round(share / (1 - share) * len(train)), len(bad) // 2)
        train, bad = np.concatenate([train, bad[:n_bad]]), bad[n_bad:]
    test = np.concatenate([normal[half:], bad])
    if len(test) > most_test:
        test = rng.permutation(test)[:most_test]
    return Split(X[train], X[test], anomalous[test])


def standardized(train, *others):
    """Rows in the units of those to learn from: mean 0, variance 1."""
    scaler = StandardScaler().fit(train)
    return [scaler.transform(rows) for rows in (train, *others)]


def rivals(only=None):
    """Detectors of others, by name: rows to learn from, rows to judge, seed -> scores.

    Rows are standardized, higher scores more anomalous; settings are the libraries' own. What
    is not installed is left out, with a line that says so.
    """
    found = {name: judge for name, judge in _SIMPLE.items() if not only or name in only}
    for name, (module, label, method, *needs) in _LIBRARIES.items():
        if only and name not in only:
            continue
        missing = [one for one in needs if importlib.util.find_spec(one) is None]
        if missing:
            print(f"{name} is left out: {' and '.join(missing)} not installed.")
        else:
            make = getattr(importlib.import_module(module), label)
            found[name] = partial(_of_library, make, method)
    return found


# PyOD's ECOD ranks the rows to judge together with those it learnt from; KCM (de Melo Costa et
# al. 2026) is its authors' own package, as PyOD 3.6 has none.
_LIBRARIES = {
    "PyOD AutoEncoder": (
        "pyod.models.auto_encoder", "AutoEncoder", "decision_function", "pyod", "torch",
    ),
    "ECOD": ("pyod.models.ecod", "ECOD", "decision_function", "pyod"),
    "LUNAR": ("pyod.models.lunar", "LUNAR", "decision_function", "pyod", "torch"),
    "KCM": ("karkcm", "KCM", "anomaly_score", "karkcm"),
}  # fmt: skip


def _of_library(make, method, train, test, seed):
    asked = inspect.signature(make).parameters
    settings = {"random_state": seed, "verbose": 0}
    detector = make(**{name: value for name, value in settings.items() if name in asked})
    detector.fit(train)
    return np.asarray(getattr(detector, method)(test))


def _fifth_neighbor(train, test, seed):
    return NearestNeighbors(n_neighbors=5).fit(train).kneighbors(test)[0][:, -1]


def _isolation_forest(train, test, seed):
    return -IsolationForest(random_state=seed).fit(train).score_samples(test)


def _pca_residual(train, test, seed):
    pca = PCA(0.9, svd_solver="full").fit(train)
    return np.linalg.norm(test - pca.inverse_transform(pca.transform(test)), axis=1)


def _one_class_svm(train, test, seed):
    return -OneClassSVM().fit(train).score_samples(test)


_SIMPLE = {
    "5 neighbours": _fifth_neighbor,
    "isolation forest": _isolation_forest,
    "PCA residual": _pca_residual,
    "one-class SVM": _one_class_svm,
}


def signals(n_train, n_test, seed, length=128):
    """Windows of a periodic signal to learn from, and to judge: there one in ten is changed.

    A wave of any phase, 2 to 8 periods in a window, its first overtone at a fixed place, a trend,
    noise. A change is, in turn: the phase jumps, the sensor sticks, a stretch runs faster (each
    in an eighth of the window), the overtone is displaced.
    """
    rng = np.random.default_rng(seed)
    anomalous = np.arange(n_train + n_test) >= n_train + 0.9 * n_test
    windows = [_window(rng, length, i % 4 if bad else None) for i, bad in enumerate(anomalous)]
    return Split(np.array(windows[:n_train]), np.array(windows[n_train:]), anomalous[n_train:])


def _window(rng, length, change):
    speed = np.full(length, 2 * np.pi * rng.uniform(2, 8) / length)
    begin = rng.integers(length // 4, length // 2)
    here = slice(begin, begin + length // 8)
    if change == 0:
        speed[begin] += rng.uniform(np.pi / 2, 3 * np.pi / 2)
    if change == 2:
        speed[here] *= 2
    phase = rng.uniform(0, 2 * np.pi) + np.cumsum(speed)
    overtone = 2 * phase + (np.pi if change == 3 else 0)
    wave = rng.uniform(0.5, 1.5) * np.sin(phase) + rng.uniform(0.2, 0.6) * np.sin(overtone)
    wave += rng.uniform(-1, 1) * np.linspace(-1, 1, length)
    if change == 1:
        wave[here] = wave[begin]
    return wave + 0.2 * rng.standard_normal(length)


def many_columns(n_train, n_test, seed, n_columns=300):
    """Rows of eight curved factors; among those to judge one in ten has some of another's values.

    It has them in a twentieth of the columns, the same for all.
    """
    rows = curved_factors(n_train + n_test, n_columns, 8, seed)
    train, test = rows[:n_train], rows[n_train:]
    anomalous = np.arange(n_test) >= 0.9 * n_test
    some = np.random.default_rng(seed).permutation(n_columns)[: n_columns // 20]
    test[np.ix_(anomalous, some)] = np.roll(test[np.ix_(anomalous, some)], 1, axis=0)
    return Split(train, test, anomalous)
