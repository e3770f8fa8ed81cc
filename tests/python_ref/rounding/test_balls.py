"""The oracle's numbers: every operation contains the exact result, in a ball of 256 bits."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from python_ref.rounding.balls import BITS, balls, flint

X = [[0.5, -3.0, 0.1], [7.0, 1e-30, -2.5]]
Y = [[-1.5, 0.3, 11.0], [-0.1, 4.0, 1e20]]
Z = [[2.0, 0.7, -0.125], [1e10, -6.0, 0.2]]
DECAY = [[0.9], [0.1]]
MASK = np.array([[True, False, True], [False, True, False]])


def exact(values: list[list[float]]) -> np.ndarray:
    return np.array([[Fraction(x) for x in row] for row in values], dtype=object)


def assert_exact(computed: np.ndarray, wanted: Any) -> None:
    """The same shape, and balls that contain the exact numbers and hardly anything else."""
    library = flint()
    expected = np.asarray(wanted, dtype=object)
    assert computed.shape == expected.shape
    for ball, number in zip(computed.ravel(), expected.ravel(), strict=True):
        assert type(ball) is library.arb
        fraction = Fraction(number)
        assert ball.contains(library.fmpq(fraction.numerator, fraction.denominator))
        assert ball.rad() <= abs(ball.mid()) * library.arb(2) ** (8 - BITS)


OPERATIONS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "absolute": (lambda a, x, y, z: a.absolute(x), lambda x, y, z: abs(x)),
    "sign": (lambda a, x, y, z: a.sign(x - x[:1]), lambda x, y, z: np.sign(x - x[:1])),
    "maximum": (lambda a, x, y, z: a.maximum(x, y), lambda x, y, z: np.maximum(x, y)),
    "minimum": (lambda a, x, y, z: a.minimum(x, y), lambda x, y, z: np.minimum(x, y)),
    "where": (lambda a, x, y, z: a.where(MASK, x, y), lambda x, y, z: np.where(MASK, x, y)),
    "fma": (lambda a, x, y, z: a.fma(x, y, z), lambda x, y, z: x * y + z),
    "incremental": (
        lambda a, x, y, z: a.incremental(x, y, z),
        lambda x, y, z: (1 - z) * x + z * y,
    ),
    "reverse_incremental": (
        lambda a, x, y, z: a.reverse_incremental(x, y, z),
        lambda x, y, z: z * x + (1 - z) * y,
    ),
    "pow_square": (lambda a, x, y, z: a.pow_square(x), lambda x, y, z: x * x),
    "sum_along": (lambda a, x, y, z: a.sum_along(x), lambda x, y, z: x.sum(axis=1)[:, None]),
    "below": (lambda a, x, y, z: a.concatenate([x, y], 0), lambda x, y, z: np.vstack([x, y])),
    "beside": (lambda a, x, y, z: a.concatenate([x, y], 1), lambda x, y, z: np.hstack([x, y])),
    "repeat": (lambda a, x, y, z: a.repeat(x[:1], 4), lambda x, y, z: np.vstack([x[:1]] * 4)),
    "stored": (lambda a, x, y, z: a.store(a.widen(a.load(x))), lambda x, y, z: x),
    "sqrt": (lambda a, x, y, z: a.sqrt(x * x), lambda x, y, z: abs(x)),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_is_exact(name: str) -> None:
    in_balls, in_fractions = OPERATIONS[name]
    algebra = balls("float64")
    with flint().ctx.workprec(BITS):
        given = [algebra.given(np.array(values)) for values in (X, Y, Z)]
        assert_exact(in_balls(algebra, *given), in_fractions(*map(exact, (X, Y, Z))))


@pytest.mark.parametrize("t", [[3], [1, 2, 7]])
def test_a_correction_is_exact_for_every_count(t: list[int]) -> None:
    algebra = balls("float64")
    with flint().ctx.workprec(BITS):
        found = algebra.correction(algebra.given(np.array(DECAY)), np.array(t, dtype=np.int64))
        assert_exact(found, 1 - exact(DECAY) ** np.array(t, dtype=object))


@pytest.mark.parametrize(
    ("precision", "stored"),
    [("float64", np.float64), ("float32", np.float32), ("float32_double", np.float32)],
)
def test_what_is_given_is_what_the_precision_stores(precision: str, stored: type) -> None:
    algebra = balls(precision)
    narrow = [[Fraction(float(stored(x))) for x in row] for row in X]
    assert_exact(algebra.given(np.array(X)), narrow)
    column = algebra.column(np.array(X[0]), np.zeros(3, dtype=bool))
    assert_exact(column, [[x] for x in narrow[0]])


def test_zeros_are_balls() -> None:
    assert_exact(balls("float64").zeros((2, 3)), [[0] * 3] * 2)
