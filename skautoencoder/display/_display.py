"""What every display has: an axes to draw on, and the size of a figure of its own."""

from __future__ import annotations


class Display:
    """What displays share: an axes to draw on, and how large a figure of their own is."""

    def _figure_size(self):
        """Width and height in inches."""
        return 6.0, 4.5

    def _start(self, ax):
        if ax is None:
            from matplotlib import pyplot as plt

            _, ax = plt.subplots(figsize=self._figure_size(), layout="constrained")
        self.ax_, self.figure_ = ax, ax.figure
        return ax
