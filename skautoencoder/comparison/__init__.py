"""Transformers side by side, PCA above all: returns numbers, draws nothing."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skautoencoder.comparison._compare import compare_transformers
    from skautoencoder.comparison._comparison import (
        LARGER_IS_BETTER,
        RAW,
        Comparison,
        ComparisonInterrupted,
        standard_error,
    )

__all__ = [
    "LARGER_IS_BETTER",
    "RAW",
    "Comparison",
    "ComparisonInterrupted",
    "compare_transformers",
    "standard_error",
]


def __getattr__(name: str) -> Any:
    # Imported when asked for: it needs much of scikit-learn, and the files beside it do not.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from skautoencoder.comparison import _compare, _comparison

    return getattr(_compare if name == "compare_transformers" else _comparison, name)
