"""Constants a port uses instead of what it was given, solved for from what was observed.

For a set of deviations that leaves constants open, the weights are a smooth function of them
almost everywhere. Gauss-Newton from several starts finds where the residual vanishes, for many
sets at once, since hypotheses are an array axis. Everything is differentiated in double, whatever
the port stores: floats are rounding, and rounding has no slope.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from harness.diagnosis.budget import Budget
from harness.diagnosis.hypotheses import Deviations, dialect
from harness.diagnosis.noise import UNITS, storable, typical
from harness.diagnosis.starts import starts
from harness.model.evidence import Evidence
from harness.model.observation import Rows
from python_ref.dialects.dialect import Dialect
from python_ref.scenarios.hyperparameters import CONSTANTS
from python_ref.stepping.hypothesis import Hypothesis, Points
from python_ref.stepping.stepper import Stepper

_ITERATIONS = 12
_NUDGE = 1e-6
# Of the starts of one set so many are followed: the first may lie beyond a kink.
_FOLLOWED, _DENSE = 2, 5
_ALIKE = 1e-3
# So many of the first steps must be given before the others are looked at.
_BEGINNING = 3
# Points that print leaves room for are moved so often, each time reckoned so often.
_CENTERED, _REWEIGHTED = 5, 60
# What is left of a residual, relative to the way the weights went, when a point has converged,
# beside what precision and print leave: hyperparameters may be rounded yet. Not a judgement:
# what is found is replayed and held to the envelope.
_CONVERGED = 1e-4
_SETTLED = 1e-13
_PATIENCE = 2
_SLOWEST = 0.6
RATES = ("decay_rate", "momentum", "mean_decay")
# What enters linearly; of these the learning rate is searched in its logarithm, since it trades
# against what averages are made of by factors: beside a wrong decay rate only that lies straight.
LINEAR = ("learning_rate", "weight_decay")
_PLAIN = ("weight_decay",)
COUNTS = ("every",)
# Residuals beyond this many ways are as good as infinite.
_FAR = 1e3
_TOGETHER = 20_000
# A residual of more units of print than this may lie beyond a bound that another point keeps.
_ASKEW = 0.9


Opened = tuple[Deviations, tuple[str, ...]]
"""A set of deviations and the constants to be solved for."""


@dataclass(frozen=True)
class Solved:
    """A set of deviations with the constants that fit it best, and what is left.

    Attributes:
        error: root of the mean square of the residuals, relative to the way that weights went.
        worst: the largest residual, in units of what precision and print leave.
    """

    chosen: Deviations
    constants: Mapping[str, float]
    error: float
    worst: float = math.inf


@dataclass
class _Points:
    """Points of sets that leave equally many constants to be varied.

    Attributes:
        sets: what is varied in which sets. which: (P,) which of them each point is of.
        fixed: by name (P,) counts, which are not varied; NaN where a set has none.
        at: (P, k) inner coordinates. error: (P,). residual: (P, R).
    """

    sets: list[Opened]
    which: NDArray[np.int64]
    fixed: dict[str, Rows]
    at: Rows
    error: Rows = field(default_factory=lambda: np.zeros(0))
    residual: Rows = field(default_factory=lambda: np.zeros((0, 0)))

    def __len__(self) -> int:
        return len(self.which)

    def values(self, i: int) -> dict[str, float]:
        """The constants of point i."""
        _, names = self.sets[self.which[i]]
        varied = {n: float(outer(n, x)) for n, x in zip(names, self.at[i], strict=True)}
        fixed = {n: float(x[i]) for n, x in self.fixed.items() if not math.isnan(x[i])}
        return {**varied, **fixed}

    def counts(self, i: int) -> tuple[str, ...]:
        """What point i has that is not varied."""
        return tuple(str(column[i]) for column in self.fixed.values())

    @cached_property
    def _named(self) -> NDArray[np.int64]:
        """(sets, k) the place in CONSTANTS of each that is varied."""
        return np.array([[CONSTANTS.index(n) for n in names] for _, names in self.sets])

    def named(self, names: Sequence[str]) -> NDArray[np.bool_]:
        """(P, k) which coordinates are these constants."""
        places = [CONSTANTS.index(name) for name in names]
        return np.asarray(np.isin(self._named, places)[self.which])

    def columns(self, owners: NDArray[np.int64], at: Rows) -> dict[str, Rows]:
        """By name, the constants of points at other coordinates, NaN where a point has none."""
        which = self.which[owners]
        found = {name: column[owners] for name, column in self.fixed.items()}
        for j in range(at.shape[1]):
            named = self._named[which, j]
            for place in np.unique(named).tolist():
                name, own = CONSTANTS[place], named == place
                column = found.setdefault(name, np.full(len(owners), np.nan))
                column[own] = outer(name, at[own, j])
        return found

    def of(self, rows: NDArray[np.int64]) -> _Points:
        """Some of the points."""
        fixed = {name: column[rows] for name, column in self.fixed.items()}
        at, error, residual = self.at[rows], self.error[rows], self.residual[rows]
        return _Points(self.sets, self.which[rows], fixed, at, error, residual)


def solve(
    claim: Dialect,
    sets: Sequence[Opened],
    evidence: Evidence,
    rows: Sequence[int],
    budget: Budget,
    dense: bool = False,
) -> list[Solved]:
    """The sets whose open constants can be chosen so that what was seen comes out.

    Args:
        claim: what the sets deviate from.
        sets: each leaves at least one constant open, counts aside.
        evidence: what the constants are read from.
        rows: the steps, from 0, that are looked at.
        budget: asked for time.
        dense: start from more points, and follow more of them.
    """
    most = _DENSE if dense else _FOLLOWED
    known: list[Solved] = []
    if len(rows) > _BEGINNING:
        # What does not give the first steps gives no more, and they are sooner replayed.
        beginning = Problem(claim, evidence, rows[:_BEGINNING], budget)
        known = beginning.solved(_started(claim, sets, evidence, dense), most)
        left = {solved.chosen for solved in known}
        sets = [opened for opened in sets if opened[0] in left]
    points = _started(claim, sets, evidence, dense, known)
    best: dict[Deviations, Solved] = {}
    for solved in Problem(claim, evidence, rows, budget).solved(points, most):
        if all(sensible(name, value) for name, value in solved.constants.items()):
            best.setdefault(solved.chosen, solved)
    return list(best.values())


def led_to(
    claim: Dialect,
    begun: Sequence[Solved],
    evidence: Evidence,
    rows: Sequence[int],
    budget: Budget,
) -> list[Solved]:
    """Where these constants of one set lead, if what was seen comes out there."""
    return Problem(claim, evidence, rows, budget).solved([_at(begun)], len(begun))


def errors(
    claim: Dialect,
    chosen: Deviations,
    given: Sequence[Mapping[str, float]],
    evidence: Evidence,
    rows: Sequence[int],
    budget: Budget,
) -> Rows:
    """(len(given),) what a set leaves with each of these constants, as `Solved.error` has it."""
    points = _at([Solved(chosen, constants, 0.0) for constants in given])
    Problem(claim, evidence, rows, budget).measure(points)
    return points.error


def polish(
    claim: Dialect,
    found: Sequence[Solved],
    evidence: Evidence,
    rows: Sequence[int],
    budget: Budget,
) -> list[Solved]:
    """The same constants read from more steps, and where print rounds from what it allows."""
    if not found:
        return []
    problem = Problem(claim, evidence, rows, budget)
    better = list(found)
    for count in {_varied(solved) for solved in found} - {0}:
        places = [i for i, solved in enumerate(found) if _varied(solved) == count]
        points = _at([found[i] for i in places])
        problem.measure(points)
        points = problem.converge(points)
        off = np.flatnonzero(problem.worst(points) > _ASKEW)
        if problem.noisy and off.size:
            centered = points.of(off)
            problem.center(centered)
            points.at[off], points.error[off] = centered.at, centered.error
            points.residual[off] = centered.residual
        worst = problem.worst(points)
        for k, i in enumerate(places):
            values = points.values(k)
            if all(sensible(name, value) for name, value in values.items()):
                error = float(points.error[k])
                better[i] = Solved(found[i].chosen, values, error, float(worst[k]))
    return better


def _varied(solved: Solved) -> int:
    return sum(name not in COUNTS for name in solved.constants)


def sensible(name: str, value: float) -> bool:
    """Whether a person may have meant it: rates within 0 and 1, the rest above 0."""
    return 0 < value < 1 if name in RATES else 0 < value < math.inf


def inner(name: str, value: float) -> float:
    """The coordinate a constant is searched in: a rate's logit, a scale's logarithm."""
    if name in RATES:
        return math.log(value / (1 - value))
    return value if name in _PLAIN else math.log(value)


def outer(name: str, at: Rows) -> Rows:
    """The constant at coordinates."""
    if name in RATES:
        return np.asarray(1 / (1 + np.exp(-np.clip(at, -40.0, 40.0))))
    return at if name in _PLAIN else np.exp(np.clip(at, -300.0, 300.0))


def _started(
    claim: Dialect,
    sets: Sequence[Opened],
    evidence: Evidence,
    dense: bool = False,
    known: Sequence[Solved] = (),
) -> Iterator[_Points]:
    """Points to start from, and `known` ones; those that vary equally many constants together."""
    grouped: dict[int, list[tuple[Opened, Mapping[str, float]]]] = {}
    for chosen, names in sets:
        opened = chosen, tuple(name for name in names if name not in COUNTS)
        if opened[1]:
            for values in starts(names, dialect(claim, chosen), evidence, dense):
                given = dict(zip(names, values, strict=True))
                grouped.setdefault(len(opened[1]), []).append((opened, given))
    for solved in known:
        opened = solved.chosen, tuple(name for name in solved.constants if name not in COUNTS)
        grouped.setdefault(len(opened[1]), []).append((opened, solved.constants))
    return map(_points, grouped.values())


def _at(found: Sequence[Solved]) -> _Points:
    return _points(
        [((s.chosen, tuple(n for n in s.constants if n not in COUNTS)), s.constants) for s in found]
    )


def _points(given: Sequence[tuple[Opened, Mapping[str, float]]]) -> _Points:
    """Points at these constants."""
    places: dict[Opened, int] = {}
    which = np.array([places.setdefault(opened, len(places)) for opened, _ in given])
    fixed = {
        name: np.array([constants.get(name, math.nan) for _, constants in given])
        for name in COUNTS
        if any(name in constants for _, constants in given)
    }
    at = [[inner(n, constants[n]) for n in names] for (_, names), constants in given]
    return _Points(list(places), which, fixed, np.array(at))


class Problem:
    """The residuals of one piece of evidence, for any number of points at once."""

    def __init__(
        self, claim: Dialect, evidence: Evidence, rows: Sequence[int], budget: Budget
    ) -> None:
        self._claim, self._evidence, self._budget = claim, evidence, budget
        self._rows = list(rows)
        observed = evidence.weights[self._rows]
        with np.errstate(all="ignore"):
            moved = np.abs(observed - evidence.initial)
        moved = np.where(np.isfinite(moved), moved, 0.0)
        usual = float(np.median(moved[moved > 0])) if (moved > 0).any() else 1.0
        # What floats could store they may have stored; 16 bits would leave room for anything.
        unit = UNITS[evidence.precision]
        if "float32" in storable([evidence]):
            unit = UNITS["float32"]
        noise = typical(evidence, unit, evidence.input_rounding)[self._rows]
        # Elements that hardly moved, or not as far as noise, say little; they must not weigh most.
        self._scale = moved + usual + noise / _CONVERGED
        self._observed = observed
        self._moved = np.where(moved > 0, observed - evidence.initial, 0.0)
        self.noise = np.maximum((noise / self._scale).ravel(), 1e-300)
        left = float(np.sqrt(np.mean(self.noise**2)))
        self.noisy = left > 1e-9
        self.converged = _CONVERGED + 4 * left

    def solved(self, started: Iterable[_Points], most: int) -> list[Solved]:
        """Where points converge to that vanish, the best first; of each set and each count of it.

        Args:
            started: points to start from.
            most: so many are followed.
        """
        found: dict[tuple[Opened, tuple[str, ...]], Solved] = {}
        for points in started:
            self.measure(points)
            self.project(points)
            done = self.converge(points.of(self._followed(points, most)))
            for i in np.argsort(done.error, kind="stable").tolist():
                if not done.error[i] < self.converged:
                    break
                opened = done.sets[done.which[i]]
                solved = Solved(opened[0], done.values(i), float(done.error[i]))
                found.setdefault((opened, done.counts(i)), solved)
        return sorted(found.values(), key=lambda s: s.error)

    def _followed(self, points: _Points, most: int) -> NDArray[np.int64]:
        """The nearest of each set, and of each count, which is not varied, that differ."""
        best: dict[tuple[int, tuple[str, ...]], list[int]] = {}
        apart = self.apart(points)
        for i in np.argsort(apart, kind="stable").tolist():
            followed = best.setdefault((int(points.which[i]), points.counts(i)), [])
            # What leaves as much lies on the same plateau, where nothing has a slope.
            if len(followed) < most and not any(
                math.isclose(apart[i], apart[j], rel_tol=_ALIKE) for j in followed
            ):
                followed.append(i)
        return np.array([i for rows in best.values() for i in rows], dtype=np.int64)

    def residuals(self, points: _Points, owners: NDArray[np.int64], at: Rows) -> Rows:
        """(rows of `at`, R); what is not finite on both sides counts as equal, on one as far."""
        parts = [
            self._residuals(
                points, owners[start : start + _TOGETHER], at[start : start + _TOGETHER]
            )
            for start in range(0, len(owners), _TOGETHER)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, self._observed.size))

    def _residuals(self, points: _Points, owners: NDArray[np.int64], at: Rows) -> Rows:
        used, formula = np.unique(points.which[owners], return_inverse=True)
        formulas = [Hypothesis(dialect(self._claim, points.sets[i][0])) for i in used.tolist()]
        stepper = Stepper(
            self._evidence.scenario, Points(formulas, formula, points.columns(owners, at))
        )
        found = []
        wanted = {t: k for k, t in enumerate(self._rows)}
        for t in range(self._rows[-1] + 1):
            self._budget.check()
            weights, _ = stepper.step()
            if t in wanted:
                observed, scale = self._observed[wanted[t]], self._scale[wanted[t]]
                with np.errstate(all="ignore"):
                    apart = (weights - observed) / scale
                both = ~np.isfinite(weights) & ~np.isfinite(observed)
                apart = np.where(both, 0.0, np.nan_to_num(apart, nan=_FAR))
                found.append(np.clip(apart, -_FAR, _FAR))
        return np.concatenate(found, axis=1)

    def measure(self, points: _Points) -> None:
        """Set the residuals and errors of points."""
        points.residual = self.residuals(points, np.arange(len(points)), points.at)
        points.error = np.sqrt(np.mean(points.residual**2, axis=1))

    def apart(self, points: _Points) -> Rows:
        """(P,) how far off points are, of the ways that either went.

        Twice as far as observed is no worse than half as far: a point that hardly moves is no
        better a start than one that goes several times as far, though what it leaves is less.
        """
        left = points.residual.reshape(len(points), *self._scale.shape) * self._scale
        both = np.abs(self._moved) + np.abs(left + self._moved)
        with np.errstate(all="ignore"):
            share = np.where(both > 0, np.abs(left) / both, 0.0)
        root: Rows = np.sqrt(np.mean(share**2, axis=(1, 2)))
        return root

    def project(self, points: _Points) -> None:
        """Set those constants that enter linearly to what is best beside the others.

        At a wrong learning rate the errors of starts say nothing of what else is open; one that
        is open alone is reached at once, however far away it is.
        """
        linear = points.named(LINEAR)
        rows = np.flatnonzero(linear.any(axis=1))
        if not rows.size:
            return
        slopes = self._slopes(points, rows) * linear[rows][:, np.newaxis, :]
        steps = _least_squares(slopes, points.residual[rows])
        # In a logarithm it is the factor that is known.
        shares = np.log1p(np.maximum(steps, -0.95))
        self._take(points, rows, np.where(points.named(_PLAIN)[rows], steps, shares))

    def worst(self, points: _Points) -> Rows:
        """(P,) the largest residual of each, in units of what precision and print leave."""
        largest: Rows = np.max(np.abs(points.residual) / self.noise, axis=1)
        return largest

    def converge(self, points: _Points) -> _Points:
        """Follow measured points until they settle, stray or stop; return where they came to."""
        alive = np.arange(len(points))
        for iteration in range(_ITERATIONS):
            if not alive.size:
                break
            before = points.error[alive].copy()
            self._improve(points, alive)
            after = points.error[alive]
            # A point on the right set more than halves its error at every step, after the first
            # few, until rounding stops it.
            going = (after >= _SETTLED) & ((iteration < _PATIENCE) | (after < _SLOWEST * before))
            alive = alive[going]
        return points

    def _improve(self, points: _Points, rows: NDArray[np.int64]) -> None:
        """One Gauss-Newton step for some points, halved where it does not help."""
        slopes = self._slopes(points, rows)
        steps = _least_squares(slopes, points.residual[rows])
        self._take(points, rows, steps)

    def _slopes(self, points: _Points, rows: NDArray[np.int64]) -> Rows:
        """(rows, R, k) how the residuals change with each coordinate."""
        count, k = len(rows), points.at.shape[1]
        least = np.where(points.named(_PLAIN)[rows], 1e-6, 1.0)
        at = points.at[rows]
        nudges = _NUDGE * np.maximum(least, np.abs(at))
        moved = np.repeat(at, k, axis=0)
        index = np.arange(count * k)
        moved[index, index % k] += nudges.ravel()
        there = self.residuals(points, np.repeat(rows, k), moved)
        with np.errstate(all="ignore"):
            slopes = (there - np.repeat(points.residual[rows], k, axis=0)) / nudges.reshape(-1, 1)
        slopes = np.nan_to_num(slopes).reshape(count, k, -1)
        turned: Rows = slopes.transpose(0, 2, 1)
        return turned

    def _take(self, points: _Points, rows: NDArray[np.int64], steps: Rows) -> None:
        plain = points.named(_PLAIN)[rows]
        # A logarithm or logit moves by no more than e**3.
        steps = np.where(plain, steps, np.clip(steps, -3.0, 3.0))
        waiting = np.arange(len(rows))
        for factor in (1.0, 0.2):
            if not waiting.size:
                return
            chosen = rows[waiting]
            at = points.at[chosen] + factor * steps[waiting]
            residual = self.residuals(points, chosen, at)
            error = np.sqrt(np.mean(residual**2, axis=1))
            better = error < points.error[chosen]
            took = chosen[better]
            points.at[took], points.error[took] = at[better], error[better]
            points.residual[took] = residual[better]
            waiting = waiting[~better]

    def center(self, points: _Points) -> None:
        """Move points to where the residual is smallest at its largest, by reweighting.

        Print bounds every number, so what was used lies where all bounds hold, which the least
        squares may miss.
        """
        rows = np.arange(len(points))
        best, at = np.full(len(rows), np.inf), points.at.copy()
        for _ in range(_CENTERED):
            worst = self.worst(points)
            better = worst < best
            at[better], best[better] = points.at[better], worst[better]
            slopes = self._slopes(points, rows) / self.noise[:, np.newaxis]
            points.at = points.at + _least_largest(slopes, points.residual / self.noise)
            points.residual = self.residuals(points, rows, points.at)
        points.at = at
        self.measure(points)


def _least_largest(slopes: Rows, residual: Rows) -> Rows:
    """(P, k) the steps that make the largest residual smallest, were all slopes constant.

    Lawson's way: least squares again and again, in which what is large weighs more each time.
    """
    weights = np.ones_like(residual)
    steps = _least_squares(slopes, residual)
    best, least = steps, np.full(len(steps), np.inf)
    for _ in range(_REWEIGHTED):
        left = np.abs(residual + np.einsum("prk,pk->pr", slopes, steps))
        largest = left.max(axis=1)
        better = largest < least
        best, least = np.where(better[:, np.newaxis], steps, best), np.minimum(least, largest)
        weights = weights * left
        most = weights.max(axis=1, keepdims=True)
        weights = weights / np.where(most > 0, most, 1.0)
        root = np.sqrt(weights)
        steps = _least_squares(slopes * root[..., np.newaxis], residual * root)
    return best


def _least_squares(slopes: Rows, residual: Rows) -> Rows:
    """(P, k) the steps that lower the residuals most, each column scaled to its size."""
    sizes = np.sqrt((slopes**2).sum(axis=1))
    sizes = np.where(sizes > 0, sizes, 1.0)
    scaled = slopes / sizes[:, np.newaxis, :]
    normal = np.einsum("prk,prl->pkl", scaled, scaled)
    k = normal.shape[1]
    normal = normal + 1e-15 * np.eye(k)
    right = -np.einsum("prk,pr->pk", scaled, residual)
    try:
        steps = np.linalg.solve(normal, right[..., np.newaxis])[..., 0]
    except np.linalg.LinAlgError:
        steps = np.einsum("pkl,pl->pk", np.linalg.pinv(normal), right)
    return np.nan_to_num(steps / sizes)
