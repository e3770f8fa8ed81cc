"""One function makes every result: what it explains, from what, and what it remembers."""

from __future__ import annotations

import ast
import math
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from showing import shown
from support import REPOSITORY, golden, observed

from harness.comparison.compare import compare_all
from harness.diagnosis.diagnose import Diagnosis, Explanation
from harness.judging import memory as memory_of
from harness.judging.memory import Memory
from harness.judging.verdict import Result, conclude
from harness.model.evidence import Evidence, of_golden, of_probe
from harness.model.expectation import Expectation
from harness.model.observation import Fault, Observation
from harness.model.words import STATE_LEAKS, UNSTEADY
from harness.ports.port import Port
from python_ref.dialects.dialect import Dialect
from python_ref.golden import Golden
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

PORT = Port("mine", "python")
INSIDE = ("epsilon=inside",)


def by(fed: Golden, *deviations: str) -> Observation:
    """What a port with these deviations gives for a golden."""
    hypothesis = Hypothesis(Dialect(deviations), precision=fed.precision)
    return Observation(replay(fed.scenario, [hypothesis]).weights[0])


def of(pairs: Sequence[tuple[Golden, Observation]], **given: object) -> Result:
    evidence = [of_golden(g, o) for g, o in pairs]
    return conclude(PORT, "local", compare_all(pairs), evidence, **given)  # type: ignore[arg-type]


def test_what_could_not_be_asked_is_its_fault() -> None:
    fault = Fault("does-not-compile", "no such thing")
    result = conclude(PORT, "local", fault=fault)
    assert (result.verdict.word, result.verdict.fault, result.language) == (
        *("does-not-compile", fault),
        "python",
    )
    assert not result.as_expected
    known = replace(PORT, expectation=Expectation("does-not-compile"))
    assert conclude(known, "local", fault=fault).as_expected


def test_what_diverges_is_explained_and_what_does_not_is_not() -> None:
    fed = golden("mixed-arrays")
    assert of([(fed, by(fed, *INSIDE))]).deviations == INSIDE
    right = of([(fed, observed(fed))])
    assert (right.verdict.word, right.diagnosis, right.as_expected) == ("exact", None, True)


def test_an_expectation_is_held_against_the_deviations_named() -> None:
    fed = golden("mixed-arrays")
    pairs = [(fed, by(fed, *INSIDE))]
    port = replace(PORT, expectation=Expectation("diverges", frozenset(INSIDE)))
    given = compare_all(pairs), [of_golden(*pairs[0])]
    assert conclude(port, "local", *given).as_expected
    assert conclude(port, "local", *given, largest=0).unexpected == (
        "expected diverges (epsilon=inside)",
    )


def test_the_precision_a_port_is_explained_in_is_double_where_it_has_that() -> None:
    wide, narrow = golden("mixed-arrays"), golden("mixed-arrays", "float32")
    asked: list[str] = []

    class Asked(Memory):
        def diagnosis(self, _port: Port, evidence: Sequence[Evidence], *_: object) -> Diagnosis:
            asked.append(",".join(e.precision for e in evidence))
            return Diagnosis(None)

    for fed in (wide, narrow), (narrow,):
        of([(g, by(g, *INSIDE)) for g in fed], memory=Asked())
    assert asked == ["float64", "float32"]


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_a_port_that_fails_at_some_goldens_is_explained_at_the_others(precision: str) -> None:
    first, second = golden("mixed-arrays", precision), golden("page-one-step", precision)
    nothing = np.zeros((0, second.scenario.size))
    broken = Observation(nothing, fault=Fault("crashes", "it broke"))
    result = of([(first, by(first, *INSIDE)), (second, broken)])
    assert (result.verdict.word, result.diagnosis) == ("crashes", None)
    assert result.elsewhere is not None
    verdict, diagnosis = result.elsewhere
    assert (verdict.word, verdict.golden) == ("diverges", first.name)
    assert diagnosis is not None
    assert diagnosis.best is not None
    assert diagnosis.best.deviations == INSIDE


def test_edges_are_no_ground_for_a_name() -> None:
    edge = golden("decay-zero")
    assert edge.kind == "edge"
    result = of([(edge, by(edge, *INSIDE))], edge_decides=True)
    assert (result.verdict.word, result.diagnosis) == ("diverges", None)


