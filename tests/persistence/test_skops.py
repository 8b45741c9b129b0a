"""skops reads our estimators when told to trust our own types, and nothing else."""

from __future__ import annotations

import pytest
from skops.io import dump, get_untrusted_types, load

from skautoencoder.persistence import SKOPS_TRUSTED
from tests.persistence.models import UNFITTED, answers, each_fit, fitted
from tests.persistence.test_round_trips import assert_same


@each_fit
def test_fitted_estimators(name, tmp_path):
    if name in ("frames out", "pipeline"):
        pytest.skip("skops does not trust all types of scikit-learn and NumPy in it")
    estimator, rows = fitted(name)
    path = tmp_path / "model.skops"
    dump(estimator, path)
    assert {*get_untrusted_types(file=path)} <= {*SKOPS_TRUSTED}
    found = answers(load(path, trusted=SKOPS_TRUSTED), rows)
    for each, wanted in answers(estimator, rows).items():
        assert_same(found[each], wanted)


@pytest.mark.parametrize("name", UNFITTED)
def test_parameters(name, tmp_path):
    path = tmp_path / "model.skops"
    dump(UNFITTED[name], path)
    assert repr(load(path, trusted=SKOPS_TRUSTED)) == repr(UNFITTED[name])


def test_types_are_ours_alone():
    assert all(name.startswith("skautoencoder.") for name in SKOPS_TRUSTED)
