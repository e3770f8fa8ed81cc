"""The wire protocol rightly spoken, for others to break in one place.

A port misbehaves where a scenario has an array named "trap" and answers all others rightly.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from math import sqrt
from typing import Any

TRAP = "trap"
Message = dict[str, Any]


def send(reply: Any) -> None:
    """Write one line and see that it leaves."""
    sys.stdout.write(json.dumps(reply) + "\n")
    sys.stdout.flush()


def described(request: Message) -> Message:
    """What this port says of itself."""
    said = {"protocol": 1, "name": "faulty", "language": "none", "precision": "float64"}
    return {"id": request["id"], **said, "state": False}


def right(request: Message) -> Message:
    """The reply that is exact."""
    lr, d, eps = request["learning_rate"], request["decay_rate"], request["epsilon"]
    weights = {name: list(row) for name, row in request["weights"].items()}
    average = {name: [0.0] * len(row) for name, row in weights.items()}
    steps = []
    for gradients in request["gradients"]:
        for name, row in gradients.items():
            for i, g in enumerate(row):
                average[name][i] = d * average[name][i] + (1 - d) * (g * g)
                weights[name][i] -= lr * g / (sqrt(average[name][i]) + eps)
        steps.append({name: list(row) for name, row in weights.items()})
    return {"id": request["id"], "weights": steps}


def serve(
    misbehave: Callable[[Message], None] = lambda request: send(right(request)),
    describe: Callable[[Message], Message] = described,
) -> None:
    """Answer until told to quit; `misbehave` answers what holds a trap."""
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "quit":
            return
        if request["do"] == "describe":
            send(describe(request))
        elif TRAP in request["weights"]:
            misbehave(request)
        else:
            send(right(request))


def altered(alter: Callable[[Message], Any]) -> None:
    """Serve, with the reply to a trap changed: in place, or into what `alter` returns."""

    def misbehave(request: Message) -> None:
        reply = right(request)
        changed = alter(reply)
        send(reply if changed is None else changed)

    serve(misbehave)
