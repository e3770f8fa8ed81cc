"""Candidates held to evidence, part by part: rounded inputs, no bound, libraries, roots."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from showing import REFERENCE, elements, shown

from harness.diagnosis import trial as trying
from harness.diagnosis.budget import Budget
from harness.diagnosis.explanation import Explanation
from harness.diagnosis.hypotheses import Deviations
from harness.diagnosis.trial import Surviving, Trial
from harness.model.evidence import Evidence
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.evaluation import library_arithmetics
from python_ref.numbers.arithmetic import PLAIN, Arithmetic

NOTHING: Deviations = ()
NESTEROV: Deviations = (("momentum", "nesterov"),)
FED = elements([0.5, -0.25, 2.0], [[1.0, -2.0, 0.5], [0.3, 0.7, -1.1]], learning_rate=0.013)


def trial(*evidence: Evidence, claim: Dialect = REFERENCE) -> Trial:
    return Trial(claim, evidence)


def fits(evidence: Evidence) -> bool:
    held = trial(evidence)
    return bool(held.within([(NOTHING, {})], evidence)[0][0])


# -- inputs that were rounded ---------------------------------------------------------------------


@pytest.mark.parametrize(("times", "near"), [(0.99, True), (1.01, False)])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_weight_may_be_off_by_what_its_inputs_lost(times: float, near: bool, sign: int) -> None:
    """What a first step does is the same for every gradient: the weight before it is all."""
    evidence = shown(elements([0.5, 0.25, 1.0], [[1.0, -2.0, 0.5]], epsilon=0.0))
    weights = evidence.weights + sign * times * 1e-3 * np.array([1.0, 0.0, 0.0])
    assert fits(replace(evidence, weights=weights, input_rounding=1e-3)) == near
    assert not fits(replace(evidence, weights=weights)), "nothing was lost"


@pytest.mark.parametrize(("times", "kept"), [(3.9, [0]), (4.1, [])])
def test_the_sieve_lets_pass_several_times_what_inputs_lost(times: float, kept: list[int]) -> None:
    still = shown(elements([1.0, 1.0, 1.0], [[0.0, 0.0, 0.0]], epsilon=1.0))
    # Steps of no length, but for what a gradient that was lost may have done.
    given = replace(still, input_rounding=1e-9)
    lost = 1e-9 + 1e-9 * still.scenario.learning_rate
    off = replace(given, weights=still.weights + times * lost)
    assert trial(off).sieved([(NOTHING, {})], off) == kept
    assert trial(off).sieved([(NOTHING, {})], replace(off, input_rounding=0.0)) == []


def test_the_sieve_allows_nothing_for_inputs_that_may_have_done_anything() -> None:
    """A gradient that may have been 0 with nothing beside the root."""
    evidence = shown(elements([0.5, 0.5], [[1e-3, 1e-3]]), Dialect(["epsilon=none"]))
    off = replace(evidence, weights=evidence.weights + 0.01, input_rounding=1e-3)
    assert trial(off, claim=Dialect(["epsilon=none"])).sieved([(NOTHING, {})], off) == []


def test_of_inputs_that_were_rounded_no_bit_is_equal() -> None:
    evidence = shown(FED)
    assert trial(evidence).equal(NOTHING, {}, evidence)
    assert trial(evidence).equal(NOTHING, {}, replace(evidence, input_rounding=1e-9)) == ()


# -- the sieve ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "kept"), [(1, [0]), (2, [])])
def test_of_three_elements_two_must_come_near(count: int, kept: list[int]) -> None:
    evidence = shown(FED)
    weights = evidence.weights.copy()
    weights[1, :count] += 1.0
    off = replace(evidence, weights=weights)
    assert trial(off).sieved([(NOTHING, {})], off) == kept


def test_how_near_is_near_may_be_asked_for() -> None:
    evidence = shown(FED)
    off = replace(evidence, weights=evidence.weights + 1e-6 * (evidence.weights - evidence.initial))
    for loose, kept in ((None, [0]), (1e-5, [0]), (1e-7, [])):
        assert trial(off).sieved([(NOTHING, {})], off, loose) == kept


def test_where_something_cancels_the_sieve_computes_in_the_precision_that_is_asked_for() -> None:
    centered: Deviations = (("centered", "yes"),)
    cancels = elements([0.5, 0.25], [[1.0, -3.0]] * 26, decay_rate=0.5)
    narrow = shown(cancels, Dialect(["centered=yes", "precision=float32"]))
    for precision, kept in (("", []), ("float32", [0])):
        assert trial(narrow).sieved([(centered, {})], narrow, None, precision) == kept
    floats = shown(cancels, Dialect(["centered=yes"]), precision="float32")
    assert trial(floats).sieved([(centered, {})], floats) == [0], "that of what was stored"


# -- what has no bound ----------------------------------------------------------------------------


@pytest.mark.parametrize(("off", "near"), [(0.9e-3, True), (1.1e-3, False)])
def test_where_rounding_has_no_bound_a_weight_must_come_near(off: float, near: bool) -> None:
    """A square near overflow has none; a thousandth of the way is near."""
    evidence = shown(elements([0.0, 0.5], [[1.2e154, 1.0]]))
    weights = evidence.weights.copy()
    weights[0, 0] *= 1 + off
    assert fits(replace(evidence, weights=weights)) == near


def test_what_has_no_bound_speaks_against_as_much_as_another_speaks_for() -> None:
    evidence = shown(elements([0.0, 0.5, 0.5], [[1.2e154, 1.0, 1.0]]))
    weights = evidence.weights * [[1 + 0.5e-3, 1.0, 1.0]]
    assert trial(replace(evidence, weights=weights)).speaking() == 1
    assert trial(evidence, replace(evidence, weights=weights + 1.0)).speaking() is None


def test_where_gradients_lost_bits_an_epsilon_of_its_own_may_be_off() -> None:
    evidence = shown(elements([0.5, 0.5], [[1e-310, 1.0]]))
    off = replace(evidence, weights=evidence.weights * [[1.5, 1.0]])
    scaled: Deviations = (("eps", "ignored"),)
    fits, _ = trial(off).within([(scaled, {"epsilon": 1e-8}), (NOTHING, {})], off)
    assert fits.tolist() == [True, False]


@pytest.mark.parametrize("value", [0.5, math.nan, math.inf])
@pytest.mark.parametrize("other", [0.5, math.nan, math.inf, -math.inf])
def test_a_number_and_none_are_outside_of_everything(value: float, other: float) -> None:
    evidence = shown(elements([0.5, value], [[1.0, 0.0]]))
    weights = evidence.weights.copy()
    weights[0, 1] = other
    assert fits(replace(evidence, weights=weights)) == (repr(value) == repr(other))


# -- in which order -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("most", "parts"), [(1, [1] * 5), (3, [1] * 5), (6, [2, 2, 1]), (100, [5])]
)
def test_so_many_numbers_of_all_candidates_are_looked_at_together(
    most: int, parts: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, float | None, str]] = []
    monkeypatch.setattr(trying, "_BATCH", most)
    monkeypatch.setattr(
        Trial,
        "sieved",
        lambda _, part, e, loose, name: asked.append((len(part), loose, name)) or [],
    )
    assert trial(shown(FED)).near([(NOTHING, {})] * 5, 0.25, "float32") == []
    assert asked == [(n, 0.25, "float32") for n in parts]


@pytest.mark.parametrize("more", [0, 1])
def test_a_few_that_are_equal_to_the_last_bit_need_no_envelope(
    more: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    within = Trial.within
    monkeypatch.setattr(
        Trial, "within", lambda self, c, e: asked.append(len(c)) or within(self, c, e)
    )
    evidence = shown(FED)
    candidates = [Surviving(NOTHING, {}) for _ in range(trying._FEW + more)]
    assert trial(evidence).holding(candidates, evidence) == candidates
    assert asked == [trying._FEW + 1] * more


def test_each_step_of_what_takes_time_asks_whether_there_is_any() -> None:
    evidence = shown(FED)
    asked: list[int] = []

    class Counting(Budget):
        def check(self) -> None:
            asked[-1] += 1

    one = Trial(REFERENCE, [evidence], Counting())
    inputs = replace(evidence, input_rounding=1e-9)
    for work, steps in (
        (lambda: one.sieved([(NOTHING, {})], evidence), 2),
        (lambda: one.equal(NOTHING, {}, evidence), 2),
        (lambda: one.within([(NOTHING, {})], evidence), 2 + 2),  # a replay and its envelope
        (lambda: one.within([(NOTHING, {})], inputs), 2 + 2 + 2),  # and what inputs lost
        (lambda: one.sieved([(NOTHING, {})], inputs), 2 + 2),
    ):
        asked.append(0)
        work()
        assert asked[-1] == steps


# -- libraries and roots --------------------------------------------------------------------------

PORT = Dialect(["momentum=nesterov"], {"momentum": 0.75})
CANDIDATE = (NESTEROV, {"momentum": 0.75})
LIBRARYS = Arithmetic(quotient="scaled_reciprocal")
_GRADIENTS = np.random.default_rng(4).normal(size=(8, 3))
LONG = elements([0.5] * 3, _GRADIENTS.tolist(), learning_rate=0.013)


def test_what_no_usual_order_equals_may_be_a_librarys() -> None:
    """Named only if all evidence is equal in it, each piece of one precision in the same."""
    first, second = shown(FED, PORT, LIBRARYS), shown(LONG, PORT, LIBRARYS)
    plain = shown(LONG, PORT)
    assert LIBRARYS in library_arithmetics(PORT, "float64")
    assert not trial(second).equal(*CANDIDATE, second)
    for pieces, exact in (([first, second], True), ([second, plain], False)):
        (found,) = trial(*pieces).borne_out([CANDIDATE])
        assert (found.arithmetic is not None) == exact
        if exact:
            assert found.arithmetic == (("float64", LIBRARYS),)


@pytest.mark.parametrize(("count", "asked"), [(2, True), (3, False)])
def test_of_more_than_can_be_asked_one_by_one_no_order_of_libraries_is_told(
    count: int, asked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "_MANY", 2)
    explanations = trial(shown(LONG, PORT, LIBRARYS)).borne_out([CANDIDATE] * count)
    assert [e.arithmetic is not None for e in explanations] == [asked] * count


def test_what_is_equal_but_for_roots_is_told_by_precision() -> None:
    fed = elements([1e-3, -2e-3], [[1.0, -2.0], [0.3, 0.7], [-1.1, 0.4]], learning_rate=0.013)
    pieces = [
        shown(fed.in_precision(p), PORT, replace(PLAIN, off=1), p) for p in ("float64", "float32")
    ]
    within = Explanation(*CANDIDATE)
    found = trial(*pieces).but_for_roots(within)
    assert replace(found, but_for_roots=()) == within
    assert [precision for precision, _ in found.but_for_roots] == ["float64", "float32"]
    assert all(order.off == 1 for _, order in found.but_for_roots)
    exact = replace(within, arithmetic=(("float64", PLAIN),))
    off = replace(pieces[0], weights=pieces[0].weights * (1 + 1e-9))
    for explanation, evidence in (
        (exact, pieces),
        (within, [replace(pieces[0], input_rounding=1e-9), pieces[1]]),
        (within, [off, pieces[1]]),
    ):
        assert trial(*evidence).but_for_roots(explanation) == explanation
