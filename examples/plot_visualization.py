"""
A map of handwritten digits
===========================

Two components make a map. PCA's is the flat shadow of a cloud in 64 dimensions: digits that are far
apart in the cloud fall onto each other. The autoencoder may bend the cloud before it flattens it.

Unlike t-SNE or UMAP, both have a way back: each place on the map is an image, and new rows are put
on the same map.
"""

# %%
# Neither sees which digit a row is. Trustworthiness says how far neighbors on the map are neighbors
# in the data; the accuracy says how often five neighbors on the map tell the digit.

from matplotlib import pyplot as plt
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from skautoencoder import AutoencoderTransformer
from skautoencoder.display import CodeDisplay, DecoderDisplay

X, y = load_digits(return_X_y=True)
transformers = [PCA(2, random_state=0), AutoencoderTransformer(2, random_state=0)]
figure, panels = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
for panel, transformer in zip(panels, transformers, strict=True):
    codes = transformer.fit_transform(X)
    kept = trustworthiness(X, codes, n_neighbors=5)
    accuracy = cross_val_score(KNeighborsClassifier(), codes, y, cv=3).mean()
    CodeDisplay(codes, y=y).plot(panel)
    panel.set_title(
        f"{type(transformer).__name__}\ntrustworthiness {kept:.2f}, accuracy {accuracy:.2f}"
    )

# %%
# What lies between the digits? Here each place of a grid over the map is decoded. PCA's places are
# all sums of two images and a mean. The autoencoder's are digits, and go over into each other.

figure, panels = plt.subplots(1, 2, figsize=(11, 5.6), layout="constrained")
for panel, transformer in zip(panels, transformers, strict=True):
    DecoderDisplay.from_estimator(transformer, X, image_shape=(8, 8)).plot(panel)
    panel.set_title(type(transformer).__name__)

# %%
# Where it does not win: for a map alone, with no way back, UMAP and t-SNE keep neighbors together
# better still. And if a figure has to be explained to somebody, PCA's axes are sums of columns.

# sphinx_gallery_thumbnail_number = 1
plt.show()
