"""Ctrl-C and errors amid a fit: the best so far, or what was there before."""

from __future__ import annotations

import os
import signal

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.exceptions import NotFittedError

from skautoencoder import AutoencoderTransformer, RBMTransformer
from skautoencoder._cli import main
from skautoencoder._cli._model_file import read_model
from skautoencoder._training._contrastive_learner import ContrastiveLearner
from skautoencoder._training._gradient_learner import GradientLearner
from tests.conftest import curved, quick, quick_convolutional


@pytest.fixture(autouse=True)
def _pythons_own_handler():
    """A shell starts what runs in its background with Ctrl-C ignored."""
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, usual)


def rbm(**settings):
    defaults = {"visible": "gaussian", "learning_rate": 1e-3, "n_iter": 5, "random_state": 0}
    return RBMTransformer(2, **(defaults | settings))


MAKERS = pytest.mark.parametrize("make", [quick, quick_convolutional, rbm])


class Strike:
    """Raises an error where a task begins or ends, in a fit."""

    def __init__(self, error, when, task, number=0):
        self._error, self._when, self._place = error, when, (task, number)

    def setup(self, estimator, context): ...
    def teardown(self, estimator, context): ...

    def on_fit_task_begin(self, estimator, context):
        self._strike("begin", context)

    def on_fit_task_end(self, estimator, context):
        self._strike("end", context)

    def _strike(self, when, context):
        if (when, (context.task_name, context.task_id)) == (self._when, self._place):
            raise self._error


def table(n_columns, seed=0):
    X = np.random.RandomState(seed).standard_normal((60, n_columns))
    return pd.DataFrame(X, columns=[f"x{i}" for i in range(n_columns)])


@pytest.mark.slow
@MAKERS
@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("full disk")])
@pytest.mark.parametrize(
    "place", [("begin", "fit"), ("begin", "epoch"), ("end", "epoch"), ("end", "epoch", 2)]
)
@pytest.mark.parametrize("again", [table(3), table(7), table(7).to_numpy()])
def test_a_refit_that_breaks_is_one_fit_or_the_other(make, error, place, again):
    old = table(5)
    ours = make().fit(old)
    codes = ours.transform(old)
    with pytest.raises(type(error)):
        ours.set_callbacks(Strike(error, *place)).fit(again)
    if ours.n_features_in_ == 5:
        assert_array_equal(ours.transform(old), codes)
        assert list(ours.feature_names_in_) == list(old.columns)
    else:
        assert isinstance(error, KeyboardInterrupt)
        assert ours.transform(again).shape == (60, 2)
        assert hasattr(ours, "feature_names_in_") == isinstance(again, pd.DataFrame)
        assert ours.get_feature_names_out().shape == (2,)
        # random weights are no fit, a start at PCA is
        assert ours.n_iter_ > 0 or make is not rbm


@MAKERS
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize("bad", [-np.inf, np.inf])
def test_a_refit_to_bad_data_changes_nothing(make, method, bad):
    old = table(5)
    ours = make().fit(old)
    codes = ours.transform(old)
    again = table(7) if method == "fit" else table(5)
    again.iloc[3, 2] = bad
    with pytest.raises(ValueError, match="contains"):
        getattr(ours, method)(again)
    assert_array_equal(ours.transform(old), codes)


@pytest.mark.slow
@MAKERS
@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("full disk")])
def test_a_first_fit_that_breaks_before_all_leaves_no_fit(make, error):
    ours = make().set_callbacks(Strike(error, "begin", "fit"))
    with pytest.raises(type(error)):
        ours.fit(table(5))
    with pytest.raises(NotFittedError):
        ours.transform(table(5))
    ours.set_callbacks()
    assert ours.partial_fit(table(4)).transform(table(4)).shape == (60, 2)


@pytest.mark.parametrize("make", [quick, rbm])
def test_an_interrupt_amid_a_first_chunk_leaves_no_fit(make, monkeypatch):
    def strike(*arguments, **more):
        raise KeyboardInterrupt

    ours = make()
    with monkeypatch.context() as patched:
        patched.setattr(GradientLearner, "epochs", strike)
        patched.setattr(ContrastiveLearner, "epochs", strike)
        with pytest.raises(KeyboardInterrupt):
            ours.partial_fit(table(5))
    with pytest.raises(NotFittedError):
        ours.transform(table(5))
    assert ours.partial_fit(table(4)).transform(table(4)).shape == (60, 2)


