"""What every transport carries: a scenario there, an observation or a fault back."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from python_ref.scenarios import Scenario

Rows = NDArray[np.float64]


@dataclass(frozen=True)
class Fault:
    """Why a port gave no (whole) answer.

    Attributes:
        kind: the verdict it amounts to: does-not-compile, crashes, times-out, garbled,
            unsupported or not-run.
        message: what happened, for people.
        step: the step it happened in, from 1; None outside the steps.
        fatal: the port's process ended, or had to be ended, with it.
    """

    kind: str
    message: str
    step: int | None = None
    fatal: bool = False


@dataclass(frozen=True)
class Facts:
    """What was seen beside the numbers.

    Attributes:
        where: the weights were found "in place", "replaced" (new entries in the map given),
            "returned", or "nowhere" (neither what was given nor what came back changed).
        gradients_changed: the port wrote to the gradients it was given.
        widened: float32 was given and something wider came back.
        pair: of a returned pair of weights and state, the weights were the "first" or the
            "second"; empty where there was none, or the host settles it for itself.
    """

    where: str = ""
    gradients_changed: bool = False
    widened: bool = False
    pair: str = ""


@dataclass(frozen=True)
class Observation:
    """What a port did with a scenario.

    Attributes:
        weights: (t, N) after each of the t steps that were completed.
        moving_average: (t, N), or None where it is not visible.
        fault: what ended it early, if anything.
    """

    weights: Rows
    moving_average: Rows | None = None
    fault: Fault | None = None
    facts: Facts = field(default_factory=Facts)


@dataclass(frozen=True)
class Description:
    """What a port says of itself once it is reached.

    Attributes:
        precisions: float64 and/or float32 (or float32_double): the goldens it can be fed.
        state: whether the moving average will be in every observation.
        roles: the hyperparameters and options it takes.
    """

    name: str
    language: str
    precisions: tuple[str, ...]
    state: bool = False
    roles: tuple[str, ...] = ()


class Unreachable(Exception):
    """A port cannot be asked (any more); carries the fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def closed() -> Unreachable:
    """What a transport raises that is asked after it was closed: the run was ended."""
    return Unreachable(Fault("not-run", "the run was ended before this", fatal=True))


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


def flat_gradients(scenario: Scenario, start: int, stop: int) -> tuple[Rows, bytes]:
    """Steps start..stop of the gradients as (steps, N) and, a byte each, who takes part."""
    steps = [scenario.gradients[t] for t in range(start, stop)]
    names = scenario.names
    if all(len(step) == len(names) for step in steps):
        rows = [np.concatenate([step[name] for name in names]) if names else () for step in steps]
        return np.array(rows, dtype=np.float64), b"\1" * (len(steps) * len(names))
    blank = {name: np.zeros(n) for name, n in zip(names, scenario.lengths, strict=True)}
    rows = [np.concatenate([step.get(name, blank[name]) for name in names]) for step in steps]
    present = bytes(name in step for step in steps for name in names)
    return np.array(rows, dtype=np.float64), present


def flat_weights(scenario: Scenario) -> Rows:
    """The initial weights, (N,)."""
    arrays = list(scenario.weights.values())
    return np.concatenate(arrays) if arrays else np.zeros(0)


def facts_of(found: dict[str, Any]) -> Facts:
    """Read the facts a host reports."""
    return Facts(
        where=str(found.get("where", "")),
        gradients_changed=bool(found.get("gradients_changed", False)),
        widened=bool(found.get("widened", False)),
        pair=str(found.get("pair", "")),
    )


def fault_of(failure: dict[str, Any]) -> Fault:
    """Read the failure a host reports."""
    step = failure.get("step")
    return Fault(str(failure["kind"]), str(failure["message"]), None if step is None else int(step))


def offered(scenario: Scenario, roles: Sequence[str]) -> dict[str, float]:
    """What a bound port is given for the hyperparameters and options it takes, by role.

    An option that it demands and the scenario does not have is given the value that does
    nothing.
    """
    values = {
        "learning_rate": scenario.learning_rate,
        "decay_rate": scenario.decay_rate,
        "epsilon": scenario.epsilon,
        "momentum": 0.0,
        "weight_decay": 0.0,
        "clip": math.inf,
        "mean_decay": scenario.decay_rate,
        **scenario.options,
    }
    return {role: values[role] for role in roles}
