"""Moments, periods and intervals of pandas in files, as levels of a column may be."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from skautoencoder.persistence._packing import Codec, ContentError, Packing, Unpacking


def _is(name: str) -> Callable[[Any, Packing], bool]:
    """That a value is of a class of pandas, which is not imported for that."""

    def takes(value: Any, packing: Packing) -> bool:
        cls = type(value)
        return cls.__name__ == name and cls.__module__.split(".")[0] == "pandas"

    return takes


def _pack_timestamp(value: Any, packing: Packing) -> list:
    zone = None if value.tzinfo is None else str(value.tzinfo)
    return packing.list([value.to_numpy(), zone])


def _unpack_timestamp(content: Any, unpacking: Unpacking) -> Any:
    moment, zone = unpacking.list(content)
    found = import_module("pandas").Timestamp(moment)
    return found if zone is None else found.tz_localize("UTC").tz_convert(zone)


def _pack_interval(value: Any, packing: Packing) -> list:
    return packing.list([value.left, value.right, value.closed])


def _unpack_interval(content: Any, unpacking: Unpacking) -> Any:
    return import_module("pandas").Interval(*unpacking.list(content))


def _unpack_period(content: Any, unpacking: Unpacking) -> Any:
    ordinal, unit = unpacking.list(content)
    if type(ordinal) is not int or not isinstance(unit, str):
        raise ContentError("there is no such period")
    return import_module("pandas").Period(ordinal=ordinal, freq=unit)


OF_PANDAS = (
    Codec("pandas.timestamp", _is("Timestamp"), _pack_timestamp, _unpack_timestamp),
    Codec("pandas.interval", _is("Interval"), _pack_interval, _unpack_interval),
    Codec(
        "pandas.period",
        _is("Period"),
        lambda value, packing: packing.list([value.ordinal, value.freqstr]),
        _unpack_period,
    ),
)
