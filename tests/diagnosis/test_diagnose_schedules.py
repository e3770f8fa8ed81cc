"""A learning rate that is another in every step: named only where all that was seen has a form."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from showing import REFERENCE, elements, shown
from test_diagnose_where import INSIDE, fed

from harness.diagnosis.budget import Budget
from harness.diagnosis.explanation import Change, Schedule
from harness.diagnosis.forms import FORMS
from harness.diagnosis.schedules import factors_of, scheduled
from harness.model.evidence import Evidence
from python_ref.dialects.dialect import Dialect
from python_ref.scenarios.scenario import Scenario

Factor = Callable[[int], float]
OWN = Dialect(["epsilon=inside", "eps=ignored"], {"epsilon": 1e-3})
CENTERED = Dialect(["momentum=lr_out_of_buffer"], {"momentum": 0.9})


def at_rates(
    given: Scenario, factor: Factor, port: Dialect = REFERENCE, precision: str = "float64"
) -> Evidence:
    """What a port shows whose learning rate is the one given by a factor of the step, from 1."""
    rates = tuple(given.learning_rate * factor(t) for t in range(1, given.steps + 1))
    fed_so = replace(given, learning_rate=rates[0], learning_rates=rates)
    return replace(shown(fed_so, port, precision=precision), scenario=given)


def pieces(factor: Factor, port: Dialect = REFERENCE, precision: str = "float64") -> list[Evidence]:
    """Of three scenarios with learning rates of their own."""
    drawn = [
        replace(fed(steps, seed), learning_rate=0.01 * seed).in_precision(precision)
        for steps, seed in ((14, 1), (9, 2), (3, 3))
    ]
    return [at_rates(given, factor, port, precision) for given in drawn]


def read(evidence: Sequence[Evidence], free: Sequence[str] = ()) -> Change | None:
    return scheduled(REFERENCE, evidence, Budget(), free)


CASES: list[tuple[Factor, str, float]] = [
    (lambda t: 0.99**t, "f^t", 0.99),
    (lambda t: min(1, t / 6), "min(1, t/n)", 6),
    (lambda t: min(1, t / 400), "min(1, t/n)", 400),
    (lambda t: min(1, (t - 1) / 5), "min(1, (t-1)/n)", 5),
    (lambda t: max(0, 1 - t / 11), "max(0, 1 - t/n)", 11),
    (lambda t: (1 + math.cos(math.pi * (t - 1) / 50)) / 2, "(1 + cos(pi*min(t-1, n)/n))/2", 50),
    (lambda t: (1 + math.cos(math.pi * t / 37)) / 2, "(1 + cos(pi*min(t, n)/n))/2", 37),
    (lambda t: t**-0.5, "1/sqrt(t)", 1),
]


@pytest.mark.parametrize(("factor", "formula", "number"), CASES, ids=[c[1] for c in CASES])
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_a_schedule_is_named_with_its_number(
    factor: Factor, formula: str, number: float, precision: str
) -> None:
    change = read(pieces(factor, precision=precision))
    assert change is not None
    assert change.schedule is not None
    assert (change.schedule.formula, change.schedule.number) == (formula, number)
    assert (change.before.chosen, change.kind) == ((), "schedule")


def test_every_form_has_a_case() -> None:
    assert {form.formula for form in FORMS} == {formula for _, formula, _ in CASES}


@pytest.mark.parametrize(
    ("port", "free"), [(INSIDE, []), (OWN, ["epsilon"]), (CENTERED, [])], ids=repr
)
def test_what_else_a_port_does_is_named_beside_it(port: Dialect, free: list[str]) -> None:
    evidence = pieces(lambda t: 0.9**t, port)
    claim = CENTERED if port is CENTERED else REFERENCE
    change = scheduled(claim, evidence, Budget(), free)
    assert change is not None
    expected = () if port is CENTERED else port.deviations
    assert change.before.deviations == expected
    assert change.before.constants == ({} if port is CENTERED else dict(port.constants))


def test_rates_that_somebody_wrote_one_by_one_are_listed() -> None:
    table = [1, 1, 0.5, 0.5, 0.1]
    change = read(pieces(lambda t: table[min(t, 5) - 1]))
    assert change is not None
    assert change.schedule == Schedule("", table=(1.0, 1.0, 0.5, 0.5, 0.1))
    assert factors_of(change.schedule, 7).tolist() == [1, 1, 0.5, 0.5, 0.1, 0.1, 0.1]


@pytest.mark.parametrize(
    "factor",
    [
        lambda t: 0.99 ** (t * t),
        lambda t: min(1, t / 6) ** 1.001,
        lambda t: 1 / math.log(1 + t),
        lambda t: (1 + math.cos(math.pi * min(t - 1, 20) / 20)) / 2 + 1e-6,
    ],
)
def test_what_is_of_no_form_has_no_name(factor: Factor) -> None:
    change = read(pieces(factor))
    assert change is not None
    assert change.schedule is not None
    assert (change.schedule.formula, change.schedule.table) == ("", ())
    few = [factor(t) for t in range(1, 9)]
    assert change.schedule.read == pytest.approx(few, rel=1e-3)


def test_a_rate_that_stays_is_no_schedule() -> None:
    assert read(pieces(lambda t: 1.0)) is None


def test_where_one_number_or_one_scenario_is_off_nothing_is_named() -> None:
    first, second, third = pieces(lambda t: 0.99**t)
    weights = second.weights.copy()
    weights[-1, 0] += 1e-10
    assert read([first, replace(second, weights=weights), third]) is None
    other = at_rates(second.scenario, lambda t: 0.98**t)
    assert read([first, other, third]) is None


def test_of_one_element_any_rates_could_be_read() -> None:
    given = elements([1.0], [[0.3], [0.2], [-0.4], [0.5], [0.1], [0.6]])
    assert read([at_rates(given, lambda t: 0.9**t)]) is None
    two = elements([1.0, 2.0], [[0.3, 0.1], [0.2, 0.7], [-0.4, 0.2], [0.5, 0.3], [0.1, 0.9]])
    assert read([at_rates(two, lambda t: 0.9**t)]) is not None


def test_steps_that_are_not_in_proportion_to_their_rate_are_not_read() -> None:
    for deviations in ["momentum=nesterov"], ["weight_decay=coupled"], ["schedule=inverse_time"]:
        evidence = pieces(lambda t: 0.9**t, Dialect(deviations))
        assert scheduled(Dialect(deviations), evidence, Budget()) is None
    assert np.all(factors_of(Schedule("1/sqrt(t)"), 4) == 1 / np.sqrt([1, 2, 3, 4]))


def test_rates_of_no_form_are_told_as_they_are_read() -> None:
    """A triangle, the same whatever is fed."""
    rates = [0.1, 0.325, 0.55, 0.775, 1.0, 0.775, 0.55, 0.325]
    seen = pieces(lambda t: rates[(t - 1) % 8])
    change = read(seen)
    assert change is not None
    assert change.schedule == Schedule("", read=tuple(rates))
    # What one scenario shows may come of what it was fed.
    assert read([seen[0], seen[0]]) is None


def test_rates_that_are_others_elsewhere_are_not_told() -> None:
    first, second, third = pieces(lambda t: 1 / math.log(1 + t))
    other = at_rates(second.scenario, lambda t: 1.001 / math.log(1 + t))
    assert read([first, second, third]) is not None
    assert read([first, other, third]) is None


def test_steps_that_no_rate_makes_longer_are_none_by_a_factor() -> None:
    for deviation in "numerator=sign", "average=absolute":
        mixed = Dialect([deviation])
        evidence = pieces(lambda t: 1 / math.log(1 + t), mixed)
        change = read(evidence)
        assert change is None or change.before.deviations == (deviation,)
    drawn = np.random.default_rng(4)
    noisy = [
        replace(e, weights=e.weights + 1e-3 * drawn.standard_normal(e.weights.shape))
        for e in pieces(lambda t: 0.9**t)
    ]
    assert read(noisy) is None
