"""Running bounds, operation by operation: what the errors of operands may do, and one rounding.

That the bounds of whole trajectories hold is tested against the oracle; here, that each is the
stated one, held against it in fractions.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from math import isqrt
from typing import Any

import numpy as np
import pytest

from python_ref.rounding.bounds import BOUNDS, Bounded

FLUSHED = ("float64_flushed", "float32_flushed")
PRECISIONS = ("float64", "float32", "float32_double", "float32_wide", *FLUSHED)
# Unit roundoff, twice the smallest subnormal, half the largest number.
DOUBLE = (Fraction(1, 2**53), Fraction(2, 2**1074), (2 - Fraction(1, 2**52)) * 2**1022)
FLOAT = (Fraction(1, 2**24), Fraction(2, 2**149), (2 - Fraction(1, 2**23)) * 2**126)

Number = tuple[Fraction, Fraction | None]
"""A value and its bound; None where there is none."""


class Stated:
    """The operations on single numbers with bounds, in fractions."""

    def __init__(self, precision: str) -> None:
        double = precision.startswith("float64")
        self.u, self.eta, self.limit = DOUBLE if double else FLOAT
        self.flushes = precision in FLUSHED
        if self.flushes:  # twice the smallest normal number
            self.eta = Fraction(2, 2 ** (1022 if double else 126))
        self.mixed = precision in ("float32_double", "float32_wide")
        if self.mixed:  # a double result, which is then narrowed
            self.u += Fraction(1, 2**52)

    def rounded(
        self, value: Fraction, error: Fraction | None, underflow: bool = False, units: int = 1
    ) -> Number:
        if error is None:
            return value, None
        most = abs(value) + 2 * error
        lost = bool(most) if self.flushes else underflow
        total = error + units * self.u * most + (self.eta if lost else 0)
        return value, total if most + total < self.limit else None

    def add(self, x: Number, y: Number) -> Number:
        return self.rounded(x[0] + y[0], x[1] + y[1])

    def subtract(self, x: Number, y: Number) -> Number:
        return self.add(x, (-y[0], y[1]))

    def product_error(self, x: Number, y: Number) -> Fraction:
        return most(x) * y[1] + x[1] * most(y)

    def multiply(self, x: Number, y: Number) -> Number:
        error = self.product_error(x, y)
        return self.rounded(x[0] * y[0], error, bool(most(x) and most(y)))

    def divide(self, x: Number, y: Number) -> Number:
        if least(y) <= 0:
            return Fraction(0), None
        error = (x[1] + most(x) / least(y) * y[1]) / least(y)
        return self.rounded(x[0] / y[0], error, most(x) > 0)

    def sqrt(self, x: Number, nonnegative: bool) -> Number:
        if not most(x):
            return Fraction(0), Fraction(0)
        errors = []
        if x[0] > 0 and least(x) > 0:
            errors.append(x[1] / (2 * root(least(x))))
        if nonnegative:
            errors.append(root(2 * x[1]))
        return self.rounded(root(max(x[0], Fraction(0))), min(errors, default=None))

    def minimum(self, x: Number, y: Number) -> Number:
        error = max(x[1], y[1])
        if x[0] + 2 * x[1] < y[0] - 2 * y[1]:
            error = x[1]
        if y[0] + 2 * y[1] < x[0] - 2 * x[1]:
            error = y[1]
        return min(x[0], y[0]), error

    def maximum(self, x: Number, y: Number) -> Number:
        value, error = self.minimum((-x[0], x[1]), (-y[0], y[1]))
        return -value, error

    def sign(self, x: Number) -> Number:
        certain = not most(x) or least(x) > 0
        return Fraction((x[0] > 0) - (x[0] < 0)), Fraction(0 if certain else 2)

    def fma(self, x: Number, y: Number, z: Number) -> Number:
        error = self.product_error(x, y) + z[1]
        return self.rounded(x[0] * y[0] + z[0], error, bool(most(x) and most(y)))

    def incremental(self, v: Number, x: Number, new: Number) -> Number:
        apart = abs(x[0] - v[0]) + 2 * (x[1] + v[1])
        kept = abs(1 - new[0]) + 2 * new[1]
        error = kept * v[1] + most(new) * x[1] + new[1] * apart
        error += (2 * self.u + self.u**2) * most(new) * apart
        return self.rounded(v[0] + new[0] * (x[0] - v[0]), error, bool(most(new) and apart))

    def pow_square(self, x: Number) -> Number:
        return self.rounded(x[0] ** 2, self.product_error(x, x), most(x) > 0, units=2)

    def store(self, x: Number) -> Number:
        return x[0], x[1] + (self.eta if self.mixed and most(x) else 0)

    def correction(self, decay: Number, t: int) -> Number:
        error = t * max(most(decay), Fraction(1)) ** (t - 1) * decay[1]
        value, error = self.rounded(decay[0] ** t, error, units=4)
        return self.subtract((Fraction(1), Fraction(0)), (value, error))


def most(x: Number) -> Fraction:
    return abs(x[0]) + 2 * x[1]


def least(x: Number) -> Fraction:
    return abs(x[0]) - 2 * x[1]


def root(x: Fraction) -> Fraction:
    """The square root to some hundred bits."""
    scale = 2**1200
    return Fraction(isqrt(int(x * scale * scale)), scale)


NEAR = 1 + Fraction(1, 2**44)
"""What the bounds' own arithmetic may add: some 2**-48 in each of a few operations."""
LAST_BIT = 1 + Fraction(1, 2**52)
"""What is stored adds the smallest of numbers to a bound, which may not show in it."""


