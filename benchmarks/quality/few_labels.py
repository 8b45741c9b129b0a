"""Features without labels: a linear classifier on codes, with 10, 100 and 1,000 labels.

    python benchmarks/quality/few_labels.py            # digits
    python benchmarks/quality/few_labels.py FOLDER     # and Fashion-MNIST, from its idx files

The claim: an autoencoder extracts features from images that need no labels. It is fitted to
all training images, unlabelled; PCA likewise; then logistic regression learns from few of
them with labels, on their codes and on the pixels. Accuracy on test images, mean and
standard error over draws of the labelled ones. Codes have 16 components on digits, 32 on
Fashion-MNIST. A second table is about the claims that a small network trains faster on codes,
and that classes lie further apart there: its seconds, its accuracy, the silhouette.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`


import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.lib.arguments import TINY, command_line, parse
from benchmarks.lib.images import load_labelled
from benchmarks.lib.results import save
from skautoencoder import AutoencoderTransformer, compare_transformers


def main():
    parser = command_line(__doc__)
    parser.add_argument("folder", nargs="?", help="with Fashion-MNIST's gzipped idx files")
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--rows", type=int, default=10_000, help="of Fashion-MNIST")
    args = parse(
        parser, digits=None, labels=(10, 100, 1_000), settings={},
        smoke={
            "draws": 2, "digits": 100, "labels": (20, 40),
            "settings": {**TINY, "max_iter": 1},
        },
    )  # fmt: skip
    digits = (part[: args.digits] for part in load_digits(return_X_y=True))
    data = {"digits": (*digits, 16)}
    if args.folder:
        data["fashion-mnist"] = (*load_labelled(args.folder, args.rows), 32)
    results = {
        name: {
            "labels": probe(name, X, y, n_components, args),
            "codes": codes(X, y, n_components, args.settings),
        }
        for name, (X, y, n_components) in data.items()
    }
    save("few_labels", results, args.results)


def probe(name, X, y, n_components, args):
    train, test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)
    codes = {"pixels": (train, test)}
    ours = AutoencoderTransformer(n_components, random_state=0, **args.settings)
    for transformer in (PCA(n_components), ours):
        transformer.fit(train)
        codes[type(transformer).__name__] = (
            transformer.transform(train),
            transformer.transform(test),
        )
    print(f"{name:14s} " + "".join(f"{n:>8,d} labels" for n in args.labels))
    results: dict = {}
    for features, (of_train, of_test) in codes.items():
        results[features] = {}
        for n_labels in args.labels:
            accuracies = []
            for draw in range(args.draws if n_labels < 1_000 else 3):
                few, _ = train_test_split(
                    np.arange(len(train)), train_size=n_labels, random_state=draw, stratify=y_train
                )
                model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
                accuracies.append(model.fit(of_train[few], y_train[few]).score(of_test, y_test))
            error = np.std(accuracies, ddof=1) / np.sqrt(len(accuracies))
            results[features][n_labels] = [float(np.mean(accuracies)), float(error)]
        cells = "".join(f"   {mean:.3f} ± {se:.3f}" for mean, se in results[features].values())
        print(f"{features:14.14s} {cells}")
    return results


def codes(X, y, n_components, settings):
    both = [PCA(), AutoencoderTransformer(**settings)]
    found = compare_transformers(both, X, y, n_components=[n_components], random_state=0)
    frame = found.to_frame().set_index("transformer")
    shown = ["network_seconds", "network_score", "silhouette", "adjusted_rand"]
    print(frame[[name for name in shown if name in frame]].round(3).to_string())
    verdicts = {m: found.verdict("AutoencoderTransformer", n_components, m) for m in shown}
    print("autoencoder against PCA:", verdicts)
    return {"measures": frame[shown].to_dict("index"), "verdicts": verdicts}


if __name__ == "__main__":
    main()
