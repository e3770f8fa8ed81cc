"""Stepping many hypotheses at once: each distinct intermediate result is computed once.

A step runs through stages: gradient, average, mean, denominator, quotient, buffer, weights.
A stage has one row for every distinct way to compute its result, however many hypotheses
share it; rows are sorted by the choices that select a formula, so a formula is applied to a
slice, and each row knows which rows of the stages before it feeds on. The formulas themselves
stand in `kernels`. Hypotheses of different precision never share and are kept apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from python_ref.numbers.algebra import ALGEBRAS, Algebra
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.engine import Engine
from python_ref.stepping.hypothesis import Hypothesis, Points
from python_ref.stepping.plan import Plan
from python_ref.stepping.stages import Codes


class Stepper:
    """Steps hypotheses over a scenario, one step a call; those refuted may be dropped between.

    Args:
        scenario: what is fed.
        hypotheses: in the order of the rows that `step` returns, or as points.
        algebras: precision to the numbers computed with; floats unless said.
    """

    def __init__(
        self,
        scenario: Scenario,
        hypotheses: Sequence[Hypothesis] | Points,
        algebras: Mapping[str, Algebra] = ALGEBRAS,
    ) -> None:
        points = hypotheses if isinstance(hypotheses, Points) else Points.of(hypotheses)
        self._size = scenario.size
        self._calls = list(scenario.layout.calls)
        self._count = len(points.formula)
        self._taken = 0
        names = [hypothesis.effective_precision for hypothesis in points.formulas]
        precision = np.array(names)[points.formula] if names else np.array([], dtype=str)
        self._parts = []
        for name in dict.fromkeys(names):
            rows = np.flatnonzero(precision == name)
            algebra = algebras[name]
            with np.errstate(all="ignore"):
                plan = Plan(scenario, points.rows(rows), algebra)
            self._parts.append((rows, Engine(plan, algebra)))

    def step(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Take the next step; return weights and moving averages, (H, N) each.

        Raises:
            IndexError: the scenario has no further step.
        """
        shape = (self._count, self._size)
        weights, average = np.empty(shape), np.empty(shape)
        for rows, (w, v) in self.step_parts():
            weights[rows], average[rows] = w, v
        return weights, average

    def step_parts(self) -> Iterator[tuple[Codes, tuple[Any, Any]]]:
        """Take the next step; yield rows with weights and averages in the algebra's numbers."""
        call = self._calls[self._taken]
        self._taken += 1
        with np.errstate(all="ignore"):
            results = [(rows, engine.step(call)) for rows, engine in self._parts]
        yield from results

    def buffers(self) -> NDArray[np.float64]:
        """The momentum buffers as they stand, (H, N); zeros where there are none."""
        result = np.empty((self._count, self._size))
        for rows, engine in self._parts:
            stage = engine.plan.buffer
            result[rows] = stage.state["kept"][stage.uses[""]]
        return result

    def put(self, weights: NDArray[np.float64], buffers: NDArray[np.float64]) -> None:
        """Go on from these weights and momentum buffers, (H, N) each, of storable numbers.

        Hypotheses that share a row by computing the same must be given the same.
        """
        for rows, engine in self._parts:
            for stage, values in ((engine.plan.weights, weights), (engine.plan.buffer, buffers)):
                stage.state["kept"][stage.uses[""]] = values[rows]

    def keep(self, mask: NDArray[np.bool_]) -> None:
        """Drop the hypotheses where `mask` (H,) is false; those left are renumbered in order."""
        renumbered = np.cumsum(mask) - 1
        parts = []
        for rows, engine in self._parts:
            left = mask[rows]
            if left.any():
                engine.plan.keep(left)
                parts.append((renumbered[rows[left]], engine))
        self._parts = parts
        self._count = int(mask.sum())


@dataclass(frozen=True)
class Replay:
    """Trajectories of H hypotheses over T steps of N elements, arrays one after another.

    Attributes:
        weights: (H, T, N) after every step; exact also where float32 is stored.
        moving_average: (H, T, N) of squared gradients; NaN where a dialect keeps none.
    """

    weights: NDArray[np.float64]
    moving_average: NDArray[np.float64]


def replay(
    scenario: Scenario,
    hypotheses: Sequence[Hypothesis],
    steps: int | None = None,
    before_each: Callable[[], None] = lambda: None,
) -> Replay:
    """Step `scenario` under every hypothesis at once, `steps` steps or all of them.

    `before_each` is called before each step; what it raises ends the replay.
    """
    total = scenario.steps if steps is None else min(steps, scenario.steps)
    shape = (len(hypotheses), total, scenario.size)
    weights, average = np.empty(shape), np.empty(shape)
    stepper = Stepper(scenario, hypotheses)
    for t in range(total):
        before_each()
        weights[:, t], average[:, t] = stepper.step()
    return Replay(weights, average)
