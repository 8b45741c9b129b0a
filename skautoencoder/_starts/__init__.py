"""Where training starts: one file for each value of ``init``.

A start is a function of a network, a loss, a :class:`Source` of rows, the numbers of the rows to
learn from and a random generator; it returns a :class:`Start`.
"""

from skautoencoder._starts._glorot import start_at_random
from skautoencoder._starts._pca import start_at_pca
from skautoencoder._starts._rbm import start_at_machines

STARTS = {"pca": start_at_pca, "glorot": start_at_random, "rbm": start_at_machines}

#: Those that are the same for turned rows: the visible units of a machine are columns.
ISOTROPIC_STARTS = {"pca", "glorot"}

__all__ = ["ISOTROPIC_STARTS", "STARTS"]
