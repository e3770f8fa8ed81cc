"""Which golden catches which deviation, and what the usual gates would have missed.

A deviation is caught by a golden in the first step at which some weight leaves the rounding
envelope: then no rounding of the right formula can be taken for it. How wide envelopes are is
measured likewise, by the least change of a hyperparameter that leaves them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from harness.comparison.distance import same
from harness.diagnosis.hypotheses import dialect, singles
from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.golden import Golden
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay


@dataclass(frozen=True)
class Power:
    """A row a deviation, a column a golden.

    Attributes:
        deviations: "axis=value", in the order of the axes.
        goldens: the goldens' names.
        steps: by deviation, by golden: the step that catches it, from 1; None if none does.
        gates: by gate, the deviations it misses on every golden's final weights.
        least_changes: by hyperparameter, by golden: the least relative change that it catches, to
            first order, in units of rounding (half an ULP of 1); None where it catches none.
    """

    deviations: tuple[str, ...]
    goldens: tuple[str, ...]
    steps: tuple[tuple[int | None, ...], ...]
    gates: dict[str, tuple[str, ...]]
    least_changes: dict[str, tuple[float | None, ...]] = field(default_factory=dict)

    def caught(self, deviation: str) -> int:
        """How many goldens catch a deviation."""
        return sum(step is not None for step in self.steps[self.deviations.index(deviation)])


def power(goldens: Sequence[Golden]) -> Power:
    """Replay every single deviation from the goldens' dialect over all of them."""
    claim = goldens[0].dialect if goldens else Dialect()
    names = tuple(f"{axis}={value}" for axis, value in _alone(claim))
    columns: list[list[int | None]] = []
    passed: dict[str, NDArray[np.bool_]] = {g: np.ones(len(names), np.bool_) for g in GATES}
    for golden in goldens:
        weights, outside = _deviating(golden, claim)
        by_step = np.asarray(outside.any(axis=2))
        columns.append([int(np.argmax(row)) + 1 if row.any() else None for row in by_step])
        for gate, (relative, absolute) in GATES.items():
            with np.errstate(all="ignore"):
                final, right = weights[:, -1], golden.weights[None, -1]
                close = np.isclose(final, right, relative, absolute, equal_nan=True)
            passed[gate] &= np.asarray(close).all(axis=1)
    return Power(
        deviations=names,
        goldens=tuple(golden.name for golden in goldens),
        steps=tuple(zip(*columns, strict=True)) if columns else ((),) * len(names),
        gates={
            gate: tuple(name for i, name in enumerate(names) if row[i])
            for gate, row in passed.items()
        },
        least_changes={
            name: tuple(_least_change(golden, name) for golden in goldens)
            for name in HYPERPARAMETERS
        },
    )


@dataclass(frozen=True)
class Symptom:
    """Where a deviation first leaves a golden's envelope, and what stands there then.

    Attributes:
        axis, value: of the deviation.
        step: from 0.
        element: of the step's weights, flat.
        weight: what the deviation alone makes of it, in the reference's order of evaluation.
    """

    axis: str
    value: str
    step: int
    element: int
    weight: float


def symptoms(golden: Golden) -> Iterator[Symptom]:
    """Of every single deviation without constants of its own that a golden catches.

    Of values of an axis that show alike, the first.
    """
    weights, outside = _deviating(golden, golden.dialect)
    seen = set()
    for (axis, value), of, left in zip(_alone(golden.dialect), weights, outside, strict=True):
        if left.any() and not AXES[axis][value].constants:
            step, element = divmod(int(np.argmax(left)), golden.scenario.size)
            symptom = Symptom(axis, value, step, element, float(of[step, element]))
            if (alike := (axis, step, element, symptom.weight)) not in seen:
                seen.add(alike)
                yield symptom


def _alone(claim: Dialect) -> list[tuple[str, str]]:
    return [chosen[0] for chosen in singles(claim)]


def _deviating(golden: Golden, claim: Dialect) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The weights of every single deviation, and which leave the envelope; by step, by element."""
    options = [dialect(claim, chosen) for chosen in singles(claim)]
    hypotheses = [Hypothesis(d, precision=golden.precision) for d in options]
    weights = replay(golden.scenario, hypotheses).weights
    with np.errstate(all="ignore"):
        outside = ~(np.abs(weights - golden.weights) <= golden.envelope)
    return weights, outside & ~same(weights, golden.weights[None])


# Relative changes that tell a derivative in double: far above rounding, far below a curve's.
_APART = 2.0**-20


def _least_change(golden: Golden, name: str) -> float | None:
    """The least relative change of a hyperparameter that moves some weight by the envelope."""
    value = getattr(golden.scenario, name)
    changed = [replace(golden.scenario, **{name: value * (1 + x)}) for x in (_APART, -_APART)]
    more, less = (replay(s, [Hypothesis(golden.dialect)]).weights[0] for s in changed)
    with np.errstate(all="ignore"):
        slopes = np.abs(more - less) / (2 * _APART)
        least = np.nanmin(np.append(golden.envelope / slopes, np.inf))
    unit = float(np.finfo("float64" if golden.precision == "float64" else "float32").epsneg)
    return float(least) / unit if np.isfinite(least) else None


# What people compare final weights with: NumPy's default, and the tolerance of published
# optimizer vectors. On all goldens at once, which is more than those who use them feed.
GATES = {"np.isclose": (1e-5, 1e-8), "rtol 1e-3": (1e-3, 0.0)}
