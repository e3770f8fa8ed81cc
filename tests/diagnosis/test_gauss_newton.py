"""The steps of the solver, on residuals whose slopes and least are known without it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from harness.diagnosis.gauss_newton import Problem, _least_largest, _least_squares
from harness.diagnosis.hypotheses import Deviations
from harness.diagnosis.iterates import Iterates, iterates_at
from harness.model.observation import Rows

RATE: Deviations = (("learning_rate", "ignored"),)
EPSILON: Deviations = (("eps", "ignored"),)
MOMENTUM: Deviations = (("momentum", "nesterov"),)
DECAY: Deviations = (("weight_decay", "coupled"),)
STEPPED: Deviations = (("schedule", "exponential"),)


# -- least squares and least largest --------------------------------------------------------------


def test_least_squares_are_solved_for_many_points_whatever_the_size_of_their_columns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(np.linalg, "pinv")
    slopes = np.array(
        [[[1.0, 1e-7], [2.0, -1e-7], [0.0, 3e-7]], [[1e8, 1.0], [0.0, 2.0], [1e8, 0.0]]]
    )
    steps = np.array([[0.5, 3e6], [2e-8, -1.5]])
    residual = -np.einsum("prk,pk->pr", slopes, steps)
    assert _least_squares(slopes, residual) == pytest.approx(steps, rel=1e-9)
    # What no step takes away is left: three values about their mean.
    ones = np.ones((1, 3, 1))
    assert _least_squares(ones, np.array([[1.0, 2.0, 6.0]])) == pytest.approx(np.array([[-3.0]]))


def test_a_coordinate_without_effect_stays_and_of_two_that_do_the_same_any_will_do() -> None:
    idle = np.array([[[1.0, 0.0], [2.0, 0.0]]])
    residual = np.array([[1.0, 2.0]])
    assert _least_squares(idle, residual) == pytest.approx(np.array([[-1.0, 0.0]]))
    alike = np.array([[[1.0, 3.0], [2.0, 6.0]]])
    steps = _least_squares(alike, residual)
    assert alike[0] @ steps[0] == pytest.approx(-residual[0])
    assert np.abs(steps).max() < 10


def test_what_cannot_be_solved_is_solved_by_its_pseudo_inverse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def singular(*_: object) -> None:
        raise np.linalg.LinAlgError

    monkeypatch.setattr(np.linalg, "solve", singular)
    slopes = np.array([[[1.0, 1.0], [1.0, -2.0], [0.0, 4.0]]])
    steps = np.array([[0.5, -3.0]])
    assert _least_squares(slopes, -(slopes @ steps[0])) == pytest.approx(steps)


def test_the_largest_residual_is_made_least_by_a_line_through_a_parabola() -> None:
    """Chebyshev: of x*x on 0 to 1 it is x - 1/8, an eighth off at both ends and the middle."""
    x = np.linspace(0.0, 1.0, 17)
    slopes = np.stack([x, np.ones_like(x)], axis=1)
    both = np.array([slopes, slopes])
    residual = np.array([-x * x, -2 * x])
    steps = _least_largest(both, residual)
    assert steps == pytest.approx(np.array([[1.0, -0.125], [2.0, 0.0]]), abs=4e-3)
    # However small all residuals are.
    assert 1e40 * _least_largest(both, 1e-40 * residual) == pytest.approx(steps)
    # Least squares have the line a third too low at one end.
    left = np.abs(residual + np.einsum("prk,pk->pr", both, steps)).max(axis=1)
    assert left == pytest.approx([0.125, 0.0], abs=2e-3)


def test_each_point_is_brought_to_its_own_least() -> None:
    """Beside one that is far off and stays there, as when it is alone."""
    x = np.linspace(0.0, 1.0, 9)
    slopes = np.stack([np.stack([x, np.ones_like(x)], axis=1), np.zeros((9, 2))])
    residual = np.array([-x * x, np.full(9, 5.0)])
    alone = _least_largest(slopes[:1], residual[:1])
    assert np.array_equal(_least_largest(slopes, residual)[:1], alone)


# -- steps, on residuals that are known -----------------------------------------------------------

Function = Callable[[Rows], Rows]


class Known(Problem):
    """A problem whose residuals are a function of the coordinates, (N, k) to (N, R)."""

    def __init__(self, function: Function, noise: Sequence[float] = (1.0,)) -> None:
        self.function, self.noise, self.asked = function, np.array(noise), 0
        self.noisy, self.converged = False, 1e-4

    def residuals(self, points: Iterates, owners: np.ndarray, at: Rows) -> Rows:
        self.asked += 1
        return self.function(at)


def at(names: Sequence[str], *rows: Sequence[float]) -> Iterates:
    """Points of one set at these coordinates."""
    given = [dict.fromkeys(names, 0.5) for _ in rows]
    points = iterates_at([((RATE, tuple(names)), constants) for constants in given])
    points.at = np.array(rows, dtype=float)
    return points


def test_slopes_are_taken_a_little_way_off_whatever_the_size_of_a_coordinate() -> None:
    asked: list[Rows] = []

    def function(x: Rows) -> Rows:
        asked.append(x)
        return np.stack([x @ [2.0, -3.0], x[:, 0] * x[:, 1]], axis=1)

    made, points = Known(function), at(["weight_decay", "epsilon"], [0.0, 0.5], [40.0, -5.0])
    made.measure(points)
    slopes = made._slopes(points, np.array([0, 1]))
    assert slopes == pytest.approx(
        np.array([[[2.0, -3.0], [0.5, 0.0]], [[2.0, -3.0], [-5.0, 40.0]]]), abs=1e-3
    )
    moved = asked[-1] - np.repeat(points.at, 2, axis=0)
    expected = [[1e-12, 0], [0, 1e-6], [4e-5, 0], [0, 5e-6]]
    assert moved == pytest.approx(np.array(expected), rel=1e-6, abs=1e-20)
    (second,) = made._slopes(points, np.array([1]))
    assert second == pytest.approx(slopes[1])


def test_logarithms_move_by_no_more_than_three_and_linear_constants_as_far_as_they_must() -> None:
    made = Known(lambda x: x - [100.0, 100.0])
    points = at(["weight_decay", "epsilon"], [50.0, 0.0], [50.0, 200.0])
    made.measure(points)
    made._improve(points, np.array([0, 1]))
    assert points.at == pytest.approx(np.array([[100.0, 3.0], [100.0, 197.0]]))
    assert points.residual == pytest.approx(points.at - 100.0)
    assert points.error == pytest.approx(np.sqrt(np.mean(points.residual**2, axis=1)))


def test_a_step_that_does_not_help_is_tried_at_a_fifth_and_else_not_taken() -> None:
    """The root's slope at 1 leads too far; of a wall on both sides neither step is taken."""

    def function(x: Rows) -> Rows:
        short = np.abs(x - 0.25) + 0.05  # steps of 1.0 lead to 0.55, those of 0.2 to 0.35
        return np.where(x[:, :1] > 10, np.where(x == 20.0, 1.0, 2.0), short)

    made, points = Known(function), at(["epsilon"], [1.0], [0.0], [20.0])
    made.measure(points)
    made._take(points, np.array([0, 1, 2]), np.array([[-2.0], [0.25], [-2.0]]))
    assert points.at.ravel() == pytest.approx([0.6, 0.25, 20.0])
    assert points.error == pytest.approx([0.4, 0.05, 1.0])
    assert points.residual.ravel() == pytest.approx([0.4, 0.05, 1.0])
    assert made.asked == 3
    made._take(points, np.array([1]), np.array([[0.0]]))
    assert made.asked == 5, "what is no better is not taken"
    made._take(points, np.array([2]), np.array([[-3.0]]))


