"""
Imputation: gaps where columns hang together by a curve
=======================================================

Cell nuclei under the microscope (scikit-learn's breast cancer set): ten mean measures of each of
569 samples, radius, perimeter, area, roughness and so on. An area grows with the square of a
radius, so what fills a gap should follow a curve.
"""

# %%
# Three cells in ten are hidden. All imputers are given standardized columns, and none sees what is
# hidden.

import numpy as np
from matplotlib import pyplot as plt
from sklearn.datasets import load_breast_cancer
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer, SimpleImputer
from sklearn.preprocessing import scale

from skautoencoder import AutoencoderImputer
from skautoencoder.display import COLOURS

data = load_breast_cancer()
X = scale(data.data[:, :10])
columns = [name.removeprefix("mean ") for name in data.feature_names[:10]]
hidden = np.random.default_rng(0).random(X.shape) < 0.3
imputers = {
    "column means": SimpleImputer(),
    "5 neighbors": KNNImputer(),
    "IterativeImputer": IterativeImputer(max_iter=20, tol=1e-2, random_state=0),
    "AutoencoderImputer": AutoencoderImputer(random_state=0),
}
filled, errors = {}, {}
print("root mean squared error of hidden cells, in standard deviations")
for name, imputer in imputers.items():
    filled[name] = imputer.fit_transform(np.where(hidden, np.nan, X))
    squared = np.where(hidden, filled[name] - X, np.nan) ** 2
    errors[name] = np.sqrt(np.nanmean(squared, axis=0))
    print(f"{name:20} {np.sqrt(np.nanmean(squared)):.2f}")

# %%
# ``AutoencoderImputer`` hides cells of its own to learn how far to believe its networks beyond the
# linear answer, so it knows about how good it is without our telling.

ours = imputers["AutoencoderImputer"]
print(f"its own estimate of its error: {ours.validation_error_:.2f}")
print(f"of the linear answer's: {ours.linear_validation_error_:.2f}")

# %%
# On the left each column's error; on the right what was filled in as area, beside the radius where
# that was seen.

figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4.8), layout="constrained")
height = 0.2
for i, (name, error) in enumerate(errors.items()):
    left.barh(np.arange(10) + (i - 1.5) * height, error, height, color=COLOURS[i], label=name)
left.set_yticks(range(10), columns)
left.invert_yaxis()
left.set(xlabel="error, in standard deviations")
left.legend(fontsize=9)
radius, area = columns.index("radius"), columns.index("area")
shown = hidden[:, area] & ~hidden[:, radius]
right.scatter(X[:, radius], X[:, area], color="0.85", s=20, label="measured")
for i in (2, 3):
    name = list(imputers)[i]
    right.scatter(X[shown, radius], filled[name][shown, area], s=14, color=COLOURS[i], label=name)
right.set(xlabel="radius, in standard deviations", ylabel="area, in standard deviations")
right.legend()
plt.show()
