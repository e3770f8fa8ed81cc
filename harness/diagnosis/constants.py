"""From a constant that fits to the one that was written, and how far it is determined."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

from harness.diagnosis.explanation import Explanation
from harness.diagnosis.hypotheses import IGNORED, Candidate, Deviations, open_constants
from harness.diagnosis.idle import read_elsewhere
from harness.diagnosis.iterates import RATES, Opened, Solved, sensible
from harness.diagnosis.settling import settle
from harness.diagnosis.solver import errors, polish, solve
from harness.diagnosis.trial import Trial
from python_ref.dialects.dialect import Dialect

# What a constant is where it has no effect, or where a formula without one says the same; where
# that fits as well, nothing determines it.
_WITHOUT: Mapping[str, tuple[float, ...]] = {
    "momentum": (0.0,),
    "weight_decay": (0.0,),
    "decay": (0.0,),
    "mean_decay": (0.0,),
    "epsilon": (0.0,),
    "clip": (1e30,),
    "factor": (1.0, 0.0),  # a rate that ends falls by no factor
    "total": (1e12,),
    "gradient_scale": (1.0,),
    "initial_average": (0.0, 1.0),
}
# Of the sets that come near, so many are looked at; print that leaves more open says nothing.
_MOST = 120
# A residual this many times what precision and print leave is none of theirs. `typical` is no
# bound: the envelope is several times as wide.
_BEYOND = 40.0
# Digits after which doubles, and floats or print, have no more to say.
_DIGITS, _FEW_DIGITS = 15, 9
# Of a constant so much is written; what is narrower than that is no interval.
_LEAST_WIDTH = 1e-10
# What leaves so many times what the best leaves, or a double's last bits more, is as good, while
# it is not known yet which floats are computed with; so many are settled.
_HARDLY, _NEXT = 1.5, 1e-7
_SETTLED = 4
# Sets that are solved again with rounded hyperparameters.
_AGAIN = 8


def solved_for(
    trial: Trial,
    opened: Sequence[Opened],
    rows: Sequence[int],
    more: Sequence[int],
    dense: bool = False,
    beside: Sequence[Explanation] = (),
) -> list[Explanation]:
    """Explanations by sets whose constants are solved for, each the shortest that fits.

    Args:
        trial: the evidence; constants are read from its first piece.
        opened: sets with the names of what they leave open.
        rows: the steps to solve from.
        more: the steps to read the digits from.
        dense: start from more points.
        beside: what was found of as many deviations.
    """
    if not opened:
        return []
    near = solve(trial.claim, opened, trial.evidence[0], rows, trial.budget, dense)[:_MOST]
    return solved_from(trial, list(read_elsewhere(trial, near)), more, beside)


def solved_from(
    trial: Trial,
    near: Sequence[Solved],
    more: Sequence[int],
    beside: Sequence[Explanation] = (),
) -> list[Explanation]:
    """Explanations by sets with constants that come near, each the shortest that fits."""
    evidence = trial.evidence[0]
    explanations: list[Explanation] = []
    again: list[Solved] = []
    polished = polish(trial.claim, near, evidence, more, trial.budget)
    for better in sorted(polished, key=lambda solved: solved.error):
        trial.budget.check()
        noisy = evidence.rounding or evidence.precision != "float64" or trial.storable
        # Where another one is equal to the last bit, what does not come as near is no cause.
        exact = any(e.arithmetic is not None for e in [*beside, *explanations])
        if ((noisy and not trial.storable) or exact) and better.worst > _BEYOND:
            continue
        shortest = _shortest(trial, better, more, _FEW_DIGITS if noisy else _DIGITS)
        explanations += shortest
        if not shortest and not noisy:
            again.append(better)
    if not explanations:
        explanations = _with_rounding(trial, again[:_AGAIN], more)
    return [e for e in explanations if determined(trial, e)]


def complemented(chosen: Deviations, constants: Mapping[str, float]) -> list[Solved]:
    """A set with these constants, and with what each of their rates lacks to one in its place.

    None at the end of a constant's range, from where nothing leads on: a rate of 0 or 1.
    """
    ways = [
        [x for x in ((given, 1 - given) if name in RATES else (given,)) if sensible(name, x)]
        for name, given in constants.items()
    ]
    return [
        Solved(chosen, dict(zip(constants, values, strict=True)), math.inf)
        for values in product(*ways)
    ]


def _shortest(trial: Trial, solved: Solved, rows: Sequence[int], digits: int) -> list[Explanation]:
    """The first of the ladder that is exact, else the first that fits, if any does."""
    ladder = [(solved.chosen, c) for c in shortest_first(solved.constants, digits)]
    near = trial.near(ladder)
    fitting: list[Explanation] = []
    # What comes near first is mostly it, and then the rest need not be looked at.
    for part in near[:1], near[1:]:
        fitting += trial.borne_out(part)
        if exact := [e for e in fitting if e.arithmetic is not None]:
            return exact[:1]
    if fitting:
        return fitting[:1]
    close = settle(trial, _close(trial, solved, near, rows))
    return sorted(close, key=lambda e: e.arithmetic is None)[:1]


def _close(
    trial: Trial, solved: Solved, near: Sequence[Candidate], rows: Sequence[int]
) -> list[Candidate]:
    """The shortest that leave hardly more than what fits best: other numbers may do the rest."""
    if not near:
        return []
    left = errors(
        trial.claim, solved.chosen, [c for _, c in near], trial.evidence[0], rows, trial.budget
    )
    limit = _HARDLY * solved.error + _NEXT
    return [c for c, error in zip(near, left.tolist(), strict=True) if error <= limit][:_SETTLED]


def _with_rounding(trial: Trial, near: Sequence[Solved], more: Sequence[int]) -> list[Explanation]:
    """Solve again beside hyperparameters that are rounded to float32: they move constants."""
    from harness.diagnosis.settling import variants

    explanations: list[Explanation] = []
    for solved in near:
        for numbers in variants(trial, (solved.chosen, solved.constants)):
            if [axis for axis, _ in numbers] != ["float32_hyperparameters"]:
                continue
            chosen = replace(solved, chosen=(*solved.chosen, *numbers))
            (better,) = polish(trial.claim, [chosen], trial.evidence[0], more, trial.budget)
            ladder = [(better.chosen, c) for c in shortest_first(better.constants, _DIGITS)]
            fits = trial.borne_out(trial.near(ladder, 1e-10))[:1]
            explanations += fits
            if fits:
                break
    return explanations


def determined(trial: Trial, explanation: Explanation) -> bool:
    """Whether what was seen tells each constant from its having no effect."""
    for name in explanation.constants:
        for value in _WITHOUT.get(name, ()):
            without = {**explanation.constants, name: value}
            if bool(trial.within([(explanation.chosen, without)], trial.evidence[0])[0][0]):
                rest = trial.evidence[1:]
                if all(trial.within([(explanation.chosen, without)], e)[0][0] for e in rest):
                    return False
    return True


def with_intervals(trial: Trial, explanation: Explanation) -> Explanation:
    """The explanation with the interval of each constant that print or floats leave open."""
    intervals: dict[str, tuple[float, float]] = {}
    for name, value in explanation.constants.items():
        if name == "every":
            continue
        low, high = (_end(trial, explanation, name, value, sign) for sign in (-1, 1))
        if high - low > _LEAST_WIDTH * abs(value):
            intervals[name] = (low, high)
    return replace(explanation, intervals=intervals)


def _end(trial: Trial, explanation: Explanation, name: str, value: float, sign: int) -> float:
    """Where a constant fits no more if it is moved one way, the others as they are.

    0 or infinity where it could be moved on and on.
    """

    def fits(offsets: Sequence[float]) -> list[bool]:
        given = [value + sign * abs(value) * x for x in offsets]
        ways = [(explanation.chosen, {**explanation.constants, name: v}) for v in given]
        good = [sensible(name, v) for v in given]
        for evidence in trial.evidence:
            within = trial.within(ways, evidence)[0].tolist()
            good = [a and b for a, b in zip(good, within, strict=True)]
        return good

    ladder = [10.0**k for k in range(-15, 3)]
    good = fits(ladder)
    if sign > 0 and all(good):  # a value that is small for what it could be
        ladder = [10.0**k for k in range(2, 41)]
        good = fits(ladder)
    last = next((i for i, fit in enumerate(good) if not fit), len(good)) - 1
    if last < 0:
        return value
    if last == len(ladder) - 1:
        return math.inf
    low, high = ladder[last], ladder[last + 1]
    for _ in range(2):
        points = [low + (high - low) * k / 16 for k in range(17)]
        good = fits(points)
        last = max((i for i, fit in enumerate(good) if fit), default=0)
        low, high = points[last], points[min(last + 1, 16)]
    end = value + sign * abs(value) * high
    return min(end, 1.0) if name in RATES else end


def shortest_first(constants: Mapping[str, float], most: int = 15) -> Iterator[dict[str, float]]:
    """The constants, all rounded to 1, 2, ... significant digits, then as they are.

    Rates are also tried with few digits of what is missing to one (0.9997), scales with few
    digits of their inverse (1/32).
    """
    seen = set()
    for digits in range(1, most + 1):
        ways = []
        for name, value in constants.items():
            forms = [float(f"{value:.{digits}g}")]
            if name in RATES:
                forms.append(1 - float(f"{1 - value:.{digits}g}"))
            if name == "gradient_scale":
                forms.append(1 / float(f"{1 / value:.{digits}g}"))
            ways.append([form for form in forms if sensible(name, form)])
        for combined in product(*ways):
            if combined not in seen:
                seen.add(combined)
                yield dict(zip(constants, combined, strict=True))
    yield dict(constants)


def opened_names(
    claim: Dialect, chosen: Sequence[tuple[str, str]], offered: Sequence[str], free: Sequence[str]
) -> tuple[str, ...]:
    """What a set leaves open: constants it brings that are not offered, and those of the port."""
    brings = open_constants(tuple(chosen))
    ignored = {name for name, axis in IGNORED.items() if (axis, "ignored") in chosen}
    used = open_constants((*claim.choices().items(), *chosen))
    names = [n for n in brings if n not in offered or n in ignored]
    names += [n for n in free if n in used and n not in names]
    return tuple(names)
