"""Which sets are written with which constants: each the shortest that does, exact before near."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from showing import REFERENCE, shown
from support import scenario

from harness.diagnosis import constants as written
from harness.diagnosis import settling
from harness.diagnosis.constants import (
    solved_for,
)
from harness.diagnosis.explanation import Explanation
from harness.diagnosis.hypotheses import Deviations
from harness.diagnosis.iterates import Solved
from harness.diagnosis.trial import Trial
from harness.model.evidence import Evidence
from harness.model.observation import Rows
from python_ref.dialects.dialect import Dialect
from python_ref.numbers.arithmetic import PLAIN

MOMENTUM: Deviations = (("momentum", "nesterov"),)
DECAY: Deviations = (("decay_rate", "ignored"),)
RATE: Deviations = (("learning_rate", "ignored"),)

# -- what is looked at ----------------------------------------------------------------------------


class Room:
    """What `solved_for` asks of others, answered from tables, and what it asked them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, near: Sequence[Solved]) -> None:
        self.near = list(near)
        self.solving: list[tuple[Any, ...]] = []
        self.shortened: list[tuple[Deviations, int]] = []
        self.again: list[list[Deviations]] = []
        self.short: dict[Deviations, list[Explanation]] = {}
        self.rounded: list[Explanation] = []
        self.undetermined: list[Explanation] = []
        self.polished: list[tuple[Any, ...]] = []
        for name in ("solve", "polish", "_shortest", "_with_rounding", "determined"):
            monkeypatch.setattr(written, name, getattr(self, f"_{name.lstrip('_')}"))

    def _solve(self, *given: Any) -> list[Solved]:
        self.solving.append(given)
        return self.near

    def _polish(self, claim: Dialect, near: Sequence[Solved], *given: Any) -> list[Solved]:
        self.polished.append((claim, *given))
        return list(near)

    def _shortest(
        self, _: Trial, solved: Solved, rows: Sequence[int], digits: int
    ) -> list[Explanation]:
        self.shortened.append((solved.chosen, digits))
        return self.short.get(solved.chosen, [])

    def _with_rounding(
        self, _: Trial, again: Sequence[Solved], more: Sequence[int]
    ) -> list[Explanation]:
        self.again.append([solved.chosen for solved in again])
        return self.rounded

    def _determined(self, _: Trial, explanation: Explanation) -> bool:
        return explanation not in self.undetermined


OPENED = [(RATE, ("learning_rate",))]


def test_every_set_that_comes_near_is_shortened_and_what_is_undetermined_is_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    near = [Solved(chosen, {}, 0.0, worst=1e9) for chosen in (RATE, DECAY, MOMENTUM)]
    room = Room(monkeypatch, near)
    one, two = Explanation(RATE), Explanation(MOMENTUM)
    room.short = {RATE: [one], MOMENTUM: [two]}
    trial = Trial(REFERENCE, [shown(), shown("mixed-arrays")])
    assert solved_for(trial, OPENED, [0], [1], dense=True) == [one, two]
    first = trial.evidence[0]
    assert room.solving == [(REFERENCE, OPENED, first, [0], trial.budget, True)]
    assert room.polished == [(REFERENCE, first, [1], trial.budget)]
    assert room.shortened == [(RATE, 15), (DECAY, 15), (MOMENTUM, 15)]
    assert room.again == [], "rounded hyperparameters are asked for where nothing else does"
    room.undetermined = [one]
    assert solved_for(trial, OPENED, [0], [1]) == [two]
    assert room.solving[-1][-1] is False
    assert solved_for(trial, [], [0], [1]) == []
    assert len(room.solving) == 2, "nothing is solved for where nothing is open"


def test_where_nothing_does_hyperparameters_may_be_rounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sets = [(("momentum", f"{i}"),) for i in range(130)]
    room = Room(monkeypatch, [Solved(chosen, {}, 0.0, worst=1e9) for chosen in sets])
    room.rounded = [Explanation(RATE), Explanation(DECAY)]
    room.undetermined = [Explanation(DECAY)]
    assert solved_for(Trial(REFERENCE, [shown()]), OPENED, [0], [0]) == [Explanation(RATE)]
    assert room.again == [sets[:8]]
    assert len(room.shortened) == 120


