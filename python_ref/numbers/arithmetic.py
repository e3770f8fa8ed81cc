"""The orders of evaluation that one formula may have, and the operations that emulate them.

Two ports may compute the same thing and differ in the last bits, because products group
differently or an average is written another way. That is arithmetic and not a deviation: a
port that equals the formula in any arithmetic of this list is exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

QUOTIENTS = {
    "plain": "(lr*g)/den",
    "divide_first": "lr*(g/den)",
    "rate_over_root": "g*(lr/den)",
    "reciprocal": "(lr*g)*(1/den)",
}
SQUARES = {
    "plain": "(1-d)*(g*g)",
    "left": "(1-d)*g*g from the left",
    # C's pow of scalars; in float32_double it makes the average double.
    "pow": "(1-d)*pow(g, 2)",
}
EMAS = {
    "plain": "d*v + (1-d)*(g*g)",
    "incremental": "v + (1-d)*(g*g - v)",
    "reverse_incremental": "g*g + d*(v - g*g)",
    "fused": "fma(d, v, (1-d)*(g*g))",
    "fused_square": "fma(1-d, g*g, d*v)",
}
COMPLEMENTS = {
    "plain": "1-d",
    # A language's literals and settings are double whatever is stored: PyTorch, JAX, Keras.
    "double": "1-d formed in float64 and then narrowed",
}
FLOAT32_PRECISIONS = ("float32", "float32_double", "float32_wide")


@dataclass(frozen=True)
class Arithmetic:
    """An order of evaluation: how the quotient, the square and the average are written.

    Attributes:
        quotient: a key of QUOTIENTS.
        square: a key of SQUARES.
        ema: a key of EMAS.
        precision: of FLOAT32_PRECISIONS where floats are stored but computed with otherwise
            than the golden says; empty for the golden's own.
        complement: a key of COMPLEMENTS.
    """

    quotient: str = "plain"
    square: str = "plain"
    ema: str = "plain"
    precision: str = ""
    complement: str = "plain"

    def __post_init__(self) -> None:
        for name, known in (
            ("quotient", QUOTIENTS),
            ("square", SQUARES),
            ("ema", EMAS),
            ("precision", ("", *FLOAT32_PRECISIONS)),
            ("complement", COMPLEMENTS),
        ):
            if getattr(self, name) not in known:
                raise ValueError(f"no {name} {getattr(self, name)!r}; there are {', '.join(known)}")

    def __str__(self) -> str:
        """What departs from plain, "plain" if nothing does."""
        parts = [f"precision={self.precision}"] if self.precision else []
        for name in ("quotient", "square", "ema", "complement"):
            if getattr(self, name) != "plain":
                parts.append(f"{name}={getattr(self, name)}")
        return " ".join(parts) or "plain"

    @property
    def formulas(self) -> tuple[str, ...]:
        """What is written otherwise than in the reference, as it is written."""
        tables = (
            ("quotient", QUOTIENTS),
            ("square", SQUARES),
            ("ema", EMAS),
            ("complement", COMPLEMENTS),
        )
        chosen = [(table, getattr(self, name)) for name, table in tables]
        return tuple(table[name] for table, name in chosen if name != "plain")


PLAIN = Arithmetic()


def _listed() -> tuple[Arithmetic, ...]:
    # Those that depart in fewer places come first, so the simplest name is reported. The
    # incremental forms never multiply the square, so it cannot group to the left there.
    every = [
        Arithmetic(quotient, square, ema)
        for ema, square, quotient in product(EMAS, SQUARES, QUOTIENTS)
        if not (square == "left" and ema.endswith("incremental"))
    ]
    return tuple(
        sorted(every, key=lambda a: [a.quotient, a.square, a.ema].count("plain"), reverse=True)
    )


ARITHMETICS: tuple[Arithmetic, ...] = _listed()
"""Every order of evaluation in the golden's own precision, plain first."""


def arithmetics(precision: str) -> tuple[Arithmetic, ...]:
    """Return the arithmetics of a golden in `precision`, in the order they are tried.

    For float32 goldens the other ways to compute with stored floats are among them; what
    departs in fewer places comes first, so the simplest name is reported.
    """
    if precision == "float64":
        return ARITHMETICS
    others = [name for name in FLOAT32_PRECISIONS if name != precision]
    every = [replace(a, precision=other) for other in ("", *others) for a in ARITHMETICS]
    # Where the average is computed in float, and is written with 1 - d.
    every += [
        replace(a, complement="double", precision=other)
        for other in ("", *others)
        if other != "float32_wide"
        for a in ARITHMETICS
        if a.square != "pow" and a.ema != "reverse_incremental"
    ]
    return tuple(sorted(every, key=lambda a: len(str(a).split())))


# -- operations ---------------------------------------------------------------------------

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
