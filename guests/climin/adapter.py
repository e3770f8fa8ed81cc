"""climin's RmsProp by rmsproof's wire protocol: an iterator that asks for the gradients given."""

import json
import sys

import numpy as np
from climin.rmsprop import RmsProp


def run(request):
    """Every step's weights of each array, which is optimized by itself."""
    trajectory = [dict(request["weights"]) for _ in request["gradients"]]
    for name, weights in request["weights"].items():
        now = np.array(weights, dtype=float)
        given = iter([step[name] for step in request["gradients"]])
        optimizer = RmsProp(
            now,
            lambda _, given=given: np.array(next(given)),
            step_rate=request["learning_rate"],
            decay=request["decay_rate"],
        )
        for row, _ in zip(trajectory, optimizer):
            row[name] = now.tolist()
    return {"weights": trajectory}


for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "quit":
        break
    if request["do"] == "describe":
        reply = {"protocol": 1, "name": "climin", "language": "python", "precision": "float64"}
    else:
        reply = run(request)
    print(json.dumps({"id": request["id"], **reply}), flush=True)
