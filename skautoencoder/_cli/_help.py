"""Help as a stranger reads it: defaults, and examples that run; versions."""

from __future__ import annotations

import argparse
import platform
from importlib.metadata import version

from skautoencoder import __version__

_RESTING_ON = {"JAX": "jax", "NumPy": "numpy", "scikit-learn": "scikit-learn"}
_EXAMPLES = "examples:"


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Says of each option whether it is needed, or what holds where it is not given."""

    def __init__(self, prog, **settings):
        super().__init__(prog, max_help_position=24, **settings)

    def _fill_text(self, text, width, indent):
        if text.startswith(_EXAMPLES):
            return super()._fill_text(text, width, indent)
        return argparse.HelpFormatter._fill_text(self, text, width, indent)

    def _get_help_string(self, action):
        text = action.help or ""
        if not action.option_strings or (action.nargs == 0 and action.default is argparse.SUPPRESS):
            return text
        if action.required:
            return f"{text} (needed)"
        if "(default: " in text:
            return text
        return f"{text} (default: {_plain(action.default).replace('%', '%%')})"


def add_command(commands, name, needed, summary, description, examples):
    """Add a command to a parser's commands; gives its parser.

    Parameters
    ----------
    commands : argparse action
        What ``add_subparsers`` gives.
    name : str
    needed : str
        Its arguments that cannot be left out, for the line of its usage.
    summary, description : str
        In the help of all commands, and in its own.
    examples : dict of str to str
        What each does, and the command line that does so.
    """
    parser = commands.add_parser(
        name, help=summary, description=description, epilog=epilog(examples),
        prog=f"skautoencoder {name}",
        usage=f"skautoencoder {name} {needed} [options]",
        formatter_class=HelpFormatter,
    )  # fmt: skip
    add_traceback(parser, default=argparse.SUPPRESS)
    return parser


def epilog(examples):
    """Examples as the end of a help text."""
    lines = [f"  {what}:\n    {command}" for what, command in examples.items()]
    return "\n".join([_EXAMPLES, *lines])


def add_traceback(parser, default=False):
    """Add the option that shows where errors come from."""
    parser.add_argument(
        "--traceback", action="store_true", default=default,
        help="show whole tracebacks, also of what you can mend (default: no)",
    )  # fmt: skip


class Version(argparse.Action):
    """Prints versions, ours and those of what results depend on, and leaves."""

    def __init__(self, **settings):
        super().__init__(nargs=0, default=argparse.SUPPRESS, **settings)

    def __call__(self, parser, *_):
        """Print them."""
        others = [f"{name} {version(package)}" for name, package in _RESTING_ON.items()]
        others.append(f"Python {platform.python_version()}")
        print(f"skautoencoder {__version__} ({', '.join(others)})")
        parser.exit()


def _plain(value):
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return str(value)
