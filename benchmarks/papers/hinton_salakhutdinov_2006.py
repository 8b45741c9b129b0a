"""The table of Hinton & Salakhutdinov, Science 313 (2006): deep codes of MNIST and of curves.

    python benchmarks/papers/hinton_salakhutdinov_2006.py FOLDER    # with MNIST's gzipped idx files
    python benchmarks/papers/hinton_salakhutdinov_2006.py           # fetches MNIST from OpenML

MNIST goes through 784-1000-500-250-30, drawn curves through 784-400-200-100-50-25-6. The
figure is the squared error of an image, pixels in [0, 1], summed over its pixels, averaged
over 10,000 test images. Ours are trained by Adam at 1e-3. The paper: 3.00 on MNIST, logistic
PCA 8.01, PCA 13.87; on its curves 1.44, PCA 7.64.

Every finished row is kept in ``results/``, and not run again until ``--fresh``: the script
may be interrupted and started again. It ends with a figure of error against epochs.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import numpy as np
from sklearn.callback import ProgressBar
from sklearn.decomposition import PCA

from benchmarks.lib.arguments import command_line, parse
from benchmarks.lib.data_of_2006 import LAYERS, add_arguments, asked_for
from benchmarks.lib.measures import squared_error
from benchmarks.lib.moved_images import MovedImages
from benchmarks.lib.results import place, save, stored
from benchmarks.lib.timing import timed
from skautoencoder import AutoencoderTransformer
from skautoencoder.display import COLOURS

NAME = "hinton_salakhutdinov_2006"
WATCHED = 2_000  # test images that the curves of error against epochs are measured on


def candidates(hidden, n_components, n_epochs, n_best_epochs):
    """The rows of the table, by name."""

    def autoencoder(max_iter=n_epochs, hidden_layer_sizes=hidden, **settings):
        return AutoencoderTransformer(
            n_components, hidden_layer_sizes=hidden_layer_sizes, max_iter=max_iter,
            optimizer="adam", learning_rate=1e-3, early_stopping=False, random_state=0, **settings,
        )  # fmt: skip

    logistic = {"activation": "logistic", "loss": "cross_entropy"}
    longer = {"max_iter": n_best_epochs}
    return {
        "PCA": PCA(n_components),
        "logistic PCA": autoencoder(hidden_layer_sizes=(), init="glorot", **logistic),
        "logistic units, init='glorot'": autoencoder(init="glorot", **logistic),
        "logistic units, init='pca'": autoencoder(init="pca", **logistic),
        "logistic units, init='rbm' (the paper's recipe, with Adam)": autoencoder(
            init="rbm", **logistic
        ),
        "GELU, init='glorot'": autoencoder(init="glorot"),
        "GELU, init='pca'": autoencoder(),
        "best: GELU, init='pca', weight decay 0.3": autoencoder(weight_decay=0.3, **longer),
        "best: logistic units, init='rbm', weight decay 0.1": autoencoder(
            init="rbm", weight_decay=0.1, **logistic, **longer
        ),
        "the same, and images moved by up to a pixel": autoencoder(
            init="rbm", weight_decay=0.1, objective=MovedImages(shift=1), **logistic, **longer
        ),
    }


class ErrorCurve:
    """A scikit-learn callback: the test error after each epoch."""

    def __init__(self, test):
        self.test = test
        self.errors = []

    def setup(self, estimator, context):
        self.errors = []

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        if context.task_name == "epoch":
            self.errors.append(squared_error(fitted_estimator, self.test))

    def teardown(self, estimator, context):
        pass


def main():
    parser = command_line(__doc__)
    add_arguments(parser)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--best-epochs", type=int, default=60, help="of the last rows")
    args = parse(
        parser, images="folder", curves=(20_000, 10_000), layers=LAYERS,
        smoke={
            "epochs": 1, "best_epochs": 1, "curves": (500, 50),
            "layers": {"mnist": ((6,), 3), "curves": ((), 2)},
        },
    )  # fmt: skip
    results = {} if args.fresh else stored(NAME, args.results)
    results.pop("machine", None)
    for data, train, test, (hidden, n_components), rows in asked_for(args, results):
        transformers = candidates(hidden, n_components, args.epochs, args.best_epochs)
        for name, transformer in transformers.items():
            if data == "curves" and isinstance(
                getattr(transformer, "objective", None), MovedImages
            ):
                continue  # strokes start anywhere already
            if name not in rows:
                print(f"{data}: {name}", flush=True)
                rows[name] = run(transformer, train, test)
                save(NAME, results, args.results)
            print(f"{data}: {name}: {rows[name]['test error']:.3f}", flush=True)
    draw(results, place(NAME, args.results).with_suffix(".png"))


def run(transformer, train, test):
    curve = ErrorCurve(test[:WATCHED])
    if not isinstance(transformer, PCA):
        transformer.set_callbacks(ProgressBar(), curve)
    seconds, _ = timed(lambda: transformer.fit(train))
    return {
        "test error": squared_error(transformer, test),
        "training error": squared_error(transformer, train[:10_000]),
        "epochs": len(curve.errors),
        "seconds": round(seconds, 1),
        f"error on {WATCHED} test images after each epoch": curve.errors,
    }


def draw(results, path):
    """Error against epochs, one panel a data set."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, panels = plt.subplots(1, len(results), figsize=(6 * len(results), 5), squeeze=False)
    for panel, (data, rows) in zip(panels[0], results.items(), strict=True):
        panel.axhline(rows["PCA"]["test error"], color="0.5", ls="--", label="PCA")
        for i, (name, row) in enumerate(rows.items()):
            errors = row[f"error on {WATCHED} test images after each epoch"]
            if errors:
                label = f"{name}: {row['test error']:.2f}"
                style = {
                    "color": COLOURS[i % len(COLOURS)],
                    "ls": "-" if i < len(COLOURS) else "--",
                }
                panel.plot(np.arange(1, len(errors) + 1), errors, label=label, **style)
        panel.set(title=data, xlabel="epoch", ylabel="squared error of a test image", yscale="log")
        low, high = panel.get_ylim()
        ticks = [tick for tick in (1, 2, 3, 4, 6, 10, 20, 40) if low < tick < high]
        panel.set_yticks(ticks, [str(tick) for tick in ticks])
        panel.minorticks_off()
        panel.legend(fontsize=7, loc="upper right")
    figure.tight_layout()
    figure.savefig(path, dpi=130)


if __name__ == "__main__":
    main()
