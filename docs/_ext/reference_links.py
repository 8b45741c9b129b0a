"""References to other libraries: scikit-learn's by address, the rest as plain code.

In place of intersphinx, which fetches inventories: the documentation builds without a network.
"""

from __future__ import annotations

from docutils import nodes

SCIKIT_LEARN = "https://scikit-learn.org/stable"
# Labels in docstrings that we inherit from scikit-learn
_LABELS = {
    "metadata_routing": "metadata_routing.html",
    "df_output_transform": "auto_examples/miscellaneous/plot_set_output.html",
    "sphx_glr_auto_examples_miscellaneous_plot_set_output.py": (
        "auto_examples/miscellaneous/plot_set_output.html"
    ),
}


def address(kind: str, target: str) -> str | None:
    """Where scikit-learn documents what a reference means; None where it is not scikit-learn's."""
    if kind == "term":
        return f"{SCIKIT_LEARN}/glossary.html#term-{target}"
    if kind == "ref" and target in _LABELS:
        return f"{SCIKIT_LEARN}/{_LABELS[target]}"
    if target.startswith("sklearn."):
        parts = target.split(".")
        last = next((i for i, part in enumerate(parts) if part[0].isupper()), len(parts) - 1)
        return f"{SCIKIT_LEARN}/modules/generated/{'.'.join(parts[: last + 1])}.html"
    return None


def resolve(app, env, node, contnode):
    """What stands for a reference that is not to us, or None where it should have been to us.

    Parameters and the like, in single backquotes, have no page: they stay code.
    """
    target = node.get("reftarget", "")
    page = address(node["reftype"], target)
    if page is not None:
        return nodes.reference("", "", contnode, refuri=page, internal=False)
    if node.get("refdomain") != "py" or node["reftype"] == "mod":
        return None
    ours = target.startswith("skautoencoder.") and "._" not in target
    return None if ours else contnode


def setup(app):
    """Ask us before it is called missing."""
    app.connect("missing-reference", resolve)
    return {"parallel_read_safe": True}
