"""HTML pages that need no network: their frame, pictures in them, tables that scroll."""

from __future__ import annotations

import base64
import html
import io
import json
import re
from importlib import resources
from string import Template

from skautoencoder._errors import one_line

_DPI = 140
# Where a long name may go on in the next line.
_WORD_BEGINS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[_/.,;:|-])(?=\w)")


def page(title, template, facts, **parts):
    """A page, as text.

    Parameters
    ----------
    title : str
    template : str
        The file beside this one that has its body.
    facts : dict of str to str
        How it was made, at the end.
    **parts : str
        HTML of what the template names.
    """
    lines = (f"<dt>{html.escape(k)}</dt><dd>{html.escape(v)}</dd>" for k, v in facts.items())
    whole = filled(
        "_page.html",
        title=html.escape(title),
        style=part("_page.css"),
        body=filled(template, **parts),
        facts="\n".join(lines),
    )
    # Names of files may hold bytes that are no text
    return whole.encode("utf-8", "replace").decode("utf-8")


def filled(template, **parts):
    """What the file of that name beside this one holds, with its parts put in."""
    return Template(part(template)).substitute(parts)


def part(name):
    """What the file of that name beside this one holds."""
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def data(values):
    """Values as JSON in a script element, which no text in them can end."""
    return json.dumps(values, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")


def scrolling(table, label):
    """A table in a region of its own, which scrolls where the page is narrow, by keys as well."""
    label = html.escape(label)
    return f'<div class="scroll" role="region" tabindex="0" aria-label="{label}">{table}</div>'


def breakable(name):
    """A name in HTML that may go on in the next line where a word of it begins."""
    return "<wbr>".join(html.escape(word) for word in _WORD_BEGINS.split(name))


def figures(displays, scale=1.0):
    """Pictures in HTML, or instead of one that cannot be drawn why so: the page stands without it.

    Parameters
    ----------
    displays : iterable of (str, str, callable)
        Captions, what a picture shows in words, and functions that make what is drawn.
    scale : float
        Of their sizes; letters stay as large as they are.
    """
    found = []
    for caption, words, make in displays:
        try:
            found.append(figure(make(), caption, words, scale))
        except Exception as error:  # of drawing, whatever the labels, fonts or numbers
            why = html.escape(f"{caption}: could not be drawn. {one_line(error)}")
            found.append(f'<p class="note">{why}</p>')
    return "\n".join(found)


def figure(display, caption, words, scale=1.0):
    """A display in HTML, with what it shows in words for those who do not see it."""
    # No pyplot, which would load whatever backend was inherited
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    width, height = display._figure_size()
    figure = Figure(figsize=(scale * width, scale * height), layout="constrained")
    canvas = FigureCanvasAgg(figure)
    display.plot(figure.add_subplot())
    picture = io.BytesIO()
    figure.set_dpi(_DPI)
    canvas.print_png(picture)
    source = base64.b64encode(picture.getvalue()).decode()
    return (
        f'<figure><img class="chart" alt="{html.escape(words)}" '
        f'src="data:image/png;base64,{source}">'
        f"<figcaption>{html.escape(caption)}</figcaption></figure>"
    )
