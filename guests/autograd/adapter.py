"""HIPS autograd's rmsprop by rmsproof's wire protocol, on gradients that are given.

The function runs a whole training; the gradient that it asks for is the next one given.
"""

import json
import sys

import numpy as np
from autograd.misc.optimizers import rmsprop


def run(request):
    """Every step's weights of each array, which is optimized by itself."""
    trajectory = [dict(request["weights"]) for _ in request["gradients"]]
    for name, weights in request["weights"].items():
        steps = [t for t, given in enumerate(request["gradients"]) if name in given]
        seen = []

        def gradient(_, i, name=name, steps=steps):
            return np.array(request["gradients"][steps[i]][name])

        def callback(x, _i, _g, seen=seen):
            seen.append(x.tolist())

        settings = {"step_size": request["learning_rate"], "gamma": request["decay_rate"]}
        settings.update(num_iters=len(steps), eps=request["epsilon"])
        last = rmsprop(gradient, np.array(weights), callback, **settings)
        after = [*seen[1:], last.tolist()] if steps else []
        now = weights
        for t, row in enumerate(trajectory):
            now = after[steps.index(t)] if t in steps else now
            row[name] = now
    return {"weights": trajectory}


for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "quit":
        break
    if request["do"] == "describe":
        reply = {"protocol": 1, "name": "autograd", "language": "python", "precision": "float64"}
    else:
        reply = run(request)
    print(json.dumps({"id": request["id"], **reply}), flush=True)
