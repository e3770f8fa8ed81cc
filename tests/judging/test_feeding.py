"""Feeding without any process: when it ends, and what a port that remembers answers again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from support import compared, observed

from harness.judging import feeding, judge
from harness.judging.drawn import drawn
from harness.judging.feeding import Feeder, answers_again, differs_alone, kind_of_memory
from harness.judging.goldens import Goldens
from harness.judging.memory import Memory
from harness.model.errors import UsageError
from harness.model.observation import Facts, Fault, Observation
from harness.model.words import GRADIENTS_CHANGED, STATE_LEAKS, UNSTEADY, WIDENED
from harness.ports.port import Port
from harness.transport.base import Description, Transport
from python_ref.dialects.dialect import Dialect
from python_ref.golden import Golden, make
from python_ref.scenarios.catalogue import scenarios
from python_ref.scenarios.scenario import Scenario

GOLDENS = [
    make(s, Dialect(), "float64")
    for s in scenarios("float64")
    if s.name in ("page-one-step", "page-ten-steps", "mixed-arrays", "zero-gradients")
]
SCENARIOS = [golden.scenario for golden in GOLDENS]
DEAD = Fault("crashes", "it died", fatal=True)
OBJECT = Port("p", "python", reference="m:O")


class Fed:
    """A transport whose answers are made up; `answer` is told how many were given since a start."""

    def __init__(self, answer: Callable[[Scenario, int], Observation]) -> None:
        self._answer = answer
        self.given = self.starts = 0
        self.last: Scenario | None = None

    def run_many(self, scenarios: Sequence[Scenario], precision: str) -> Iterator[Observation]:
        assert precision == "float64"
        for scenario in scenarios:
            self.given += 1
            self.last = scenario
            yield self._answer(scenario, self.given)

    def restart(self) -> None:
        self.starts += 1
        self.given = 0


def feeder(answer: Callable[[Scenario, int], Observation], seconds: float = np.inf) -> Feeder:
    return Feeder(cast(Transport, Fed(answer)), seconds)


def right(scenario: Scenario, _given: int = 0, **changes: Any) -> Observation:
    golden = next(g for g in GOLDENS if g.scenario is scenario)
    return observed(golden, **changes)


def fed(answer: Callable[[Scenario, int], Observation] = right) -> list[tuple[Golden, Observation]]:
    return list(zip(GOLDENS, feeder(answer).feed_all(SCENARIOS, "float64"), strict=True))


# -- when it ends ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dies", "words"),
    [
        ({1, 2, 3}, ["crashes", "crashes", "crashes", "not-run"]),
        ({2, 3, 4}, ["", "crashes", "crashes", "crashes"]),
        ({1, 2, 4}, ["crashes", "crashes", "", "crashes"]),
    ],
)
def test_three_deaths_in_a_row_end_it(dies: set[int], words: list[str]) -> None:
    found = feeder(lambda s, n: right(s, fault=DEAD if n in dies else None)).feed_all(
        SCENARIOS, "float64"
    )
    assert [o.fault.kind if o.fault else "" for o in found] == words
    unfed = [o for o in found if o.fault and o.fault.kind == "not-run"]
    assert all(o.fault and "died 3 times in a row" in o.fault.message for o in unfed)
    assert all(o.weights.shape == (0, SCENARIOS[-1].size) for o in unfed)


def test_what_raises_without_dying_is_fed_on() -> None:
    raises = Fault("crashes", "ValueError")
    found = feeder(lambda s, n: right(s, fault=raises)).feed_all(SCENARIOS, "float64")
    assert [o.fault for o in found] == [raises] * len(SCENARIOS)


@pytest.mark.parametrize(("seconds", "whole"), [(7.9, 2), (8.0, 3)])
def test_behind_a_ports_end_nothing_is_fed(
    seconds: float, whole: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]

    def slow(scenario: Scenario, _given: int) -> Observation:
        now[0] += 4.0
        return right(scenario)

    monkeypatch.setattr(feeding.time, "monotonic", lambda: now[0])
    found = feeder(slow, seconds).feed_all(SCENARIOS, "float64")
    words = [o.fault.kind if o.fault else "" for o in found]
    assert words == [""] * whole + ["not-run"] * (4 - whole)
    assert {o.seconds for o in found[:whole]} == {4.0}
    (message,) = {o.fault.message for o in found if o.fault}
    assert message == "its 8 s were used up"


def test_what_was_seen_beside_the_numbers_is_noted() -> None:
    seen = iter(
        [
            Facts("nowhere"),
            Facts("in place", gradients_changed=True),
            Facts("returned"),
            Facts(widened=True),
        ]
    )
    assert feeder(right).where == ""
    asked = feeder(lambda s, n: right(s, facts=next(seen)))
    asked.feed_all(SCENARIOS, "float64")
    assert (asked.where, asked.notes) == ("in place", [GRADIENTS_CHANGED, WIDENED])


# -- what it remembers ----------------------------------------------------------------------------


def leaks(scenario: Scenario, given: int) -> Observation:
    """Other weights, the later it is asked."""
    found = right(scenario)
    return replace(found, weights=found.weights + 1e-9 * (given > 1))


def test_what_answers_the_same_again_remembers_nothing() -> None:
    assert answers_again(feeder(right), fed()) == []


@pytest.mark.parametrize("differs", [1, 2])
def test_the_first_scenario_answered_otherwise_is_told_whichever_time(differs: int) -> None:
    def other(scenario: Scenario, given: int) -> Observation:
        found = right(scenario)
        return replace(found, weights=found.weights + (given == differs))

    ((golden, observation),) = answers_again(feeder(other), fed())
    assert golden is GOLDENS[0]
    assert (observation.weights != golden.weights).any()


def test_what_fails_again_is_told_and_what_is_not_fed_any_more_is_not() -> None:
    again = answers_again(feeder(lambda s, n: right(s, fault=DEAD)), fed())
    assert [o.fault for _, o in again] == [DEAD, DEAD]
    assert answers_again(feeder(right, seconds=0.0), fed()) == []
    assert answers_again(feeder(right), fed(lambda s, n: right(s, fault=DEAD))) == []


@pytest.mark.parametrize(
    ("port", "differs"),
    [(OBJECT, True), (Port("p", "c", command=("./p",)), True), (Port("p", "python"), False)],
)
def test_what_is_not_equal_is_asked_of_a_fresh_process(port: Port, differs: bool) -> None:
    """Only of a port that is not made anew for each scenario."""
    before = fed(leaks)
    again = compared("diverges")
    comparisons = [compared(), *[compared("diverges")] * 3, again]
    transport = Fed(leaks)
    asked = Feeder(cast(Transport, transport), np.inf)
    given = cast(Transport, transport)
    assert differs_alone(port, given, asked, before, comparisons) is differs
    assert transport.starts == differs
    # The one with the most behind it.
    assert transport.last is (SCENARIOS[3] if differs else None)
    same = [compared()] * 4
    assert not differs_alone(port, given, asked, before, same)


def test_what_is_wrong_alone_as_well_remembers_nothing() -> None:
    def wrong(scenario: Scenario, _given: int) -> Observation:
        found = right(scenario)
        return replace(found, weights=found.weights + 1.0)

    transport = Fed(wrong)
    asked = Feeder(cast(Transport, transport), np.inf)
    comparisons = [compared("diverges")] * 4
    assert not differs_alone(OBJECT, cast(Transport, transport), asked, fed(wrong), comparisons)


def test_chance_is_told_from_memory() -> None:
    drawing = np.random.default_rng(1)

    def chance(scenario: Scenario, _given: int) -> Observation:
        found = right(scenario)
        return replace(found, weights=found.weights + drawing.random())

    for answer, word in ((leaks, STATE_LEAKS), (chance, UNSTEADY)):
        transport = Fed(answer)
        asked = Feeder(cast(Transport, transport), np.inf)
        assert kind_of_memory(cast(Transport, transport), asked, fed()) == word
        assert transport.starts == 2


# -- whose goldens are vouched for ----------------------------------------------------------------


class Described(Fed):
    """A whole transport to a port that is exact, or off by a last bit."""

    name = "local"

    def __init__(self, off: float) -> None:
        super().__init__(lambda s, _: self._off(right(s), off))

    def describe(self) -> Description:
        return Description("python", ("float64",))

    @staticmethod
    def _off(seen: Observation, off: float) -> Observation:
        return replace(seen, weights=np.nextafter(seen.weights, seen.weights + off))


@pytest.mark.parametrize(("off", "refused"), [(0.0, False), (1.0, True)])
def test_an_envelope_is_computed_anew_where_a_port_is_right_only_inside_it(
    off: float, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To who is exact it says nothing, and it takes long."""
    monkeypatch.setattr(judge, "_unlike", lambda *_: [])
    wide = [replace(golden, envelope=golden.envelope + 1.0) for golden in GOLDENS]
    goldens = cast(Goldens, lambda _port, _precision: wide)
    transport = cast(Transport, Described(off))
    if not refused:
        assert all(c.equal for c in judge.ask(Port("p", "python"), transport, goldens).comparisons)
        return
    with pytest.raises(UsageError, match="its envelope is not what the reference computes"):
        judge.ask(Port("p", "python"), transport, goldens)


