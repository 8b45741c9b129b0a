"""Files of any format to frames and arrays, with what to tell of how they were read."""

from __future__ import annotations

import warnings
import zipfile
from dataclasses import dataclass
from typing import Any

from skautoencoder._cli._failures import is_ours
from skautoencoder._cli._reading._arrays import read_npy, read_npz
from skautoencoder._cli._reading._idx import read_idx
from skautoencoder._cli._reading._opened import opened, without_packing
from skautoencoder._cli._reading._options import ReadingOptions
from skautoencoder._cli._reading._sheets import read_feather, read_parquet, read_sheet
from skautoencoder._cli._reading._text_table import read_text_table
from skautoencoder._cli._table import BadInputError
from skautoencoder._errors import first_line, one_line

__all__ = ["FORMATS", "ReadingOptions", "read_file"]

# Readers by the ending of a file's name, which may be followed by that of what packed it.
# They take an Opened and options; they give a frame or a Table, and a list of what to tell.
_READERS = {
    ".csv": read_text_table,
    ".tsv": read_text_table,
    ".txt": read_text_table,
    ".dat": read_text_table,
    ".data": read_text_table,
    ".xlsx": read_sheet,
    ".parquet": read_parquet,
    ".feather": read_feather,
    ".arrow": read_feather,
    ".npy": read_npy,
    ".npz": read_npz,
    "-idx3-ubyte": read_idx,
}
FORMATS = ", ".join(_READERS)
# How formats begin that standard input may have; all else is a table of text.
_BEGINNINGS = {
    b"PAR1": ".parquet",
    b"ARROW1": ".arrow",
    b"\x93NUMPY": ".npy",
    b"PK\x03\x04": ".npz",
    b"\x00\x00\x08\x03": "-idx3-ubyte",
}


@dataclass(frozen=True)
class Found:
    """What a file holds.

    Attributes
    ----------
    content : Table or DataFrame
        A table of numbers, or a frame with named columns.
    remarks : list of str
        What to tell of how it was read.
    """

    content: Any
    remarks: list


def read_file(source, options):
    """What is in the file at a path, or in standard input for "-".

    Parameters
    ----------
    source : str
    options : ReadingOptions

    Raises
    ------
    BadInputError
        If the format is none of ours, or the file is not as its format has it.
    """
    try:
        with opened(source) as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a reader's, beside the one line that we give
            return Found(*_reader(file)(file, options))
    except BadInputError as error:
        raise BadInputError(f"cannot read {source!r}: {error}") from error
    except OSError as error:
        raise BadInputError(f"cannot read {source!r}: {error.strerror or error}.") from error
    except ImportError as error:
        raise BadInputError(
            f"cannot read {source!r}: it needs {error.name}: pip install 'skautoencoder[files]'."
        ) from error
    except Exception as error:  # whatever the readers of foreign bytes raise
        if is_ours(error):
            raise
        what = first_line(error) if isinstance(error, ValueError) else one_line(error)
        raise BadInputError(f"cannot read {source!r}: {what or one_line(error)}") from error


def _reader(file):
    if str(file.path) == "-":
        head = file.file.read(8)
        file.file.seek(0)
        ending = next((e for magic, e in _BEGINNINGS.items() if head.startswith(magic)), ".csv")
        return _READERS[".xlsx" if ending == ".npz" and _is_workbook(file.file) else ending]
    name = without_packing(file.path.name)
    reader = next((reader for end, reader in _READERS.items() if name.endswith(end)), None)
    if reader is None:
        raise BadInputError(f"its name ends in none of {', '.join(_READERS)}.")
    return reader


def _is_workbook(file):
    with zipfile.ZipFile(file) as members:
        found = "xl/workbook.xml" in members.namelist()
    file.seek(0)
    return found
