"""A learning rate that is another in every step, the same way in all evidence.

Where nothing but the learning rate differs, each step is the claim's own by a factor. The factors
are read from one piece of evidence, and what is common among schedules is solved from them: it is
named only where every step of all evidence bears it out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from harness.diagnosis.budget import Budget, OutOfTime
from harness.diagnosis.explanation import Change, Explanation, Schedule
from harness.diagnosis.forms import CLOSE, FORMS
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
from harness.diagnosis.rates import rates_of
from harness.diagnosis.trial import Trial, cut
from harness.model.evidence import Evidence, shortened
from harness.model.observation import Rows, flat_gradients
from python_ref.dialects.dialect import Dialect
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

# Factors are read from so many steps; fewer than the least show no form.
_READ, _LEAST = 40, 4
# How far a step may be from one that only the rate tells apart, relative to its longest element.
_NEAR = 1e-5
# Numbers of forms and factors are written in so many digits at most.
_DIGITS = 6
# Half units that a step may be off by rounding, where it is said to be one by a factor.
_ROUNDED = 64
# Of factors that are read alone so many are told, with so many digits.
_SHOWN, _SHOWN_DIGITS = 8, 4
# A table of factors has so many values at most: more are no table that somebody wrote.
_TABLE = 12
# What is said to stay from then on was seen in so many more steps.
_KEPT = 3


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
    read_from = longest if evidence[0].steps < _LEAST else evidence[0]
    part = shortened(read_from, _READ)
    if part.steps < _LEAST or not part.seen[: part.steps].all():
        return None
    short_first = sorted(evidence, key=lambda e: e.weights.size)
    try:
        seen = []
        for (chosen, constants), factors in _read(claim, part, free, budget):
            port = dialect(claim, chosen, constants)
            seen.append((chosen, constants, factors))
            for schedule in _written(factors):
                if _fits(port, short_first, schedule, budget):
                    before = Explanation(chosen, constants)
                    printed = any(e.rounding for e in evidence)
                    return Change(before, 0, "schedule", schedule=schedule, printed=printed)
        for chosen, constants, factors in seen:
            if _everywhere(dialect(claim, chosen, constants), evidence, factors, budget):
                few = tuple(float(f"{x:.{_SHOWN_DIGITS}g}") for x in factors[:_SHOWN].tolist())
                before = Explanation(chosen, constants)
                return Change(before, 0, "schedule", schedule=Schedule("", read=few))
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
    for candidate, replayed in zip(candidates, weights, strict=True):
        result = _factors(replayed, evidence, _NEAR)
        if result is not None and np.isfinite(result[0]).all():
            yield candidate, result[0]


def _factors(replayed: Rows, evidence: Evidence, near: float) -> tuple[Rows, Rows] | None:
    """(T,) by what each step that was seen is longer, and how far off rounding may put that.

    NaN where fewer than two elements move: of one any step is the other one by a factor. None
    where steps are none by a factor, `near` of their longest elements and rounding aside.
    """
    observed = evidence.weights[: evidence.steps]
    own, moved = _steps(evidence.initial, replayed), _steps(evidence.initial, observed)
    usable = np.isfinite(own) & np.isfinite(moved)
    own, moved = np.where(usable, own, 0.0), np.where(usable, moved, 0.0)
    size = (own**2).sum(axis=1)
    told = (np.count_nonzero(own, axis=1) > 1) & (size > 0) & np.isfinite(size)
    rounded = 4 * UNITS[evidence.precision] * np.abs(observed) + 2 * evidence.rounding
    with np.errstate(all="ignore"):
        factors = np.where(told, (own * moved).sum(axis=1) / size, np.nan)
        slack = np.where(told, rounded.sum(axis=1) / np.sqrt(size), np.nan)
        apart = np.abs(moved - factors[:, None] * own)
        limit = near * np.abs(moved).max(axis=1, keepdims=True) + slack[:, None] * np.abs(own)
        fits = apart <= limit + rounded
    return (factors, slack) if fits[told].all() else None


def _everywhere(port: Dialect, evidence: Sequence[Evidence], factors: Rows, budget: Budget) -> bool:
    """Whether all evidence has these factors, as near as they can be read, wherever it tells.

    What one scenario alone has may come of what it was fed, as where steps are made of one length.
    """
    if np.ptp(factors) < CLOSE:
        return False
    telling: list[Rows] = []
    for e in evidence:
        part = shortened(e, len(factors))
        if not part.seen[: part.steps].all():
            continue
        hypothesis = Hypothesis(port, precision=part.precision)
        replayed = replay(cut(part), [hypothesis], before_each=budget.check).weights[0]
        rounded = _ROUNDED * UNITS[part.precision]
        result = _factors(replayed, part, rounded)
        if result is None:
            return False
        others, slack = result
        apart = np.abs(others - factors[: part.steps])
        if (apart > rounded + 2 * slack).any():  # NaN is not
            return False
        if np.isfinite(apart).sum() > 1:
            telling.append(flat_gradients(part.scenario, 0, part.steps)[0])
    return any(not np.array_equal(fed, telling[0]) for fed in telling)


def _candidates(claim: Dialect, free: Sequence[str]) -> Iterator[Candidate]:
    """The claim and single deviations, with usual numbers for what a port cannot be given."""
    alone = [
        c
        for c in singles(claim)
        if c == of_formula(c) and not open_constants(c) and c[0][0] != "schedule"
    ]
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
    if np.ptp(factors) < CLOSE:
        return
    for form in FORMS:
        with np.errstate(all="ignore"):
            number = form.number(t, factors)
            near = np.isfinite(number) and number > 0
            if not near or np.abs(form.factors(t, number) - factors).max() > CLOSE:
                continue
        for digits in range(1, _DIGITS + 1):
            written = float(f"{number:.{digits}g}")
            if np.abs(form.factors(t, written) - factors).max() <= CLOSE:
                yield Schedule(form.formula, form.name, written)
    yield from _tables(factors)


def _tables(factors: Rows) -> Iterator[Schedule]:
    """Factors as somebody wrote them one by one: a few values, few digits each, the last kept."""
    last = len(factors)
    while last > 1 and abs(factors[last - 2] - factors[-1]) < CLOSE * CLOSE:
        last -= 1
    values = tuple(float(f"{x:.3g}") for x in factors[:last].tolist())
    if len(factors) - last < _KEPT:
        return
    few = len(set(values)) <= _TABLE and 2 * len(set(values)) <= len(factors)
    if few and np.abs(np.array(values) - factors[:last]).max() < CLOSE * CLOSE:
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
        more = Trial(port, [_fed(e, schedule)], budget).speaking()
        if more is None:
            return False
        supporting += more
    return supporting > 0


def _fed(evidence: Evidence, schedule: Schedule) -> Evidence:
    """The evidence as if its rates had been given; what rounding them may cost is slack."""
    scenario = evidence.scenario
    factors = factors_of(schedule, scenario.steps)
    rates = tuple(float(r * f) for r, f in zip(rates_of(evidence), factors, strict=True))
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
