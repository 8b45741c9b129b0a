"""What every display has: an axes to draw on, and the size of a figure of its own."""

from __future__ import annotations


class Display:
    """What displays share: an axes to draw on, and how large a figure of their own is."""

    def _figure_size(self):
        """Width and height in inches."""
        return 6.0, 4.5

    def _start(self, ax):
        """The axes to draw on: a new figure's where none is given.

        Raises
        ------
        ImportError
            If there is no matplotlib.
        """
        if ax is None:
            try:
                from matplotlib import pyplot as plt
            except ModuleNotFoundError as error:
                raise ImportError(
                    f"{type(self).__name__}.plot draws with matplotlib, which is not installed. "
                    'Install it by: pip install "skautoencoder[plot]"'
                ) from error
            _, ax = plt.subplots(figsize=self._figure_size(), layout="constrained")
        self.ax_, self.figure_ = ax, ax.figure
        return ax


# What the display says itself, where the user's own says it in another way.
_REPLACED = {"c": ("color",), "facecolor": ("color",), "norm": ("vmin", "vmax")}


def styled(artist, given, **own):
    """Keyword arguments of a class of artists: the display's own, and over them the user's.

    Names that matplotlib takes for the same, such as ``lw`` and ``linewidth``, are one.
    """
    from matplotlib.cbook import normalize_kwargs

    given = normalize_kwargs(given, artist)
    replaced = {name for word in given for name in _REPLACED.get(word, ())}
    return {name: value for name, value in own.items() if name not in replaced} | given
