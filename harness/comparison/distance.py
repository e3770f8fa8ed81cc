"""How far numbers are apart: not at all, or by so many units in the last place."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from harness.model.observation import Rows, is_float32


def family(precision: str) -> str:
    """What is stored: float64 or float32."""
    return "float32" if precision.startswith("float32") else "float64"


def same(expected: Rows, observed: Rows) -> NDArray[np.bool_]:
    """Equal as numbers, or both NaN; element by element."""
    result: NDArray[np.bool_] = (expected == observed) | (np.isnan(expected) & np.isnan(observed))
    return result


def unit_precision(precision: str, observed: Rows) -> str:
    """The precision whose last place tells: double, where a float cannot hold what was observed."""
    return precision if family(precision) == "float64" or is_float32(observed) else "float64"


def ulp_distance(a: float, b: float, precision: str) -> int | None:
    """How many representable numbers lie between a and b; None if either is NaN.

    >>> ulp_distance(1.0, 1.0 + 2**-52, "float64")
    1
    >>> ulp_distance(-0.0, 0.0, "float32")
    0
    """
    if math.isnan(a) or math.isnan(b):
        return None
    ordered = _ordered(np.array([a, b]), precision)
    return abs(int(ordered[0]) - int(ordered[1]))


def _ordered(values: Rows, precision: str) -> NDArray[np.int64]:
    """Integers in the order of the floats, neighbours one apart, both zeros 0."""
    if family(precision) == "float32":
        with np.errstate(over="ignore"):  # beyond the largest float it is infinite
            narrow = values.astype(np.float32)
        bits = narrow.view(np.int32).astype(np.int64)
        magnitude = bits & 0x7FFFFFFF
    else:
        bits = values.view(np.int64)
        magnitude = bits & 0x7FFFFFFFFFFFFFFF
    return np.where(bits < 0, -magnitude, magnitude)


def largest_ulp(
    expected: Rows, observed: Rows, equals: NDArray[np.bool_], precision: str
) -> int | None:
    """The largest of the distances; None where no pair of numbers has one.

    Args:
        expected: (T, N) or (N,).
        observed: of the same shape.
        equals: where they count as equal.
        precision: whose last place is meant.
    """
    measurable = ~(np.isnan(expected) | np.isnan(observed))
    if not measurable.any():
        return None
    if equals.all():
        return 0
    pair = _ordered(expected[measurable], precision), _ordered(observed[measurable], precision)
    # Opposite signs may be further apart than int64 holds, never further than uint64: the
    # difference modulo 2**64 is the difference.
    apart = np.maximum(*pair).view(np.uint64) - np.minimum(*pair).view(np.uint64)
    return int(apart.max())