@pytest.mark.parametrize(("left", "iterations"), [(0.5, 12), (0.7, 3), (0.0, 1)])
def test_a_point_that_hardly_nears_is_given_up_after_three_steps(
    left: float, iterations: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = 0

    def improve(self: Problem, points: Iterates, rows: np.ndarray) -> None:
        nonlocal times
        times += 1
        points.error[rows] *= left

    monkeypatch.setattr(Known, "_improve", improve)
    points = at(["epsilon"], [0.0])
    points.error = np.array([1.0])
    assert Known(np.ones_like).converge(points) is points
    assert times == iterations


def test_of_points_that_stop_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[int]] = []

    def improve(self: Problem, points: Iterates, rows: np.ndarray) -> None:
        asked.append(rows.tolist())
        points.error[rows] *= np.array([0.9, 0.5, 0.0])[rows]

    monkeypatch.setattr(Known, "_improve", improve)
    points = at(["epsilon"], [0.0], [0.0], [0.0])
    points.error = np.ones(3)
    Known(np.ones_like).converge(points)
    assert asked == [[0, 1, 2], [0, 1], [0, 1], *[[1]] * 9]


def test_linear_constants_are_set_to_what_is_best_beside_the_others() -> None:
    """r = rate * x - 6, where x is what else is open: 3 at x = 2, and x stays."""
    made = Known(lambda x: x[:, :1] * x[:, 1:] - 6.0)
    points = at(["weight_decay", "epsilon"], [1.0, 2.0], [1.0, 0.5])
    made.measure(points)
    made.project(points)
    assert points.at == pytest.approx(np.array([[3.0, 2.0], [12.0, 0.5]]), rel=1e-5)
    assert points.error == pytest.approx([0.0, 0.0], abs=1e-4)
    alone, none = at(["weight_decay"], [1.0]), at(["clip", "epsilon"], [1.0, 2.0])
    for points, reached in (alone, 5.0), (none, None):
        made = Known(lambda x: x - 5.0)
        made.measure(points)
        before = points.at.copy(), made.asked
        made.project(points)
        if reached:
            assert points.at == pytest.approx(np.array([[reached]]))
        else:
            assert np.array_equal(points.at, before[0])
            assert made.asked == before[1], "nothing is reckoned where nothing is to be set"


