"""What takes the deep networks of 2006 below the paper's errors: every row, best first.

    python benchmarks/papers/beyond_2006.py FOLDER    # with MNIST's gzipped idx files
    python benchmarks/papers/beyond_2006.py           # fetches MNIST from OpenML

MNIST through 784-1000-500-250-30, drawn curves through 784-400-200-100-50-25-6, and figures, as in
``hinton_salakhutdinov_2006.py``: the squared error of an image, pixels in [0, 1], summed over its
pixels, averaged over 10,000 test images. All rows have GELU, PCA's start, cross-entropy, Adam at
1e-3 and moved images but for what they say. Short ones change one thing, long ones go on with what
helped.

Every finished row is kept in ``results/``, and not run again until ``--fresh``.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

from sklearn.decomposition import PCA

from benchmarks.lib.arguments import command_line, parse
from benchmarks.lib.data_of_2006 import LAYERS, add_arguments, asked_for
from benchmarks.lib.measures import squared_error
from benchmarks.lib.moved_images import MovedImages
from benchmarks.lib.results import save, stored
from benchmarks.lib.timing import timed
from skautoencoder import AutoencoderTransformer

NAME = "beyond_2006"
# What is common to the rows that follow, and what each changes.
ADAM: dict = {"optimizer": "adam", "learning_rate": 1e-3}
NADAM: dict = {"optimizer": "nadam", "learning_rate": 2e-3}
COMMON: dict = {"loss": "cross_entropy", "early_stopping": False, "random_state": 0, **ADAM}
MOVED = MovedImages(shift=1)
BENT = MovedImages(shift=1, bent=0.5)
FLIPPED = MovedImages(flipped=True)
SHORT: dict[str, dict[str, dict]] = {
    "mnist": {
        "images moved by up to a pixel": {"objective": MOVED},
        "squared error": {"objective": MOVED, "loss": "squared_error"},
        "images as they are": {},
        "init='glorot'": {"objective": MOVED, "init": "glorot"},
        "weight decay 0.1": {"objective": MOVED, "weight_decay": 0.1},
        "Nadam at 2e-3": {"objective": MOVED, **NADAM},
        "half of them turned, stretched and bent as well": {"objective": BENT},
        "half of them mixed with another": {"objective": MovedImages(shift=1, mixed=0.5)},
        "a tenth of the pixels not seen": {"objective": MovedImages(shift=1, dropped=0.1)},
        "logistic units, init='rbm'": {
            "objective": MOVED, "init": "rbm", "activation": "logistic",
        },
    },
    "curves": {
        "images flipped and turned": {"objective": FLIPPED},
        "squared error": {"objective": FLIPPED, "loss": "squared_error"},
        "images as they are": {},
        "weight decay 0.1": {"objective": FLIPPED, "weight_decay": 0.1},
    },
}  # fmt: skip
LONG: dict[str, dict[str, dict]] = {
    "mnist": {
        "long: images moved by up to a pixel": {"objective": MOVED},
        "long: half of them turned, stretched and bent as well": {"objective": BENT},
        "long: half of them turned, stretched and bent, weight decay 0.1": {
            "objective": BENT,
            "weight_decay": 0.1,
        },
        "long: half of them turned, stretched and bent, weight decay 0.1, Nadam at 2e-3": {
            "objective": BENT,
            "weight_decay": 0.1,
            **NADAM,
        },
    },
    "curves": {
        "long: images flipped and turned": {"objective": FLIPPED},
        "long: weight decay 0.1": {"objective": FLIPPED, "weight_decay": 0.1},
    },
}


def main():
    parser = command_line(__doc__)
    add_arguments(parser)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--long-epochs", type=int, default=60)
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="bfloat16")
    args = parse(
        parser, images="folder", curves=(20_000, 10_000), layers=LAYERS,
        smoke={
            "epochs": 1, "long_epochs": 1, "curves": (200, 50),
            "layers": {"mnist": ((6,), 3), "curves": ((), 2)},
        },
    )  # fmt: skip
    results = {} if args.fresh else stored(NAME, args.results)
    for data, train, test, (hidden, n_components), found in asked_for(args, results):
        found.setdefault("PCA", squared_error(PCA(n_components).fit(train), test))
        print(f"{data}: PCA {found['PCA']:.3f}")
        for rows, max_iter in ((LONG[data], args.long_epochs), (SHORT[data], args.epochs)):
            for name, settings in rows.items():
                if name in found:
                    continue
                transformer = AutoencoderTransformer(
                    n_components, hidden_layer_sizes=hidden, max_iter=max_iter,
                    precision=args.precision, **COMMON | settings,
                )  # fmt: skip
                found[name] = run(transformer, train, test)
                print(f"{data}: {name}: {found[name]['test error']:.3f}", flush=True)
                save(NAME, results, args.results)


def run(transformer, train, test):
    """The figures of a row."""
    seconds, _ = timed(lambda: transformer.fit(train))
    return {
        "test error": squared_error(transformer, test),
        "training error": squared_error(transformer, train[:10_000]),
        "epochs": transformer.n_iter_,
        "precision": transformer.precision,
        "seconds": round(seconds, 1),
    }


if __name__ == "__main__":
    main()
