"""The oracle's numbers: balls of 256 bits that certainly contain the exact value (Arb).

Needs python-flint, which is imported when a ball is first asked for and not before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from python_ref.numbers.algebra import Algebra, Array

BITS = 256
"""Working precision: doubles have 53 bits, so balls stay some 200 bits thinner than an ULP."""


class OracleMissingError(ImportError):
    """python-flint is not installed; the message says how to install it."""


def flint() -> Any:
    """Return the python-flint module; OracleMissingError if there is none."""
    try:
        import flint  # noqa: PLC0415 - optional, and only the oracle needs it
    except ImportError as error:
        raise OracleMissingError(
            "the certificate was not checked: it needs python-flint,"
            " `pip install 'python-flint>=0.8'` (or `pip install 'rmsproof[oracle]'`)"
        ) from error
    return flint


class _Balls:
    """Arrays of Arb balls: the exact trajectory, up to a radius that is carried along."""

    def __init__(self, precision: str) -> None:
        self._arb = flint().arb
        self._storage = np.float64 if precision.startswith("float64") else np.float32

    def given(self, values: NDArray[np.float64]) -> Array:
        narrow = values.astype(self._storage)
        exact = [self._arb(number) for number in narrow.ravel().tolist()]
        result = np.empty(len(exact), dtype=object)
        result[:] = exact
        return result.reshape(narrow.shape)

    def column(self, values: NDArray[np.float64], _own: NDArray[np.bool_], /) -> Array:
        return self.given(values)[:, np.newaxis]

    def zeros(self, shape: tuple[int, ...]) -> Array:
        return np.full(shape, self._arb())

    def load(self, x: Array) -> Array:
        return x

    store = widen = load

    def narrow(self, x: Array) -> Array:
        return x

    def sqrt(self, x: Array, nonnegative: bool = False) -> Array:  # noqa: ARG002
        return _each(lambda ball: ball.sqrt(), x)

    def absolute(self, x: Array) -> Array:
        return _each(abs, x)

    def sign(self, x: Array) -> Array:
        return _each(lambda ball: ball.sgn(), x)

    def maximum(self, x: Array, y: Array) -> Array:
        return _each(lambda a, b: a.max(b), x, y)

    def minimum(self, x: Array, y: Array) -> Array:
        return _each(lambda a, b: a.min(b), x, y)

    def where(self, mask: NDArray[np.bool_], x: Array, y: Array) -> Array:
        return np.where(mask, x, y)

    def fma(self, x: Array, y: Array, z: Array) -> Array:
        return x * y + z

    def incremental(self, v: Array, x: Array, new: Array) -> Array:
        return v + new * (x - v)

    def reverse_incremental(self, v: Array, x: Array, old: Array) -> Array:
        return x + old * (v - x)

    def lerp(self, x: Array, y: Array, share: Array) -> Array:
        return x + share * (y - x)

    def nudge(self, x: Array, units: int) -> Array:  # noqa: ARG002
        return x

    def pow_square(self, x: Array) -> Array:
        return x * x

    def sum_along(self, x: Array) -> Array:
        total = self.zeros((len(x), 1))
        for column in range(x.shape[1]):
            total = total + x[:, column : column + 1]
        return total

    def concatenate(self, arrays: Sequence[Array], axis: int) -> Array:
        return np.concatenate(arrays, axis)

    def repeat(self, x: Array, rows: int) -> Array:
        return np.broadcast_to(x, (rows, x.shape[1]))

    def power(self, x: Array, counts: NDArray[np.int64]) -> Array:
        return _each(lambda rate, count: rate ** int(count), x, counts)

    def correction(self, decay: Array, t: NDArray[np.int64]) -> Array:
        return 1 - self.power(decay, t)


def balls(precision: str) -> Algebra:
    """Return the oracle's numbers, given what `precision` stores; OracleMissingError if none."""
    return _Balls(precision)


def _each(function: Any, *arrays: Array) -> Array:
    """Apply `function` to the elements of broadcast object arrays."""
    return np.frompyfunc(function, len(arrays), 1)(*arrays)
