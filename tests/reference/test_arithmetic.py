"""Emulated operations against exact rationals, and the list of evaluation orders."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from python_ref.arithmetic import ARITHMETICS, PLAIN, Arithmetic, arithmetics, fma, pow_square

doubles = st.floats(allow_nan=False, allow_infinity=False)
floats = st.floats(width=32, allow_nan=False, allow_infinity=False)


def rounded(exact: Fraction) -> float:
    try:
        return float(exact)
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


@given(doubles, doubles, doubles)
@example(0.1, 10.0, -1.0)
@example(5e-324, 0.5, 5e-324)
@example(1e308, 10.0, -1e308)
@example(1.0 + 2**-52, 1.0 - 2**-53, -1.0)
@example(2.0**-600, 2.0**-475, 2.0**-1074)
@example(2.0**995, 1.5, 1.0)
def test_fused_multiply_add_rounds_once(a: float, b: float, c: float) -> None:
    result = float(fma(np.array([a]), np.array([b]), np.array([c]))[0])
    assert result == rounded(Fraction(a) * Fraction(b) + Fraction(c))


@given(st.floats(0.5, 2), st.floats(0.5, 2), st.integers(-70, 70))
def test_fused_multiply_add_of_numbers_that_cancel(a: float, b: float, shift: int) -> None:
    c = -a * b * (1 + 2.0**shift if shift < 0 else 2.0**-shift)
    result = float(fma(np.array([a]), np.array([b]), np.array([c]))[0])
    assert result == rounded(Fraction(a) * Fraction(b) + Fraction(c))


@given(floats, floats, floats)
@example(float(np.float32(1 + 2**-23)), float(np.float32(1 - 2**-24)), 2.0**-149)
@example(1e-30, 1e-15, 2.0**-149)
def test_fused_multiply_add_in_single_precision(a: float, b: float, c: float) -> None:
    result = fma(*(np.array([x], dtype=np.float32) for x in (a, b, c)))[0]
    exact = Fraction(a) * Fraction(b) + Fraction(c)
    # The nearest float is among the neighbours of the double that is nearest.
    with np.errstate(over="ignore"):
        near = np.float32(rounded(exact))
    if not np.isfinite(near):
        assert result == near
        return
    with np.errstate(over="ignore"):  # the largest number's neighbour is infinity
        candidates = [near, *(np.nextafter(near, np.float32(x)) for x in (np.inf, -np.inf))]
    finite = [x for x in candidates if np.isfinite(x)]
    best = min(finite, key=lambda x: (abs(Fraction(float(x)) - exact), int(x.view(np.int32)) & 1))
    assert result == best


def test_fused_multiply_add_of_what_is_not_finite() -> None:
    inf, nan = np.inf, np.nan
    a = np.array([inf, 0.0, nan, 1.0, 1.0])
    b = np.array([1.0, inf, 1.0, 1.0, 1.0])
    c = np.array([1.0, 1.0, 1.0, -inf, nan])
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(fma(a, b, c), [inf, nan, nan, -inf, nan])


def test_pow_is_that_of_the_c_library() -> None:
    values = np.array([0.1, -3.0, 1e200, 5e-324, math.nan])
    np.testing.assert_array_equal(pow_square(values)[:2], [math.pow(0.1, 2), 9.0])
    np.testing.assert_array_equal(pow_square(values)[2:], [math.inf, 0.0, math.nan])


def test_plain_comes_first_and_nothing_twice() -> None:
    for precision in ("float64", "float32", "float32_double"):
        listed = arithmetics(precision)
        assert listed[0] == PLAIN
        assert len(set(listed)) == len(listed)
    assert {a.precision for a in arithmetics("float32")} == {"", "float32_double", "float32_wide"}
    assert arithmetics("float64") == ARITHMETICS


def test_an_arithmetic_says_where_it_departs_from_plain() -> None:
    assert str(PLAIN) == "plain"
    assert str(Arithmetic(square="left")) == "square=left"
    assert str(Arithmetic(square="left", precision="float32_double")) == (
        "precision=float32_double square=left"
    )


def test_rejects_an_arithmetic_that_is_not_listed() -> None:
    with pytest.raises(ValueError, match="no ema 'fast'; there are plain, incremental"):
        Arithmetic(ema="fast")
