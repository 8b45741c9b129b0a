"""What a fit shows while it runs: a line an epoch, and scikit-learn's callbacks."""

from __future__ import annotations


class FitReporter:
    """Passes each epoch of one fit on to the screen and to the estimator's callbacks.

    Parameters
    ----------
    estimator : estimator with ``verbose`` and scikit-learn's callbacks
    fitted : callable
        ``fitted(params)`` gives the attributes that make a copy of the estimator fitted.
    hook_arguments : dict
        What every callback hook may ask for: ``X``, ``y`` and ``metadata``.
    max_iter : int
        Epochs, at most.
    """

    def __init__(self, estimator, fitted, hook_arguments, max_iter):
        self._estimator = estimator
        self._fitted = fitted
        self._max_iter = max_iter
        self._hook_arguments = {"estimator": estimator, **hook_arguments}
        self._context = estimator._init_callback_context(max_subtasks=max_iter)
        self._context.call_on_fit_task_begin(**self._hook_arguments)
        self._epoch = None
        self._files = []

    def first_state(self, plan, rows, validation=None):
        """The state that the fit of a plan goes on from: a new one, or what a checkpoint kept.

        Parameters
        ----------
        plan : Plan
        rows : Rows
            As the user gave them.
        validation : Rows, default=None
        """
        from skautoencoder._training._fit import begin

        keepers = [
            c for c in getattr(self._estimator, "_skl_callbacks", ()) if hasattr(c, "file_of")
        ]
        if not keepers:
            return begin(plan)
        from skautoencoder._training._checkpoint import resumed
        from skautoencoder._training._identity import identity_of

        continued = getattr(self._estimator, "warm_start", False)
        data = identity_of(plan, rows, validation, continued=continued)
        self._files = [keeper.file_of(self._estimator, data, plan.seed) for keeper in keepers]
        found = [file.latest(lambda kept: resumed(plan, kept)) for file in self._files]
        return next((state for state in found if state is not None), None) or begin(plan)

    def begin(self):
        """An epoch begins."""
        if hasattr(self._estimator, "_skl_callbacks"):
            self._epoch = self._context.subcontext(task_name="epoch")
            self._epoch.call_on_fit_task_begin(**self._hook_arguments)

    def end(self, progress):
        """An epoch has ended; whether a callback asks to stop."""
        if self._estimator.verbose:
            print(_line(progress, self._max_iter))
        return self._epoch is not None and self._epoch.call_on_fit_task_end(
            **self._hook_arguments,
            reconstruction_attributes=lambda: self._fitted(progress.params),
        )

    def keeps(self, epoch):
        """Whether the state after that epoch is for checkpoints to keep."""
        return any(file.keeps(epoch) for file in self._files)

    def reached(self, state):
        """The state at the end of an epoch, for checkpoints to keep."""
        due = [file for file in self._files if state.end is not None or file.keeps(state.epoch)]
        if due:
            from skautoencoder._training._checkpoint import plain

            kept = plain(state)
            for file in due:
                file.write(kept)

    def finish(self, attributes):
        """The fit has ended; ``attributes()`` gives what makes a copy of the estimator fitted."""
        self._context.call_on_fit_task_end(
            **self._hook_arguments, reconstruction_attributes=attributes
        )


def hook_arguments(X, y, **metadata):
    """What the callback hooks of a fit to X may ask for."""
    # What is learnt is X itself, so a callback that scores gets it as the target, too.
    metadata = {name: value for name, value in metadata.items() if value is not None}
    return {"X": X, "y": X if y is None else y, "metadata": metadata}


def _line(progress, max_iter):
    line = f"Epoch {progress.epoch:>{len(str(max_iter))}}/{max_iter}  loss {progress.loss:.6g}"
    if progress.held_out_loss is not None:
        line += f"  validation loss {progress.held_out_loss:.6g}"
    return line
