"""The order of a search: size by size, libraries before the largest, and what it says it tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from showing import REFERENCE, shown, unseen
from support import scenario

from harness.diagnosis import search as searching
from harness.diagnosis.budget import Budget, OutOfTime
from harness.diagnosis.explanation import Explanation, Tried
from harness.diagnosis.hypotheses import Deviations
from harness.diagnosis.search import Search, _neighbours
from harness.diagnosis.trial import Trial
from harness.model.evidence import Evidence
from python_ref.dialects.dialect import Dialect
from python_ref.numbers.arithmetic import PLAIN

INSIDE: Deviations = (("epsilon", "inside"),)
RESET: Deviations = (("state", "reset"),)
MOMENTUM: Deviations = (("momentum", "nesterov"),)
PAIR, TRIPLE = (*INSIDE, *RESET), (*INSIDE, *RESET, *MOMENTUM)


def of(*sets: Deviations) -> list[Explanation]:
    return [Explanation(chosen) for chosen in sets]


class Steps:
    """A search whose sets are answered from tables, and in what order it asked."""

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        sizes: dict[int, list[Explanation]] | None = None,
        named: Sequence[Explanation] = (),
        closed: Sequence[Explanation] = (),
        again: Sequence[Explanation] = (),
        out_at: int | None = None,
    ) -> None:
        self.asked: list[str] = []
        self.search = Search(REFERENCE, [shown()])

        def of_size(size: int) -> list[Explanation]:
            self.asked.append(f"{size} after {self.search.progress.size}")
            if size == out_at:
                raise OutOfTime
            self.search.progress = replace(self.search.progress, begun=3, beyond=4)
            return (sizes or {}).get(size, [])

        def answer(word: str, found: Sequence[Explanation]) -> Any:
            return lambda *given: self.asked.append(" ".join([word, *map(str, given)])) or [*found]

        for name, function in (
            ("of_size", of_size),
            ("named", answer("named", named)),
            ("_named_closed", answer("closed", closed)),
            ("_named_solved", answer("solved", [])),
            ("_again", answer("again", again)),
        ):
            monkeypatch.setattr(self.search, name, function)


@pytest.mark.parametrize("size", [0, 1, 2])
def test_the_smallest_size_that_explains_is_the_last_and_libraries_stand_behind(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = [(), INSIDE, PAIR][size]
    steps = Steps(monkeypatch, {size: of(chosen)}, closed=of(TRIPLE, chosen))
    found = steps.search.run()
    assert found == (of(chosen, TRIPLE) if size else of(chosen))
    sizes = [f"{n} after {n - 1}" for n in range(size + 1)]
    assert steps.asked == [
        *sizes,
        *([f"closed {size + 1} {{}}", f"solved {size + 1}"] if size else []),
    ]
    tried = steps.search.tried()
    assert (tried.size, tried.begun, tried.beyond) == (size - 1, 3, 4)
    assert not tried.ended


@pytest.mark.parametrize("size", [1, 2])
def test_what_print_alone_lets_fit_stands_beside_the_sets_of_one_more(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, more = of([(), INSIDE, PAIR][size]), of([(), INSIDE, PAIR, TRIPLE][size + 1])
    steps = Steps(monkeypatch, {size: [*first], size + 1: more})
    monkeypatch.setattr(steps.search, "_doubtful", lambda sets: [*sets] == first)
    monkeypatch.setattr(steps.search, "_reduced", list)
    assert steps.search.run(otherwise=lambda asked: asked > size) == [*first, *more]
    sizes = [f"{n} after {n - 1}" for n in range(size + 2)]
    assert steps.asked == [*sizes, f"closed {size + 1} {{}}", f"solved {size + 1}"]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_what_is_doubted_is_not_lost_where_no_larger_sets_are_wanted(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = of([(), INSIDE, PAIR, TRIPLE][size])
    steps = Steps(monkeypatch, {size: first}, again=of(MOMENTUM))
    monkeypatch.setattr(steps.search, "_doubtful", bool)
    monkeypatch.setattr(steps.search, "_reduced", list)
    assert steps.search.run(largest=size) == first


STARTED: Deviations = (("initial_average", "constant"),)


@pytest.mark.parametrize(
    ("rounding", "sets", "doubtful"),
    [
        (5e-9, [STARTED, (*STARTED, *RESET)], True),
        (5e-9, [STARTED, INSIDE], False),
        (5e-9, [INSIDE], False),
        (0.0, [STARTED], False),
    ],
)
def test_an_average_that_starts_anywhere_is_doubted_where_print_leaves_room_for_it(
    rounding: float, sets: Sequence[Deviations], doubtful: bool
) -> None:
    search = Search(REFERENCE, [shown(), replace(shown(), rounding=rounding)])
    assert search._doubtful(of(*sets)) == doubtful


WHOLE = ["0 after -1", "1 after 0", "2 after 1"]


def test_libraries_go_before_the_largest_sets_and_end_the_search(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps = Steps(monkeypatch, named=of(TRIPLE))
    assert steps.search.run(
        otherwise=lambda size: size == 3 and pytest.fail("asked in vain")
    ) == of(TRIPLE)
    assert steps.asked == [*WHOLE, "named 3"], "nothing stands behind sets of three"
    assert steps.search.tried().size == 2


def test_libraries_stand_behind_with_constants_that_were_found_for_less_or_are_solved_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Keras's momentum in float32: one without epsilon's place is the same within rounding."""
    keras = Dialect(["epsilon=inside", "momentum=lr_in_buffer"], {"momentum": 0.9})
    search = Search(REFERENCE, [shown("page-ten-steps", keras, precision="float32")])
    less = Explanation(tuple(keras.choices().items())[1:], {"momentum": 0.9})
    for arithmetic, constants, more in (
        (None, {"momentum": 0.9}, [keras.deviations]),
        (None, {}, [keras.deviations]),  # solved for, as nothing equals to the bit
        (PLAIN, {"momentum": 0.9}, [keras.deviations]),
        (PLAIN, {}, []),
    ):
        found = {1: [replace(less, arithmetic=arithmetic, constants=constants)]}
        monkeypatch.setattr(search, "of_size", lambda size, found=found: found.get(size, []))
        monkeypatch.setattr(search, "_reduced", lambda explanations: explanations)
        assert [e.deviations for e in search.run()][1:] == more


