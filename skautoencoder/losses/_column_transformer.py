"""From a fitted ColumnTransformer to the kinds of the columns that it gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple


class Blocks(NamedTuple):
    """Numbers of the columns that are yes-or-no, and of those that are one-hot, by block."""

    binary: tuple[int, ...]
    categorical: tuple[tuple[int, ...], ...]


def blocks_of(fitted: Any) -> Blocks:
    """The blocks of what a fitted ColumnTransformer gives; all other columns are numbers.

    Transformers are known by their fitted attributes, those that scikit-learn documents.

    Raises
    ------
    ValueError
        If it is none, or is not fitted, or has blocks that cannot be told apart.
    """
    if not _is_column_transformer(fitted):
        raise ValueError(
            "from_column_transformer needs a ColumnTransformer that is fitted. Got "
            f"{fitted!r} instead."
        )
    binary: list[int] = []
    categorical: list[tuple[int, ...]] = []
    for name, transformer in fitted.named_transformers_.items():
        columns = fitted.output_indices_[name]
        start = columns.start
        for width in _widths(name, transformer, columns.stop - start):
            if width == _YES_OR_NO:
                binary.append(start)
            elif width > 1:
                categorical.append(tuple(range(start, start + width)))
            start += max(width, 1)
    return Blocks(tuple(binary), tuple(categorical))


# A feature's width is that of its block; these have one column all the same.
_NUMBER, _YES_OR_NO = 1, -1


def _widths(name: str, transformer: Any, n_columns: int) -> list[int]:
    """The width of each block that one of the transformers gives, as many columns as it has."""
    last = _deciding(transformer)
    if _is_column_transformer(last):
        return _widths_of_blocks(blocks_of(last), n_columns)
    if hasattr(last, "transformer_list"):
        raise ValueError(
            f"{name!r} puts columns of several transformers side by side ({last!r:.80}), and "
            "which is whose cannot be read from it. Name them one by one in the ColumnTransformer."
        )
    read = next((read for owned, read in _READERS.items() if hasattr(last, owned)), None)
    widths = [_NUMBER] * n_columns if read is None else list(read(name, last))
    if sum(max(width, 1) for width in widths) != n_columns:
        raise ValueError(
            f"{name!r} gives {n_columns} columns, but its blocks have "
            f"{sum(max(width, 1) for width in widths)}: {last!r:.80} cannot be read."
        )
    return widths


def _one_hot(name: str, encoder: Any) -> Iterator[int]:
    """Of a OneHotEncoder: levels less infrequent ones, which share a column, less a dropped one."""
    infrequent = getattr(encoder, "infrequent_categories_", None)
    for number, levels in enumerate(encoder.categories_):
        width = len(levels)
        if infrequent is not None and infrequent[number] is not None:
            width -= len(infrequent[number]) - 1
        if encoder.drop_idx_ is None or encoder.drop_idx_[number] is None:
            # A block of one column says nothing: it is 1 throughout.
            yield width if width > 1 else _NUMBER
        elif width == 2:
            yield _YES_OR_NO
        elif width > 2:
            raise ValueError(
                f"{name!r} drops a level of column {number}, of {width} levels, so that the others "
                f"do not add up to 1: {encoder!r:.80}. Use drop='if_binary' or drop=None."
            )


def _bins(name: str, encoder: Any) -> Iterator[int]:
    """Of a KBinsDiscretizer: its bins, or the number of a bin."""
    for n_bins in encoder.n_bins_:
        yield int(n_bins) if encoder.encode.startswith("onehot") and n_bins > 1 else _NUMBER


# By an attribute that no other transformer has.
_READERS = {"drop_idx_": _one_hot, "n_bins_": _bins}


def _deciding(transformer: Any) -> Any:
    """The last step of a pipeline that does something, or the transformer itself."""
    while hasattr(transformer, "steps"):
        steps = [step for _, step in transformer.steps if step not in (None, "passthrough")]
        transformer = steps[-1] if steps else None
    return transformer


def _is_column_transformer(value: Any) -> bool:
    return hasattr(value, "named_transformers_") and hasattr(value, "output_indices_")


def _widths_of_blocks(blocks: Blocks, n_columns: int) -> list[int]:
    first = {block[0]: len(block) for block in blocks.categorical}
    first |= dict.fromkeys(blocks.binary, _YES_OR_NO)
    widths, column = [], 0
    while column < n_columns:
        widths.append(first.get(column, _NUMBER))
        column += max(widths[-1], 1)
    return widths
