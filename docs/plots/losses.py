"""What an entry costs by how far off it is rebuilt: the losses of real numbers."""

import matplotlib.pyplot as plt
import numpy as np

residual = np.linspace(-3, 3, 301)
size = np.abs(residual)
losses = {
    '"squared_error"': residual**2,
    '"huber"': np.where(size <= 1, residual**2, 2 * size - 1),
    '"absolute_error"': size,
}
figure, ax = plt.subplots(figsize=(5.5, 3))
for name, error in losses.items():
    ax.plot(residual, error, label=name, linewidth=2)
ax.set(xlabel="error of an entry, in standard deviations", ylabel="what it costs", ylim=(0, 6))
ax.legend(frameon=False)
