"""Constants a port uses instead of what it was given, solved for from what was observed.

For a set of deviations that leaves constants open, the weights after the first steps are a
smooth function of them almost everywhere. Gauss-Newton from the usual values finds where the
residual vanishes, for all sets at once, since hypotheses are an array axis; then the shortest
decimal that still explains everything is what the port's author wrote.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy.typing import NDArray

from harness.diagnosis.hypotheses import USUAL, Deviations, dialect, open_constants
from harness.model.evidence import Evidence
from harness.model.observation import Rows
from python_ref.dialects.dialect import Dialect
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import Stepper

# Averages, momentum and schedules have shown themselves by then.
_STEPS = 5
_ITERATIONS = 12
_NUDGE = 1e-6
# Sets whose best start is further off than the best of so many others are not refined.
_REFINED = 160
# What Gauss-Newton leaves of a residual when it has converged on the right set; rounding of
# five steps is far below. Not a judgement: what is found is replayed and held to the envelope.
_CONVERGED = 1e-4
_SETTLED = 1e-13
_PATIENCE = 3
_RATES = ("decay_rate", "momentum", "mean_decay")
_LINEAR = ("learning_rate", "weight_decay")


@dataclass(frozen=True)
class Solved:
    """A set of deviations with the constants that fit it best."""

    chosen: Deviations
    constants: Mapping[str, float]


@dataclass
class _Point:
    chosen: Deviations
    names: tuple[str, ...]
    at: Rows
    error: float = math.inf
    residual: Rows = field(default_factory=lambda: np.zeros(0))


def solve(claim: Dialect, sets: Sequence[Deviations], evidence: Evidence) -> list[Solved]:
    """The sets whose open constants can be chosen so that the first steps come out as seen.

    Args:
        claim: what the sets deviate from.
        sets: each leaves at least one constant open.
        evidence: what the constants are read from.
    """
    problem = _Problem(claim, evidence)
    starts = [point for chosen in sets for point in _starts(chosen)]
    problem.measure(starts)
    best: dict[Deviations, list[_Point]] = {}
    for point in sorted(starts, key=lambda p: p.error):
        kept = best.setdefault(point.chosen, [])
        if len(kept) < 2:  # the first may lie beyond a kink
            kept.append(point)
    points = [p for kept in list(best.values())[:_REFINED] for p in kept]
    done: list[_Point] = []
    for iteration in range(_ITERATIONS):
        before = [p.error for p in points]
        problem.improve(points)
        # A point on the right set halves its error at every step, after the first few, until
        # rounding stops it.
        still = {
            id(p)
            for p, error in zip(points, before, strict=True)
            if p.error >= _SETTLED and (iteration < _PATIENCE or p.error < error / 2)
        }
        done += [p for p in points if id(p) not in still and p.error < _CONVERGED]
        points = [p for p in points if id(p) in still]
        if not points:
            break
    points += done
    found: dict[Deviations, Solved] = {}
    for point in sorted(points, key=lambda p: p.error):
        if point.error < _CONVERGED and point.chosen not in found:
            values = _values(point.names, point.at)
            if all(_sensible(name, value) for name, value in values.items()):
                found[point.chosen] = Solved(point.chosen, values)
    return list(found.values())


def shortest_first(constants: Mapping[str, float]) -> Iterator[dict[str, float]]:
    """The constants, all rounded to 1, 2, ... significant digits, then as they are.

    Rates are also tried with few digits of what is missing to one (0.9997).
    """
    seen = set()
    for digits in range(1, 16):
        ways = []
        for name, value in constants.items():
            forms = [float(f"{value:.{digits}g}")]
            if name in _RATES:
                forms.append(1 - float(f"{1 - value:.{digits}g}"))
            ways.append([form for form in forms if _sensible(name, form)])
        for combined in product(*ways):
            if combined not in seen:
                seen.add(combined)
                yield dict(zip(constants, combined, strict=True))
    yield dict(constants)


def _sensible(name: str, value: float) -> bool:
    """Whether a person may have meant it: rates within 0 and 1, the rest above 0."""
    return 0 < value < 1 if name in _RATES else 0 < value < math.inf


def _starts(chosen: Deviations) -> list[_Point]:
    names = open_constants(chosen)
    usual = [USUAL[name][:2] if name in _LINEAR else USUAL[name] for name in names]
    return [
        _Point(chosen, names, np.array([_inner(n, x) for n, x in zip(names, values, strict=True)]))
        for values in product(*usual)
    ]


def _inner(name: str, value: float) -> float:
    """The coordinate a constant is searched in: a rate's logit, a scale's logarithm."""
    if name in _RATES:
        return math.log(value / (1 - value))
    return value if name in _LINEAR else math.log(value)


def _outer(name: str, value: float) -> float:
    if name in _RATES:
        return 1 / (1 + math.exp(-min(max(value, -40.0), 40.0)))
    return value if name in _LINEAR else math.exp(min(max(value, -300.0), 300.0))


def _values(names: Sequence[str], at: Rows) -> dict[str, float]:
    return {name: _outer(name, float(x)) for name, x in zip(names, at, strict=True)}


class _Problem:
    """The residuals of one piece of evidence, for any number of points at once."""

    def __init__(self, claim: Dialect, evidence: Evidence) -> None:
        self._claim, self._evidence = claim, evidence
        last = np.flatnonzero(evidence.seen)[:_STEPS]
        self._rows = [int(t) for t in last]
        observed = evidence.weights[self._rows]
        with np.errstate(all="ignore"):
            moved = np.abs(observed - evidence.initial)
        moved = np.where(np.isfinite(moved), moved, 0.0)
        typical = float(np.median(moved[moved > 0])) if (moved > 0).any() else 1.0
        # Elements that hardly moved say little; they must not weigh most.
        self._scale = moved + typical
        self._observed = observed

    def residuals(self, points: Sequence[_Point], at: Sequence[Rows]) -> NDArray[np.float64]:
        """(points, rows * N); what is not finite on both sides counts as equal, on one as far."""
        hypotheses = [
            Hypothesis(
                dialect(self._claim, p.chosen, _values(p.names, x)),
                precision=self._evidence.precision,
            )
            for p, x in zip(points, at, strict=True)
        ]
        stepper = Stepper(self._evidence.scenario, hypotheses)
        found = []
        for t in range(self._rows[-1] + 1):
            weights, _ = stepper.step()
            if t in self._rows:
                k = self._rows.index(t)
                with np.errstate(all="ignore"):
                    apart = (weights - self._observed[k]) / self._scale[k]
                both = ~np.isfinite(weights) & ~np.isfinite(self._observed[k])
                apart = np.where(both, 0.0, np.nan_to_num(apart, nan=1e3, posinf=1e3, neginf=-1e3))
                found.append(np.clip(apart, -1e3, 1e3))
        return np.concatenate(found, axis=1)

    def measure(self, points: Sequence[_Point]) -> None:
        """Set the residuals and errors of points."""
        if not points:
            return
        residuals = self.residuals(points, [p.at for p in points])
        for point, row in zip(points, residuals, strict=True):
            point.error, point.residual = float(np.sqrt(np.mean(row * row))), row

    def improve(self, points: Sequence[_Point]) -> None:
        """One Gauss-Newton step for every measured point, halved where it does not help."""
        if not points:
            return
        base = np.array([p.residual for p in points])
        owners, at, nudges = [], [], []
        for i, p in enumerate(points):
            for k, name in enumerate(p.names):
                least = 1e-6 if name in _LINEAR else 1.0
                nudges.append(_NUDGE * max(least, abs(p.at[k])))
                owners.append(i)
                at.append(p.at + nudges[-1] * (np.arange(len(p.names)) == k))
        nudged = np.array(owners)
        there = self.residuals([points[i] for i in owners], at)
        with np.errstate(all="ignore"):
            slopes = (there - base[nudged]) / np.array(nudges)[:, np.newaxis]
            slopes = np.nan_to_num(slopes, posinf=0, neginf=0)
        steps: list[Rows | None] = []
        for i, p in enumerate(points):
            step, *_ = np.linalg.lstsq(slopes[nudged == i].T, -base[i], rcond=None)
            for k, name in enumerate(p.names):
                if name not in _LINEAR:  # a logarithm or logit moves by no more than e**3
                    step[k] = min(max(step[k], -3.0), 3.0)
            steps.append(step)
        for factor in (1.0, 0.25, 0.05):
            tried = {
                i: _Point(points[i].chosen, points[i].names, points[i].at + factor * step)
                for i, step in enumerate(steps)
                if step is not None
            }
            self.measure(list(tried.values()))
            for i, point in tried.items():
                if point.error < points[i].error:
                    points[i].at, points[i].error = point.at, point.error
                    points[i].residual = point.residual
                    steps[i] = None
