"""A scenario that is fed step by step comes out as it would if it were compared whole."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from support import observed, tiny

from harness.comparison.compare import Comparison, compare, compare_streamed
from harness.model.observation import Fault, Rows, Unreachable
from python_ref.dialects.dialect import Dialect
from python_ref.golden import make
from python_ref.numbers.arithmetic import PLAIN, Arithmetic
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

LEFT = Arithmetic(square="left")


def streamed(
    fed: Scenario, rows: Rows, hypothesis: Hypothesis, fault: Fault | None = None
) -> Comparison:
    def stream() -> Iterator[Rows]:
        yield from rows
        if fault:
            raise Unreachable(fault)

    return compare_streamed(fed, hypothesis, stream())


def weights(fed: Scenario, hypothesis: Hypothesis) -> Rows:
    return np.asarray(replay(fed, [hypothesis]).weights[0])


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_a_port_that_gives_the_expected_is_equal_in_its_arithmetic(precision: str) -> None:
    fed = tiny().in_precision(precision)
    hypothesis = Hypothesis(Dialect(["epsilon=inside"]), LEFT, precision)
    assert streamed(fed, weights(fed, hypothesis), hypothesis) == Comparison(
        golden="tiny",
        kind="core",
        family=precision,
        fault=None,
        equal=(LEFT,),
        within=True,
        first=None,
        largest_ulp=0,
        moves=True,
        moved=True,
    )


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("learning_rate", [0.001, 10.0])  # the weight, or the step, is larger
@pytest.mark.parametrize("places", [[(0, 1)], [(1, 0)], [(1, 2)], [(0, 2), (1, 0)]])
def test_what_differs_is_told_as_of_a_golden(
    precision: str, learning_rate: float, places: list[tuple[int, int]]
) -> None:
    fed = tiny(learning_rate=learning_rate).in_precision(precision)
    rows = weights(fed, Hypothesis(precision=precision))
    for n, place in enumerate(places):
        rows[place] *= 1.25 + n
    found = streamed(fed, rows, Hypothesis(precision=precision))
    g = make(fed, Dialect(), precision)
    whole = compare(g, observed(g, weights=rows), [PLAIN])
    assert whole.first is not None
    assert whole.first.golden == whole.golden == g.name
    assert found == replace(whole, golden="tiny", first=replace(whole.first, golden="tiny"))


@pytest.mark.parametrize(("first", "second"), [(5, 1), (1, 5)])
def test_the_largest_distance_is_that_of_any_step(first: int, second: int) -> None:
    rows = weights(tiny(), Hypothesis())
    for step, ulps in enumerate((first, second)):
        rows[step, 0] += ulps * np.spacing(rows[step, 0])
    assert streamed(tiny(), rows, Hypothesis()).largest_ulp == 5


def test_a_distance_to_nan_is_none() -> None:
    found = streamed(tiny(), np.full((2, 3), math.nan), Hypothesis())
    assert (found.equal, found.within, found.largest_ulp) == ((), False, 0)
    assert found.first is not None
    assert (found.first.step, found.first.ulp) == (1, None)


def test_a_port_that_breaks_is_judged_by_its_fault_and_not_by_what_came_before() -> None:
    fault = Fault("crashes", "it broke", step=2)
    found = streamed(tiny(), weights(tiny(), Hypothesis())[:1], Hypothesis(), fault)
    assert (found.fault, found.equal, found.within) == (fault, (), False)
    assert found.first is None


def test_too_few_steps_are_not_equal_without_a_fault() -> None:
    found = streamed(tiny(), weights(tiny(), Hypothesis())[:1], Hypothesis())
    assert (found.fault, found.equal, found.within) == (None, (), False)


@pytest.mark.parametrize("learning_rate", [0.001, 0.0])
@pytest.mark.parametrize("changes", [{}, {(0, 0): 9.0}, {(1, 2): 9.0}])
def test_movement_is_seen_on_both_sides(
    learning_rate: float, changes: dict[tuple[int, int], Any]
) -> None:
    """At any step: a weight that moves and comes back has moved."""
    before = [0.5, -0.25, 0.75]
    rows = np.array([before, before])
    for place, value in changes.items():
        rows[place] = value
    found = streamed(tiny(learning_rate=learning_rate), rows, Hypothesis())
    assert (found.moves, found.moved) == (learning_rate > 0, bool(changes))


def test_a_reference_that_comes_back_to_where_it_was_has_moved() -> None:
    fed = tiny(gradients=[{"w": np.array([0.1, 0.0])}, {"w": np.array([-0.1, 0.0])}])
    fed = replace(fed, decay_rate=0.0, epsilon=0.0, learning_rate=0.25)
    hypothesis = Hypothesis(Dialect(["numerator=sign", "average=none"]))
    rows = weights(fed, hypothesis)
    assert rows.tolist() == [[0.25, -0.25, 0.75], [0.5, -0.25, 0.75]]
    assert streamed(fed, rows, hypothesis).moves