def test_a_learning_rate_is_set_by_its_factor_however_small() -> None:
    """r = rate * x - 6, the rate in its logarithm: 3 beside 2, 0.012 beside 500, none beside -2."""
    made = Known(lambda x: np.exp(x[:, :1]) * x[:, 1:] - 6.0)
    points = at(["learning_rate", "epsilon"], [1.0, 2.0], [1.0, 500.0], [1.0, -2.0])
    made.measure(points)
    made.project(points)
    rates = [math.log(3.0), math.log(0.012), 1.0 + math.log(0.05)]
    assert points.at[:, 0] == pytest.approx(np.array(rates), rel=1e-4)


def test_twice_as_far_is_no_further_off_than_half_as_far() -> None:
    made = Known(lambda x: x)
    made._scale = np.array([[2.0, 1.0]])
    made._moved = np.array([[4.0, 0.0]])
    points = at(["epsilon"], [0.0], [0.0], [0.0], [0.0])
    # Twice as far, half as far, the other way, and where nothing was seen to move.
    points.residual = np.array([[2.0, 0.0], [-1.0, 0.0], [-4.0, 0.0], [0.0, 3.0]])
    share = np.array([1 / 3, 1 / 3, 1.0, 1.0]) / math.sqrt(2)
    assert made.apart(points) == pytest.approx(share)


def test_the_nearest_of_each_set_and_count_are_followed_but_none_that_leaves_as_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stepped = (STEPPED, ("factor",))
    given = [
        *[((EPSILON, ("epsilon",)), {"epsilon": 0.5})] * 5,
        *[(stepped, {"factor": 0.5, "every": every}) for every in (2.0, 3.0, 3.0)],
    ]
    points = iterates_at(given)
    apart = np.array([0.4, 0.3, 0.2, 0.2001, 0.1, 0.9, 0.8, 0.7])
    monkeypatch.setattr(Known, "apart", lambda *_: apart)
    made = Known(lambda x: x)
    assert sorted(made._followed(points, 2).tolist()) == [2, 4, 5, 6, 7]
    assert sorted(made._followed(points, 3).tolist()) == [1, 2, 4, 5, 6, 7]
    assert made._followed(points, 1).dtype == np.int64


