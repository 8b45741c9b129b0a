"""
Saving a model, and serving it without JAX
==========================================

JAX trains. What is trained is applied by NumPy: a server, a small container or a colleague's
machine needs no JAX. Here a model of 442 patients' measures (scikit-learn's diabetes set) is saved,
opened in a process where JAX cannot be imported, and asked over HTTP.
"""

# %%
# One file, in the safetensors format: opening it executes nothing.

import json
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import numpy as np
from matplotlib import pyplot as plt
from serving import application  # the file beside this one, a web service of 30 lines
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skautoencoder import AutoencoderTransformer, save
from skautoencoder.display import COLOURS

X = load_diabetes(scaled=False).data
old, new = train_test_split(X, random_state=0)
model = make_pipeline(StandardScaler(), AutoencoderTransformer(2, random_state=0)).fit(old)
folder = tempfile.TemporaryDirectory()
path = Path(folder.name) / "diabetes.safetensors"
save(model, path)
print(f"{path.name}: {path.stat().st_size / 1024:.0f} KiB")

# %%
# Another process, in which importing JAX is an error, opens the file and gives the same codes.

program = """
import sys
sys.modules["jax"] = None
import numpy as np
from skautoencoder import load
np.save(sys.argv[2], load(sys.argv[1]).transform(np.load(sys.argv[2])))
"""
exchanged = path.with_name("rows.npy")
np.save(exchanged, new)
subprocess.run([sys.executable, "-c", program, str(path), str(exchanged)], check=True)
print("same codes:", np.allclose(np.load(exchanged), model.transform(new)))

# %%
# The service, on a free port of this machine. A row is a list of numbers; ``null`` is a gap.


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        """Write no line for each request."""


server = make_server("127.0.0.1", 0, application(path), handler_class=Quiet)
threading.Thread(target=server.serve_forever, daemon=True).start()


def ask(row):
    """Code and score of one row, and the milliseconds until they were there."""
    start = time.perf_counter()
    asked = json.dumps([[None if np.isnan(value) else value for value in row]]).encode()
    with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}", asked) as answer:
        found = json.load(answer)
    return found["codes"][0], found["scores"][0], 1000 * (time.perf_counter() - start)


with_gaps = new.copy()
with_gaps[:, [2, 4]] = np.nan  # neither the body mass index nor total cholesterol were measured
codes, scores, milliseconds = (np.array(found) for found in zip(*map(ask, new), strict=True))
codes_with_gaps, *_ = (np.array(found) for found in zip(*map(ask, with_gaps), strict=True))
server.shutdown()
server.server_close()
folder.cleanup()
print(f"median time of an answer: {np.median(milliseconds):.1f} ms")

# %%
# The map that the service gives: patients whom the model has not seen among those whom it has, and
# how far each moves where two measures are missing. Cholesterol is little missed, as other columns
# go with it. On the right the time of an answer, most of which is HTTP's.

figure, (left, right) = plt.subplots(
    1, 2, figsize=(12, 4.6), layout="constrained", width_ratios=(1.4, 1)
)
left.scatter(*model.transform(old).T, color="0.85", s=14, label="patients of the fit")
left.quiver(
    *codes.T, *(codes_with_gaps - codes).T, angles="xy", scale_units="xy", scale=1, width=2e-3
)
drawn = left.scatter(*codes.T, c=scores, cmap="viridis", s=22, label="served", zorder=3)
figure.colorbar(drawn, ax=left, label="score: the higher, the more usual")
left.set(xlabel="component 0", ylabel="component 1", title="arrows: without two of ten measures")
left.legend(loc="upper left")
right.hist(milliseconds, bins=np.linspace(0, 3 * np.median(milliseconds), 30), color=COLOURS[0])
right.set(xlabel="milliseconds until the answer", ylabel="requests")
plt.show()
