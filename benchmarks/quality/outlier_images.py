"""Where networks should find anomalies best: images, signals, many columns.

    python benchmarks/quality/outlier_images.py FOLDER     # with the gzipped idx files
    python benchmarks/quality/outlier_images.py            # signals and many columns alone

- **mnist, fashion-mnist.** The images of one class are normal, each of the ten in turn; the first
  1,500 are learnt from, and the first 2,000 test images of all classes are judged.
- **signals.** Made windows of a periodic signal, 128 points; one in ten of those to judge has a
  jump of its phase, a stuck sensor, a faster stretch or a displaced overtone.
- **many columns.** Made rows of 300 columns and eight curved factors; one in ten of those to judge
  has a twentieth of its values from another row.

AUROC of AutoencoderDetector with a convolutional and a dense network, of its kernels alone, which
see no network, of neighbours, isolation forest and the residual of PCA with 90 % of the variance;
the mean over classes or over three draws, and seconds of all. All take the rows as they are,
pixels in [0, 1]. ``error`` is the plain reconstruction error of a network, measured where
``--detectors`` names it. What is kept of other groups and detectors stays.
"""

from __future__ import annotations

import sys
import warnings
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import numpy as np
from sklearn.metrics import roc_auc_score

from benchmarks.lib.arguments import TINY, command_line, parse
from benchmarks.lib.images import load_labelled
from benchmarks.lib.outliers import Split, many_columns, rivals, signals
from benchmarks.lib.results import save, stored
from benchmarks.lib.timing import timed
from skautoencoder import (
    AutoencoderDetector,
    AutoencoderTransformer,
    ConvolutionalAutoencoderTransformer,
)

GROUPS = ("mnist", "fashion-mnist", "signals", "many columns")
BESIDE = ("5 neighbours", "isolation forest", "PCA residual")


def main():
    parser = command_line(__doc__)
    parser.add_argument("folder", nargs="?", help="with the gzipped idx files")
    parser.add_argument("--groups", nargs="+", default=GROUPS, choices=GROUPS)
    parser.add_argument("--classes", nargs="+", type=int, default=range(10))
    parser.add_argument("--detectors", nargs="+", default=(*OURS, *BESIDE))
    parser.add_argument("--rows", type=int, default=1_500, help="to learn from")
    parser.add_argument("--test", type=int, default=2_000, help="rows to judge")
    parser.add_argument("--epochs", type=int, default=20, help="of a convolutional network")
    parser.add_argument("--channels", type=int, nargs="+", default=[16, 32])
    args = parse(
        parser, images="folder", draws=3, settings={},
        smoke={"groups": ("mnist", "signals", "many columns"), "classes": [0], "draws": 1,
               "rows": 40, "test": 60, "epochs": 1, "channels": [2, 2],
               "settings": {**TINY, "max_iter": 1},
               "detectors": ("convolutional, network", "dense, blend", "kernel", *BESIDE)},
    )  # fmt: skip
    judges = OURS | PLAIN
    judges |= {name: partial(theirs, judge) for name, judge in rivals(BESIDE).items()}
    if unknown := set(args.detectors) - set(judges):
        parser.error(f"no detector is named {unknown}: {list(judges)}")
    kept = stored("outlier_images", args.results)
    for group in args.groups:
        for label, seed, parts, shape in problems(group, args):
            found = kept.setdefault(group, {}).setdefault(label, {})
            for name in args.detectors:
                if shape is not None or not name.startswith("convolutional"):
                    found[name] = judged(judges[name], parts, shape, seed, args)
            shown = "  ".join(f"{name} {auroc:.3f}" for name, (auroc, _) in found.items())
            print(f"{group}, {label}: {shown}", flush=True)
            save("outlier_images", kept, args.results)
    kept["means"] = {group: means(kept[group]) for group in GROUPS if group in kept}
    for group, row in kept["means"].items():
        print(f"\n{group:28s}{'AUROC':>8s}{'worst':>8s}{'seconds':>9s}")
        for name, (mean, worst, seconds) in sorted(row.items(), key=lambda item: -item[1][0]):
            print(f"  {name:26s}{mean:8.4f}{worst:8.4f}{seconds:9.1f}")
    save("outlier_images", kept, args.results)


def judged(judge, parts, shape, seed, args):
    """AUROC of a detector, and the seconds that it took."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what has not converged
        seconds, scores = timed(lambda: judge(parts, shape, seed, args))
    return [float(roc_auc_score(parts.anomalous, scores)), seconds]


def problems(group, args):
    """Label, seed, rows to learn from and to judge, and how a row is folded, None if it is not."""
    if group in MADE:
        make, shape = MADE[group]
        for seed in range(args.draws):
            yield f"draw {seed}", seed, make(args.rows, args.test, seed), shape
    elif args.folder is None:
        print(f"{group} is left out: no folder is given.")
    else:
        train, labels = load_labelled(args.folder, None, group)
        test, of_test = load_labelled(args.folder, args.test, group, "t10k")
        for normal in args.classes:
            rows = train[labels == normal][: args.rows]
            yield f"class {normal}", 0, Split(rows, test, of_test != normal), (28, 28)


MADE = {"signals": (signals, (128,)), "many columns": (many_columns, None)}


def dense(shape, seed, args):
    return AutoencoderTransformer(0.9, random_state=seed, **args.settings)


def convolutional(shape, seed, args):
    return ConvolutionalAutoencoderTransformer(
        0.9, image_shape=shape, channels=args.channels, max_iter=args.epochs, random_state=seed
    )


def by_detector(make, score, parts, shape, seed, args):
    detector = AutoencoderDetector(
        make and make(shape, seed, args), method=score, standardize=False, random_state=seed
    )
    return -detector.fit(parts.train).score_samples(parts.test)


def by_error(make, parts, shape, seed, args):
    return -make(shape, seed, args).fit(parts.train).score_samples(parts.test)


def theirs(judge, parts, shape, seed, args):
    return judge(parts.train, parts.test, seed)


OURS = {
    "convolutional, blend": partial(by_detector, convolutional, "blend"),
    "convolutional, network": partial(by_detector, convolutional, "network"),
    "dense, blend": partial(by_detector, dense, "blend"),
    "dense, network": partial(by_detector, dense, "network"),
    "kernel": partial(by_detector, None, "kernel"),
}
PLAIN = {
    "convolutional, error": partial(by_error, convolutional),
    "dense, error": partial(by_error, dense),
}


def means(problems):
    """By detector: AUROC in the mean and at worst, seconds of all."""
    names = dict.fromkeys(name for of_one in problems.values() for name in of_one)
    found = {}
    for name in names:
        aurocs, seconds = zip(*(row[name] for row in problems.values() if name in row), strict=True)
        found[name] = [float(np.mean(aurocs)), min(aurocs), sum(seconds)]
    return found


if __name__ == "__main__":
    main()
