"""The solver's coordinates, points and residuals, and what it makes of sets and constants."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from showing import REFERENCE, elements, shown

from harness.diagnosis import gauss_newton, iterates
from harness.diagnosis.budget import Budget
from harness.diagnosis.gauss_newton import Problem
from harness.diagnosis.hypotheses import Deviations
from harness.diagnosis.iterates import (
    LINEAR,
    Iterates,
    Solved,
    inner,
    iterates_at,
    outer,
    sensible,
    started,
)
from harness.diagnosis.noise import UNITS, typical
from harness.diagnosis.solver import errors, led_to, polish, solve
from harness.model.evidence import Evidence
from python_ref.dialects.dialect import Dialect
from python_ref.scenarios.hyperparameters import CONSTANTS
from python_ref.scenarios.scenario import Scenario

RATE: Deviations = (("learning_rate", "ignored"),)
EPSILON: Deviations = (("eps", "ignored"),)
EPSILON_OPEN = EPSILON, ("epsilon",)
MOMENTUM: Deviations = (("momentum", "nesterov"),)
DECAY: Deviations = (("weight_decay", "coupled"),)
STEPPED: Deviations = (("schedule", "exponential"),)
COUNTED: Deviations = (("schedule", "step"),)


# -- coordinates ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CONSTANTS)
def test_a_constant_comes_back_from_its_coordinate(name: str) -> None:
    for value in (1e-6, 0.25, 0.5, 0.999):
        assert outer(name, np.array(inner(name, value))) == pytest.approx(value, rel=1e-12)


def test_rates_are_logits_scales_logarithms_and_the_rest_as_it_is() -> None:
    assert inner("decay_rate", 0.9) == pytest.approx(math.log(9.0))
    assert inner("epsilon", 0.9) == math.log(0.9)
    assert inner("learning_rate", 0.9) == math.log(0.9)
    assert inner("weight_decay", -0.9) == -0.9
    assert outer("weight_decay", np.array([-1e4])).tolist() == [-1e4]
    far = np.array([-1e4, 1e4])
    assert outer("momentum", far) == pytest.approx([math.exp(-40), 1.0], rel=1e-12, abs=0.0)
    assert outer("clip", far) == pytest.approx([math.exp(-300), math.exp(300)], rel=1e-12, abs=0.0)


def test_a_person_means_rates_between_0_and_1_and_other_constants_above_0() -> None:
    meant = {
        name: [x for x in (-0.5, 0.0, 1e-9, 0.5, 1.0, 2.0, math.inf, math.nan) if sensible(name, x)]
        for name in ("momentum", "clip", "learning_rate")
    }
    assert meant == {
        "momentum": [1e-9, 0.5],
        "clip": [1e-9, 0.5, 1.0, 2.0],
        "learning_rate": [1e-9, 0.5, 1.0, 2.0],
    }


# -- points ---------------------------------------------------------------------------------------


def test_points_know_their_constants_their_counts_and_which_are_linear() -> None:
    points = iterates_at(
        [
            ((MOMENTUM, ("momentum", "weight_decay")), {"momentum": 0.5, "weight_decay": 0.1}),
            ((STEPPED, ("factor", "epsilon")), {"factor": 1.0, "epsilon": 1.0, "every": 3.0}),
            ((MOMENTUM, ("momentum", "weight_decay")), {"momentum": 0.9, "weight_decay": 0.2}),
        ]
    )
    assert (len(points), points.which.tolist()) == (3, [0, 1, 0])
    assert points.values(0) == {"momentum": 0.5, "weight_decay": 0.1}
    assert points.values(1) == {"factor": 1.0, "epsilon": 1.0, "every": 3.0}
    assert points.named(LINEAR).tolist() == [[False, True], [False, False], [False, True]]
    named = points.named(["momentum", "factor", "clip"]).tolist()
    assert named == [[True, False], [True, False], [True, False]]
    assert [points.counts(i) for i in range(3)] == [("nan",), ("3.0",), ("nan",)]
    at = np.array([[0.0, 1.0], [0.0, 2.0], [math.log(2.0), 0.0]])
    columns = points.columns(np.array([0, 2, 1]), at)
    assert columns.keys() == {"every", "momentum", "weight_decay", "factor", "epsilon"}
    assert {name: column.tolist() for name, column in columns.items()} == {
        "every": pytest.approx([math.nan, math.nan, 3.0], nan_ok=True),
        "momentum": pytest.approx([0.5, 0.5, math.nan], nan_ok=True),
        "weight_decay": pytest.approx([1.0, 2.0, math.nan], nan_ok=True),
        "factor": pytest.approx([math.nan, math.nan, 2.0], nan_ok=True),
        "epsilon": pytest.approx([math.nan, math.nan, 1.0], nan_ok=True),
    }
    points.error, points.residual = np.array([3.0, 1.0, 2.0]), np.eye(3)
    some = points.of(np.array([2, 1]))
    assert some.values(0) == pytest.approx({"momentum": 0.9, "weight_decay": 0.2})
    assert some.values(1) == points.values(1)
    assert (some.error.tolist(), some.residual.tolist()) == ([2.0, 1.0], np.eye(3)[[2, 1]].tolist())


def test_sets_that_vary_equally_many_start_together_and_counts_are_no_variation() -> None:
    evidence = shown(elements([0.5, 1.0], [[1.0, -2.0]] * 9))
    opened = [
        (RATE, ("learning_rate",)),
        ((*RATE, *EPSILON), ("learning_rate", "epsilon")),
        (STEPPED, ("factor", "every")),
        (COUNTED, ("every",)),
    ]
    known = [Solved(EPSILON, {"epsilon": 0.25}, 0.0)]
    one, two = started(REFERENCE, opened, evidence, known=known)
    assert [opened for opened, _ in one.sets] == [RATE, STEPPED, EPSILON]
    assert [names for _, names in one.sets] == [("learning_rate",), ("factor",), ("epsilon",)]
    assert one.values(len(one) - 1) == {"epsilon": 0.25}
    assert {one.values(i).get("every") for i in range(len(one))} == {None, 2.0, 3.0, 4.0}
    assert [opened for opened, _ in two.sets] == [(*RATE, *EPSILON)]
    (few,), (many,) = ([*started(REFERENCE, [EPSILON_OPEN], evidence, d)] for d in (False, True))
    (unasked,) = started(REFERENCE, [EPSILON_OPEN], evidence)
    assert len(unasked) == len(few) < len(many)


# -- residuals ------------------------------------------------------------------------------------


def fed() -> Scenario:
    gradients = [[1.0, -0.5, 0.0], [0.25, 2.0, 0.0], [-1.0, 1.0, 0.0], [0.5, 0.5, 0.0]]
    return elements([0.5, -0.25, 2.0], gradients, learning_rate=0.02, epsilon=0.05)


def problem(evidence: Evidence, rows: Sequence[int]) -> Problem:
    return Problem(REFERENCE, evidence, rows, Budget())


@pytest.mark.parametrize(
    ("precision", "rounding", "stored"),
    [
        ("float64", 0.0, "float64"),
        ("float64", 1e-9, "float64"),
        ("float64", 1e-6, "float32"),  # which may be stored as far as print tells
        ("float32", 0.0, "float32"),
    ],
)
def test_residuals_are_relative_to_the_way_that_weights_went_and_to_noise(
    precision: str, rounding: float, stored: str
) -> None:
    """At twice the learning rate every weight went twice as far; one never moves."""
    evidence = replace(shown(fed().in_precision(precision), precision=precision), rounding=rounding)
    rows = [1, 3]
    moved = np.abs(evidence.weights - evidence.initial)[rows]
    usual = float(np.median(moved[:, :2]))
    noise = typical(evidence, UNITS[stored])[rows]
    scale = moved + usual + noise / 1e-4
    given = [{"learning_rate": 0.04}, {"learning_rate": 0.02}]
    left = errors(REFERENCE, RATE, given, evidence, rows, Budget())
    twice = float(np.sqrt(np.mean((moved / scale) ** 2)))
    assert left == pytest.approx([twice, 0.0], rel=1e-5, abs=1e-6)
    made = problem(evidence, rows)
    assert made.noise == pytest.approx((noise / scale).ravel(), abs=1e-299)
    rest = float(np.sqrt(np.mean((noise / scale) ** 2)))
    assert made.converged == pytest.approx(1e-4 + 4 * rest)
    assert made.noisy == (rounding > 0 or precision == "float32")


def test_doubles_that_hold_floats_leave_what_floats_do() -> None:
    port = Dialect(["precision=float32"])
    assert problem(shown(fed(), port), [3]).noisy
    still = shown(elements([0.5], [[0.0]] * 2))
    assert problem(still, [0, 1]).noise == pytest.approx(
        (typical(still, UNITS["float32"]) / (1.0 + typical(still, UNITS["float32"]) / 1e-4)).ravel()
    )


def test_what_is_finite_on_one_side_only_is_as_far_as_can_be() -> None:
    evidence = shown(fed())
    weights = evidence.weights.copy()
    weights[1] = math.nan, math.inf, weights[1, 2]
    spoiled = replace(evidence, weights=weights)
    made = problem(spoiled, [0, 1])
    moved = np.where(np.isfinite(weights), np.abs(weights - evidence.initial), 0.0)[:2]
    noise = typical(spoiled, UNITS["float64"])[:2]
    scale = moved + np.median(moved[0, :2]) + noise / 1e-4
    assert made.noise == pytest.approx((noise / scale).ravel(), abs=1e-299)
    points = iterates_at(
        [((DECAY, ("weight_decay",)), {"weight_decay": x}) for x in (0.0, math.inf)]
    )
    made.measure(points)
    assert points.residual.tolist() == [
        pytest.approx([0, 0, 0, 1e3, -1e3, 0], abs=1e-9),
        [1e3, 1e3, 1e3, 0, 0, 1e3],
    ]
    huge = iterates_at([((RATE, ("learning_rate",)), {"learning_rate": 1e9})])
    made.measure(huge)
    assert huge.residual[:, :2].tolist() == [[-1e3, 1e3]]


def test_residuals_are_the_same_however_many_are_reckoned_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = problem(shown(fed()), [0, 2])
    given = [
        *(((RATE, ("learning_rate",)), {"learning_rate": x}) for x in (0.01, 0.03, 0.05)),
        *(((EPSILON, ("epsilon",)), {"epsilon": x}) for x in (0.1, 0.2)),
    ]
    points = iterates_at(given)
    made.measure(points)
    whole = points.residual
    assert len(np.unique(whole[:, 0])) == len(given)
    for together in 1, 2, 4:
        monkeypatch.setattr(gauss_newton, "_TOGETHER", together)
        made.measure(points)
        assert np.array_equal(points.residual, whole)
    assert made.residuals(points, np.zeros(0, dtype=int), np.zeros((0, 1))).shape == (0, 6)


# -- solving --------------------------------------------------------------------------------------


def test_of_sets_those_are_solved_that_give_what_was_seen() -> None:
    port = Dialect(["eps=ignored"], {"epsilon": 0.3})
    evidence = shown(fed(), port)
    opened = [(RATE, ("learning_rate",)), (EPSILON, ("epsilon",)), (DECAY, ("weight_decay",))]
    for rows in [0, 1], [0, 1, 2, 3]:
        (found,) = solve(REFERENCE, opened, evidence, rows, Budget())
        assert found.chosen == EPSILON
        assert found.constants["epsilon"] == pytest.approx(0.3, rel=1e-9)
        assert found.error < 1e-9


@pytest.mark.parametrize("dense", [True, False])
def test_from_many_points_is_started_on_the_first_steps_and_on_all(
    dense: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, followed = [], []

    def starts(*given: object) -> list[tuple[float, ...]]:
        asked.append(given[-1])
        return [(0.2,)]

    def follow(self: Problem, points: Iterates, most: int) -> np.ndarray:
        followed.append((len(points), most))
        return np.arange(len(points))

    monkeypatch.setattr(iterates, "starts", starts)
    monkeypatch.setattr(Problem, "_followed", follow)
    evidence = shown(fed(), Dialect(["eps=ignored"], {"epsilon": 0.3}))
    (found,) = solve(
        REFERENCE, [(EPSILON, ("epsilon",))], evidence, [0, 1, 2, 3], Budget(), dense=dense
    )
    assert found.constants["epsilon"] == pytest.approx(0.3)
    most = 5 if dense else 2
    assert (asked, followed) == ([dense] * 2, [(1, most), (2, most)]), "where it came to, too"


def test_every_set_that_gives_what_was_seen_is_solved() -> None:
    evidence = shown(fed())
    opened = [(RATE, ("learning_rate",)), (EPSILON, ("epsilon",)), (DECAY, ("weight_decay",))]
    found = solve(REFERENCE, opened, evidence, [0, 1, 2, 3], Budget())
    given = evidence.scenario
    assert {s.chosen: s.constants for s in found} == {
        RATE: {"learning_rate": pytest.approx(given.learning_rate)},
        EPSILON: {"epsilon": pytest.approx(given.epsilon)},
        DECAY: {"weight_decay": pytest.approx(0, abs=1e-12)},  # none is as good as nothing
    }


def test_constants_lead_to_what_was_seen_or_to_nothing() -> None:
    evidence = shown(fed(), Dialect(["eps=ignored"], {"epsilon": 0.3}))
    begun = [Solved(EPSILON, {"epsilon": x}, math.inf) for x in (0.5, 0.25)]
    (found,) = led_to(REFERENCE, begun, evidence, [0, 1, 2, 3], Budget())
    assert (found.chosen, found.constants) == (EPSILON, {"epsilon": pytest.approx(0.3)})
    decay = [Solved(DECAY, {"weight_decay": 0.1}, math.inf)]
    assert led_to(REFERENCE, decay, evidence, [0, 1, 2, 3], Budget()) == []


def test_constants_that_nobody_means_are_not_told() -> None:
    """A negative weight decay, where weights grow."""
    evidence = shown(fed(), Dialect(["weight_decay=coupled"], {"weight_decay": -0.1}))
    opened = [(DECAY, ("weight_decay",))]
    assert problem(evidence, [0, 3]).solved(started(REFERENCE, opened, evidence), 2)
    assert solve(REFERENCE, opened, evidence, [0, 3], Budget()) == []
    known = Solved(DECAY, {"weight_decay": 0.02}, 0.5, 7.0)
    assert polish(REFERENCE, [known], evidence, [0, 3], Budget()) == [known]


def test_constants_are_read_again_from_more_steps() -> None:
    port = Dialect(["eps=ignored"], {"epsilon": 0.3})
    evidence = shown(fed(), port)
    near = [
        Solved((*RATE, *EPSILON), {"learning_rate": 0.0201, "epsilon": 0.301}, 0.5),
        Solved(EPSILON, {"epsilon": 0.29}, 0.5),
        Solved(COUNTED, {"every": 2.0}, 0.5),
        Solved(EPSILON, {"epsilon": 0.31}, 0.5),
    ]
    both, first, still, second = polish(REFERENCE, near, evidence, [0, 1, 2, 3], Budget())
    assert still is near[2]
    assert both.constants == pytest.approx({"learning_rate": 0.02, "epsilon": 0.3}, rel=1e-8)
    for better in both, first, second:
        assert better.constants["epsilon"] == pytest.approx(0.3, rel=1e-8)
        points = iterates_at([((better.chosen, tuple(better.constants)), better.constants)])
        made = problem(evidence, [0, 1, 2, 3])
        made.measure(points)
        assert (better.error, better.worst) == (points.error[0], made.worst(points)[0])
        assert better.error < 1e-9
    assert (both.chosen, first.chosen) == ((*RATE, *EPSILON), EPSILON)
    assert polish(REFERENCE, [], evidence, [0], Budget()) == []


def test_print_is_read_by_what_it_allows_not_by_the_least_squares() -> None:
    """Every printed weight lies within half a digit of what the constant gives."""
    port = Dialect(["eps=ignored"], {"epsilon": 0.3})
    evidence = shown(fed(), port)
    printed = replace(evidence, weights=evidence.weights.round(4), rounding=5e-5)
    near = [Solved(EPSILON, {"epsilon": 0.33}, 0.5)]
    (better,) = polish(REFERENCE, near, printed, [0, 1, 2, 3], Budget())
    assert better.worst <= 1.0
    (left,) = errors(REFERENCE, EPSILON, [better.constants], printed, [0, 1, 2, 3], Budget())
    assert better.error == pytest.approx(left)
