"""Long observations of which little was seen: all is replayed, so the order and the end matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from showing import elements, shown
from support import alike, scenario

from harness.diagnosis import budget as timing
from harness.diagnosis import noise
from harness.diagnosis.diagnose import diagnose
from harness.diagnosis.thinning import thinned
from harness.model.evidence import Evidence
from python_ref.dialects.dialect import Dialect
from python_ref.stepping import stepper
from python_ref.stepping.hypothesis import Hypothesis

STEPS = 70


def seen_once(
    *deviations: str, spoiled: float = 0.0, constants: Mapping[str, float] | None = None
) -> Evidence:
    """Ten elements, of which the last step alone was seen; `spoiled` is added to half of them."""
    drawn = np.random.default_rng(3)
    gradients = drawn.normal(size=(STEPS, 10)).tolist()
    port = Dialect(list(deviations), constants)
    evidence = shown(elements(drawn.normal(size=10).tolist(), gradients), port)
    weights = evidence.weights + spoiled * (np.arange(10) % 2) * np.sin(np.arange(10))
    return replace(evidence, weights=weights, seen=np.arange(STEPS) == STEPS - 1)


class Counted:
    """A clock that goes on by one each time that it is asked, and counts steps behind an end."""

    def __init__(self, end: float) -> None:
        self.now, self.end, self.late = 0.0, end, 0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Counted:
    counted = Counted(np.inf)
    step = stepper.Stepper.step_parts

    def stepped(self: stepper.Stepper) -> object:
        counted.late += counted.now > counted.end
        return step(self)

    monkeypatch.setattr(timing, "clock", counted)
    monkeypatch.setattr(stepper.Stepper, "step_parts", stepped)
    return counted


@pytest.mark.parametrize(
    "deviations", alike([["epsilon=inside"], ["epsilon=inside", "average=sum"]])
)
def test_closed_sets_are_tried_before_constants_are_solved_for(
    deviations: list[str], clock: Counted
) -> None:
    """Some thirty replays are enough, which to solve for all constants are not."""
    found = diagnose([seen_once(*deviations)], Dialect(), seconds=34 * STEPS)
    assert found.best is not None
    assert set(found.best.deviations) == set(deviations)


@pytest.mark.parametrize(("axis", "value"), [("learning_rate", 0.003), ("decay_rate", 0.7)])
def test_a_hyperparameter_of_its_own_is_looked_for_first(
    axis: str, value: float, clock: Counted
) -> None:
    """Before two things at once, and no other constant when it gives every bit."""
    evidence = seen_once(f"{axis}=ignored", constants={axis: value})
    found = diagnose([evidence], Dialect(), seconds=40 * STEPS)
    assert found.best is not None
    assert found.best.deviations == (f"{axis}=ignored",)
    assert found.best.constants == {axis: value}
    assert not found.tried.ended
    assert clock.now < 40 * STEPS


@pytest.mark.parametrize("replays", [3, 12])
def test_a_search_ends_when_its_time_is_up(replays: int, clock: Counted) -> None:
    """A replay behind the end is one too many, but for the claim's own average."""
    clock.end = replays * STEPS
    found = diagnose([seen_once("epsilon=inside", spoiled=0.1)], Dialect(), seconds=clock.end)
    assert found.best is None
    assert found.tried.ended
    assert clock.late <= 2


def test_of_what_is_replayed_whole_few_elements_are_looked_at() -> None:
    drawn = np.random.default_rng(3)
    long = shown(elements([0.0] * 100, drawn.normal(size=(STEPS, 100)).tolist()))
    late = replace(long, seen=np.arange(STEPS) == STEPS - 1)
    assert thinned(long).scenario.size == 24
    assert thinned(late).scenario.size == 6


def test_rounded_inputs_move_weights_alike_in_one_replay_and_in_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of what couples no elements; the other way is the one of a replay for each move."""
    fed = replace(shown(scenario("late-array")), input_rounding=5e-3)
    names = [[], ["epsilon=inside"], ["untouched=skipped", "bias_correction=yes"]]
    ways = [Hypothesis(Dialect(each)) for each in names]
    together = noise.spread(fed, ways, fed.steps)
    monkeypatch.setattr(noise, "_TOGETHER", 1)
    assert np.array_equal(noise.spread(fed, ways, fed.steps), together)
    monkeypatch.setattr(noise, "coupled", lambda found: True)
    in_turn = noise.spread(fed, ways, fed.steps)
    assert np.allclose(in_turn, together, rtol=1e-9, atol=0)
    assert (together[:, -1] > 0).all()


def test_rounded_inputs_of_a_long_observation_take_few_replays(clock: Counted) -> None:
    fed = replace(seen_once(), input_rounding=5e-3)
    clock.end = -1.0
    noise.spread(fed, [Hypothesis(Dialect())], STEPS)
    assert clock.late <= STEPS
