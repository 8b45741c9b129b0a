"""``--set NAME=VALUE``: any parameter of the estimator that a command fits."""

from __future__ import annotations

import argparse
import ast
import re
from difflib import get_close_matches

from skautoencoder._cli._table import BadInputError
from skautoencoder._errors import first_line
from skautoencoder._sklearn import StrOptions, check_parameters
from skautoencoder.objectives import OBJECTIVES

_WORDS = {"true": True, "false": False, "none": None, "inf": float("inf")}


def add_settings(parser, whose):
    """Add the option by which all parameters of a class can be set."""
    parser.add_argument(
        "--set", dest="settings", type=setting, action="append", default=[], metavar="NAME=VALUE",
        help=f"set a parameter of {whose}, as often as you like: --set learning_rate=3e-3 "
        "--set hidden_layer_sizes=64,32; of an objective by objective__noise_std=0.5; it "
        "outdoes other options (default: those of the class)",
    )  # fmt: skip


def setting(text):
    """A name, and the value that a text stands for: a Python literal, or else a word."""
    name, equals, value = text.partition("=")
    name = name.strip()
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is none of such as learning_rate=3e-3")
    return name, _value(value.strip())


def _value(text):
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text


def set_parameters(estimator, settings, by_option=None):
    """Set parameters of an estimator, and check all that it has; gives it.

    Parameters
    ----------
    estimator : estimator
    settings : list of (str, object)
        ``objective__name`` is a field of the objective.
    by_option : dict of str to str, default=None
        Parameters that cannot be set, and the options that are for them.

    Raises
    ------
    BadInputError
        If there is no such parameter, or its value is not allowed.
    """
    asked = dict(settings)
    for name in sorted(asked, key=lambda name: "__" in name):  # an objective before its fields
        if name in (by_option or {}):
            raise BadInputError(f"--set {name}={asked[name]}: {by_option[name]} is for that.")
        parameter, _, field = name.partition("__")
        owner = estimator
        _check_name(f"{name}={asked[name]}", parameter, owner)
        if field:
            owner = _with_fields(estimator, parameter, f"{name}={asked[name]}")
            _check_name(f"{name}={asked[name]}", field, owner)
        owner.set_params(**{field or parameter: asked[name]})
    _check_values(estimator, asked)
    return estimator


def _check_name(given, name, owner):
    known = sorted(owner.get_params(deep=False))
    if name not in known:
        close = get_close_matches(name, known, 3)
        there = f"Did you mean {_either(close)}? " if close else ""
        listed = f"There are {', '.join(known)}." if known else "It has none."
        raise BadInputError(
            f"--set {given}: {type(owner).__name__} has no parameter {name!r}. {there}{listed}"
        )


def _with_fields(estimator, parameter, given):
    """What a parameter holds, as an object whose fields can be set."""
    value = getattr(estimator, parameter)
    if parameter != "objective":
        raise BadInputError(f"--set {given}: {parameter}={value!r} has no parameters of its own.")
    if isinstance(value, str):
        _check_values(estimator, {parameter: value})
        value = OBJECTIVES[value]()
        estimator.set_params(objective=value)
    return value


def _check_values(estimator, asked):
    try:
        check_parameters(estimator)
    except ValueError as error:
        what = re.sub("{(.*?)}", _sorted, first_line(error))  # a set has no order
        name = what.split("'")[1]  # The 'name' parameter of ...
        given = f"--set {name}={asked[name]}: " if name in asked else ""
        raise BadInputError(f"{given}{what}{_close_value(estimator, name)}") from error


def _sorted(words):
    return f"{{{', '.join(sorted(words[1].split(', ')))}}}"


def _close_value(estimator, name):
    """Which of the allowed words may have been meant, as the end of an error."""
    value = getattr(estimator, name)
    options = [
        word
        for allowed in estimator._parameter_constraints[name]
        if isinstance(allowed, StrOptions)
        for word in sorted(allowed.options)
    ]
    close = get_close_matches(value, options, 3) if isinstance(value, str) else []
    return f" Did you mean {_either(close)}?" if close else ""


def _either(names):
    return " or ".join(map(repr, names))
