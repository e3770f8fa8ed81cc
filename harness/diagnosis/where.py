"""Where, not only what: a beginning that one set explains, and parts that different sets do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from harness.diagnosis.budget import Budget, OutOfTime
from harness.diagnosis.explanation import Change, Explanation, Part
from harness.diagnosis.hypotheses import dialect
from harness.diagnosis.ranking import ranked
from harness.diagnosis.rates import other_rate, steps_down
from harness.diagnosis.restarts import explains_until, lost
from harness.diagnosis.search import Search
from harness.diagnosis.thinning import coupled, restricted
from harness.diagnosis.trial import CLAIM, Trial
from harness.model.evidence import Evidence, shortened
from python_ref.dialects.dialect import Dialect

# Sets of more deviations than this are not looked for in parts of what was seen.
_SIZE = 2
# So many groups of arrays, and of elements.
_GROUPS = 4


def change(
    claim: Dialect, evidence: Evidence, budget: Budget, free: Sequence[str] = ()
) -> Change | Explanation | None:
    """The longest beginning that one set explains, and what changes after it; None if none does.

    A beginning is at least two steps that were seen, or one of several elements that moved.
    Constants that are read from it may explain all that was seen: then nothing changes.
    """
    seen = np.flatnonzero(evidence.seen)
    if len(seen) < 2:
        return None
    try:
        beginning = _beginning(claim, evidence, seen, budget, free)
        if beginning is None:
            return None
        explanation, last = beginning
        if last == seen[-1]:
            return explanation
        after = _after(claim, evidence, explanation, last, budget)
    except OutOfTime:
        return None
    if isinstance(after, Change):
        return replace(after, printed=evidence.rounding > 0)
    return after or Change(explanation, last + 1)


def _beginning(
    claim: Dialect,
    evidence: Evidence,
    seen: NDArray[np.int64],
    budget: Budget,
    free: Sequence[str],
) -> tuple[Explanation, int] | None:
    """What explains most of the first steps, and the last step, from 0, that it explains."""
    trial = Trial(claim, [evidence], budget)
    last = explains_until(trial, Explanation(()), evidence)
    if last is not None and last >= seen[min(1, len(seen) - 1)]:
        return _with_bits(claim, evidence, Explanation(()), last, budget), last
    part = len(seen) - 1
    while part > 1:  # the first half, the half of that, ...
        part //= 2
        end = seen[max(1, part)]
        search = Search(claim, [shortened(evidence, int(end) + 1)], free, budget)
        for explanation in filter(search.tells, ranked(search.run(largest=1))):
            last = explains_until(trial, explanation, evidence)
            if last is not None and last >= end:
                return explanation, last
    return None


def _with_bits(
    claim: Dialect, evidence: Evidence, explanation: Explanation, last: int, budget: Budget
) -> Explanation:
    """The explanation with the arithmetic that equals the beginning, if one does."""
    beginning = shortened(evidence, last + 1)
    equal = Trial(claim, [beginning], budget).equal(
        explanation.chosen, explanation.constants, beginning
    )
    bits = ((evidence.precision, equal[0]),) if equal else None
    return replace(explanation, arithmetic=bits)


def _after(
    claim: Dialect, evidence: Evidence, before: Explanation, last: int, budget: Budget
) -> Change | Explanation | None:
    """What changes after step `last`, from 0: the state is lost, or the learning rate another."""
    port = dialect(claim, before.chosen, before.constants)
    for repeated in (False, True):
        more = lost(port, evidence, last + 1, budget, repeated=repeated)
        if more is not None and more >= 0:
            return Change(before, last + 1, "state", repeated=repeated)
    other = other_rate(claim, before, [evidence], last, budget)
    if other is None:
        return steps_down(claim, before, [evidence], last, budget)
    return Change(before, last + 1, "learning_rate", factor=other.factor, learning_rate=other.rate)


# -- parts ----------------------------------------------------------------------------------------


def parts(
    claim: Dialect, evidence: Evidence, budget: Budget, free: Sequence[str] = ()
) -> tuple[Part, ...]:
    """Arrays that different sets explain, else elements; empty where all of it stays open."""
    if coupled(claim):
        return ()
    try:
        scenario = evidence.scenario
        if len(scenario.lengths) > 1:
            starts = np.cumsum([0, *scenario.lengths])
            masks = {
                name: np.isin(np.arange(scenario.size), np.arange(starts[i], starts[i + 1]))
                for i, name in enumerate(scenario.names)
                if scenario.lengths[i]
            }
            groups = _grouped(claim, evidence, masks, budget, free)
            if groups and all(part.explanation for part in groups):
                return groups
        if scenario.size > 1:
            places = [f"{n}[{i}]" for n, k in zip(scenario.names, scenario.lengths, strict=True)
                      for i in range(k)]  # fmt: skip
            numbers = np.arange(scenario.size)
            masks = {place: numbers == i for i, place in enumerate(places)}
            return _as_claimed(claim, evidence, masks, budget, free)
    except OutOfTime:
        pass
    return ()


def _grouped(
    claim: Dialect,
    evidence: Evidence,
    masks: dict[str, NDArray[np.bool_]],
    budget: Budget,
    free: Sequence[str],
) -> tuple[Part, ...]:
    """Arrays grouped by what explains them, those as claimed first; one alone is no group."""
    left = dict(masks)
    groups: list[Part] = []
    claimed = Explanation(())
    while left and len(groups) < _GROUPS:
        first = next(iter(left))
        explanation = claimed if not groups else None
        if explanation is None:
            alone = Search(claim, [restricted(evidence, left[first])], free, budget)
            explanation = _told(alone, _SIZE)
        if explanation is None:
            groups.append(Part(tuple(left), None))
            break
        same = {n: m for n, m in left.items() if _explains(claim, explanation, evidence, m, budget)}
        if same:
            groups.append(Part(tuple(same), explanation))
        elif explanation is not claimed:
            groups.append(Part((first,), explanation))
            same = {first: left[first]}
        else:
            groups.append(Part((), claimed))
        left = {n: m for n, m in left.items() if n not in same}
    if left and groups and groups[-1].explanation is not None:
        groups.append(Part(tuple(left), None))
    groups = [g for g in groups if g.places]
    return tuple(groups) if len(groups) > 1 else ()


def _told(search: Search, largest: int) -> Explanation | None:
    """The likeliest explanation of a part that is no chance, with what its constants leave open."""
    likely = next(filter(search.tells, ranked(search.run(largest=largest))), None)
    return likely and search.left_open(likely, search.budget)


def _explains(
    claim: Dialect,
    explanation: Explanation,
    evidence: Evidence,
    mask: NDArray[np.bool_],
    budget: Budget,
) -> bool:
    part = restricted(evidence, mask)
    trial = Trial(claim, [part], budget)
    return bool(trial.borne_out([(explanation.chosen, dict(explanation.constants))]))


def _as_claimed(
    claim: Dialect,
    evidence: Evidence,
    masks: dict[str, NDArray[np.bool_]],
    budget: Budget,
    free: Sequence[str],
) -> tuple[Part, ...]:
    """The elements that are as claimed, if most are, and what explains the others together."""
    apart, _ = Trial(claim, [evidence], budget).outside(CLAIM, evidence)
    off = apart[0].any(axis=0)
    if not off.any() or off.mean() > 0.5 or not _moved(evidence, ~off):
        return ()
    names = list(masks)
    good = tuple(name for name, wrong in zip(names, off, strict=True) if not wrong)
    bad = tuple(name for name, wrong in zip(names, off, strict=True) if wrong)
    rest = restricted(evidence, off)
    explanation = None
    if np.isfinite(rest.weights[rest.seen]).all():
        explanation = _told(Search(claim, [rest], free, budget), 1)
    return (Part(good, Explanation(())), Part(bad, explanation))


def _moved(evidence: Evidence, mask: NDArray[np.bool_]) -> bool:
    rows = evidence.weights[evidence.seen][:, mask]
    return bool((rows != evidence.initial[mask]).any())
