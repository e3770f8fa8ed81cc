"""How every transport is asked: a scenario there, an observation or a fault back."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from harness.model.observation import Fault, Observation, Rows, Unreachable
from python_ref.dialects.dialect import Dialect
from python_ref.scenarios.scenario import Scenario

# What a port does before it is fed: imports that are compiled on the way, a runtime that starts.
# Machines are loaded at times; but it ends.
LOADING_SECONDS = 60.0
# What is imported by name is installed: a library, which may be a thousand modules.
LIBRARY_SECONDS = 240.0
# What is called for the first time may be compiled first, or import more.
_FIRST = 2.0
# A first call of so much of a scenario's time was slow for such a reason.
_SLOW = 0.25


class Patience:
    """How long an answer is waited for: a scenario's time, and more for the first of a process.

    Args:
        timeout: seconds for one scenario.
    """

    def __init__(self, timeout: float) -> None:
        self._timeout, self._first, self._slow = timeout, True, False

    @property
    def seconds(self) -> float:
        """What the next scenario has."""
        return self._timeout * (_FIRST if self._first else 1.0)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Take the time of a scenario that is fed; a first one may show that it is slow."""
        begun = time.monotonic()
        yield
        took = time.monotonic() - begun
        self._slow |= self._first and _SLOW * self._timeout < took < self.seconds

    def tried(self) -> None:
        """The first scenario was fed: from here on each has a scenario's time."""
        self._first = False

    def again(self) -> bool:
        """In a new process: whether its first scenario may be slow, and has more time."""
        self._first, self._slow = self._slow, False
        return self._first


@dataclass(frozen=True)
class Called:
    """The optimizer of a library, as its settings have it.

    Attributes:
        title: how it is called, for people: "torch.optim:RMSprop(centered=True)".
        claim: what it is by the table of libraries; None where that does not have it.
        fixed: hyperparameters and options that its settings give, whatever a scenario says.
    """

    title: str
    claim: Dialect | None
    fixed: Mapping[str, float]


@dataclass(frozen=True)
class Description:
    """What a port says of itself once it is reached.

    Attributes:
        language: what it is written in, "" where it does not say.
        precisions: float64 and/or float32 (or float32_double): the goldens it can be fed.
        container: what it is handed weights in: "map", "list", "array"; "" where it is fed whole
            scenarios.
        roles: the hyperparameters and options that it takes; nobody knows of
            one that is fed whole scenarios.
        misread: a number that it was sent and what it echoed instead; None if none.
        guessed: what is called, where that rests on more than names and types; else empty.
        chosen: of several that fit it is the one that is called RMSProp.
        among: what is bound, where several fit and none is called RMSProp; else empty.
        given: what it is given because that says RMSProp; else empty.
        otherwise: where it asks whether RMSProp is meant, and is not told so; else empty.
        unlike: methods of the name that is called which make other weights of the same numbers.
        called: of the optimizer of a library, what its settings make of it.
    """

    language: str
    precisions: tuple[str, ...]
    container: str = ""
    roles: tuple[str, ...] = ()
    misread: tuple[float, float] | None = None
    guessed: str = ""
    chosen: bool = False
    among: str = ""
    given: str = ""
    otherwise: str = ""
    unlike: tuple[str, ...] = ()
    called: Called | None = None


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
