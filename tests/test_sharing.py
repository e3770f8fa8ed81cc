"""What the tests share is what would be worked out anew: nothing else is taken for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sharing import diagnosing, digest, once
from showing import shown
from support import golden

from harness.diagnosis.diagnose import Diagnosis, Explanation, Probe
from harness.model.evidence import Evidence
from python_ref import golden as goldens_of
from python_ref.dialects.dialect import Dialect

SEEN = shown("page-one-step")


@pytest.fixture
def searches() -> list[Any]:
    """What the search below was told at each of its runs."""
    return []


@pytest.fixture
def search(searches: list[Any]) -> Any:
    """A search that asks twice where it can, and whose result is what it was told."""

    def made(
        evidence: Sequence[Evidence], claim: Dialect, probe: Probe | None, largest: int, **_: Any
    ) -> Diagnosis:
        answers = [probe([claim]), probe([claim])] if probe else []
        searches.append([answer.name if answer else "" for answer in answers])
        return Diagnosis(Explanation(tuple((name, "") for name in searches[-1])))

    return diagnosing(made)


def answering(*names: str) -> Probe:
    waiting = list(names)
    return lambda _: replace(SEEN, name=waiting.pop(0))


def test_a_search_is_made_once_for_the_same_evidence_and_answers(
    search: Any, searches: list[Any]
) -> None:
    asked = [search([SEEN], Dialect(), answering("a", "b"), 2) for _ in range(2)]
    again = replace(SEEN, weights=SEEN.weights.copy())
    asked.append(search([again], Dialect(), answering("a", "b"), 2))
    assert searches == [["a", "b"]]
    assert asked[0] is asked[1] is asked[2]


@pytest.mark.parametrize("answers", [("c", "b"), ("a", "c")])
def test_a_port_that_answers_otherwise_is_searched_anew(
    search: Any, searches: list[Any], answers: tuple[str, str]
) -> None:
    search([SEEN], Dialect(), answering("a", "b"), 2)
    # Whoever answers is asked twice, not again for what the search then asks.
    found = search([SEEN], Dialect(), answering(*answers), 2)
    assert [name for name, _ in found.best.chosen] == list(answers)
    assert searches == [["a", "b"], list(answers)]


@pytest.mark.parametrize(
    "other",
    [
        {"evidence": [replace(SEEN, weights=np.nextafter(SEEN.weights, 1.0))]},
        {"evidence": [replace(SEEN, moving_average=SEEN.weights)]},
        {"evidence": [replace(SEEN, scenario=replace(SEEN.scenario, epsilon=-0.0))]},
        {"evidence": [replace(SEEN, scenario=replace(SEEN.scenario, epsilon=0.0))]},
        {"claim": Dialect(["epsilon=inside"])},
        {"probe": None},
        {"largest": 1},
        {"seconds": 1.0},
    ],
    ids=lambda other: next(iter(other)),
)
def test_another_question_is_another_search(
    search: Any, searches: list[Any], other: dict[str, Any]
) -> None:
    given = {"evidence": [SEEN], "claim": Dialect(), "largest": 2, "seconds": 2.0}
    search(**given, probe=answering("a", "b"))
    search(**{**given, "probe": answering("a", "b"), **other})
    assert len(searches) == 2


def test_a_sign_of_zero_is_another_content() -> None:
    assert digest([0.0]) != digest([-0.0])
    assert digest(np.array([0.0])) != digest(np.array([-0.0]))


def test_a_golden_with_another_number_is_looked_at_by_itself() -> None:
    spoilt = once(goldens_of.spoilt)
    right = golden("page-one-step")
    wrong = replace(right, weights=np.nextafter(right.weights, 1.0))
    assert [spoilt(g) for g in (right, wrong, right, wrong)] == ["", "weights", "", "weights"]
    wide = replace(right, envelope=2 * right.envelope)
    assert (spoilt(wide), spoilt(wide, envelope=True)) == ("", "envelope")
