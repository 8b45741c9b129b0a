"""``skautoencoder compare``: an autoencoder beside PCA, as a table and maybe as a page."""

from __future__ import annotations

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
from skautoencoder._cli._options import (
    add_data,
    add_scaling,
    check_out,
    components,
    read_data,
    tell,
)
from skautoencoder._cli._prepared import prepared
from skautoencoder._cli._table import BadInputError
from skautoencoder._cli._terminal import ProgressLine, terminal_table
from skautoencoder._cli._whole_file import whole_file
from skautoencoder._estimators._autoencoder import AutoencoderTransformer
from skautoencoder._estimators._imputer import AutoencoderImputer
from skautoencoder._tables._table import read_table
from skautoencoder.comparison._targets import TASKS


def add_to(commands):
    """Add the command and its arguments to a parser's commands."""
    parser = commands.add_parser("compare", help="compare an autoencoder with PCA on your data")
    add_data(parser)
    add_scaling(parser)
    parser.add_argument(
        "--n-components", type=components, nargs="+", default=[2, 4, 8, 16, 32], metavar="K",
        help="how many, or a share of the variance such as 0.9",
    )  # fmt: skip
    parser.add_argument("--task", choices=TASKS, default="auto", help="what --target holds")
    parser.add_argument("--folds", type=int, default=3, help="parts held out in turn")
    parser.add_argument("--rows", type=int, metavar="N", help="take so many rows, at random")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", metavar="REPORT.html", help="write a report with a live map")
    parser.set_defaults(run=run)


def run(options):
    """Compare, and print the table; write the page that was asked for."""
    # Late, because the comparison needs much of scikit-learn
    from skautoencoder.comparison import compare_transformers

    check_out(options.out, (".html",))
    table, transformers, remarks = _in_numbers(options)
    _check_report(options.out, table)
    if options.rows is not None:
        table = _some_rows(table, options.rows, options.seed)
    sizes = _sizes(options.n_components, table.X.shape[1])
    if not 2 <= options.folds <= len(table.X):
        raise BadInputError(f"--folds {options.folds} must be from 2 to {len(table.X)}, the rows.")
    tell(options.data, remarks)
    n_steps = options.folds * (2 * len(sizes) + (table.y is not None))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Numbers are missing")  # the table says which
        comparison = compare_transformers(
            transformers, table.X, table.y, n_components=sizes, task=options.task, cv=options.folds,
            random_state=options.seed, progress=ProgressLine(n_steps),
        )  # fmt: skip
    print(terminal_table(comparison))
    if options.out:
        _write_report(options, table, comparison, transformers, remarks)


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
    named = {"PCA": pca, "AutoencoderTransformer": ours}
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
