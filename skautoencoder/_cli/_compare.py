"""``skautoencoder compare``: an autoencoder beside PCA, as a table and maybe as a page."""

from __future__ import annotations

import shutil
import sys
import warnings
from dataclasses import replace

import numpy as np
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.pipeline import Pipeline, make_pipeline

from skautoencoder._cli._columns import columns_of
from skautoencoder._cli._extras import DRAWING, check_extra
from skautoencoder._cli._facts import facts, source_name
from skautoencoder._cli._failures import DONE
from skautoencoder._cli._help import add_command
from skautoencoder._cli._interrupting import INTERRUPTED
from skautoencoder._cli._options import (
    add_data,
    add_scaling,
    add_seed,
    add_sizes,
    check_out,
    read_data,
    tell,
)
from skautoencoder._cli._prepared import prepared
from skautoencoder._cli._progress import Progress
from skautoencoder._cli._settings import add_settings, set_parameters
from skautoencoder._cli._table import BadInputError
from skautoencoder._cli._terminal import terminal_table
from skautoencoder._cli._whole_file import whole_file
from skautoencoder._estimators._autoencoder import AutoencoderTransformer
from skautoencoder._estimators._imputer import AutoencoderImputer
from skautoencoder._tables._table import read_table
from skautoencoder.comparison._targets import TASKS

_OURS = "AutoencoderTransformer"
_EXAMPLES = {
    "the handwritten digits that come with scikit-learn": "skautoencoder compare digits",
    "a table of yours, by what its codes tell of the column 'kind'": "skautoencoder compare "
    "table.csv --target kind",
    "fewer rows, which takes less time, and another learning rate": "skautoencoder compare digits "
    "--rows 500 --set learning_rate=3e-3",
}


def add_to(commands):
    """Add the command and its arguments to a parser's commands."""
    parser = add_command(
        commands, "compare", "DATA", "compare an autoencoder with PCA on your data",
        "Fits PCA and an autoencoder at several sizes, and prints what their codes are worth on "
        "rows held out: how well rows are rebuilt, whether neighbors stay neighbors, and with "
        "--target what the codes tell of it. Ctrl-C prints what has been measured by then.",
        _EXAMPLES,
    )  # fmt: skip
    add_data(parser)
    add_scaling(parser)
    comparing = parser.add_argument_group("comparing")
    add_sizes(comparing, [2, 4, 8, 16, 32], nargs="+")
    comparing.add_argument(
        "--task", choices=TASKS, default="auto",
        help="what --target holds: classes or numbers; auto finds out",
    )  # fmt: skip
    comparing.add_argument(
        "--folds", type=int, default=3, metavar="N", help="parts of the rows, held out in turn"
    )
    comparing.add_argument(
        "--rows", type=int, metavar="N", help="take so many rows, at random (default: all)"
    )
    add_seed(comparing)
    add_settings(comparing, "the autoencoder")
    parser.add_argument(
        "--out", metavar="REPORT.html", help="write a report with a live map (default: none)"
    )
    parser.set_defaults(run=run)


def run(options):
    """Compare, and print the table; write the page that was asked for."""
    check_out(options.out, (".html",))
    table, transformers, remarks = _in_numbers(options)
    _check_report(options.out, table)
    if options.rows is not None:
        table = _some_rows(table, options.rows, options.seed)
    sizes = _sizes(options.n_components, table.X.shape[1])
    if not 2 <= options.folds <= len(table.X):
        raise BadInputError(f"--folds {options.folds} must be from 2 to {len(table.X)}, the rows.")
    tell(options.data, remarks)
    comparison, where = _compared(options, table, transformers, sizes)
    if options.settings and not where:
        _check_settings(comparison, _OURS)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 80
    print(terminal_table(comparison, width, summary=not where), flush=True)
    if where:
        print(
            f"skautoencoder: interrupted ({where}); the table has what was measured by then; no "
            "file was written",
            file=sys.stderr,
        )
        return INTERRUPTED
    if options.out:
        with options.watched.show(Progress(["fit"], "the map for the report")):
            _write_report(options, table, comparison, transformers, remarks)
    return DONE


