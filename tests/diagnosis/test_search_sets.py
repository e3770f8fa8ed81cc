"""What a search tries: which sets, which of them are solved for, and in which portions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from showing import REFERENCE, piece

from harness.diagnosis import search as searching
from harness.diagnosis.budget import Budget, OutOfTime
from harness.diagnosis.explanation import Explanation
from harness.diagnosis.hypotheses import Deviations
from harness.diagnosis.iterates import Opened
from harness.diagnosis.search import Search
from harness.diagnosis.thinning import STEPS
from harness.model.evidence import Evidence
from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect

NOTHING: Deviations = ()
INSIDE: Deviations = (("epsilon", "inside"),)
RESET: Deviations = (("state", "reset"),)
NESTEROV: Deviations = (("momentum", "nesterov"),)
CLIPPED: Deviations = (("clip", "norm"),)
STEPPED: Deviations = (("schedule", "steps"),)


def late(steps: int, found: Dialect = REFERENCE) -> Evidence:
    """The last of so many steps was seen alone."""
    return replace(piece(3, steps, found), seen=np.arange(steps) == steps - 1)


# -- what is read ---------------------------------------------------------------------------------


def test_only_what_was_first_seen_behind_the_first_steps_is_long() -> None:
    assert not Search(REFERENCE, [late(STEPS)])._long
    assert Search(REFERENCE, [late(STEPS + 1)])._long
    assert not Search(REFERENCE, [piece(3, STEPS + 1)])._long


# -- which sets -----------------------------------------------------------------------------------


def test_what_a_port_cannot_be_given_is_open_in_every_set_where_it_is_used() -> None:
    """A mean's decay has no axis of its own beside a claim that takes none."""
    free = ("momentum", "mean_decay", "epsilon", "learning_rate")
    search = Search(REFERENCE, [piece(3, 3)], free)
    assert search._opened(INSIDE) == (INSIDE, ())
    own = (("learning_rate", "ignored"), ("eps", "ignored"))
    assert search._fixed == own
    opened = search._opened(INSIDE, free=True)
    assert opened[0] == (*INSIDE, *own)
    assert sorted(opened[1]) == ["epsilon", "learning_rate"]
    every = search._varied([NOTHING, NESTEROV])
    # What has fewer constants of its own goes first, and as given before as nobody gave it.
    assert [o[0] for o in every] == [NESTEROV, own, (*NESTEROV, *own)]
    assert search._sets(0) == [()]
    assert not any(set(c) & set(own) for c in search._sets(1)), "these are open anyway"
    assert INSIDE in search._sets(1)


def test_a_port_that_cannot_be_given_an_option_has_its_own_whatever_scenarios_give() -> None:
    search = Search(REFERENCE, [piece(3, 3, momentum=0.5)], ("momentum",))
    assert search._opened(NESTEROV) == (NESTEROV, ())
    assert search._opened(NESTEROV, free=True) == (NESTEROV, ("momentum",))


def test_sets_of_what_is_done_often_are_solved_for_first() -> None:
    rare, count = (("gradient_scale", "constant"),), (("schedule", "steps"),)
    every = [rare, (*rare, *NESTEROV), count, (*NESTEROV, *CLIPPED), INSIDE, NESTEROV]
    found = Search(REFERENCE, [piece(3, 12)])._varied(every)
    assert [o[0] for o in found] == [
        NESTEROV, (*NESTEROV, *CLIPPED), rare, (*rare, *NESTEROV), count
    ]  # fmt: skip
    assert found[-1][1] == ("factor", "every")


def test_what_leaves_a_count_open_is_closed_with_each_that_shows() -> None:
    search = Search(REFERENCE, [piece(3, 9, factor=0.5)])
    assert search._shut([INSIDE, STEPPED, NESTEROV, RESET]) == [
        (INSIDE, {}),
        *((STEPPED, {"every": count}) for count in (2.0, 3.0, 4.0)),
        (RESET, {}),
    ]


def test_closed_sets_are_looked_at_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    search, asked = Search(REFERENCE, [piece(3, 3)]), []

    def explained(part: Sequence[Any]) -> list[Explanation]:
        asked.append(len(part))
        return [Explanation(chosen) for chosen, _ in part]

    monkeypatch.setattr(searching, "_CLOSED_TOGETHER", 2)
    monkeypatch.setattr(search.fitting, "explained", explained)
    sets = [NOTHING, INSIDE, RESET, NESTEROV, CLIPPED]
    assert [e.chosen for e in search._by_closed([(chosen, {}) for chosen in sets])] == sets
    assert asked == [2, 2, 1]


# -- in which portions ----------------------------------------------------------------------------


class Portions:
    """A search for sets that are answered from a table when they are solved for."""

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        opened: Sequence[Opened],
        solved: dict[Opened, Explanation] | None = None,
        closed: Sequence[Explanation] = (),
        out_after: int = 99,
        evidence: Evidence | None = None,
    ) -> None:
        self.asked: list[tuple[int, bool]] = []
        self.counted: list[tuple[str, int, int]] = []
        self.tried: list[Opened] = []
        self.closed: list[Any] = []
        self.search = Search(
            REFERENCE,
            [evidence or piece(3, 3)],
            budget=Budget(None, lambda *told: self.counted.append(told)),
        )

        def solve(part: Sequence[Opened], dense: bool = False) -> list[Explanation]:
            if len(self.asked) == out_after:
                raise OutOfTime
            self.asked.append((len(part), dense))
            self.tried += part
            return [(solved or {})[o] for o in part if o in (solved or {})]

        def shut(part: Sequence[Any]) -> list[Explanation]:
            self.closed.append(list(part))
            return [*closed]

        monkeypatch.setattr(searching, "_TOGETHER", 2)
        monkeypatch.setattr(searching, "_MOST_TOGETHER", 5)
        monkeypatch.setattr(self.search, "_sets", lambda size: [o[0] for o in opened])
        monkeypatch.setattr(self.search, "_varied", lambda every: [*opened])
        monkeypatch.setattr(self.search.fitting, "solved", solve)
        monkeypatch.setattr(self.search, "_shut", lambda every: [(c, {}) for c in every])
        monkeypatch.setattr(self.search, "_by_closed", shut)


