"""What became no number is counted by kind and by element, over arrays of any lengths."""

from __future__ import annotations

import numpy as np
from support import scenario, tiny

from harness.comparison.lost import Lost, lost, together
from python_ref.scenarios.scenario import Scenario


def counted(spoiled: dict[tuple[int, int], float], among: Scenario) -> Lost:
    """What is lost of two steps of ones where some values, by step and place, came out so."""
    expected = np.ones((2, among.size))
    observed = expected.copy()
    for place, value in spoiled.items():
        observed[place] = value
    return lost(among, expected, observed, observed != expected)


def test_what_is_lost_is_counted_and_what_is_only_wrong_is_not() -> None:
    fed = scenario("mixed-arrays")
    third = sum(fed.lengths[:2])
    assert fed.lengths == (5, 1, 3, 4)
    found = counted({(1, 1): np.nan, (1, third): np.inf, (0, third + 1): 2.0}, fed)
    assert (found.nan, found.infinite, found.count, found.values) == (1, 1, 2, 2 * fed.size)
    assert found.elements == ((1, 4), (1, 3), (0, 3), (0, 2), (0, 1))
    assert (found.everywhere, found.alone) == ((), False)


def test_an_element_that_every_array_loses_at_some_step_is_lost_everywhere() -> None:
    fed = scenario("mixed-arrays")
    starts = np.cumsum([0, *fed.lengths[:-1]]).tolist()
    found = counted({(i % 2, start): np.nan for i, start in enumerate(starts)}, fed)
    assert (found.everywhere, found.alone) == ((0,), True)
    assert found.elements[0] == (len(fed.lengths), len(fed.lengths))


def test_goldens_are_counted_together_whatever_their_lengths() -> None:
    one = Lost(1, 0, 10, ((1, 1), (0, 1)), True)
    two = Lost(0, 2, 5, ((1, 1), (1, 1), (1, 1)), False)
    assert together([one, two]) == Lost(1, 2, 15, ((2, 2), (1, 2), (1, 1)), False)
    assert together([one, one]) == Lost(2, 0, 20, ((2, 2), (0, 2)), True)
    assert together([]) is None
    assert together([Lost(0, 0, 10, ((0, 1),), True)]) is None


def test_of_no_arrays_nothing_is_lost() -> None:
    nothing = np.zeros((2, 0))
    found = lost(tiny(weights={}, gradients=[{}, {}]), nothing, nothing, nothing > 0)
    assert found == Lost(0, 0, 0, (), True)
