"""The command line: compare, fit, transform, inverse-transform, from file to file."""

from __future__ import annotations

import argparse
import importlib
import os
import pickle
import sys
import time
import warnings
from dataclasses import replace

import numpy as np

from skautoencoder._cli._files import (
    FORMATS,
    BadInputError,
    check_writable,
    read_table,
    whole_file,
    write_table,
)
from skautoencoder._cli._interrupting import InterruptBetweenEpochs
from skautoencoder._errors import first_line, one_line
from skautoencoder._estimators._autoencoder import AutoencoderTransformer
from skautoencoder.comparison._targets import TASKS

# What the terminal's table shows: heading, measure, format.
_COLUMNS = (
    ("error", "squared_error", "{:.4g}"),
    ("explained", "explained_variance", "{:.1%}"),
    ("trustworthy", "trustworthiness", "{:.3f}"),
    ("linear", "linear_score", "{:.3f}"),
    ("kNN", "knn_score", "{:.3f}"),
    ("network", "network_score", "{:.3f}"),
    ("fit s", "fit_seconds", "{:.2f}"),
)
# What the scores of the target are, told below the table.
_MEANINGS = {
    "classification": ("linear, kNN, network: accuracy (the target taken for classification)",),
    "regression": ("linear, kNN, network: R^2 (the target taken for regression)",),
}
_MARKS = {"better": "+", "worse": "-", "no difference shown": " "}
_INTERRUPTED = 130  # what a shell makes of Ctrl-C


