"""Campaigns with scripted targets: what they find, what they blame nobody for, how they end."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from support import alike
from support_fuzzing import (
    DEAD,
    Scripted,
    as_dialect,
    campaign,
    conducted,
    known,
    target,
)

from harness.fuzzing.campaign import Budget, waves
from harness.fuzzing.regimes import REGIMES
from harness.fuzzing.scanning import Campaign, Chunk, Tally, guide, neighbours, scan
from harness.machine.spread import Lost
from harness.model.observation import Fault, Observation
from python_ref.dialects.dialect import Dialect
from python_ref.numbers.arithmetic import Arithmetic
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

INSIDE = Dialect(["epsilon=inside"])


def test_nothing_is_found_of_a_target_that_is_as_claimed() -> None:
    outcome = conducted(campaign(), Scripted(as_dialect()))
    assert outcome.findings == []
    assert outcome.cases == 40
    assert outcome.differing_edges == 0
    assert set(outcome.kinds) == {"equal"}


def test_another_order_of_evaluation_is_no_difference_nor_is_one_at_an_edge() -> None:
    def left(scenario: Scenario, precision: str) -> Observation:
        way = Arithmetic(quotient="divide_first", square="left")
        return Observation(replay(scenario, [Hypothesis(Dialect(), way, precision)]).weights[0])

    outcome = conducted(campaign(edge=True), Scripted(left), cases=50)
    assert outcome.findings == []
    assert outcome.kinds["rounding"] >= 5


def test_what_the_goldens_explain_is_found_and_made_small() -> None:
    given = campaign(target("mine", "float64", "float32"))
    outcome = conducted(given, Scripted(as_dialect("epsilon=inside")), knows=known(INSIDE))
    (finding,) = outcome.findings
    assert finding.cause == ("known", 0)
    assert finding.cases == outcome.kinds["differs"] > 15
    assert finding.case is not None
    fed = finding.case.scenario
    assert (fed.size, fed.steps) == (1, 1)
    assert (fed.learning_rate, fed.decay_rate, fed.epsilon) == (1.0, 0.5, 1.0)
    assert finding.comparison is not None
    assert finding.comparison.first is not None
    assert finding.comparison.first.expected == 1 - 1 / (math.sqrt(0.5) + 1)


def test_what_the_goldens_do_not_show_is_explained_by_the_cases() -> None:
    outcome = conducted(campaign(), Scripted(as_dialect("state=reset")))
    (finding,) = outcome.findings
    assert finding.cause == ("known", 1)
    (diagnosis,) = finding.diagnoses
    assert diagnosis is not None
    assert diagnosis.best is not None
    assert diagnosis.best.deviations == ("state=reset",)
    assert finding.case is not None
    assert (finding.case.scenario.size, finding.case.scenario.steps) == (1, 2)


@pytest.mark.slow
def test_a_second_difference_is_not_hidden_by_the_first() -> None:
    def both(scenario: Scenario, precision: str) -> Observation:
        observation = as_dialect("epsilon=inside")(scenario, precision)
        if scenario.steps > 9:  # no formula
            observation.weights[9:] += 1.0
        return observation

    outcome = conducted(campaign(), Scripted(both), cases=50, knows=known(INSIDE))
    assert [finding.cause[0] for finding in outcome.findings] == ["known", "unexplained"]
    least = outcome.findings[1].case
    assert least is not None
    assert (least.scenario.size, least.scenario.steps) == (1, 10)


def test_a_fault_is_found_once_and_made_small() -> None:
    def raises(scenario: Scenario, precision: str) -> Observation:
        if len(scenario.weights) > 2:
            message = f"IndexError: {scenario.size}"
            return Observation(
                np.zeros((0, 1)), fault=Fault("crashes", message, 1, error="IndexError")
            )
        return as_dialect()(scenario, precision)

    (finding,) = conducted(campaign(), Scripted(raises)).findings
    assert finding.cause[:4] == ("fault", "0", "crashes", "IndexError")
    assert finding.case is not None
    assert finding.case.scenario.lengths == (1, 1, 1)
    assert finding.case.scenario.steps == 1
    assert finding.cases > 3


def test_chance_is_not_shrunk() -> None:
    chance = random.Random(1)

    def flaky(scenario: Scenario, precision: str) -> Observation:
        observation = as_dialect()(scenario, precision)
        if chance.random() < 0.3:
            observation.weights[-1] += 1.0
        return observation

    session = Scripted(flaky)
    (finding,) = conducted(campaign(), session).findings
    assert finding.cause == ("unsteady",)
    assert finding.cases > 3
    assert session.asked < 100


def test_a_target_that_dies_at_every_case_is_given_up() -> None:
    session = Scripted(lambda scenario, _: Observation(np.zeros((0, scenario.size)), fault=DEAD))
    outcome = conducted(campaign(), session, cases=1000)
    assert outcome.ended == "deaths"
    assert outcome.cases < 20
    assert session.asked < 100
    (finding,) = outcome.findings
    assert finding.cause[:3] == ("fault", "0", "crashes")


def test_what_is_declined_is_no_difference() -> None:
    fault = Fault("unsupported", "no such thing")
    session = Scripted(lambda scenario, _: Observation(np.zeros((0, scenario.size)), fault=fault))
    outcome = conducted(campaign(), session)
    assert outcome.findings == []
    assert set(outcome.kinds) == {"declined"}


@pytest.mark.parametrize("edge", alike([True, False]))
def test_edges_count_where_that_is_asked_for(edge: bool) -> None:
    def careful(scenario: Scenario, precision: str) -> Observation:
        observation = as_dialect()(scenario, precision)
        finite = np.where(np.isfinite(observation.weights), observation.weights, 0.0)
        return Observation(finite)

    outcome = conducted(campaign(edge=edge), Scripted(careful), cases=50)
    assert outcome.differing_edges > 2
    assert [finding.cause[0] for finding in outcome.findings] == ["unexplained"] * edge


def test_two_targets_that_differ_are_told_apart_by_what_each_is() -> None:
    given = campaign(target("one"), target("other"))
    sessions = Scripted(as_dialect()), Scripted(as_dialect("epsilon=inside"))
    (finding,) = conducted(given, *sessions, knows=known(Dialect(), INSIDE)).findings
    assert finding.cause == ("known", 0)
    assert finding.parting is not None
    assert finding.parting.weights == (1 - 1 / (math.sqrt(0.5) + 1), 1 - 1 / math.sqrt(1.5))


def test_two_targets_of_one_dialect_that_is_not_claimed_do_not_differ() -> None:
    given = campaign(target("one"), target("other"))
    sessions = Scripted(as_dialect("epsilon=inside")), Scripted(as_dialect("epsilon=inside"))
    outcome = conducted(given, *sessions, knows=known(INSIDE, INSIDE))
    assert outcome.findings == []
    assert outcome.kinds["equal"] > 15


# -- how a campaign is cut -------------------------------------------------------------------------


@pytest.mark.parametrize("cases", [1, 49, 50, 51, 1000, 12_345])
def test_waves_hold_every_case_once(cases: int) -> None:
    chunks = [chunk for wave in waves(Budget(cases)) for chunk in wave]
    assert [n for start, size in chunks for n in (start, start + size)][1:-1:2] == [
        start for start, _ in chunks[1:]
    ]
    assert sum(size for _, size in chunks) == cases


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of ten cases, so that a wave of two is soon done."""
    monkeypatch.setattr("harness.fuzzing.campaign._LEAST", 10)


