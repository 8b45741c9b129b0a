"""A curve with gaps in one column: what stands in them by three imputers."""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.experimental import enable_iterative_imputer  # noqa: F401  # lets the next import pass
from sklearn.impute import IterativeImputer, SimpleImputer

from skautoencoder import AutoencoderImputer

rng = np.random.default_rng(0)
t = rng.uniform(-1, 1, 600)
whole = np.column_stack([t, np.sin(4 * t)]) + 0.05 * rng.standard_normal((600, 2))
gap = rng.random(600) < 0.3
X = whole.copy()
X[gap, 1] = np.nan
imputers = {
    "mean": SimpleImputer(),
    "IterativeImputer()": IterativeImputer(random_state=0),
    "AutoencoderImputer()": AutoencoderImputer(random_state=0),
}
figure, axes = plt.subplots(1, 3, figsize=(10, 2.9), sharey=True)
for ax, (title, imputer) in zip(axes, imputers.items(), strict=True):
    filled = imputer.fit_transform(X)
    error = np.sqrt(np.mean((filled - whole)[gap, 1] ** 2))
    ax.plot(*X[~gap].T, ".", color="0.75", markersize=3)
    ax.plot(*filled[gap].T, ".", color="#D55E00", markersize=4)
    ax.set(title=f"{title}\nerror {error:.2f}", xticks=[], yticks=[])
