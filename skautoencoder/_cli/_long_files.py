"""Files that are read in passes: a folder of Parquet or text files, or a file too large to hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from skautoencoder._cli._table import BadInputError
from skautoencoder._errors import first_line, one_line

IN_PASSES = "read in passes"
_LARGEST_IN_MEMORY = 1 << 29  # bytes
_NOT_IN_PASSES = ("index", "decimal", "encoding", "header", "no_scale", "encode")


def long_file(options, names=None):
    """The rows of a file that is not to be read into memory, or None where it is.

    Parameters
    ----------
    options : namespace
        The arguments that say which data a command reads, and how.
    names : list of str, default=None
        Columns to read; by default all but those that the arguments leave out.

    Returns
    -------
    Stream, memory map of shape (n_rows, n_columns) or None

    Raises
    ------
    BadInputError
        If the arguments ask for what is not done in passes, or a file cannot be read.
    """
    path = Path(options.data)
    kind = _kind(path)
    if kind is None:
        return None
    for name in _NOT_IN_PASSES:
        if getattr(options, name, None) not in (None, False):
            raise BadInputError(
                f"--{name.replace('_', '-')} is not for {options.data!r}, which is too long to be "
                "read at once."
            )
    try:
        rows = _READERS[kind](path, options, names)
    except OSError as error:
        raise BadInputError(f"cannot read {options.data!r}: {one_line(error)}") from error
    except ValueError as error:
        raise BadInputError(first_line(error)) from error
    # as all other commands have their tables, which then take the model
    return rows if isinstance(rows, np.ndarray) else rows.map(lambda table: table.to_pandas())


def _kind(path):
    """The ending of the files to read in passes; None where it is not a matter of passes."""
    if path.is_dir():
        endings = {file.suffix.lower() for file in path.iterdir() if not file.name.startswith(".")}
        found = [ending for ending in _READERS if ending in endings and ending != ".npy"]
        if len(found) != 1 or len(endings) != 1:
            raise BadInputError(
                f"the folder {str(path)!r} must hold files that end in .parquet, or in .csv, or in "
                f".tsv, and nothing else. It holds {', '.join(sorted(endings)) or 'nothing'}."
            )
        return found[0]
    ending = path.suffix.lower()
    is_large = path.is_file() and path.stat().st_size > _LARGEST_IN_MEMORY
    return ending if is_large and ending in _READERS else None


def _parquet(path, options, names):
    from skautoencoder.sources import from_parquet

    return from_parquet(path, columns=names or _columns(from_parquet, path, options))


def _text(sep):
    def read(path, options, names):
        from skautoencoder.sources import from_csv

        def opened(path, **settings):
            return from_csv(path, delimiter=options.sep or sep, **settings)

        return opened(path, columns=names or _columns(opened, path, options))

    return read


def _columns(opened, path, options):
    """The names of the columns that the arguments ask for, or None for all."""
    left_out = {*options.drop, *([options.target] if options.target else [])}
    if options.columns is not None:
        return [name for name in options.columns if name not in left_out]
    if not left_out:
        return None
    first = next(iter(opened(path)), None)
    names = [] if first is None else first.column_names
    unknown = [name for name in left_out if name not in names]
    if unknown:
        raise BadInputError(f"{options.data!r} has no columns {unknown}. It has {names}.")
    return [name for name in names if name not in left_out]


def _map(path, options, names):
    if options.target or options.drop or options.columns:
        raise BadInputError(f"--target, --drop, --columns: {options.data!r} has no named columns.")
    rows = np.load(path, mmap_mode="r")
    return rows.reshape(len(rows), -1)


_READERS = {".parquet": _parquet, ".csv": _text(","), ".tsv": _text("\t"), ".npy": _map}
