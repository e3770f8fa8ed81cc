"""When a search asks where something happens, of what, and with how much of its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from showing import REFERENCE, elements, shown

from harness.diagnosis import budget, diagnose, where
from harness.diagnosis.diagnose import _Elsewhere
from harness.diagnosis.explanation import Change, Explanation, Part, Schedule
from harness.diagnosis.search import LARGEST

INSIDE = Explanation((("epsilon", "inside"),))
UNNAMED = Change(Explanation(()), 3, "")
LOST = Change(Explanation(()), 3, "state")
FALLING = Change(Explanation(()), 0, "schedule", schedule=Schedule("f^t", 0.9))
PIECE = shown(elements([0.5, 1.0], [[0.5, 0.25]] * 3))
FREE = ("epsilon",)
LEFT = 8.0


class Asked:
    """Stands in for what looks somewhere, and keeps what it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **answers: Any) -> None:
        self.calls: list[tuple[Any, ...]] = []
        for module, name, nothing in (
            (diagnose, "turn", None),
            (diagnose, "scheduled", None),
            (where, "change", None),
            (where, "parts", ()),
        ):
            monkeypatch.setattr(module, name, self._stand_in(name, answers.get(name, nothing)))

    def _stand_in(self, name: str, answer: Any) -> Any:
        def asked(claim: Any, evidence: Any, time: Any, free: Any, **more: Any) -> Any:
            assert (claim, tuple(free), time.left) == (REFERENCE, FREE, LEFT / 2)
            self.calls.append((name, len(evidence) if isinstance(evidence, list) else 1, more))
            return answer

        return asked


@pytest.fixture(autouse=True)
def no_time_goes_by(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "clock", lambda: 0.0)
    monkeypatch.setattr(budget, "wall", lambda: 0.0)


def elsewhere(pieces: int, fits: bool = True) -> _Elsewhere:
    full = SimpleNamespace(evidence=[PIECE] * pieces)
    fitting = SimpleNamespace(full=full, still_fitting=lambda found: found if fits else [])
    left = SimpleNamespace(left=LEFT)
    search: Any = SimpleNamespace(claim=REFERENCE, fitting=fitting, budget=left)
    return _Elsewhere(search, FREE)


EARLY, DEEP = ("turn", 3, {"deep": False}), ("turn", 3, {"deep": True})
SCHEDULED = ("scheduled", 3, {})


@pytest.mark.parametrize(
    ("size", "answers", "calls", "change"),
    [
        (1, {}, [EARLY], None),
        (1, {"turn": UNNAMED}, [EARLY], UNNAMED),
        (2, {"turn": LOST}, [EARLY], LOST),
        (LARGEST, {"turn": LOST}, [DEEP], LOST),
        (LARGEST, {}, [DEEP, SCHEDULED], None),
        (LARGEST, {"scheduled": FALLING}, [DEEP, SCHEDULED], FALLING),
        (LARGEST, {"turn": UNNAMED}, [DEEP, SCHEDULED], UNNAMED),
        (LARGEST, {"turn": UNNAMED, "scheduled": FALLING}, [DEEP, SCHEDULED], FALLING),
    ],
)
def test_of_several_scenarios_it_is_what_all_have_in_common(
    monkeypatch: pytest.MonkeyPatch,
    size: int,
    answers: dict[str, Any],
    calls: list[Any],
    change: Change | None,
) -> None:
    asked, looked = Asked(monkeypatch, **answers), elsewhere(3)
    assert looked.explains(size) == (change is not None)
    assert (asked.calls, looked.change, looked.whole) == (calls, change, [])


@pytest.mark.parametrize("fits", [True, False])
def test_what_explains_all_is_no_change(monkeypatch: pytest.MonkeyPatch, fits: bool) -> None:
    """If it holds for all evidence: a beginning is not all."""
    Asked(monkeypatch, turn=INSIDE)
    looked = elsewhere(3, fits)
    assert looked.explains(2) == fits
    assert (looked.whole, looked.change) == ([INSIDE] if fits else [], None)


TOLD = (Part(("w",), INSIDE), Part(("b",), Explanation(())))
HALF_TOLD = (*TOLD, Part(("c",), None))
CHANGE, PARTS, OF_ONE = ("change", 1, {}), ("parts", 1, {}), ("scheduled", 1, {})


@pytest.mark.parametrize(
    ("size", "answers", "calls", "explained"),
    [
        (2, {"change": LOST}, [], False),
        (LARGEST, {"change": LOST}, [CHANGE], True),
        (LARGEST, {"change": UNNAMED}, [CHANGE, OF_ONE, PARTS], False),
        (LARGEST, {"scheduled": FALLING}, [CHANGE, OF_ONE], True),
        (LARGEST, {"parts": TOLD}, [CHANGE, OF_ONE, PARTS], True),
        (LARGEST, {"parts": HALF_TOLD}, [CHANGE, OF_ONE, PARTS], False),
    ],
)
def test_one_scenario_is_looked_at_last_and_array_by_array(
    monkeypatch: pytest.MonkeyPatch,
    size: int,
    answers: dict[str, Any],
    calls: list[Any],
    explained: bool,
) -> None:
    asked, looked = Asked(monkeypatch, **answers), elsewhere(1)
    assert looked.explains(size) == explained
    assert (asked.calls, looked.parts) == (calls, answers.get("parts", ()))


SPOILED = replace(PIECE, weights=PIECE.weights + 0.1)


def test_a_search_asks_before_it_looks_at_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnose, "turn", lambda *_, **__: LOST)
    found = diagnose.diagnose([SPOILED] * 2, REFERENCE, nearby=False)
    assert (found.best, found.change) == (None, LOST)
    assert found.tried.size < LARGEST


@pytest.mark.parametrize(("seconds", "left"), [(10.0, (9.0, 10.0)), (None, (float("inf"),) * 2)])
def test_a_tenth_of_its_time_is_for_what_comes_nearest(
    monkeypatch: pytest.MonkeyPatch, seconds: float | None, left: Sequence[float]
) -> None:
    given: list[budget.Budget] = []
    told: list[tuple[str, int, int]] = []
    real = diagnose.Search

    def search(*arguments: Any) -> Any:
        given.append(arguments[-1])
        return real(*arguments)

    monkeypatch.setattr(diagnose, "Search", search)
    monkeypatch.setattr(diagnose, "nearest", lambda trial: given.append(trial.budget))
    diagnose.diagnose(
        [SPOILED], REFERENCE, largest=0, seconds=seconds, progress=lambda *said: told.append(said)
    )
    assert tuple(each.left for each in given) == left
    given[0].tell("sets of 2", 3, 4)
    assert told[-1] == ("sets of 2", 3, 4)
