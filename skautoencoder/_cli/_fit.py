"""``skautoencoder fit``: an autoencoder of the rows of a file, kept in a file."""

from __future__ import annotations

import sys
import time

import numpy as np

from skautoencoder._cli._columns import columns_of
from skautoencoder._cli._interrupting import INTERRUPTED, InterruptBetweenEpochs, WhenTrainingBegins
from skautoencoder._cli._model_file import ENDING, write_model
from skautoencoder._cli._models import ArrayModel, TableModel
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
from skautoencoder._estimators._autoencoder import AutoencoderTransformer
from skautoencoder._estimators._table import TableAutoencoderTransformer


def add_to(commands):
    """Add the command and its arguments to a parser's commands."""
    parser = commands.add_parser(
        "fit", help="fit an autoencoder, and keep it in a file; Ctrl-C keeps the best so far"
    )
    add_data(parser)
    add_scaling(parser)
    parser.add_argument(
        "--n-components", type=components, default=2, metavar="K",
        help="how many, or a share of the variance such as 0.9",
    )  # fmt: skip
    parser.add_argument("--objective", default="reconstruction")
    parser.add_argument("--loss", help="of arrays, images and --no-scale; tables have their own")
    parser.add_argument("--max-iter", type=int, default=200, help="epochs, at most")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", metavar="MODEL.safetensors", required=True)
    parser.set_defaults(run=run)


def run(options):
    """Fit, and write the model; 0, or 130 if Ctrl-C ended the fit."""
    check_out(options.out, (ENDING,))
    table, remarks = read_data(options)
    of_numbers = options.no_scale or isinstance(table.X, np.ndarray)
    model, rows, told = (_of_numbers if of_numbers else _of_table)(table, options)
    ours = model.transformer
    start = time.perf_counter()
    interrupted = _interrupted(ours, rows, lambda: tell(options.data, [*remarks, *told]))
    seconds = time.perf_counter() - start
    explained = ours.score(rows)
    write_model(options.out, model, options.target)
    print(
        f"{'skautoencoder: interrupted, and kept the best so far: ' if interrupted else ''}"
        f"{ours.n_components_} components explain {explained:.1%} of the variance of "
        f"{len(rows):,} rows; {ours.n_iter_} epochs in {seconds:.1f} s; wrote {options.out}",
        file=sys.stderr if interrupted else sys.stdout,
    )
    return INTERRUPTED if interrupted else 0


def _of_table(table, options):
    """A model of columns of all kinds, what it is to be fitted to, and what to tell."""
    if options.loss is not None:
        raise BadInputError("--loss is for arrays, images and --no-scale: tables have their own.")
    found = prepared(table.X, options.kinds)
    left_out = frozenset({*table.left_out, *table.names} - {*found.frame})
    ours = TableAutoencoderTransformer(kinds=options.kinds, **_settings(options))
    return TableModel(ours, left_out), found.frame, found.remarks


def _of_numbers(table, options):
    """A model of columns as they are, what it is to be fitted to, and what to tell."""
    columns = columns_of(table, options.encode)
    X, told = columns.matrix(table)
    loss = options.loss or "squared_error"
    return ArrayModel(AutoencoderTransformer(loss=loss, **_settings(options)), columns), X, told


def _settings(options):
    return {
        "n_components": options.n_components, "objective": options.objective,
        "max_iter": options.max_iter, "random_state": options.seed,
    }  # fmt: skip


def _interrupted(ours, rows, begin):
    """Fit, and call ``begin`` when training begins; whether Ctrl-C ended it after some epoch."""
    try:
        with InterruptBetweenEpochs() as callback:
            ours.set_callbacks(callback, WhenTrainingBegins(begin)).fit(rows)
    except KeyboardInterrupt:
        if getattr(ours, "n_iter_", 0) == 0:  # PCA at best, which nobody asked for
            raise
        return True
    finally:
        ours.set_callbacks()
    return False
