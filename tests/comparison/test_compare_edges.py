"""Comparison where it is decided by little: every field, each order of goldens, odd numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from support import golden, observed, tiny

from harness.comparison import replays as replaying
from harness.comparison.compare import Comparison, compare, compare_all
from harness.comparison.replays import Replays, equal_arithmetics
from harness.model.observation import Fault, flat_weights
from python_ref.dialects.dialect import Dialect
from python_ref.golden import Golden, make
from python_ref.numbers.arithmetic import PLAIN, Arithmetic, arithmetics
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import Replay, replay

LEFT = Arithmetic(square="left")
LARGEST = float(np.finfo(np.float64).max)


def played(g: Golden, arithmetic: Arithmetic = LEFT) -> np.ndarray:
    hypothesis = Hypothesis(g.dialect, arithmetic, g.precision)
    return np.asarray(replay(g.scenario, [hypothesis]).weights[0])


# -- every field ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind", "precision", "family"),
    [
        ("page-ten-steps", "core", "float64", "float64"),
        ("decay-zero", "edge", "float32_double", "float32"),
    ],
)
def test_a_comparison_says_whose_and_of_what_kind_it_is(
    name: str, kind: str, precision: str, family: str
) -> None:
    g = golden(name, precision)
    same = {"golden": g.name, "kind": kind, "family": family, "moves": True, "moved": True}
    whole = Comparison(
        **same,
        fault=None,
        equal=(PLAIN,),
        within=True,
        first=None,
        largest_ulp=0,
    )
    assert compare(g, observed(g), [PLAIN]) == whole
    weights = g.weights.copy()
    weights[0, 0] = 9.0
    off = compare(g, observed(g, weights=weights), [PLAIN])
    assert off.first is not None
    assert off == replace(whole, equal=(), within=False, first=off.first, largest_ulp=off.first.ulp)
    assert off.first.golden == g.name
    # A fault after the last step: all numbers are there and right, and it is not whole.
    fault = Fault("crashes", "it broke at the end")
    broken = compare(g, observed(g, fault=fault), [PLAIN])
    assert broken == replace(whole, fault=fault, equal=(), within=False)


def test_a_golden_that_does_not_move_is_met_by_standing_still() -> None:
    g = make(tiny(learning_rate=0.0), Dialect(), "float64")
    found = compare(g, observed(g), [PLAIN])
    assert (found.moves, found.moved, found.equal) == (False, False, (PLAIN,))


# -- numbers that are not finite, or far apart -------------------------------------------------


def unmoved(g: Golden, value: float) -> np.ndarray:
    weights = g.weights.copy()
    weights[-1, -1] = value
    return weights


@pytest.mark.parametrize("expected", [math.inf, -math.inf, LARGEST])
@pytest.mark.parametrize("value", [-math.inf, -LARGEST, math.inf])
def test_infinite_and_huge_distances_are_measured_in_silence(expected: float, value: float) -> None:
    """Opposite ends are further apart than int64 holds; nothing is written about overflow."""
    g = make(tiny(), Dialect(), "float64")
    g = replace(g, weights=unmoved(g, expected))
    found = compare(g, observed(g, weights=unmoved(g, value)), [LEFT])
    if expected == value:
        assert (found.first, found.largest_ulp, found.within) == (None, 0, True)
    else:
        assert found.first is not None
        assert found.first.ulp == found.largest_ulp
        assert not found.within
        assert (found.first.step, found.first.array, found.first.index) == (2, "b", 0)


def test_distances_are_measured_beside_what_is_not_a_number() -> None:
    g = make(tiny(), Dialect(), "float64")
    for nan_in_golden in False, True:
        weights = g.weights.copy()
        weights[0, 1] = np.nextafter(weights[0, 1], 1.0)
        expected = g.weights.copy()
        (expected if nan_in_golden else weights)[0, 0] = math.nan
        given = replace(g, weights=expected)
        assert compare(given, observed(g, weights=weights), [PLAIN]).largest_ulp == 1
    nothing = np.full_like(g.weights, math.nan)
    assert compare(g, observed(g, weights=nothing), [PLAIN]).largest_ulp is None


# -- in which arithmetics -------------------------------------------------------------------------


def pairs(*goldens: Golden) -> list[tuple[Golden, Any]]:
    return [(g, observed(g, weights=played(g))) for g in goldens]


def test_goldens_narrow_the_arithmetics_from_short_to_long_and_from_core_to_edge() -> None:
    """In whatever order they come: each is asked what the ones before it left."""
    short, long, edge = (golden(n) for n in ("page-one-step", "mixed-scales", "decay-zero"))
    alone = {
        g.name: set(compare(g, o, arithmetics("float64")).equal) for g, o in pairs(edge, short)
    }
    for order in (short, long, edge), (edge, long, short), (long, edge, short):
        found = {c.golden: set(c.equal) for c in compare_all(pairs(*order))}
        assert found[short.name] == alone[short.name]
        assert LEFT in found[long.name] < found[short.name]
        assert found[edge.name] == found[long.name] & alone[edge.name] != alone[edge.name]


@pytest.mark.parametrize("precision", ["float64", "float32", "float32_double"])
def test_the_arithmetics_of_a_precision_are_listed_in_its_order(precision: str) -> None:
    short, long = (golden(name, precision) for name in ("page-one-step", "mixed-scales"))
    found, _ = compare_all(pairs(short, long))
    assert len(found.equal) > 1
    asked = arithmetics(precision)
    assert found.equal == compare(short, observed(short, weights=played(short)), asked).equal


def test_what_is_not_whole_or_at_an_edge_narrows_nothing() -> None:
    short, long = golden("page-one-step"), golden("mixed-scales")
    fault = Fault("crashes", "it broke")
    broken = observed(short, weights=short.weights[:0], fault=fault)
    found = compare_all([(short, broken), *pairs(long)])
    assert (found[0].fault, found[0].equal) == (fault, ())
    assert LEFT in found[1].equal
    wrong, right = golden("decay-zero"), golden("nan-gradient")
    for first, second in (wrong, right), (right, wrong):
        off = observed(first, weights=first.weights + 1.0)
        found = compare_all([*pairs(long), (first, off), *pairs(second)])
        assert found[1].equal == ()
        assert LEFT in found[2].equal


def test_a_golden_without_elements_is_equal_in_every_arithmetic_asked_about() -> None:
    nothing = {"w": np.zeros(0)}
    fed = Scenario("empty", "", 0.1, 0.9, 1e-8, nothing, [nothing, nothing])
    g = make(fed, Dialect(), "float64")
    asked = arithmetics("float64")
    assert compare(g, observed(g), asked).equal == tuple(asked)


def test_an_arithmetic_is_stepped_once_for_all_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    stepped: list[list[Arithmetic]] = []

    def counted(fed: Scenario, hypotheses: Sequence[Hypothesis]) -> Replay:
        stepped.append([h.arithmetic for h in hypotheses])
        return replay(fed, hypotheses)

    monkeypatch.setattr(replaying, "replay", counted)
    replays = Replays()
    g = golden("mixed-scales")
    first = Arithmetic(quotient="divide_first")
    left = observed(g, weights=played(g, LEFT))
    for _ in range(2):
        assert compare(g, left, [LEFT, first], replays).equal == (LEFT,)
    assert compare(g, left, [first, PLAIN, LEFT], replays).equal == (LEFT,)
    assert stepped == [[LEFT, first], [PLAIN]]
    monkeypatch.setattr(Replays, "NUMBERS", 3 * g.weights.size)
    other = golden("mixed-arrays")
    assert PLAIN in compare(other, observed(other), [LEFT, PLAIN], replays).equal
    assert compare(g, left, [LEFT, first], replays).equal == (LEFT,)
    assert len(stepped) == 3, "what is full is emptied before the next, not after"
    reciprocal = Arithmetic(quotient="reciprocal")
    assert compare(g, left, [reciprocal, LEFT], replays).equal == (LEFT,)
    assert compare(g, left, [reciprocal, LEFT], replays).equal == (LEFT,)
    assert stepped[3:] == [[reciprocal], [LEFT]]
    assert compare(g, left, [LEFT, first], Replays()).equal == (LEFT,)
    assert stepped[-1] == [LEFT, first], "another run remembers nothing of it"


def test_a_long_golden_is_compared_without_being_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Golden] = []
    weights = Replays.weights

    def counted(replays: Replays, fed: Golden, asked: Sequence[Arithmetic]) -> Any:
        kept.append(fed)
        return weights(replays, fed, asked)

    monkeypatch.setattr(Replays, "weights", counted)
    g = golden("mixed-scales")
    for most, kept_then in (g.weights.size - 1, 0), (g.weights.size, 1):
        monkeypatch.setattr(Replays, "NUMBERS_EACH", most)
        port = observed(g, weights=played(g, LEFT))
        assert compare(g, port, [PLAIN, LEFT]).equal == (LEFT,)
        assert len(kept) == kept_then


# -- printed digits, steps that were not seen ---------------------------------------------------


def test_a_step_that_was_not_seen_differs_from_nothing_and_moves_nothing() -> None:
    g = golden("mixed-scales")
    seen = np.ones(g.scenario.steps, dtype=bool)
    seen[[0, 4]] = False
    rows = np.where(seen[:, None], g.weights, math.nan)
    whole = compare(g, observed(g, weights=rows, seen=seen), arithmetics("float64"))
    assert (whole.equal[0], whole.within, whole.first, whole.largest_ulp) == (PLAIN, True, None, 0)
    left = np.where(seen[:, None], played(g), math.nan)
    assert compare(g, observed(g, weights=left, seen=seen), [PLAIN, LEFT]).equal == (LEFT,)
    off = rows.copy()
    off[5, 1] += 1.0
    parted = compare(g, observed(g, weights=off, seen=seen), [PLAIN])
    assert parted.first is not None
    assert (parted.equal, parted.within, parted.first.step, parted.moved) == ((), False, 6, True)
    unmoved = np.where(seen[:, None], flat_weights(g.scenario), math.nan)
    assert not compare(g, observed(g, weights=unmoved, seen=seen), [PLAIN]).moved


def test_a_long_golden_is_compared_where_it_was_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Replays, "NUMBERS_EACH", 1)
    g = golden("mixed-scales")
    seen = np.arange(g.scenario.steps) % 3 == 0
    rows = np.where(seen[:, None], played(g), math.nan)
    assert compare(g, observed(g, weights=rows, seen=seen), [PLAIN, LEFT]).equal == (LEFT,)


def test_printed_digits_are_within_rounding_never_equal() -> None:
    """Half a unit of the last digit more than the envelope, and no more."""
    g = golden("page-ten-steps")
    rounding = 5e-7
    for shift, within in ((0.0, True), (rounding, True), (1.01 * rounding, False)):
        weights = g.weights + np.where(np.arange(g.weights.size).reshape(g.weights.shape), 0, shift)
        c = compare(g, observed(g, weights=weights, rounding=rounding), [PLAIN])
        assert (c.equal, c.within) == ((), within)


def test_steps_that_were_not_seen_are_passed_over() -> None:
    g = golden("page-ten-steps")
    rows, seen = g.weights.copy(), np.ones(g.scenario.steps, dtype=bool)
    seen[[0, 4]] = False
    rows[~seen] = math.nan
    asked = arithmetics("float64")
    given = g.scenario, g.dialect, g.precision

    def found(observed_rows: np.ndarray) -> tuple[Arithmetic, ...]:
        return equal_arithmetics(*given, observed_rows, asked, seen=seen)

    assert PLAIN in found(rows)
    for step in 1, 9:
        off = rows.copy()
        off[step, 0] += 1.0
        assert found(off) == ()


def test_what_prints_the_same_is_equal_and_a_bit_further_is_not() -> None:
    """Half a unit of the last digit, and a bit for the digits read: both to the edge."""
    fed = tiny(learning_rate=0.0)  # 0.5, -0.25, 0.75 throughout
    rounding = 2.0**-20
    unit = 2.0**-53  # the last bit of what lies between 0.5 and 1

    def prints(value: float) -> bool:
        rows = np.array([[value, -0.25, 0.75]] * 2)
        found = equal_arithmetics(fed, Dialect(), "float64", rows, [PLAIN], rounding=rounding)
        return found == (PLAIN,)

    assert prints(0.5)
    assert prints(0.5 - rounding)
    assert prints(0.5 + rounding)
    assert prints(0.5 + rounding + unit)
    assert not prints(0.5 + rounding + 2 * unit)
    assert not prints(-0.5)


def test_what_is_not_finite_prints_as_itself() -> None:
    inf = {"w": np.array([math.inf, math.nan]), "b": np.array([-math.inf])}
    fed = tiny(weights=inf, learning_rate=0.0)
    rows = np.array([[math.inf, math.nan, -math.inf]] * 2)
    given = fed, Dialect(), "float64"
    assert equal_arithmetics(*given, rows, [PLAIN], rounding=0.5) == (PLAIN,)
    assert equal_arithmetics(*given, -rows, [PLAIN], rounding=0.5) == ()


@pytest.mark.parametrize(("name", "moved"), [("page-ten-steps", True), ("decay-zero", False)])
def test_at_an_edge_what_is_no_number_any_more_was_not_updated(name: str, moved: bool) -> None:
    """A learning rate of 0 times an infinite gradient is NaN; elsewhere NaN is an update."""
    given = golden(name)
    weights = np.tile(flat_weights(given.scenario), (len(given.weights), 1))
    weights[-1, 0] = np.nan
    (found,) = compare_all([(given, observed(given, weights=weights))])
    assert found.moved == moved