@pytest.mark.parametrize(
    ("evidence", "looked_at"),
    [
        (shown(precision="float32"), [DECAY]),
        (replace(shown(), rounding=1e-12), [DECAY]),
        # What doubles that hold floats leave is not known yet.
        (shown(found=Dialect(["precision=float32"])), [RATE, DECAY]),
    ],
    ids=["floats", "print", "doubles that hold floats"],
)
def test_what_is_further_off_than_floats_or_print_is_none_of_theirs(
    evidence: Evidence, looked_at: list[Deviations], monkeypatch: pytest.MonkeyPatch
) -> None:
    near = [Solved(RATE, {}, 0.0, worst=40.5), Solved(DECAY, {}, 0.0, worst=40.0)]
    room = Room(monkeypatch, near)
    assert solved_for(Trial(REFERENCE, [evidence]), OPENED, [0], [0]) == []
    assert room.shortened == [(chosen, 9) for chosen in looked_at]
    assert room.again == [[]], "beside noise no rounding of theirs could be seen"


def test_of_what_is_near_the_few_go_on_that_leave_hardly_more_than_the_best(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left = [0.15 + 1e-7, 0.16, 0.1, 0.15, 0.12, 0.11]
    ladder = [(RATE, {"learning_rate": float(i)}) for i in range(len(left))]
    asked: list[Any] = []

    def errors(*given: Any) -> Rows:
        asked.append(given)
        return np.array(left)

    monkeypatch.setattr(written, "errors", errors)
    trial = Trial(REFERENCE, [shown()])
    solved = Solved(RATE, {"learning_rate": 0.5}, 0.1)
    close = written._close(trial, solved, ladder, [3])
    assert close == [ladder[0], ladder[2], ladder[3], ladder[4]]
    constants = [c for _, c in ladder]
    assert asked == [(REFERENCE, RATE, constants, trial.evidence[0], [3], trial.budget)]
    assert written._close(trial, solved, [], [3]) == []


def test_rounded_hyperparameters_move_a_constant_back_to_what_was_written() -> None:
    """A decay rate that was rounded to float32 on the way in, beside a momentum of its own."""
    port = Dialect(["momentum=nesterov", "float32_hyperparameters=decay_rate"], {"momentum": 0.77})
    fed = scenario("mixed-scales")
    trial = Trial(REFERENCE, [shown(fed, port)])
    solved = Solved(MOMENTUM, {"momentum": 0.77 + 1e-9}, 1e-8)
    (found,) = written._with_rounding(trial, [solved], range(fed.steps))
    assert found.chosen == (*MOMENTUM, ("float32_hyperparameters", "decay_rate"))
    assert found.constants == {"momentum": 0.77}
    assert written._with_rounding(trial, [], [0]) == []


def test_beside_a_set_stands_what_each_of_its_rates_lacks_to_one() -> None:
    given = {"decay_rate": 0.75, "clip": 2.0, "momentum": 0.5}
    found = written.complemented(MOMENTUM, given)
    assert [(s.chosen, s.error) for s in found] == [(MOMENTUM, math.inf)] * 4
    assert [tuple(s.constants.values()) for s in found] == [
        (0.75, 2.0, 0.5), (0.75, 2.0, 0.5), (0.25, 2.0, 0.5), (0.25, 2.0, 0.5)
    ]  # fmt: skip
    assert all(tuple(s.constants) == tuple(given) for s in found)
    assert [s.constants for s in written.complemented(MOMENTUM, {"momentum": 0.75})] == [
        {"momentum": 0.75}, {"momentum": 0.25}
    ]  # fmt: skip


@pytest.mark.parametrize("constants", [{"momentum": 1.0}, {"decay_rate": 0.0, "epsilon": 0.1}])
def test_nothing_is_led_to_from_the_end_of_a_range(constants: dict[str, float]) -> None:
    assert written.complemented(MOMENTUM, constants) == []


def test_what_a_rate_all_but_0_lacks_to_1_is_no_rate() -> None:
    """To the nearest double it is 1."""
    (only,) = written.complemented(MOMENTUM, {"momentum": 1e-18})
    assert only.constants == {"momentum": 1e-18}


# -- the shortest ---------------------------------------------------------------------------------


def exact(constants: Mapping[str, float]) -> Explanation:
    return Explanation(MOMENTUM, dict(constants), (("float64", PLAIN),))


def rounded(constants: Mapping[str, float]) -> Explanation:
    return Explanation(MOMENTUM, dict(constants))


SOLVED = Solved(MOMENTUM, {"momentum": 0.987}, 0.0)
LADDER = [{"momentum": x} for x in (0.99, 0.987)]


class Ladder:
    """A trial that some constants come near in, and some fit; and what it was asked."""

    def __init__(self, fits: Sequence[Explanation], near: Sequence[Mapping[str, float]]) -> None:
        self.fits, self.nearest = list(fits), [(MOMENTUM, dict(constants)) for constants in near]
        self.asked: list[Any] = []
        self.evidence, self.claim, self.budget = [shown()], REFERENCE, None

    def near(self, candidates: Sequence[Any], *loose: float) -> list[Any]:
        self.asked.append(([dict(c) for _, c in candidates], *loose))
        return [(chosen, dict(c)) for chosen, c in candidates if (MOMENTUM, dict(c)) in
                self.nearest or chosen != MOMENTUM]  # fmt: skip

    def borne_out(self, candidates: Sequence[Any]) -> list[Explanation]:
        self.asked.append([dict(c) for _, c in candidates])
        constants = [dict(c) for _, c in candidates]
        return [replace(e, chosen=candidates[0][0]) for e in self.fits if e.constants in constants]


@pytest.mark.parametrize(
    ("fits", "told", "parts"),
    [
        ([exact(LADDER[0]), exact(LADDER[1])], exact(LADDER[0]), 1),
        ([rounded(LADDER[0]), exact(LADDER[1])], exact(LADDER[1]), 2),
        ([rounded(LADDER[0]), rounded(LADDER[1])], rounded(LADDER[0]), 2),
        ([rounded(LADDER[1])], rounded(LADDER[1]), 2),
    ],
)
def test_the_shortest_that_is_exact_is_told_else_the_shortest_that_fits(
    fits: list[Explanation], told: Explanation, parts: int
) -> None:
    trial: Any = Ladder(fits, LADDER)
    assert written._shortest(trial, SOLVED, [0], 3) == [told]
    assert trial.asked == [([*LADDER, LADDER[1]],), *[LADDER[:1], [LADDER[1]] * 2][:parts]]


@pytest.mark.parametrize("first", [0, 1])
def test_where_none_fits_other_numbers_may_do_beside_those_that_come_near(
    first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial: Any = Ladder([], LADDER)
    asked: list[Any] = []
    settled = [rounded(LADDER[0]), exact(LADDER[1])][:: 1 if first else -1]

    def close(*given: Any) -> list[Any]:
        asked.append(given)
        return ["close"]

    monkeypatch.setattr(written, "_close", close)
    monkeypatch.setattr(written, "settle", lambda *given: asked.append(given) or settled)
    assert written._shortest(trial, SOLVED, [7], 3) == [exact(LADDER[1])]
    near = [(MOMENTUM, c) for c in (*LADDER, LADDER[1])]
    assert asked == [(trial, SOLVED, near, [7]), (trial, ["close"])]
    settled.clear()
    assert written._shortest(trial, SOLVED, [7], 3) == []


def test_of_other_numbers_only_rounded_hyperparameters_are_solved_beside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hyperparameters = "float32_hyperparameters"
    numbers: list[Deviations] = [
        (),
        (("precision", "float32"),),
        ((hyperparameters, "decay_rate"), ("precision", "float32")),
        ((hyperparameters, "decay_rate"),),
        ((hyperparameters, "epsilon"),),
    ]
    polished: list[Deviations] = []

    def polish(_: object, near: Sequence[Solved], *rest: Any) -> list[Solved]:
        polished.append(near[0].chosen)
        return list(near)

    monkeypatch.setattr(settling, "variants", lambda *_: iter(numbers))
    monkeypatch.setattr(written, "polish", polish)
    trial: Any = Ladder([rounded(LADDER[0]), rounded(LADDER[1])], LADDER)
    (found,) = written._with_rounding(trial, [SOLVED], [0])
    assert (found.chosen, found.constants) == ((*MOMENTUM, numbers[3][0]), LADDER[0])
    assert polished == [(*MOMENTUM, *numbers[3])], "the first that does is the last"
    assert trial.asked[0][1] == 1e-10, "near is as near as doubles are"
    trial.fits = []
    polished.clear()
    assert written._with_rounding(trial, [SOLVED, SOLVED], [0]) == []
    assert polished == [(*MOMENTUM, *n) for n in numbers[3:]] * 2