@pytest.mark.slow
@pytest.mark.usefixtures("small_chunks")
def test_chunks_in_any_order_find_the_same() -> None:
    given = campaign()
    wrong = as_dialect("state=reset")

    def backwards(chunks: Sequence[Chunk]) -> Iterator[tuple[int, Any]]:
        for place in reversed(range(len(chunks))):
            tally = Tally()
            sessions: Any = [Scripted(wrong)]
            scan(given, chunks[place], sessions, tally)
            yield place, tally

    does = known(Dialect(["state=reset"]))
    forth = conducted(given, Scripted(wrong), cases=30, knows=does)
    back = conducted(given, Scripted(wrong), cases=30, knows=does, scanned=backwards)
    assert [(f.cause, f.cases, f.first, f.entry) for f in forth.findings] == [
        (f.cause, f.cases, f.first, f.entry) for f in back.findings
    ]
    assert [finding.cause for finding in forth.findings] == [("known", 0)]
    assert forth.kinds == back.kinds


def losing(given: Campaign, reason: str, lost: Callable[[int], bool]) -> Any:
    """Scan chunks, some of which are lost, by where they start."""

    def scanned(chunks: Sequence[Chunk]) -> Iterator[tuple[int, Any]]:
        for place, chunk in enumerate(chunks):
            tally = Tally()
            sessions: Any = [Scripted(as_dialect())]
            scan(given, chunk, sessions, tally)
            yield place, Lost(reason) if lost(chunk.start) else tally

    return scanned


@pytest.mark.usefixtures("small_chunks")
def test_a_chunk_that_ends_its_workers_is_reported_and_the_rest_goes_on() -> None:
    given = campaign()
    scanned = losing(given, "killed", lambda start: start == 10)
    outcome = conducted(given, Scripted(as_dialect()), cases=30, scanned=scanned)
    assert outcome.lost == [(10, 10, "killed")]
    assert outcome.cases == 20


@pytest.mark.usefixtures("small_chunks")
def test_a_wave_that_comes_back_undone_ends_it_and_is_said_once() -> None:
    given = campaign()
    scanned = losing(given, "gone", bool)
    outcome = conducted(given, Scripted(as_dialect()), cases=500, scanned=scanned)
    assert (outcome.ended, outcome.cases) == ("lost", 10)
    assert outcome.lost == [(10, 20, "gone")]


def interrupted(at: int) -> Scripted:
    """Has epsilon inside, and is interrupted where it is asked so often."""
    asked = 0

    def answer(scenario: Scenario, precision: str) -> Observation:
        nonlocal asked
        asked += 1
        if asked == at:
            raise KeyboardInterrupt
        return as_dialect("epsilon=inside")(scenario, precision)

    return Scripted(answer)


def test_ctrl_c_keeps_what_was_found() -> None:
    outcome = conducted(campaign(), interrupted(70), cases=500, knows=known(INSIDE))
    assert outcome.interrupted
    (finding,) = outcome.findings
    assert finding.case is not None
    assert not finding.shrunk


def test_ctrl_c_keeps_what_was_not_looked_into() -> None:
    (finding,) = conducted(campaign(), interrupted(30)).findings
    assert finding.cause == ("unexamined",)
    assert finding.case is not None


# -- guidance --------------------------------------------------------------------------------------


def test_deviations_that_plain_numbers_hide_are_drawn_for() -> None:
    drawn = guide((target(),), edge=False)
    counts = {REGIMES[place].name: drawn.count(place) for place in drawn}
    assert drawn[0] == 0
    assert counts["zeros"] > counts["plain numbers"]  # where sparse updates show
    assert guide((target(),), edge=False) == drawn


def test_the_first_cases_would_show_nearly_every_neighbour() -> None:
    given = campaign()
    found = conducted(given, Scripted(as_dialect()), cases=50, measured=True)
    assert found.neighbours == len(neighbours(target()))
    assert found.unseen is not None
    assert len(found.unseen) < 6
