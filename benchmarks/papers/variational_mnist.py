"""A variational autoencoder on binary MNIST: how many nats an image takes.

    python benchmarks/papers/variational_mnist.py FOLDER     # with MNIST's gzipped idx files
    python benchmarks/papers/variational_mnist.py            # fetches MNIST from OpenML

784-200-200-50, as Burda, Grosse & Salakhutdinov (2016) have it. Test images are made binary
once, by a draw for each pixel with its grey value as the probability; training images anew
in each step, by an objective of our own. The figure is minus the importance-weighted bound
of the log-likelihood, averaged over the 10,000 test images.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

from dataclasses import dataclass

import jax
import numpy as np

from benchmarks.lib.arguments import command_line, parse
from benchmarks.lib.images import load
from benchmarks.lib.results import save
from benchmarks.lib.timing import timed
from skautoencoder import AutoencoderTransformer
from skautoencoder.objectives import Variational


@dataclass(frozen=True)
class FreshlyBinary(Variational):
    """The variational objective of images made binary anew in each step."""

    def loss(self, model, params, x, step):
        """Each row's bound."""
        key, key_of_bound = jax.random.split(step.key)
        grey = x * model.scale + model.mean
        binary = (jax.random.uniform(key, x.shape) < grey).astype(x.dtype)
        x = (binary - model.mean) / model.scale
        return super().loss(model, params, x, step.with_key(key_of_bound))


def main():
    parser = command_line(__doc__)
    parser.add_argument("folder", nargs="?", help="with MNIST's gzipped idx files")
    parser.add_argument("--epochs", type=int, default=150)
    parser.add_argument("--draws", type=int, default=100, help="importance samples an image")
    args = parse(
        parser, images="folder", hidden=(200, 200),
        smoke={"epochs": 1, "draws": 2, "hidden": (8, 8)},
    )  # fmt: skip

    train, test = load(args.folder)
    rng = np.random.RandomState(0)
    test = (rng.uniform(size=test.shape) < test).astype(np.float32)
    ours = AutoencoderTransformer(
        50,
        hidden_layer_sizes=args.hidden,
        loss="cross_entropy",
        objective=FreshlyBinary(),
        max_iter=args.epochs,
        early_stopping=False,
        random_state=0,
        verbose=1,
    )
    seconds, _ = timed(lambda: ours.fit(train))
    one, many = (
        -float(ours.log_likelihood(test, n_draws=n, random_state=0).mean()) for n in (1, args.draws)
    )
    print(f"{args.epochs} epochs in {seconds:.0f} s: {one:.2f} nats with one draw,", end=" ")
    print(f"{many:.2f} with {args.draws}")
    save(
        "variational_mnist",
        {
            "epochs": args.epochs,
            "seconds": round(seconds, 1),
            "nats, 1 draw": one,
            f"nats, {args.draws} draws": many,
        },
        args.results,
    )


if __name__ == "__main__":
    main()
