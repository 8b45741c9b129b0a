"""
Counts: a map of SciPy by the words of its documentation
========================================================

How often does each of 400 words occur in the documentation of each function of SciPy? Most counts
are zero, some are large: a squared error is about the few frequent words, and knows nothing of
zeros. ``loss="poisson"`` takes the counts as they are and rebuilds rates.

The usual remedy is PCA of logarithms, ``log(1 + count)``. Here are both, at two components.
"""

# %%
# The text is that of the SciPy installed here, so figures change a little from version to version.
# No transformer sees which submodule a function is of.

import inspect
from importlib import import_module

import numpy as np
from matplotlib import pyplot as plt
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skautoencoder import AutoencoderTransformer
from skautoencoder.display import CodeDisplay

submodules = ["cluster", "fft", "integrate", "interpolate", "linalg", "ndimage", "optimize"]
submodules += ["signal", "sparse", "spatial", "special", "stats"]
texts, homes, names = [], [], []
for submodule in submodules:
    module = import_module(f"scipy.{submodule}")
    for name in module.__all__:
        member = getattr(module, name)
        text = None if inspect.ismodule(member) else inspect.getdoc(member)
        if text and len(text) > 300:
            texts.append(text)
            homes.append(submodule)
            names.append(name)
words = CountVectorizer(max_features=400, stop_words="english", token_pattern="[a-z]{3,}")
X, y = words.fit_transform(texts).toarray().astype(float), np.array(homes)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)
print(f"{len(X)} texts, {np.mean(X == 0):.0%} of the counts are zero, the largest is {X.max():.0f}")

# %%
# Judged on texts held out: by the Poisson deviance of the counts (smaller is better), and by how
# often five neighbors tell the submodule. PCA may rebuild rates below zero, which no count has:
# they are put to 0.01.

logarithm = FunctionTransformer(np.log1p, np.expm1)
transformers = {
    "PCA of counts": PCA(2),
    "PCA of logarithms": make_pipeline(logarithm, PCA(2)),
    "autoencoder, Poisson loss": AutoencoderTransformer(2, loss="poisson", random_state=0),
}


def deviance(counts, rates):
    rates = np.maximum(rates, 0.01)
    logs = np.log(np.where(counts > 0, counts, 1) / rates)
    return 2 * np.sum(counts * logs - counts + rates, axis=1).mean()


maps = {}
for name, transformer in transformers.items():
    transformer.fit(X_train)
    maps[name] = codes = transformer.transform(X_test)
    error = deviance(X_test, transformer.inverse_transform(codes))
    neighbors = KNeighborsClassifier().fit(transformer.transform(X_train), y_train)
    print(f"{name:26} deviance {error:4.0f}, accuracy {neighbors.score(codes, y_test):.2f}")

# %%
# The logarithms help PCA to tell submodules apart, but not to rebuild counts. The autoencoder is
# better at both, since how often words occur together is nothing linear. (Its loss is not all: an
# autoencoder of logarithms, with a squared error, does as well here. What PCA lacks is the bend.)
# With many components, a hundred say, the usual methods for text, such as truncated SVD of tf-idf,
# are as good for search and a thousand times faster.

figure, panels = plt.subplots(1, 2, figsize=(12, 5), layout="constrained")
for panel, name in zip(panels, list(maps)[1:], strict=True):
    CodeDisplay(maps[name], y=y_test).plot(panel)
    panel.set_title(f"{name}: texts that were held out")
panels[0].get_legend().remove()
plt.show()
