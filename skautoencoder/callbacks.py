"""Callbacks for `set_callbacks`, beside those of scikit-learn."""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from numbers import Integral
from pathlib import Path
from typing import Any

from skautoencoder._errors import first_line, one_line
from skautoencoder._whole_file import check_writable
from skautoencoder.persistence._classes import full_name
from skautoencoder.persistence._file import json_of, read_file, write_file

__all__ = ["Checkpoint"]

# What changes nothing of what is learnt; the seed that came of random_state stands beside.
_NO_MATTER = {"random_state", "verbose"}


class Checkpoint:
    """Keeps how far a fit has come, so that the same script, run again, goes on from there.

    To be set on an autoencoder or a Boltzmann machine by ``set_callbacks``. A fit that goes on ends
    with the same bits as one that was never stopped. Each fit, known by its data, parameters and
    seed, has a file of its own: in a search the fits that had ended are not run again, those that
    had begun go on.

    Parameters
    ----------
    folder : str or path-like
        Made where it is not there yet. What is in it stays when a fit has ended: delete it when
        nothing is to go on from it.
    every : int, default=1
        Epochs from one writing to the next: at most so many are lost.

    Raises
    ------
    ValueError
        In ``fit``, where ``random_state`` is None: no two runs would be the same fit.
    OSError
        In ``fit``, where the folder cannot be made or written to.

    Warns
    -----
    UserWarning
        Where a file is damaged or not a checkpoint: the one written before it is taken. Where
        the folder has checkpoints, but of other data or parameters: the message names which
        differ, and the fit begins anew. Where one cannot be written, as on a full disk: the fit
        goes on, and the one before stays.

    See Also
    --------
    sklearn.callback.ProgressBar : A bar of the epochs.
    skautoencoder.save : What is fitted, in a file.

    Notes
    -----
    Files are in the format of `save`: nothing in them is executed. Each is written whole or not
    at all, and the one before it is kept beside it. ``partial_fit`` is not kept: `save` keeps an
    estimator between two chunks, so that the next one goes on from it.

    Examples
    --------
    >>> import tempfile
    >>> from sklearn.datasets import load_iris
    >>> from skautoencoder import AutoencoderTransformer
    >>> from skautoencoder.callbacks import Checkpoint
    >>> folder = tempfile.mkdtemp()
    >>> autoencoder = AutoencoderTransformer(2, max_iter=4, random_state=0)
    >>> first = autoencoder.set_callbacks(Checkpoint(folder)).fit_transform(load_iris().data)
    >>> again = autoencoder.fit_transform(load_iris().data)  # trains nothing anew
    >>> bool((first == again).all())
    True
    """

    def __init__(self, folder: Any, *, every: int = 1) -> None:
        if not isinstance(every, Integral) or isinstance(every, bool) or every < 1:
            raise ValueError(f"every={every!r} must be a whole number of epochs, from 1.")
        self.folder: Path = Path(folder)
        self.every: int = int(every)
        self._known: bool = False  # whether a fit here has been met in this process

    def file_of(self, estimator: Any, data: dict[str, Any], seed: int) -> FitFile:
        """The :class:`FitFile` of one fit; called by the fit itself."""
        if estimator.random_state is None:
            raise ValueError(
                f"A Checkpoint needs random_state of {type(estimator).__name__} to be a number: "
                "with None no two runs are the same fit, and none goes on from another."
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        parameters = {
            name: json_of(value)
            for name, value in estimator.get_params(deep=False).items()
            if name not in _NO_MATTER
        }
        fit = {"class": full_name(type(estimator)), **parameters, **data, "random_state": seed}
        file = FitFile(self.folder, self.every, fit)
        check_writable(file.path)
        if not self._known:
            file.warn_of_others()
        self._known = True
        return file

    def __getstate__(self) -> dict[str, Any]:
        # A copy is of a fit that a worker makes for a search, and its others stand in the folder.
        return self.__dict__ | {"_known": True}

    def setup(self, estimator: Any, context: Any) -> None:
        """Part of scikit-learn's protocol: nothing to do."""

    def teardown(self, estimator: Any, context: Any) -> None:
        """Part of scikit-learn's protocol: nothing to do."""

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Part of scikit-learn's protocol: nothing to do."""

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        """Part of scikit-learn's protocol: nothing to do."""


class FitFile:
    """The last two checkpoints of one fit.

    Parameters
    ----------
    folder : Path
    every : int
    fit : dict of str to str or number
        What makes it this fit and no other.
    """

    def __init__(self, folder: Path, every: int, fit: dict[str, Any]) -> None:
        told = hashlib.sha256(json.dumps(fit, sort_keys=True).encode()).hexdigest()
        name = fit["class"].rpartition(".")[2]
        self.path = folder / f"{name}-{told[:16]}.safetensors"
        self._before = self.path.with_suffix(".before")
        self._every, self._fit, self._failed = every, fit, False

    def keeps(self, epoch: int) -> bool:
        """Whether the state after that epoch is to be kept, be it the last or not."""
        return epoch % self._every == 0

    def latest(self, resumed: Any) -> Any:
        """What ``resumed`` makes of the last checkpoint that is sound; None where there is none."""
        for path in (self.path, self._before):
            if not path.exists():
                continue
            try:
                kept, fit = read_file(path, ())
                if fit != self._fit:
                    raise ValueError("it is of another fit")
                return resumed(kept)
            except (ValueError, KeyError, TypeError, OSError) as error:
                warnings.warn(
                    f"The checkpoint {str(path)!r} is passed over: {first_line(error)}",
                    stacklevel=2,
                )
        return None

    def write(self, kept: dict[str, Any]) -> None:
        """Keep a state; the last one becomes the one before."""
        try:
            if self.path.exists():
                os.replace(self.path, self._before)
            write_file(self.path, kept, (), self._fit)
        except OSError as error:
            if not self._failed:
                warnings.warn(
                    f"No checkpoint could be written to {str(self.path)!r}: {one_line(error)}. "
                    "The fit goes on.",
                    stacklevel=2,
                )
            self._failed = True

    def warn_of_others(self) -> None:
        """Warn where the folder has checkpoints and none is of this fit: of what differs."""
        if self.path.exists() or self._before.exists():
            return
        name = self.path.name.partition("-")[0]
        others = sorted(self.path.parent.glob(f"{name}-*.safetensors"), key=os.path.getmtime)
        for path in reversed(others):
            try:
                _, other = read_file(path, ())
            except (ValueError, OSError):
                continue
            differ = [
                f"{key} ({_short(other.get(key))} there, {_short(value)} here)"
                for key, value in self._fit.items()
                if other.get(key) != value
            ]
            warnings.warn(
                f"No checkpoint in {str(self.path.parent)!r} is of this fit, which begins anew. "
                f"The last one there differs in {', '.join(differ)}.",
                stacklevel=2,
            )
            return


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:12]}..."