def test_the_largest_residual_is_in_units_of_noise_and_centering_makes_it_least() -> None:
    """x and x - 10, the second known a third as well: both are as far off at 2.5."""
    made = Known(lambda x: np.concatenate([x, x - 10.0], axis=1), noise=[0.5, 1.5])
    points = at(["weight_decay"], [0.0], [9.0])
    made.measure(points)
    assert made.worst(points) == pytest.approx([10 / 1.5, 18.0])
    made.center(points)
    assert points.at == pytest.approx(np.array([[2.5], [2.5]]), abs=0.02)
    assert made.worst(points) == pytest.approx([5.0, 5.0], abs=0.05)
    assert points.error == pytest.approx(np.sqrt(np.mean(points.residual**2, axis=1)))


def test_centering_never_leaves_a_point_worse_than_it_was() -> None:
    """Beside a kink the slope leads away."""
    made = Known(lambda x: np.where(x > 0, 5.0 + x, 1.0 - x))
    points = at(["weight_decay"], [0.0])
    made.measure(points)
    made.center(points)
    assert points.at.tolist() == [[0.0]]
    assert made.worst(points).tolist() == [1.0]


# -- what vanishes ---------------------------------------------------------------------------------


def test_what_vanishes_is_listed_from_the_best_on_once_for_each_set_and_count() -> None:
    points = iterates_at(
        [
            ((EPSILON, ("epsilon",)), {"epsilon": 1.0}),
            ((EPSILON, ("epsilon",)), {"epsilon": math.exp(1e-6)}),
            ((DECAY, ("clip",)), {"clip": math.exp(3e-5)}),
            ((MOMENTUM, ("clip",)), {"clip": math.exp(1.0)}),
            ((STEPPED, ("factor",)), {"factor": math.exp(5e-5), "every": 3.0}),
            ((STEPPED, ("factor",)), {"factor": math.exp(6e-5), "every": 2.0}),
        ]
    )

    class Still(Known):
        def project(self, points: Iterates) -> None:
            """Nothing is linear here."""

        def converge(self, points: Iterates) -> Iterates:
            return points

        def apart(self, points: Iterates) -> Rows:
            return points.error

    made = Still(lambda x: x + 1e-5)
    made.measure(points)
    found = made.solved([points.of(np.array([3, 2])), points], 2)
    assert [s.chosen for s in found] == [EPSILON, DECAY, STEPPED, STEPPED]
    assert [s.error for s in found] == pytest.approx([1e-5, 4e-5, 6e-5, 7e-5])
    assert [s.constants for s in found[:2]] == [{"epsilon": 1.0}, pytest.approx({"clip": 1.00003})]
    assert [s.constants["every"] for s in found[2:]] == [3.0, 2.0]
    assert math.isinf(found[0].worst)
    made.converged = found[0].error
    assert made.solved([points], 2) == [], "what is as far as that has not converged"


def test_of_points_that_leave_as_much_the_first_is_listed() -> None:
    sizes = np.linspace(1.0, 2.0, 40).tolist()
    points = iterates_at([((EPSILON, ("epsilon",)), {"epsilon": x}) for x in sizes])

    class Alike(Known):
        def project(self, points: Iterates) -> None:
            """Nothing is linear here."""

        def converge(self, points: Iterates) -> Iterates:
            points.error = np.repeat([2e-6, 1e-6], 20)
            return points

        def _followed(self, points: Iterates, most: int) -> np.ndarray:
            return np.arange(len(points))

    (first,) = Alike(lambda x: x + 1e-5).solved([points], 2)
    assert first.constants == {"epsilon": pytest.approx(sizes[20])}
