"""SGD, AdaGrad, RMSProp and Adam on one problem, each with the learning rate that suits it best.

The problem is a bowl whose bottom jumps every `PHASE` steps and whose gradients change scale as
it does: with curvatures k, scale s, bottom c and noise z, the same noise for every method::

    loss = sum k*(w-c)^2 / sum k*4      1 at the start of a phase, 0 at the bottom
    g    = s*(k*(w-c) + sqrt(k)*NOISE*z)

The loss does not know the scale, so it can be compared between phases; the gradient does, as it
would if somebody changed the units, or if training left a steep region for a flat one. The
control is the same problem with the scale left alone.

All four methods are dialects of the reference. A step is the learning rate times something that
does not depend on it, so with weights in units of the learning rate every rate of the grid, and
every draw of the noise, is a column of one descent at learning rate 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from python_ref.dialects.dialect import Dialect
from python_ref.dialects.libraries import find
from python_ref.tutorial.closed_loop import Descent

Floats = NDArray[np.float64]

CURVATURES = np.array([10.0, 1.0])
PHASE = 250
SHRINKING = (1.0, 0.1, 0.01, 0.001)
"""The gradient's scale in each phase; see also CONSTANT."""
CONSTANT = (1.0, 1.0, 1.0, 1.0)
NOISE, DRAWS, SEED = 0.1, 20, 0
"""The noise's size, how often the problem is run with other noise, and the generator's seed."""
RATES = np.array([digit * 10.0**power for power in range(-3, 2) for digit in (1, 2, 5)])
"""The learning rates tried for each method."""
RECOVERED = 0.01
"""A method has recovered from a jump when the loss is this share of what it was then."""


@dataclass(frozen=True)
class Method:
    """A dialect by the name that people call it, with the usual hyperparameters."""

    name: str
    dialect: Dialect
    decay_rate: float
    epsilon: float


METHODS = (
    # The decay rate and epsilon of the first and the decay rate of the second enter nothing.
    Method("SGD", find("SGD").dialect, 0.9, 1e-8),
    Method("AdaGrad", find("AdaGrad").dialect, 0.9, 1e-8),
    Method("RMSProp", Dialect(), 0.9, 1e-8),
    Method("Adam", find("Adam").dialect, 0.999, 1e-8),
)


@dataclass(frozen=True)
class Course:
    """How one method fared.

    Attributes:
        method: which.
        tried: mean loss over all steps for each of RATES; infinite where it diverged.
        learning_rate: the best of them. What follows is at this one, the mean over the draws.
        loss: before each step, (T,).
        effective_rate: of the first weight at each step, (T,): what its gradient (or mean
            gradient) is multiplied by, the learning rate over the (mean) denominator.
    """

    method: Method
    tried: Floats
    learning_rate: float
    loss: Floats
    effective_rate: Floats

    @property
    def mean_loss(self) -> float:
        """Over all steps."""
        return float(self.loss.mean())

    @cached_property
    def recoveries(self) -> tuple[int | None, ...]:
        """How many steps after the start of each phase it had recovered; None if it did not."""
        below = self.loss.reshape(-1, PHASE) < RECOVERED
        return tuple(int(np.argmax(row)) if row.any() else None for row in below)


@dataclass(frozen=True)
class Comparison:
    """The four methods on the problem with one sequence of scales.

    Attributes:
        scales: of the gradient, one a phase.
        courses: by method's name.
    """

    scales: tuple[float, ...]
    courses: Mapping[str, Course]

    @property
    def lines(self) -> list[str]:
        """A row a method, the best mean loss first."""
        scales = ", ".join(f"{scale:g}" for scale in self.scales)
        rows = [
            f"gradients times {scales}",
            f"{'':8}  learning rate  mean loss  steps to recover from each jump",
        ]
        for course in sorted(self.courses.values(), key=lambda course: course.mean_loss):
            steps = ", ".join("never" if n is None else str(n) for n in course.recoveries)
            rows.append(
                f"{course.method.name:8}  {course.learning_rate:13g}  {course.mean_loss:9.4f}"
                f"  {steps}"
            )
        return rows


def run(
    scales: Sequence[float] = SHRINKING, advance: Callable[[], None] = lambda: None
) -> Comparison:
    """Run every method at every learning rate; `advance` is called after each method."""
    courses = {}
    for method in METHODS:
        courses[method.name] = _course(method, scales)
        advance()
    return Comparison(tuple(scales), courses)


def _course(method: Method, scales: Sequence[float]) -> Course:
    bottoms = np.repeat([(-1.0) ** phase for phase in range(len(scales))], PHASE)
    scale = np.repeat(scales, PHASE)
    rates = RATES[:, np.newaxis, np.newaxis]
    # 2 away from the first bottom, as every bottom is from the next.
    start = -np.ones((RATES.size, DRAWS, CURVATURES.size))
    noise = np.random.default_rng(SEED).standard_normal((len(scale), *start.shape[1:]))
    noise *= NOISE * np.sqrt(CURVATURES)
    descent = Descent(
        method.dialect, (start / rates).ravel(), 1.0, method.decay_rate, method.epsilon
    )
    loss, denominator = np.empty((2, len(scale), RATES.size))
    with np.errstate(over="ignore", invalid="ignore"):  # SGD at a rate too great
        for t, bottom in enumerate(bottoms):
            away = descent.weights.reshape(start.shape) * rates - bottom
            losses = (CURVATURES * away**2).sum(axis=-1) / (CURVATURES * 4).sum()
            loss[t] = losses.mean(axis=1)
            descent.update((scale[t] * (CURVATURES * away + noise[t])).ravel())
            divisors = _denominator(descent, method, t + 1).reshape(start.shape)
            denominator[t] = divisors[..., 0].mean(axis=1)
        tried = loss.mean(axis=0)
    tried[~np.isfinite(tried)] = np.inf
    best = int(np.argmin(tried))
    rate = float(RATES[best])
    return Course(method, tried, rate, loss[:, best], rate / denominator[:, best])


def _denominator(descent: Descent, method: Method, t: int) -> Floats:
    """What the step's numerator was divided by; 1 where the dialect divides by nothing."""
    if method.dialect.choice("average") == "none":
        return np.ones_like(descent.weights)
    v = descent.moving_average
    if method.dialect.choice("bias_correction") == "yes":
        v = v / (1 - method.decay_rate**t)
    return np.asarray(np.sqrt(v) + method.epsilon)
