"""``skautoencoder outliers``: which rows of a file are unusual, how much so, and why."""

from __future__ import annotations

import sys
from dataclasses import replace
from math import ceil
from pathlib import Path

import numpy as np

from skautoencoder._cli._extras import DRAWING, check_extra
from skautoencoder._cli._facts import facts, source_name
from skautoencoder._cli._failures import DONE
from skautoencoder._cli._files import read_table
from skautoencoder._cli._help import add_command
from skautoencoder._cli._interrupting import INTERRUPTED
from skautoencoder._cli._model_file import ENDING
from skautoencoder._cli._options import (
    add_data,
    add_kinds,
    add_seed,
    check_out,
    read_data,
    tell,
)
from skautoencoder._cli._prepared import warnings_told
from skautoencoder._cli._progress import Progress
from skautoencoder._cli._reading import ReadingOptions
from skautoencoder._cli._settings import add_settings, set_parameters
from skautoencoder._cli._table import BadInputError
from skautoencoder._cli._whole_file import whole_file
from skautoencoder._cli._writing import TEXT_FORMATS, check_table_out, write_table

_LEVEL = 0.05
_METHODS = ("blend", "network", "kernel")
_N_TOLD = 3  # of the strangest rows


_EXAMPLES = {
    "the oddest of the digits": "skautoencoder outliers digits --out flagged.csv --reasons 10",
    "a table of yours, judged by rows known to be normal": "skautoencoder outliers new.csv "
    "--normal good.csv --out flagged.csv",
    "a page of the strangest rows, by what needs no training": "skautoencoder outliers table.csv "
    "--method kernel --out f.csv --report p.html",
}


