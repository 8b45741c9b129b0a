"""
Ray: rows batch by batch, and a search on several machines
==========================================================

An autoencoder that is fitted is applied to the batches of a Ray dataset; a grid of fits is spread
over workers, each of which compiles once for a search::

    pip install "skautoencoder[ray]"
    python examples/on_ray.py              # two workers on this machine
    python examples/on_ray.py auto         # the cluster that this machine is part of
"""

import sys

import joblib
import ray
from ray.util.joblib import register_ray
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV

from skautoencoder import AutoencoderTransformer


# -- rows in batches
def codes_of_dataset(model, rows):
    """Codes of a Ray dataset of a frame's rows, as a Ray dataset; nothing is computed yet."""
    model.set_output(transform="pandas")
    return rows.map_batches(model.transform, batch_format="pandas")


# -- a search
def search(X, grid, n_jobs=-1, restarts=0):
    """A grid search over Ray's workers, of which each may die so many times."""
    estimator = AutoencoderTransformer(8, hidden_layer_sizes=(32,), max_iter=30, random_state=0)
    register_ray()
    again = {"max_restarts": restarts, "max_task_retries": restarts}
    with joblib.parallel_config(backend="ray", n_jobs=n_jobs, ray_remote_args=again):
        return GridSearchCV(estimator, grid, cv=3).fit(X)


# -- all of it
def main(address=None):
    """Search on digits, and apply what was found."""
    if address is None:
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    else:
        ray.init(address)
    frame = load_digits(as_frame=True).data
    found = search(frame, {"learning_rate": [1e-3, 1e-2], "weight_decay": [0.0, 0.1]}, restarts=2)
    print("best:", found.best_params_)
    codes = codes_of_dataset(found.best_estimator_, ray.data.from_pandas(frame))
    print("codes of a dataset:", codes.to_pandas().shape)
    ray.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
