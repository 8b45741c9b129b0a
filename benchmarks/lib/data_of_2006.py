"""The data of the experiment of 2006: MNIST, and drawn curves, images that six numbers make."""

from __future__ import annotations

import numpy as np

from benchmarks.lib.images import load

# Hidden layers and components.
LAYERS = {"mnist": ((1000, 500, 250), 30), "curves": ((400, 200, 100, 50, 25), 6)}


def train_and_test(name, folder, n_curves):
    """Images to learn from and to judge by; ``n_curves`` of each are drawn."""
    if name == "mnist":
        return load(folder)
    return tuple(curves(n, seed) for seed, n in enumerate(n_curves))


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