@pytest.mark.parametrize("answers", [True, False])
def test_before_the_largest_sets_it_is_asked_whether_they_are_wanted(
    answers: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = Steps(monkeypatch, {3: of(TRIPLE)})
    assert steps.search.run(otherwise=lambda size: size == 3 and answers) == (
        [] if answers else of(TRIPLE)
    )
    assert steps.asked == [*WHOLE, "named 3", *([] if answers else ["3 after 2"])]


def test_what_is_not_wanted_of_two_deviations_is_not_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps, asked = Steps(monkeypatch), []
    assert steps.search.run(otherwise=lambda size: asked.append(size) or size == 2) == []
    assert (steps.asked, asked) == (WHOLE[:2], [2])


def test_what_nothing_explains_is_tried_from_more_starts_if_all_was_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps = Steps(monkeypatch, again=of(PAIR))
    assert steps.search.run() == of(PAIR)
    assert steps.asked == [*WHOLE, "named 3", "3 after 2", "again", "closed 3 {}", "solved 3"]
    tried = steps.search.tried()
    assert (tried.size, tried.begun, tried.beyond) == (3, 0, 0)
    fewer = Steps(monkeypatch, again=of(PAIR))
    assert fewer.search.run(largest=2) == []
    assert fewer.asked == WHOLE
    assert fewer.search.tried().size == 2


@pytest.mark.parametrize("size", [0, 2])
def test_a_search_that_ran_out_of_time_says_how_far_it_was(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = Steps(monkeypatch, out_at=size)
    assert steps.search.run() == []
    assert steps.asked == WHOLE[: size + 1]
    assert (steps.search.tried().size, steps.search.tried().ended) == (size - 1, True)


@pytest.mark.parametrize(
    ("ended", "interrupted", "waited"),
    [(True, True, 77.0), (True, False, 0.0), (False, True, 0.0)],
)
def test_what_went_by_is_told_where_it_ended_the_search(
    ended: bool, interrupted: bool, waited: float
) -> None:
    search = Search(REFERENCE, [shown()])
    search.progress = Tried(1, 2, 3, ended=ended)

    class Waiting(Budget):
        spent, waited, interrupted = 5.0, 77.0, False  # type: ignore[assignment]

    Waiting.interrupted = interrupted  # type: ignore[assignment,method-assign]
    search.budget = Waiting()
    assert search.tried() == Tried(1, 2, 3, 5.0, ended, waited)


# -- what needs to be in a set --------------------------------------------------------------------


def test_members_that_nothing_needs_are_left_out_of_sets_with_constants(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A set of two with a constant, one member of which does nothing here."""
    search = Search(REFERENCE, [shown("mixed-scales", Dialect(["momentum=nesterov"], CONSTANT))])
    monkeypatch.setattr(searching, "led_to", lambda *_: pytest.fail("the same constants do"))
    idle = Explanation((("weight_decay", "coupled"), *MOMENTUM), {**CONSTANT, "weight_decay": 0.0})
    (found,) = search._reduced([idle])
    assert (found.chosen, found.constants) == (MOMENTUM, CONSTANT)
    # Formulas are the smallest already; and what is larger than another goes.
    closed = Explanation(PAIR)
    assert search._reduced([closed]) == [closed]
    assert [e.chosen for e in search._reduced([closed, idle, idle])] == [MOMENTUM]
    assert search._reduced([]) == []


CONSTANT = {"momentum": 0.75}


def test_neighbours_have_all_members_but_one() -> None:
    opened = [
        (TRIPLE, ("momentum",)),
        (PAIR, ()),
        ((*INSIDE, *MOMENTUM, ("clip", "value")), ("momentum", "clip")),
        ((("root", "none"), *MOMENTUM, ("clip", "value")), ("momentum", "clip")),
        ((*RESET, ("root", "none")), ()),
    ]
    assert _neighbours(Explanation(TRIPLE), opened) == [opened[2], opened[4]]


# -- what leaves nothing open ---------------------------------------------------------------------


def test_more_equal_numbers_than_constants_leave_nothing_to_solve_for() -> None:
    exact, within = Explanation(INSIDE, {}, (("float64", PLAIN),)), Explanation(RESET)

    def equals(*evidence: Evidence, found: Sequence[Explanation] = (within, exact)) -> bool:
        return Search(REFERENCE, evidence)._equals(found)

    whole = shown("mixed-arrays")
    assert equals(whole)
    assert not equals(whole, found=[within])
    assert not equals(replace(whole, rounding=1e-9))
    assert not equals(whole, replace(shown(), input_rounding=1e-9))
    moves = int((whole.weights != whole.initial).sum(axis=1)[0])
    assert 8 < moves < 16
    steps = range(1, whole.scenario.steps)
    assert equals(unseen(whole, *steps))
    few = whole.weights.copy()
    few[0, : moves - 8] = whole.initial[: moves - 8]
    assert not equals(unseen(replace(whole, weights=few), *steps)), "eight are no more than eight"


def test_constants_are_solved_from_the_first_step_in_which_the_claim_does_not_fit() -> None:
    whole = shown("mixed-arrays")
    last = whole.scenario.steps - 1

    def first(evidence: Evidence) -> int:
        return Trial(REFERENCE, [evidence]).first_off

    assert first(whole) == last
    off = whole.weights.copy()
    off[3:] += 0.5
    assert first(replace(whole, weights=off)) == 3
    assert first(unseen(replace(whole, weights=off), 0, 3)) == 4
    assert first(unseen(whole, last)) == last - 1
    assert first(unseen(replace(whole, weights=off), *range(5), *range(6, last + 1))) == 5


def test_an_option_is_offered_if_all_scenarios_give_it() -> None:
    fed = scenario("mixed-arrays")
    both = shown(replace(fed, options={"momentum": 0.5, "clip": 1.0}))
    one = shown(replace(fed, options={"clip": 2.0}))
    assert Search(REFERENCE, [both]).fitting.offered() == ["momentum", "clip"]
    assert Search(REFERENCE, [both, one]).fitting.offered() == ["clip"]
    assert np.isfinite(both.weights).all()


# -- what is said of an explanation ---------------------------------------------------------------


def test_chance_is_reckoned_against_all_sets_of_the_size_and_numbers_of_their_own_beside_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(searching, "told", lambda trial, found, among: asked.append(among))
    search = Search(REFERENCE, [shown()])
    one, two = len(search._sets(1)), len(search._sets(2))
    of_numbers = (("float32_hyperparameters", "learning_rate"), *INSIDE)
    for chosen in (INSIDE, PAIR, of_numbers):
        search.tells(Explanation(chosen))
    assert asked == [one, two, one * one]


def test_what_print_leaves_open_of_a_constant_is_said_if_time_allows() -> None:
    port = Dialect(["learning_rate=ignored"], {"learning_rate": 0.3})
    search = Search(REFERENCE, [replace(shown(found=port), rounding=5e-4)])
    found = Explanation((("learning_rate", "ignored"),), {"learning_rate": 0.3})
    assert search.left_open(found, Budget()).intervals.keys() == {"learning_rate"}
    assert search.left_open(found, Budget(0.0)) == found
