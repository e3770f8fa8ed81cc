"""What is drawn: the same everywhere, fit to be fed, and shrunk to the simplest."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.fuzzing.drawing import Drawing, buffer
from harness.fuzzing.regimes import REGIMES, Regime
from harness.fuzzing.strategies import Case, cases
from python_ref.scenarios.scenario import Scenario

DRAWING = Drawing(cases(REGIMES, ("float64", "float32"), {"momentum": 0.9}))


def drawn(count: int, seed: int = 1) -> list[Case]:
    found = [DRAWING.case(buffer(seed, number)) for number in range(count)]
    assert None not in found
    return [case for case in found if case is not None]


def numbers(scenario: Scenario) -> list[float]:
    arrays = [a for step in (scenario.weights, *scenario.gradients) for a in step.values()]
    return np.concatenate([np.zeros(0), *arrays]).tolist()


def test_a_number_makes_the_same_case_in_any_order() -> None:
    there = drawn(12)
    back = [DRAWING.case(buffer(1, number)) for number in reversed(range(12))]
    assert [repr(case) for case in there] == [repr(case) for case in reversed(back)]
    assert repr(drawn(12, seed=2)) != repr(there)


def test_what_is_drawn_can_be_fed_and_written_to_a_golden() -> None:
    for case in drawn(60):
        fed = case.scenario
        assert 0 <= fed.decay_rate <= 1
        assert min(fed.learning_rate, fed.epsilon, fed.options["momentum"]) >= 0
        assert fed.steps >= 1
        if case.precision == "float32":
            assert all(np.float32(x) == x for x in numbers(fed) if np.isfinite(x))


@pytest.mark.parametrize("regime", [r for r in REGIMES if not r.edge], ids=lambda r: r.name)
def test_only_regimes_at_an_edge_have_what_is_not_finite(regime: Regime) -> None:
    drawing = Drawing(cases((regime,), ("float64", "float32"), {}))
    for number in range(6):
        case = drawing.case(buffer(1, number))
        assert case is not None
        assert not case.scenario.edge
        assert np.isfinite(numbers(case.scenario)).all()
        assert any(numbers(case.scenario))


def test_an_entry_leads_to_its_case_again() -> None:
    case = drawn(4)[3]
    again = DRAWING.recalled(DRAWING.entry(buffer(1, 3)))
    assert repr(again) == repr(case)


def test_what_is_no_entry_leads_to_no_case() -> None:
    assert DRAWING.recalled(b"\xff\xff") is None


SMALLEST = (
    # Anything at all: one element, one step, the simplest numbers.
    (lambda fed: True, 1, 1),
    # What shows at one step of several arrays, or at one array after several steps.
    (lambda fed: len(fed.weights) > 1, 2, 1),
    (lambda fed: fed.steps > 2, 1, 3),
    (lambda fed: any(0 < abs(x) < 1e-300 for x in numbers(fed)), 1, 1),
)


@pytest.mark.parametrize(("shows", "size", "steps"), SMALLEST, ids=range(len(SMALLEST)))
def test_the_least_that_shows_it_has_no_element_and_no_step_too_many(
    shows: Any, size: int, steps: int
) -> None:
    number = next(n for n, case in enumerate(drawn(120)) if shows(case.scenario))
    found = DRAWING.least(DRAWING.entry(buffer(1, number)), lambda case: shows(case.scenario))
    assert found is not None
    entry, case = found
    assert (case.scenario.size, case.scenario.steps) == (size, steps)
    assert case.scenario.learning_rate == 1.0
    assert repr(DRAWING.recalled(entry)) == repr(case)


def test_nothing_is_the_least_of_what_nothing_shows() -> None:
    assert DRAWING.least(DRAWING.entry(buffer(1, 0)), lambda case: False) is None
