"""Constants a port uses instead of what it was given, solved for from what was observed.

From several starts of every set `gauss_newton` goes to where nothing is left of the residuals;
what vanishes there with constants that a person may have meant is a solution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from harness.diagnosis.budget import Budget
from harness.diagnosis.gauss_newton import Problem
from harness.diagnosis.hypotheses import Deviations
from harness.diagnosis.iterates import COUNTS, Opened, Solved, iterates_of, sensible, started
from harness.model.evidence import Evidence
from harness.model.observation import Rows
from python_ref.dialects.dialect import Dialect

# Of the starts of one set so many are followed: the first may lie beyond a kink.
_FOLLOWED, _DENSE = 2, 5
# So many of the first steps must be given before the others are looked at.
_BEGINNING = 3
# A residual of more units of print than this may lie beyond a bound that another point keeps.
_ASKEW = 0.9


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
        known = beginning.solved(started(claim, sets, evidence, dense), most)
        left = {solved.chosen for solved in known}
        sets = [opened for opened in sets if opened[0] in left]
    points = started(claim, sets, evidence, dense, known)
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
    return Problem(claim, evidence, rows, budget).solved([iterates_of(begun)], len(begun))


def errors(
    claim: Dialect,
    chosen: Deviations,
    given: Sequence[Mapping[str, float]],
    evidence: Evidence,
    rows: Sequence[int],
    budget: Budget,
) -> Rows:
    """(len(given),) what a set leaves with each of these constants, as `Solved.error` has it."""
    points = iterates_of([Solved(chosen, constants, 0.0) for constants in given])
    Problem(claim, evidence, rows, budget).measure(points)
    return points.error


def polish(
    claim: Dialect,
    near: Sequence[Solved],
    evidence: Evidence,
    rows: Sequence[int],
    budget: Budget,
) -> list[Solved]:
    """The same constants read from more steps, and where print rounds from what it allows."""
    if not near:
        return []
    problem = Problem(claim, evidence, rows, budget)
    better = list(near)
    for count in {_varied(solved) for solved in near} - {0}:
        places = [i for i, solved in enumerate(near) if _varied(solved) == count]
        points = iterates_of([near[i] for i in places])
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
                better[i] = Solved(near[i].chosen, values, error, float(worst[k]))
    return better


def _varied(solved: Solved) -> int:
    return sum(name not in COUNTS for name in solved.constants)
