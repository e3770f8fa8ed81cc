"""What a campaign found, looked into: is it steady, why is it, and what is the least that shows it.

The least case must show the same cause: it still differs from the claim, and what explains the
target still explains it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np

from harness.comparison.distance import family, same
from harness.comparison.replays import Replays
from harness.comparison.traces import locate
from harness.diagnosis.diagnose import Diagnosis, Explanation
from harness.diagnosis.hypotheses import dialect
from harness.fuzzing.differences import (
    DIFFERS,
    FAULT,
    Fed,
    Known,
    apart,
    compared,
    explains,
    radius,
    seen_in,
)
from harness.fuzzing.drawing import Drawing, Entry, buffer
from harness.fuzzing.findings import KNOWN, UNSTEADY, Cause, Finding, Parting
from harness.fuzzing.scanning import Campaign, feed
from harness.fuzzing.sessions import Session
from harness.fuzzing.strategies import Case
from harness.judging.memory import Memory
from harness.judging.verdict import Result, conclude
from harness.model.evidence import of_golden
from harness.model.observation import Observation
from harness.model.words import GOOD
from python_ref.dialects.dialect import Dialect

# What shrinking one finding may take, and what it may take where every case costs a process.
SECONDS = 20.0
_DEATHS = 30
# Of the cases that nothing known explains, so many are what a cause is searched for in.
LOOKED_INTO = 6


@dataclass(frozen=True)
class Explained:
    """A cause that was not known.

    Attributes:
        known: what it makes of the targets.
        covered: the numbers of the cases that it explains.
    """

    known: Known
    covered: frozenset[int]


@dataclass
class Investigation:
    """Looks into what cases showed, with targets of its own.

    Attributes:
        campaign: whose cases they are.
        sessions: one a target.
        memory: of diagnoses.
        diagnoses: by the place of what is known, one a target.
        recalled, entries: the cases of earlier campaigns, by numbers below 0.
        seconds: what shrinking one finding may take.
    """

    campaign: Campaign
    sessions: Sequence[Session]
    memory: Memory
    known: list[Known]
    diagnoses: list[tuple[Diagnosis | None, ...]]
    recalled: Mapping[int, Case] = field(default_factory=dict)
    entries: Mapping[int, Entry] = field(default_factory=dict)
    seconds: float = SECONDS
    _replays: Replays = field(default_factory=Replays)
    _drawing: Drawing = field(init=False)

    def __post_init__(self) -> None:
        self._drawing = self.campaign.drawing()

    def _case(self, number: int) -> Case:
        if number in self.recalled:
            return self.recalled[number]
        case = self._drawing.case(buffer(self.campaign.seed, number))
        assert case is not None  # it was fed
        return case

    def entry_of(self, number: int) -> Entry:
        """The entry of a case."""
        if number in self.entries:
            return self.entries[number]
        return self._drawing.entry(buffer(self.campaign.seed, number))

    def recall(self, entries: Sequence[Entry]) -> list[Entry]:
        """Take in what earlier campaigns remember; those entries that mean nothing any more."""
        cases = {entry: self._drawing.recalled(entry) for entry in entries}
        numbered = list(enumerate((e for e, case in cases.items() if case), -len(cases)))
        self.entries = dict(numbered)
        self.recalled = {n: case for n, e in numbered if (case := cases[e])}
        return [entry for entry, case in cases.items() if case is None]

    def complete(self, findings: Sequence[Finding]) -> None:
        """Feed once what was not looked into when the user ended it."""
        with suppress(KeyboardInterrupt):
            for finding in findings:
                if finding.case is None:
                    self._begin(finding)

    def is_steady(self, number: int) -> bool:
        """Whether a case still differs in processes that were asked nothing else, twice alike."""
        case = self._case(number)
        answers = []
        for _ in range(2):
            for session in self.sessions:
                session.transport.restart()
            fed = feed(case, self.campaign.targets, self.sessions)
            if seen_in(fed, self.campaign.targets, self.known[0], self._replays).kind != DIFFERS:
                return False
            answers.append(fed.observations)
        return all(_alike(one, other) for one, other in zip(*answers, strict=True))

    def cause_of(self, numbers: Sequence[int], known: Sequence[Known]) -> Explained | None:
        """What explains cases that nothing known explains; None if nothing in reach does."""
        steady = [number for number in numbers[:LOOKED_INTO] if self.is_steady(number)]
        if not steady:
            return None
        fed = {n: feed(self._case(n), self.campaign.targets, self.sessions) for n in steady}
        results = [
            self._diagnosed(place, list(fed.values()))
            for place in range(len(self.campaign.targets))
        ]
        cause_known = Known(tuple(known_by(result) for result in results))
        covered = frozenset(n for n, each in fed.items() if self._explains(cause_known, each))
        if not covered or cause_known in known:
            return None
        self.known.append(cause_known)
        self.diagnoses.append(tuple(result.diagnosis for result in results))
        return Explained(cause_known, covered)

    def _diagnosed(self, place: int, fed: Sequence[Fed]) -> Result:
        """A target judged by some cases alone."""
        target, session = self.campaign.targets[place], self.sessions[place]
        whole = [each for each in fed if each.observations[place].fault is None]
        one = [Fed(f.case, f.golden, (f.observations[place],)) for f in whole]
        return conclude(
            target.port,
            session.transport.name,
            [compared(each, self._replays, thoroughly=True) for each in one],
            [of_golden(each.golden, each.observations[0]) for each in one],
            memory=self.memory,
        )

    # -- the least that shows it -------------------------------------------------------------------

    def shrink(self, findings: Sequence[Finding], progress: Callable[[str, int], None]) -> None:
        """Find the least case of each finding. Ctrl-C leaves it at the least so far."""
        for finding in findings:
            progress("looking for the least that differs", 0)
            self._begin(finding)
            if finding.cause[0] != UNSTEADY:
                self._shrink(finding)

    def _begin(self, finding: Finding) -> None:
        finding.entry = self.entry_of(finding.first)
        finding.case = self._case(finding.first)
        self._fill(finding, feed(finding.case, self.campaign.targets, self.sessions))

    def _shrink(self, finding: Finding) -> None:
        seen: dict[str, bool] = {}
        deadline = time.monotonic() + self.seconds
        deaths, least = 0, list[Fed]()

        def interesting(case: Case) -> bool:
            nonlocal deaths
            # What was said of a case is said again: chance must not lead Hypothesis astray.
            name = repr((case.precision, case.scenario))
            if name not in seen:
                if time.monotonic() > deadline or deaths >= _DEATHS:
                    return False
                fed = feed(case, self.campaign.targets, self.sessions)
                deaths += any(o.fault is not None and o.fault.fatal for o in fed.observations)
                seen[name] = self._is(finding.cause, fed)
                if seen[name]:
                    least[:] = [fed]
            return seen[name]

        entry = self._drawing.least(finding.entry, interesting)
        if entry is None or not least:
            return
        finding.entry, finding.case = entry
        finding.shrunk = time.monotonic() <= deadline and deaths < _DEATHS
        again = feed(finding.case, self.campaign.targets, self.sessions)
        self._fill(finding, again)
        if not self._is(finding.cause, again):
            finding.cause = (UNSTEADY,)

    def _is(self, cause: Cause, fed: Fed) -> bool:
        """Whether a case shows a cause."""
        other = seen_in(fed, self.campaign.targets, self.known[0], self._replays)
        if other.edge and not self.campaign.edge:
            return False
        if cause[0] == FAULT:
            return other.kind == FAULT and other.key == cause[1:]
        if other.kind != DIFFERS:
            return False
        if cause[0] == KNOWN:
            return self._explains(self.known[int(str(cause[1]))], fed)
        return not any(self._explains(known, fed) for known in self.known)

    def _explains(self, known: Known, fed: Fed) -> bool:
        return explains(known, fed, self.campaign.targets, self._replays)

    def _parting(self, fed: Fed) -> Parting | None:
        bound = radius(fed, self.campaign.targets, self.known[0])
        a, b = (observation.weights for observation in fed.observations)
        where = np.argwhere(apart(a, b, np.where(np.isfinite(bound), bound, 0.0)))
        if not len(where):
            return None
        t, flat = (int(x) for x in where[0])
        pair = float(a[t, flat]), float(b[t, flat])
        return Parting(t + 1, *locate(fed.golden.scenario, flat), pair, float(bound[t, flat]))

    def _fill(self, finding: Finding, fed: Fed) -> None:
        finding.golden, finding.observations = fed.golden, fed.observations
        if len(fed.observations) == 1:
            finding.comparison = compared(fed, self._replays, thoroughly=True)
        elif not any(observation.fault for observation in fed.observations):
            finding.parting = self._parting(fed)
        if finding.cause[0] == KNOWN:
            finding.diagnoses = self.diagnoses[int(str(finding.cause[1]))]


def known_by(result: Result) -> dict[str, Dialect] | None:
    """What a result makes of a target, by family; None where it explains nothing."""
    claim = result.port.claim
    if result.verdict.word in GOOD:
        return {"float64": claim, "float32": claim}
    if result.diagnosis is None or result.diagnosis.best is None or result.narrow is not None:
        return None
    best = _dialect(claim, result.diagnosis.best)
    if result.diverging:
        return {"float64": claim, family(result.diverging): best}
    return {"float64": best, "float32": best}


def _dialect(claim: Dialect, explanation: Explanation) -> Dialect:
    return dialect(claim, explanation.chosen, explanation.constants)


def _alike(one: Observation, other: Observation) -> bool:
    if (one.fault is None) != (other.fault is None) or one.weights.shape != other.weights.shape:
        return False
    return bool(same(one.weights, other.weights).all())
