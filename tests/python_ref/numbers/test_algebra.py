"""The numbers of every precision: what is stored, what is computed with, and in which shapes."""

from __future__ import annotations

import math

import naive
import numpy as np
import pytest

from python_ref.dialects.dialect import Dialect
from python_ref.numbers.algebra import ALGEBRAS
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import Stepper, replay

PRECISIONS = tuple(naive.PRECISIONS)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_what_is_made_loaded_stored_and_widened_has_its_width(precision: str) -> None:
    a = ALGEBRAS[precision]
    stored, computed, divided = naive.PRECISIONS[precision]
    values = np.array([0.1, 0.7])
    assert [a.given(values).dtype, a.zeros((2,)).dtype] == [stored] * 2
    for x in (values, a.given(values)):
        assert [a.load(x).dtype, a.store(x).dtype, a.widen(x).dtype] == [computed, stored, divided]
    column = a.column(values, np.array([True, False]))
    assert (column.dtype, column.shape) == (computed, (2, 1))
    np.testing.assert_array_equal(column.ravel(), values.astype(computed))


def test_what_has_its_width_already_is_not_copied() -> None:
    a, x = ALGEBRAS["float64"], np.ones((1, 3))
    assert a.load(x) is a.store(x) is a.widen(x) is a.concatenate([x], 1) is x
    assert a.repeat(x, 4).shape == (4, 3)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_stepper_hands_out_numbers_as_they_are_stored(precision: str) -> None:
    stepper = Stepper(naive.fed(precision), [Hypothesis(precision=precision)])
    ((_, (weights, average)),) = stepper.step_parts()
    assert [weights.dtype, average.dtype] == [naive.PRECISIONS[precision][0]] * 2


@pytest.mark.parametrize("precision", PRECISIONS)
def test_what_is_given_in_double_is_narrowed_on_the_way_in(precision: str) -> None:
    """A port of doubles that keeps floats: its inputs are none that a float holds."""
    deviations = [f"precision={precision}"]
    replayed = replay(naive.fed("float64"), [Hypothesis(Dialect(deviations))])
    weights, average = naive.trajectory(naive.fed("float64"), Dialect(), precision=precision)
    np.testing.assert_array_equal(replayed.weights[0], weights)
    np.testing.assert_array_equal(replayed.moving_average[0], average)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("t", [[3, 3, 3], [1, 2], [5, 1, 5], []])
def test_a_correction_is_of_the_step_each_element_is_at(precision: str, t: list[int]) -> None:
    a = ALGEBRAS[precision]
    decays = a.column(np.array([0.9, 0.37]), np.zeros(2, dtype=np.bool_))
    found = a.correction(decays, np.array(t, dtype=np.int64))
    computed = naive.PRECISIONS[precision][1]
    counts = t[:1] if len(set(t)) == 1 else t
    expected = [[1 - computed(math.pow(d, count)) for count in counts] for d in decays.ravel()]
    assert found.dtype == computed
    assert found.shape == (2, len(counts))
    assert found.tolist() == [[float(x) for x in row] for row in expected]


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_sum_is_taken_from_the_left(precision: str) -> None:
    a = ALGEBRAS[precision]
    big = 3e4 if "16" in precision else 1e8
    x = a.load(a.given(np.array([[1.0, 1e-8, 1e-8, -1.0, 0.1], [big, 1.0, -big, 1.0, 1.0]])))
    left = [[sum(row[1:], start=row[0])] for row in x]
    np.testing.assert_array_equal(a.sum_along(x), left)
    nothing = a.sum_along(x[:, :0])
    assert (nothing.tolist(), nothing.dtype) == ([[0.0], [0.0]], x.dtype)
