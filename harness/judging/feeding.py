"""Scenarios fed to a port until its time is up, and what it remembers from one to the next."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from dataclasses import replace

import numpy as np

from harness.comparison.compare import Comparison
from harness.comparison.distance import same
from harness.model.limits import DEATHS, PORT_SECONDS
from harness.model.observation import Fault, Observation
from harness.model.words import GRADIENTS_CHANGED, ORDER, STATE_LEAKS, UNSTEADY, WIDENED
from harness.ports.port import Port
from harness.transport.base import Transport
from harness.transport.hosted import HostedTransport
from python_ref.golden import Golden
from python_ref.scenarios.scenario import Scenario


class Feeder:
    """Feeds scenarios until the port's time is up or it died too often in a row."""

    def __init__(self, transport: Transport, seconds: float = PORT_SECONDS) -> None:
        self._transport, self._seconds = transport, seconds
        self._deadline = time.monotonic() + seconds
        self._deaths = 0
        self.where = ""
        self.notes: list[str] = []

    def feed(self, scenario: Scenario, precision: str) -> Observation:
        """Feed one scenario."""
        return self.feed_all([scenario], precision)[0]

    def feed_all(self, scenarios: Sequence[Scenario], precision: str) -> list[Observation]:
        """Feed scenarios in turn; those behind the port's end are not run."""
        observations: list[Observation] = []
        answers = self._transport.run_many(scenarios, precision)
        asked = time.monotonic()
        while len(observations) < len(scenarios) and not self._over():
            observation = self._noted(next(answers))
            answered = time.monotonic()
            observations.append(replace(observation, seconds=answered - asked))
            asked = answered
        if isinstance(answers, Generator):
            answers.close()  # what was sent ahead is not awaited
        for scenario in scenarios[len(observations) :]:
            fault = Fault("not-run", self._over())
            observations.append(Observation(np.zeros((0, scenario.size)), fault=fault))
        return observations

    def _over(self) -> str:
        """Why nothing more is fed; empty while something is."""
        if self._deaths >= DEATHS:
            return f"its process had died {DEATHS} times in a row"
        late = time.monotonic() > self._deadline
        return f"its {self._seconds:.0f} s were used up" if late else ""

    def _noted(self, observation: Observation) -> Observation:
        fault, facts = observation.fault, observation.facts
        self._deaths = self._deaths + 1 if fault and fault.fatal else 0
        if facts.where and (not self.where or self.where == "nowhere"):
            self.where = facts.where
        if facts.gradients_changed:
            self.notes.append(GRADIENTS_CHANGED)
        if facts.widened:
            self.notes.append(WIDENED)
        return observation


# -- what a port remembers of other scenarios ------------------------------------------------------

Fed = Sequence[tuple[Golden, Observation]]


def _whole(fed: Fed) -> tuple[Golden, Observation] | None:
    """The first scenario that was answered whole, and its answer."""
    return next(((g, o) for g, o in fed if o.fault is None), None)


def answers_again(feeder: Feeder, fed: Fed) -> list[tuple[Golden, Observation]]:
    """The first scenario fed again at the end, where it is answered differently or fails.

    Twice again: a port may forget where what it is given changes its shape.
    """
    if (whole := _whole(fed)) is None:
        return []
    golden, before = whole
    again = feeder.feed_all([golden.scenario] * 2, golden.precision)
    return [
        (golden, o) for o in again if (o.fault.kind in ORDER if o.fault else _differ(o, before))
    ]


def differs_alone(
    port: Port,
    transport: Transport,
    feeder: Feeder,
    fed: Fed,
    comparisons: Sequence[Comparison],
) -> bool:
    """Whether what is not equal is answered differently by a process that was asked nothing else.

    Only for ports that no scenario meets fresh by itself: objects and commands.
    """
    if not (port.reference or port.command):
        return False
    unequal = [
        pair
        for pair, c in zip(fed, comparisons, strict=False)
        if c.fault is None and not c.equal and c.kind == "core"
    ]
    if not unequal:
        return False
    golden, before = unequal[-1]  # the one with the most behind it
    return _differ(_afresh(transport, feeder, golden), before)


def shared_by_objects(transport: Transport, fed: Fed) -> bool:
    """Whether another object of a port begins with what the first one left."""
    if not isinstance(transport, HostedTransport) or (whole := _whole(fed)) is None:
        return False
    golden, before = whole
    other = transport.run_beside(golden.scenario, golden.precision)
    return other is not None and other.fault is None and _differ(other, before)


def kind_of_memory(transport: Transport, feeder: Feeder, fed: Fed) -> str:
    """STATE_LEAKS; UNSTEADY of a port that differs with nothing to remember, chance for one."""
    golden = next(g for g, o in fed if o.fault is None)
    one, other = (_afresh(transport, feeder, golden) for _ in range(2))
    return UNSTEADY if other.fault is None and _differ(one, other) else STATE_LEAKS


def _afresh(transport: Transport, feeder: Feeder, golden: Golden) -> Observation:
    transport.restart()
    return feeder.feed(golden.scenario, golden.precision)


def _differ(one: Observation, other: Observation) -> bool:
    return one.fault is None and not bool(same(one.weights, other.weights).all())
