"""Emulated operations against exact rationals, and the list of evaluation orders."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from python_ref.numbers.algebra import ALGEBRAS
from python_ref.numbers.arithmetic import ARITHMETICS, PLAIN, Arithmetic, arithmetics
from python_ref.numbers.operations import fma, pow_square
from python_ref.numbers.ways import COMPLEMENTS, EMAS, QUOTIENTS, SQUARES, Way

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
@example(1e308, -10.0, 1.0)
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


def little(bits: int) -> list[float]:
    """What decides where a product lies half way: far below, and a few last bits of a double."""
    depths = (bits + 2, 2 * bits, 2 * bits + 7, 100)
    return [
        *(sign * 2.0**-depth for sign in (-1, 0, 1) for depth in depths),
        *(k * 2.0**-52 + e * 2.0**-72 for k in (-3, -2, -1, 1, 2, 3) for e in (-1, 0, 1)),
    ]


@pytest.mark.parametrize(("dtype", "bits"), [(np.float64, 53), (np.float32, 24)])
def test_fused_multiply_add_breaks_ties_by_what_is_far_below(dtype: type, bits: int) -> None:
    half, rest = bits // 2, bits - bits // 2
    ulp = Fraction(2) ** (1 - bits)
    decided = 0
    for i, j, sign, c in product((1, 3, 5, 7), (1, 3, 5, 7), (1, -1), little(bits)):
        a, b = 1 + i * 2.0**-half, sign * (1 + j * 2.0**-rest)
        exact = Fraction(a) * Fraction(b) + Fraction(c)
        low = exact // ulp * ulp
        near = min(low, low + ulp, key=lambda x: (abs(x - exact), x / ulp % 2))
        found = fma(*(np.array([x], dtype=dtype) for x in (a, b, c)))
        assert found.dtype == dtype
        assert Fraction(float(found[0])) == near, (i, j, sign, c)
        decided += abs(exact - low) != ulp / 2
    assert decided > 200


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_fused_multiply_add_of_what_is_not_finite(dtype: type) -> None:
    inf, nan = np.inf, np.nan
    a = np.array([inf, 0.0, nan, 1.0, 1.0, inf], dtype=dtype)
    b = np.array([1.0, inf, 1.0, 1.0, 1.0, -1.0], dtype=dtype)
    c = np.array([1.0, 1.0, 1.0, -inf, nan, -inf], dtype=dtype)
    np.testing.assert_array_equal(fma(a, b, c), np.array([inf, nan, nan, -inf, nan, -inf]))


def test_fused_multiply_add_keeps_the_sign_of_zero() -> None:
    a, b, c = np.array([[-0.0, 1.0, -0.0], [1.0, -0.0, -0.0], [0.0, 3.0, -0.0], [2.0, -2.0, 4.0]]).T
    found = fma(a, b, c)
    assert np.signbit(found).tolist() == [True, True, False, False]
    assert found.tolist() == [0.0] * 4


@pytest.mark.parametrize("wide", [0, 1, 2])
def test_one_double_among_floats_makes_it_double(wide: int) -> None:
    given = [np.array([[x], [-x]], dtype=np.float32) for x in (0.1, 0.7, 0.3)]
    given[wide] = given[wide].astype(np.float64) / 3
    found = fma(*given)
    assert (found.dtype, found.shape) == (np.float64, (2, 1))
    for row, numbers in enumerate(zip(*(x.ravel().tolist() for x in given), strict=True)):
        a, b, c = map(Fraction, numbers)
        assert found[row, 0] == float(a * b + c)


def test_pow_is_that_of_the_c_library() -> None:
    values = np.array([0.1, -3.0, 1e200, 5e-324, math.nan])
    np.testing.assert_array_equal(pow_square(values)[:2], [math.pow(0.1, 2), 9.0])
    np.testing.assert_array_equal(pow_square(values)[2:], [math.inf, 0.0, math.nan])
    table = np.array([[0.1, 0.3, -0.7]], dtype=np.float32)
    assert pow_square(table).tolist() == [[math.pow(x, 2) for x in table[0].tolist()]]


def test_plain_comes_first_and_nothing_twice() -> None:
    for precision in ("float64", "float32", "float32_double"):
        listed = arithmetics(precision)
        assert listed[0] == PLAIN
        assert len(set(listed)) == len(listed)
    assert {a.precision for a in arithmetics("float32")} == {"", "float32_double", "float32_wide"}
    assert arithmetics("float64") == ARITHMETICS


@pytest.mark.parametrize("precision", ["float64", "float32", "float32_double"])
def test_what_departs_in_fewer_places_comes_first(precision: str) -> None:
    listed = arithmetics(precision)
    departing = [len(str(a).replace("plain", "").split()) for a in listed]
    assert departing == sorted(departing)
    own = [str(a) for a in listed if not a.precision]
    tables = {"quotient": QUOTIENTS, "square": SQUARES, "ema": EMAS}
    if precision != "float64":
        tables["complement"] = COMPLEMENTS
    usual = {name: [w.name for w in t.values() if w.ordinary] for name, t in tables.items()}
    single = [f"{name}={way}" for name, ways in usual.items() for way in ways if way != "plain"]
    assert own[: len(single) + 1] == ["plain", *single]
    # What does not multiply the square cannot group it to the left.
    every = set(product(usual["quotient"], usual["square"], usual["ema"]))
    wanted = {(q, s, e) for q, s, e in every if s != "left" or "square" in EMAS[e].shared}
    plain = [a for a in listed if a.complement == "plain"]
    others = 1 if precision == "float64" else 3
    assert len(plain) == others * len(wanted)
    for narrow in {a.precision for a in plain}:
        assert {(a.quotient, a.square, a.ema) for a in plain if a.precision == narrow} == wanted
    # Doubles have nothing to be narrowed to, and where all is computed in double nothing is.
    double = {a.precision or precision for a in listed if a.complement == "double"}
    assert double == ({"float32", "float32_double"} if precision != "float64" else set())
    assert all(a.square != "pow" for a in listed if a.complement == "double")


@pytest.mark.parametrize("way", EMAS.values(), ids=EMAS)
def test_what_stands_in_an_average_is_what_its_kernel_takes(way: Way) -> None:
    a, (v, g, old) = ALGEBRAS["float64"], np.array([[0.3], [0.7], [0.9]])
    average = way.kernel(a, v, 1 - old, g * g, old)
    assert np.allclose(average, old * v + (1 - old) * (g * g), rtol=1e-12)
    grouped = way.kernel(a, v, (1 - old) * g, g, old)
    assert ("square" in way.shared) == np.allclose(average, grouped, rtol=1e-12)
    assert ("new" in way.shared) == (way.kernel(a, v, 0.5, g * g, old) != average).all()


def test_an_arithmetic_says_where_it_departs_from_plain() -> None:
    assert str(PLAIN) == "plain"
    assert str(Arithmetic(square="left")) == "square=left"
    assert str(Arithmetic(square="left", precision="float32_double")) == (
        "precision=float32_double square=left"
    )


def test_rejects_an_arithmetic_that_is_not_listed() -> None:
    with pytest.raises(ValueError, match="no ema 'fast'; there are plain, incremental"):
        Arithmetic(ema="fast")