@pytest.mark.parametrize(
    ("remembers", "deviations", "word"),
    [
        (STATE_LEAKS, (), "diverges"),
        (UNSTEADY, (), "exact"),
        (STATE_LEAKS, INSIDE, "diverges"),
    ],
)
def test_what_remembers_other_scenarios_gets_no_name(
    remembers: str, deviations: tuple[str, ...], word: str
) -> None:
    fed = golden("mixed-arrays")
    result = of([(fed, by(fed, *deviations))], remembers=remembers)
    assert (result.verdict.word, result.diagnosis, result.elsewhere) == (word, None, None)


def test_a_departure_that_is_not_searched_is_not_explained_by_the_claim(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    claimed = Diagnosis(Explanation(()))
    monkeypatch.setattr(memory_of, "diagnose", lambda *_, **__: claimed)
    fed = golden("mixed-arrays")
    result = of([(fed, by(fed, *INSIDE))])
    assert (result.verdict.word, result.diagnosis, result.deviations) == ("diverges", None, ())


def test_two_ways_that_show_the_same_at_once_are_diagnosed_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searches = []

    def slow(*_arguments: object, **_options: object) -> Diagnosis:
        searches.append(1)
        time.sleep(0.2)
        return Diagnosis(None)

    monkeypatch.setattr(memory_of, "diagnose", slow)
    memory = Memory()
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(memory.diagnosis, PORT, [], None, 3) for _ in range(2)]
    assert searches == [1]
    assert asked[0].result() is asked[1].result()


def test_the_same_bits_are_diagnosed_once_in_a_run_and_anew_in_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []

    def counted(
        _evidence: object, _claim: object, _probe: object, largest: int, **_: object
    ) -> Diagnosis:
        asked.append(largest)
        return Diagnosis(None)

    monkeypatch.setattr(memory_of, "diagnose", counted)
    evidence, other = [shown("mixed-arrays")], [shown("page-ten-steps")]
    memory = Memory()
    for given, largest in ((evidence, 3), (evidence, 3), (other, 3), (evidence, 2)):
        memory.diagnosis(PORT, given, None, largest)
    memory.diagnosis(replace(PORT, claim=Dialect(INSIDE)), evidence, None, 3)
    assert asked == [3, 3, 2, 3]
    Memory().diagnosis(PORT, evidence, None, 3)
    assert len(asked) == 5


@pytest.mark.parametrize(
    "change",
    [
        {"learning_rate": 0.25},
        {"options": {"momentum": 0.5}},
        {"gradients": [{"w": np.array([0.5])}]},
        {"weights": {"w": np.array([0.5])}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_was_fed_is_part_of_what_is_remembered(
    change: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two scenarios of one name after which the weights are the same have causes of their own."""
    asked: list[object] = []
    monkeypatch.setattr(memory_of, "diagnose", lambda e, *_, **__: asked.append(e))
    evidence = shown("mixed-arrays")
    memory = Memory()
    for fixed in ((), ("epsilon",)):
        memory.diagnosis(PORT, [evidence], None, 3, fixed)
    memory.diagnosis(
        PORT, [replace(evidence, scenario=replace(evidence.scenario, **change))], None, 3
    )
    assert len(asked) == 3


def test_no_other_module_makes_a_verdict_or_a_result() -> None:
    made = {
        path.relative_to(REPOSITORY)
        for path in (REPOSITORY / "harness").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("Verdict", "Result")
    }
    assert made == {Path("harness/judging/verdict.py")}


# -- evidence ---------------------------------------------------------------------------------


def test_evidence_has_what_was_observed_the_moving_average_too() -> None:
    fed = golden("page-ten-steps")
    average = fed.moving_average[:4].copy()
    cut = Observation(fed.weights[:4].copy(), average, Fault("crashes", "at step 5"))
    for evidence in of_golden(fed, cut), of_probe(fed.scenario, fed.precision, cut):
        assert evidence.steps == 4
        assert evidence.seen.tolist() == [True] * 4 + [False] * 6
        assert evidence.moving_average is not None
        for whole, part in (
            (evidence.weights, fed.weights),
            (evidence.moving_average, fed.moving_average),
        ):
            assert whole.shape == fed.weights.shape
            assert whole[:4].tolist() == part[:4].tolist()
            assert np.isnan(whole[4:]).all()
    assert of_golden(fed, observed(fed)).moving_average is None


def test_evidence_has_only_the_steps_that_were_seen() -> None:
    fed = golden("page-ten-steps")
    seen = np.arange(10) % 2 == 0
    rows = np.where(seen[:, None], fed.weights, math.nan)
    evidence = of_golden(fed, Observation(rows, seen=seen, rounding=5e-7))
    assert (evidence.seen.tolist(), evidence.rounding) == (seen.tolist(), 5e-7)
