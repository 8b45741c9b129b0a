"""Compression: bits an image, at the same error, for PCA, an autoencoder and JPEG.

Codes are rounded to equal steps and take as many bits as the entropy of the rounded values;
the number of components and the step are those that need the fewest bits for the error
asked for. JPEG (with Pillow) compresses all test images as one large picture, headers and
all. All transformers learn from other images.

python examples/compression.py
"""

import io

import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split

from skautoencoder import AutoencoderTransformer

X, _ = load_digits(return_X_y=True)
train, test = train_test_split(X, random_state=0)
variance = np.sum((test - test.mean(axis=0)) ** 2, axis=1).mean()


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
    from PIL import Image

    picture = test.reshape(-1, 25, 8, 8).transpose(0, 2, 1, 3).reshape(-1, 200)
    for quality in range(1, 96, 3):
        file = io.BytesIO()
        Image.fromarray((picture / 16 * 255).astype(np.uint8)).save(file, "JPEG", quality=quality)
        decoded = np.asarray(Image.open(file), float) / 255 * 16
        rows = decoded.reshape(-1, 8, 25, 8).transpose(0, 2, 1, 3).reshape(-1, 64)
        yield error(rows), 8 * file.tell() / len(test)


test = test[: len(test) // 25 * 25]
curves = {
    "PCA": list(rates(PCA(k) for k in (4, 8, 12, 16, 24, 32))),
    "autoencoder": list(rates(AutoencoderTransformer(k, random_state=0) for k in (4, 8, 12, 16))),
}
try:
    curves["JPEG"] = list(jpeg())
except ImportError:
    print("JPEG needs Pillow")
print("bits an image, at an error of so much of the variance")
print("                 " + "".join(f"{share:>8.0%}" for share in (0.3, 0.2, 0.1)))
for name, points in curves.items():
    needed = [
        min((b for e, b in points if e <= share), default=np.nan) for share in (0.3, 0.2, 0.1)
    ]
    print(f"{name:17}" + "".join(f"{b:8.0f}" for b in needed))