@pytest.mark.slow
@pytest.mark.parametrize("early_stopping", [True, False])
@pytest.mark.parametrize("reached", [1, 3])
def test_an_interrupted_machine_is_that_of_so_many_epochs(early_stopping, reached):
    X = np.random.RandomState(0).standard_normal((60, 5))
    ours = rbm(early_stopping=early_stopping, n_iter=50)
    ours.set_callbacks(Strike(KeyboardInterrupt(), "end", "epoch", reached - 1))
    with pytest.raises(KeyboardInterrupt):
        ours.fit(X)
    fewer = rbm(early_stopping=early_stopping, n_iter=reached).fit(X)
    assert ours.n_iter_ == len(ours.reconstruction_errors_) == reached
    assert ours.validation_scores_ == fewer.validation_scores_
    assert_array_equal(ours.components_, fewer.components_)
    assert_array_equal(ours.sample(3, 5, random_state=0), fewer.sample(3, 5, random_state=0))
    assert ours.set_callbacks().partial_fit(X).n_iter_ == reached + 1


# -- the command line


@pytest.fixture
def arguments(tmp_path):
    """A fit of a small file, for many epochs."""
    np.save(tmp_path / "x.npy", curved(100))
    out = str(tmp_path / "m.safetensors")
    return ["fit", str(tmp_path / "x.npy"), "--max-iter", "5000", "--out", out]


class CtrlC(Strike):
    """Presses Ctrl-C, as a terminal would."""

    def _strike(self, when, context):
        if (when, (context.task_name, context.task_id)) == (self._when, self._place):
            os.kill(os.getpid(), signal.SIGINT)


def press(monkeypatch, *place):
    """Have Ctrl-C pressed at a place in the fit of the command line."""
    usual = AutoencoderTransformer.set_callbacks

    def set_callbacks(self, *callbacks):
        own = [CtrlC(None, *place)] if callbacks else []
        return usual(self, *own, *callbacks)

    monkeypatch.setattr(AutoencoderTransformer, "set_callbacks", set_callbacks)


@pytest.mark.parametrize("number", [0, 3])
@pytest.mark.parametrize("when", ["begin", "end"])
def test_ctrl_c_keeps_the_best_so_far(arguments, number, when, monkeypatch, capsys):
    press(monkeypatch, when, "epoch", number)
    usual = signal.getsignal(signal.SIGINT)
    code = main(arguments)
    assert signal.getsignal(signal.SIGINT) is usual
    output = capsys.readouterr()
    assert (code, output.out, output.err.count("\n")) == (130, "", 1)
    # Of epochs that are trained together, one that has begun is over.
    reached = 0 if (when, number) == ("begin", 0) else number + 1
    if reached == 0:
        assert output.err == "skautoencoder: interrupted; no file was written\n"
        assert not os.path.exists(arguments[-1])
        return
    assert "interrupted, and kept the best so far: 2 components" in output.err
    assert f"; {reached} epochs in" in output.err
    assert f"wrote {arguments[-1]}" in output.err
    ours = read_model(arguments[-1]).transformer
    assert ours.n_iter_ == reached
    assert not hasattr(ours, "_skl_callbacks")
    assert ours.transform(curved(10)).shape == (10, 2)


@pytest.mark.parametrize(
    "place", ["_options.read_table", "_model_file.write_file", "_fit.AutoencoderTransformer.fit"]
)
def test_ctrl_c_before_there_is_a_file(arguments, place, monkeypatch, capsys):
    def strike(*arguments, **more):
        raise KeyboardInterrupt

    monkeypatch.setattr(f"skautoencoder._cli.{place}", strike)
    with open(arguments[-1], "w") as file:
        file.write("old")
    assert main([*arguments, "--max-iter", "2"]) == 130
    output = capsys.readouterr()
    assert (output.out, output.err.count("\n")) == ("", 1)
    assert "interrupted; no file was written" in output.err
    with open(arguments[-1]) as file:
        assert file.read() == "old"
    assert len(os.listdir(os.path.dirname(arguments[-1]))) == 2
