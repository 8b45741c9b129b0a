"""The contract of an objective."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

import numpy as np

from skautoencoder._functions import Array
from skautoencoder._model import Model
from skautoencoder._networks import AutoencoderParameters


class Step(NamedTuple):
    """What an objective knows of the training step it is asked for.

    Attributes
    ----------
    key : JAX random key
        A fresh one at every step.
    weight : array of shape (n_rows,)
        Weights of the rows; those that only fill up the batch weigh nothing.
    progress : scalar
        Share of the training that lies behind, in [0, 1].
    """

    key: Any
    weight: Array
    progress: Any

    def with_key(self, key: Any) -> Step:
        """The same step with another `key`, for an objective that this one asks.

        A key serves once. An objective that draws something itself and leaves the rest to
        another splits the step's, and hands one part on.

        Parameters
        ----------
        key : JAX random key
            Usually one of ``jax.random.split(step.key)``.

        Returns
        -------
        Step
            Its `key` is the one given; all else is as it was.

        Examples
        --------
        >>> import jax
        >>> from skautoencoder.objectives import Denoising
        >>> class Shaken(Denoising):
        ...     def loss(self, model, params, x, step):
        ...         ours, theirs = jax.random.split(step.key)
        ...         x = x + 0.01 * jax.random.normal(ours, x.shape)
        ...         return super().loss(model, params, x, step.with_key(theirs))
        """
        return self._replace(key=key)

    def mean(self, values: Array) -> Array:
        """The weighted mean over the rows of ``values``, of shape (n_rows, ...)."""
        return ((self.weight / self.weight.sum())[:, None] * values).sum(0)


class Objective:
    """What training minimises, what held-out rows are measured by, and what the code is.

    An objective of your own is a frozen dataclass that inherits from this class and has at
    least `loss`. Its fields are traced, so a grid over them compiles once; a field that
    changes the program (a name, say) has ``metadata={"static": True}``. Training makes a
    JAX pytree of the class, unless it is one already.

    Rows are standardized, and all methods get them with a :class:`~skautoencoder._model.Model`
    and its parameters. `code` is called with NumPy as well as JAX arrays.
    """

    #: Encoder outputs for each component of the code.
    n_heads: ClassVar[int] = 1

    #: Whether the loss stays the same where rows are turned and put in another unit. Few wide
    #: rows are trained in the space that they span then. It is not inherited.
    isotropic: ClassVar[bool] = False

    def loss(self, model: Model, params: AutoencoderParameters, x: Array, step: Step) -> Array:
        """Each row's loss, of shape (n_rows,), in one training step."""
        raise NotImplementedError

    def validation_loss(self, model: Model, params: AutoencoderParameters, x: Array) -> Array:
        """Each row's loss on held-out rows, free of chance; the reconstruction error."""
        return model.error(x, model.decode(params, self.code(model, params, x)))

    def code(self, model: Model, params: AutoencoderParameters, x: Array) -> Array:
        """What `transform` gives, of shape (n_rows, n_components)."""
        return model.encode(params, x)

    def unit(self, model: Model) -> float:
        """A loss that counts as one: that of rebuilding nothing but the mean."""
        return model.unit

    def in_units(self, loss: Any, model: Model, scale: float) -> Any:
        """A loss of standardized rows, or an array of such, for rows ``scale`` times as large."""
        with np.errstate(over="ignore"):
            for _ in range(model.loss.power):  # the power itself may be beyond all numbers
                loss = loss * np.float64(scale)
        return loss

    def check(self, model: Model) -> None:
        """Raise a ValueError where a field is out of range for the model."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Fields by name, for scikit-learn's ``clone`` and nested parameter names."""
        return {
            field.name: getattr(self, field.name)
            for field in dataclasses.fields(self)  # type: ignore[arg-type]
        }

    def set_params(self, **params: Any) -> Objective:
        """Set fields by name, as in ``set_params(objective__noise_std=0.1)``."""
        for name, value in params.items():
            if name not in self.get_params():
                raise ValueError(
                    f"Invalid parameter {name!r} for {self!r}. Valid parameters are: "
                    f"{list(self.get_params())}."
                )
            object.__setattr__(self, name, value)
        return self

    def with_plain_numbers(self) -> Objective:
        """The same object, its numbers Python's own, whatever a grid or a file made of them.

        NumPy's scalars would bring their precision into the compiled program.
        """
        for field in dataclasses.fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
                value = value.item()
            if field.type in ("float", float) and type(value) is int:
                value = float(value)
            object.__setattr__(self, field.name, value)
        return self

    def require(self, holds: bool, field: str, allowed: str) -> None:
        """Raise a ValueError that names a field, what is allowed, and what it is."""
        if not holds:
            raise ValueError(
                f"The {field!r} parameter of {type(self).__name__} must be {allowed}. "
                f"Got {getattr(self, field)!r} instead."
            )


@runtime_checkable
class Generative(Protocol):
    """An objective whose codes have a distribution: estimators draw from it, and score by it."""

    def moments(self, model: Model, params: AutoencoderParameters, x: np.ndarray) -> np.ndarray:
        """Mean and variance of each row's code, side by side, on NumPy."""
        ...

    def prior_units(self, moments: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, bool]:
        """What is to count as one in each component, and whether any of them is in use."""
        ...

    def log_likelihood(self, model: Model, params: Any, x: Any, draws: Iterable) -> np.ndarray:
        """A lower bound of each row's log-likelihood, on NumPy."""
        ...
