"""Targets that answer in this process: what a dialect gives, or worse, without a port."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.fuzzing.campaign import Budget, Conduct, Outcome
from harness.fuzzing.differences import Known
from harness.fuzzing.fuzz import _here as here
from harness.fuzzing.investigation import Investigation
from harness.fuzzing.regimes import REGIMES
from harness.fuzzing.scanning import Campaign, Chunk
from harness.fuzzing.sessions import Target
from harness.judging.memory import Memory
from harness.model.observation import Fault, Observation
from harness.ports.port import Port
from python_ref.dialects.dialect import Dialect
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

Answer = Callable[[Scenario, str], Observation]


def as_dialect(*deviations: str, **constants: float) -> Answer:
    """Answers as a dialect does."""
    made = Dialect(deviations, constants)

    def answer(scenario: Scenario, precision: str) -> Observation:
        return Observation(replay(scenario, [Hypothesis(made, precision=precision)]).weights[0])

    return answer


@dataclass
class Scripted:
    """A session whose answers are a function's.

    Attributes:
        answer: called for every scenario.
        asked: how many were fed.
        restarts: how often its process was started anew.
    """

    answer: Answer
    asked: int = 0
    restarts: int = 0
    deaths: int = 0
    name: str = "scripted"
    closed: bool = False
    order: list[Any] = field(default_factory=list)

    @property
    def transport(self) -> Scripted:
        return self

    def restart(self) -> None:
        self.restarts += 1

    def feed(self, scenarios: Sequence[Scenario], precision: str) -> list[Observation]:
        observations = []
        for scenario in scenarios:
            self.asked += 1
            observation = self.answer(scenario, precision)
            fatal = observation.fault is not None and observation.fault.fatal
            self.deaths = self.deaths + 1 if fatal else 0
            observations.append(observation)
        return observations


def target(name: str = "scripted", *precisions: str, claim: Dialect | None = None) -> Target:
    port = Port(name, "python", claim=claim or Dialect())
    return Target(port, "local", precisions or ("float64",), None, 10.0, {})


def campaign(*targets: Target, seed: int = 1, edge: bool = False) -> Campaign:
    """Every regime once: what guidance costs is its own test's."""
    return Campaign(targets or (target(),), seed, tuple(range(len(REGIMES))), edge)


def known(*dialects: Dialect | None) -> Known:
    return Known(tuple(d and {"float64": d, "float32": d} for d in dialects))


def conducted(
    given: Campaign,
    *sessions: Scripted,
    cases: int = 40,
    knows: Known | None = None,
    scanned: Callable[[Sequence[Chunk]], Any] | None = None,
    measured: bool = False,
) -> Outcome:
    """A campaign in this process, targets being what they claim as far as is known."""
    begin = knows or known(*(each.port.claim for each in given.targets))
    listed: Any = sessions
    investigation = Investigation(
        given, listed, Memory(seed=1, seconds=0.3), [begin], [(None,) * len(given.targets)]
    )

    conduct = Conduct(given, begin, scanned or here(given, listed), investigation)
    if not measured:  # what cases are worth takes longer than all else
        conduct._all_neighbours = ()
    conduct.run(Budget(cases))
    return conduct.outcome


DEAD = Fault("crashes", "the process ended", fatal=True)
