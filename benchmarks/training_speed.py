"""How fast training is: beside the machine's matrix products, MLPRegressor and PyTorch.

    python benchmarks/training_speed.py

784-1000-500-250-30 and back on random rows in single precision, batch 128 and 512. The rate is
6 x weights x rows / time: what the matrix products of forward and backward pass cost, and
nothing for the rest. The limit is NumPy's rate at the same products in the same run. Time of
an epoch is the difference between fits of one and of three epochs: compilation and start are
left out, and shown apart. All in turns, medians over repetitions. PyTorch runs where it is
installed.
"""

from __future__ import annotations

import argparse
import time
from itertools import pairwise

import numpy as np
from machine import save
from sklearn.neural_network import MLPRegressor

from skautoencoder import AutoencoderTransformer

HIDDEN, N_COMPONENTS, N_FEATURES = (1000, 500, 250), 30, 784
SIZES = (N_FEATURES, *HIDDEN, N_COMPONENTS, *HIDDEN[::-1], N_FEATURES)
N_WEIGHTS = sum(a * b for a, b in pairwise(SIZES))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_240)
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    X = np.random.RandomState(0).uniform(size=(args.rows, N_FEATURES)).astype(np.float32)
    results = {}
    for batch_size in (128, 512):
        candidates = {
            "NumPy's products alone": products_alone,
            "AutoencoderTransformer": ours,
            "MLPRegressor": mlp,
        }
        try:
            import torch  # noqa: F401

            candidates |= {"PyTorch, eager": torch_eager, "PyTorch, fused Adam": torch_fused}
        except ImportError:
            pass
        seconds: dict = {name: [] for name in candidates}
        for _ in range(args.repeats):
            for name, candidate in candidates.items():
                seconds[name].append(candidate(X, batch_size))
        rates = {
            name: 6 * N_WEIGHTS * args.rows / np.array(times) / 1e9
            for name, times in seconds.items()
        }
        limit = rates["NumPy's products alone"]
        print(f"batch {batch_size:24d}  GFLOP/s   of the limit")
        results[f"batch {batch_size}"] = {}
        for name, rate in rates.items():
            share = np.median(rate / limit)
            spread = np.percentile(rate / limit, [25, 75]).tolist()
            print(f"{name:30s} {np.median(rate):8.0f} {share:12.0%}")
            results[f"batch {batch_size}"][name] = {
                "GFLOP/s": float(np.median(rate)),
                "of the limit": float(share),
                "quartiles": spread,
            }
    save("training_speed", {"rows": args.rows, **results})


def products_alone(X, batch_size):
    """One epoch's matrix products, forward and both of the backward pass."""
    rng = np.random.RandomState(0)
    weights = [rng.standard_normal(s).astype(np.float32) for s in pairwise(SIZES)]
    inputs = [rng.standard_normal((batch_size, n)).astype(np.float32) for n in SIZES]
    outputs = [
        (np.empty_like(inputs[i + 1]), np.empty_like(w), np.empty_like(inputs[i]))
        for i, w in enumerate(weights)
    ]
    start = time.perf_counter()
    for _ in range(len(X) // batch_size):
        for i, w in enumerate(weights):
            forward, of_weight, backward = outputs[i]
            np.matmul(inputs[i], w, out=forward)
            np.matmul(inputs[i].T, inputs[i + 1], out=of_weight)
            np.matmul(inputs[i + 1], w.T, out=backward)
    return time.perf_counter() - start


def an_epoch(fit):
    """Seconds of an epoch, from fits of one and of three."""
    seconds = []
    for n_epochs in (1, 3):
        start = time.perf_counter()
        fit(n_epochs)
        seconds.append(time.perf_counter() - start)
    return (seconds[1] - seconds[0]) / 2


def ours(X, batch_size):
    return an_epoch(
        lambda n_epochs: AutoencoderTransformer(
            N_COMPONENTS, hidden_layer_sizes=HIDDEN, batch_size=batch_size, max_iter=n_epochs,
            early_stopping=False, init="glorot", random_state=0,
        ).fit(X)
    )  # fmt: skip


def mlp(X, batch_size):
    import warnings

    def fit(n_epochs):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            MLPRegressor(
                hidden_layer_sizes=SIZES[1:-1],
                batch_size=batch_size,
                max_iter=n_epochs,
                n_iter_no_change=100,
                tol=0,
            ).fit(X, X)

    return an_epoch(fit)


def torch_eager(X, batch_size, fused=False):
    import torch

    layers = []
    for n_in, n_out in pairwise(SIZES):
        layers += [torch.nn.Linear(n_in, n_out), torch.nn.GELU(approximate="tanh")]
    model = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.Adam(model.parameters(), fused=fused)
    rows = torch.from_numpy(X)

    def fit(n_epochs):
        for _ in range(n_epochs):
            for batch in rows[torch.randperm(len(rows))].split(batch_size):
                optimizer.zero_grad()
                ((model(batch) - batch) ** 2).mean().backward()
                optimizer.step()

    return an_epoch(fit)


def torch_fused(X, batch_size):
    return torch_eager(X, batch_size, fused=True)


if __name__ == "__main__":
    main()
