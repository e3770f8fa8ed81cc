"""The numbers that a step is computed with: IEEE floats as a port in each precision has them.

The formulas in `kernels` use operators and the methods below, so that the same formulas run
on floats here and on error bounds and balls in `exact`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from python_ref.numbers import operations
from python_ref.numbers.narrow import BFloat16, Flushed, Settled, bfloat16

Array = Any
"""An array of an algebra's numbers: an ndarray, or what behaves like one."""


class Algebra(Protocol):
    """What a kernel may ask of its numbers beside + - * / and indexing."""

    def given(self, values: NDArray[np.float64]) -> Array:
        """Return weights or gradients as a port stores them."""

    def column(self, values: NDArray[np.float64], own: NDArray[np.bool_], /) -> Array:
        """Return a hyperparameter per row, (R, 1), as a port computes with it.

        `own` says which are constants of the port's own: those it may hold in another width,
        and their complements as literals.
        """

    def zeros(self, shape: tuple[int, ...]) -> Array:
        """Return stored zeros."""

    def load(self, x: Array) -> Array:
        """Turn stored numbers into those computed with."""

    def store(self, x: Array) -> Array:
        """Round to what is stored."""

    def widen(self, x: Array) -> Array:
        """Turn an average into what its root is taken in."""

    def narrow(self, x: Array) -> Array:
        """Round to float32, as which it enters whatever comes next."""

    def sqrt(self, x: Array, nonnegative: bool) -> Array:
        """Take the root; `nonnegative` if no order of evaluation makes x negative."""

    def absolute(self, x: Array) -> Array:
        """Return abs(x)."""

    def sign(self, x: Array) -> Array:
        """Return -1, 0 or 1; NaN of NaN."""

    def maximum(self, x: Array, y: Array) -> Array:
        """Return the greater; NaN if either is."""

    def minimum(self, x: Array, y: Array) -> Array:
        """Return the lesser; NaN if either is."""

    def where(self, mask: NDArray[np.bool_], x: Array, y: Array) -> Array:
        """Take elements of x where `mask` is set, of y elsewhere."""

    def fma(self, x: Array, y: Array, z: Array) -> Array:
        """Return x*y + z rounded once."""

    def incremental(self, v: Array, x: Array, new: Array) -> Array:
        """Return v + new*(x - v)."""

    def reverse_incremental(self, v: Array, x: Array, old: Array) -> Array:
        """Return x + old*(v - x)."""

    def lerp(self, x: Array, y: Array, share: Array) -> Array:
        """Return x + share*(y - x) fused, from the end that is nearer; `share` is (R, 1)."""

    def nudge(self, x: Array, units: int) -> Array:
        """Return what lies so many ULP above x."""

    def pow_square(self, x: Array) -> Array:
        """Return C's pow(x, 2), in double where a language has no other."""

    def sum_along(self, x: Array) -> Array:
        """Sum each row from the left, (R, 1)."""

    def concatenate(self, arrays: Sequence[Array], axis: int) -> Array:
        """Join arrays along `axis`."""

    def repeat(self, x: Array, rows: int) -> Array:
        """Broadcast one row to `rows` rows."""

    def power(self, x: Array, counts: NDArray[np.int64]) -> Array:
        """Return x**counts, (R, 1) each."""

    def correction(self, decay: Array, t: NDArray[np.int64]) -> Array:
        """Return 1 - decay**t: (R, 1), or (R, n) where elements are at different t."""


def _in(x: Array, kind: type) -> Array:
    """Return x in a width, x itself where it has it."""
    return x.astype(kind, copy=False)


def _power(x: float, count: int) -> float:
    """C's pow; infinite where it overflows."""
    try:
        return math.pow(x, count)
    except OverflowError:
        return math.inf


def _summed(total: Array, x: Array) -> Array:
    """Add the columns of x one by one: each partial sum is rounded."""
    for column in range(x.shape[1]):
        total = total + x[:, column : column + 1]
    return total


