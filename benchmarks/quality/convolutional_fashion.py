"""Fashion-MNIST through 30 components: convolutional beside dense and PCA.

    python benchmarks/quality/convolutional_fashion.py FOLDER     # with its gzipped idx files
    python benchmarks/quality/convolutional_fashion.py            # fetches it from OpenML

All are fitted to the 60,000 training images, pixels in [0, 1]; the figure is the squared
error of an image, summed over its pixels, averaged over the 10,000 test images.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`


import numpy as np
from sklearn.decomposition import PCA

from benchmarks.lib.arguments import command_line, parse
from benchmarks.lib.images import load
from benchmarks.lib.measures import squared_error
from benchmarks.lib.results import save
from benchmarks.lib.timing import timed
from skautoencoder import AutoencoderTransformer, ConvolutionalAutoencoderTransformer


def main():
    parser = command_line(__doc__)
    parser.add_argument("folder", nargs="?", help="with Fashion-MNIST's gzipped idx files")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--rows", type=int, default=60_000, help="of the training images")
    parser.add_argument("--channels", type=int, nargs="+", default=[32, 64, 128])
    args = parse(parser, images="folder", smoke={"epochs": 1, "rows": 100, "channels": [2, 2]})

    train, test = load(args.folder, "fashion-mnist")
    train = train[: args.rows]
    same = {"max_iter": args.epochs, "early_stopping": False, "random_state": 0, "verbose": 1}
    candidates = {
        "dense 256-128": AutoencoderTransformer(30, **same),
        f"convolutional {args.channels}": ConvolutionalAutoencoderTransformer(
            30, image_shape=(28, 28), channels=args.channels, **same
        ),
    }
    pca = squared_error(PCA(30).fit(train), test)
    print(f"PCA: {pca:.2f}")
    results = {}
    for name, transformer in candidates.items():
        seconds, _ = timed(lambda: transformer.fit(train))  # noqa: B023
        error = squared_error(transformer, test)
        results[name] = {
            "parameters": n_parameters(transformer),
            "squared error": error,
            "over PCA's": error / pca,
            "seconds an epoch": seconds / args.epochs,
        }
        print(
            f"{name}: {error:.2f}, {error / pca:.3f} of PCA's, {n_parameters(transformer):,} "
            f"parameters, {seconds / args.epochs:.1f} s an epoch"
        )
    save("convolutional_fashion", {"epochs": args.epochs, "PCA": pca, **results}, args.results)


def n_parameters(transformer):
    return int(
        sum(
            np.size(array)
            for stack in (transformer.encoder_, transformer.decoder_)
            for part in stack
            for array in (part if isinstance(part, tuple) else (part,))
            if array is not None
        )
    )


if __name__ == "__main__":
    main()