def assert_as_stated(found: Bounded, wanted: list[Number], precision: str) -> None:
    assert found.algebra is BOUNDS[precision]
    assert found.value.shape == found.error.shape == found.shape
    assert found.value.size == len(wanted)
    for value, error, number in zip(
        found.value.ravel().tolist(), found.error.ravel().tolist(), wanted, strict=True
    ):
        exact, bound = number
        if bound is None:
            assert np.isnan(error), number
        else:
            assert abs(Fraction(value) - exact) <= abs(exact) / 2**50
            assert bound / LAST_BIT <= Fraction(error) <= bound * NEAR, (value, error, float(bound))


OPERANDS = [
    (3.0, 0.0),
    (-0.5, 0.0078125),
    (0.0, 0.0),
    (0.0, 0.25),
    (0.75, 0.375),  # may be 0
    (1.0, 0.0),
    (-(2.0**-20), 2.0**-40),
    (-7.5, 1.5),
    (1e6, 1.0),
    (3.75, 0.375),  # its least is the most of the next
    (2.25, 0.375),
    (2.0, 0.8125),
    (0.5, 0.25),
    (2.625, 0.75),
]
# In float their products are far below all numbers; the bounds are doubles.
SMALL = [
    (2.0**-80, 0.0),
    (0.0, 0.0),
    (-(2.0**-78), 2.0**-100),
    (0.0, 2.0**-90),
    (2.0**76, 0.0),
    (-(2.0**77), 2.0**60),
]


def number(precision: str, operands: list[tuple[float, float]]) -> Bounded:
    value, error = np.array(operands).T.copy()
    return Bounded(BOUNDS[precision], value[:, np.newaxis], error[:, np.newaxis])


def fractions(operands: list[tuple[float, float]]) -> list[Number]:
    return [(Fraction(value), Fraction(error)) for value, error in operands]


TWO: dict[str, tuple[Callable[..., Any], Callable[..., Number]]] = {
    "add": (lambda a, x, y: x + y, Stated.add),
    "subtract": (lambda a, x, y: x - y, Stated.subtract),
    "multiply": (lambda a, x, y: x * y, Stated.multiply),
    "divide": (lambda a, x, y: x / y, Stated.divide),
    "minimum": (lambda a, x, y: a.minimum(x, y), Stated.minimum),
    "maximum": (lambda a, x, y: a.maximum(x, y), Stated.maximum),
}


# Which operands in which precision: numbers of any size, and those that underflow.
CASES = [(precision, OPERANDS) for precision in PRECISIONS]
CASES += [(p, SMALL) for p in PRECISIONS if not p.startswith("float64")]
NAMES = [p if operands is OPERANDS else f"{p} small" for p, operands in CASES]
Operands = list[tuple[float, float]]


@pytest.mark.parametrize(("precision", "operands"), CASES, ids=NAMES)
@pytest.mark.parametrize("name", TWO)
def test_an_operation_on_two_is_bounded_as_stated(
    precision: str, operands: Operands, name: str
) -> None:
    computed, stated = TWO[name]
    pairs = list(itertools.product(operands, repeat=2))
    x, y = ([pair[side] for pair in pairs] for side in (0, 1))
    with np.errstate(all="ignore"):
        found = computed(BOUNDS[precision], number(precision, x), number(precision, y))
    wanted = map(stated, [Stated(precision)] * len(pairs), fractions(x), fractions(y))
    assert_as_stated(found, list(wanted), precision)


THREE: dict[str, Callable[..., Number]] = {
    "fma": Stated.fma,
    "incremental": Stated.incremental,
    "reverse_incremental": lambda s, v, x, old: s.incremental(x, v, old),
    "lerp": lambda s, v, x, share: (
        s.incremental(v, x, share)
        if share[0] < Fraction(1, 2)
        else s.incremental(x, v, s.subtract(ONE_EXACTLY, share))
    ),
}


