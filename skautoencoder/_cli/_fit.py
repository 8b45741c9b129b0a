"""``skautoencoder fit``: an autoencoder of the rows of a file, kept in a file."""

from __future__ import annotations

import sys
import time

import numpy as np

from skautoencoder._cli._columns import Columns, columns_of
from skautoencoder._cli._help import add_command
from skautoencoder._cli._interrupting import INTERRUPTED, WhenTrainingBegins
from skautoencoder._cli._long_files import IN_PASSES, long_file
from skautoencoder._cli._model_file import ENDING, write_model
from skautoencoder._cli._models import ArrayModel, TableModel
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
from skautoencoder._estimators._autoencoder import AutoencoderTransformer
from skautoencoder._estimators._table import TableAutoencoderTransformer
from skautoencoder.losses import LOSSES
from skautoencoder.objectives import OBJECTIVES

_EXAMPLES = {
    "two numbers for each of the digits": "skautoencoder fit digits --out model.safetensors",
    "a table of yours, its column 'kind' not to be learnt": "skautoencoder fit table.csv "
    "--target kind --out model.safetensors",
    "another optimizer, or whatever else the class has": "skautoencoder fit digits "
    "--set optimizer=sgd --out sgd.safetensors",
}


def add_to(commands):
    """Add the command and its arguments to a parser's commands."""
    parser = add_command(
        commands, "fit", f"DATA --out MODEL{ENDING}", "fit an autoencoder, and keep it in a file",
        "Fits an autoencoder to the rows of a table, and keeps it in a file, for 'transform', "
        "'inverse-transform', 'impute', and for skautoencoder.load in Python. Ctrl-C keeps the "
        "best weights so far. A folder of Parquet or text files, and a file of more than 512 MiB, "
        "is read in passes.",
        _EXAMPLES,
    )  # fmt: skip
    add_data(parser)
    add_scaling(parser)
    fitting = parser.add_argument_group("fitting")
    add_sizes(fitting, 2)
    fitting.add_argument(
        "--objective", default="reconstruction", metavar="NAME",
        help=f"what training minimizes: {', '.join(OBJECTIVES)}",
    )  # fmt: skip
    fitting.add_argument(
        "--loss", metavar="NAME",
        help=f"of an entry: {', '.join(LOSSES)}; for arrays, images and --no-scale (default: "
        "squared_error; tables have one for each kind of column)",
    )  # fmt: skip
    fitting.add_argument("--max-iter", type=int, default=200, metavar="N", help="epochs, at most")
    add_seed(fitting)
    add_settings(fitting, "the autoencoder")
    parser.add_argument(
        "--out", metavar=f"MODEL{ENDING}", required=True, help="the file that keeps the model"
    )
    parser.set_defaults(run=run)


def run(options):
    """Fit, and write the model; 0, or 130 if Ctrl-C ended the fit."""
    check_out(options.out, (ENDING,))
    model, rows, remarks = _learnt_from(options)
    ours = set_parameters(model.transformer, options.settings)
    start = time.perf_counter()
    with options.watched.show(Progress(["fitting"], "fitting")):
        interrupted = _interrupted(ours, rows, lambda: tell(options.data, remarks))
    seconds = time.perf_counter() - start
    explained = ours.score(rows)
    n_rows = getattr(ours, "autoencoder_", ours).n_samples_
    write_model(options.out, model, options.target)
    print(
        f"{'skautoencoder: interrupted, and kept the best so far: ' if interrupted else ''}"
        f"{ours.n_components_} components explain {explained:.1%} of the variance of "
        f"{n_rows:,} rows; {ours.n_iter_} epochs in {seconds:.1f} s; wrote {options.out}",
        file=sys.stderr if interrupted else sys.stdout,
    )
    return INTERRUPTED if interrupted else 0


def _learnt_from(options):
    """A model, what it is to be fitted to, and what to tell."""
    long = long_file(options)
    if long is not None:
        return _of_long_file(long, options)
    table, remarks = read_data(options)
    of_numbers = options.no_scale or isinstance(table.X, np.ndarray)
    model, rows, told = (_of_numbers if of_numbers else _of_table)(table, options)
    return model, rows, [*remarks, *told]


def _of_long_file(rows, options):
    """The same of rows that are read in passes."""
    if isinstance(rows, np.ndarray):
        columns = Columns(tuple(f"column {i}" for i in range(rows.shape[1])), {}, frozenset())
        loss = options.loss or "squared_error"
        ours = AutoencoderTransformer(loss=loss, **_settings(options))
        return ArrayModel(ours, columns), rows, [IN_PASSES]
    _check_no_loss(options)
    ours = TableAutoencoderTransformer(kinds=options.kinds, **_settings(options))
    return TableModel(ours, frozenset({*options.drop, options.target} - {None})), rows, [IN_PASSES]


def _check_no_loss(options):
    if options.loss is not None:
        raise BadInputError("--loss is for arrays, images and --no-scale: tables have their own.")


def _of_table(table, options):
    """A model of columns of all kinds, what it is to be fitted to, and what to tell."""
    _check_no_loss(options)
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
        ours.set_callbacks(WhenTrainingBegins(begin)).fit(rows)
    except KeyboardInterrupt:
        if getattr(ours, "n_iter_", 0) == 0:  # PCA at best, which nobody asked for
            raise
        return True
    finally:
        ours.set_callbacks()
    return False
