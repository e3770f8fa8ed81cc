"""One port over one transport against the goldens: observations in, a result out."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from harness.comparison.compare import Comparison, compare_all, compare_streamed
from harness.comparison.distance import same
from harness.diagnosis.diagnose import Probe
from harness.judging.decoding import lossy
from harness.judging.drawn import drawn
from harness.judging.goldens import options_of, vouch
from harness.judging.memory import Memory
from harness.judging.probes import best_probe
from harness.judging.verdict import Result, conclude, of_port
from harness.model.evidence import Evidence, of_golden, of_probe
from harness.model.observation import Fault, Observation, Unreachable
from harness.model.words import (
    AFRESH,
    CHOSEN,
    GOOD,
    GRADIENTS_CHANGED,
    ORDER,
    STATE_LEAKS,
    UNDECIDED,
    UNSTEADY,
    WIDENED,
)
from harness.ports.binding import BindingError
from harness.ports.port import Port
from harness.transport.base import Description, Transport
from python_ref.dialects.dialect import Dialect
from python_ref.golden import Golden, make
from python_ref.numbers.arithmetic import Arithmetic
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS
from python_ref.scenarios.large import large
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis

# A whole port's time, whatever it does; and the deaths in a row that end it.
PORT_SECONDS = 60.0
DEATHS = 3

Goldens = Callable[[Port, str], Sequence[Golden]]
"""The goldens to feed a port in a precision."""


def judge(
    port: Port,
    transport: Transport,
    goldens: Goldens,
    *,
    memory: Memory | None = None,
    edge_decides: bool = False,
    streamed: bool = False,
    seconds: float = PORT_SECONDS,
) -> Result:
    """Feed a port every golden of its precisions and judge it.

    Args:
        port: what is judged.
        transport: how it is reached.
        goldens: what it is fed.
        memory: the run's.
        edge_decides: edge goldens decide, too.
        streamed: a port that is exact is also fed the scenario that is too large for a golden.
        seconds: the time it has in all.

    Raises:
        BindingError: the source's shape says too little, or too much.
    """
    memory = memory or Memory()
    try:
        described = transport.describe()
    except Unreachable as error:
        return conclude(port, transport.name, fault=error.fault)
    if called := described.called:
        claim = called.claim if port.wanted.claimed is None else None
        port = replace(port, claim=claim or port.claim, fixed=called.fixed)
    feeder = _Feeder(transport, time.monotonic() + seconds)
    if described.chosen:
        feeder.notes.append(CHOSEN)
    fed: list[tuple[Golden, Observation]] = []
    comparisons: list[Comparison] = []
    for precision in described.precisions:
        wanted = [g for g in goldens(port, precision) if _feedable(g, described)]
        observations = feeder.feed_all([golden.scenario for golden in wanted], precision)
        pairs = list(zip(wanted, observations, strict=True))
        comparisons.extend(compare_all(pairs, memory.replays))
        fed.extend(pairs)
    again = _fed_again(feeder, fed)
    comparisons.extend(compare_all(again, memory.replays))
    remembers = ""
    if any(o.fault is None for _, o in again) or _alone(port, transport, feeder, fed, comparisons):
        remembers = _kind_of_memory(transport, feeder, fed)
        feeder.notes.append(remembers)
    verdict = of_port(comparisons, edge_decides=edge_decides)
    seed = None
    if verdict.word in GOOD and (unlike := _unlike(port, feeder, described, memory)):
        seed = memory.seed
        fed += unlike
        comparisons.extend(compare_all(unlike, memory.replays))
        remembers = AFRESH
        feeder.notes.append(remembers)
        verdict = of_port(comparisons, edge_decides=edge_decides)
    if verdict.word == "conforms":
        vouch([g for (g, _), c in zip(fed, comparisons, strict=False) if c.within], envelope=True)
    if streamed and verdict.word == "exact":
        comparisons.extend(
            _streamed(port, transport, precision, arithmetic)
            for precision, arithmetic in verdict.arithmetic
        )
    loss = ""
    if port.command and verdict.word in ("conforms", "diverges") and not remembers:
        loss = lossy(fed, memory.replays)
    wide = "float64" in described.precisions
    result = conclude(
        port,
        transport.name,
        comparisons,
        [of_golden(golden, observation) for golden, observation in fed],
        _prober(feeder, "float64" if wide else described.precisions[0], port.fixed),
        memory=memory,
        language=described.language,
        remembers=remembers,
        lossy=loss,
        edge_decides=edge_decides,
        fixed=_out_of_reach(described),
    )
    explained = result.deviations and not _VACUOUS & set(result.deviations)
    if described.guessed and not (result.verdict.word in GOOD or explained):
        # A guess may acquit or explain, never accuse.
        raise BindingError(_nothing_shown(described.guessed, result))
    notes = dict.fromkeys((*feeder.notes, *result.notes))
    return replace(
        result,
        where=feeder.where,
        notes=tuple(notes),
        misread=described.misread,
        called=described.called,
        seed=seed,
    )


def _unlike(
    port: Port, feeder: _Feeder, described: Description, memory: Memory
) -> list[tuple[Golden, Observation]]:
    """What a port does with scenarios that no golden has, if it is wrong there."""
    fed: list[tuple[Golden, Observation]] = []
    for precision in described.precisions:
        scenarios = drawn(memory.seed, precision, options_of(port.claim))
        goldens = [
            make(s, port.claim, precision, f"drawn-{precision}/{s.name}", port.fixed)
            for s in scenarios
        ]
        observations = feeder.feed_all([golden.scenario for golden in goldens], precision)
        fed += zip(goldens, observations, strict=True)
    found = of_port(compare_all(fed, memory.replays))
    return [] if found.word in (*GOOD, *UNDECIDED) else fed


def _out_of_reach(described: Description) -> list[str]:
    """The hyperparameters that a port cannot be given, and whose values nobody knows."""
    if not described.container and described.called is None:
        return []
    return [name for name in HYPERPARAMETERS if name not in described.roles]


# What anything shows that is no optimizer with an average.
_VACUOUS = frozenset(("average=none", "write=none"))


def _nothing_shown(called: str, result: Result) -> str:
    fault = result.verdict.fault
    came = f"{result.verdict.word}: {fault.message}" if fault else result.verdict.word
    return (
        f"not bound: {called} was tried, but that its parameters are what they were taken for is"
        f" a guess, and so it is neither right nor explained ({came})"
    )


def _feedable(golden: Golden, described: Description) -> bool:
    """A place in a list is an array's only name: none can be left out."""
    return golden.kind != "partial" or described.container != "list"


