"""Two dialects compared: axes, sizes of the difference, for which settings they are the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.comparison.distance import same
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
        largest: the largest distance of a weight.
        share: the largest distance as a share of the longer of both ways of its weight; NaN where
            one is finite in one of them only.
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
    """Compare two dialects on two arrays of four elements, with gradients from 1e-4 to 1e3."""
    scenario = _problem()
    weights = replay(scenario, [Hypothesis(first), Hypothesis(second)]).weights
    start = np.concatenate([*scenario.weights.values()])
    differences = {step: _difference(weights[:, step - 1], start) for step in (1, STEPS)}
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


def _difference(weights: NDArray[np.float64], start: NDArray[np.float64]) -> Difference:
    a, b = weights
    with np.errstate(all="ignore"):
        apart = np.where(same(a, b), 0.0, np.abs(a - b))
        way = np.maximum(np.abs(a - start), np.abs(b - start))
        shares = np.divide(apart, way, out=np.zeros_like(apart), where=apart != 0)
    return Difference(float(apart.max()), float(shares.max()))


def _problem() -> Scenario:
    scale = np.array([1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0, 1000.0])
    signs = [1.0, 1.0, -1.0, 0.5, -0.25]
    return Scenario(
        name="stated problem",
        catches="",
        learning_rate=0.001,
        decay_rate=0.9,
        epsilon=1e-8,
        weights=_arrays(np.linspace(-1, 1, 8)),
        gradients=[_arrays(scale * signs[t % len(signs)]) for t in range(STEPS)],
    )


def _arrays(row: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Two arrays, so that what is done to each is another thing than what is done to all."""
    return {"a": row[:4], "b": row[4:]}
