"""A learning rate that changes after a step and stays changed, the same way in all evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from harness.diagnosis.budget import Budget
from harness.diagnosis.explanation import Explanation
from harness.diagnosis.hypotheses import dialect, in_order
from harness.diagnosis.trial import CLAIM, Trial, cut
from harness.model.evidence import Evidence, shortened
from python_ref.dialects.dialect import Dialect
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

# Numbers that are read from what came after are written in so many digits at most.
_DIGITS = 9
_SECANTS = 4
# What is read as less of the learning rate is none of it.
_NOTHING = 1e-6
# A factor is read from so many steps.
_READ = 24


@dataclass(frozen=True)
class OtherRate:
    """What the learning rate is after a step.

    Attributes:
        factor: what it is multiplied by; None where that differs between pieces of evidence.
        rate: what it is; None where that differs.
    """

    factor: float | None
    rate: float | None


def other_rate(
    claim: Dialect, before: Explanation, evidence: Sequence[Evidence], last: int, budget: Budget
) -> OtherRate | None:
    """What the learning rate is after step `last`, from 0; None if no other explains the rest.

    Args:
        claim: what deviations are from.
        before: what explains all steps up to `last`.
        evidence: all that goes on after it; the first piece is off there.
        last: the last step that `before` explains.
        budget: asked for time.
    """
    solved, evidence = _fed_its_own(claim, before, evidence)
    if solved.choice("learning_rate") != "given":
        return None
    factor = _factor(solved, shortened(evidence[0], last + 1 + _READ), last)
    if factor is None:
        return None
    # What is short tells a wrong one soonest.
    short_first = sorted(evidence, key=lambda e: e.weights.size)
    for other in _written(evidence[0].scenario.learning_rate, factor):
        if _fits(solved, short_first, last, other, budget):
            return _both_ways(other, evidence)
    return None


def steps_down(
    claim: Dialect, before: Explanation, evidence: Sequence[Evidence], last: int, budget: Budget
) -> Explanation | None:
    """The schedule by which the learning rate changes again after every `last` + 1 steps.

    Periods that are too long to be started from in a search. The arguments are as above.
    """
    solved, fed = _fed_its_own(claim, before, evidence)
    if solved.choice("learning_rate") != "given" or solved.choice("schedule") != "no":
        return None
    factor = _factor(solved, shortened(fed[0], 2 * last + 2), last)
    if factor is None or factor < _NOTHING:
        return None
    short_first = sorted(evidence, key=lambda e: e.weights.size)
    chosen = in_order((*before.chosen, ("schedule", "steps")))
    for digits in range(1, _DIGITS + 1):
        written = {"factor": float(f"{factor:.{digits}g}"), "every": float(last + 1)}
        candidate = chosen, {**before.constants, **written}
        if explanations := Trial(claim, short_first, budget).explained([candidate]):
            return explanations[0]
    return None


def _fed_its_own(
    claim: Dialect, before: Explanation, evidence: Sequence[Evidence]
) -> tuple[Dialect, Sequence[Evidence]]:
    """A formula that takes its learning rate, and the evidence with the one that it has itself."""
    chosen = tuple(m for m in before.chosen if m != ("learning_rate", "ignored"))
    constants = {n: x for n, x in before.constants.items() if n != "learning_rate"}
    if own := before.constants.get("learning_rate"):
        evidence = [
            replace(e, scenario=replace(e.scenario, learning_rate=own, learning_rates=()))
            for e in evidence
        ]
    return dialect(claim, chosen, constants), evidence


def _fits(
    solved: Dialect, evidence: Sequence[Evidence], last: int, other: OtherRate, budget: Budget
) -> bool:
    """Whether nothing contradicts another learning rate, and most of what moved speaks for it."""
    supporting = 0
    for e in evidence:
        trial = Trial(solved, [_changed(e, last, other)], budget)
        more = trial.speaking() if trial.near(CLAIM) else None
        if more is None:
            return False
        supporting += more
    return supporting >= 0


def _written(rate: float, factor: float) -> Iterator[OtherRate]:
    """The rate that comes of `rate` by a factor, and the factor itself, few digits first."""
    yield OtherRate(0.0, 0.0)
    if abs(factor) < _NOTHING:
        return
    for digits in range(1, _DIGITS + 1):
        yield OtherRate(None, float(f"{rate * factor:.{digits}g}"))
        yield OtherRate(float(f"{factor:.{digits}g}"), None)


def _both_ways(other: OtherRate, evidence: Sequence[Evidence]) -> OtherRate:
    """The same said both ways, where one learning rate was given in all evidence."""
    given = {r for e in evidence for r in rates_of(e)}
    if len(given) > 1:
        return other
    rate = given.pop()
    if other.factor is None:
        return OtherRate((other.rate or 0.0) / rate, other.rate)
    return OtherRate(other.factor, other.factor * rate)


def rates_of(evidence: Evidence) -> tuple[float, ...]:
    """The learning rate that was given in each step."""
    scenario = evidence.scenario
    return scenario.learning_rates or (scenario.learning_rate,) * scenario.steps


def _changed(evidence: Evidence, last: int, other: OtherRate) -> Evidence:
    """The evidence as it was fed with another learning rate after step `last`."""

    def rate(given: float) -> float:
        return (other.rate or 0.0) if other.factor is None else given * other.factor

    rates = tuple(r if t <= last else rate(r) for t, r in enumerate(rates_of(evidence)))
    return replace(evidence, scenario=replace(evidence.scenario, learning_rates=rates))


def _factor(dialect: Dialect, evidence: Evidence, last: int) -> float | None:
    """What the learning rate is multiplied by after step `last`, as near as secants come."""
    if not evidence.scenario.learning_rate:
        return None
    rows = [t for t in np.flatnonzero(evidence.seen).tolist() if t > last]
    observed = evidence.weights[rows]
    usable = np.isfinite(observed)
    factor = 0.5
    for _ in range(_SECANTS):
        near = [factor, factor * 1.001]
        weights = [
            replay(
                cut(_changed(evidence, last, OtherRate(f, None))),
                [Hypothesis(dialect, precision=evidence.precision)],
            ).weights[0][rows]
            for f in near
        ]
        slope = np.where(usable, weights[1] - weights[0], 0.0) / (near[1] - near[0])
        off = np.where(usable, observed - weights[0], 0.0)
        # A factor alone gives any number: two must show it.
        if not np.isfinite(slope).all() or np.count_nonzero(slope) < 2:
            return None
        factor += float((slope * off).sum() / (slope**2).sum())
        if not np.isfinite(factor):
            return None
        if abs(factor) < _NOTHING:
            break
    return factor
