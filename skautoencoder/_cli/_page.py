"""HTML pages that need no network: their frame, and pictures in them."""

from __future__ import annotations

import base64
import html
import io
from importlib import resources
from string import Template

from skautoencoder._errors import one_line


def page(title, template, **parts):
    """A page, as text.

    Parameters
    ----------
    title : str
    template : str
        The file beside this one that has its body.
    **parts : str
        HTML of what the template names.
    """
    body = _template(template).substitute(parts)
    return _template("_page.html").substitute(title=html.escape(title), body=body)


def figures(displays):
    """Pictures in HTML, or instead of one that cannot be drawn why so: the page stands without it.

    Parameters
    ----------
    displays : iterable of (str, callable)
        Captions, and functions that make what is drawn.
    """
    found = []
    for caption, make in displays:
        try:
            found.append(figure(make(), caption))
        except Exception as error:  # of drawing, whatever the labels, fonts or numbers
            why = html.escape(f"{caption}: could not be drawn. {one_line(error)}")
            found.append(f'<p class="note">{why}</p>')
    return "\n".join(found)


def _template(name):
    return Template(resources.files(__package__).joinpath(name).read_text("utf-8"))


def figure(display, caption):
    """A display in HTML."""
    # No pyplot, which would load whatever backend was inherited
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=display._figure_size(), layout="constrained")
    canvas = FigureCanvasAgg(figure)
    display.plot(figure.add_subplot())
    picture = io.BytesIO()
    figure.set_dpi(110)
    canvas.print_png(picture)
    source = base64.b64encode(picture.getvalue()).decode()
    caption = html.escape(caption)
    return (
        f'<figure><img alt="{caption}" src="data:image/png;base64,{source}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )
