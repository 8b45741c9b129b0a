"""MNIST through 784-1000-500-250-30 in 20 epochs, beside PCA at 30 components.

    python benchmarks/mnist.py FOLDER     # with the four gzipped idx files of MNIST
    python benchmarks/mnist.py            # fetches MNIST from OpenML

The figure is that of Hinton & Salakhutdinov (Science 313, 2006): the squared error of an
image, pixels in [0, 1], summed over its pixels, averaged over the 10,000 test images.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from machine import save
from sklearn.datasets import fetch_openml
from sklearn.decomposition import PCA
from tables import read_idx

from skautoencoder import AutoencoderTransformer


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", help="with MNIST's gzipped idx files")
    parser.add_argument("--epochs", type=int, default=20)
    args = parser.parse_args()

    train, test = load(args.folder)
    pca = PCA(30).fit(train)
    ours = AutoencoderTransformer(
        30, hidden_layer_sizes=(1000, 500, 250), max_iter=args.epochs, random_state=0, verbose=1
    )
    start = time.perf_counter()
    ours.fit(train)
    result = {
        "epochs": args.epochs,
        "seconds": round(time.perf_counter() - start, 1),
        "PCA": squared_error(pca, test),
        "AutoencoderTransformer": squared_error(ours, test),
        "validation loss curve": ours.validation_loss_curve_,
    }
    print(f"PCA {result['PCA']:.3f}, AutoencoderTransformer {result['AutoencoderTransformer']:.3f}")
    save("mnist", result)


def load(folder, name="mnist"):
    """Training and test images in [0, 1], in single precision, of "mnist" or "fashion-mnist"."""
    if folder is None:
        openml = {"mnist": "mnist_784", "fashion-mnist": "Fashion-MNIST"}[name]
        pixels = fetch_openml(openml, version=1, as_frame=False).data
        images = np.split(pixels.astype(np.uint8), [60_000])
    else:
        parts = ("train-images", "t10k-images")
        paths = [Path(folder) / f"{name}-{part}-idx3-ubyte.gz" for part in parts]
        images = [read_idx(path).reshape(-1, 784) for path in paths]
    return [part / np.float32(255) for part in images]


def squared_error(transformer, X):
    rebuilt = transformer.inverse_transform(transformer.transform(X))
    return float(np.mean(np.sum((X - rebuilt) ** 2, axis=1)))


if __name__ == "__main__":
    main()
