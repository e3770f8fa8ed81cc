"""Gauss-Newton over many points at once: where the residuals of one piece of evidence vanish.

For a set of deviations that leaves constants open, the weights are a smooth function of them
almost everywhere. Everything is differentiated in double, whatever the port stores: floats are
rounding, and rounding has no slope.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from harness.diagnosis.budget import Budget
from harness.diagnosis.hypotheses import dialect
from harness.diagnosis.iterates import LINEAR, PLAIN, Iterates, Opened, Solved
from harness.diagnosis.noise import UNITS, storable, typical
from harness.model.evidence import Evidence
from harness.model.observation import Rows
from python_ref.dialects.dialect import Dialect
from python_ref.stepping.hypothesis import Hypothesis, Points
from python_ref.stepping.stepper import Stepper

_ITERATIONS = 12
_NUDGE, _NUDGE_SMALL = 1e-6, 1e-2
_ALIKE = 1e-3
# Points that print leaves room for are moved so often, each time reckoned so often.
_CENTERED, _REWEIGHTED = 5, 60
# What is left of a residual, relative to the way the weights went, when a point has converged,
# beside what precision and print leave: hyperparameters may be rounded yet. Not a judgement:
# what comes of it is replayed and compared with the envelope.
_CONVERGED = 1e-4
_SETTLED = 1e-13
_PATIENCE = 2
_SLOWEST = 0.6
# A logarithm or logit moves by no more than this at once, where slopes are all that is known.
_FARTHEST = 3.0
# Residuals beyond this many ways are as good as infinite.
_FAR = 1e3
_TOGETHER = 20_000


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

    def solved(self, started: Iterable[Iterates], most: int) -> list[Solved]:
        """Where points converge to that vanish, the best first; of each set and each count of it.

        Args:
            started: points to start from.
            most: so many are followed.
        """
        best: dict[tuple[Opened, tuple[str, ...]], Solved] = {}
        for points in started:
            self.measure(points)
            self.project(points)
            done = self.converge(points.of(self._followed(points, most)))
            for i in np.argsort(done.error, kind="stable").tolist():
                if not done.error[i] < self.converged:
                    break
                opened = done.sets[done.which[i]]
                solved = Solved(opened[0], done.values(i), float(done.error[i]))
                best.setdefault((opened, done.counts(i)), solved)
        return sorted(best.values(), key=lambda s: s.error)

    def _followed(self, points: Iterates, most: int) -> NDArray[np.int64]:
        """The nearest of each set, and of each count, which is not varied, that differ.

        Besides the nearest of a usual epsilon: one that is large makes up for much else.
        """
        best: dict[tuple[int, tuple[str, ...], bool], list[int]] = {}
        apart = self.apart(points)
        small = np.atleast_1d(points.small_epsilon().any(axis=1))
        for i in np.argsort(apart, kind="stable").tolist():
            followed = best.setdefault((int(points.which[i]), points.counts(i), bool(small[i])), [])
            # What leaves as much lies on the same plateau, where nothing has a slope.
            if len(followed) < (1 if small[i] else most) and not any(
                math.isclose(apart[i], apart[j], rel_tol=_ALIKE) for j in followed
            ):
                followed.append(i)
        return np.array([i for rows in best.values() for i in rows], dtype=np.int64)

    def residuals(self, points: Iterates, owners: NDArray[np.int64], at: Rows) -> Rows:
        """(rows of `at`, R); what is not finite on both sides counts as equal, on one as far."""
        parts = [
            self._residuals(
                points, owners[start : start + _TOGETHER], at[start : start + _TOGETHER]
            )
            for start in range(0, len(owners), _TOGETHER)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, self._observed.size))

    def _residuals(self, points: Iterates, owners: NDArray[np.int64], at: Rows) -> Rows:
        used, formula = np.unique(points.which[owners], return_inverse=True)
        formulas = [Hypothesis(dialect(self._claim, points.sets[i][0])) for i in used.tolist()]
        stepper = Stepper(
            self._evidence.scenario, Points(formulas, formula, points.columns(owners, at))
        )
        residuals = []
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
                residuals.append(np.clip(apart, -_FAR, _FAR))
        return np.concatenate(residuals, axis=1)

    def measure(self, points: Iterates) -> None:
        """Set the residuals and errors of points."""
        points.residual = self.residuals(points, np.arange(len(points)), points.at)
        points.error = np.sqrt(np.mean(points.residual**2, axis=1))

    def apart(self, points: Iterates) -> Rows:
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

    def project(self, points: Iterates) -> None:
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
        # In a logarithm it is the factor that is known, however small or large, if it is one.
        shares = np.log1p(np.where(steps > -1, steps, -0.95))
        self._take(points, rows, np.where(points.named(PLAIN)[rows], steps, shares), np.inf)

    def worst(self, points: Iterates) -> Rows:
        """(P,) the largest residual of each, in units of what precision and print leave."""
        largest: Rows = np.max(np.abs(points.residual) / self.noise, axis=1)
        return largest

    def converge(self, points: Iterates) -> Iterates:
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

    def _improve(self, points: Iterates, rows: NDArray[np.int64]) -> None:
        """One Gauss-Newton step for some points, halved where it does not help."""
        slopes = self._slopes(points, rows)
        steps = _least_squares(slopes, points.residual[rows])
        self._take(points, rows, steps)

    def _slopes(self, points: Iterates, rows: NDArray[np.int64]) -> Rows:
        """(rows, R, k) how the residuals change with each coordinate."""
        count, k = len(rows), points.at.shape[1]
        least = np.where(points.named(PLAIN)[rows], 1e-6, 1.0)
        at = points.at[rows]
        nudges = _NUDGE * np.maximum(least, np.abs(at))
        # What a small epsilon does is lost in rounding where it is hardly moved.
        nudges = np.where(points.small_epsilon()[rows], _NUDGE_SMALL, nudges)
        moved = np.repeat(at, k, axis=0)
        index = np.arange(count * k)
        moved[index, index % k] += nudges.ravel()
        there = self.residuals(points, np.repeat(rows, k), moved)
        with np.errstate(all="ignore"):
            slopes = (there - np.repeat(points.residual[rows], k, axis=0)) / nudges.reshape(-1, 1)
        slopes = np.nan_to_num(slopes).reshape(count, k, -1)
        turned: Rows = slopes.transpose(0, 2, 1)
        return turned

    def _take(
        self, points: Iterates, rows: NDArray[np.int64], steps: Rows, farthest: float = _FARTHEST
    ) -> None:
        plain = points.named(PLAIN)[rows]
        steps = np.where(plain, steps, np.clip(steps, -farthest, farthest))
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

    def center(self, points: Iterates) -> None:
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
