"""Transformers side by side, size by size."""

from __future__ import annotations

from skautoencoder.display._colours import COLOURS, MARKERS
from skautoencoder.display._display import Display, styled
from skautoencoder.display._legend import add_legend

_MOST_WITHIN = 5  # names that find room among the lines


class ComparisonDisplay(Display):
    """A measure against the number of components, a line for each transformer.

    Parameters
    ----------
    frame : pandas.DataFrame
        As from :meth:`~skautoencoder.Comparison.to_frame`.
    measure : str, default="squared_error"
    """

    _LABELS = {
        "squared_error": "squared error of a held-out row",
        "explained_variance": "share of variance explained",
        "linear_score": "score of a linear model",
        "knn_score": "score of 5 nearest neighbours",
        "network_score": "score of a small network",
    }

    def __init__(self, frame, *, measure="squared_error"):
        if measure not in frame:
            known = [name for name in frame if f"{name}_se" in frame]
            raise ValueError(f"measure={measure!r} was not compared; these were: {known}.")
        self.frame, self.measure = frame, measure

    @classmethod
    def from_comparison(cls, comparison, *, measure="squared_error"):
        """From what :func:`~skautoencoder.compare_transformers` returned."""
        return cls(comparison.to_frame(), measure=measure)

    def _figure_size(self):
        return (6.0, 4.5) if self._n_drawn() <= _MOST_WITHIN else (8.5, 4.5)

    def _n_drawn(self):
        return self.frame["transformer"].nunique(dropna=False)

    def plot(self, ax=None, **kwargs):
        """Draw the lines, with bars of one standard error to both sides.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
        **kwargs : dict
            To matplotlib's `errorbar`, of each transformer.

        Returns
        -------
        self : ComparisonDisplay

        Raises
        ------
        ImportError
            If there is no matplotlib.
        """
        ax = self._start(ax)
        from matplotlib.lines import Line2D

        from skautoencoder.comparison import RAW  # late: it needs much of scikit-learn

        drawn: dict = {}
        shown = self.frame[self.frame[self.measure].notna()]
        for i, (name, rows) in enumerate(shown.groupby("transformer", sort=False, dropna=False)):
            colour, marker = COLOURS[i % len(COLOURS)], MARKERS[i % len(MARKERS)]
            values, errors = rows[self.measure], rows[f"{self.measure}_se"]
            if name == RAW:  # as it is, whatever the size
                drawn = {name: ax.axhline(values.iloc[0], color=colour, ls=":")} | drawn
                continue
            style = styled(Line2D, kwargs, color=colour, marker=marker, capsize=3)
            drawn[name] = ax.errorbar(rows["n_components"], values, errors, **style)
        sizes = sorted(set(shown.loc[shown["transformer"] != RAW, "n_components"]))
        ax.set_xscale("log", base=2)
        ax.set_xticks(sizes, [f"{size:.12g}" for size in sizes])
        ax.minorticks_off()
        ax.set(xlabel="components")
        ax.set_ylabel(self._LABELS.get(self.measure, self.measure), parse_math=False)
        outside = {"loc": "center left", "bbox_to_anchor": (1, 0.5)}
        add_legend(ax, drawn, **({} if self._n_drawn() <= _MOST_WITHIN else outside))
        return self
