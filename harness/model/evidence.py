"""What a diagnosis may use: scenarios that were fed, and the weights that were seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from harness.model.observation import Observation, Rows, flat_weights
from python_ref.golden import Golden
from python_ref.scenarios.scenario import Scenario


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
        moving_average: (T, N) likewise; None where the port does not show it.
        input_rounding: the same as `rounding` for the weights and gradients fed.
    """

    name: str
    scenario: Scenario
    precision: str
    weights: Rows
    seen: NDArray[np.bool_]
    rounding: float = 0.0
    moving_average: Rows | None = None
    input_rounding: float = 0.0

    @property
    def initial(self) -> Rows:
        """(N,) the weights before the first step."""
        return flat_weights(self.scenario)

    @property
    def steps(self) -> int:
        """The last step that was seen; further ones need not be replayed."""
        return int(np.flatnonzero(self.seen)[-1]) + 1 if self.seen.any() else 0

    def tells(self) -> tuple[int, int, int]:
        """How much can be read from it: arrays, elements, steps; more is better."""
        return (len(self.scenario.lengths), self.scenario.size, min(self.steps, 15))


def of_golden(golden: Golden, observation: Observation) -> Evidence:
    """What was observed for a golden, the steps that were completed."""
    return _of(golden.name, golden.scenario, golden.precision, observation)


def of_probe(scenario: Scenario, precision: str, observation: Observation) -> Evidence:
    """What was observed for a probe, likewise."""
    return _of(scenario.name, scenario, precision, observation)


def _of(name: str, scenario: Scenario, precision: str, observation: Observation) -> Evidence:
    def whole(rows: Rows) -> Rows:
        missing = np.full((scenario.steps - len(rows), scenario.size), np.nan)
        return np.concatenate([rows, missing])

    seen = np.arange(scenario.steps) < len(observation.weights)
    if observation.seen is not None:
        seen[: len(observation.seen)] &= observation.seen
    average = observation.moving_average
    return Evidence(
        name,
        scenario,
        precision,
        weights=whole(observation.weights),
        seen=seen,
        rounding=observation.rounding,
        moving_average=None if average is None else whole(average),
        input_rounding=observation.input_rounding,
    )


def shortened(evidence: Evidence, steps: int) -> Evidence:
    """The evidence without what was seen after so many steps; whole if nothing was before."""
    seen = evidence.seen & (np.arange(len(evidence.seen)) < steps)
    return replace(evidence, seen=seen) if seen.any() else evidence


def richest_first(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Those that tell most apart first."""
    return sorted(evidence, key=lambda e: ([-x for x in e.tells()], e.name))
