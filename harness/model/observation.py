"""What a port did with a scenario: its weights step by step, or the fault that ended it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from python_ref.scenarios.scenario import Scenario

Rows = NDArray[np.float64]


def is_float32(values: Rows) -> bool:
    """Whether float32 holds all of these, NaN and infinity included."""
    with np.errstate(over="ignore"):
        return np.array_equal(values, values.astype(np.float32), equal_nan=True)


REPORTED = "reported"
"""The `error` of a fault that a command reported of itself, in words of its own."""


@dataclass(frozen=True)
class Fault:
    """Why a port gave no (whole) answer.

    Attributes:
        kind: the verdict it amounts to: does-not-compile, crashes, times-out, garbled,
            unsupported or not-run.
        message: what happened, for people.
        step: the step it happened in, from 1, 0 while it was constructed; None outside of both.
        fatal: the port's process ended, or had to be ended, with it.
        error: the nearest class of the exception that the language has itself, without its
            package; REPORTED; "" where there was none.
        line: where it came from in the port's own source; None where that is not known.
        misread: what came back is no array at all; perhaps it was called wrongly.
        own: whether the port lacks something that nothing in its source makes, so that it fails
            however it is called; False where its source would have made it in another call first.
    """

    kind: str
    message: str
    step: int | None = None
    fatal: bool = False
    error: str = ""
    line: int | None = None
    misread: bool = False
    own: bool | None = None


@dataclass(frozen=True)
class Facts:
    """What was seen beside the numbers.

    Attributes:
        where: the weights are "in place", "replaced" (new entries in the map given),
            "returned", or "nowhere" (neither what was given nor what came back changed).
        gradients_changed: the port wrote to the gradients it was given.
        widened: float32 was given and something wider came back.
        pair: of a returned pair of weights and state, the weights were the "first" or the
            "second"; empty where there was none, or the host settles it for itself.
        container: what held the weights that were handed over: "map", "list" or "array".
        unread: the type of an object that came back while no weight moved, where nobody knows
            what it holds; empty for none.
        missed: what gradients by their names were asked for and do not have, while no weight
            moved: they may go by other names.
    """

    where: str = ""
    gradients_changed: bool = False
    widened: bool = False
    pair: str = ""
    container: str = ""
    unread: str = ""
    missed: str = ""


@dataclass(frozen=True)
class Observation:
    """What a port did with a scenario, or what somebody wrote down of an optimizer.

    Attributes:
        weights: (t, N) after each of the t steps that were completed; NaN where one was not seen.
        moving_average: (t, N), or None where it is not visible.
        fault: what ended it early, if anything.
        seen: (t,) which steps were; None for all of them.
        rounding: half a unit of the last digit that was printed; 0 where numbers are whole.
        input_rounding: the same for the weights and gradients that were fed.
        seconds: how long it was waited for; 0 where that was not measured.
    """

    weights: Rows
    moving_average: Rows | None = None
    fault: Fault | None = None
    facts: Facts = field(default_factory=Facts)
    seen: NDArray[np.bool_] | None = None
    rounding: float = 0.0
    input_rounding: float = 0.0
    seconds: float = 0.0


class Unreachable(Exception):
    """A port cannot be asked (any more); carries the fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


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
