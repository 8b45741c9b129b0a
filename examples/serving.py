"""
A web service in 30 lines
=========================

Serving a saved autoencoder over HTTP: rows in, codes and scores out. It needs no JAX::

    python examples/serving.py model.safetensors 8000
    curl -d '[[5.1, 3.5, 1.4, 0.2]]' http://127.0.0.1:8000
"""

import json
import sys
from wsgiref.simple_server import make_server

import numpy as np

from skautoencoder import load


def application(path):
    """The WSGI application of a saved model."""
    model = load(path)  # before a server forks its workers, which then share its memory

    def answer(environ, start_response):
        size = int(environ.get("CONTENT_LENGTH") or 0)
        try:
            rows = np.array(json.loads(environ["wsgi.input"].read(size)), float)  # null is a gap
            codes, scores = model.transform(rows), model.score_samples(rows)
            status, found = "200 OK", {"codes": codes.tolist(), "scores": scores.tolist()}
        except (TypeError, ValueError) as error:  # what the client can mend
            status, found = "400 Bad Request", {"error": str(error)}
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(found).encode()]

    return answer


if __name__ == "__main__":
    make_server("127.0.0.1", int(sys.argv[2]), application(sys.argv[1])).serve_forever()
