"""scikit-learn's callbacks see epochs, can score them, and can stop them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.callback import ProgressBar, ScoringMonitor
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.conftest import curved, quick


class Recorder:
    """Keeps what the hooks were told; asks to stop after an epoch, if told which."""

    def __init__(self, stop_after=None):
        self.stop_after = stop_after
        self.begun, self.ended, self.fitted, self.torn_down = [], [], [], 0

    def setup(self, estimator, context):
        self.max_subtasks = context.max_subtasks

    def on_fit_task_begin(self, estimator, context):
        self.begun.append((context.task_name, context.task_id))

    def on_fit_task_end(self, estimator, context, *, X=None, fitted_estimator=None, metadata=None):
        self.ended.append((context.task_name, context.task_id))
        self.fitted.append(fitted_estimator)
        self.metadata = metadata
        return context.task_name == "epoch" and context.task_id + 1 == self.stop_after

    def teardown(self, estimator, context):
        self.torn_down += 1


def test_each_epoch_is_a_task():
    recorder = Recorder()
    quick().set_callbacks(recorder).fit(curved(100), sample_weight=np.ones(100))
    epochs = [("epoch", i) for i in range(5)]
    assert recorder.begun == [("fit", 0), *epochs]
    assert recorder.ended == [*epochs, ("fit", 0)]
    assert recorder.max_subtasks == 5
    assert recorder.torn_down == 1
    assert list(recorder.metadata) == ["sample_weight"]


def test_a_callback_sees_a_fitted_estimator_and_the_last_is_the_result():
    recorder = Recorder()
    X = curved(100)
    ours = quick(early_stopping=False).set_callbacks(recorder).fit(X)
    assert [fitted.transform(X).shape for fitted in recorder.fitted] == [(100, 2)] * 6
    assert_array_equal(recorder.fitted[-1].transform(X), ours.transform(X))
    assert not np.array_equal(recorder.fitted[0].transform(X), ours.transform(X))


def test_a_callback_can_stop_the_fit():
    ours = quick(max_iter=50).set_callbacks(Recorder(stop_after=3)).fit(curved(100))
    assert ours.n_iter_ == 3
    assert ours.transform(curved(4)).shape == (4, 2)


def test_scoring_monitor():
    monitor = ScoringMonitor(scoring={"explained": lambda est, X, y: est.score(X)})
    X = curved(200)
    ours = quick(1, learning_rate=1e-2, early_stopping=False).set_callbacks(monitor).fit(X)
    rows = monitor.get_logs().data
    assert [row["task_name"] for row in rows].count("epoch") == 5
    scores = [row["explained"] for row in rows if row["task_name"] == "epoch"]
    assert scores[-1] == pytest.approx(ours.score(X), rel=1e-6)
    assert scores[-1] > scores[0]


def test_progress_bar_shows_epochs(capsys):
    quick().set_callbacks(ProgressBar()).fit(curved(100))
    shown = capsys.readouterr().out
    assert "AutoencoderTransformer" in shown
    assert "100%" in shown


def test_progress_bar_over_a_search_in_a_pipeline(capsys):
    pipeline = make_pipeline(StandardScaler(), quick())
    grid = {"autoencodertransformer__learning_rate": [1e-3, 1e-2]}
    GridSearchCV(pipeline, grid, cv=2).set_callbacks(ProgressBar(max_propagation_depth=None)).fit(
        curved(60)
    )
    assert "GridSearchCV" in capsys.readouterr().out
