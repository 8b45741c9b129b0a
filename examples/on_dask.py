"""
Dask: rows block by block, and a search on several machines
===========================================================

An autoencoder that is fitted is applied to the blocks of arrays and frames, where they are; a grid
of fits is spread over workers, each of which compiles once::

    pip install "skautoencoder[dask]"
    python examples/on_dask.py                        # two workers on this machine
    python examples/on_dask.py tcp://10.0.0.1:8786    # the workers of a scheduler
"""

import sys
from contextlib import contextmanager

import dask.array as da
import dask.dataframe as dd
import joblib
from dask.distributed import Client, LocalCluster
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV

from skautoencoder import AutoencoderTransformer


# -- rows in blocks
def codes_of_array(model, X):
    """Codes of a dask array of floats, as a dask array; nothing is computed yet."""
    X = X.rechunk({1: -1})  # a block needs all columns of its rows
    n_components = len(model.get_feature_names_out())
    return X.map_blocks(model.transform, dtype=X.dtype, chunks=(X.chunks[0], (n_components,)))


def codes_of_frame(model, frame, like):
    """Codes of a dask frame, as a dask frame; ``like`` is a row or more in pandas, for the columns.

    Partitions that a filter has emptied have no codes: as in all of scikit-learn, no rows are an
    error.
    """
    model.set_output(transform="pandas")
    none = model.transform(like).iloc[:0]

    def codes(part):
        return model.transform(part) if len(part) else none

    return frame.map_partitions(codes, meta=none)


# -- a search
def search(X, grid):
    """A grid search over the workers of the client that was made last."""
    estimator = AutoencoderTransformer(8, hidden_layer_sizes=(32,), max_iter=30, random_state=0)
    with joblib.parallel_config(backend="dask"):
        return GridSearchCV(estimator, grid, cv=3).fit(X)


# -- all of it
@contextmanager
def workers(address=None):
    """A client of a scheduler; without one, of two workers on this machine."""
    if address is not None:
        with Client(address) as client:
            yield client
        return
    # Processes of one thread each: JAX has its own threads for the products.
    one_thread = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(**one_thread) as cluster, Client(cluster) as client:
        yield client


def main(address=None):
    """Fit, apply and search on digits."""
    frame = load_digits(as_frame=True).data
    X = frame.to_numpy()
    with workers(address):
        found = search(X, {"learning_rate": [1e-3, 1e-2], "weight_decay": [0.0, 0.1]})
        print("best:", found.best_params_)
        codes = codes_of_array(found.best_estimator_, da.from_array(X, chunks=(500, 32)))
        print("codes of an array:", codes.compute().shape)
        model = found.best_estimator_.fit(frame)
        dark = dd.from_pandas(frame, npartitions=4).query("pixel_0_2 > 12")
        print("codes of a frame:", codes_of_frame(model, dark, frame[:1]).compute().shape)


if __name__ == "__main__":  # workers import this file, too
    main(*sys.argv[1:])
