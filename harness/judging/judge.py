"""One port over one transport against the goldens: observations in, a result out."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from harness.comparison.compare import Comparison, compare_all, compare_streamed, same
from harness.diagnosis.diagnose import Diagnosis, Probe, diagnose
from harness.judging.probes import best_probe
from harness.judging.verdict import Verdict, of_port
from harness.model.evidence import Evidence, of_golden, of_probe
from harness.model.observation import Fault, Observation, Unreachable
from harness.model.words import GOOD, ORDER
from harness.ports.binding import HYPERPARAMETERS
from harness.ports.port import Port
from harness.transport.base import Transport
from python_ref.dialects.dialect import Dialect
from python_ref.golden import Golden
from python_ref.numbers.arithmetic import Arithmetic
from python_ref.scenarios.large import large
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis

# A whole port's time, whatever it does; and the deaths in a row that end it.
PORT_SECONDS = 60.0
DEATHS = 3
# Facts worth a note; `where` is shown for every port.
GRADIENTS_CHANGED = "gradients-changed"
WIDENED = "widened"
STATE_LEAKS = "state-leaks"
UNSTEADY = "unsteady"


@dataclass(frozen=True)
class Result:
    """What is known of a port over one transport.

    Attributes:
        where: the weights were found in place, replaced, returned, or nowhere.
        notes: GRADIENTS_CHANGED, WIDENED, STATE_LEAKS, UNSTEADY, as they apply.
        comparisons: a row a golden.
        diagnosis: why it diverges, where it does.
        elsewhere: of a port that fails at some goldens, what it shows at the others.
        as_expected: it showed what it is known to show; for somebody's own: it conforms.
        unexpected: what of it is not as it is known to be, a sentence each.
        known: the goldens at which it is wrong as it is known to be.
        seconds: how long reaching and judging it took.
    """

    port: Port
    language: str
    transport: str
    verdict: Verdict
    where: str = ""
    notes: tuple[str, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    diagnosis: Diagnosis | None = None
    elsewhere: tuple[Verdict, Diagnosis | None] | None = None
    as_expected: bool = False
    unexpected: tuple[str, ...] = ()
    known: frozenset[str] = frozenset()
    seconds: float = 0.0

    @property
    def deviations(self) -> tuple[str, ...]:
        """The deviations named, if the port was explained."""
        best = self.diagnosis.best if self.diagnosis else None
        return best.deviations if best else ()


Goldens = Callable[[Port, str], Sequence[Golden]]
"""The goldens to feed a port in a precision."""


def unreached(port: Port, transport: str, fault: Fault) -> Result:
    """The result of a port that could not be asked anything."""
    return settled(port, port.language, transport, Verdict(fault.kind, fault))


def judge(
    port: Port,
    transport: Transport,
    goldens: Goldens,
    *,
    edge_decides: bool = False,
    streamed: bool = False,
    seconds: float = PORT_SECONDS,
) -> Result:
    """Feed a port every golden of its precisions and judge it.

    Raises:
        BindingError: the source's shape says too little, or too much.
    """
    try:
        described = transport.describe()
    except Unreachable as error:
        return unreached(port, transport.name, error.fault)
    feeder = _Feeder(transport, time.monotonic() + seconds)
    fed: list[tuple[Golden, Observation]] = []
    comparisons: list[Comparison] = []
    for precision in described.precisions:
        wanted = goldens(port, precision)
        observations = feeder.feed_all([golden.scenario for golden in wanted], precision)
        pairs = list(zip(wanted, observations, strict=True))
        comparisons.extend(compare_all(pairs))
        fed.extend(pairs)
    again = _fed_again(feeder, fed)
    comparisons.extend(compare_all(again))
    verdict = of_port(comparisons, edge_decides=edge_decides)
    differs = any(o.fault is None for _, o in again)
    if differs or _alone(port, transport, feeder, fed, comparisons):
        feeder.notes.append(_kind_of_memory(transport, feeder, fed))
    remembers = STATE_LEAKS in feeder.notes or UNSTEADY in feeder.notes
    if streamed and verdict.word == "exact":
        comparisons.extend(
            _streamed(port, transport, precision, arithmetic)
            for precision, arithmetic in verdict.arithmetic
        )
        verdict = of_port(comparisons, edge_decides=edge_decides)
    diagnosis = None
    roles = described.roles
    fixed = [name for name in HYPERPARAMETERS if name not in roles] if roles else []
    if remembers:  # what one scenario shows then says nothing of another: no ground for a name
        if STATE_LEAKS in feeder.notes and verdict.word in GOOD:
            verdict = replace(verdict, word="diverges", arithmetic=())
    elif verdict.word in ("diverges", "no-update"):
        evidence = [of_golden(g, o) for g, o in fed if g.kind == "core" and len(o.weights)]
        # What a port means shows in double; how it narrows to float is arithmetic.
        wide = [e for e in evidence if e.precision == "float64"]
        evidence = wide or evidence
        if evidence:  # edges alone are no ground for a name
            diagnosis = _diagnosed(port, evidence, feeder, fixed)
    elsewhere = None
    if verdict.fault is not None and verdict.golden is not None and not remembers:
        whole = [c for c in comparisons if c.kind == "core" and c.fault is None]
        if whole:
            shown = of_port(whole)
            evidence = [
                of_golden(g, o)
                for g, o in fed
                if g.kind == "core" and o.fault is None and g.precision == "float64"
            ]
            wrong = shown.word in ("diverges", "no-update") and evidence
            elsewhere = (shown, _diagnosed(port, evidence, feeder, fixed) if wrong else None)
    return replace(
        settled(port, described.language or port.language, transport.name, verdict, diagnosis),
        elsewhere=elsewhere,
        where=feeder.where,
        notes=tuple(dict.fromkeys(feeder.notes)),
        comparisons=tuple(comparisons),
    )


_DIAGNOSED: dict[tuple[object, ...], Diagnosis] = {}


def _diagnosed(
    port: Port, evidence: Sequence[Evidence], feeder: _Feeder, fixed: Sequence[str]
) -> Diagnosis:
    """The diagnosis of a port; what gave the same bits over another transport needs no second."""
    key = (port.name, port.claim, *((e.name, e.weights.tobytes()) for e in evidence))
    if key not in _DIAGNOSED:
        probe = _prober(feeder, evidence)
        _DIAGNOSED[key] = diagnose(evidence, port.claim, probe, open_constants=fixed)
    return _DIAGNOSED[key]


def _prober(feeder: _Feeder, evidence: Sequence[Evidence]) -> Probe:
    """Feeds the port what tells dialects apart, each probe once."""
    used: list[str] = []
    precision = evidence[0].precision

    def probe(dialects: Sequence[Dialect]) -> Evidence | None:
        scenario = best_probe(dialects, precision, used)
        if scenario is None:
            return None
        used.append(scenario.name)
        observation = feeder.feed(scenario, precision)
        return of_probe(scenario, precision, observation)

    return probe


def _streamed(
    port: Port, transport: Transport, precision: str, arithmetic: Arithmetic
) -> Comparison:
    """The scenario that is too large for a golden, in the arithmetic the port was found in."""
    scenario = large(precision)
    hypothesis = Hypothesis(port.claim, arithmetic, precision)
    started = time.monotonic()
    found = compare_streamed(scenario, hypothesis, transport.stream(scenario, precision))
    return replace(found, seconds=time.monotonic() - started)


def settled(
    port: Port,
    language: str,
    transport: str,
    verdict: Verdict,
    diagnosis: Diagnosis | None = None,
) -> Result:
    """A result, and whether it is what was expected of the port."""
    result = Result(port, language, transport, verdict, diagnosis=diagnosis)
    if port.expectation is None:
        return replace(result, as_expected=verdict.word in GOOD)
    breach = port.expectation.breach(verdict.word, result.deviations)
    return replace(result, as_expected=not breach, unexpected=(breach,) if breach else ())


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
        found: list[Observation] = []
        answers = self._transport.run_many(scenarios, precision)
        asked = time.monotonic()
        while len(found) < len(scenarios) and not self._over():
            observation = self._noted(next(answers))
            answered = time.monotonic()
            found.append(replace(observation, seconds=answered - asked))
            asked = answered
        if isinstance(answers, Generator):
            answers.close()  # what was sent ahead is not awaited
        for scenario in scenarios[len(found) :]:
            fault = Fault("not-run", self._over())
            found.append(Observation(np.zeros((0, scenario.size)), fault=fault))
        return found

    def _over(self) -> str:
        """Why nothing more is fed; empty while something is."""
        if self._deaths >= DEATHS:
            return f"the port had crashed or hung {DEATHS} times in a row"
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
