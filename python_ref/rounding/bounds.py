"""Numbers with a bound on their rounding error: running error analysis for any dialect.

A number here is a `value`, computed in double, and an `error` which bounds two distances: from
what exact arithmetic gives on the same inputs to the value, and to what a port may have in the
analysed precision. A port's operands may each be off by their error, so an operation's error
is what that may do to its result, plus one rounding: u relative, eta absolute where it may
underflow. Nothing of second order is dropped: where a magnitude enters, it is that of the value
enlarged by twice the error, which neither the exact operand nor a port's exceeds.

A root of what is next to nothing has an error larger than itself, and is no less than 0 all the
same: with epsilon added it divides. What is known to be no less than some number has that as its
`floor`.

NaN stands for no bound: an overflow, a divisor that may be 0, the root of what may be negative.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from python_ref.numbers.algebra import ALGEBRAS, FLUSHED, Algebra, Array
from python_ref.numbers.narrow import bfloat16

Doubles = NDArray[np.float64]

# The bounds' own arithmetic rounds too: a dozen operations of 2**-53 in each operation here.
_OUTWARD = 1 + 2.0**-48


class Bounded:
    """An array of numbers with bounds; supports + - * / and indexing like an ndarray."""

    __array_ufunc__ = None  # an ndarray on the left leaves the operation to this class

    def __init__(
        self, algebra: _Bounds, value: Doubles, error: Doubles, floor: Doubles | None = None
    ) -> None:
        self.algebra, self.value, self.error, self.floor = algebra, value, error, floor

    @property
    def shape(self) -> tuple[int, ...]:
        """The arrays' shape."""
        return self.value.shape

    @property
    def most(self) -> Doubles:
        """What neither the exact number nor a port's exceeds in magnitude."""
        result: Doubles = np.abs(self.value) + 2 * self.error
        return result

    @property
    def least(self) -> Doubles:
        """What neither the exact number nor a port's is below in magnitude; NaN if that is 0."""
        least = np.abs(self.value) - 2 * self.error
        if self.floor is not None:
            least = np.fmax(least, self.floor)
        return np.where(least > 0, least, np.nan)

    @property
    def low(self) -> Doubles:
        """What neither the exact number nor a port's is less than."""
        low: Doubles = self.value - 2 * self.error
        return low if self.floor is None else np.fmax(low, self.floor)

    def __len__(self) -> int:
        return len(self.value)

    def _both(self, change: Callable[[Doubles], Doubles]) -> Bounded:
        floor = None if self.floor is None else change(self.floor)
        return Bounded(self.algebra, change(self.value), change(self.error), floor)

    def __getitem__(self, index: Any) -> Bounded:
        return self._both(lambda part: part[index])

    def __setitem__(self, index: Any, other: Bounded) -> None:
        self.value[index], self.error[index] = other.value, other.error
        if self.floor is not None:
            self.floor[index] = other.low

    def copy(self) -> Bounded:
        """Return the same in memory of its own."""
        return self._both(np.copy)

    def __neg__(self) -> Bounded:
        return Bounded(self.algebra, -self.value, self.error)

    def __add__(self, other: Any) -> Bounded:
        other = self.algebra.number(other)
        # Where a sum is subnormal it is exact.
        result = self.algebra.rounded(self.value + other.value, self.error + other.error)
        if self.floor is not None or other.floor is not None:
            result.floor = self.algebra.below(self.low + other.low)
        return result

    __radd__ = __add__

    def __sub__(self, other: Any) -> Bounded:
        return self + -self.algebra.number(other)

    def __rsub__(self, other: Any) -> Bounded:
        return self.algebra.number(other) + -self

    def __mul__(self, other: Any) -> Bounded:
        other = self.algebra.number(other)
        zero = (self.most == 0) | (other.most == 0)
        return self.algebra.rounded(
            self.value * other.value, product_error(self, other), underflow=~zero
        )

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Bounded:
        other = self.algebra.number(other)
        error = (self.error + self.most / other.least * other.error) / other.least
        return self.algebra.rounded(self.value / other.value, error, underflow=self.most > 0)

    def __rtruediv__(self, other: Any) -> Bounded:
        return self.algebra.number(other) / self


def product_error(x: Bounded, y: Bounded) -> Doubles:
    """How far the errors of two factors move their product."""
    result: Doubles = x.most * y.error + x.error * y.most
    return result


