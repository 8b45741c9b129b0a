"""``skautoencoder fit``: an autoencoder of the rows of a file, kept in a file."""

from __future__ import annotations

import sys
import time

from skautoencoder._cli._interrupting import INTERRUPTED, InterruptBetweenEpochs
from skautoencoder._cli._model_file import write_model
from skautoencoder._cli._options import add_data, check_out, read_data
from skautoencoder._estimators._autoencoder import AutoencoderTransformer


def add_to(commands):
    """Add the command and its arguments to a parser's commands."""
    parser = commands.add_parser(
        "fit", help="fit an autoencoder, and keep it in a file; Ctrl-C keeps the best so far"
    )
    add_data(parser)
    parser.add_argument("--n-components", type=int, default=2, metavar="K")
    parser.add_argument("--objective", default="reconstruction")
    parser.add_argument("--loss", default="squared_error")
    parser.add_argument("--max-iter", type=int, default=200, help="epochs, at most")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", metavar="MODEL.pickle", required=True)
    parser.set_defaults(run=run)


def run(options):
    """Fit, and write the model; 0, or 130 if Ctrl-C ended the fit."""
    table = read_data(options)
    check_out(options.out, (".pickle", ".pkl"))
    ours = AutoencoderTransformer(
        options.n_components, objective=options.objective, loss=options.loss,
        max_iter=options.max_iter, random_state=options.seed,
    )  # fmt: skip
    start = time.perf_counter()
    interrupted = _interrupted(ours, table.X)
    seconds = time.perf_counter() - start
    explained = ours.score(table.X)
    write_model(options.out, ours, table.names)
    print(
        f"{'skautoencoder: interrupted, and kept the best so far: ' if interrupted else ''}"
        f"{ours.n_components_} components explain {explained:.1%} of the variance of "
        f"{len(table.X):,} rows; {ours.n_iter_} epochs in {seconds:.1f} s; wrote {options.out}",
        file=sys.stderr if interrupted else sys.stdout,
    )
    return INTERRUPTED if interrupted else 0


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
