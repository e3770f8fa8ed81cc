"""A chunk of a campaign: its cases drawn, fed and compared, and what is worth a second look.

What comes of a chunk depends on the campaign, on the chunk and on what is known when it begins,
on nothing else: not on the machine, nor on what other chunks found.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice

import numpy as np

from harness.comparison.replays import Replays
from harness.diagnosis.hypotheses import Deviations, dialect, singles
from harness.fuzzing import differences
from harness.fuzzing.differences import (
    DIFFERS,
    FAULT,
    Fed,
    Known,
    explains,
    golden_of,
    seen_in,
)
from harness.fuzzing.drawing import Drawing, buffer
from harness.fuzzing.regimes import REGIMES
from harness.fuzzing.sessions import Session, Target
from harness.fuzzing.strategies import Case, cases
from harness.judging.goldens import options_of
from harness.model.limits import DEATHS
from harness.model.observation import Observation
from python_ref.dialects.axes import NUMBERS
from python_ref.golden import Golden
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

# Of a chunk, so many cases that nothing known explains are looked at again.
_FRESH = 3
# A regime in which rounding has a bound is drawn so often for one without.
_ORDINARY = 3
# Cases that are fed together: one is answered while the next is drawn.
_TOGETHER = 8
# Neighbours are looked for in so many cases of a chunk.
_LOOKED_AT = 200


@dataclass(frozen=True)
class Campaign:
    """What is drawn, and for whom.

    Attributes:
        targets: one that is held against its claim, or two against each other.
        seed: of all cases.
        guide: places of regimes, one as often as it is to be drawn.
        edge: what differs where rounding has no bound counts, too.
    """

    targets: tuple[Target, ...]
    seed: int
    guide: tuple[int, ...]
    edge: bool = False

    @property
    def precisions(self) -> tuple[str, ...]:
        """What all targets can store."""
        first, *others = (target.precisions for target in self.targets)
        return tuple(p for p in first if all(p in other for other in others))

    def drawing(self) -> Drawing:
        """What draws its cases."""
        options = options_of(self.targets[0].port.claim)
        regimes = [REGIMES[place] for place in self.guide]
        return Drawing(cases(regimes, self.precisions, options))


@dataclass(frozen=True)
class Chunk:
    """Cases in a row.

    Attributes:
        start: the number of the first.
        size: how many.
        known: what the targets are known to do, as far as it was then.
        neighbours: deviations that are looked for in the cases.
        seconds: what it may take; None for all it needs.
    """

    start: int
    size: int
    known: tuple[Known, ...]
    neighbours: tuple[Deviations, ...] = ()
    seconds: float | None = None


@dataclass
class Tally:
    """What came of a chunk, or of as much of it as was looked at.

    Attributes:
        cases: how many were fed and compared.
        kinds: how many of each kind, edges apart.
        edges: how many edges; how many of them differ.
        explained: by the place of what is known, how many cases it explains, and the first.
        faults: by key, how many cases, and the first.
        fresh: the first cases that nothing explains, and how many there are.
        neighbours: those that no case would have shown.
        ended: why not all were fed.
    """

    cases: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    edges: int = 0
    differing_edges: int = 0
    explained: dict[int, tuple[int, int]] = field(default_factory=dict)
    faults: dict[tuple[str, ...], tuple[int, int]] = field(default_factory=dict)
    fresh: list[int] = field(default_factory=list)
    unexplained: int = 0
    neighbours: tuple[Deviations, ...] = ()
    ended: str = ""


def scan(campaign: Campaign, chunk: Chunk, sessions: Sequence[Session], tally: Tally) -> None:
    """Draw, feed and compare the cases of a chunk.

    Args:
        campaign: what is drawn, for whom.
        chunk: which cases.
        sessions: one a target.
        tally: what comes of it, after every case.
    """
    drawing = campaign.drawing()
    drawn = (
        (number, drawing.case(buffer(campaign.seed, number)))
        for number in range(chunk.start, chunk.start + chunk.size)
    )
    with np.errstate(all="ignore"):  # numbers that overflow are what is looked for
        scan_cases(campaign, drawn, chunk, sessions, tally)


def scan_cases(
    campaign: Campaign,
    drawn: Iterable[tuple[int, Case | None]],
    chunk: Chunk,
    sessions: Sequence[Session],
    tally: Tally,
) -> None:
    """Feed and compare cases, each with its number, as `scan` does with those of a chunk."""
    for session in sessions:
        session.deaths = 0  # those before were another chunk's
    replays = Replays()
    deadline = None if chunk.seconds is None else time.monotonic() + chunk.seconds
    tally.neighbours = chunk.neighbours
    there = ((number, case) for number, case in drawn if case is not None)
    while together := list(islice(there, _TOGETHER)):
        if deadline is not None and time.monotonic() > deadline:
            tally.ended = "time"
            return
        fed = feed_all([case for _, case in together], campaign.targets, sessions)
        for (number, _), each in zip(together, fed, strict=True):
            _count(tally, number, each, campaign, chunk.known, replays)
            if tally.neighbours and number < chunk.start + _LOOKED_AT:
                tally.neighbours = unseen(tally.neighbours, each.golden)
        if any(session.deaths >= DEATHS for session in sessions):
            tally.ended = "deaths"
            return


def feed(case: Case, targets: Sequence[Target], sessions: Sequence[Session]) -> Fed:
    """Feed a case to every target."""
    return feed_all([case], targets, sessions)[0]


def feed_all(
    drawn: Sequence[Case], targets: Sequence[Target], sessions: Sequence[Session]
) -> list[Fed]:
    """Feed cases to every target: those of a precision together, as the targets take them."""
    goldens = [golden_of(case, targets[0]) for case in drawn]
    places = sorted(range(len(drawn)), key=lambda place: drawn[place].precision)
    answers: list[dict[int, Observation]] = []
    for target, session in zip(targets, sessions, strict=True):
        answered: dict[int, Observation] = {}
        for precision, group in groupby(places, key=lambda place: drawn[place].precision):
            same = list(group)
            scenarios = [goldens[place].scenario.having(target.port.fixed) for place in same]
            answered |= zip(same, session.feed(scenarios, precision), strict=True)
        answers.append(answered)
    return [
        Fed(case, golden, tuple(answered[place] for answered in answers))
        for place, (case, golden) in enumerate(zip(drawn, goldens, strict=True))
    ]


def _count(
    tally: Tally,
    number: int,
    fed: Fed,
    campaign: Campaign,
    known: Sequence[Known],
    replays: Replays,
) -> None:
    sighting = seen_in(fed, campaign.targets, known[0], replays)
    tally.cases += 1
    if sighting.edge:
        tally.edges += 1
        if sighting.kind not in (DIFFERS, FAULT):
            return
        tally.differing_edges += 1
        if not campaign.edge:
            return
    else:
        tally.kinds[sighting.kind] += 1
    if sighting.kind == FAULT:
        count, first = tally.faults.get(sighting.key, (0, number))
        tally.faults[sighting.key] = count + 1, first
    if sighting.kind != DIFFERS:
        return
    for place, each in enumerate(known):
        if explains(each, fed, campaign.targets, replays):
            count, first = tally.explained.get(place, (0, number))
            tally.explained[place] = count + 1, first
            return
    tally.unexplained += 1
    if len(tally.fresh) < _FRESH:
        tally.fresh.append(number)


# -- what cases are worth --------------------------------------------------------------------------


def neighbours(target: Target) -> tuple[Deviations, ...]:
    """What deviates from a target's claim in one thing, and can show in what it stores."""
    wide = "float64" in target.precisions
    sets = singles(target.port.claim)
    return sets if wide else tuple(x for x in sets if x[0][0] not in NUMBERS)


