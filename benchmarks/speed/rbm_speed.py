"""RBMTransformer beside scikit-learn's BernoulliRBM: epochs a second and pseudo-likelihood.

    python benchmarks/speed/rbm_speed.py FOLDER     # with the four gzipped idx files of MNIST
    python benchmarks/speed/rbm_speed.py            # fetches MNIST from OpenML

Both learn the same binary images with the same parameters, in turns, in one process. The
time of an epoch is the difference between fits of few and of more epochs, so that neither
compilation nor validation counts; the compilation is shown apart. The pseudo-likelihood is
exact, on test images, after the longer fits, in the mean over the repetitions.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`


import numpy as np
from sklearn.neural_network import BernoulliRBM

from benchmarks.lib.arguments import command_line, parse
from benchmarks.lib.images import load
from benchmarks.lib.results import save
from benchmarks.lib.timing import medians, timed
from skautoencoder import RBMTransformer


def main():
    parser = command_line(__doc__)
    parser.add_argument("folder", nargs="?", help="with MNIST's gzipped idx files")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=3)
    args = parse(
        parser, images="folder", components=256,
        smoke={"rows": 100, "epochs": 1, "repeats": 1, "components": 8},
    )  # fmt: skip
    train, test = ((images > 0.5).astype(np.float32) for images in load(args.folder))
    train, test = train[: args.rows], test[:1000]

    results = {}
    print("batch  seconds an epoch: theirs  ours  ratio   pseudo-likelihood: theirs   ours")
    for batch_size in (10, 100):
        settings = {
            "n_components": args.components, "learning_rate": 0.05, "batch_size": batch_size,
        }  # fmt: skip
        result = compare(train, test, settings, args.epochs, args.repeats)
        results[f"batch {batch_size}"] = result
        print(
            f"{batch_size:5d} {result['BernoulliRBM']:24.2f} {result['RBMTransformer']:6.2f}"
            f" {result['ratio']:6.2f} {result['pseudo-likelihood']['BernoulliRBM']:26.1f}"
            f" {result['pseudo-likelihood']['RBMTransformer']:6.1f}"
        )
    save("rbm_speed", {"rows": args.rows, "epochs": args.epochs, **results}, args.results)


def compare(train, test, settings, n_epochs, n_repeats):
    makers = {"BernoulliRBM": BernoulliRBM, "RBMTransformer": RBMTransformer}
    first, _ = timed(lambda: RBMTransformer(**settings, n_iter=1, random_state=0).fit(train[:1000]))
    seconds: dict = {name: [] for name in makers}
    scores: dict = {name: [] for name in makers}
    for repeat in range(n_repeats):
        for name, maker in makers.items():
            brief, machine = (
                maker(**settings, n_iter=n, random_state=repeat) for n in (1, 1 + n_epochs)
            )
            short, _ = timed(lambda: brief.fit(train))  # noqa: B023
            long, _ = timed(lambda: machine.fit(train))  # noqa: B023
            seconds[name].append((long - short) / n_epochs)
            scores[name].append(exactly(machine, test))
    ratios = np.divide(seconds["BernoulliRBM"], seconds["RBMTransformer"])
    return {
        **medians(seconds),
        "ratio": float(np.median(ratios)),
        "ratios": ratios.tolist(),
        "first fit of 1,000 rows, with compilation": first,
        "pseudo-likelihood": {name: float(np.mean(values)) for name, values in scores.items()},
        "pseudo-likelihoods": scores,
    }


def exactly(machine, test):
    """The exact pseudo-likelihood of either kind of machine."""
    judge = RBMTransformer(pseudo_likelihood="exact").fit(test[:10])
    for name in ("components_", "intercept_hidden_", "intercept_visible_"):
        setattr(judge, name, getattr(machine, name).astype(np.float64))
    return float(judge.score_samples(test.astype(np.float64)).mean())


if __name__ == "__main__":
    main()