def _prober(feeder: _Feeder, precision: str, fixed: Mapping[str, float]) -> Probe:
    """Feeds the port what tells dialects apart, each probe once."""
    used: list[str] = []

    def probe(dialects: Sequence[Dialect]) -> Evidence | None:
        scenario = best_probe(dialects, precision, used)
        if scenario is None:
            return None
        used.append(scenario.name)
        scenario = scenario.having(fixed)
        observation = feeder.feed(scenario, precision)
        return of_probe(scenario, precision, observation)

    return probe


def _streamed(
    port: Port, transport: Transport, precision: str, arithmetic: Arithmetic
) -> Comparison:
    """The scenario that is too large for a golden, in the port's arithmetic."""
    scenario = large(precision)
    hypothesis = Hypothesis(port.claim, arithmetic, precision)
    started = time.monotonic()
    comparison = compare_streamed(scenario, hypothesis, transport.stream(scenario, precision))
    return replace(comparison, seconds=time.monotonic() - started)


class _Feeder:
    """Feeds scenarios until the port's time is up or it died too often in a row."""

    def __init__(self, transport: Transport, deadline: float) -> None:
        self._transport, self._deadline = transport, deadline
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
        return f"its {PORT_SECONDS:g} s were used up" if time.monotonic() > self._deadline else ""

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

_Fed = Sequence[tuple[Golden, Observation]]


def _fed_again(feeder: _Feeder, fed: _Fed) -> list[tuple[Golden, Observation]]:
    """The first scenario fed again at the end, where it is answered differently or fails.

    Twice again: a port may forget where what it is given changes its shape.
    """
    whole = next(((g, o) for g, o in fed if o.fault is None), None)
    if whole is None:
        return []
    golden, before = whole
    again = feeder.feed_all([golden.scenario] * 2, golden.precision)
    return [
        (golden, o) for o in again if (o.fault.kind in ORDER if o.fault else _differ(o, before))
    ]


def _alone(
    port: Port,
    transport: Transport,
    feeder: _Feeder,
    fed: _Fed,
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


def _kind_of_memory(transport: Transport, feeder: _Feeder, fed: _Fed) -> str:
    """STATE_LEAKS; UNSTEADY of a port that differs with nothing to remember, chance for one."""
    golden = next(g for g, o in fed if o.fault is None)
    one, other = (_afresh(transport, feeder, golden) for _ in range(2))
    return UNSTEADY if other.fault is None and _differ(one, other) else STATE_LEAKS


def _afresh(transport: Transport, feeder: _Feeder, golden: Golden) -> Observation:
    transport.restart()
    return feeder.feed(golden.scenario, golden.precision)


def _differ(one: Observation, other: Observation) -> bool:
    return one.fault is None and not bool(same(one.weights, other.weights).all())
