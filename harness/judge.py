"""One port over one transport against the goldens: observations in, a result out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from harness.compare import Comparison, compare_all, compare_streamed
from harness.port import Port
from harness.transport.base import Description, Fault, Observation, Transport, Unreachable
from harness.verdict import GOOD, Verdict, of_port
from python_ref.dialects import Arithmetic, Hypothesis
from python_ref.golden import Golden
from python_ref.large import large

# A whole port's time, whatever it does; and the deaths in a row that end it.
PORT_SECONDS = 60.0
DEATHS = 3
# Facts worth a note; `where` is shown for every port.
GRADIENTS_CHANGED = "gradients-changed"
WIDENED = "widened"
STATE_LEAKS = "state-leaks"


@dataclass(frozen=True)
class Result:
    """What is known of a port over one transport.

    Attributes:
        where: the weights were found in place, replaced, returned, or nowhere.
        notes: GRADIENTS_CHANGED, WIDENED, STATE_LEAKS, as they apply.
        comparisons: a row a golden.
        as_expected: it showed what it is known to show; for somebody's own: it conforms.
    """

    port: Port
    language: str
    transport: str
    verdict: Verdict
    where: str = ""
    notes: tuple[str, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    deviations: tuple[str, ...] = ()
    as_expected: bool = False


Goldens = Callable[[Port, str], Sequence[Golden]]
"""The goldens to feed a port in a precision."""


def unreached(port: Port, transport: str, fault: Fault) -> Result:
    """The result of a port that could not be asked anything."""
    return _settled(port, port.language, transport, Verdict(fault.kind, fault))


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
    comparisons: list[Comparison] = []
    first: tuple[Golden, str, Observation] | None = None
    for precision in described.precisions:
        pairs = []
        for golden in goldens(port, precision):
            observation = feeder.feed(golden, precision)
            first = first or (golden, precision, observation)
            pairs.append((golden, observation))
        comparisons.extend(compare_all(pairs))
    notes = list(feeder.notes)
    if first and not first[2].fault and _leaks(feeder, *first):
        notes.append(STATE_LEAKS)
    verdict = of_port(comparisons, edge_decides=edge_decides)
    if streamed and verdict.word == "exact":
        comparisons.extend(
            _streamed(port, transport, precision, arithmetic)
            for precision, arithmetic in verdict.arithmetic
        )
        verdict = of_port(comparisons, edge_decides=edge_decides)
    if STATE_LEAKS in notes and verdict.word in GOOD:
        verdict = replace(verdict, word="diverges", arithmetic=())
    return replace(
        _settled(port, _language(port, described), transport.name, verdict),
        where=feeder.where,
        notes=tuple(dict.fromkeys(notes)),
        comparisons=tuple(comparisons),
    )


def _streamed(
    port: Port, transport: Transport, precision: str, arithmetic: Arithmetic
) -> Comparison:
    """The scenario that is too large for a golden, in the arithmetic the port was found in."""
    scenario = large(precision)
    hypothesis = Hypothesis(port.claim, arithmetic, precision)
    return compare_streamed(scenario, hypothesis, transport.stream(scenario, precision))


def _settled(port: Port, language: str, transport: str, verdict: Verdict) -> Result:
    deviations = ("write=none",) if verdict.word == "no-update" else ()
    if port.expectation is None:
        expected = verdict.word in GOOD
    else:
        expected = port.expectation.met(verdict.word, deviations)
    return Result(port, language, transport, verdict, deviations=deviations, as_expected=expected)


def _language(port: Port, described: Description) -> str:
    return described.language or port.language


class _Feeder:
    """Feeds scenarios until the port's time is up or it died too often in a row."""

    def __init__(self, transport: Transport, deadline: float) -> None:
        self._transport, self._deadline = transport, deadline
        self._deaths = 0
        self.where = ""
        self.notes: list[str] = []

    def feed(self, golden: Golden, precision: str) -> Observation:
        nothing = golden.weights[:0]
        if self._deaths >= DEATHS:
            return Observation(nothing, fault=Fault("not-run", f"after {DEATHS} deaths in a row"))
        if time.monotonic() > self._deadline:
            return Observation(nothing, fault=Fault("not-run", f"its {PORT_SECONDS:g} s are over"))
        observation = self._transport.run(golden.scenario, precision)
        fault = observation.fault
        self._deaths = self._deaths + 1 if fault and fault.fatal else 0
        facts = observation.facts
        if facts.where and (not self.where or self.where == "nowhere"):
            self.where = facts.where
        if facts.gradients_changed:
            self.notes.append(GRADIENTS_CHANGED)
        if facts.widened:
            self.notes.append(WIDENED)
        return observation


def _leaks(feeder: _Feeder, golden: Golden, precision: str, before: Observation) -> bool:
    """Whether the first scenario, fed again at the end, is answered differently."""
    after = feeder.feed(golden, precision)
    return after.fault is None and not bool(
        ((after.weights == before.weights) | (after.weights != after.weights)).all()
    )
