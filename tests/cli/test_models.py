"""Models in files: what commands make of those that Python saved, of pickles and of others."""

from __future__ import annotations

import os
import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, OneHotEncoder, StandardScaler

from skautoencoder import AutoencoderImputer, AutoencoderTransformer, load, save
from skautoencoder._cli import main
from tests.conftest import curved, quick

NAMES = ["a", "b", "c", "d", "e"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a table of five columns of numbers, and the working directory."""
    monkeypatch.chdir(tmp_path)
    frame = pd.DataFrame(curved(60), columns=NAMES)
    frame.assign(target=["x", "y"] * 30).to_csv("t.csv", index=False)
    frame.to_csv("numbers.csv", index=False)
    frame[NAMES[::-1]].assign(new=1.0).to_csv("other order.csv", index=False)
    return tmp_path


def codes(model, data, *options):
    """What ``transform`` writes, and its code."""
    done = main(["transform", model, data, "--out", "codes.csv", *options])
    return done, pd.read_csv("codes.csv").to_numpy() if done == 0 else None


def frame():
    return pd.read_csv("numbers.csv")


@pytest.mark.parametrize("pipeline", [False, True])
def test_what_python_saved_is_applied_by_name(folder, pipeline, capsys):
    ours = make_pipeline(StandardScaler(), quick()) if pipeline else quick()
    save(ours.fit(frame()), "m.safetensors")
    for data in ("numbers.csv", "other order.csv"):
        done, found = codes("m.safetensors", data)
        assert done == 0
        assert_allclose(found, ours.transform(frame()), rtol=1e-5, atol=1e-6)
    assert "'new' not known to the model, left out" in capsys.readouterr().err
    main(["inverse-transform", "m.safetensors", "codes.csv", "--out", "rows.csv"])
    rows = pd.read_csv("rows.csv")
    assert list(rows) == NAMES
    assert_allclose(rows, ours.inverse_transform(ours.transform(frame())), rtol=1e-4, atol=1e-5)


def test_what_the_command_line_saved_is_opened_in_python(folder):
    fit = ["fit", "t.csv", "--target", "target", "--max-iter", "1", "--out", "m.safetensors"]
    assert main(fit) == 0
    ours = load("m.safetensors")
    _, found = codes("m.safetensors", "t.csv")
    assert_allclose(found, ours.transform(frame()), rtol=1e-5, atol=1e-6)


def test_the_target_is_known_though_nobody_names_it(folder, capsys):
    main(["fit", "t.csv", "--target", "target", "--max-iter", "1", "--out", "m.safetensors"])
    capsys.readouterr()
    done, _ = codes("m.safetensors", "t.csv")
    assert done == 0
    assert "target" not in capsys.readouterr().err


def test_arrays_without_names_go_by_place(folder):
    ours = quick().fit(frame().to_numpy())
    save(ours, "m.safetensors")
    np.save("a.npy", frame().to_numpy())
    done, found = codes("m.safetensors", "a.npy")
    assert done == 0
    assert_allclose(found, ours.transform(frame().to_numpy()), rtol=1e-5, atol=1e-6)


def test_an_imputer_fills_the_gaps_of_a_file(folder):
    gaps = frame()
    gaps.iloc[::7, 1] = np.nan
    gaps.to_csv("gaps.csv", index=False)
    imputer = AutoencoderImputer(n_networks=0, add_indicator=True, random_state=0).fit(gaps)
    save(imputer, "m.safetensors")
    assert main(["impute", "m.safetensors", "gaps.csv", "--out", "filled.csv"]) == 0
    filled = pd.read_csv("filled.csv")
    assert list(filled) == NAMES
    assert_allclose(filled, imputer.transform(gaps)[:, :5], rtol=1e-6)


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (AutoencoderTransformer(), "holds a AutoencoderTransformer, but no fitted estimator"),
        (OneHotEncoder(), "holds a OneHotEncoder, but no fitted estimator"),
        (5, "holds a int, but no fitted"),
    ],
)
def test_what_is_no_fitted_transformer_is_told(folder, estimator, message, capsys):
    save(estimator, "m.safetensors")
    assert codes("m.safetensors", "numbers.csv")[0] == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "message"),
    [("impute", "a Normalizer fills no gaps"), ("inverse-transform", "a Normalizer has no way")],
)
def test_what_a_model_cannot_do_is_told(folder, command, message, capsys):
    save(Normalizer().fit(frame()), "m.safetensors")
    assert main([command, "m.safetensors", "t.csv", "--out", "out.csv"]) == 2
    assert message in capsys.readouterr().err


# -- pickles


class Evil:
    def __reduce__(self):
        return os.mkdir, ("evil",)


@pytest.mark.parametrize("name", ["m.pickle", "m.pkl", "m.joblib", "m.safetensors"])
def test_a_pickle_is_refused_and_not_opened(folder, name, capsys):
    (folder / name).write_bytes(pickle.dumps(Evil()))
    for command in ("transform", "inverse-transform", "impute"):
        assert main([command, name, "t.csv", "--out", "c.csv"]) == 2
        error = capsys.readouterr().err
        assert "is a pickle, which may execute anything" in error
        assert len(error.splitlines()) == 1
    assert not (folder / "evil").exists()


@pytest.mark.parametrize("compress", [0, 3])
def test_a_pickle_that_is_trusted_is_opened(folder, compress):
    ours = quick().fit(frame())
    joblib.dump(ours, "m.joblib", compress)
    done, found = codes("m.joblib", "numbers.csv", "--trust-pickle")
    assert done == 0
    assert_allclose(found, ours.transform(frame()), rtol=1e-5, atol=1e-6)


def test_trust_opens_safe_files_as_well_and_tells_of_broken_pickles(folder, capsys):
    save(quick().fit(frame()), "m.safetensors")
    assert codes("m.safetensors", "numbers.csv", "--trust-pickle")[0] == 0
    (folder / "m.pickle").write_bytes(pickle.dumps(quick())[:50])
    assert codes("m.pickle", "numbers.csv", "--trust-pickle")[0] == 2
    assert "cannot open the pickle 'm.pickle'" in capsys.readouterr().err


def test_a_class_of_ones_own_is_told(folder, capsys):
    save(quick(optimizer=curved), "m.safetensors", classes=[curved])
    assert codes("m.safetensors", "numbers.csv")[0] == 2
    assert "tests.conftest.curved, which is not known" in capsys.readouterr().err
