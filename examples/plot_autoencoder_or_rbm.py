"""
Autoencoder or restricted Boltzmann machine
===========================================

A Boltzmann machine has two layers and random states; it is a distribution, and its code is the mean
of its hidden units. An autoencoder has as many layers as one likes and gives a row the same code
each time; it is a compression. So the machine can be asked how likely a row is and for new rows,
and the autoencoder rebuilds far better from far fewer numbers.

The two met in 2006: Hinton and Salakhutdinov started deep autoencoders at a stack of such machines,
which ``init="rbm"`` does.
"""

# %%
# Digits again, with pixels from 0 to 1.

import time
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from skautoencoder import AutoencoderTransformer, RBMTransformer

X, y = load_digits(return_X_y=True)
X = (X / 16).astype(np.float32)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
machines = {"n_iter": 60, "learning_rate": 0.05, "random_state": 0}
deep: dict[str, Any] = {
    "hidden_layer_sizes": (128, 64),
    "activation": "logistic",
    "loss": "cross_entropy",
    "random_state": 0,
}
candidates: dict[str, Any] = {
    "RBM, 16 units": RBMTransformer(16, **machines),
    "RBM, 128 units": RBMTransformer(128, **machines),
    "autoencoder, 16": AutoencoderTransformer(16, random_state=0),
    "autoencoder, 16, from RBMs": AutoencoderTransformer(16, init="rbm", **deep),
}
all_rebuilt = {}
print("                            layers  code    rebuilt  linear accuracy  seconds")
for name, transformer in candidates.items():
    start = time.perf_counter()
    transformer.fit(X_train)
    seconds = time.perf_counter() - start
    codes = transformer.transform(X_test)
    rebuilt = all_rebuilt[name] = transformer.inverse_transform(codes)
    explained = 1 - np.sum((X_test - rebuilt) ** 2) / np.sum((X_test - X_test.mean(0)) ** 2)
    classifier = LogisticRegression(C=10, max_iter=5000).fit(
        transformer.transform(X_train), y_train
    )
    accuracy = classifier.score(codes, y_test)
    random = isinstance(transformer, RBMTransformer)
    layers = 2 if random else 2 * len(deep["hidden_layer_sizes"]) + 3
    kind = "random" if random else "fixed"
    print(f"{name:27} {layers:6}  {kind:6} {explained:8.0%} {accuracy:16.2f} {seconds:8.1f}")

# %%
# What only the machine can: say how likely a row is. Shuffled pixels are far less likely than
# images.

machine = candidates["RBM, 128 units"]
noise = np.random.default_rng(0).permuted(X_test, axis=0)  # the same pixels, of other images
print(f"log-likelihood of test images {machine.score(X_test):.0f}, of shuffled pixels", end=" ")
print(f"{machine.score(noise):.0f} nats (RBM, 128 units)")

# %%
# Sixteen digits and what each rebuilds of them. On the right what the machine's hidden units look
# for, the sixteen with the largest weights: strokes, and the lack of strokes.

figure, (left, right) = plt.subplots(
    1, 2, figsize=(12, 4.2), layout="constrained", width_ratios=(2.6, 1)
)
rows = {"original": X_test} | all_rebuilt
images = [np.pad(image.reshape(8, 8), 1) for row in rows.values() for image in row[:16]]
left.imshow(
    np.block([images[i : i + 16] for i in range(0, len(images), 16)]), cmap="gray_r", vmin=0, vmax=1
)
left.set_yticks(np.arange(5) * 10 + 4.5, list(rows))
left.set_xticks([])
strongest = np.argsort(-np.linalg.norm(machine.components_, axis=1))[:16]
filters = [np.pad(row.reshape(8, 8), 1) for row in machine.components_[strongest]]
largest = np.max(np.abs(filters))
right.imshow(
    np.block([filters[i : i + 4] for i in range(0, 16, 4)]),
    cmap="RdBu_r",
    vmin=-largest,
    vmax=largest,
)
right.set(title="weights of hidden units", xticks=[], yticks=[])
plt.show()