@pytest.mark.parametrize(("precision", "operands"), CASES, ids=NAMES)
@pytest.mark.parametrize("name", THREE)
def test_an_operation_on_three_is_bounded_as_stated(
    precision: str, operands: Operands, name: str
) -> None:
    triples = list(itertools.product(operands[:6], operands[:6], [(0.25, 0.0), *operands[:7]]))
    x, y, z = ([triple[side] for triple in triples] for side in (0, 1, 2))
    given = (number(precision, side) for side in (x, y, z))
    found = getattr(BOUNDS[precision], name)(*given)
    sides = map(fractions, (x, y, z))
    wanted = map(THREE[name], [Stated(precision)] * len(triples), *sides)
    assert_as_stated(found, list(wanted), precision)


ONE: dict[str, tuple[Callable[..., Any], Callable[..., Number]]] = {
    "sqrt": (lambda a, x: a.sqrt(x), lambda s, x: s.sqrt(x, False)),
    "root of a square": (lambda a, x: a.sqrt(x, nonnegative=True), lambda s, x: s.sqrt(x, True)),
    "absolute": (lambda a, x: a.absolute(x), lambda s, x: (abs(x[0]), x[1])),
    "negative": (lambda a, x: -x, lambda s, x: (-x[0], x[1])),
    "sign": (lambda a, x: a.sign(x), Stated.sign),
    "pow_square": (lambda a, x: a.pow_square(x), Stated.pow_square),
    "store": (lambda a, x: a.store(x), Stated.store),
    "narrow": (
        lambda a, x: a.narrow(x),
        lambda s, x: (x[0], x[1] + most(x) / 2**24 + Fraction(1, 2**150)),
    ),
    "nudge": (lambda a, x: a.nudge(x, -2), lambda s, x: s.rounded(*x, units=4)),
    "load": (lambda a, x: a.load(x), lambda s, x: x),
    "widen": (lambda a, x: a.widen(x), lambda s, x: x),
    "number": (lambda a, x: a.number(x), lambda s, x: x),
    "1 +": (lambda a, x: 1 + x, lambda s, x: s.add(ONE_EXACTLY, x)),
    "1 -": (lambda a, x: 1 - x, lambda s, x: s.subtract(ONE_EXACTLY, x)),
    "- 1": (lambda a, x: x - 1, lambda s, x: s.subtract(x, ONE_EXACTLY)),
    "3 *": (lambda a, x: 3 * x, lambda s, x: s.multiply((Fraction(3), Fraction(0)), x)),
    "1 /": (lambda a, x: 1 / x, lambda s, x: s.divide(ONE_EXACTLY, x)),
    "/ 1": (lambda a, x: x / 1, lambda s, x: s.divide(x, ONE_EXACTLY)),
    "ndarray +": (lambda a, x: np.ones(x.shape) + x, lambda s, x: s.add(ONE_EXACTLY, x)),
    "minimum 1": (lambda a, x: a.minimum(1.0, x), lambda s, x: s.minimum(ONE_EXACTLY, x)),
    "maximum 1": (lambda a, x: a.maximum(x, 1.0), lambda s, x: s.maximum(x, ONE_EXACTLY)),
}
ONE_EXACTLY = (Fraction(1), Fraction(0))


@pytest.mark.parametrize(("precision", "operands"), CASES, ids=NAMES)
@pytest.mark.parametrize("name", ONE)
def test_an_operation_on_one_is_bounded_as_stated(
    precision: str, operands: Operands, name: str
) -> None:
    computed, stated = ONE[name]
    if name == "root of a square":  # of what no order of evaluation makes negative
        operands = [(value, error) for value, error in operands if value >= 0]
    with np.errstate(all="ignore"):
        found = computed(BOUNDS[precision], number(precision, operands))
    s = Stated(precision)
    assert_as_stated(found, [stated(s, x) for x in fractions(operands)], precision)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("t", [[3], [1, 2, 7]])
def test_a_correction_is_bounded_as_stated(precision: str, t: list[int]) -> None:
    decays = [(0.9375, 0.0), (0.5, 2.0**-10), (0.0, 0.0), (0.0, 0.25), (1.25, 2.0**-8)]
    found = BOUNDS[precision].correction(number(precision, decays), np.array(t))
    wanted = [Stated(precision).correction(d, count) for d in fractions(decays) for count in t]
    assert found.shape == (len(decays), len(t))
    assert_as_stated(found, wanted, precision)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_there_is_no_bound_from_half_the_largest_number_on(precision: str) -> None:
    """A result may be rounded upwards from just below it; one four ULP below may not."""
    dtype = np.float64 if precision.startswith("float64") else np.float32
    limit = dtype(np.finfo(dtype).max / 2)
    below = np.nextafter(limit, dtype(0))
    free = below
    for _ in range(3):
        free = np.nextafter(free, dtype(0))
    values = [limit, below, free, -limit]
    if not precision.startswith("float64"):  # where the double that is computed with is finer
        values[1] = limit
    zeros = BOUNDS[precision].zeros((4, 1))
    found = zeros + np.array([float(x) for x in values])[:, np.newaxis]
    assert np.isnan(found.error[:, 0]).tolist() == [True, True, False, True]


