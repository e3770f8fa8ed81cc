"""How far two calls drift apart, measured on stated problems: replayed in float64, step by step.

Gradients are given, of ordinary size and so tiny that epsilon counts, at a constant learning rate
and at one that falls tenfold after each third of the steps.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from harness.analysis.translate.algebra import formula
from python_ref.dialects.dialect import Dialect
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

STEPS = 1000
ELEMENTS = 8
ORDINARY = (1e-3, 10.0)
"""From which to which size gradients are ordinary."""
TINY = (0.1, 100.0)
"""From which to which multiple of epsilon, or of its root where it is inside, they are tiny."""
# Of what size tiny gradients are where there is no epsilon.
_NO_EPSILON = 1e-8
PROBLEMS = tuple(product(("ordinary", "tiny"), (False, True)))
"""Of which size gradients are, and whether the learning rate falls."""
FALLS = 3
"""Into how many parts the schedule divides the steps; the rate falls tenfold from one to the next.
"""


@dataclass(frozen=True)
class Configured:
    """What a call computes: a formula and all that it is computed with.

    Attributes:
        dialect: the formula.
        values: the three hyperparameters, and the options in use.
    """

    dialect: Dialect
    values: Mapping[str, float]

    @property
    def reach(self) -> float:
        """The size of gradients that epsilon is as large as."""
        epsilon = self.values["epsilon"]
        inside = self.dialect.choice("epsilon") == "inside"
        return (math.sqrt(epsilon) if inside else epsilon) or _NO_EPSILON


@dataclass(frozen=True)
class Drift:
    """How far two calls are apart on one problem, after any of its steps.

    Attributes:
        gradients: "ordinary" or "tiny".
        schedule: whether the learning rate falls.
        share: the largest distance of a weight, as a share of the longest way that this weight
            has gone in the first; NaN where a weight is a number in one of them only.
    """

    gradients: str
    schedule: bool
    share: float


def drifts(
    first: Configured, others: Sequence[Configured], *, rounded: bool = False
) -> list[tuple[Drift, ...]]:
    """How far each of several calls drifts from the first, on every problem.

    Args:
        first: what the others are to compute.
        others: the calls.
        rounded: whether hyperparameters pass through float32 where a library takes them so.
    """
    measured: list[list[Drift]] = [[] for _ in others]
    for gradients, schedule in PROBLEMS:
        rows = _weights([first, *others], gradients, first.reach, schedule, rounded)
        for row_drifts, row in zip(measured, rows[1:], strict=True):
            row_drifts.append(Drift(gradients, schedule, share(rows[0], row)))
    return [tuple(row_drifts) for row_drifts in measured]


def worst(drift: Sequence[Drift]) -> tuple[bool, float]:
    """What orders drifts: whether a weight was lost, and the largest share."""
    shares = [d.share for d in drift]
    return any(map(math.isnan, shares)), max((s for s in shares if not math.isnan(s)), default=0.0)


def fed(gradients: str, reach: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The weights at the start (N,) and the gradients (T, N) of a problem.

    Args:
        gradients: "ordinary" or "tiny".
        reach: the size of gradients that epsilon is as large as.
    """
    low, high = ORDINARY if gradients == "ordinary" else (TINY[0] * reach, TINY[1] * reach)
    scale = np.geomspace(low, high, ELEMENTS)
    return np.linspace(-1, 1, ELEMENTS), _noise() * scale


def rates(learning_rate: float, schedule: bool) -> NDArray[np.float64]:
    """The learning rate of each step, (T,)."""
    part = np.arange(STEPS) * FALLS // STEPS
    return np.asarray(learning_rate * 10.0**-part if schedule else np.full(STEPS, learning_rate))


def _arrays(row: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Two arrays, so that clipping each is another thing than clipping all."""
    return {"a": row[: ELEMENTS // 2], "b": row[ELEMENTS // 2 :]}


@cache
def _noise() -> NDArray[np.float64]:
    """Gradients of both signs whose mean is half their spread, (T, N); the same every time."""
    return np.random.default_rng(16).standard_normal((STEPS, ELEMENTS)) + 0.5


def _weights(
    calls: Sequence[Configured], gradients: str, reach: float, schedule: bool, rounded: bool
) -> NDArray[np.float64]:
    """The weights before the first and after every step of each call: (C, T + 1, N)."""
    start, slopes = fed(gradients, reach)
    trajectories = np.empty((len(calls), STEPS + 1, ELEMENTS))
    trajectories[:, 0] = start
    by_rate: dict[float, list[int]] = {}
    for i, call in enumerate(calls):
        by_rate.setdefault(call.values["learning_rate"], []).append(i)
    for rate, rows in by_rate.items():
        scenario = Scenario(
            gradients,
            "",
            rate,
            0.0,
            0.0,
            _arrays(start),
            [_arrays(slope) for slope in slopes],
            learning_rates=tuple(rates(rate, schedule).tolist()) if schedule else (),
        )
        hypotheses = [Hypothesis(_own(calls[i], rounded)) for i in rows]
        trajectories[rows, 1:] = replay(scenario, hypotheses).weights
    return trajectories


def _own(call: Configured, rounded: bool) -> Dialect:
    """The formula with all constants but the learning rate, which the problem gives."""
    constants = {name: value for name, value in call.values.items() if name != "learning_rate"}
    written = (call.dialect if rounded else formula(call.dialect)).deviations
    ignored = [f"{axis}=ignored" for axis in ("decay_rate", "eps")]
    assert set(HYPERPARAMETERS) <= call.values.keys()
    return Dialect([*written, *ignored], constants)


def share(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """The largest distance of two trajectories (T + 1, N) in the ways of the first's weights."""
    with np.errstate(all="ignore"):
        distance = np.abs(a - b)
        way = np.nanmax(np.abs(a - a[0]), axis=0)
        if (np.isfinite(a) != np.isfinite(b)).any():
            return math.nan
        distance = np.where(np.isfinite(a), distance, 0.0)
        shares = np.where(distance == 0, 0.0, distance / np.where(way > 0, way, np.nan))
    return float("inf") if np.isnan(shares).any() else float(shares.max())


def pairwise(calls: Sequence[Configured], gradients: str) -> NDArray[np.float64]:
    """How far every two calls drift apart at a constant learning rate: (C, C) shares.

    Args:
        calls: of one learning rate, decay rate and epsilon, as far as they can be chosen.
        gradients: "ordinary" or "tiny"; those are as large as the first one's epsilon.
    """
    rows = _weights(calls, gradients, calls[0].reach, False, False)
    return np.array([[share(a, b) for b in rows] for a in rows])
