"""What each objective does to the code: one table on digits, one on Fashion-MNIST.

    python benchmarks/quality/objectives.py            # digits
    python benchmarks/quality/objectives.py FOLDER     # and Fashion-MNIST, from its idx files

FOLDER holds ``fashion-mnist-train-images-idx3-ubyte.gz`` and its labels. Columns, all on
held-out rows:

- error: squared reconstruction error over PCA's
- linear, kNN: accuracy of logistic regression and of 5 nearest neighbours on the code
- activity: share of rows that use a component, 0.64 where it is Gaussian, less is sparser
- moved: how far noise of a quarter of the data's spread moves a code, over the codes' spread
- denoised: squared error of rows rebuilt from such noise, over PCA's
- half: squared error with the first half of the components alone, over PCA's
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
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.lib.arguments import TINY, command_line, parse
from benchmarks.lib.images import load_labelled
from benchmarks.lib.results import save
from skautoencoder import AutoencoderTransformer
from skautoencoder.objectives import (
    Contractive,
    Denoising,
    Ordered,
    Reconstruction,
    Sparse,
    Variational,
)

OBJECTIVES = [
    Reconstruction(),
    Denoising(noise_std=0.5),
    Denoising(noise_std=0.0, masking=0.3),
    Sparse(penalty="l1", strength=0.2),
    Sparse(penalty="kl", strength=0.1),
    Sparse(penalty="top_k", k=8),
    Contractive(strength=1.0),
    Ordered(stop=0.1),
    Variational(noise_std=0.5),
]
COLUMNS = ("error", "linear", "kNN", "activity", "moved", "denoised", "half")


def main():
    parser = command_line(__doc__)
    parser.add_argument("folder", nargs="?", help="with Fashion-MNIST's gzipped idx files")
    parser.add_argument("--rows", type=int, default=10_000, help="of Fashion-MNIST")
    args = parse(
        parser, digits=None, settings={"max_iter": 60},
        smoke={"digits": 120, "settings": {**TINY, "max_iter": 1}},
    )  # fmt: skip

    data = {"digits": [part[: args.digits] for part in load_digits(return_X_y=True)]}
    if args.folder is not None:
        data["fashion-mnist"] = load_labelled(args.folder, args.rows)
    results = {}
    for name, (X, y) in data.items():
        results[name] = table(name, np.float32(X / X.max()), y, args.settings)
        save("objectives", results, args.results)


def table(name, X, y, settings):
    parts = train_test_split(X, y, random_state=0)
    print(f"\n{name}: {parts[0].shape[0]} rows x {X.shape[1]} columns, 16 components")
    print(f"{'':66s}" + "".join(f"{column:>9s}" for column in COLUMNS))
    pca = PCA(16).fit(parts[0])
    reference = describe(pca, *parts)
    rows = {"PCA": reference}
    for objective in OBJECTIVES:
        ours = AutoencoderTransformer(16, objective=objective, random_state=0, **settings)
        rows[repr(objective)] = describe(ours.fit(parts[0]), *parts)
    for relative in ("error", "denoised", "half"):
        level = reference[relative]
        for row in rows.values():
            row[relative] /= level
    for label, row in rows.items():
        print(f"{label:66s}" + "".join(f"{row[column]:9.3f}" for column in COLUMNS), flush=True)
    return rows


def describe(transformer, X_train, X_test, y_train, y_test):
    codes, test_codes = transformer.transform(X_train), transformer.transform(X_test)
    noise = 0.25 * X_test.std() * np.random.RandomState(0).standard_normal(X_test.shape)
    noisy_codes = transformer.transform(np.float32(X_test + noise))
    first_half = np.where(np.arange(test_codes.shape[1]) < test_codes.shape[1] // 2, test_codes, 0)

    def accuracy(classifier):
        return make_pipeline(StandardScaler(), classifier).fit(codes, y_train).score(
            test_codes, y_test
        )  # fmt: skip

    def error(some_codes):
        rebuilt = transformer.inverse_transform(np.float32(some_codes))
        return float(np.mean(np.sum((X_test - rebuilt) ** 2, axis=1)))

    return {
        "error": error(test_codes),
        "linear": accuracy(LogisticRegression(max_iter=2000)),
        "kNN": accuracy(KNeighborsClassifier()),
        "activity": activity(test_codes),
        "moved": float(
            np.sqrt(np.sum((noisy_codes - test_codes) ** 2, 1).mean() / test_codes.var(0).sum())
        ),
        "denoised": error(noisy_codes),
        "half": error(first_half),
    }


def activity(codes):
    """Mean over the components of mean(|z|)^2 / mean(z^2); 0 for one that no row uses."""
    first, second = np.mean(abs(codes), axis=0) ** 2, np.mean(codes**2, axis=0)
    return float(np.mean(np.divide(first, second, out=np.zeros_like(first), where=second > 0)))


if __name__ == "__main__":
    main()
