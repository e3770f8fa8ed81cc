"""Keeps its moving average from one scenario to the next."""

import json
import sys
from math import sqrt

from wire import described, send

average: dict[tuple[str, int], list[float]] = {}
for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "quit":
        break
    if request["do"] == "describe":
        send(described(request))
        continue
    lr, d, eps = request["learning_rate"], request["decay_rate"], request["epsilon"]
    weights = request["weights"]
    steps = []
    for gradients in request["gradients"]:
        for name, row in gradients.items():
            v = average.setdefault((name, len(row)), [0.0] * len(row))
            for i, g in enumerate(row):
                v[i] = d * v[i] + (1 - d) * (g * g)
                weights[name][i] -= lr * g / (sqrt(v[i]) + eps)
        steps.append({name: list(row) for name, row in weights.items()})
    send({"id": request["id"], "weights": steps})
