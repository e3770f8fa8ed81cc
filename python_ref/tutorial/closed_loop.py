"""Descending a function: any dialect, stepped on gradients taken where its weights are now.

The scenarios of this project give their gradients in advance, so that rounding is never
amplified. A demonstration wants the loop closed: weights, gradient there, step, weights. The
formulas and the order of operations are those of `python_ref.stepping.stepper` all the same.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from python_ref.dialects.dialect import Dialect
from python_ref.numbers.algebra import ALGEBRAS, Algebra, Array
from python_ref.numbers.arithmetic import PLAIN, Arithmetic
from python_ref.scenarios.calls import Call
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import Stepper

Floats = NDArray[np.float64]


class Descent(Stepper):
    """One dialect at work on one array of weights.

    Args:
        dialect: what is computed; `arithmetic` is the order in which.
        start: the initial weights, one dimension.
        learning_rate, decay_rate, epsilon: the hyperparameters.
        algebra: the numbers computed with.

    Attributes:
        weights: as they are now.
        moving_average: v as it is now; NaN where the dialect keeps none.

    >>> descent = Descent(Dialect(), np.array([3.0]), 0.1, 0.9, 1e-8)
    >>> for _ in range(40):
    ...     descent.update(2 * descent.weights)  # the derivative of w*w
    >>> bool(abs(descent.weights[0]) < 0.1)
    True
    """

    def __init__(
        self,
        dialect: Dialect,
        start: Floats,
        learning_rate: float,
        decay_rate: float,
        epsilon: float,
        *,
        arithmetic: Arithmetic = PLAIN,
        algebra: Algebra = ALGEBRAS["float64"],
    ) -> None:
        scenario = Scenario(
            name="closed-loop",
            catches="",
            learning_rate=learning_rate,
            decay_rate=decay_rate,
            epsilon=epsilon,
            weights={"w": start},
            gradients=[],  # each is added when it is known
        )
        super().__init__(scenario, [Hypothesis(dialect, arithmetic)], {"float64": algebra})
        self.weights = start.copy()
        self.moving_average = np.zeros_like(start)

    def update(self, gradient: Floats) -> None:
        """Take one step on the gradient at the present weights."""
        size = self._size
        number, seen = self._taken + 1, size if self._taken else 0
        call = Call(slice(None), [size], gradient, np.full(size, number), number, seen)
        self._calls.append(call)
        weights, average = self.step()
        self.weights, self.moving_average = weights[0], average[0]


class _Doubles(np.ndarray[Any, np.dtype[np.float64]]):
    """Hyperparameters held in double, narrowed to float32 where they enter an operation."""

    def __array_ufunc__(self, ufunc: np.ufunc, method: Any, *inputs: Any, **options: Any) -> Any:
        arrays = [x.view(np.ndarray) if isinstance(x, _Doubles) else x for x in inputs]
        if ufunc is np.subtract and isinstance(inputs[0], int):  # 1 - d
            return ufunc(*arrays).astype(np.float32)
        narrowed = [
            x.astype(np.float32) if isinstance(given, _Doubles) else x
            for given, x in zip(inputs, arrays, strict=True)
        ]
        return getattr(ufunc, method)(*narrowed, **options)


class _LibraryFloat32:
    """The reference's float32, but for hyperparameters, and above all 1 - d.

    The reference is given d as a float and subtracts it from 1 in float. A library is given a
    Python float, subtracts in double, and narrows the difference: for d = 0.99 that is another
    number in the seventh digit, and after a few hundred steps the fourth decimal shows it.
    """

    def __getattr__(self, name: str) -> Any:
        return getattr(ALGEBRAS["float32"], name)

    def column(self, values: Floats, _own: NDArray[np.bool_], /) -> Array:
        return values.reshape(-1, 1).view(_Doubles)


LIBRARY_FLOAT32 = cast(Algebra, _LibraryFloat32())
"""The numbers of a library that stores float32 and takes its hyperparameters as doubles."""
