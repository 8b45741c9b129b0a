"""Columns of text that are numbers, dates or yes-or-no in other writing."""

from __future__ import annotations

import re

from skautoencoder._cli._reading._names import listed
from skautoencoder._cli._reading._words import GAPS_AMONG_NUMBERS, is_date, is_number
from skautoencoder._cli._table import BadInputError

_AROUND = re.compile(r"^[$€£]\s*|\s*[%$€£]$")
_BETWEEN = {".": ",", ",": "."}  # by decimal mark: what else than blanks may group digits
_LONG_CODE = re.compile(r"\d{19,}")  # no float and no integer of 64 bits holds it
# Of the words of a column: with more numbers, it is told that the others make it text.
_MOSTLY = 0.5


def typed(frame, decimal, groups_are_sure, codes=()):
    """A frame whose columns of text are what they are in fact, and a list of what to tell.

    Columns of ``codes`` are digits that stay text.

    Raises
    ------
    BadInputError
        If commas in a column may be decimal ones or stand between groups of digits.
    """
    columns, remarks = {}, []
    for name in columns_of_kind(frame, "fiubM", inside=False):
        if name not in codes:
            _check_groups(name, frame[name], decimal, groups_are_sure)
            columns[name], told = _typed(frame[name], decimal)
            remarks += told
    return frame.assign(**columns), remarks


def columns_of_kind(frame, kinds, inside=True):
    """Names of the columns of a frame whose types are of some kinds, or are not."""
    dtypes = zip(frame, frame.dtypes, strict=True)  # tens of thousands take no time this way
    return [name for name, dtype in dtypes if (dtype.kind in kinds) == inside]


def _typed(column, decimal):
    """A column as numbers, dates or yes-or-no if all its words are, and what to tell."""
    seen = column.dropna().unique()
    if {type(word) for word in seen} == {bool}:
        return column.astype("boolean"), []
    words = [str(word) for word in seen]
    if any(map(_LONG_CODE.fullmatch, words)):
        return column.astype(str).where(column.notna()), []
    gaps = [word for word in words if word.strip() in GAPS_AMONG_NUMBERS]
    values = [word for word in words if word.strip() not in GAPS_AMONG_NUMBERS]
    for convert in (_numbers, _dates):
        converted = convert(values, decimal) if values else None
        if converted is not None:
            told = [f"{column.name}: {listed(map(repr, gaps))} taken for gaps"] if gaps else []
            return _mapped(column, dict(zip(values, converted, strict=True))), told
    return _text(column, values, decimal)


def _text(column, values, decimal):
    """A column of text: a lone question mark is a gap; that numbers stand among it is told."""
    told = []
    numbers = sum(_number(word, decimal) is not None for word in values)
    if numbers > _MOSTLY * len(values):
        odd = next(word for word in values if _number(word, decimal) is None)
        told = [f"{column.name}: text, for {odd!r} and the like among numbers"]
    texts = column.astype(str).where(column.notna())
    if (unknown := texts == "?").any():
        told.append(f"{column.name}: '?' taken for gaps")
        texts = texts.mask(unknown)
    return texts, told


def _mapped(column, meaning):
    import pandas as pd

    # Via the words, each of which may stand in many cells
    words = column.map(str, na_action="ignore")
    return pd.Series(words.map(meaning).to_numpy(), name=column.name, index=column.index)


def _numbers(words, decimal):
    numbers = [_number(word, decimal) for word in words]
    return None if None in numbers else numbers


def _dates(words, decimal):
    import pandas as pd

    if not all(map(is_date, words)):
        return None
    aware = any(re.search(r"(Z|[+-]\d{2}:?\d{2})$", word[10:]) for word in words)
    try:
        return pd.to_datetime(
            pd.Index([word.strip().replace("/", "-") for word in words]),
            format="ISO8601",
            utc=aware,
        )
    except ValueError:  # a 13th month, a year that pandas cannot hold
        return None


def _number(word, decimal):
    """The number that a word stands for, with groups of digits or a unit around it, or None."""
    word = _AROUND.sub("", word.strip())
    if not is_number(word, decimal):
        if not _groups(decimal).fullmatch(word):
            return None
        word = re.sub(rf"[{re.escape(_BETWEEN[decimal])}\s']", "", word)
    return float(word.replace(decimal, "."))


def _groups(decimal):
    between = rf"[{re.escape(_BETWEEN[decimal])}\s']"
    return re.compile(
        rf"[+-]?\d{{1,3}}({between})\d{{3}}(?:\1\d{{3}})*(?:{re.escape(decimal)}\d*)?"
    )


def _check_groups(name, column, decimal, groups_are_sure):
    """Refuse a column of nothing but such as 1,234, where that is not sure to be a thousand."""
    if groups_are_sure or decimal == ",":
        return
    words = [str(word).strip() for word in column.dropna().unique()]
    grouped = [word for word in words if re.fullmatch(r"[+-]?[1-9]\d{0,2}(,\d{3})+", word)]
    others = (word for word in words if word not in grouped)
    if grouped and all(word.count(",") == 1 for word in grouped) and all(map(is_number, others)):
        raise BadInputError(
            f"in column {name!r}, {grouped[0]!r} may be a thousand or a number of three decimals: "
            "say --decimal . or --decimal ,"
        )
