"""What do `components_` and the explained variance cost a fit, and what do they say?

    python benchmarks/speed/components.py --images FOLDER

For each data set and size: seconds of a fit with the defaults, compiled before, and the share of
them that goes into measuring components; PCA's explained variance, ours, and its sum, which is the
score on the rows that were measured; and the largest cosine between our components and PCA's first.
FOLDER has Fashion-MNIST; without it, the rows of 784 columns are made.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits, make_s_curve
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from benchmarks.lib.arguments import TINY, command_line, parse
from benchmarks.lib.images import load
from benchmarks.lib.results import save
from benchmarks.lib.timing import timed
from skautoencoder import AutoencoderTransformer, ConvolutionalAutoencoderTransformer


def main():
    parser = command_line(__doc__)
    parser.add_argument("--images", help="folder of Fashion-MNIST")
    parser.add_argument("--only", help="name of one data set")
    args = parse(
        parser, settings={}, turns=2,
        smoke={"settings": {**TINY, "max_iter": 1}, "turns": 1, "only": "s-curve"},
    )  # fmt: skip
    found = {}
    for name, X, make, sizes in cases(args.images, args.settings):
        if args.only in (None, name):
            for k in sizes:
                found[f"{name}, {k}"] = row = measured(make, X, k, args.turns)
                print(line(f"{name}, {k}", row), flush=True)
    save("components", {"fits": found}, args.results)


def cases(folder, settings):
    """Names, rows, what makes a transformer of so many components, and how many."""

    def dense(k):
        return AutoencoderTransformer(k, random_state=0, **settings)

    def convolutional(k):
        return ConvolutionalAutoencoderTransformer(k, image_shape=(8, 8), random_state=0)

    digits = load_digits().data
    cancer = StandardScaler().fit_transform(load_breast_cancer().data)
    yield "s-curve", make_s_curve(1000, random_state=0)[0], dense, (2,)
    yield "digits", digits, dense, (2, 8, 32)
    yield "digits, convolutional", digits, convolutional, (8,)
    yield "breast cancer", cancer, dense, (2, 10)
    yield "784 columns", images(folder), dense, (10, 30)
    yield "60 rows of 20,000 columns", bent(60, 20_000), dense, (4,)


def images(folder, n_rows=5000):
    if folder is None:
        return bent(n_rows, 784)
    return load(folder, "fashion-mnist")[0][:n_rows]


def bent(n_rows, n_columns):
    """Rows near a bent surface of two dimensions."""
    rng = np.random.RandomState(0)
    place = rng.uniform(-2, 2, (n_rows, 2))
    waves = np.hstack([place, np.sin(2 * place), np.cos(3 * place)])
    rows = waves @ rng.standard_normal((6, n_columns))
    return rows + 0.1 * rng.standard_normal(rows.shape)


def measured(make, X, k, turns):
    """Seconds, shares of them, and figures of fits to X."""
    fits = [timed_fit(make(k), X) for _ in range(turns + 1)][1:]  # the first compiles
    ours, pca = fits[-1][2], PCA(k, random_state=0).fit(X)
    axes = ours.components_ / np.linalg.norm(ours.components_, axis=1, keepdims=True)
    return {
        "fit": float(np.median([seconds for seconds, _, _ in fits])),
        "share": float(np.median([part / seconds for seconds, part, _ in fits])),
        "epochs": ours.n_iter_,
        "pca": pca.explained_variance_ratio_.tolist(),
        "ours": ours.explained_variance_ratio_.tolist(),
        "score": float(ours.score(X)),
        "cosines": np.abs(axes @ pca.components_.T).max(axis=1).tolist(),
    }


def timed_fit(estimator, X):
    """Seconds of a fit, those of them that measure components, and what was fitted."""
    measure, part = estimator._set_components, []
    estimator._set_components = lambda *args: part.append(timed(lambda: measure(*args))[0])
    seconds, _ = timed(lambda: estimator.fit(X))
    del estimator._set_components
    return seconds, part[0], estimator


def line(name, row):
    first = ", ".join(
        f"{ours:.2f} ({pca:.2f})" for ours, pca in zip(row["ours"][:4], row["pca"], strict=False)
    )
    return (
        f"{name:30s}{row['fit']:7.2f} s {row['share']:6.2%}  {first:55s} sum "
        f"{sum(row['ours']):.3f} score {row['score']:.3f}"
    )


if __name__ == "__main__":
    main()
