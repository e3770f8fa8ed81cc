"""A campaign: waves of chunks, merged in their order, until the budget is used up.

A chunk is told what was known when its wave began. Waves grow, so that many machines have enough
to do, and are the same on one: what a campaign finds depends on its seed and its budget in cases.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from harness.fuzzing.differences import FAULT, Known
from harness.fuzzing.findings import KNOWN, UNEXAMINED, UNEXPLAINED, UNSTEADY, Finding
from harness.fuzzing.investigation import LOOKED_INTO, Investigation
from harness.fuzzing.scanning import Campaign, Chunk, Tally, neighbours, scan_cases
from harness.machine.spread import Lost

# The cases of a chunk in early waves, and in late ones: what one machine does in ten seconds.
_LEAST, _MOST = 50, 5_000
# The chunks of the largest waves.
_WIDEST = 1 << 14
# As many causes are looked into; a port with more is wrong in every respect.
_CAUSES = 6

Scanned = Callable[[Sequence[Chunk]], Iterator[tuple[int, Tally | Lost]]]
"""Scans chunks; each comes back with its place, in any order."""


@dataclass(frozen=True)
class Budget:
    """When a campaign ends.

    Attributes:
        cases: so many are fed; None for no such end.
        seconds: it takes so long, shrinking not counted; None likewise.
    """

    cases: int | None = None
    seconds: float | None = None


@dataclass
class Outcome:
    """What a campaign came to.

    Attributes:
        cases, kinds, edges, differing_edges: as of a tally, of all chunks.
        findings: one a cause, in the order of their first cases.
        unseen: deviations that no case would have shown; None where that was not measured.
        lost: cases that nobody scanned: the first one's number, how many, and the reason.
        ended: why it ended before its budget did: "deaths" of the port's, or a whole wave that
            was "lost"; else "".
        interrupted: the user ended it.
        seconds: how long the cases took.
    """

    cases: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    edges: int = 0
    differing_edges: int = 0
    findings: list[Finding] = field(default_factory=list)
    unseen: tuple[str, ...] | None = None
    neighbours: int = 0
    lost: list[tuple[int, int, str]] = field(default_factory=list)
    ended: str = ""
    interrupted: bool = False
    seconds: float = 0.0


def waves(budget: Budget) -> Iterator[list[tuple[int, int]]]:
    """The chunks of each wave: the number of their first case, and how many cases."""
    start, number = 0, 0
    while budget.cases is None or start < budget.cases:
        size = min(_MOST, _LEAST << max(0, number - 4))
        wave = []
        for _ in range(min(_WIDEST, 1 << number)):
            left = size if budget.cases is None else min(size, budget.cases - start)
            if left > 0:
                wave.append((start, left))
                start += left
        yield wave
        number += 1


class Conduct:
    """Conducts a campaign.

    Args:
        campaign: what is drawn, for whom.
        known: what the targets are known to do.
        scanned: scans chunks.
        investigation: looks into what they found.
        progress: told what is being done, and how many cases were fed since.
    """

    def __init__(
        self,
        campaign: Campaign,
        known: Known,
        scanned: Scanned,
        investigation: Investigation,
        progress: Callable[[str, int], None] = lambda _text, _by: None,
    ) -> None:
        self._campaign, self._scanned, self._progress = campaign, scanned, progress
        self._investigation = investigation
        self._known = [known]
        self.outcome = Outcome()
        self._pending: list[Tally] = []
        self._all_neighbours = neighbours(campaign.targets[0])

    def run(self, budget: Budget) -> None:
        """Scan until the budget is used up, then shrink what was found.

        Ctrl-C ends either; what is known by then stays in `outcome`.
        """
        begun = time.monotonic()
        try:
            self._recall()
            self._scan(budget, begun)
            self.outcome.seconds = time.monotonic() - begun
            self._investigation.shrink(self.outcome.findings, self._progress)
        except KeyboardInterrupt:
            self.outcome.interrupted = True
            self._leave_unexamined()
            self._investigation.complete(self.outcome.findings)
        self.outcome.seconds = self.outcome.seconds or time.monotonic() - begun

    def _recall(self) -> None:
        """Begin with what earlier campaigns remember."""
        recalled = self._investigation.recalled
        if recalled:
            chunk, tally = Chunk(min(recalled), len(recalled), tuple(self._known)), Tally()
            scan_cases(self._campaign, recalled.items(), chunk, self._investigation.sessions, tally)
            self._take(chunk, tally)
            self._pending = [tally]
            self._look_into()

    def _scan(self, budget: Budget, begun: float) -> None:
        left = self._all_neighbours if len(self._campaign.targets) == 1 else ()
        for wave in waves(budget):
            chunks = []
            for start, size in wave:
                seconds = None
                if budget.seconds is not None:
                    seconds = max(0.0, begun + budget.seconds - time.monotonic())
                chunks.append(
                    Chunk(start, size, tuple(self._known), () if start else left, seconds)
                )
            if budget.seconds is not None and time.monotonic() > begun + budget.seconds:
                return
            if not self._merged(chunks):
                return

    def _merged(self, chunks: Sequence[Chunk]) -> bool:
        """Scan a wave and take in what came of it, in order; whether the campaign goes on."""
        done: dict[int, Tally | Lost] = {}
        try:
            for place, tally in self._scanned(chunks):
                done[place] = tally
                cases = tally.cases if isinstance(tally, Tally) else 0
                self._progress(self._words(), cases)
        finally:  # also of what was scanned before Ctrl-C
            for place in sorted(done):
                self._take(chunks[place], done[place])
            self._pending = [t for _, t in sorted(done.items()) if isinstance(t, Tally)]
        ended = {tally.ended for tally in self._pending} - {""}
        if "deaths" in ended:
            self.outcome.ended = "deaths"
        elif not self._pending:  # nobody scanned any of it, nor would scan the next
            self.outcome.ended = "lost"
        self._look_into()
        return not self.outcome.ended and not ended

    def _words(self) -> str:
        count = len(self.outcome.findings)
        return f"drawn cases, {count} difference{'' if count == 1 else 's'} so far"

    def _take(self, chunk: Chunk, tally: Tally | Lost) -> None:
        outcome = self.outcome
        if isinstance(tally, Lost):
            start, size = chunk.start, chunk.size
            if outcome.lost and outcome.lost[-1][2] == tally.reason:
                first, before, _ = outcome.lost[-1]
                if first + before == start:
                    start, size = first, before + size
                    outcome.lost.pop()
            outcome.lost.append((start, size, tally.reason))
            return
        outcome.cases += tally.cases
        for kind, count in tally.kinds.items():
            outcome.kinds[kind] = outcome.kinds.get(kind, 0) + count
        outcome.edges += tally.edges
        outcome.differing_edges += tally.differing_edges
        if chunk.neighbours:
            outcome.neighbours = len(chunk.neighbours)
            outcome.unseen = tuple("=".join(x[0]) for x in tally.neighbours)
        for place, (count, first) in tally.explained.items():
            self._count_finding((KNOWN, place), count, first)
        for key, (count, first) in tally.faults.items():
            self._count_finding((FAULT, *key), count, first)

    def _count_finding(self, cause: tuple[object, ...], count: int, first: int) -> None:
        for finding in self.outcome.findings:
            if finding.cause == cause:
                finding.cases += count
                return
        self.outcome.findings.append(Finding(cause, count, first))

    def _look_into(self) -> None:
        """Explain what nothing known explains, or count it to what is not explained either."""
        count, fresh = self._unknown()
        # What was searched for in vain is not searched for in every wave.
        while fresh and len(self._known) < _CAUSES and not self._has(UNEXPLAINED):
            self._progress("looking into what differs", 0)
            cause = self._investigation.cause_of(fresh, self._known)
            if cause is None:
                break
            self._known.append(cause.known)
            covered = [n for n in fresh if n in cause.covered]
            self._count_finding((KNOWN, len(self._known) - 1), len(covered), covered[0])
            fresh = [n for n in fresh if n not in cause.covered]
            count -= len(covered)
        if fresh:
            few = fresh[:LOOKED_INTO]
            steady = next((n for n in few if self._investigation.is_steady(n)), None)
            cause_is, first = (UNSTEADY, fresh[0]) if steady is None else (UNEXPLAINED, steady)
            self._count_finding((cause_is,), max(count, 1), first)
        self._pending = []

    def _leave_unexamined(self) -> None:
        """Count what nobody looked into any more."""
        count, fresh = self._unknown()
        if fresh:
            self._count_finding((UNEXAMINED,), count, fresh[0])

    def _unknown(self) -> tuple[int, list[int]]:
        """How many of the cases scanned last nothing known explains, and some of them."""
        count = sum(tally.unexplained for tally in self._pending)
        return count, [number for tally in self._pending for number in tally.fresh]

    def _has(self, kind: str) -> bool:
        return any(finding.cause[0] == kind for finding in self.outcome.findings)
