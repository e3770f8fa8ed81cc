"""Traces: bounded, of the elements that show a divergence, with the envelope in the same unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support import golden

from harness.comparison.compare import Comparison, compare
from harness.comparison.distance import ulp_distance
from harness.comparison.traces import Trace
from harness.model.observation import Observation, Rows
from python_ref.dialects.dialect import Dialect
from python_ref.golden import make
from python_ref.numbers.arithmetic import PLAIN

LONG, FOUR = "thousand-steps", "short-memory"


def seen(weights: Rows, **changes: Any) -> Observation:
    return Observation(weights, **changes)


def shifted(first: int, element: int, by: float = 1e-3) -> Comparison:
    """LONG against itself, with one element off from a step (from 1) on."""
    weights = golden(LONG).weights.copy()
    weights[first - 1 :, element] += by
    return compare(golden(LONG), seen(weights), [PLAIN])


def test_what_is_within_the_envelope_has_none() -> None:
    assert compare(golden(LONG), seen(golden(LONG).weights), [PLAIN]).traces == ()


@pytest.mark.parametrize("first", [1, 2, 500, 995, 1000])
def test_it_is_bounded_and_shows_the_steps_around_the_divergence_and_the_last(first: int) -> None:
    (trace,) = shifted(first, 1).traces
    assert (trace.array, trace.index) == ("w", 1)
    assert len(trace.steps) <= 32
    assert list(trace.steps) == sorted(set(trace.steps))
    around = range(max(1, first - 4), min(1000, first + 11) + 1)
    assert set(around) <= set(trace.steps)
    assert trace.steps[-1] == 1000


def values(trace: Trace) -> list[tuple[object, ...]]:
    return list(zip(trace.steps, trace.expected, trace.observed, trace.ulp, strict=True))


def test_it_holds_what_the_golden_and_the_port_have_there() -> None:
    comparison = shifted(500, 2)
    (trace,) = comparison.traces
    assert comparison.first is not None
    assert comparison.first.step == 500
    for step, expected, given, ulp in values(trace):
        assert expected == golden(LONG).weights[step - 1, 2]
        assert given == expected + (1e-3 if step >= 500 else 0.0)
        assert ulp == ulp_distance(expected, given, "float64")


def test_the_envelope_is_in_the_unit_of_the_distances() -> None:
    """A weight at the edge of its envelope lies as many ULP off as the envelope is wide."""
    (trace,) = shifted(500, 2).traces
    for step, radius, places in zip(trace.steps, trace.envelope, trace.envelope_ulp, strict=True):
        expected = golden(LONG).weights[step - 1, 2]
        assert radius == golden(LONG).envelope[step - 1, 2]
        assert places == pytest.approx(ulp_distance(expected, expected + radius, "float64"), abs=2)


def test_the_first_to_diverge_comes_first_and_the_furthest_second() -> None:
    weights = golden(FOUR).weights.copy()
    weights[1:, 3] += 1e-6
    weights[2:, 0] += 1e-2
    traces = compare(golden(FOUR), seen(weights), [PLAIN]).traces
    assert [(trace.array, trace.index) for trace in traces] == [("b", 0), ("w", 0)]


def test_an_element_without_an_envelope_has_none_drawn() -> None:
    """Where a denominator can be 0 nothing bounds rounding."""
    edge = golden("epsilon-zero")
    assert np.isnan(edge.envelope).any()
    given = edge.weights.copy()
    given[np.isnan(edge.envelope)] = 7.0
    (trace, *_) = compare(edge, seen(given), [PLAIN]).traces
    assert np.isnan(trace.envelope_ulp).tolist() == np.isnan(trace.envelope).tolist()
    assert np.isnan(trace.envelope).any()


def test_steps_that_were_not_seen_are_left_out() -> None:
    weights = golden(FOUR).weights + 1.0
    steps = np.array([True, False, True, True])
    comparison = compare(golden(FOUR), seen(weights, seen=steps), [PLAIN])
    assert {trace.steps for trace in comparison.traces} == {(1, 3, 4)}


def test_what_is_no_number_has_no_distance() -> None:
    weights = golden(FOUR).weights.copy()
    weights[2:, 1] = np.nan
    (trace,) = compare(golden(FOUR), seen(weights), [PLAIN]).traces
    assert trace.ulp == (0, 0, None, None)


def test_float32_is_measured_in_its_own_unit() -> None:
    narrow = make(golden(FOUR).scenario, Dialect(), "float32")
    weights = np.nextafter(narrow.weights.astype(np.float32), np.float32(9)).astype(float)
    weights[3:] = (weights[3:] * 2).astype(np.float32)
    (trace, *_) = compare(narrow, seen(weights), [PLAIN]).traces
    assert trace.ulp[:3] == (1, 1, 1)
    assert all(0.5 < places < 1e4 for places in trace.envelope_ulp)
