"""Seconds until the held-out error on MNIST is half of PCA's: ours, and PyTorch.

    python benchmarks/speed/time_to_error.py [FOLDER]

MNIST (the folder's gzipped idx files) through 784-1000-500-250-30, batch 128: ours from PCA, from
random weights, and from these with Adam at 1e-3, and the same network in PyTorch with that, fused.
Ours are seconds of whole fits, the start at PCA and the judging of held-out rows included, without
compilation; PyTorch's are of training alone.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import time
import warnings

from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning

from benchmarks.lib.arguments import command_line, parse
from benchmarks.lib.images import load
from benchmarks.lib.measures import squared_error
from benchmarks.lib.peers import ENCODERS, can_run, sizes, torch_module
from benchmarks.lib.results import save
from benchmarks.lib.timing import time_to, timed
from skautoencoder import AutoencoderTransformer


def main():
    parser = command_line(__doc__)
    parser.add_argument("folder", nargs="?", help="with gzipped idx files")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--epochs", type=int, default=30)
    args = parse(
        parser, images="folder", encoder=ENCODERS["deep"],
        smoke={"rows": 150, "epochs": 1, "encoder": ENCODERS["tiny"]},
    )  # fmt: skip
    train, test = load(args.folder)
    found = deep(train[: args.rows], test[:5_000], args.encoder, args.epochs)
    show(found)
    save("time_to_error", {"rows": args.rows, **found}, args.results)


def deep(train, test, encoder, n_epochs):
    """Seconds to half of PCA's error, and the error at the end."""
    half = squared_error(PCA(encoder[-1]).fit(train), test) / 2
    adam = {"optimizer": "adam", "learning_rate": 1e-3}
    settings: dict[str, dict] = {
        "init='pca'": {},
        "init='glorot'": {"init": "glorot"},
        "init='glorot', Adam at 1e-3": {"init": "glorot", **adam},
    }
    found = {
        f"ours, {name}": ours(train, test, encoder, half, n_epochs, some)
        for name, some in settings.items()
    }
    if can_run("PyTorch", "torch"):
        found["PyTorch, fused Adam"] = in_torch(train, test, encoder, half, n_epochs)
    return found


def ours(train, test, encoder, goal, n_epochs, settings):
    *hidden, code = encoder
    estimator = AutoencoderTransformer(
        code, hidden_layer_sizes=hidden, batch_size=128, random_state=0,
        n_iter_no_change=10**6, **settings,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        estimator.set_params(max_iter=1).fit(train[:500], X_val=test[:500])  # compiles
    estimator.set_params(max_iter=n_epochs)
    seconds, _ = timed(lambda: estimator.fit(train, X_val=test))
    return reached(estimator.validation_loss_curve_, seconds, goal)


def in_torch(train, test, encoder, goal, n_epochs):
    import torch

    module = torch_module(sizes(encoder, train.shape[1]))
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
    epochs, seconds = time_to(goal, curve, seconds)
    return {
        "epochs to half of PCA's error": epochs,
        "seconds to it": seconds,
        "best error, over PCA's": min(curve) / (2 * goal),
    }


def show(found):
    print(f"{'':28s} epochs  seconds  best/PCA")
    for name, row in found.items():
        epochs, seconds, best = row.values()
        when = "never" if epochs is None else f"{epochs:6d} {seconds:8.2f}"
        print(f"{name:28s} {when:>15s} {best:8.3f}", flush=True)


if __name__ == "__main__":
    main()
