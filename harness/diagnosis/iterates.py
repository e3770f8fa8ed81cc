"""Where the solver stands: sets with constants of theirs, in the coordinates they are searched in.

Points of sets that leave equally many constants to be varied stand together, since hypotheses are
an array axis; a rate is searched in its logit, a scale in its logarithm.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from harness.diagnosis.hypotheses import Deviations, dialect
from harness.diagnosis.starts import starts
from harness.model.evidence import Evidence
from harness.model.observation import Rows
from python_ref.dialects.dialect import Dialect
from python_ref.scenarios.hyperparameters import CONSTANTS

RATES = ("decay_rate", "momentum", "mean_decay")
# What enters linearly; of these the learning rate is searched in its logarithm, since it trades
# against what averages are made of by factors: beside a wrong decay rate only that lies straight.
LINEAR = ("learning_rate", "weight_decay")
PLAIN = ("weight_decay",)
"""What is searched as it is."""
COUNTS = ("every",)
"""What is not varied."""

# Few have an epsilon above this.
_USUAL = 1e-5

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
class Iterates:
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

    def small_epsilon(self) -> NDArray[np.bool_]:
        """(P, k) which coordinates are an epsilon beside others, as small as people have it."""
        small = self.named(("epsilon",)) & (self.at < math.log(_USUAL))
        return np.asarray(small & (self.at.shape[1] > 1))

    def columns(self, owners: NDArray[np.int64], at: Rows) -> dict[str, Rows]:
        """By name, the constants of points at other coordinates, NaN where a point has none."""
        which = self.which[owners]
        columns = {name: column[owners] for name, column in self.fixed.items()}
        for j in range(at.shape[1]):
            named = self._named[which, j]
            for place in np.unique(named).tolist():
                name, own = CONSTANTS[place], named == place
                column = columns.setdefault(name, np.full(len(owners), np.nan))
                column[own] = outer(name, at[own, j])
        return columns

    def of(self, rows: NDArray[np.int64]) -> Iterates:
        """Some of the points."""
        fixed = {name: column[rows] for name, column in self.fixed.items()}
        at, error, residual = self.at[rows], self.error[rows], self.residual[rows]
        return Iterates(self.sets, self.which[rows], fixed, at, error, residual)


def sensible(name: str, value: float) -> bool:
    """Whether a person may have meant it: rates within 0 and 1, the rest above 0."""
    return 0 < value < 1 if name in RATES else 0 < value < math.inf


def inner(name: str, value: float) -> float:
    """The coordinate a constant is searched in: a rate's logit, a scale's logarithm."""
    if name in RATES:
        return math.log(value / (1 - value))
    return value if name in PLAIN else math.log(value)


def outer(name: str, at: Rows) -> Rows:
    """The constant at coordinates."""
    if name in RATES:
        return np.asarray(1 / (1 + np.exp(-np.clip(at, -40.0, 40.0))))
    return at if name in PLAIN else np.exp(np.clip(at, -300.0, 300.0))


def started(
    claim: Dialect,
    sets: Sequence[Opened],
    evidence: Evidence,
    dense: bool = False,
    known: Sequence[Solved] = (),
) -> Iterator[Iterates]:
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
    return map(iterates_at, grouped.values())


def iterates_of(solved: Sequence[Solved]) -> Iterates:
    """Points at the constants of what was solved for."""
    varied = [tuple(name for name in s.constants if name not in COUNTS) for s in solved]
    return iterates_at(
        [((s.chosen, names), s.constants) for s, names in zip(solved, varied, strict=True)]
    )


def iterates_at(given: Sequence[tuple[Opened, Mapping[str, float]]]) -> Iterates:
    """Points at these constants."""
    places: dict[Opened, int] = {}
    which = np.array([places.setdefault(opened, len(places)) for opened, _ in given])
    fixed = {
        name: np.array([constants.get(name, math.nan) for _, constants in given])
        for name in COUNTS
        if any(name in constants for _, constants in given)
    }
    at = [[inner(n, constants[n]) for n in names] for (_, names), constants in given]
    return Iterates(list(places), which, fixed, np.array(at))
