"""A variational autoencoder on binary MNIST: its bound in nats an image.

    python benchmarks/variational_mnist.py FOLDER --epochs 30

FOLDER holds MNIST's gzipped idx files. Pixels are drawn once as 0 or 1, with their grey
level as the chance of 1. The network is 784-200-200-50, that of Burda, Grosse &
Salakhutdinov (2016), and the bound on the 10,000 test images is importance-weighted.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from machine import save
from mnist import load

from skautoencoder import AutoencoderTransformer
from skautoencoder.objectives import Variational


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", help="with MNIST's gzipped idx files")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--draws", type=int, default=100, help="importance samples an image")
    args = parser.parse_args()

    rng = np.random.RandomState(0)
    train, test = (
        (rng.uniform(size=images.shape) < images).astype(np.float32) for images in load(args.folder)
    )
    ours = AutoencoderTransformer(
        50,
        hidden_layer_sizes=(200, 200),
        activation="tanh",
        loss="cross_entropy",
        objective=Variational(),
        max_iter=args.epochs,
        n_iter_no_change=args.epochs,
        random_state=0,
        verbose=1,
    )
    start = time.perf_counter()
    ours.fit(train)
    seconds = time.perf_counter() - start
    one, many = (
        -float(ours.log_likelihood(test, n_draws=n, random_state=0).mean()) for n in (1, args.draws)
    )
    print(f"{args.epochs} epochs in {seconds:.0f} s: {one:.2f} nats with one draw,", end=" ")
    print(f"{many:.2f} with {args.draws}")
    save(
        "variational_mnist",
        {"epochs": args.epochs, "nats, 1 draw": one, f"nats, {args.draws} draws": many},
    )


if __name__ == "__main__":
    main()
