"""Formulas drawn with numbers of their own: the truth is told, or what was tried is, never else."""

from __future__ import annotations

from collections import Counter

import pytest
from drawing import drawn, judged

# What may be said: the set itself, the same thing in algebra, fewer deviations that do as well on
# what was seen, or that most of it is no number.
TRUE = {"named", "alternative", "same in algebra", "smaller", "no number"}


def test_of_draws_of_one_deviation_none_is_told_falsely() -> None:
    words = {seed: judged(drawn(seed, 1), None, 1)[0] for seed in range(1000, 1100)}
    assert {seed: word for seed, word in words.items() if word not in TRUE} == {}
    assert Counter(words.values())["named"] > 80


@pytest.mark.parametrize("seed", [0, 2, 5, 13, 14, 17])
def test_draws_of_several_deviations_are_told_too(seed: int) -> None:
    word, _ = judged(drawn(seed), None, 2)
    assert word in TRUE
