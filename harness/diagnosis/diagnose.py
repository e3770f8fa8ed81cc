"""Why a port diverges: the smallest set of deviations that reproduces what was observed.

Sets are gone through in order of size: the formula first, then its numbers. A coarse sieve on the
richest evidence leaves few of thousands; those are held to the rounding envelope of their own
dialect on every piece of evidence, and then compared bit for bit in every listed arithmetic. The
search stops at the first size that explains everything, or when its time is up. A name is given
only then: what comes near and does not fit is called nearest, never named.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from harness.comparison.distance import same
from harness.diagnosis import where
from harness.diagnosis.average import agreeing, judged
from harness.diagnosis.budget import Budget, OutOfTime, Progress
from harness.diagnosis.explanation import (
    Change,
    Diagnosis,
    Explanation,
    Nearest,
    Part,
    Schedule,
    Suggestion,
    Tried,
)
from harness.diagnosis.nearest import nearest
from harness.diagnosis.ranking import distinct, ranked, swapped, unique
from harness.diagnosis.restarts import turn
from harness.diagnosis.schedules import scheduled
from harness.diagnosis.search import LARGEST, Search
from harness.model.evidence import Evidence
from harness.model.limits import SEARCH_SECONDS
from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.equivalence import masked

__all__ = [
    "LARGEST",
    "Change",
    "Diagnosis",
    "Explanation",
    "Nearest",
    "Part",
    "Schedule",
    "Suggestion",
    "Tried",
    "diagnose",
]

# Probes that are fed to tell what still fits apart.
_PROBES = 6
# The part of it that is searched in; the rest is for what is then said of it.
_SEARCHED = 0.9

Probe = Callable[[Sequence[Dialect]], Evidence | None]
"""Feeds a port the scenario that tells these dialects apart best; None if none does."""


def diagnose(
    evidence: Sequence[Evidence],
    claim: Dialect,
    probe: Probe | None = None,
    largest: int = LARGEST,
    *,
    open_constants: Sequence[str] = (),
    seconds: float | None = SEARCH_SECONDS,
    progress: Progress | None = None,
    nearby: bool = True,
) -> Diagnosis:
    """Explain what was observed.

    Args:
        evidence: at least one piece with a step seen.
        claim: what the port was held against; deviations are from it.
        probe: feeds the port more; None where it is out of reach.
        largest: sets of more deviations are not looked at.
        open_constants: hyperparameters and options that the port cannot be given: it may have
            its own, which costs nothing.
        seconds: the processor time it may take; None for all it needs.
        progress: told how far the search is.
        nearby: say what comes nearest where nothing fits.
    """
    usable = [e for e in evidence if e.steps]
    if not usable:
        return Diagnosis(None)
    if all(_unmoved(e) for e in usable):
        return _no_update()
    whole = Budget(seconds)
    budget = Budget(None if seconds is None else seconds * _SEARCHED, progress)
    search = Search(claim, usable, open_constants, budget)
    numbers = _numbers(usable)
    where_else = _Elsewhere(search, open_constants)
    explanations = search.run(largest if numbers else 0, where_else.explains) or where_else.whole
    explanations = _set_apart(search, explanations, probe)
    average = judged(claim, usable)
    tried = search.tried()
    if not explanations and not numbers:
        return Diagnosis(None, numberless=True, tried=tried, average=average)
    if not explanations:
        return Diagnosis(
            None,
            nearest=nearest(search.fitting.full.within_time(whole)) if nearby else None,
            tried=tried,
            change=where_else.change,
            parts=where_else.parts,
            evidence=usable[0].name if len(usable) == 1 else "",
            average=average,
        )
    explanations = agreeing(claim, explanations, usable)
    best, *others = [search.left_open(e, whole) for e in ranked(explanations)]
    if not search.tells(best):
        return Diagnosis(None, untold=best, tried=tried, average=average)
    best = _but_for_roots(search, best)
    _, *alternatives = unique([best, *_twins(best, claim, usable), *others])
    return Diagnosis(
        best,
        tuple(alternatives),
        _masked(search, best, claim),
        tried=tried,
        average=average,
    )


def _set_apart(
    search: Search, explanations: list[Explanation], probe: Probe | None
) -> list[Explanation]:
    """Those of `explanations` that are left when the port was fed what tells them apart."""
    for _ in range(_PROBES):
        apart = distinct(explanations)
        if probe is None or len(apart) < 2:
            break
        more = probe([search.dialect_of(e) for e in apart])
        if more is None or not more.steps:
            break
        search.fitting.add(more)
        try:
            explanations = search.fitting.still_fitting(explanations)
        except OutOfTime:
            break
    return explanations


class _Elsewhere:
    """Where something happens, asked for before sets of three.

    A state that is lost once, or arrays with settings of their own, are likelier than any three
    things at once; a port that else is as claimed, which is soon seen, than any two.
    """

    def __init__(self, search: Search, free: Sequence[str]) -> None:
        self._search, self._free = search, free
        self._evidence = search.fitting.full.evidence
        self.change: Change | None = None
        self.whole: list[Explanation] = []
        self.parts: tuple[Part, ...] = ()

    def explains(self, size: int) -> bool:
        """Look for it before sets of a size; whether all that was seen is explained by it."""
        budget = Budget(self._search.budget.left / 2)
        claim, free = self._search.claim, self._free
        given = claim, self._evidence[0], budget, free
        change: Change | Explanation | None
        if several := len(self._evidence) > 1:
            change = turn(claim, self._evidence, budget, free, deep=size == LARGEST)
        elif size < LARGEST:
            return False
        else:
            change = where.change(*given)
        if isinstance(change, Explanation):
            self.whole = self._search.fitting.still_fitting([change])
            return bool(self.whole)
        # Of sets of two some say the same in words that stand in a table.
        if size == LARGEST and (change is None or not change.kind):
            soon = Budget(self._search.budget.left / 2)
            change = scheduled(claim, self._evidence, soon, free) or change
        self.change = change
        if several or (change is not None and change.kind):
            return change is not None
        self.parts = where.parts(*given)
        return bool(self.parts) and all(part.explanation for part in self.parts)


def _but_for_roots(search: Search, explanation: Explanation) -> Explanation:
    try:
        return search.fitting.full.but_for_roots(explanation)
    except OutOfTime:
        return explanation


def _unmoved(evidence: Evidence) -> bool:
    return bool(same(evidence.initial, evidence.weights[evidence.seen]).all())


def _numbers(evidence: Sequence[Evidence]) -> bool:
    """Whether at least half of the weights that moved, moved to a number."""
    moved = finite = 0
    for e in evidence:
        rows = e.weights[e.seen]
        went = ~same(rows, e.initial)
        moved += int(went.sum())
        finite += int((went & np.isfinite(rows)).sum())
    return 2 * finite >= moved


def _no_update() -> Diagnosis:
    everything_else = tuple(axis for axis in AXES if axis != "write")
    return Diagnosis(Explanation((("write", "none"),)), masked=everything_else)


def _masked(search: Search, best: Explanation, claim: Dialect) -> tuple[str, ...]:
    """Axes that would show in the claim and do not in what the port does instead."""
    named = {axis for axis, _ in best.chosen}
    inert = set(masked(claim))
    return tuple(a for a in masked(search.dialect_of(best)) if a not in inert | named)


def _twins(best: Explanation, claim: Dialect, evidence: Sequence[Evidence]) -> list[Explanation]:
    """Where the learning rate stands in the buffer cannot be seen while it is constant."""
    if dict(best.chosen).get("schedule", claim.choice("schedule")) != "no":
        return []
    if any(len(set(e.scenario.learning_rates)) > 1 for e in evidence):
        return []
    return [Explanation(swapped(best.chosen), best.constants)]
