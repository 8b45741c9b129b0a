"""Shapes in docstrings: reStructuredText takes the end of ``n_components_`` for a link."""

import re

_SHAPE = re.compile(r"\bshape \([^)]*\)")
_ENDS_IN_UNDERSCORE = re.compile(r"\b(\w+)_(?!\w)")


def escape(line: str) -> str:
    """A line of a docstring, with names in shapes that stay names."""
    return _SHAPE.sub(lambda shape: _ENDS_IN_UNDERSCORE.sub(r"\1\\_", shape[0]), line)


def _escape_all(app, what, name, obj, options, lines):
    lines[:] = [escape(line) for line in lines]


def setup(app):
    """Before numpydoc reads them."""
    app.connect("autodoc-process-docstring", _escape_all, priority=400)
    return {"parallel_read_safe": True}
