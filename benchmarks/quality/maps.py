"""Two components to look at: PCA, KernelPCA, UMAP, t-SNE and ours, on rows they have not seen.

    python benchmarks/quality/maps.py            # digits
    python benchmarks/quality/maps.py FOLDER     # and Fashion-MNIST, from its idx files

When is another map the better one? Each is fitted without labels to half of the rows. Of the
other half: the accuracy of five neighbours on the map (taught by the first half's places), how
many of the ten nearest rows stay near (trustworthiness), the error of the rows rebuilt from the
map over PCA's, where there is a way back, and the seconds of both. t-SNE has no way to place new
rows: it gets all rows at once, labels still hidden. UMAP (`umap-learn`, extra `peers`) is left
out where it is not installed; it rebuilds rows by its own `inverse_transform`, of the first 200.
"""

from __future__ import annotations

import sys
import time
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA, KernelPCA
from sklearn.manifold import TSNE, trustworthiness
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier

from benchmarks.lib.arguments import TINY, command_line, parse
from benchmarks.lib.images import load_labelled
from benchmarks.lib.results import save
from skautoencoder import AutoencoderTransformer

REBUILT = 200  # UMAP takes a second for ten of them


def main():
    parser = command_line(__doc__)
    parser.add_argument("folder", nargs="?", help="with Fashion-MNIST's gzipped idx files")
    parser.add_argument("--rows", type=int, default=4_000, help="of Fashion-MNIST")
    parser.add_argument("--splits", type=int, default=3)
    args = parse(
        parser, digits=None, settings={}, umap=find_spec("umap") is not None,
        smoke={
            "splits": 1, "digits": 120, "settings": {**TINY, "max_iter": 1}, "umap": False,
        },
    )  # fmt: skip
    X, y = load_digits(return_X_y=True)
    data = {"digits": (X[: args.digits], y[: args.digits])}
    if args.folder:
        data["fashion-mnist"] = load_labelled(args.folder, args.rows)
    results: dict = {}
    for name, (X, y) in data.items():
        found = [measured(X, y, seed, args) for seed in range(args.splits)]
        results[name] = {
            method: {
                m: float(np.mean([one[method][m] for one in found]))
                for m, value in measures.items()
                if np.isfinite(value)
            }
            for method, measures in found[0].items()
        }
        show(name, results[name])
    save("maps", {"splits": args.splits, "data": results}, args.results)


def measured(X, y, seed, args):
    """The measures of each method in one split."""
    train, test, y_train, y_test = train_test_split(
        X, y, test_size=0.5, random_state=seed, stratify=y
    )
    results = {}
    for name, transformer in methods(train, seed, args).items():
        start = time.perf_counter()
        if name == "t-SNE":
            both = transformer.fit_transform(np.vstack([train, test]))
            codes, held_out = both[: len(train)], both[len(train) :]
        else:
            codes = transformer.fit_transform(train)
            held_out = transformer.transform(test)
        seconds = time.perf_counter() - start
        neighbors = KNeighborsClassifier().fit(codes, y_train)
        results[name] = {
            "accuracy": neighbors.score(held_out, y_test),
            "trustworthiness": trustworthiness(test, held_out, n_neighbors=10),
            "error": error(transformer, held_out, test),
            "seconds": seconds,
        }
    of_pca = results["PCA"]["error"]
    return {name: one | {"error": one["error"] / of_pca} for name, one in results.items()}


def methods(X, seed, args):
    """The transformers by name, PCA the first."""
    width = 1 / (X.shape[1] * X.var())  # as "scale" of scikit-learn's support vector machines
    found = {
        "PCA": PCA(2, random_state=seed),
        "KernelPCA": KernelPCA(2, kernel="rbf", gamma=width, fit_inverse_transform=True),
        "AutoencoderTransformer": AutoencoderTransformer(2, random_state=seed, **args.settings),
        "t-SNE": TSNE(random_state=seed),
    }
    if args.umap:
        from umap import UMAP

        found["UMAP"] = UMAP(random_state=seed, n_jobs=1)
    return found


def error(transformer, codes, X):
    """Mean squared error of rows rebuilt; NaN where there is no way back."""
    if not hasattr(transformer, "inverse_transform"):
        return np.nan
    n_rows = REBUILT if type(transformer).__name__ == "UMAP" else len(X)
    return np.mean((transformer.inverse_transform(codes[:n_rows]) - X[:n_rows]) ** 2)


def show(name, results):
    print(f"{name:24} accuracy  trustworthiness  error/PCA's  seconds")
    for method, one in results.items():
        print(
            f"{method:24} {one['accuracy']:8.3f}  {one['trustworthiness']:15.3f}  "
            f"{one.get('error', np.nan):11.2f}  {one['seconds']:7.2f}"
        )


if __name__ == "__main__":
    main()
