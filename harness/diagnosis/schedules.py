"""A learning rate that is another in every step, the same way in all evidence.

Where nothing but the learning rate differs, each step is the claim's own by a factor. The factors
are read from one piece of evidence, and what is common among schedules is solved from them: it is
named only where every step of all evidence bears it out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from harness.diagnosis.budget import Budget, OutOfTime
from harness.diagnosis.explanation import Change, Explanation, Schedule
from harness.diagnosis.hypotheses import (
    IGNORED,
    USUAL,
    Candidate,
    dialect,
    in_order,
    of_formula,
    open_constants,
    singles,
)
from harness.diagnosis.noise import UNITS
from harness.diagnosis.trial import Trial, cut
from harness.model.evidence import Evidence, shortened
from harness.model.observation import Rows
from python_ref.dialects.dialect import Dialect
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

# Factors are read from so many steps; fewer than the least show no form.
_READ, _LEAST = 40, 4
# How far a step may be from one that only the rate tells apart, relative to its longest element.
_NEAR = 1e-5
# How far factors may be from a form whose number is not written out yet.
_CLOSE = 1e-4
# Numbers of forms and factors are written in so many digits at most.
_DIGITS = 6
# A table of factors has so many values at most: more are no table that somebody wrote.
_TABLE = 12

Counts = NDArray[np.float64]


@dataclass(frozen=True)
class Form:
    """How factors depend on the step.

    Attributes:
        formula: of t, counted from 1.
        name: what the number in it is called.
        factors: (T,) of t and the number.
        number: read from t and factors; NaN where they are not of this form.
    """

    formula: str
    name: str
    factors: Callable[[Counts, float], Rows]
    number: Callable[[Counts, Rows], float]


def _cosine(t: Counts, n: float) -> Rows:
    return np.asarray((1 + np.cos(math.pi * np.minimum(t, n) / n)) / 2)


def _of_cosine(t: Counts, r: Rows) -> float:
    """From the steepest part, where a factor tells most of it."""
    inside = (r > 0) & (r < 1) & (t > 0)
    if not inside.any():
        return math.nan
    i = int(np.argmin(np.where(inside, np.abs(r - 0.5), np.inf)))
    return float(math.pi * t[i] / math.acos(2 * r[i] - 1))


def _median(values: Rows) -> float:
    return float(np.median(values)) if values.size else math.nan


def _of_rise(t: Counts, r: Rows) -> float:
    rising = (r > 0) & (r < 1 - _CLOSE)
    return _median(t[rising] / r[rising])


def _of_fall(t: Counts, r: Rows) -> float:
    falling = (r > 0) & (r < 1 - _CLOSE)
    return _median(t[falling] / (1 - r[falling]))


def _of_power(t: Counts, r: Rows) -> float:
    return _median(r[r > 0] ** (1 / t[r > 0]))


FORMS = (
    Form("f^t", "f", lambda t, f: f**t, _of_power),
    Form("min(1, t/n)", "n", lambda t, n: np.minimum(1, t / n), _of_rise),
    Form("min(1, (t-1)/n)", "n", lambda t, n: np.minimum(1, (t - 1) / n),
         lambda t, r: _of_rise(t - 1, r)),
    Form("max(0, 1 - t/n)", "n", lambda t, n: np.maximum(0, 1 - t / n), _of_fall),
    Form("(1 + cos(pi*min(t-1, n)/n))/2", "n", lambda t, n: _cosine(t - 1, n),
         lambda t, r: _of_cosine(t - 1, r)),
    Form("(1 + cos(pi*min(t, n)/n))/2", "n", _cosine, _of_cosine),
    Form("1/sqrt(t)", "", lambda t, _n: 1 / np.sqrt(t), lambda _t, _r: 1.0),
)  # fmt: skip
"""What is looked for, beside what the axis `schedule` has; a table of a few factors comes last."""


def scheduled(
    claim: Dialect, evidence: Sequence[Evidence], budget: Budget, free: Sequence[str] = ()
) -> Change | None:
    """The claim, or a single deviation from it, with a learning rate of a form; None if none is.

    Args:
        claim: what the port was held against.
        evidence: what was observed; the richest piece first.
        budget: asked for time.
        free: hyperparameters that the port cannot be given: usual numbers are tried.
    """
    longest = max(evidence, key=lambda e: min(e.steps, _READ))
    read_from = [evidence[0], *([longest] if evidence[0].steps < _LEAST else [])][-1]
    part = shortened(read_from, _READ)
    if part.steps < _LEAST or not part.seen[: part.steps].all():
        return None
    short_first = sorted(evidence, key=lambda e: e.weights.size)
    try:
        for (chosen, constants), factors in _read(claim, part, free, budget):
            port = dialect(claim, chosen, constants)
            for schedule in _written(factors):
                if _fits(port, short_first, schedule, budget):
                    before = Explanation(chosen, constants)
                    return Change(before, 0, "schedule", schedule=schedule)
    except OutOfTime:
        pass
    return None


def _read(
    claim: Dialect, evidence: Evidence, free: Sequence[str], budget: Budget
) -> Iterator[tuple[Candidate, Rows]]:
    """The formulas whose every step is what was seen by a factor, and (T,) the factors."""
    candidates = list(_candidates(claim, free))
    hypotheses = [
        Hypothesis(dialect(claim, c, own), precision=evidence.precision) for c, own in candidates
    ]
    weights = replay(cut(evidence), hypotheses, before_each=budget.check).weights
    observed = evidence.weights[: evidence.steps]
    went = _steps(evidence.initial, observed)
    rounded = 4 * UNITS[evidence.precision] * np.abs(observed) + 2 * evidence.rounding
    for candidate, replayed in zip(candidates, weights, strict=True):
        own = _steps(evidence.initial, replayed)
        usable = np.isfinite(own) & np.isfinite(went)
        own, moved = np.where(usable, own, 0.0), np.where(usable, went, 0.0)
        size = (own**2).sum(axis=1)
        # Of one element any step is the other one by a factor.
        if (np.count_nonzero(own, axis=1) < 2).any() or not np.isfinite(size).all():
            continue
        factors = (own * moved).sum(axis=1) / size
        apart = np.abs(moved - factors[:, None] * own)
        if (apart <= _NEAR * np.abs(moved).max(axis=1, keepdims=True) + rounded).all():
            yield candidate, factors


def _candidates(claim: Dialect, free: Sequence[str]) -> Iterator[Candidate]:
    """The claim and single deviations, with usual numbers for what a port cannot be given."""
    alone = [c for c in singles(claim) if c == of_formula(c) and not open_constants(c)]
    names = [name for name in ("decay_rate", "epsilon") if name in free]
    members = tuple((IGNORED[name], "ignored") for name in names)
    for chosen in ((), *alone):
        if _by_the_rate_alone(dialect(claim, chosen)):
            for values in product(*(USUAL[name] for name in names)):
                yield in_order((*chosen, *members)), dict(zip(names, values, strict=True))


def _by_the_rate_alone(port: Dialect) -> bool:
    """Whether a step is in proportion to its learning rate, and no other rate enters it."""
    return (
        port.choice("schedule") == "no"
        and port.choice("momentum") in ("no", "lr_out_of_buffer")
        and port.choice("weight_decay") == "no"
        and port.choice("learning_rate") == "given"
        and port.choice("write") != "none"
    )


def _steps(initial: Rows, weights: Rows) -> Rows:
    with np.errstate(all="ignore"):
        return np.asarray(np.diff(np.vstack([initial, weights]), axis=0))


def _written(factors: Rows) -> Iterator[Schedule]:
    """Schedules whose factors are near these, their numbers with few digits first."""
    t = np.arange(1, len(factors) + 1, dtype=np.float64)
    if np.ptp(factors) < _CLOSE:
        return
    for form in FORMS:
        with np.errstate(all="ignore"):
            number = form.number(t, factors)
            near = np.isfinite(number) and number > 0
            if not near or np.abs(form.factors(t, number) - factors).max() > _CLOSE:
                continue
        for digits in range(1, _DIGITS + 1):
            written = float(f"{number:.{digits}g}")
            if np.abs(form.factors(t, written) - factors).max() <= _CLOSE:
                yield Schedule(form.formula, form.name, written)
    yield from _tables(factors)


def _tables(factors: Rows) -> Iterator[Schedule]:
    """Factors as somebody wrote them one by one: a few values, few digits each, the last kept."""
    last = len(factors)
    while last > 1 and abs(factors[last - 2] - factors[-1]) < _CLOSE * _CLOSE:
        last -= 1
    values = tuple(float(f"{x:.3g}") for x in factors[:last].tolist())
    few = len(set(values)) <= _TABLE and 2 * len(set(values)) <= len(factors)
    if few and np.abs(np.array(values) - factors[:last]).max() < _CLOSE * _CLOSE:
        yield Schedule("", table=values)


def factors_of(schedule: Schedule, steps: int) -> Rows:
    """(T,) what the learning rate is multiplied by in each of so many steps."""
    if schedule.table:
        table = [*schedule.table, *[schedule.table[-1]] * steps]
        return np.array(table[:steps])
    form = next(f for f in FORMS if f.formula == schedule.formula)
    return form.factors(np.arange(1, steps + 1, dtype=np.float64), schedule.number)


def _fits(port: Dialect, evidence: Sequence[Evidence], schedule: Schedule, budget: Budget) -> bool:
    """Whether nothing contradicts a schedule, and most of what moved speaks for it."""
    supporting = 0
    for e in evidence:
        changed = _fed(e, schedule)
        fits, says = Trial(port, [changed], budget).within([((), {})], changed)
        if not fits[0]:
            return False
        supporting += int(says[0, 0] - says[1, 0])
    return supporting > 0


def _fed(evidence: Evidence, schedule: Schedule) -> Evidence:
    """The evidence as if its rates had been given; what rounding them may cost is slack."""
    scenario = evidence.scenario
    factors = factors_of(schedule, scenario.steps)
    given = scenario.learning_rates or (scenario.learning_rate,) * scenario.steps
    rates = tuple(float(r * f) for r, f in zip(given, factors, strict=True))
    went = _steps(evidence.initial, evidence.weights[: evidence.steps])
    went = np.where(np.isfinite(went), np.abs(went), 0.0).max(axis=1, initial=0.0)
    # A rate that is made of the one before it has been rounded once a step.
    counts = np.arange(1, len(went) + 1)
    slack = float((2 * UNITS[evidence.precision] * (counts + 1) * went).sum())
    return replace(
        evidence,
        scenario=replace(scenario, learning_rate=rates[0], learning_rates=rates),
        rounding=evidence.rounding + slack,
    )
