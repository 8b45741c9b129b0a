"""Any exception as one line that says something."""

from __future__ import annotations


def one_line(error):
    """An exception as the name of its class and the first line it has to say."""
    return f"{type(error).__name__}: {first_line(error)}".removesuffix(": ")


def first_line(error):
    """The first line of an exception's message that is not empty; "" if there is none."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), "")
