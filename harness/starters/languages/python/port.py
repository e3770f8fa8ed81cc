"""The wire protocol of rmsproof: requests from standard input are answered on standard output.

A JSON object comes in a line, and a line goes out, flushed. What is not finite is written as text.
"""

from __future__ import annotations

import json
import math
import sys
from typing import Any

from rmsprop import Arrays, RMSProp


def main() -> None:
    """Answer requests until standard input ends, or one says quit."""
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "quit":
            break
        reply = {"id": request["id"], **answered(request)}
        print(json.dumps(reply, allow_nan=False), flush=True)


def answered(request: dict[str, Any]) -> dict[str, Any]:
    """Return the reply to a request, without its id."""
    if request["do"] == "describe" and "echo" in request:
        return {"echo": [written(read(x)) for x in request["echo"]]}
    if request["do"] == "describe":
        described = {"protocol": 1, "name": "rmsprop", "language": "python"}
        return {**described, "precision": "float64", "echo": True, "state": True}
    if request["do"] != "run":
        return {"error": f"unknown request {request['do']}"}
    for name in request["options"]:
        return {"unsupported": f"it takes no option {name}"}
    if request["precision"] != "float64":
        return {"unsupported": f"it does not compute in {request['precision']}"}
    return run(request)


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Make every step of a scenario, from nothing."""
    given = [read(request[name]) for name in ("learning_rate", "decay_rate", "epsilon")]
    optimizer = RMSProp(*given)
    weights = arrays_read(request["weights"])
    optimizer.moving_average = {name: [0.0] * len(row) for name, row in weights.items()}
    after, averages = [], []
    for gradients in request["gradients"]:
        optimizer.step(arrays_read(gradients), weights)
        after.append(arrays_written(weights))
        averages.append(arrays_written(optimizer.moving_average))
    return {"weights": after, "moving_average": averages}


def arrays_read(arrays: dict[str, list[Any]]) -> Arrays:
    """Read the numbers of every array."""
    return {name: [read(x) for x in row] for name, row in arrays.items()}


def arrays_written(arrays: Arrays) -> dict[str, list[float | str]]:
    """Write the numbers of every array."""
    return {name: [written(x) for x in row] for name, row in arrays.items()}


def read(value: Any) -> float:
    """Read a number, or one of the texts "NaN", "Infinity" and "-Infinity"."""
    return float(value)


def written(x: float) -> float | str:
    """Return a number as it is, and as a text where it is not finite."""
    if math.isnan(x):
        return "NaN"
    if math.isinf(x):
        return "Infinity" if x > 0 else "-Infinity"
    return x


if __name__ == "__main__":
    main()
