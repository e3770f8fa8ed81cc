"""Numbers with a bound on their rounding error: running error analysis for any dialect.

A number here stands for two: what exact arithmetic gives on the same inputs, and what floats
give in some order of evaluation. `value` is the floats' result computed in double, `error`
bounds how far the exact result and a port's result in the analysed precision lie from it.
Since a port's operands may each be off by their bound, an operation's bound is what those may
do to its result, plus one rounding: u relative, eta absolute where it may underflow. NaN
stands for no bound: overflow, a divisor that may be 0, a root of what may be negative.

Magnitudes are enlarged by the bound before they enter another (a port's operand is at most
|value| + error), so nothing of second order is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from python_ref.algebra import Array

# The bounds' own arithmetic rounds: a few operations of 2**-53 each, in every operation here.
_OUTWARD = 1 + 2.0**-48


class Bounded:
    """An array of numbers with bounds; supports + - * / and indexing like an ndarray."""

    __array_ufunc__ = None  # an ndarray on the left leaves the operation to this class

    def __init__(
        self,
        algebra: BoundAlgebra,
        value: NDArray[np.float64],
        error: NDArray[np.float64],
    ) -> None:
        self.algebra, self.value, self.error = algebra, value, error

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape

    @property
    def magnitude(self) -> NDArray[np.float64]:
        """An upper bound of what a port may have, in absolute value."""
        return np.abs(self.value) + self.error

    def __len__(self) -> int:
        return len(self.value)

    def _map(self, change: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> Bounded:
        return Bounded(self.algebra, change(self.value), change(self.error))

    def __getitem__(self, index: Any) -> Bounded:
        return self._map(lambda part: part[index])

    def __setitem__(self, index: Any, other: Bounded) -> None:
        self.value[index], self.error[index] = other.value, other.error

    def copy(self) -> Bounded:
        return self._map(np.copy)

    def reshape(self, *shape: int) -> Bounded:
        return self._map(lambda part: part.reshape(*shape))

    def __neg__(self) -> Bounded:
        return Bounded(self.algebra, -self.value, self.error)

    def __add__(self, other: Any) -> Bounded:
        other = self.algebra.number(other)
        # Adding nothing is exact.
        rounded = (self.magnitude > 0) & (other.magnitude > 0)
        return self.algebra.rounded(
            self.value + other.value, self.error + other.error, underflows=False, exact=~rounded
        )

    __radd__ = __add__

    def __sub__(self, other: Any) -> Bounded:
        return self + -self.algebra.number(other)

    def __rsub__(self, other: Any) -> Bounded:
        return self.algebra.number(other) + -self

    def __mul__(self, other: Any) -> Bounded:
        other = self.algebra.number(other)
        return self.algebra.rounded(self.value * other.value, product_error(self, other))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Bounded:
        other = self.algebra.number(other)
        quotient = self.value / other.value
        least = np.abs(other.value) - other.error
        error = (self.error + np.abs(quotient) * other.error) / np.where(least > 0, least, np.nan)
        return self.algebra.rounded(quotient, error)

    def __rtruediv__(self, other: Any) -> Bounded:
        return self.algebra.number(other) / self


def product_error(x: Bounded, y: Bounded) -> NDArray[np.float64]:
    """How far the errors of two factors move their product."""
    result: NDArray[np.float64] = np.abs(x.value) * y.error + x.error * y.magnitude
    return result


class BoundAlgebra:
    """Numbers with bounds for one precision.

    In the mixed float32 precisions an operation rounds to double or to float, and a double is
    then narrowed: at worst 2**-24 and a 2**-53 for that double rounding, so u is their sum.
    """

    def __init__(self, precision: str) -> None:
        narrow = precision != "float64"
        info = np.finfo(np.float32 if narrow else np.float64)
        self._storage = np.float32 if narrow else np.float64
        self._mixed = precision in ("float32_double", "float32_wide")
        self._unit = float(info.epsneg) + (2.0**-52 if self._mixed else 0.0)
        # The smallest subnormal, twice the error of an underflow: half of it is no double.
        self._eta = float(info.smallest_subnormal)
        self._limit = float(info.max) / 2

    def number(self, x: Any) -> Bounded:
        if isinstance(x, Bounded):
            return x
        value = np.asarray(x, dtype=np.float64)
        return Bounded(self, value, np.zeros_like(value))

    def rounded(
        self,
        value: NDArray[np.float64],
        error: NDArray[np.float64],
        underflows: bool = True,
        exact: NDArray[np.bool_] | None = None,
        units: float = 1.0,
    ) -> Bounded:
        """Return a result rounded `units` times after its operands' errors moved it by `error`."""
        magnitude = np.abs(value) + error
        rounding = units * self._unit * magnitude
        if underflows:
            rounding = rounding + np.where(magnitude > 0, self._eta, 0.0)
        if exact is not None:
            rounding = np.where(exact, 0.0, rounding)
        total = (error + rounding) * _OUTWARD
        # In double the value is itself a rounded result, so that its own rounding counts too.
        total = total + (rounding if self._unit > 2.0**-40 else 0.0) * 2.0**-28
        return Bounded(
            self, value, np.where(magnitude + rounding < self._limit, total, np.nan)
        )

    def given(self, values: NDArray[np.float64]) -> Bounded:
        return self.number(values.astype(self._storage).astype(np.float64))

    def column(self, values: NDArray[np.float64]) -> Bounded:
        return self.given(values.reshape(-1, 1))

    def zeros(self, shape: tuple[int, ...]) -> Bounded:
        return Bounded(self, np.zeros(shape), np.zeros(shape))