@pytest.mark.parametrize("precision", PRECISIONS)
def test_what_is_given_is_exact_as_stored_and_a_constant_of_its_own_is_not(precision: str) -> None:
    algebra, s = BOUNDS[precision], Stated(precision)
    stored = np.float64 if precision.startswith("float64") else np.float32
    values = np.array([0.1, -3.0, 0.7])
    exact = [(Fraction(float(stored(x))), Fraction(0)) for x in values]
    assert_as_stated(algebra.given(values), exact, precision)
    column = algebra.column(values, np.array([True, False, True]))
    assert column.shape == (3, 1)
    own = [(x, abs(x) * s.u) for x, _ in exact]
    assert_as_stated(column, [own[0], exact[1], own[2]], precision)
    for kept in algebra.given(values), algebra.number(1), algebra.zeros((2, 3)):
        assert kept.value.dtype == kept.error.dtype == np.float64
    assert_as_stated(algebra.zeros((2, 3)), [(Fraction(0), Fraction(0))] * 6, precision)


X = [[(1.0, 0.5), (2.0, 0.25), (0.125, 0.0)], [(-3.0, 1.0), (4.0, 0.0), (5.0, 0.125)]]
Y = [[(7.0, 0.0), (0.5, 0.25), (9.0, 2.0)], [(0.25, 0.0), (6.0, 1.0), (8.0, 0.5)]]


def table(rows: list[list[tuple[float, float]]], precision: str = "float32") -> Bounded:
    value, error = np.moveaxis(np.array(rows), 2, 0).copy()
    return Bounded(BOUNDS[precision], value, error)


@pytest.mark.parametrize(
    ("arrange", "wanted"),
    [
        (lambda a, x, y: a.where(MASK, x, y), [[X[0][0], Y[0][1], X[0][2]], [*Y[1][:2], X[1][2]]]),
        (lambda a, x, y: a.concatenate([x, y], 0), [*X, *Y]),
        (lambda a, x, y: a.concatenate([x, y], 1), [X[0] + Y[0], X[1] + Y[1]]),
        (lambda a, x, y: a.repeat(x[:1], 3), [X[0]] * 3),
        (lambda a, x, y: x[:, 1:], [row[1:] for row in X]),
        (lambda a, x, y: x.copy(), X),
    ],
    ids=["where", "below", "beside", "repeat", "part", "copy"],
)
def test_values_keep_their_bounds_wherever_they_are_put(
    arrange: Callable[..., Bounded], wanted: list[list[tuple[float, float]]]
) -> None:
    found = arrange(BOUNDS["float32"], table(X), table(Y))
    assert found.shape == (len(wanted), len(wanted[0]))
    assert len(found) == len(wanted)
    assert np.stack([found.value, found.error], axis=2).tolist() == np.array(wanted).tolist()
    assert found.algebra is BOUNDS["float32"]


MASK = np.array([[True, False, True], [False, False, True]])


def test_what_is_put_into_an_array_takes_its_bound_along_and_leaves_copies_alone() -> None:
    x, y = table(X), table(Y)
    before = x.copy()
    x[:, 1:] = y[:, 1:]
    assert (x.value[:, 1:].tolist(), x.error[:, 1:].tolist()) == (
        [[0.5, 9], [6, 8]],
        [[0.25, 2], [1, 0.5]],
    )
    assert (before.value.tolist(), before.error.tolist()) == (
        table(X).value.tolist(),
        table(X).error.tolist(),
    )


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_row_is_summed_in_whatever_order(precision: str) -> None:
    """All terms but the last may take part in every addition, and grow by a rounding in each."""
    s = Stated(precision)
    found = BOUNDS[precision].sum_along(table(X, precision))
    wanted = []
    for row in X:
        numbers = fractions(row)
        grown = (1 + s.u) ** (len(numbers) - 1) - 1
        error = sum((x[1] for x in numbers), Fraction(0))
        error += grown * sum((most(x) for x in numbers), Fraction(0))
        wanted.append((sum((x[0] for x in numbers), Fraction(0)), error))
    assert found.shape == (2, 1)
    assert_as_stated(found, wanted, precision)
