"""What a port would show on a scenario: evidence for the tests of the diagnosis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from support import scenario

from harness.diagnosis.diagnose import Diagnosis
from harness.model.evidence import Evidence
from python_ref.dialects.dialect import Dialect
from python_ref.numbers.arithmetic import PLAIN, Arithmetic
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

REFERENCE = Dialect()


def shown(
    name: str | Scenario = "page-ten-steps",
    found: Dialect = REFERENCE,
    arithmetic: Arithmetic = PLAIN,
    precision: str = "float64",
) -> Evidence:
    """What a port in this dialect shows on a scenario."""
    fed = scenario(name, precision) if isinstance(name, str) else name
    weights = replay(fed, [Hypothesis(found, arithmetic, precision)]).weights[0]
    return Evidence(fed.name, fed, precision, weights, np.ones(fed.steps, dtype=bool))


def elements(
    weights: Sequence[float], gradients: Sequence[Sequence[float]], **given: Any
) -> Scenario:
    """One array, its gradients step by step."""
    return Scenario(
        name="elements",
        catches="",
        **{"learning_rate": 0.001, "decay_rate": 0.9, "epsilon": 1e-8, **given},
        weights={"w": np.array(weights)},
        gradients=[{"w": np.array(row)} for row in gradients],
    )


def unseen(evidence: Evidence, *steps: int) -> Evidence:
    """The same with these steps not seen: NaN stands there."""
    seen, weights = evidence.seen.copy(), evidence.weights.copy()
    seen[list(steps)], weights[list(steps)] = False, math.nan
    return replace(evidence, seen=seen, weights=weights)


def explained(found: Diagnosis) -> tuple[Any, ...] | None:
    return found.best and (found.best.deviations, found.best.arithmetic)


def piece(size: int, steps: int, found: Dialect = REFERENCE, **options: float) -> Evidence:
    """One array of so many elements; its name says how many, and how many steps there are."""
    drawn = np.random.default_rng(size)
    fed = elements(drawn.normal(size=size).tolist(), drawn.normal(size=(steps, size)).tolist())
    return shown(replace(fed, name=f"{size} x {steps}", options=options), found)
