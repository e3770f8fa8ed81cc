"""Two dialects held against each other: axes, sizes of the difference, when they are the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.equivalence import equivalence
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

STEPS = 1000
_WORDS = {
    "always": "always, whatever the settings and the input",
    "constant learning rate": "as long as the learning rate is constant",
    "never": "never: some input tells them apart whatever the settings",
}


@dataclass(frozen=True)
class Compared:
    """What differs between two dialects.

    Attributes:
        axes: the axes that differ, with both values.
        equivalence: for which settings they are the same, in words.
        problem: what the differences were measured on, in words.
        differences: step to the largest difference of a weight, in words.
    """

    axes: Mapping[str, tuple[str, str]]
    equivalence: str
    problem: str
    differences: Mapping[int, str]


def compare_dialects(first: Dialect, second: Dialect) -> Compared:
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
        worst = float(np.nanmax(apart)) if not np.isnan(apart).all() else float("nan")
        share = float(np.nanmax(relative)) if not np.isnan(relative).all() else float("nan")
        differences[step] = f"at most {worst:.3g} apart, {share:.2%} of the way a weight has moved"
    return Compared(
        axes={
            axis: (first.choice(axis), second.choice(axis))
            for axis in AXES
            if first.choice(axis) != second.choice(axis)
        },
        equivalence=_WORDS[equivalence(first, second)],
        problem=(
            f"{STEPS} steps of eight weights, gradients from 1e-4 to 1e3 that change sign,"
            f" learning rate {scenario.learning_rate:g}, decay rate {scenario.decay_rate:g},"
            f" epsilon {scenario.epsilon:g}"
        ),
        differences=differences,
    )


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
