"""Data to which a trainer fits a line, such that we know its gradients to the last bit.

Two points with targets so large, and opposite, that the error of the line is rounded to a coarse
grid. Its mean is then a number that anybody computes the same, and yet it follows the weights and
changes sign. A trainer that makes its own weights is run for no step first, to see where it
starts; where it cannot be, they are taken to be zeros, as they mostly are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from harness.documents.trainers import Case, Trainer, made_case
from python_ref.scenarios.scenario import Scenario

# The targets' size; the error is rounded to multiples of a quarter next to it.
_FAR = 1.5 * 2.0**50
# Where the mean error is zero, for weights that start at zero themselves.
_AWAY = 7.75
_SLOPE, _STEPS = 2.0, 40
# Starts and hyperparameters: the weights cross zero, and epsilon is large enough to be seen.
_SETTINGS = (
    ((6.1, -4.3), 0.37, 0.9, 1e-8),
    ((-3.7, 5.9), 0.21, 0.6, 0.75),
    ((9.3, 2.7), 0.53, 0.95, 0.03125),
)
# The inputs as a vector, a column, a design matrix of two columns.
_INPUTS: tuple[Sequence[float | Sequence[float]], ...] = (
    (_SLOPE, _SLOPE),
    ((_SLOPE,), (_SLOPE,)),
    ((_SLOPE, 1.0), (_SLOPE, 1.0)),
)


@dataclass(frozen=True)
class Convention:
    """How a trainer scales the gradient of the mean squared error.

    Attributes:
        factor: what it multiplies the mean of (error * input) by.
        swapped: the intercept comes first among the weights.
    """

    factor: float
    swapped: bool = False


CONVENTIONS = tuple(Convention(f, s) for s in (False, True) for f in (1.0, 2.0, 0.5))


@dataclass(frozen=True)
class Line:
    """One way to hand the two points over.

    Attributes:
        inputs: (2,), (2, 1) or (2, 2), nested sequences.
        column: the targets are (2, 1), not (2,).
        start: where the weights start: where we say, where it is seen to, at zero.
        times: how often each point is there: a mean is the same, a sum is not.
    """

    inputs: Sequence[float | Sequence[float]]
    column: bool
    start: Literal["given", "seen", "zero"]
    times: int = 1

    @property
    def targets(self) -> tuple[float, float]:
        """The targets of the two points."""
        away = 0.0 if self.start == "given" else _AWAY
        return away + _FAR, away - _FAR


@dataclass(frozen=True)
class Fitted:
    """What a trainer did with a line.

    Attributes:
        line: the points.
        starts: (2,) by case, the weights before the first step.
        ends: (T, 2) by case, the weights after every step.
    """

    line: Line
    starts: Sequence[Sequence[float]]
    ends: Sequence[Sequence[Sequence[float]]]


def lines(trainer: Trainer) -> list[Line]:
    """Ways to hand the points over, the likeliest first."""
    starts: tuple[Literal["given", "seen", "zero"], ...] = ("seen", "zero")
    if trainer.begun:
        starts = ("given",)
    ways = product(starts, (False, True))
    return [Line(inputs, column, start) for start, column in ways for inputs in _INPUTS]


def cases(trainer: Trainer, line: Line) -> list[Case]:
    """What a trainer is called with."""
    made = []
    for weights, learning_rate, decay_rate, epsilon in _SETTINGS:
        scenario = _scenario(weights, learning_rate, decay_rate, epsilon, [])
        targets = [[y] for y in line.targets] if line.column else list(line.targets)
        data: dict[str, Any] = {
            trainer.roles["inputs"]: line.times
            * [list(x) if isinstance(x, tuple) else x for x in line.inputs],
            trainer.roles["targets"]: line.times * targets,
        }
        if "batch_size" in trainer.roles:
            data[trainer.roles["batch_size"]] = 2 * line.times
        steps = range(0 if line.start == "seen" else 1, _STEPS + 1)
        made.append(made_case(trainer, scenario, weights, [], data, steps))
    return made


def fitted(line: Line, ends: Sequence[Sequence[Sequence[float]]]) -> Fitted:
    """What came of it: `ends` is by case the weights after every number of steps asked for."""
    if line.start == "seen":
        return Fitted(line, [rows[0] for rows in ends], [rows[1:] for rows in ends])
    given = [weights if line.start == "given" else (0.0, 0.0) for weights, *_ in _SETTINGS]
    return Fitted(line, given, ends)


def scenarios(done: Fitted, way: Convention) -> list[Scenario]:
    """What the trainer met, step by step, if it scales the gradient that way."""
    made = []
    for start, rows, setting in zip(done.starts, done.ends, _SETTINGS, strict=True):
        before = [list(start), *rows[:-1]]
        gradients = [_gradient(np.array(w), done.line.targets, way) for w in before]
        # What was observed is the same for every way; the name tells their scenarios apart.
        name = f"-times-{way.factor:g}{'-swapped' * way.swapped}"
        made.append(_scenario(start, *setting[1:], gradients, name))
    return made


def _gradient(
    weights: NDArray[np.float64], targets: Sequence[float], way: Convention
) -> NDArray[np.float64]:
    slope, intercept = weights[::-1] if way.swapped else weights
    x, y = np.array([_SLOPE, _SLOPE]), np.array(targets)
    error = (slope * x + intercept) - y
    gradient = way.factor * np.array([np.mean(error * x), np.mean(error)])
    return gradient[::-1] if way.swapped else gradient


def _scenario(
    weights: Sequence[float],
    learning_rate: float,
    decay_rate: float,
    epsilon: float,
    gradients: Sequence[NDArray[np.float64]],
    name: str = "",
) -> Scenario:
    return Scenario(
        name=f"line-{learning_rate:g}-{decay_rate:g}-{epsilon:g}{name}",
        catches="",
        learning_rate=learning_rate,
        decay_rate=decay_rate,
        epsilon=epsilon,
        weights={"w": np.array(weights)},
        gradients=[{"w": gradient} for gradient in gradients],
    )
