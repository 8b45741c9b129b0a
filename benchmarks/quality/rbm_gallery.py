"""scikit-learn's gallery pipeline, a Boltzmann machine before logistic regression.

    python benchmarks/quality/rbm_gallery.py

Digits, and the same moved by a pixel to each side, as in "Restricted Boltzmann Machine
features for digit classification"; test accuracy over random states, RBMTransformer in
BernoulliRBM's place.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`


import numpy as np
from scipy.ndimage import shift
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import BernoulliRBM
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import minmax_scale

from benchmarks.lib.arguments import command_line, parse
from benchmarks.lib.results import save
from skautoencoder import RBMTransformer

MOVES = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))


def main():
    parser = command_line(__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    args = parse(parser, rows=None, smoke={"seeds": 1, "rows": 60})
    X, y = (part[: args.rows] for part in load_digits(return_X_y=True))
    X = np.vstack(
        [[shift(x, move, order=0).ravel() for x in X.reshape(-1, 8, 8)] for move in MOVES]
    )
    parts = train_test_split(minmax_scale(X), np.tile(y, len(MOVES)), test_size=0.2, random_state=0)
    accuracies: dict = {"BernoulliRBM": [], "RBMTransformer": []}
    for seed in range(args.seeds):
        for machine in (BernoulliRBM, RBMTransformer):
            features = machine(100, learning_rate=0.06, n_iter=10, random_state=seed)
            classifier = LogisticRegression(solver="newton-cg", C=6000, max_iter=500)
            pipeline = make_pipeline(features, classifier).fit(parts[0], parts[2])
            accuracies[machine.__name__].append(pipeline.score(parts[1], parts[3]))
    for name, values in accuracies.items():
        print(f"{name:15} {np.mean(values):.4f}  ({', '.join(f'{v:.3f}' for v in values)})")
    save("rbm_gallery", accuracies, args.results)


if __name__ == "__main__":
    main()
