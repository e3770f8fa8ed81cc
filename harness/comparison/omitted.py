"""What a port does with the state of arrays that a step leaves out.

Each answer is tried by telling the scenario otherwise: an array whose state starts anew is
another array from there on, with the weights that were observed; one whose average decays
meanwhile has a gradient of zero. Then the port must give what its dialect gives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from harness.comparison.distance import same
from harness.model.observation import Rows
from python_ref.dialects.dialect import Dialect
from python_ref.golden import make
from python_ref.scenarios.scenario import Arrays, Scenario

KEPT = "kept"
FORGOTTEN = "omitted-forgotten"
RESTARTED = "restarted-with-other-arrays"
DECAYED = "omitted-decay"


def treatment(scenario: Scenario, precision: str, dialect: Dialect, observed: Rows) -> str:
    """The first treatment within rounding of what was observed, "" if none is.

    Args:
        scenario: one with steps that omit arrays.
        precision: what is stored.
        dialect: what the port computes where every array takes part.
        observed: (t, N) after the steps that were completed.
    """
    if not len(observed):
        return ""
    fed = replace(scenario, gradients=scenario.gradients[: len(observed)])
    sets = [set(step) for step in fed.gradients]
    answers: dict[str, Callable[[], bool]] = {
        KEPT: lambda: _fits(fed, precision, dialect, observed, lambda _name, _t: False),
        FORGOTTEN: lambda: _fits(
            fed, precision, dialect, observed, lambda name, t: name not in sets[t - 1]
        ),
        RESTARTED: lambda: _fits(
            fed, precision, dialect, observed, lambda _name, t: sets[t] != sets[t - 1]
        ),
        DECAYED: lambda: _fits(
            _with_zeros(fed), precision, dialect, observed, lambda _name, _t: False
        ),
    }
    with np.errstate(all="ignore"):
        return next((name for name, fits in answers.items() if fits()), "")


def _fits(
    scenario: Scenario,
    precision: str,
    dialect: Dialect,
    observed: Rows,
    starts_anew: Callable[[str, int], bool],
) -> bool:
    """Whether the dialect gives what was observed if arrays start anew at these steps."""
    columns: dict[str, slice] = {}
    start = 0
    for name, length in zip(scenario.names, scenario.lengths, strict=True):
        columns[name] = slice(start, start + length)
        start += length
    weights: dict[str, Rows] = {}
    gradients: list[Arrays] = []
    called: dict[str, str] = {}
    for t, step in enumerate(scenario.gradients):
        row: dict[str, Rows] = {}
        for name, values in step.items():
            if name not in called or (t and starts_anew(name, t)):
                called[name] = f"{name}, {len(weights)}"
                before = observed[t - 1, columns[name]] if t else scenario.weights[name]
                weights[called[name]] = before
            row[called[name]] = values
        gradients.append(row)
    fed = replace(scenario, weights=weights, gradients=gradients)
    golden = make(fed, dialect, precision)
    starts = dict(zip(fed.names, np.cumsum([0, *fed.lengths]).tolist(), strict=False))
    owners = {alias: alias.rpartition(", ")[0] for alias in weights}
    for t, named in enumerate(gradients):
        for alias in named:
            seen = observed[t, columns[owners[alias]]]
            place = slice(starts[alias], starts[alias] + len(seen))
            expected, radius = golden.weights[t, place], golden.envelope[t, place]
            near = same(expected, seen) | (np.abs(expected - seen) <= radius)
            if not near.all():
                return False
    return True


def _with_zeros(scenario: Scenario) -> Scenario:
    """The scenario in which every array takes part, those left out with gradients of zero."""
    zeros = {name: np.zeros(len(array)) for name, array in scenario.weights.items()}
    return replace(scenario, gradients=[{**zeros, **step} for step in scenario.gradients])
