"""The way from data to weights, and from rows to codes and back."""

import matplotlib.pyplot as plt

TRAINED, PLAIN = "#d6e9f5", "#eeeeee"
ABOVE = [
    ("anything with rows", "array, frame, CSR,\nmemory map, with gaps", PLAIN),
    ("estimator", "checks, chooses the plan:\nwho learns, who is held out", PLAIN),
    ("blocks", "standardized rows and\nweights, NaN is a gap", PLAIN),
    ("training", "state in, state out,\nan epoch at a time: JAX", TRAINED),
    ("result", "best weights, curves,\nwhy it ended", PLAIN),
]
BELOW = [
    ("rows", "X", PLAIN),
    ("encode", "x E + f(x)", TRAINED),
    ("code z", "n_components\nnumbers", PLAIN),
    ("decode", "z D + g(z), link\nof the loss", TRAINED),
    ("rows again", "X_hat", PLAIN),
]
figure, ax = plt.subplots(figsize=(10, 3.7))
for row, (boxes, title) in enumerate(
    ((ABOVE, "fit"), (BELOW, "transform and inverse_transform: NumPy alone"))
):
    y = -2.2 * row
    ax.text(0, y + 0.85, title, fontsize=10, color="0.35", style="italic")
    for i, (name, what, color) in enumerate(boxes):
        ax.add_patch(plt.Rectangle((2.4 * i, y - 0.65), 2, 1.3, facecolor=color, edgecolor="0.5"))
        ax.text(2.4 * i + 1, y + 0.33, name, ha="center", va="center", fontweight="bold")
        ax.text(2.4 * i + 1, y - 0.2, what, ha="center", va="center", fontsize=8.5)
        if i:
            ax.annotate(
                "", (2.4 * i - 0.02, y), (2.4 * i - 0.4, y), arrowprops={"arrowstyle": "-|>"}
            )
ax.set(xlim=(-0.1, 11.7), ylim=(-3.05, 1.15))
ax.axis("off")