class _Floats:
    """IEEE floats: what is stored, what is computed with, and what quotients are formed in.

    NumPy promotes float32 with float64 to float64 as Java promotes float with double, so a
    mixed precision needs its types stated only where a number is made, loaded or stored.
    """

    def __init__(self, storage: type, compute: type, quotient: type) -> None:
        self._storage, self._compute, self._quotient = storage, compute, quotient

    def given(self, values: NDArray[np.float64]) -> Array:
        return values.astype(self._storage)

    def column(self, values: NDArray[np.float64], _own: NDArray[np.bool_], /) -> Array:
        return values.astype(self._compute)[:, np.newaxis]

    def zeros(self, shape: tuple[int, ...]) -> Array:
        return np.zeros(shape, dtype=self._storage)

    def load(self, x: Array) -> Array:
        return _in(x, self._compute)

    def store(self, x: Array) -> Array:
        return _in(x, self._storage)

    def widen(self, x: Array) -> Array:
        return _in(x, self._quotient)

    def narrow(self, x: Array) -> Array:
        return _in(x, np.float32)

    def sqrt(self, x: Array, nonnegative: bool) -> Array:  # noqa: ARG002
        return np.sqrt(x)

    def absolute(self, x: Array) -> Array:
        return np.abs(x)

    def sign(self, x: Array) -> Array:
        return np.sign(x)

    def maximum(self, x: Array, y: Array) -> Array:
        return np.maximum(x, y)

    def minimum(self, x: Array, y: Array) -> Array:
        return np.minimum(x, y)

    def where(self, mask: NDArray[np.bool_], x: Array, y: Array) -> Array:
        return np.where(mask, x, y)

    def fma(self, x: Array, y: Array, z: Array) -> Array:
        return operations.fma(x, y, z)

    def incremental(self, v: Array, x: Array, new: Array) -> Array:
        return v + new * (x - v)

    def reverse_incremental(self, v: Array, x: Array, old: Array) -> Array:
        return x + old * (v - x)

    def lerp(self, x: Array, y: Array, share: Array) -> Array:
        apart = y - x
        return self.where(
            np.asarray(share < 0.5),
            self.fma(share, apart, x),
            self.fma(-apart, 1 - share, y),
        )

    def nudge(self, x: Array, units: int) -> Array:
        return operations.nudge(x, units)

    def pow_square(self, x: Array) -> Array:
        squares = operations.pow_square(x)
        # Where all is float there is a float pow; Java, which mixes, only has that of doubles.
        return squares.astype(np.float32) if self._quotient is np.float32 else squares

    def sum_along(self, x: Array) -> Array:
        if not x.shape[1]:
            return np.zeros((len(x), 1), dtype=x.dtype)
        if x.dtype == np.float16:  # NumPy would keep partial sums in float
            return _summed(x[:, :1], x[:, 1:])
        return np.add.accumulate(x, axis=1)[:, -1:]

    def concatenate(self, arrays: Sequence[Array], axis: int) -> Array:
        return arrays[0] if len(arrays) == 1 else np.concatenate(arrays, axis)

    def repeat(self, x: Array, rows: int) -> Array:
        return x if len(x) == rows else np.broadcast_to(x, (rows, x.shape[1]))

    def power(self, x: Array, counts: NDArray[np.int64]) -> Array:
        pairs = zip(x.ravel().tolist(), counts.ravel().tolist(), strict=True)
        powers = np.array([_power(rate, count) for rate, count in pairs])
        return powers.reshape(x.shape).astype(self._compute)

    def correction(self, decay: Array, t: NDArray[np.int64]) -> Array:
        counts, places = np.unique(t, return_inverse=True)
        rates = decay.ravel().tolist()
        powers = np.array([[math.pow(rate, count) for count in counts.tolist()] for rate in rates])
        result: Array = 1 - powers.astype(self._compute)
        return result[:, places] if len(counts) > 1 else result


class _Settling(_Floats):
    """Numbers that NumPy has no type for: arrays of a kind that settles every result."""

    def __init__(self, kind: type[Settled], storage: type, compute: type, quotient: type) -> None:
        super().__init__(storage, compute, quotient)
        self._kind = kind

    def given(self, values: NDArray[np.float64]) -> Array:
        return self._kind.of(super().given(values))

    def column(self, values: NDArray[np.float64], own: NDArray[np.bool_], /) -> Array:
        return self._kind.of(super().column(values, own))

    def zeros(self, shape: tuple[int, ...]) -> Array:
        return super().zeros(shape).view(self._kind)

    def load(self, x: Array) -> Array:
        return self._kind.of(super().load(x))

    def store(self, x: Array) -> Array:
        return self._kind.of(super().store(x))

    def where(self, mask: NDArray[np.bool_], x: Array, y: Array) -> Array:
        return super().where(mask, x, y).view(self._kind)

    def fma(self, x: Array, y: Array, z: Array) -> Array:
        plain = (np.asarray(e).view(np.ndarray) for e in (x, y, z))
        return self._kind.of(super().fma(*plain))

    def nudge(self, x: Array, units: int) -> Array:
        return self._kind.of(super().nudge(x.view(np.ndarray), units))

    def pow_square(self, x: Array) -> Array:
        return self._kind.of(super().pow_square(x.view(np.ndarray)))

    def sum_along(self, x: Array) -> Array:
        return _summed(self.zeros((len(x), 1)).astype(x.dtype), x)

    def concatenate(self, arrays: Sequence[Array], axis: int) -> Array:
        return super().concatenate(arrays, axis).view(self._kind)

    def repeat(self, x: Array, rows: int) -> Array:
        return super().repeat(x, rows).view(self._kind)

    def power(self, x: Array, counts: NDArray[np.int64]) -> Array:
        return self._kind.of(super().power(x, counts))

    def correction(self, decay: Array, t: NDArray[np.int64]) -> Array:
        return self._kind.of(super().correction(decay, t))


class _StoredBFloat16(_Floats):
    """Floats to compute with, of which bfloat16 is stored."""

    def given(self, values: NDArray[np.float64]) -> Array:
        return bfloat16(values)

    def store(self, x: Array) -> Array:
        return bfloat16(x)


FLUSHED = "_flushed"
"""What the name of a precision ends in where subnormal numbers are flushed to zero."""

_TYPES: dict[str, tuple[type, type, type]] = {
    "float64": (np.float64, np.float64, np.float64),
    "float32": (np.float32, np.float32, np.float32),
    "float32_double": (np.float32, np.float32, np.float64),
    "float32_wide": (np.float32, np.float64, np.float64),
    "float16": (np.float16, np.float16, np.float16),
    "float16_float32": (np.float16, np.float32, np.float32),
}
_FLOATS = (np.float32, np.float32, np.float32)

ALGEBRAS: Mapping[str, Algebra] = MappingProxyType(
    {
        **{name: _Floats(*types) for name, types in _TYPES.items()},
        "bfloat16": _Settling(BFloat16, *_FLOATS),
        "bfloat16_float32": _StoredBFloat16(*_FLOATS),
        **{f"{name}{FLUSHED}": _Settling(Flushed, *types) for name, types in _TYPES.items()},
        f"bfloat16{FLUSHED}": _Settling(BFloat16, *_FLOATS),
        f"bfloat16_float32{FLUSHED}": _StoredBFloat16(*_FLOATS),
    }
)
"""The numbers of every precision."""
