"""Operations that NumPy has none of: fused multiply-add, C's pow, a result some ULP off."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

# The splitting of a double overflows above 2**996; a product's error is a double above 2**-969.
_HUGE, _TINY = 2.0**990, 2.0**-900


def pow_square(x: Floats) -> NDArray[np.float64]:
    """C's pow(x, 2) of every element in double: not always x*x in the last bit."""
    return np.array([_pow2(e) for e in x.ravel().tolist()]).reshape(x.shape)


def _pow2(x: float) -> float:
    try:
        return math.pow(x, 2.0)
    except OverflowError:
        return math.inf


def _two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Sum and its rounding error, exactly (Knuth 1969)."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


def _split(a: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cut a double into halves of at most 26 bits (Veltkamp)."""
    c = a * 134217729.0  # 2**27 + 1
    high = c - (c - a)
    return high, a - high


def _two_product(
    a: NDArray[np.float64], b: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Product and its rounding error, exactly where nothing over- or underflows (Dekker 1971)."""
    p = a * b
    ah, al = _split(a)
    bh, bl = _split(b)
    return p, al * bl - (((p - ah * bh) - al * bh) - ah * bl)


def _add_to_odd(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """A + b rounded to odd: where inexact, to the neighbour whose last bit is set."""
    s, error = _two_sum(a, b)
    bits = s.view(np.int64)
    # The other neighbour lies towards the error: away from zero if their signs agree.
    outward = np.where((error > 0) == (s > 0), 1, -1)
    odd = np.where((error != 0) & (bits & 1 == 0), bits + outward, bits)
    return odd.view(np.float64)


def fma(a: Floats, b: Floats, c: Floats) -> Floats:
    """Return a*b + c rounded once, in the operands' common dtype (broadcast).

    float64: Boldo and Melquiond's algorithm (Emulation of FMA and correctly rounded sums,
    2008), which adds the small parts rounding to odd; elements that could over- or underflow
    on the way are computed in exact rationals. float32 and float16: the product is exact in
    double, the sum is rounded to odd there and then narrowed.
    """
    with np.errstate(all="ignore"):
        kind = np.result_type(a, b, c)
        return _fma64(a, b, c) if kind == np.float64 else _fma_narrow(a, b, c, kind)


def _fma_narrow(a: Floats, b: Floats, c: Floats, kind: Any) -> Floats:
    x, y, z = (np.asarray(e, dtype=np.float64) for e in (a, b, c))
    narrow: Floats = _finite_add_to_odd(x * y, z).astype(kind)
    return narrow


def _fma64(a: Floats, b: Floats, c: Floats) -> Floats:
    x, y, z = (np.asarray(e, dtype=np.float64) for e in (a, b, c))
    uh, ul = _two_product(x, y)
    th, tl = _two_sum(z, ul)
    vh, vl = _two_sum(uh, th)
    result: NDArray[np.float64] = vh + _add_to_odd(np.asarray(tl), np.asarray(vl))
    size = np.abs(uh)
    largest = np.maximum(np.maximum(np.maximum(np.abs(x), np.abs(y)), np.abs(z)), size)
    unsafe = ~((largest < _HUGE) & (size > _TINY))
    if unsafe.any():
        x, y, z = np.broadcast_arrays(x, y, z)
    for index in map(tuple, np.argwhere(unsafe)):
        result[index] = _exact_fma(float(x[index]), float(y[index]), float(z[index]))
    return result


def _finite_add_to_odd(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    plain = a + b
    return np.where(np.isfinite(plain), _add_to_odd(a, b), plain)


def _exact_fma(a: float, b: float, c: float) -> float:
    if not (math.isfinite(a) and math.isfinite(b) and math.isfinite(c)) or a == 0 or b == 0:
        return a * b + c
    exact = Fraction(a) * Fraction(b) + Fraction(c)
    try:
        return float(exact)  # correctly rounded, subnormals included
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


def nudge(x: Floats, units: int) -> Floats:
    """Return the floats that lie so many ULP above x: below, where negative; 0 and NaN stay."""
    whole = {8: np.int64, 4: np.int32, 2: np.int16}[x.dtype.itemsize]
    away = np.where(np.isfinite(x) & (x != 0), units, 0)
    moved = x.view(whole) + np.where(x < 0, -away, away).astype(whole)
    result: Floats = moved.view(x.dtype)
    return result
