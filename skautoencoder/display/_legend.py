"""Legends that show any name as it is."""

from __future__ import annotations

_LETTERS_OF_A_NAME = 30
_LETTERS_OF_A_NUMBER = 6  # of names that are told apart by numbers: a gap, brackets, digits


def add_legend(ax, drawn, **options):
    """A legend of artists by name, that shows any name as it is; none if there are none."""
    if not drawn:
        return
    # The texts come in later: matplotlib would leave out those that begin with "_"
    legend = ax.legend(list(drawn.values()), ["name"] * len(drawn), frameon=False, **options)
    shown = short_names(list(map(str, drawn)))
    for text, name, (full, artist) in zip(legend.get_texts(), shown, drawn.items(), strict=True):
        text.set_parse_math(False)  # "$" is a dollar
        text.set_text(name)
        artist.set_label(str(full))  # for a legend of the user's own


def short_name(name, n_letters=_LETTERS_OF_A_NAME):
    """A name in one line of no more letters than that."""
    line = name.replace("\n", " ")
    return line if len(line) <= n_letters else line[: n_letters - 1] + "…"


def short_names(names, numbers=None, n_letters=_LETTERS_OF_A_NAME):
    """Names in short, told apart: by their ends, or by their numbers where that is not enough."""
    numbers = range(len(names)) if numbers is None else numbers
    short = [short_name(name, n_letters) for name in names]
    both = [_both_ends(name, n_letters) for name in names]
    short = [b if short.count(s) > 1 else s for s, b in zip(short, both, strict=True)]
    return [
        f"{short_name(name, n_letters - _LETTERS_OF_A_NUMBER)} [{i}]"
        if short.count(name) > 1
        else name
        for i, name in zip(numbers, short, strict=True)
    ]


def _both_ends(name, n_letters):
    line = name.replace("\n", " ")
    n_first = (n_letters - 1) // 2
    return line if len(line) <= n_letters else f"{line[:n_first]}…{line[n_first + 1 - n_letters :]}"
