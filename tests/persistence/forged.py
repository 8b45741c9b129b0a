"""Files that are nearly those of `save`: bytes and JSON changed at random, sums made to fit."""

from __future__ import annotations

import copy
import json
import random

import numpy as np
from safetensors.numpy import load, save

from skautoencoder.persistence._file import _KEY, _digest

_STRANGE = [
    None, True, -1, 0, 1, 2**31, 2**63, 10**30, 0.5, 1e308, "", "nan", "<f8", "O", "x" * 50, [], {},
    [[]], [0, 0], {"array": {}}, {"tuple": []}, {"float": "nan"}, {"dict": [[1]]},
    {"instance": {"class": "Stack", "holds": {}}}, {"named": "os.system"}, {"type": "float"},
    {"array": {"name": "mean_", "shape": [5], "dtype": "<f8"}}, {"bytes": "AA=="},
    {"instance": {"class": "sklearn.pipeline.Pipeline", "holds": {"steps": []}}},
]  # fmt: skip


def split(content):
    """What a file's JSON says, and its arrays."""
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    return json.loads(header["__metadata__"][_KEY]), load(content)


def forged(told, arrays):
    """A file that says this, with a sum that fits."""
    told = {name: value for name, value in told.items() if name != "sha256"}
    told["sha256"] = _digest(told, sorted(arrays), arrays.__getitem__)
    return save(arrays, {_KEY: json.dumps(told)})


def damaged(content, chance: random.Random):
    """The file with a few bytes changed, left out, put in, or cut off."""
    found = bytearray(content)
    for _ in range(chance.choice([1, 1, 2, 8])):
        place = (
            chance.randrange(len(found) + 1) if chance.random() < 0.5 else chance.randrange(2000)
        )
        place = min(place, len(found))
        what = chance.randrange(5)
        if what == 0:
            del found[place:]
        elif what == 1:
            del found[place : place + chance.choice([1, 8, 100])]
        elif what == 2:
            found[place:place] = chance.randbytes(chance.choice([1, 8, 100]))
        else:
            found[place : place + 1] = chance.randbytes(1)
    return bytes(found)


def lying(content, chance: random.Random):
    """The file with a few values of its JSON or a few arrays exchanged, and a sum that fits."""
    told, arrays = split(content)
    for _ in range(chance.choice([1, 1, 2, 5])):
        if chance.random() < 0.3 and arrays:
            _change_array(arrays, chance)
        else:
            _change_value(told, chance)
    return forged(told, arrays)


def _change_array(arrays, chance):
    name = chance.choice(sorted(arrays))
    array, what = arrays[name], chance.randrange(5)
    if what == 0:
        del arrays[name]
    elif what == 1:
        arrays[name] = array[..., None]
    elif what == 2:
        arrays[name] = array.ravel()[: chance.randrange(3)]
    elif what == 3:
        arrays[name] = array.astype(chance.choice(["f2", "i8", "u1", "?"]))
    else:
        arrays[name] = np.full_like(array, chance.choice([0, 1]))


def _change_value(told, chance):
    """Put something strange in the place of a value anywhere in JSON."""
    node, key = told, chance.choice(["estimator"] * 20 + sorted(told))
    if key not in node:
        return
    while isinstance(node[key], dict | list) and node[key] and chance.random() < 0.93:
        node = node[key]
        key = chance.choice(sorted(node)) if isinstance(node, dict) else chance.randrange(len(node))
    what = chance.random()
    if what < 0.15:
        del node[key]
    elif what < 0.3 and isinstance(node, dict):
        node[chance.choice(["transform", "__class__", "x", "memory", "dtype"])] = node.pop(key)
    else:
        node[key] = copy.deepcopy(chance.choice(_STRANGE))
