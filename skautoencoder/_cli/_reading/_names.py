"""Names of columns: each its own."""

from __future__ import annotations

from skautoencoder._cli._reading._layout import UNNAMED


def distinct_names(names):
    """Names without blanks around them, each its own, and a list of what was changed."""
    found: dict[str, None] = {}
    twice = []
    for i, name in enumerate(names):
        name = name.strip() or UNNAMED.format(i)
        if name in found:
            twice.append(name)
            name = next(n for k in range(1, len(names) + 1) if (n := f"{name}.{k}") not in found)
        found[name] = None
    if not twice:
        return list(found), []
    return list(found), [f"columns of the same name told apart by numbers: {listed(twice)}"]


def listed(names, most=6):
    """Names with commas between them, and how many more there are."""
    names = list(dict.fromkeys(map(str, names)))
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]).replace("\n", "\\n") + more
