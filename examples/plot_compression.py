"""
Compression: bits an image
==========================

How many bits does an image take, at a given error? Codes are rounded to equal steps, and take as
many bits as the entropy of the rounded values. The number of components and the step are those that
need the fewest bits for the error asked for.

JPEG compresses all test images as one large picture, headers and all. It is made for larger
pictures, and knows nothing of digits: this is no fair race, but it says where we are. All
transformers learn from other images.
"""

# %%
import io

import numpy as np
from matplotlib import pyplot as plt
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split

from skautoencoder import AutoencoderTransformer
from skautoencoder.display import COLOURS

X, _ = load_digits(return_X_y=True)
train, test = train_test_split(X, random_state=0)
variance = np.sum((test - test.mean(axis=0)) ** 2, axis=1).mean()
test = test[: len(test) // 25 * 25]


def error(rebuilt):
    return np.sum((test - rebuilt) ** 2, axis=1).mean() / variance


def bits(codes):
    """Entropy of each column of whole numbers, added up."""
    total = 0.0
    for column in codes.T:
        _, counts = np.unique(column, return_counts=True)
        share = counts / counts.sum()
        total -= np.sum(share * np.log2(share))
    return total


def rates(transformers):
    """Errors and bits an image, over components and steps."""
    for transformer in transformers:
        codes = transformer.fit(train).transform(test)
        for step in np.geomspace(0.05, 2, 25):
            steps = step * codes.std(axis=0)
            whole = np.round(codes / steps)
            yield error(transformer.inverse_transform(whole * steps)), bits(whole)


def jpeg():
    picture = test.reshape(-1, 25, 8, 8).transpose(0, 2, 1, 3).reshape(-1, 200)
    for quality in range(1, 96, 3):
        file = io.BytesIO()
        Image.fromarray((picture / 16 * 255).astype(np.uint8)).save(file, "JPEG", quality=quality)
        decoded = np.asarray(Image.open(file), float) / 255 * 16
        rows = decoded.reshape(-1, 8, 25, 8).transpose(0, 2, 1, 3).reshape(-1, 64)
        yield error(rows), 8 * file.tell() / len(test)


points = {
    "PCA": list(rates(PCA(k) for k in (4, 8, 12, 16, 24, 32))),
    "autoencoder": list(rates(AutoencoderTransformer(k, random_state=0) for k in (4, 8, 12, 16))),
    "JPEG": list(jpeg()),
}


def fewest_bits(name, share):
    return min((b for e, b in points[name] if e <= share), default=np.nan)


print("bits an image, at an error of so much of the variance")
print("                 " + "".join(f"{share:>8.0%}" for share in (0.3, 0.2, 0.1)))
for name in points:
    print(f"{name:17}" + "".join(f"{fewest_bits(name, share):8.0f}" for share in (0.3, 0.2, 0.1)))

# %%
# At the same error the autoencoder takes about half the bits of PCA, less of a gain the smaller the
# error is to be: what is left in the end is noise, and noise has no bends.

figure, ax = plt.subplots(figsize=(6.8, 4.4), layout="constrained")
shares = np.linspace(0.06, 0.6, 60)
for name, color in zip(points, COLOURS, strict=False):
    ax.plot(shares, [fewest_bits(name, share) for share in shares], color=color, label=name)
ax.set(yscale="log", xlabel="squared error, share of the variance", ylabel="bits an image")
ax.xaxis.set_major_formatter("{x:.0%}")
ax.set_yticks([5, 10, 20, 50, 100, 200], ["5", "10", "20", "50", "100", "200"])
ax.minorticks_off()
ax.legend()
plt.show()
