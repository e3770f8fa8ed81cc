"""RMSProp on plain lists, without NumPy: the whole wire protocol in one small file.

Run it by `rmsproof check -- python plain_list.py`. A line comes in, a line goes out; what is not
finite is written as text; standard error is free for anything.
"""

from __future__ import annotations

import json
import math
import sys


def number(x: float | str) -> float | str:
    """To and from the wire: "NaN", "Infinity" and "-Infinity" are text there."""
    if isinstance(x, str):
        return float(x)
    return x if math.isfinite(x) else str(x).replace("inf", "Infinity").replace("nan", "NaN")


def run(request: dict) -> dict:
    """Every step's weights and moving average; an array without a gradient stays as it is."""
    lr, d, eps = request["learning_rate"], request["decay_rate"], request["epsilon"]
    weights = {name: [number(x) for x in row] for name, row in request["weights"].items()}
    average = {name: [0.0] * len(row) for name, row in weights.items()}
    reply = {"weights": [], "moving_average": []}
    for gradients in request["gradients"]:
        for name, row in gradients.items():
            w, v = weights[name], average[name]
            for i, g in enumerate(map(number, row)):
                v[i] = d * v[i] + (1 - d) * (g * g)
                root = math.sqrt(v[i]) + eps
                w[i] -= lr * g / root if root else math.nan
        for key, arrays in (("weights", weights), ("moving_average", average)):
            reply[key].append({name: [number(x) for x in row] for name, row in arrays.items()})
    return reply


for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "quit":
        break
    if request["do"] == "describe":
        reply = {"protocol": 1, "name": "plain list", "language": "python", "precision": "float64"}
        reply["state"] = True
    else:
        reply = run(request)
    print(json.dumps({"id": request["id"], **reply}), flush=True)