class _Bounds:
    """Numbers with bounds for one precision."""

    def __init__(self, precision: str) -> None:
        stored, _, computed = precision.removesuffix(FLUSHED).partition("_")
        wide = stored == "bfloat16"  # its exponents are those of floats
        info = np.finfo(np.float32 if wide else stored)
        self._storage = bfloat16 if wide else partial(np.asarray, dtype=stored)
        # A result that is narrowed rounds twice; which operations are in the wider type does
        # not matter, since all are charged for both.
        self._mixed = bool(computed)
        self._unit = 2.0**-8 if wide else float(info.epsneg)
        if self._mixed:
            self._unit += 2.0**-23 if computed == "float32" else 2.0**-52
        # An underflow errs by half the smallest subnormal. As much is lost in each of three
        # terms of a bound that underflow themselves where the precision is double. Where
        # subnormals are flushed, all below the smallest normal number is.
        self._flushes = precision.endswith(FLUSHED)
        self._eta = 2 * float(info.smallest_subnormal)
        if self._flushes or wide:
            self._eta = 2 * float(info.tiny)
        # Half the largest: what stays below cannot be rounded to infinity.
        self._limit = float(info.max) / 2

    def number(self, x: Any) -> Bounded:
        """Return `x`, exact unless it has a bound already."""
        if isinstance(x, Bounded):
            return x
        value = np.asarray(x, dtype=np.float64)
        return Bounded(self, value, np.zeros_like(value))

    def rounded(
        self,
        value: Doubles,
        error: Doubles,
        underflow: NDArray[np.bool_] | None = None,
        units: int = 1,
    ) -> Bounded:
        """Return a result that `error` is known of, rounded by up to `units` half ULPs.

        `underflow` says where a result below the normal range is inexact; nowhere unless given.
        """
        most = np.abs(value) * (1 + 2.0**-52) + 2 * error  # rounded up, whatever the error
        total = error + units * self._unit * most
        if self._flushes:
            underflow = most > 0
        if underflow is not None:
            total = total + np.where(underflow, self._eta, 0.0)
        total = total * _OUTWARD
        return Bounded(self, value, np.where(most + total < self._limit, total, np.nan))

    def below(self, low: Doubles) -> Doubles:
        """What a number that is no less than `low` is no less than once it is rounded."""
        lost = 2 * self._unit * np.abs(low) + (self._eta if self._flushes or self._mixed else 0.0)
        return low - lost * _OUTWARD

    def given(self, values: Doubles) -> Bounded:
        number = self.number(self._storage(values))
        if self._flushes:
            small = np.abs(number.value) < self._eta / 2
            number.error[small] = np.abs(number.value[small])
        return number

    def column(self, values: Doubles, own: NDArray[np.bool_], /) -> Bounded:
        number = self.given(values)[:, np.newaxis]
        # A constant of the port's own is known to half an ULP at best, and so is 1 - d.
        number.error[own] = self._unit * np.abs(number.value[own])
        return number

    def zeros(self, shape: tuple[int, ...]) -> Bounded:
        return self.number(np.zeros(shape))

    def load(self, x: Bounded) -> Bounded:
        return x

    widen = load

    def store(self, x: Bounded) -> Bounded:
        if not self._mixed:
            return x
        # The narrowing itself is in every operation's u; that it may underflow is not.
        error = x.error + np.where(x.most > 0, self._eta, 0.0)
        return Bounded(self, x.value, error, None if x.floor is None else self.below(x.floor))

    def sqrt(self, x: Bounded, nonnegative: bool = False) -> Bounded:
        error = x.error / (2 * np.sqrt(x.least))
        if nonnegative:  # |sqrt(a) - sqrt(b)| <= sqrt(|a - b|), however close to 0
            error = np.fmin(error, np.sqrt(2 * x.error))
        root = self.rounded(np.sqrt(x.value), np.where(x.most == 0, 0.0, error))
        root.floor = np.zeros_like(root.value)
        return root

    def narrow(self, x: Bounded) -> Bounded:
        # Half a unit, or half the smallest subnormal, of floats.
        return Bounded(self, x.value, x.error + x.most * 2.0**-24 + 2.0**-150)

    def absolute(self, x: Bounded) -> Bounded:
        return Bounded(self, np.abs(x.value), x.error)

    def sign(self, x: Bounded) -> Bounded:
        certain = (x.most == 0) | (np.abs(x.value) > 2 * x.error)
        return Bounded(self, np.sign(x.value), np.where(certain, 0.0, 2.0))

    def maximum(self, x: Any, y: Any) -> Bounded:
        x, y = self.number(x), self.number(y)
        result = -self.minimum(-x, -y)
        result.floor = np.fmax(x.low, y.low)
        return result

    def minimum(self, x: Any, y: Any) -> Bounded:
        x, y = self.number(x), self.number(y)
        error = np.maximum(x.error, y.error)
        error = np.where(x.value + 2 * x.error < y.value - 2 * y.error, x.error, error)
        error = np.where(y.value + 2 * y.error < x.value - 2 * x.error, y.error, error)
        return Bounded(self, np.minimum(x.value, y.value), error)

    def where(self, mask: NDArray[np.bool_], x: Bounded, y: Bounded) -> Bounded:
        return Bounded(self, np.where(mask, x.value, y.value), np.where(mask, x.error, y.error))

    def fma(self, x: Bounded, y: Bounded, z: Bounded) -> Bounded:
        error = product_error(x, y) + z.error
        zero = (x.most == 0) | (y.most == 0)
        return self.rounded(x.value * y.value + z.value, error, underflow=~zero)

    def incremental(self, v: Bounded, x: Bounded, new: Bounded) -> Bounded:
        """Return v + new*(x - v), which is (1-new)*v + new*x: v's error shrinks, it does not grow.

        With errors dv, dx, dn of a port's operands the result moves by (1-new)*dv + new*dx +
        dn*(x-v), and the difference and its product with `new` round once each.
        """
        apart = np.abs(x.value - v.value) * (1 + 2.0**-52) + 2 * (x.error + v.error)
        kept = np.abs(1 - new.value) * (1 + 2.0**-52) + 2 * new.error
        error = kept * v.error + new.most * x.error + new.error * apart
        error = error + (2 * self._unit + self._unit**2) * new.most * apart
        value = v.value + new.value * (x.value - v.value)
        return self.rounded(value, error, underflow=(new.most > 0) & (apart > 0))

    def reverse_incremental(self, v: Bounded, x: Bounded, old: Bounded) -> Bounded:
        return self.incremental(x, v, old)

    def lerp(self, x: Bounded, y: Bounded, share: Bounded) -> Bounded:
        # Fused, it rounds less than either of the orders that subtract first.
        return self.where(
            share.value < 0.5,
            self.incremental(x, y, share),
            self.reverse_incremental(x, y, 1 - share),
        )

    def nudge(self, x: Bounded, units: int) -> Bounded:
        return self.rounded(x.value, x.error, underflow=None, units=2 * abs(units))

    def pow_square(self, x: Bounded) -> Bounded:
        # A C library's pow is good to an ULP, not to half of one.
        return self.rounded(x.value * x.value, product_error(x, x), underflow=x.most > 0, units=2)

    def sum_along(self, x: Bounded) -> Bounded:
        """Sum each row in whatever order: a term takes part in all additions but one at most."""
        most = (x.most * (1 + 2.0**-52)).sum(axis=1, keepdims=True)
        grown = np.expm1(max(x.shape[1] - 1, 0) * np.log1p(self._unit)) * (1 + 2.0**-48)
        error = x.error.sum(axis=1, keepdims=True) + grown * most
        error = error * (1 + x.shape[1] * 2.0**-52)
        value = x.value.sum(axis=1, keepdims=True)
        return self.rounded(value, error + x.shape[1] * 2.0**-53 * most, units=0)

    def concatenate(self, arrays: Sequence[Bounded], axis: int) -> Bounded:
        known = any(array.floor is not None for array in arrays)
        return Bounded(
            self,
            np.concatenate([array.value for array in arrays], axis),
            np.concatenate([array.error for array in arrays], axis),
            np.concatenate([array.low for array in arrays], axis) if known else None,
        )

    def repeat(self, x: Bounded, rows: int) -> Bounded:
        shape = (rows, x.shape[1])
        floor = None if x.floor is None else np.broadcast_to(x.floor, shape)
        return Bounded(
            self, np.broadcast_to(x.value, shape), np.broadcast_to(x.error, shape), floor
        )

    def power(self, x: Bounded, counts: NDArray[np.int64]) -> Bounded:
        error = counts * np.fmax(x.most, 1) ** (counts - 1) * x.error
        # NumPy's pow and a port's may each be an ULP off.
        return self.rounded(x.value**counts, error, underflow=x.most > 0, units=4)

    def correction(self, decay: Bounded, t: NDArray[np.int64]) -> Array:
        return 1 - self.power(decay, t)


BOUNDS: Mapping[str, Algebra] = MappingProxyType({name: _Bounds(name) for name in ALGEBRAS})
"""The numbers with bounds of every precision."""
