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
        text.set_text(short_name(str(name)))
        artist.set_label(str(name))  # for a legend of the user's own


def short_name(name, n_letters=_LETTERS_OF_A_NAME):
    """A name in one line of no more letters than that."""
    line = name.replace("\n", " ")
    return line if len(line) <= n_letters else line[: n_letters - 1] + "…"
