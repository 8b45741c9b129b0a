"""
Tuning without labels, and what the components mean
===================================================

Which size of the code, which network? There are no labels to ask, but there are held-out rows: how
well are rows rebuilt that were not seen? ``AutoencoderSearchCV`` is scikit-learn's grid search
whose fits run side by side and compile once.

The data: 13 chemical measures of 178 wines from three cultivars, which come with scikit-learn.
"""

# %%
# A pipeline as one would write it for PCA, and PCA itself as a candidate beside the networks. The
# score is the share of the variance of held-out rows that is explained.

import numpy as np
from matplotlib import pyplot as plt
from sklearn.datasets import load_wine
from sklearn.decomposition import PCA
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skautoencoder import AutoencoderSearchCV, AutoencoderTransformer
from skautoencoder.display import COLOURS, LoadingsDisplay


def explained(pipeline, X, y=None):
    """Share of the variance of scaled rows that is explained, whatever the last step."""
    scaled = pipeline[0].transform(X)
    rebuilt = pipeline[1].inverse_transform(pipeline[1].transform(scaled))
    return 1 - np.sum((scaled - rebuilt) ** 2) / np.sum(scaled**2)


X, cultivar = load_wine(return_X_y=True, as_frame=True)
X.columns = [name.split("/")[0].replace("_", " ") for name in X.columns]
sizes, layers = [1, 2, 3, 4, 5], [(16,), (64, 32)]
grid = [
    {"reduce": [PCA()], "reduce__n_components": sizes},
    {
        "reduce": [AutoencoderTransformer(random_state=0)],
        "reduce__n_components": sizes,
        "reduce__hidden_layer_sizes": layers,
    },
]
pipeline = Pipeline([("scale", StandardScaler()), ("reduce", PCA())])
search = AutoencoderSearchCV(pipeline, grid, scoring=explained, cv=3).fit(X)

# %%
# The curves of all candidates, with one standard error of the three folds to both sides. The
# autoencoder is ahead of PCA at each size, by the worth of half a component; on 120 rows there is
# no more to be had, and a small network does as well as a large one. There is no best size in these
# curves: more numbers always rebuild more. Two are taken below because two can be drawn.

names = {str(layers[0]): "autoencoder, one layer of 16", str(layers[1]): "layers of 64 and 32"}
scores: dict[str, dict] = {"PCA": {}} | {name: {} for name in names.values()}
results = search.cv_results_
for params, mean, std in zip(
    results["params"], results["mean_test_score"], results["std_test_score"], strict=True
):
    name = names.get(str(params.get("reduce__hidden_layer_sizes")), "PCA")
    scores[name][params["reduce__n_components"]] = mean, std / np.sqrt(search.n_splits_)
print(" " * 30 + "".join(f"{k:6}" for k in sizes))
for name, found in scores.items():
    print(f"{name:30}" + "".join(f"{found[k][0]:6.2f}" for k in sizes))

# %%
# What do the components mean? ``components_`` of an autoencoder are the mean derivatives of its
# decoder, and loadings are drawn of them as of PCA's. The arrows of the two pictures agree:
# alcohol, color and proline go one way, phenols and flavanoids another. The cultivars, which nobody
# was told of, are apart on both maps.

figure, panels = plt.subplots(1, 3, figsize=(15, 5), layout="constrained")
for (name, found), color in zip(scores.items(), COLOURS, strict=False):
    means, errors = np.array([found[k] for k in sizes]).T
    panels[0].errorbar(sizes, means, errors, color=color, marker="o", capsize=3, label=name)
panels[0].set(xlabel="components", ylabel="share of variance explained", xticks=sizes)
panels[0].legend()
for panel, step in zip(
    panels[1:],
    (PCA(2), AutoencoderTransformer(2, hidden_layer_sizes=layers[0], random_state=0)),
    strict=True,
):
    fitted = make_pipeline(StandardScaler(), step).fit(X)
    LoadingsDisplay.from_estimator(fitted, X, y=cultivar).plot(panel, kind="biplot", max_features=7)
    panel.set_title(f"{type(step).__name__}: {explained(fitted, X):.0%} explained")

# sphinx_gallery_thumbnail_number = 1
plt.show()
