"""Seconds until the held-out error is half of PCA's: ours, PyTorch, and other optimisers.

    python benchmarks/time_to_error.py [FOLDER]

MNIST (the folder's gzipped idx files) through 784-1000-500-250-30, batch 128: ours from PCA and
from random weights, and the same network in PyTorch with fused Adam at the same learning rate.
Seconds of training: compilation and the evaluations are left out. Then each named optimiser, and
Muon of optax.contrib, at three learning rates on digits and Fashion-MNIST: seconds to half of
PCA's error, and the best held-out error.
"""

from __future__ import annotations

import argparse
import importlib.util
import time

import numpy as np
import optax
from machine import save
from mnist import load
from peers import ENCODERS, rows, sizes, torch_module
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split

from skautoencoder import AutoencoderTransformer


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", help="with gzipped idx files")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--epochs", type=int, default=12)
    args = parser.parse_args()
    train, test = load(args.folder)
    result = {"rows": args.rows, "MNIST": deep(train[: args.rows], test[:5_000], args.epochs)}
    fashion = [part[:5_000] for part in load(args.folder, "fashion-mnist")]
    result["optimisers on digits"] = optimizers(*train_test_split(rows("digits"), random_state=0))
    result["optimisers on Fashion-MNIST"] = optimizers(*fashion, n_epochs=15)
    save("time_to_error", result)


def deep(train, test, n_epochs):
    """Seconds to half of PCA's error, and the error at the end."""
    half = pca_error(train, test, ENCODERS["deep"][-1]) / 2
    found = {
        f"ours, init={init!r}": ours(train, test, half, ENCODERS["deep"], n_epochs, init=init)
        for init in ("pca", "glorot")
    }
    if importlib.util.find_spec("torch"):
        found["PyTorch, fused Adam"] = in_torch(train, test, half, n_epochs)
    show("MNIST", found)
    return found


def optimizers(train, test, n_epochs=100):
    half = pca_error(train, test, 8) / 2
    found = {}
    for name in ("adam", "nadam", "adabelief", "lion", "rmsprop", "sgd", "muon"):
        for rate in (3e-4, 1e-3, 3e-3, 1e-2):
            optimizer = optax.contrib.muon(rate) if name == "muon" else name
            found[f"{name}, {rate:g}"] = ours(
                train, test, half, (256, 128, 8), n_epochs, learning_rate=rate, optimizer=optimizer
            )
    show(f"{train.shape[1]} columns", found)
    return found


def ours(train, test, goal, encoder, n_epochs, **settings):
    estimator = AutoencoderTransformer(
        encoder[-1], hidden_layer_sizes=encoder[:-1], batch_size=128, random_state=0,
        n_iter_no_change=10**6, **settings,
    )  # fmt: skip
    estimator.set_params(max_iter=1).fit(train[:500], X_val=test[:500])  # compiles
    estimator.set_params(max_iter=n_epochs)
    start = time.perf_counter()
    estimator.fit(train, X_val=test)
    return reached(estimator.validation_loss_curve_, time.perf_counter() - start, goal)


def in_torch(train, test, goal, n_epochs):
    import torch

    module = torch_module(sizes(ENCODERS["deep"], train.shape[1]))
    optimizer = torch.optim.Adam(module.parameters(), lr=1e-3, fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, n_epochs)
    data, held_out = torch.from_numpy(train), torch.from_numpy(test)

    def error():
        with torch.no_grad():
            return float(((module(held_out) - held_out) ** 2).sum(1).mean())

    curve, seconds = [error()], 0.0
    for _ in range(n_epochs):
        start = time.perf_counter()
        for batch in data[torch.randperm(len(data))].split(128):
            optimizer.zero_grad()
            ((module(batch) - batch) ** 2).mean().backward()
            optimizer.step()
        schedule.step()
        seconds += time.perf_counter() - start
        curve.append(error())
    return reached(curve, seconds, goal)


def reached(curve, seconds, goal):
    below = np.flatnonzero(np.array(curve) <= goal)
    epochs = int(below[0]) if len(below) else None
    return {
        "epochs to half of PCA's error": epochs,
        "seconds to it": None if epochs is None else seconds * epochs / (len(curve) - 1),
        "best error, over PCA's": min(curve) / (2 * goal),
    }


def pca_error(train, test, n_components):
    pca = PCA(n_components).fit(train)
    rebuilt = pca.inverse_transform(pca.transform(test))
    return float(((test - rebuilt) ** 2).sum(1).mean())


def show(title, found):
    print(f"{title:28s} epochs  seconds  best/PCA")
    for name, row in found.items():
        epochs, seconds, best = row.values()
        when = "never" if epochs is None else f"{epochs:6d} {seconds:8.2f}"
        print(f"{name:28s} {when:>15s} {best:8.3f}", flush=True)


if __name__ == "__main__":
    main()