# -- what is drawn afresh -------------------------------------------------------------------------


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_a_seed_draws_the_same_again_and_another_other_numbers(precision: str) -> None:
    once, again, other = (drawn(seed, precision, SCENARIOS) for seed in (7, 7, 8))
    assert [s.name for s in once] == ["7-1", "7-2"]
    assert {s.catches for s in once} == {"a port that knows the test cases"}

    def numbers(found: Sequence[Scenario]) -> list[float]:
        steps = [arrays for s in found for arrays in (s.weights, *s.gradients)]
        return [x for step in steps for values in step.values() for x in values.tolist()]

    assert numbers(once) == numbers(again)
    assert not set(numbers(once)) & set(numbers(other))
    assert len(set(numbers(once))) == 2 * 5 * (1 + 6)
    assert all(0.1 <= abs(x) <= 2.0 for x in numbers(once))
    assert min(map(abs, numbers(once))) < 0.5
    assert max(map(abs, numbers(once))) > 1.5
    assert {len({x > 0 for x in s.weights["kernel"]}) for s in (*once, *other)} == {1, 2}
    stored = np.array(numbers(once)).astype(precision).astype(np.float64)
    assert (stored == numbers(once)).all()


def test_a_run_that_is_given_no_seed_has_one_of_its_own() -> None:
    assert len({Memory().seed for _ in range(4)}) == 4
    assert Memory(seed=7).seed == 7


def test_what_is_drawn_has_hyperparameters_that_were_fed_and_one_learning_rate() -> None:
    known = [
        replace(SCENARIOS[0], learning_rate=rate, learning_rates=(rate,) * SCENARIOS[0].steps)
        for rate in (0.25, 0.5)
    ]
    found = [s for seed in range(12) for s in drawn(seed, "float64", known)]
    assert {s.learning_rate for s in found} == {0.25, 0.5}
    assert all(not s.learning_rates for s in found)
    assert {(s.decay_rate, s.epsilon) for s in found} == {
        (SCENARIOS[0].decay_rate, SCENARIOS[0].epsilon)
    }
