"""Legends that show any name as it is."""

from __future__ import annotations

_LETTERS_OF_A_NAME = 30


def add_legend(ax, drawn, **options):
    """A legend of artists by name, that shows any name as it is; none if there are none."""
    if not drawn:
        return
    # The texts come in later: matplotlib would leave out those that begin with "_"
    legend = ax.legend(list(drawn.values()), ["name"] * len(drawn), frameon=False, **options)
    for text, (name, artist) in zip(legend.get_texts(), drawn.items(), strict=True):
        text.set_parse_math(False)  # "$" is a dollar
        text.set_text(_short(str(name)))
        artist.set_label(str(name))  # for a legend of the user's own


def _short(name):
    line = name.replace("\n", " ")
    return line if len(line) <= _LETTERS_OF_A_NAME else line[: _LETTERS_OF_A_NAME - 1] + "…"
