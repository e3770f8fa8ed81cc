"""What a diagnosis may use: scenarios that were fed, and the weights that were seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.transport.base import Observation, Rows
from python_ref.golden import Golden
from python_ref.scenarios import Scenario


@dataclass(frozen=True)
class Evidence:
    """One scenario and what a port gave for it.

    Attributes:
        name: how the scenario is called.
        scenario: the inputs.
        precision: what is stored: float64 or one of the float32 kinds.
        weights: (T, N) observed; rows that were not seen hold anything.
        seen: (T,) which steps were.
        rounding: half a unit of the last digit that was printed; 0 where numbers are whole.
    """

    name: str
    scenario: Scenario
    precision: str
    weights: Rows
    seen: NDArray[np.bool_]
    rounding: float = 0.0

    @property
    def initial(self) -> Rows:
        """(N,) the weights before the first step."""
        return np.concatenate([np.zeros(0), *self.scenario.weights.values()])

    @property
    def steps(self) -> int:
        """The last step that was seen; further ones need not be replayed."""
        return int(np.flatnonzero(self.seen)[-1]) + 1 if self.seen.any() else 0

    def tells(self) -> tuple[int, int, int]:
        """How much can be read from it: arrays, elements, steps; more is better."""
        return (len(self.scenario.lengths), self.scenario.size, min(self.steps, 15))


def of_golden(golden: Golden, observation: Observation) -> Evidence:
    """What was observed for a golden, the steps that were completed."""
    completed = len(observation.weights)
    weights = np.full((golden.scenario.steps, golden.scenario.size), np.nan)
    weights[:completed] = observation.weights
    seen = np.arange(golden.scenario.steps) < completed
    return Evidence(golden.name, golden.scenario, golden.precision, weights, seen)


def richest_first(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Those that tell most apart first; long ones, which are dear to replay, last."""
    return sorted(evidence, key=lambda e: (e.steps > 50, [-x for x in e.tells()], e.name))