def _compared(options, table, transformers, sizes):
    """The comparison, and where Ctrl-C ended it, or "" if it came to its end."""
    # Late, because the comparison needs much of scikit-learn
    from skautoencoder.comparison import RAW, ComparisonInterrupted, compare_transformers

    steps = [f"{name}, {size}" for name in transformers for size in sizes]
    steps += [RAW] * (table.y is not None)
    progress = options.watched.show(Progress(steps * options.folds))

    def begin(line):
        options.watched.strike_if_asked()
        progress.begin(line)

    try:
        with progress, warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Numbers are missing")  # the table says which
            comparison = compare_transformers(
                transformers, table.X, table.y, n_components=sizes, task=options.task,
                cv=options.folds, random_state=options.seed, progress=begin,
            )  # fmt: skip
    except ComparisonInterrupted as interrupt:
        return interrupt.comparison, progress.where
    return comparison, ""


def _check_settings(comparison, name):
    """Raise a BadInputError if nothing was fitted: then what --set says does not go together."""
    sizes = comparison.sizes(name)
    if all(np.isnan(comparison.values(name, s, "fit_seconds")).all() for s in sizes):
        what = comparison.error(name, sizes[0])
        raise BadInputError(f"--set: {what.partition(': ')[2] or what}")


def _in_numbers(options):
    """The table that was asked for, its rows all numbers, transformers, and what to tell."""
    table, remarks = read_data(options)
    if options.no_scale or isinstance(table.X, np.ndarray):
        X, told = columns_of(table, options.encode).matrix(table)
        ours = AutoencoderTransformer()
    else:
        found = prepared(table.X, options.kinds)
        X, _ = found.encoding.encode(read_table(found.frame))
        table = replace(table, names=list(found.frame), encoding=found.encoding)
        ours, told = AutoencoderTransformer(loss=found.encoding.loss()), found.remarks
    gaps = np.isnan(X).any()
    pca = make_pipeline(_gap_filler(), PCA()) if gaps else PCA()
    set_parameters(ours, options.settings, {"n_components": "--n-components"})
    named = {"PCA": pca, _OURS: ours}
    return replace(table, X=X), named, [*remarks, *told]


def _gap_filler():
    """What fills gaps for transformers that take none: the means that autoencoders start from."""
    return AutoencoderImputer(n_networks=0, n_neighbors=0, keep_empty_features=True, random_state=0)


def _sizes(asked, n_columns):
    """The sizes asked for that the table has columns for."""
    sizes = [size for size in asked if size <= n_columns]
    if not sizes or min(sizes) <= 0:
        raise BadInputError(
            f"--n-components {' '.join(map(str, asked))}: there must be sizes from "
            f"1 to {n_columns}, the number of columns."
        )
    return sizes


def _some_rows(table, n_rows, seed):
    if not 2 <= n_rows <= len(table.X):
        raise BadInputError(
            f"--rows {n_rows} must be from 2 to {len(table.X)}, the rows there are."
        )
    some = np.sort(np.random.RandomState(seed).permutation(len(table.X))[:n_rows])
    return replace(
        table,
        X=table.X[some],
        y=None if table.y is None else table.y[some],
        index=[table.row_names[row] for row in some],
        whole=None if table.whole is None else table.whole.iloc[some],
    )


def _write_report(options, table, comparison, transformers, remarks):
    """Fit the map of two components with each transformer, and write the page."""
    from skautoencoder._cli._report import report

    print("fitting the map for the report ...", file=sys.stderr)
    pca, ours = (_of_two(one, options.seed).fit(table.X) for one in transformers.values())
    settings = {name: repr(transformer) for name, transformer in transformers.items()}
    settings["Folds"] = f"{options.folds}, of {comparison.n_test:,} rows held out"
    title = f"{source_name(options.data)}: autoencoder beside PCA"
    page = report(title, comparison, table, pca, ours, facts(options, table, settings, remarks))
    with whole_file(options.out) as draft, open(draft, "w", encoding="utf-8") as file:
        file.write(page)
    print(f"wrote {options.out}")


def _of_two(transformer, seed):
    """An unfitted copy of two components."""
    copy = clone(transformer)
    last = copy[-1] if isinstance(copy, Pipeline) else copy
    last.set_params(n_components=2, random_state=seed)
    return copy


def _check_report(path, table):
    """Find out what a report at ``path`` would lack, before hours of computing."""
    if not path:
        return
    check_extra("--out", DRAWING, "plot")
    if min(table.X.shape) < 2:
        raise BadInputError(
            "--out draws a map of two components, for which there must be two rows and two "
            f"columns. The table has {table.X.shape[0]} and {table.X.shape[1]}."
        )
