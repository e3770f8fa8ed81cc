"""The minimum of x / log(x), found as PyTorch finds it and as Keras finds it, in float32.

The minimum is at e = 2.71828..., the start far to the right of it. The curve is almost a
straight line there, and an optimizer that divides the gradient by its own size walks it at an
almost constant speed, the learning rate. What the two libraries differ in is how they get up
to that speed (the decay rate) and, in the fourth decimal, where epsilon is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from python_ref.dialects.libraries import NamedDialect, find
from python_ref.numbers.arithmetic import PLAIN, Arithmetic
from python_ref.tutorial.closed_loop import LIBRARY_FLOAT32, Descent

START, LEARNING_RATE, ITERATIONS = 364.0, 0.3, 1500
EVERY = 100
"""A line is printed after the first of so many iterations."""

_ONE = np.float32(1)


@dataclass(frozen=True)
class Run:
    """One library's way down.

    Attributes:
        known: the library's dialect; its defaults are the hyperparameters not named here.
        learning_rate: that it was given.
        x: before the first iteration and after each, (T + 1,), every value a float32.
    """

    known: NamedDialect
    learning_rate: float
    x: NDArray[np.float64]

    @cached_property
    def printed(self) -> tuple[str, ...]:
        """The x after iterations 0, 100, 200, ... and at the end, to four decimals."""
        return tuple(f"{x:.4f}" for x in [*self.x[1::EVERY], self.x[-1]])

    @cached_property
    def arrival(self) -> int:
        """How many iterations it takes until x is at e to four decimals, and stays."""
        away = np.flatnonzero(np.round(self.x, 4) != round(np.e, 4))
        return int(away[-1]) + 1 if away.size else 0

    @cached_property
    def steps(self) -> NDArray[np.float64]:
        """How far each iteration went to the left, (T,)."""
        return -np.diff(self.x)


def run(library: str, iterations: int = ITERATIONS) -> Run:
    """Descend from 364 with learning rate 0.3 and whatever else `library` has for a default.

    Raises:
        ValueError: no dialect is called that, or it has no default decay rate and epsilon.
    """
    known = find(library)
    decay_rate, epsilon = known.library.decay_rate, known.library.epsilon
    if decay_rate is None or epsilon is None:
        raise ValueError(f"{library} has no default for the decay rate or for epsilon")
    gradient = _GRADIENTS.get(known.name, tensorflow_gradient)
    descent = Descent(
        known.dialect,
        np.array([START]),
        LEARNING_RATE,
        decay_rate,
        epsilon,
        arithmetic=_ARITHMETIC.get(known.name, PLAIN),
        algebra=LIBRARY_FLOAT32,
    )
    x = np.empty(iterations + 1)
    x[0] = START
    for i in range(iterations):
        descent.update(np.array([gradient(np.float32(x[i]))], dtype=np.float64))
        x[i + 1] = descent.weights[0]
    return Run(known, LEARNING_RATE, x)


def lines(*runs: Run) -> list[str]:
    """A table: a row for every hundredth iteration, a column for every run."""
    heads = [run.known.name for run in runs]
    labels = [str(i) for i in range(0, len(runs[0].x) - 1, EVERY)] + ["end"]
    rows = [["iteration", *heads]]
    rows += [list(row) for row in zip(labels, *(run.printed for run in runs), strict=True)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]


def _log(x: np.float32) -> np.float32:
    """The logarithm rounded once: float32 routines differ by machine in the last bit."""
    return np.float32(np.log(np.float64(x)))


def torch_gradient(x: np.float32) -> np.float32:
    """As PyTorch's autograd forms it: 1/l, and through the logarithm -((x/l)/l) / x."""
    log = _log(x)
    return np.float32(_ONE / log + (-((x / log) / log)) / x)


def tensorflow_gradient(x: np.float32) -> np.float32:
    """As TensorFlow's tape forms it: the same, but times the reciprocal of x."""
    log = _log(x)
    return np.float32(_ONE / log + ((-x / log) / log) * (_ONE / x))


_GRADIENTS: dict[str, Callable[[np.float32], np.float32]] = {"PyTorch": torch_gradient}
# PyTorch multiplies the average by d in one pass over the array, and adds ((1-d)*g)*g in the
# next, which the processor fuses: a product and a sum, rounded once.
_ARITHMETIC = {"PyTorch": Arithmetic(square="left", ema="fused_square")}
