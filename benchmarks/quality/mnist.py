"""MNIST through 784-1000-500-250-30 in 20 epochs, beside PCA at 30 components.

    python benchmarks/quality/mnist.py FOLDER     # with the four gzipped idx files of MNIST
    python benchmarks/quality/mnist.py            # fetches MNIST from OpenML

The figure is that of Hinton & Salakhutdinov (Science 313, 2006): the squared error of an
image, pixels in [0, 1], summed over its pixels, averaged over the 10,000 test images. Both
precisions of training in one run.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`


from sklearn.decomposition import PCA

from benchmarks.lib.arguments import command_line, parse
from benchmarks.lib.images import load
from benchmarks.lib.measures import squared_error
from benchmarks.lib.results import save
from benchmarks.lib.timing import timed
from skautoencoder import AutoencoderTransformer


def main():
    parser = command_line(__doc__)
    parser.add_argument("folder", nargs="?", help="with MNIST's gzipped idx files")
    parser.add_argument("--epochs", type=int, default=20)
    args = parse(
        parser, images="folder", hidden=(1000, 500, 250), smoke={"epochs": 1, "hidden": (8, 4)}
    )

    train, test = load(args.folder)
    pca = PCA(30).fit(train)
    results: dict = {"epochs": args.epochs, "PCA": squared_error(pca, test)}
    print(f"PCA {results['PCA']:.3f}")
    for precision in ("float32", "bfloat16"):
        ours = AutoencoderTransformer(
            30, hidden_layer_sizes=args.hidden, max_iter=args.epochs, precision=precision,
            random_state=0,
        )  # fmt: skip
        seconds, _ = timed(lambda: ours.fit(train))  # noqa: B023
        results[precision] = {
            "seconds": round(seconds, 1),
            "AutoencoderTransformer": squared_error(ours, test),
            "validation loss curve": ours.validation_loss_curve_,
        }
        print(f"{precision}: {results[precision]['AutoencoderTransformer']:.3f}, {seconds:.0f} s")
    save("mnist", results, args.results)


if __name__ == "__main__":
    main()
