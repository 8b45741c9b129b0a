"""The data of the experiment of 2006: MNIST, and drawn curves, images that six numbers make."""

from __future__ import annotations

import numpy as np

from benchmarks.lib.images import load

# Hidden layers and components.
LAYERS = {"mnist": ((1000, 500, 250), 30), "curves": ((400, 200, 100, 50, 25), 6)}


def add_arguments(parser):
    """Ask for the folder, which of the data, and whether to run again what is kept."""
    parser.add_argument("folder", nargs="?", help="with MNIST's gzipped idx files")
    parser.add_argument("--data", choices=LAYERS, nargs="+", default=list(LAYERS))
    parser.add_argument("--fresh", action="store_true", help="run rows again")


def asked_for(args, results):
    """Each of the data: its name, training and test images, layers, and the rows in results."""
    for name in args.data:
        if name == "mnist":
            train, test = load(args.folder)
        else:
            train, test = (curves(n, seed) for seed, n in enumerate(args.curves))
        yield name, train, test, args.layers[name], results.setdefault(name, {})


def curves(n_images, seed):
    """Strokes through three random points, 28 x 28, pixels in [0, 1].

    The parabola through the points, drawn with a round brush of a pixel's width.
    """
    rng = np.random.RandomState(seed)
    t = np.linspace(0, 1, 40)[:, None]
    through = np.hstack([(2 * t - 1) * (t - 1), 4 * t * (1 - t), t * (2 * t - 1)])
    grid = np.stack(np.meshgrid(np.arange(28), np.arange(28), indexing="ij"), -1).reshape(-1, 2)
    images = np.empty((n_images, 784), np.float32)
    for image in images:
        stroke = through @ rng.uniform(4, 24, (3, 2))
        distance = ((grid[:, None] - stroke) ** 2).sum(-1).min(1)
        image[:] = np.exp(-distance / 2)
    return images