# Any sets that have all members but one in common.
MANY: list[Opened] = [
    (((axis, value), *NESTEROV), ("momentum",))
    for axis in ("epsilon", "initial_average", "average", "root")
    for value in AXES[axis].names[1:]
][:13]
FIT = [Explanation(chosen, {"momentum": 0.5}) for chosen, _ in MANY]


@pytest.mark.parametrize("size", [1, 2])
def test_sets_are_solved_for_in_portions_that_grow_and_are_counted(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    portions = Portions(monkeypatch, MANY, {MANY[3]: FIT[3], MANY[12]: FIT[12]})
    assert portions.search.of_size(size) == [FIT[3], FIT[12]]
    assert portions.asked == [(n, size == 1) for n in (2, 4, 5, 2)]
    assert portions.tried == MANY
    sizes = f"sets of {size}"
    assert portions.counted == [(sizes, n, 13) for n in (0, 2, 6, 11, 13)]
    assert len(portions.closed) == 1


def test_of_the_largest_sets_the_first_portion_that_fits_is_the_last_but_for_its_neighbours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other: Opened = ((("clip", "norm"), ("root", "none")), ("clip",))
    opened = [*MANY[:4], other, *MANY[4:7]]
    portions = Portions(monkeypatch, opened, dict(zip(MANY, FIT, strict=True)))
    assert portions.search.of_size(3) == FIT[:7]
    assert portions.asked == [(2, False), (5, False)]
    assert other not in portions.tried
    assert portions.search.progress.begun == 2


@pytest.mark.parametrize(("solved", "closed"), [(True, False), (False, True), (False, False)])
def test_what_fits_when_the_time_is_up_is_not_lost(
    solved: bool, closed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    formula = Explanation(INSIDE)
    portions = Portions(
        monkeypatch, MANY, {MANY[1]: FIT[1]} if solved else {}, [formula] if closed else [], 1
    )
    if solved or closed:
        assert portions.search.of_size(1) == ([formula] if closed else [FIT[1]])
        assert portions.search.progress.ended
    else:
        with pytest.raises(OutOfTime):
            portions.search.of_size(1)
        assert not portions.search.progress.ended


OWN: list[Opened] = [((("learning_rate", "ignored"),), ("learning_rate",))]


@pytest.mark.parametrize("equal", [True, False])
def test_on_long_evidence_closed_sets_of_two_go_before_most_constants_and_are_tried_once(
    equal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a hyperparameter of its own goes before them, and ends it if it gives every bit."""
    own = Explanation(OWN[0][0], {"learning_rate": 0.5})
    portions = Portions(
        monkeypatch, [*MANY[:3], *OWN], {OWN[0]: own} if equal else {}, evidence=late(STEPS + 1)
    )
    monkeypatch.setattr(portions.search, "_equals", bool)
    found = portions.search.of_size(1)
    if equal:
        assert found == [own]
        assert (portions.tried, len(portions.closed)) == (OWN, 1)
        return
    assert found == []
    assert portions.tried == [*OWN, *MANY[:3]]
    assert len(portions.closed) == 2
    assert portions.search.progress.begun == portions.search.progress.beyond
    assert portions.search.of_size(2) == []
    assert len(portions.closed) == 2, "those of two were tried with those of one"
    portions.search.of_size(3)
    assert len(portions.closed) == 3


def test_a_hyperparameter_of_its_own_that_hardly_fits_leaves_the_others_to_be_solved_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = Explanation(OWN[0][0], {"learning_rate": 0.5})
    table = {OWN[0]: own, MANY[2]: FIT[2]}
    portions = Portions(monkeypatch, [*MANY[:3], *OWN], table, evidence=late(STEPS + 1))
    assert portions.search.of_size(1) == [own, FIT[2]]
    assert len(portions.closed) == 1, "two things at once are less likely"


def test_more_starts_are_tried_size_by_size_until_one_leads_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    portions = Portions(monkeypatch, MANY[:5], {MANY[3]: FIT[3], MANY[4]: FIT[4]})
    assert portions.search._again() == [FIT[3]]
    assert portions.asked == [(2, True), (2, True)]
    none = Portions(monkeypatch, MANY[:5])
    sizes: list[int] = []
    monkeypatch.setattr(none.search, "_sets", lambda size: sizes.append(size) or [])
    assert none.search._again() == []
    assert (sizes, none.asked) == ([2, 3], [(n, True) for n in (2, 2, 1)] * 2)
    assert Portions(monkeypatch, MANY, out_after=1).search._again() == []


def test_of_libraries_that_need_no_solving_the_smallest_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    larger = Explanation((*INSIDE, *RESET, *NESTEROV, *CLIPPED))
    least = Explanation((*INSIDE, *RESET, *NESTEROV))
    portions = Portions(monkeypatch, MANY[:2], {MANY[0]: least, MANY[1]: larger})
    monkeypatch.setattr(portions.search, "_named_closed", lambda size: [larger, least][size - 3 :])
    assert portions.search.named(3) == [least]
    assert portions.asked == []
    assert portions.search.named(5) == [least]
    assert portions.asked == [(2, False)]
