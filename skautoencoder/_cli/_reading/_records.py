"""Lines of text cut into records of cells: by Python's csv, runs of blanks included."""

from __future__ import annotations

import csv
from dataclasses import dataclass

BLANKS = " "  # the separator that stands for any run of blanks
NO_SEPARATOR = "\x1f"  # of a table of one column: in no text


@dataclass(frozen=True)
class Dialect:
    """What stands between cells, and around those that hold it."""

    sep: str
    quote: str = '"'

    def reader(self, lines, strict=False):
        """A reader of csv over lines, whose ``line_num`` counts them."""
        lines = map(_one_blank, lines) if self.sep == BLANKS else lines
        return csv.reader(
            lines, delimiter=self.sep, quotechar=self.quote, skipinitialspace=True, strict=strict
        )

    def for_pandas(self):
        """The same for :func:`pandas.read_csv`."""
        sep = r"\s+" if self.sep == BLANKS else self.sep
        return {"sep": sep, "quotechar": self.quote, "skipinitialspace": True}


def lines_of(text):
    """The lines of a text stream; unlike its iterator, it lets the rest be read otherwise."""
    return iter(text.readline, "")


def is_blank(record):
    """Whether a record has nothing in it, as an empty line has."""
    return not record or (len(record) == 1 and not record[0].strip())


def _one_blank(line):
    # csv skips blanks after a separator, and so takes a run for one
    return line.replace("\t", " ").strip()
