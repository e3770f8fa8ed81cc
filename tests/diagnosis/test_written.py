"""From a constant that fits to the one that was written: digits, intervals, what is left open."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from showing import REFERENCE, shown
from support import scenario

from harness.diagnosis import constants as written
from harness.diagnosis.constants import (
    determined,
    opened_names,
    shortest_first,
    solved_for,
    with_intervals,
)
from harness.diagnosis.explanation import Explanation
from harness.diagnosis.hypotheses import Deviations
from harness.diagnosis.solver import Solved
from harness.diagnosis.trial import Trial
from harness.model.evidence import Evidence
from harness.model.observation import Rows
from python_ref.dialects.dialect import Dialect

MOMENTUM: Deviations = (("momentum", "nesterov"),)
DECAY: Deviations = (("decay_rate", "ignored"),)
RATE: Deviations = (("learning_rate", "ignored"),)

# -- digits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("constants", "most", "ladder"),
    [
        ({"clip": 0.12345}, 3, [0.1, 0.12, 0.123, 0.12345]),
        # A rate also by what it lacks to one, a scale by its inverse.
        ({"momentum": 0.99974}, 2, [0.9997, 0.99974, 0.99974]),
        ({"momentum": 0.4}, 1, [0.4, 0.4]),
        ({"gradient_scale": 1 / 3}, 1, [0.3, 1 / 3, 1 / 3]),
        ({"clip": 2.0}, 15, [2.0, 2.0]),
        # No rate of one, whatever is rounded to it.
        ({"decay_rate": 0.96}, 1, [0.96, 0.96]),
    ],
)
def test_constants_are_tried_from_the_shortest_on(
    constants: dict[str, float], most: int, ladder: list[float]
) -> None:
    (name,) = constants
    assert [given[name] for given in shortest_first(constants, most)] == ladder


def test_several_constants_have_equally_many_digits_in_every_combination() -> None:
    given = list(shortest_first({"clip": 0.37, "momentum": 0.988}, 2))
    assert given == [
        {"clip": 0.4, "momentum": 0.99},
        {"clip": 0.37, "momentum": 0.99},
        {"clip": 0.37, "momentum": 0.988},
        {"clip": 0.37, "momentum": 0.988},
    ]
    assert len(list(shortest_first({"clip": 1 / 7}))) == 16


# -- what is open ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "offered", "free", "names"),
    [
        (MOMENTUM, [], [], ("momentum",)),
        (MOMENTUM, ["momentum"], [], ()),
        (MOMENTUM, ["clip"], [], ("momentum",)),
        (DECAY, ["decay_rate"], [], ("decay_rate",)),
        (MOMENTUM, ["momentum"], ["momentum", "clip"], ("momentum",)),
        (MOMENTUM, [], ["momentum"], ("momentum",)),
        ((), [], ["momentum"], ()),
        ((*DECAY, *MOMENTUM), [], ["clip"], ("decay_rate", "momentum")),
    ],
)
def test_open_is_what_a_set_brings_and_no_caller_gives(
    chosen: Deviations, offered: list[str], free: list[str], names: tuple[str, ...]
) -> None:
    assert opened_names(REFERENCE, chosen, offered, free) == names
    claim = Dialect(["weight_decay=coupled"], {"weight_decay": 0.1})
    assert opened_names(claim, (), [], ["clip", "weight_decay"]) == ("weight_decay",)


# -- how far a constant is determined -------------------------------------------------------------


def held(*fits: Callable[[Mapping[str, float]], bool]) -> Any:
    """A trial of pieces each of which some constants fit."""

    def within(ways: Sequence[tuple[Deviations, Mapping[str, float]]], piece: int) -> Any:
        return np.array([fits[piece](constants) for _, constants in ways]), None

    return SimpleNamespace(evidence=list(range(len(fits))), within=within)


@pytest.mark.parametrize(
    ("name", "without"),
    [("momentum", 0.0), ("epsilon", 0.0), ("clip", 1e30), ("factor", 1.0), ("total", 1e12)],
)
def test_what_fits_as_well_without_effect_is_not_determined(name: str, without: float) -> None:
    told = Explanation(MOMENTUM, {"learning_rate": 0.5, name: 0.25})

    def idle(constants: Mapping[str, float]) -> bool:
        return constants == {"learning_rate": 0.5, name: without}

    def never(_: object) -> bool:
        return False

    assert not determined(held(idle), told)
    assert not determined(held(idle, idle, idle), told)
    for pieces in [never], [idle, never], [never, idle], [idle, idle, never]:
        assert determined(held(*pieces), told), "one piece that tells is enough"
    assert determined(held(idle), Explanation(RATE, {"learning_rate": 0.5}))


def ends(name: str, value: float, *fits: Callable[[float], bool]) -> tuple[float, float] | None:
    pieces = [lambda constants, fit=fit: fit(constants[name]) for fit in fits]
    told = Explanation(MOMENTUM, {name: value, "every": 3.0})
    found = with_intervals(held(*pieces), told)
    assert set(found.intervals) <= {name}
    assert (found.chosen, found.constants) == (told.chosen, told.constants)
    return found.intervals.get(name)


@pytest.mark.parametrize("sizes", [(1e-5, 3e-4), (0.02, 0.5), (2e-9, 7e-9)])
def test_an_interval_ends_where_the_constant_fits_no_more(sizes: tuple[float, float]) -> None:
    below, above = sizes
    for value in 0.25, 4.0:
        found = ends("clip", value, lambda x, v=value: v * (1 - below) <= x <= v * (1 + above))
        assert found is not None
        low, high = found
        # Outside of what fits, by less than a hundredth of the way.
        assert 0 <= 1 - below - low / value <= 0.05 * below
        assert 0 <= high / value - 1 - above <= 0.05 * above


def test_an_interval_is_what_fits_all_pieces_and_no_constant_that_nobody_means() -> None:
    def near(x: float) -> bool:
        return abs(x - 0.5) < 0.1

    def nearer(x: float) -> bool:
        return abs(x - 0.5) < 0.01

    for fits in (near, nearer), (nearer, near), (nearer,):
        assert ends("clip", 0.5, *fits) == pytest.approx((0.49, 0.51), abs=1e-4)
    low, high = ends("momentum", 0.5, lambda _: True) or (0, 0)
    assert (low, high) == (pytest.approx(0.0, abs=5e-3), 1.0)
    assert ends("clip", 0.5, lambda x: x < 0.6)[0] <= 0.0  # type: ignore[index]
    assert ends("clip", 0.5, lambda x: x > 0.4)[1] == math.inf  # type: ignore[index]
    assert ends("clip", 0.5, lambda x: x == 0.5) is None
    assert ends("clip", 0.5, lambda x: abs(x - 0.5) < 1e-12) is None, "no more digits are written"
    assert ends("clip", 0.5, lambda x: abs(x - 0.5) < 1e-9) is not None


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