def main(arguments=None):
    """Run one command; 0 if all went well, 2 with one line on what to mend, 130 after Ctrl-C."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options) or 0
    except ValueError as error:  # BadInputError, or an estimator's
        print(f"skautoencoder: {first_line(error) or one_line(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("skautoencoder: interrupted; no file was written", file=sys.stderr)
        return _INTERRUPTED


def _parser():
    parser = argparse.ArgumentParser(
        prog="skautoencoder", description="Autoencoders that stand where PCA stood."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    compare = commands.add_parser("compare", help="compare an autoencoder with PCA on your data")
    _add_data(compare)
    compare.add_argument(
        "--n-components", type=int, nargs="+", default=[2, 4, 8, 16, 32], metavar="K"
    )
    compare.add_argument("--task", choices=TASKS, default="auto", help="what --target holds")
    compare.add_argument("--folds", type=int, default=3, help="parts held out in turn")
    compare.add_argument("--rows", type=int, metavar="N", help="take so many rows, at random")
    compare.add_argument("--seed", type=int, default=0)
    compare.add_argument("--out", metavar="REPORT.html", help="write a report with a live map")
    compare.set_defaults(run=_compare)

    fit = commands.add_parser(
        "fit", help="fit an autoencoder, and keep it in a file; Ctrl-C keeps the best so far"
    )
    _add_data(fit)
    fit.add_argument("--n-components", type=int, default=2, metavar="K")
    fit.add_argument("--objective", default="reconstruction")
    fit.add_argument("--loss", default="squared_error")
    fit.add_argument("--max-iter", type=int, default=200, help="epochs, at most")
    fit.add_argument("--seed", type=int, default=0)
    fit.add_argument("--out", metavar="MODEL.pickle", required=True)
    fit.set_defaults(run=_fit)

    for name, run, text in (
        ("transform", _transform, "codes of the rows of a file"),
        ("inverse-transform", _inverse_transform, "rows that the codes in a file stand for"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("model", help="from 'fit'; only open files that you trust")
        _add_data(command)
        command.add_argument("--out", metavar="FILE", required=True, help=".csv, .parquet or .npy")
        command.set_defaults(run=run)
    return parser


def _add_data(command):
    command.add_argument("data", help=f"'digits', or a file: {FORMATS}")
    command.add_argument("--target", metavar="COLUMN", help="what the rows are; not learnt from")
    command.add_argument("--encode", action="store_true", help="columns of text become one-hot")


def _compare(options):
    # Late, because the comparison needs much of scikit-learn
    from sklearn.decomposition import PCA

    from skautoencoder.comparison import compare_transformers

    table = read_table(options.data, options.target, options.encode)
    _check_report(options.out, table)
    if options.rows is not None:
        table = _some_rows(table, options.rows, options.seed)
    sizes = [size for size in options.n_components if size <= table.X.shape[1]]
    if not sizes or min(sizes) < 1:
        raise BadInputError(
            f"--n-components {' '.join(map(str, options.n_components))}: there must be sizes from "
            f"1 to {table.X.shape[1]}, the number of columns."
        )
    if not 2 <= options.folds <= len(table.X):
        raise BadInputError(f"--folds {options.folds} must be from 2 to {len(table.X)}, the rows.")
    n_steps = options.folds * (2 * len(sizes) + (table.y is not None))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Numbers are missing")  # the table says which
        comparison = compare_transformers(
            None, table.X, table.y, n_components=sizes, task=options.task, cv=options.folds,
            random_state=options.seed, progress=_ProgressLine(n_steps),
        )  # fmt: skip
    print(_terminal_table(comparison))
    if options.out:
        from skautoencoder._cli._report import report

        print("fitting the map for the report ...", file=sys.stderr)
        pca = PCA(2).fit(table.X)
        ours = AutoencoderTransformer(2, random_state=options.seed).fit(table.X)
        page = report(f"{options.data}: autoencoder beside PCA", comparison, table, pca, ours)
        with whole_file(options.out) as draft, open(draft, "w", encoding="utf-8") as file:
            file.write(page)
        print(f"wrote {options.out}")


def _fit(options):
    table = read_table(options.data, options.target, options.encode)
    _check_out(options.out, (".pickle", ".pkl"))
    ours = AutoencoderTransformer(
        options.n_components, objective=options.objective, loss=options.loss,
        max_iter=options.max_iter, random_state=options.seed,
    )  # fmt: skip
    start = time.perf_counter()
    interrupted = _interrupted(ours, table.X)
    seconds = time.perf_counter() - start
    explained = ours.score(table.X)
    with whole_file(options.out) as draft, open(draft, "wb") as file:
        pickle.dump({"transformer": ours, "columns": table.names}, file)
    print(
        f"{'skautoencoder: interrupted, and kept the best so far: ' if interrupted else ''}"
        f"{ours.n_components_} components explain {explained:.1%} of the variance of "
        f"{len(table.X):,} rows; {ours.n_iter_} epochs in {seconds:.1f} s; wrote {options.out}",
        file=sys.stderr if interrupted else sys.stdout,
    )
    return _INTERRUPTED if interrupted else 0


def _interrupted(ours, X):
    """Fit; whether Ctrl-C ended it, but after some epoch."""
    try:
        with InterruptBetweenEpochs() as callback:
            ours.set_callbacks(callback).fit(X)
    except KeyboardInterrupt:
        if getattr(ours, "n_iter_", 0) == 0:  # PCA at best, which nobody asked for
            raise
        return True
    finally:
        ours.set_callbacks()
    return False


def _transform(options):
    model = _read_model(options.model)
    table = read_table(options.data, options.target, options.encode)
    codes = model["transformer"].transform(table.X)
    names = list(model["transformer"].get_feature_names_out())
    write_table(options.out, codes, names)
    print(f"wrote {codes.shape[0]:,} codes of {codes.shape[1]} components to {options.out}")


def _inverse_transform(options):
    model = _read_model(options.model)
    table = read_table(options.data, options.target, options.encode)
    rows = model["transformer"].inverse_transform(table.X)
    write_table(options.out, rows, model["columns"])
    print(f"wrote {rows.shape[0]:,} rows of {rows.shape[1]} columns to {options.out}")


def _read_model(path):
    try:
        with open(path, "rb") as file:
            model = pickle.load(file)
    except OSError as error:
        raise BadInputError(f"cannot read the model {path!r}: {error.strerror}.") from error
    except Exception as error:  # whatever unpickling foreign bytes raises
        raise BadInputError(f"{path!r} is no model that 'skautoencoder fit' wrote.") from error
    if not isinstance(model, dict) or "transformer" not in model:
        raise BadInputError(f"{path!r} is no model that 'skautoencoder fit' wrote.")
    return model


def _some_rows(table, n_rows, seed):
    if not 2 <= n_rows <= len(table.X):
        raise BadInputError(
            f"--rows {n_rows} must be from 2 to {len(table.X)}, the rows there are."
        )
    some = np.sort(np.random.RandomState(seed).permutation(len(table.X))[:n_rows])
    return replace(table, X=table.X[some], y=None if table.y is None else table.y[some])


def _check_out(path, ends):
    if path and not path.endswith(ends):
        raise BadInputError(f"--out {path!r} must end in {' or '.join(ends)}.")
    if path:
        check_writable(path)


def _check_report(path, table):
    """Find out what a report at ``path`` would lack, before hours of computing."""
    _check_out(path, (".html",))
    if not path:
        return
    for module in ("matplotlib", "matplotlib.backends.backend_agg", "pandas"):
        name = module.split(".")[0]
        try:
            _import_whatever_backend(module)
        except ImportError as error:
            raise BadInputError(
                f"--out needs {name}: pip install 'skautoencoder[plot]'."
            ) from error
        except Exception as error:  # an installation that is broken in its own way
            raise BadInputError(f"--out needs {name}, which fails: {one_line(error)}") from error
    if min(table.X.shape) < 2:
        raise BadInputError(
            "--out draws a map of two components, for which there must be two rows and two "
            f"columns. The table has {table.X.shape[0]} and {table.X.shape[1]}."
        )


def _import_whatever_backend(module):
    """Import a module as if no MPLBACKEND were inherited, which can keep matplotlib from it."""
    inherited = os.environ.pop("MPLBACKEND", None)
    try:
        importlib.import_module(module)
    finally:
        if inherited is not None:
            os.environ["MPLBACKEND"] = inherited


class _ProgressLine:
    """One line on the terminal that says how far the comparison is."""

    def __init__(self, n_steps, width=24):
        self._n_steps, self._width, self._done = n_steps, width, 0

    def __call__(self, line):
        if sys.stderr.isatty():
            filled = "#" * (self._width * self._done // self._n_steps)
            bar = f"[{filled:.<{self._width}}] {self._done}/{self._n_steps}  {line}"
            print(f"\r{bar:<79.79}", end="", file=sys.stderr, flush=True)
        self._done += 1
        if self._done == self._n_steps and sys.stderr.isatty():
            print(f"\r{'':79}\r", end="", file=sys.stderr)


def _terminal_table(comparison):
    columns = [column for column in _COLUMNS if column[1] in comparison.measures]
    head = ["components", "transformer", *(f"{heading} " for heading, _, _ in columns)]
    rows, problems = [head], []
    sizes = sorted({s for t in comparison.transformers for s in comparison.sizes(t)})
    for size in sizes:
        for transformer in comparison.transformers:
            if size not in comparison.sizes(transformer):
                continue
            cells = [_cell(comparison, transformer, size, *column[1:]) for column in columns]
            rows.append([str(size), transformer, *cells])
            error = comparison.error(transformer, size)
            if error:
                problems.append(f"{transformer}, {size} components: {error}")
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    lines = ["  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)) for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    note = "+ better, - worse than PCA of the same size on held-out rows, beyond chance (5 %)"
    notes = [note, *_MEANINGS.get(comparison.task, ())]
    return "\n".join([*lines, *notes, *problems])


def _cell(comparison, transformer, size, measure, pattern):
    values = comparison.values(transformer, size, measure)
    if not np.isfinite(values).all():
        return ""
    mark = _MARKS[comparison.verdict(transformer, size, measure)]
    return pattern.format(values.mean()) + mark
