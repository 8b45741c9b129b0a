"""
Signals: arm movements by a smartwatch
======================================

Ten people did seven exercises for the shoulder, with a smartwatch at the wrist: acceleration along
three axes and rotation about three, 50 times a second (`Burns et al. 2018
<https://doi.org/10.1088/1361-6579/aacfd9>`_, from the package seglearn). Each recording is cut into
windows of two seconds.

A movement that begins a little later is the same movement, but to PCA it is another: shifted copies
of a signal lie on a curve that fills many dimensions.
"""

# %%
# Every second sample, so that a window is 50 samples of 6 channels. It is a row, as ever; to a
# convolutional network it is an image of 50 x 1 pixels with 6 channels. Three people are held out,
# and ``groups`` tells the fit which windows are of one person.

import numpy as np
from matplotlib import pyplot as plt
from seglearn.datasets import load_watch
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skautoencoder import AutoencoderTransformer, ConvolutionalAutoencoderTransformer
from skautoencoder.display import COLOURS

watch = load_watch()
every = np.concatenate(watch["X"])
length, windows, exercise, person = 50, [], [], []
for recording, label, who in zip(watch["X"], watch["y"], watch["subject"], strict=True):
    scaled = ((recording - every.mean(axis=0)) / every.std(axis=0))[::2]
    n_windows = len(scaled) // length
    windows.append(scaled[: n_windows * length].reshape(n_windows, -1))
    exercise += [label] * n_windows
    person += [who] * n_windows
X, y, groups = np.concatenate(windows).astype(np.float32), np.array(exercise), np.array(person)
test = np.isin(groups, [3, 6, 9])
print(f"{(~test).sum()} windows of 7 people to learn from, {test.sum()} of 3 others to judge by")

# %%
# Six numbers in place of 300. How much of the signal comes back, and how often do 15 neighbors on
# the codes tell the exercise of a person never seen?

transformers = {
    "PCA": PCA(6),
    "dense": AutoencoderTransformer(6, hidden_layer_sizes=(128, 64), max_iter=40, random_state=0),
    "convolutional": ConvolutionalAutoencoderTransformer(
        6, image_shape=(length, 1, 6), channels=(16, 32), max_iter=25, random_state=0
    ),
}
rebuilt = {}
print("                explained  accuracy")
for name, transformer in transformers.items():
    of_groups = {} if name == "PCA" else {"groups": groups[~test]}
    transformer.fit(X[~test], **of_groups)
    codes = transformer.transform(X[test])
    rebuilt[name] = transformer.inverse_transform(codes)
    error = np.sum((X[test] - rebuilt[name]) ** 2)
    explained = 1 - error / np.sum((X[test] - X[~test].mean(axis=0)) ** 2)
    neighbors = make_pipeline(StandardScaler(), KNeighborsClassifier(15))
    accuracy = neighbors.fit(transformer.transform(X[~test]), y[~test]).score(codes, y[test])
    print(f"{name:15} {explained:10.0%} {accuracy:9.2f}")

# %%
# The curved surfaces hold more of the signal. Here are windows of the three strangers, one of each
# exercise: rotation about the third axis, as measured and as rebuilt from six numbers. PCA draws
# every movement too small. Where the autoencoder does not win by much: in telling exercises. What
# tells them is mostly how the arm is held, and that is linear; and of two networks the dense one
# has the better of so short windows.

names = ["pendulum", "abduction", "forward elevation", "internal rotation"]
names += ["external rotation", "trapezius extension", "rowing"]
figure, panels = plt.subplots(7, 1, figsize=(8, 9), layout="constrained", sharex=True, sharey=True)
seconds = np.arange(length) / 25
styles: dict = {name: {"color": color} for name, color in zip(rebuilt, COLOURS, strict=False)}
styles["measured"] = {"color": "0.7", "lw": 4}
for number, (panel, name) in enumerate(zip(panels, names, strict=True)):
    of_exercise = np.flatnonzero(y[test] == number)
    spread = X[test].reshape(-1, length, 6)[of_exercise, :, 5].std(axis=1)
    shown = of_exercise[np.argsort(spread)[int(0.9 * len(spread))]]  # one that moves
    for which, rows in ({"measured": X[test]} | rebuilt).items():
        panel.plot(seconds, rows[shown].reshape(length, 6)[:, 5], label=which, **styles[which])
    panel.set_title(name, fontsize=10, loc="left")
panels[-1].set(xlabel="seconds")
panels[3].set_ylabel("rotation, in standard deviations")
figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
plt.show()
