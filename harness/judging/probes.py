"""More questions for a port: scenarios that tell dialects apart which the goldens do not.

Each is made of what separates RMSProps in practice: an epsilon that is large against the
gradient, gradients that vanish or stay constant for long, weights that are large against the
step. All arrays take part in every step: what a port does where some are left out tells
nothing of its formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from python_ref.dialects.dialect import Dialect
from python_ref.rounding.envelope import running_envelopes
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay


def _scenario(
    name: str,
    hyperparameters: tuple[float, float, float],
    weights: dict[str, list[float]],
    gradients: list[dict[str, list[float]]],
) -> Scenario:
    learning_rate, decay_rate, epsilon = hyperparameters
    return Scenario(
        name=name,
        catches="",
        learning_rate=learning_rate,
        decay_rate=decay_rate,
        epsilon=epsilon,
        weights={key: np.array(values) for key, values in weights.items()},
        gradients=[{k: np.array(v) for k, v in step.items()} for step in gradients],
    )


def _constant() -> Scenario:
    step = {"a": [0.75, -0.5, 0.25], "b": [1.5, -3.0]}
    return _scenario(
        "probe-constant-gradients",
        (0.017, 0.71, 0.6),
        {"a": [2.0, -1.0, 0.5], "b": [0.25, -4.0]},
        [step] * 30,
    )


def _bursts() -> Scenario:
    loud = {"a": [6.0, -5.0, 4.0, 3.5], "b": [2.5, -7.0, 1.25]}
    quiet = {"a": [0.01, 0.0, -0.02, 0.03], "b": [0.0, 0.015, -0.005]}
    return _scenario(
        "probe-bursts",
        (0.23, 0.37, 0.05),
        {"a": [9.0, -8.0, 7.0, -6.0], "b": [5.0, 4.0, -3.0]},
        [loud, quiet, quiet, loud, quiet, quiet, quiet, loud],
    )


def _heavy_weights() -> Scenario:
    return _scenario(
        "probe-heavy-weights",
        (0.5, 0.6, 1.5),
        {"a": [300.0, -200.0, 100.0], "b": [-50.0, 25.0]},
        [
            {"a": [x * 0.1, 0.0, -0.3], "b": [0.2 * x, -0.7]}
            for x in (1.0, -2.0, 0.5, 3.0, 0.0, 1.5)
        ],
    )


PROBES: Sequence[Scenario] = (_constant(), _bursts(), _heavy_weights())


def best_probe(
    dialects: Sequence[Dialect], precision: str, used: Sequence[str] = ()
) -> Scenario | None:
    """The probe that tells most pairs of dialects apart for certain; None if none does any.

    Args:
        dialects: what still fits a port, two at least.
        precision: what the port stores.
        used: names of the probes that it was fed already.
    """
    best, most = None, 0
    for probe in PROBES:
        if probe.name in used:
            continue
        scenario = probe.in_precision(precision)
        pairs = apart(dialects, scenario, precision)
        if len(pairs) > most:
            best, most = scenario, len(pairs)
    return best


def apart(dialects: Sequence[Dialect], scenario: Scenario, precision: str) -> list[tuple[int, int]]:
    """The pairs of dialects, by their places, that a scenario tells apart beyond rounding."""
    weights = replay(scenario, [Hypothesis(d, precision=precision) for d in dialects]).weights
    bounds = running_envelopes(scenario, precision, dialects)
    with np.errstate(all="ignore"):
        return [
            (i, j)
            for i, j in combinations(range(len(dialects)), 2)
            if (np.abs(weights[i] - weights[j]) > 2 * (bounds[i] + bounds[j])).any()
        ]
