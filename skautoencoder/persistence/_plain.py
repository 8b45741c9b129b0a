"""Numbers that JSON lacks, bytes, dates and times in files."""

from __future__ import annotations

import base64
import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from skautoencoder.persistence._packing import Codec, ContentError, Packing, Unpacking, exactly

_FLOATS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def _pack_datetime(value: datetime, packing: Packing) -> list:
    zone = getattr(value.tzinfo, "key", None)  # else isoformat has the offset
    local = value if zone is None else value.replace(tzinfo=None)
    return [local.isoformat(), zone, value.fold]


def _unpack_datetime(content: Any, unpacking: Unpacking) -> datetime:
    text, zone, fold = unpacking.list(content)
    found = datetime.fromisoformat(text).replace(fold=fold)
    return found if zone is None else found.replace(tzinfo=ZoneInfo(zone))


def _unpack_decimal(content: Any, unpacking: Unpacking) -> Decimal:
    try:
        return Decimal(content)
    except InvalidOperation as error:
        raise ContentError(f"{content!r} is no decimal number") from error


def _is_a_moment(value: Any, packing: Packing) -> bool:
    zone = getattr(value, "tzinfo", None)
    offset = zone is None or hasattr(zone, "key") or type(zone).__module__ == "datetime"
    return type(value) is datetime and offset


PLAIN = (
    Codec(
        "float",
        exactly(float),
        lambda value, packing: str(value),
        lambda content, unpacking: _FLOATS[content],
    ),
    Codec(
        "bytes",
        exactly(bytes),
        lambda value, packing: base64.b64encode(value).decode(),
        lambda content, unpacking: base64.b64decode(content, validate=True),
    ),
    Codec("datetime", _is_a_moment, _pack_datetime, _unpack_datetime),
    Codec(
        "date",
        exactly(date),
        lambda value, packing: value.isoformat(),
        lambda content, unpacking: date.fromisoformat(content),
    ),
    Codec(
        "time",
        lambda value, packing: type(value) is time and value.tzinfo is None,
        lambda value, packing: value.isoformat(),
        lambda content, unpacking: time.fromisoformat(content),
    ),
    Codec(
        "timedelta",
        exactly(timedelta),
        lambda value, packing: [value.days, value.seconds, value.microseconds],
        lambda content, unpacking: timedelta(*unpacking.list(content)),
    ),
    Codec("decimal", exactly(Decimal), lambda value, packing: str(value), _unpack_decimal),
    Codec(
        "fraction",
        exactly(Fraction),
        lambda value, packing: [value.numerator, value.denominator],
        lambda content, unpacking: Fraction(*unpacking.list(content)),
    ),
)