def add_to(commands):
    """Add the command and its arguments to a parser's commands."""
    parser = add_command(
        commands, "outliers", "DATA --out FILE", "which rows of a file are unusual, and why",
        "Writes the table with a score (the higher, the stranger), a p-value (how likely a "
        "normal row is as far out), whether the row is flagged, and the columns that make it "
        "unusual: each with its share of the score and what was expected of it.",
        _EXAMPLES,
    )  # fmt: skip
    add_data(parser)
    add_kinds(parser)
    judging = parser.add_argument_group("judging")
    judging.add_argument(
        "--normal", metavar="FILE",
        help="learn from these rows instead, known to be normal; or what --model kept (default: "
        "learn from DATA itself)",
    )  # fmt: skip
    flagging = judging.add_mutually_exclusive_group()
    flagging.add_argument(
        "--level", type=float, metavar="SHARE",
        help=f"of normal rows that are flagged by chance (default: {_LEVEL})",
    )  # fmt: skip
    flagging.add_argument(
        "--contamination", type=float, metavar="SHARE",
        help="of the rows learnt from that may be bad: learn from the others, and flag so many "
        "(default: none are)",
    )  # fmt: skip
    judging.add_argument(
        "--method", choices=_METHODS,
        help="which measures: by rows that are near and by an autoencoder (blend), or by one of "
        "them; kernel trains nothing (default: blend)",
    )  # fmt: skip
    judging.add_argument(
        "--reasons", type=int, default=1_000, metavar="N", help="for so many flagged rows at most"
    )
    add_seed(judging)
    add_settings(judging, "the autoencoder, or the detector")
    writing = parser.add_argument_group("writing")
    writing.add_argument(
        "--out", metavar="FILE", required=True, help=f"the file to write: {TEXT_FORMATS}"
    )
    writing.add_argument(
        "--report", metavar="PAGE.html", help="write a page of the strangest rows (default: none)"
    )
    writing.add_argument(
        "--model", metavar=f"MODEL{ENDING}",
        help="keep what was learnt, for --normal (default: it is not kept)",
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(options):
    """Judge the rows, write them, and print what was found."""
    _check(options)
    # Late, because detectors need much of scikit-learn
    from skautoencoder._anomalies._scores import N_FOLDS
    from skautoencoder._cli._judged import judged

    learning = Progress(["part"] * N_FOLDS, "learning without part {} of {}")
    with options.watched.show(learning):
        model, table, told = _model_and_table(options)
    rows, more = model.rows(table)
    told += more
    found = judged(model.detector, rows, options.reasons, told, options.watched)
    whole = _whole(table)
    new = found.columns({str(name) for name in whole})
    told += [f"'{name}' is written, for there is {name[:-1]!r}" for name in new if name[-1] == "_"]
    rows.index = table.row_names
    summary = _summary(options, model.detector, found)
    page = None
    if options.report and not found.interrupted:
        from skautoencoder._cli._outlier_report import report

        with warnings_told([]):  # told before
            title = f"{source_name(options.data)}: unusual rows"
            how = facts(options, table, _settings(options, model.detector), told)
            page = report(title, summary, model.detector, rows, found, how)
    tell(options.data, told)
    print("\n".join([*summary, *_strangest(rows.index, found)]))
    _write(options, model, whole, new, page)
    if not found.interrupted:
        return DONE
    n_told = len(found.reasons)
    reasons = (
        f"reasons are given for the strangest {n_told:,} rows" if n_told else "without reasons"
    )
    without = f"; {options.report} was not written" if options.report else ""
    print(f"skautoencoder: interrupted; {reasons}{without}", file=sys.stderr)
    return INTERRUPTED


def _check(options):
    """Raise a BadInputError where something would be missing at the end."""
    check_table_out(options.out, of_text=True)
    check_out(options.report, (".html",), "--report")
    check_out(options.model, (ENDING,), "--model")
    check_extra("outliers", ("pandas",), "files")
    if options.report:
        check_extra("--report", DRAWING, "plot")
    if options.reasons < 0:
        raise BadInputError(f"--reasons {options.reasons} must be 0 or more.")


def _model_and_table(options):
    """A fitted detector, the table to judge, and what to tell of the latter."""
    from skautoencoder._cli._detectors import fitted, saved

    normal = options.normal
    table, told = read_data(options, choose=normal is None)
    if normal and normal.lower().endswith(ENDING):
        _check_not_fitted_by(options)
        return saved(normal), table, told
    learnt, said = (table, told) if normal is None else _normal(options)
    model, more = fitted(_detector(options, learnt), learnt, options.kinds)
    said += more
    if normal is not None:
        tell(normal, said)
    return model, table, told


def _check_not_fitted_by(options):
    """Raise a BadInputError if something is asked of a detector that has been fitted."""
    for option in ("level", "contamination", "method", "kinds", "settings"):
        if getattr(options, option) not in (None, {}, []):
            raise BadInputError(
                f"--{option.replace('settings', 'set')} is for what is to be learnt, and "
                f"{options.normal!r} has been."
            )


def _detector(options, table):
    from skautoencoder._estimators._detector import AutoencoderDetector

    detector = AutoencoderDetector(
        method=options.method or _METHODS[0],
        contamination="auto" if options.contamination is None else options.contamination,
        level=_LEVEL if options.level is None else options.level,
        standardize=table.image_shape is None,
        random_state=options.seed,
    )
    own = [(name, value) for name, value in options.settings if name in detector.get_params(False)]
    of_network = [pair for pair in options.settings if pair not in own]
    if of_network and detector.method == "kernel":
        raise BadInputError(f"--set {of_network[0][0]}: --method kernel trains no autoencoder.")
    if of_network:
        from skautoencoder._estimators._detector_fit import default_network

        network = default_network(len(table.X))
        detector.set_params(estimator=set_parameters(network, of_network))
    return set_parameters(detector, own, {"estimator": "--set NAME=VALUE of the autoencoder"})


def _normal(options):
    """The table to learn from, without columns that are named not to be, and what to tell."""
    reading = ReadingOptions(
        options.sep, options.decimal, options.encoding, options.header, options.columns
    )
    table, told = read_table(options.normal, None, reading)
    if isinstance(table.X, np.ndarray):
        return table, told
    named = [name for name in (options.target, options.index, *options.drop) if name in table.X]
    X = table.X.drop(columns=named)
    if X.shape[1] == 0:
        raise BadInputError(f"no columns are left in {options.normal!r} to learn from.")
    return replace(table, X=X, names=list(X), left_out=(*table.left_out, *named)), told


def _whole(table):
    """All columns that are written as they are."""
    if table.whole is not None:
        return table.whole.reset_index(drop=True)
    import pandas as pd

    return pd.DataFrame(table.X, columns=table.names)


def _settings(options, detector):
    """How the rows were judged, by name, for the page."""
    learnt = "the rows themselves" if options.normal is None else source_name(options.normal)
    return {"Learnt from": learnt, "Detector": repr(detector)}


def _summary(options, detector, found):
    """How many rows are flagged, and what that means, as lines."""
    n_rows, n_learnt = len(found.score), len(detector.calibration_scores_)
    flagged = (
        f"{int(found.outlier.sum()):,} of {n_rows:,} rows are flagged, "
        f"with scores above {-detector.offset_:.3g}"
    )
    if detector.contamination != "auto":
        return [f"{flagged}, as the strangest {detector.contamination:g} of the rows learnt from."]
    # A row that was learnt from is as far out as itself, at least.
    level, by_itself = detector.level, options.normal is None
    n_least = 1 + by_itself
    if level < n_least / (n_learnt + 1):
        return [
            f"{flagged}. No p-value is below {n_least / (n_learnt + 1):.2g}: {n_learnt:,} rows are "
            f"too few for the level {level:g}, which takes {ceil(n_least / level) - 1:,}."
        ]
    by_chance = f"{level * n_rows:,.0f} of {n_rows:,} normal rows would be"
    lines = [f"{flagged}. At the level {level:g}, about {by_chance}."]
    if by_itself:
        lines.append(
            "Judged by itself, a table has about that many: its strangest rows, whatever they are. "
            "--normal FILE judges it by rows known to be normal."
        )
    return lines


def _strangest(names, found):
    """The strangest rows, a line each."""
    n_told = min(_N_TOLD, len(found.strangest))
    for row, reasons in zip(found.strangest[:n_told], found.reasons[:n_told], strict=True):
        line = f"  row {names[row]}: score {found.score[row]:.3g}, p {found.p_value[row]:.2g}"
        if reasons:
            column, share, expected, value = reasons[0]
            line += f"; {column} is {value}, expected {expected} ({share:.0%} of the score)"
        yield line


def _write(options, model, whole, new, page):
    """Write all files that were asked for."""
    import pandas as pd

    if page is not None:
        with whole_file(options.report) as draft:
            Path(draft).write_text(page, encoding="utf-8")
    if options.model:
        model.write(options.model)
    frame = pd.concat([whole, new], axis=1)
    write_table(options.out, frame, list(map(str, frame)))
    report = options.report if page is not None else None
    paths = [path for path in (options.out, report, options.model) if path]
    print(f"wrote {len(frame):,} rows to {', '.join(paths)}")
