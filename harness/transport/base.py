"""How every transport is asked: a scenario there, an observation or a fault back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from harness.model.observation import Fault, Observation, Rows, Unreachable
from python_ref.scenarios.scenario import Scenario


@dataclass(frozen=True)
class Description:
    """What a port says of itself once it is reached.

    Attributes:
        language: what it is written in, "" where it does not say.
        precisions: float64 and/or float32 (or float32_double): the goldens it can be fed.
        container: what it is handed weights in: "map", "list", "array"; "" where it is fed whole
            scenarios.
        roles: the hyperparameters and options that it takes; empty where that is not known.
    """

    language: str
    precisions: tuple[str, ...]
    container: str = ""
    roles: tuple[str, ...] = ()


def closed() -> Unreachable:
    """What a transport raises that is asked after it was closed: the run was ended."""
    return Unreachable(Fault("not-run", "the run was ended before this test case", fatal=True))


class Transport(Protocol):
    """One port, reached in one way. Every scenario meets a fresh port."""

    name: str

    def describe(self) -> Description:
        """Load and bind the port. Raises Unreachable."""

    def run(self, scenario: Scenario, precision: str) -> Observation:
        """Feed a whole scenario; faults come back inside the observation."""

    def run_many(self, scenarios: Sequence[Scenario], precision: str) -> Iterator[Observation]:
        """Feed whole scenarios in turn; a fault is that of its own scenario alone."""

    def stream(self, scenario: Scenario, precision: str) -> Iterator[Rows]:
        """Feed a scenario step by step, yielding (N,) weights. Raises Unreachable."""

    def restart(self) -> None:
        """End the process; the next scenario meets a new one, which was never asked anything."""

    def close(self) -> None:
        """End everything that was started, for good; any thread may, whatever another awaits."""
