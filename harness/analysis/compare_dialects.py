"""Two dialects compared: axes, sizes of the difference, for which settings they are the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.equivalence import equivalence
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

STEPS = 1000


@dataclass(frozen=True)
class Difference:
    """How far the weights of two dialects are apart.

    Attributes:
        largest: the largest distance of a weight; NaN where none is a number.
        share: the largest distance as a share of the way its weight has moved.
    """

    largest: float
    share: float


@dataclass(frozen=True)
class DialectComparison:
    """What differs between two dialects.

    Attributes:
        axes: the axes that differ, with both values.
        equivalence: when they are the same: always, never, or "constant learning rate".
        problem: what the differences were measured on.
        differences: by step, how far the weights are apart after it.
    """

    axes: Mapping[str, tuple[str, str]]
    equivalence: str
    problem: Scenario
    differences: Mapping[int, Difference]


def compare_dialects(first: Dialect, second: Dialect) -> DialectComparison:
    """Compare two dialects on eight elements with gradients from 1e-4 to 1e3."""
    scenario = _problem()
    weights = replay(scenario, [Hypothesis(first), Hypothesis(second)]).weights
    differences = {}
    for step in (1, STEPS):
        a, b = weights[0, step - 1], weights[1, step - 1]
        with np.errstate(all="ignore"):
            apart = np.abs(a - b)
            way = np.abs(a - np.concatenate([*scenario.weights.values()]))
            relative = np.where(apart == 0, 0.0, apart / np.where(way > 0, way, np.nan))
        differences[step] = Difference(_largest(apart), _largest(relative))
    return DialectComparison(
        axes={
            axis: (first.choice(axis), second.choice(axis))
            for axis in AXES
            if first.choice(axis) != second.choice(axis)
        },
        equivalence=equivalence(first, second),
        problem=scenario,
        differences=differences,
    )


def _largest(values: NDArray[np.float64]) -> float:
    return float("nan") if np.isnan(values).all() else float(np.nanmax(values))


def _problem() -> Scenario:
    scale = np.array([1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0, 1000.0])
    signs = [1.0, 1.0, -1.0, 0.5, -0.25]
    return Scenario(
        name="stated problem",
        catches="",
        learning_rate=0.001,
        decay_rate=0.9,
        epsilon=1e-8,
        weights={"w": np.linspace(-1, 1, 8)},
        gradients=[{"w": scale * signs[t % len(signs)]} for t in range(STEPS)],
    )