def unseen(left: Sequence[Deviations], golden: Golden) -> tuple[Deviations, ...]:
    """Those that a golden would not have shown: no weight of theirs leaves its envelope."""
    if golden.scenario.edge or not left:
        return tuple(left)
    precision = golden.precision
    hypotheses = [Hypothesis(dialect(golden.dialect, x), precision=precision) for x in left]
    weights = replay(golden.scenario, hypotheses).weights
    outside = [differences.apart(w, golden.weights, golden.envelope).any() for w in weights]
    return tuple(x for x, seen in zip(left, outside, strict=True) if not seen)


def guide(targets: tuple[Target, ...], *, edge: bool) -> tuple[int, ...]:
    """The places of regimes, each as often as it is to be drawn: once more for what only it shows.

    A deviation that plain numbers show needs no guidance. For any other, the first regime in
    which it shows is drawn more often. The same for every campaign of these targets, so that what
    one remembers means the same to the next.
    """
    ordinary = [place for place, regime in enumerate(REGIMES) if not regime.edge]
    edges = [place for place, regime in enumerate(REGIMES) if regime.edge]
    left, more = neighbours(targets[0]), list[int]()
    for place in ordinary:
        drawing = Campaign(targets, 0, (place,)).drawing()
        for number in range(2):
            case = drawing.case(buffer(0, 2 * place + number))
            before = left
            left = unseen(left, golden_of(case, targets[0])) if case else left
            more += [place] * (len(before) - len(left)) if place else []
    repeated = ordinary * _ORDINARY + (edges * _ORDINARY if edge else edges)
    return tuple(sorted([*repeated, *more]))
