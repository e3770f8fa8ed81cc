"""Calls of libraries' optimizers run as they were printed, on given gradients, in a process.

Runs in the user's interpreter. Standard input has a JSON list of runs, standard output one line of
JSON: for each, weights after every step, or what it raised:

    {"imports", "call", "before", "negate", "penalty", "weights": [[..]], "gradients": [[[..]]],
     "rates": [..]}

`call` names `params`, what is updated, and `schedule`, the learning rate; `before` is executed
before every step. `negate` and `penalty` stand for what a loss does: its sign, and the rate of an
L2 penalty, whose gradient is twice the rate times the weight. What asks for its gradients itself
(autograd, climin) is given one vector and a function.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from harness.machine.start import make_way
from harness.transport.libraries import optax, triples
from harness.transport.libraries.bindings import BINDINGS

# Where the learning rate is read from at every step: a function of the step.
_FUNCTIONAL = (optax, triples)


def main() -> None:
    """Answer every run; one that fails says why, and the others go on."""
    runs = json.loads(sys.stdin.read())
    make_way(str(Path.cwd()))  # all of ours is loaded
    answers: list[dict[str, Any]] = []
    for run in runs:
        try:
            answers.append({"weights": _weights(run)})
        except Exception as error:
            missing = (error.name or "") if isinstance(error, ImportError) else ""
            answers.append({"error": f"{type(error).__name__}: {error}", "missing": missing})
    print(json.dumps(answers))


def _weights(run: dict[str, Any]) -> list[list[float]]:
    names: dict[str, Any] = {}
    exec(run["imports"], names)
    packages = set(run["imports"].replace(",", " ").replace(".", " ").split())
    if packages & {"autograd", "climin"}:
        return _asking(run, names)
    binding: Any = next(b for b in BINDINGS if packages & set(b.MODULES))
    arrays = [np.array(array) for array in run["weights"]]
    rates = run["rates"]
    optimizer: Any = None

    def schedule(step: Any) -> Any:
        return sys.modules["jax"].numpy.asarray(rates)[step]

    def make(parameters: Any) -> Any:
        nonlocal optimizer
        names["params"] = parameters
        names["schedule"] = schedule if binding in _FUNCTIONAL else rates[0]
        optimizer = names["optimizer"] = eval(run["call"], names)
        return optimizer

    driven = binding.Run(make, arrays, [str(i) for i in range(len(arrays))], False)
    if run["before"]:
        before = compile(run["before"], "before", "exec")
        optimizer.register_step_pre_hook(lambda *_: exec(before, names))
    sign = -1.0 if run["negate"] else 1.0
    result = []
    for rate, gradients in zip(rates, run["gradients"]):
        now = driven.weights()
        _set_rate(optimizer, rate)
        driven.step([sign * np.array(g) + 2 * run["penalty"] * w for g, w in zip(gradients, now)])
        result.append(np.concatenate(driven.weights()).tolist())
    return result


def _asking(run: dict[str, Any], names: dict[str, Any]) -> list[list[float]]:
    """The weights of what asks for its gradients: a function of all steps, or an iterator."""
    rates, slopes = run["rates"], [np.concatenate(row) for row in run["gradients"]]
    rate = np.array(rates[0])  # changed from step to step
    weights = np.concatenate(run["weights"])
    result: list[list[float]] = []

    def asked(x: Any, step: int) -> Any:
        return (-slopes[step] if run["negate"] else slopes[step]) + 2 * run["penalty"] * x

    def before(x: Any, step: int, _: Any) -> None:
        rate[...] = rates[step]
        if step:
            result.append(x.tolist())

    # autograd's function takes the first four, climin's class the others.
    names.update(x0=weights, grad=asked, callback=before, num_iters=len(rates))
    names.update(wrt=weights, fprime=lambda x: asked(x, len(result)), schedule=rate)
    made = eval(run["call"], names)
    if isinstance(made, np.ndarray):
        return [*result, made.tolist()]
    steps = iter(made)
    for made.step_rate in rates:
        next(steps)
        result.append(weights.tolist())
    return result


def _set_rate(optimizer: Any, rate: float) -> None:
    """As training loops do; where it is a function of the step, it was given at the start."""
    if hasattr(optimizer, "param_groups"):
        for group in optimizer.param_groups:
            group["lr"] = rate
    elif hasattr(optimizer, "learning_rate"):
        optimizer.learning_rate = rate


if __name__ == "__main__":
    main()
