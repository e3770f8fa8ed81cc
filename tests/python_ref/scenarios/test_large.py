"""The scenario that is too large for a file: made the same everywhere, and only when asked for."""

from __future__ import annotations

import numpy as np
import pytest

from python_ref.scenarios.large import ELEMENTS, STEPS, large

PRECISIONS = ("float64", "float32", "float32_double")


def hashed(count: int, seed: int) -> list[float]:
    """What is promised of its numbers, in whole numbers of any size."""
    whole = [(i + seed * count) * 0x9E3779B97F4A7C15 % 2**64 for i in range(1, count + 1)]
    return [((k >> 48) - 2**15) / 2**14 for k in whole]


@pytest.mark.parametrize("precision", PRECISIONS)
def test_its_numbers_are_an_integer_hash(precision: str) -> None:
    given = large(precision, elements=7, steps=3)
    assert given.steps == 3
    assert given.weights["w"].tolist() == hashed(7, 0)
    assert [step["w"].tolist() for step in given.gradients] == [hashed(7, t) for t in (1, 2, 3)]
    numbers = np.concatenate([given.weights["w"], *(step["w"] for step in given.gradients)])
    assert numbers.dtype == np.float64
    assert len(set(numbers)) == 28
    assert (numbers.astype(np.float32) == numbers).all()
    assert numbers.min() < -1 < 1 < numbers.max()


def test_its_gradients_are_a_sequence() -> None:
    gradients = large("float64", elements=2, steps=4).gradients
    every = [step["w"].tolist() for step in gradients]
    assert len(gradients) == len(every) == 4
    assert [gradients[t]["w"].tolist() for t in (0, 3, -1, -4)] == [
        every[t] for t in (0, 3, -1, -4)
    ]
    assert [step["w"].tolist() for step in gradients[1:3]] == every[1:3]
    assert [step["w"].tolist() for step in gradients[::-2]] == every[::-2]
    for outside in (4, -5):
        with pytest.raises(IndexError, match=str(outside)):
            gradients[outside]


def test_it_is_large_and_costs_nothing_until_it_is_fed() -> None:
    given = large("float64")
    assert (given.size, given.steps) == (ELEMENTS, STEPS) == (1_000_000, 100)
    assert len(given.gradients[-1]["w"]) == ELEMENTS


@pytest.mark.parametrize("precision", PRECISIONS)
def test_its_hyperparameters_are_representable(precision: str) -> None:
    given = large(precision, elements=1, steps=1)
    rates = (given.learning_rate, given.decay_rate, given.epsilon)
    stated = (0.001, 0.9, 1e-8)
    narrow = tuple(float(np.float32(x)) for x in stated)
    assert rates == (stated if precision == "float64" else narrow)
    assert given.name == "large"
    assert given.catches.startswith("Memory that grows")
