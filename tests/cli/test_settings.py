"""``--set``: parameters of estimators by name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from skautoencoder import (
    AutoencoderDetector,
    AutoencoderTransformer,
    TableAutoencoderTransformer,
    load,
)
from skautoencoder._cli import main
from skautoencoder._cli._settings import set_parameters, setting
from skautoencoder._cli._table import BadInputError
from skautoencoder.objectives import Denoising

# A value for each parameter, other than its default, as it is typed.
TYPED = {
    "n_components": ("3", 3),
    "kinds": ("{'a': 'number'}", {"a": "number"}),
    "whiten": ("true", True),
    "hidden_layer_sizes": ("64,32", (64, 32)),
    "activation": ("relu", "relu"),
    "tied_weights": ("True", True),
    "loss": ("huber", "huber"),
    "objective": ("denoising", "denoising"),
    "init": ("glorot", "glorot"),
    "optimizer": ("sgd", "sgd"),
    "learning_rate": ("3e-3", 3e-3),
    "weight_decay": ("0.01", 0.01),
    "batch_size": ("16", 16),
    "precision": ("bfloat16", "bfloat16"),
    "max_iter": ("7", 7),
    "early_stopping": ("FALSE", False),
    "validation_fraction": ("0.2", 0.2),
    "n_iter_no_change": ("inf", np.inf),
    "tol": ("0", 0),
    "warm_start": ("True", True),
    "random_state": ("None", None),
    "verbose": ("1", 1),
}


@pytest.mark.parametrize("make", [AutoencoderTransformer, TableAutoencoderTransformer])
def test_every_parameter_of_the_constructor_can_be_set(make):
    names = make().get_params(deep=False)
    assert set(names) <= set(TYPED)
    ours = make(random_state=3)
    set_parameters(ours, [setting(f"{name}={TYPED[name][0]}") for name in names])
    assert ours.get_params(deep=False) == {name: TYPED[name][1] for name in names}


@pytest.mark.parametrize("order", [1, -1])
def test_fields_of_an_objective(order):
    pairs = [("objective__noise_std", 0.3), ("objective", "denoising")][::order]
    assert set_parameters(AutoencoderTransformer(), pairs).objective == Denoising(noise_std=0.3)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("learning_rat=1", "no parameter 'learning_rat'. Did you mean 'learning_rate'? There are "),
        ("x=1", "--set x=1: AutoencoderTransformer has no parameter 'x'. There are activation, "),
        ("learning_rate=-1", "--set learning_rate=-1: The 'learning_rate' parameter of Autoencod"),
        ("learning_rate=-1", "must be a float in the range (0.0, inf). Got -1 instead."),
        ("activation=rleu", "must be a str among {'elu', 'gelu', 'identity', 'logistic', 'relu', "),
        ("activation=rleu", "Got 'rleu' instead. Did you mean 'relu'?"),
        ("max_iter=1.5", "must be an int in the range [1, inf). Got 1.5 instead."),
        ("objective__noise_std=1", "Reconstruction has no parameter 'noise_std'. It has none."),
        ("loss__delta=1", "loss='squared_error' has no parameters of its own."),
        ("objective=denosing", "Did you mean 'denoising'?"),
        ("objective=denoising,objective__nois_std=1", "Did you mean 'noise_std'? There are "),
    ],
)
def test_what_is_not_allowed_is_told(typed, message):
    settings = [setting(one) for one in typed.split(",")]
    with pytest.raises(BadInputError) as error:
        set_parameters(AutoencoderTransformer(), settings)
    assert message in str(error.value)


@pytest.mark.parametrize("typed", ["3e-3", "=3", ""])
def test_what_is_no_setting_is_told(typed, capsys):
    with pytest.raises(SystemExit) as left:
        main(["fit", "digits", "--out", "m.safetensors", "--set", typed])
    assert left.value.code == 2
    assert f"{typed!r} is none of such as learning_rate=3e-3" in capsys.readouterr().err


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The working directory, with a table and an array."""
    monkeypatch.chdir(tmp_path)
    X = np.random.default_rng(0).standard_normal((60, 3)).round(3)
    pd.DataFrame(X, columns=list("abc")).to_csv("t.csv", index=False)
    np.save("x.npy", X)
    return tmp_path


QUICK = ["--set", "hidden_layer_sizes=(16,)", "--set", "max_iter=3"]


@pytest.mark.parametrize("data", ["t.csv", "x.npy"])
def test_fit_takes_settings(data, folder):
    out = ["--max-iter", "9", "--out", "m.safetensors"]
    assert main(["fit", data, *QUICK, "--set", "learning_rate=3e-3", *out]) == 0
    ours = load("m.safetensors")
    assert (ours.hidden_layer_sizes, ours.max_iter, ours.learning_rate) == ((16,), 3, 3e-3)
    assert ours.n_iter_ <= 3


@pytest.mark.slow
def test_outliers_take_settings_of_network_and_detector(folder):
    files = ["--model", "m.safetensors", "--out", "o.csv"]
    assert main(["outliers", "t.csv", "--method", "network", *QUICK, *files]) == 0
    detector = load("m.safetensors")
    assert isinstance(detector, AutoencoderDetector)
    assert [network.max_iter for network in detector.estimators_] == [3, 3, 3]
    assert (
        main(["outliers", "t.csv", "--method", "kernel", "--set", "standardize=false", *files]) == 0
    )
    assert load("m.safetensors").standardize is False


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["compare", "t.csv", "--set", "n_components=3"], "n_components=3: --n-components is for"),
        (["compare", "t.csv", "--set", "learning_rate=0"], "(0.0, inf). Got 0 instead."),
        (
            ["compare", "x.npy", "--n-components", "1", "--set", "init=rbm"],
            "--set: init='rbm' starts networks of logistic units",
        ),
        (["fit", "t.csv", "--set", "loss=huber", "--out", "m.safetensors"], "no parameter 'loss'"),
        (["fit", "t.csv", "--max-iter", "0", "--out", "m.safetensors"], "max_iter' parameter of"),
        (["outliers", "t.csv", "--set", "tol=-1", "--out", "o.csv"], "'tol' parameter of Autoenc"),
        (
            ["outliers", "t.csv", "--method", "kernel", "--set", "tol=0", "--out", "o.csv"],
            "--set tol: --method kernel trains no autoencoder.",
        ),
        (
            ["outliers", "t.csv", "--set", "hidden_layer_sizes=8,0", "--out", "o.csv"],
            "The 'hidden_layer_sizes' parameter of AutoencoderTransformer must hold",
        ),
    ],
)
def test_bad_settings_are_one_line_and_write_nothing(arguments, message, folder, capsys):
    before = sorted(folder.iterdir())
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert message in error.splitlines()[-1]
    assert "Traceback" not in error
    assert sorted(folder.iterdir()) == before
