"""Comparison: distances, the first divergence, the envelope to its edge, equality by arithmetic."""

from __future__ import annotations

import math
import struct
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support import alike, golden, observed, tiny

from harness.comparison.compare import compare, compare_all
from harness.comparison.distance import ulp_distance, unit_precision
from harness.comparison.traces import locate
from harness.model.observation import Fault
from python_ref.dialects.dialect import Dialect
from python_ref.golden import Golden, make
from python_ref.numbers.arithmetic import PLAIN, Arithmetic, arithmetics
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

WIDTHS = {
    "float64": (np.float64, 64),
    "float32": (np.float32, 32),
    "float32_double": (np.float32, 32),
}


def numbers(precision: str) -> st.SearchStrategy[float]:
    """Every number of a precision but NaN: zeros of both signs, subnormals, infinities."""
    return st.floats(allow_nan=False, width=WIDTHS[precision][1])


# -- ULP ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("precision", WIDTHS)
@given(data=st.data())
def test_neighbours_are_one_apart(precision: str, data: st.DataObject) -> None:
    dtype = WIDTHS[precision][0]
    a = data.draw(numbers(precision))
    assume(a != math.inf)
    with np.errstate(over="ignore"):  # the largest number's neighbour is infinity
        b = float(np.nextafter(dtype(a), dtype(np.inf)))
    assert ulp_distance(a, b, precision) == ulp_distance(b, a, precision) == 1


@pytest.mark.parametrize("precision", WIDTHS)
@given(data=st.data())
def test_distances_add_up(precision: str, data: st.DataObject) -> None:
    """With neighbours one apart, this makes the distance a count of what lies between."""
    a, b, c = sorted(data.draw(st.tuples(*[numbers(precision)] * 3)))
    parts = ulp_distance(a, b, precision), ulp_distance(b, c, precision)
    assert None not in parts
    assert ulp_distance(a, c, precision) == sum(filter(None, parts))


@pytest.mark.parametrize(
    ("a", "b", "precision", "ulp"),
    [
        (0.0, -0.0, "float64", 0),
        (5e-324, -5e-324, "float64", 2),
        (1.0, 1.0 + 2**-52, "float64", 1),
        (1.0, 1.0 - 2**-53, "float64", 1),
        (1.0, 2.0, "float64", 2**52),
        (1.0, 2.0, "float32", 2**23),
        (1.0, 2.0, "float32_double", 2**23),
        (math.inf, 1.7976931348623157e308, "float64", 1),
        (math.inf, math.inf, "float64", 0),
        (-math.inf, math.inf, "float64", 2 * 0x7FF0000000000000),
        (-math.inf, math.inf, "float32", 2 * 0x7F800000),
        (math.nan, 1.0, "float64", None),
        (1e300, math.inf, "float32", 0),
        (1.0, math.nan, "float32", None),
        (math.nan, math.nan, "float64", None),
    ],
)
def test_distances_at_the_corners(a: float, b: float, precision: str, ulp: int | None) -> None:
    assert ulp_distance(a, b, precision) == ulp


@pytest.mark.parametrize(
    ("precision", "value", "unit"),
    [
        ("float32", 0.5, "float32"),
        ("float32_double", 0.5, "float32_double"),
        ("float32", 0.1, "float64"),
        ("float64", 0.5, "float64"),
        ("float64", 0.1, "float64"),
    ],
)
def test_what_a_float_cannot_hold_is_measured_in_double(
    precision: str, value: float, unit: str
) -> None:
    assert unit_precision(precision, np.array([value])) == unit


@given(numbers("float64"), numbers("float64"))
def test_distance_is_that_of_the_bits(a: float, b: float) -> None:
    """Against the textbook's: sign and magnitude read from the eight bytes."""

    def ordinal(x: float) -> int:
        bits = int(struct.unpack("<q", struct.pack("<d", x))[0])
        return bits if bits >= 0 else -(bits + 2**63)

    assert ulp_distance(a, b, "float64") == abs(ordinal(a) - ordinal(b))


# -- the first divergence -----------------------------------------------------------------------


def nudged(g: Golden, changes: dict[tuple[int, int], float]) -> np.ndarray:
    weights = g.weights.copy()
    for where, value in changes.items():
        weights[where] = value
    return weights


def test_the_first_divergence_is_located() -> None:
    g = make(tiny(), Dialect(), "float64")
    there = compare(g, observed(g, weights=nudged(g, {(1, 2): 9.0})), [PLAIN]).first
    assert there is not None
    assert (there.golden, there.step, there.array, there.index) == (g.name, 2, "b", 0)
    assert (there.expected, there.observed) == (g.weights[1, 2], 9.0)
    assert there.ulp == ulp_distance(g.weights[1, 2], 9.0, "float64")


@pytest.mark.parametrize(
    ("changed", "step", "array", "index"),
    [
        ([(1, 0), (0, 2)], 1, "b", 0),
        ([(0, 2), (0, 1)], 1, "w", 1),
        ([(1, 1), (1, 2)], 2, "w", 1),
    ],
)
def test_first_is_the_earliest_step_then_the_first_element(
    changed: list[tuple[int, int]], step: int, array: str, index: int
) -> None:
    g = make(tiny(), Dialect(), "float64")
    first = compare(g, observed(g, weights=nudged(g, dict.fromkeys(changed, 7.0))), [PLAIN]).first
    assert first is not None
    assert (first.step, first.array, first.index) == (step, array, index)


def test_what_is_outside_goes_before_what_is_only_not_equal() -> None:
    """A last bit off at step 1 is rounding; what diverges comes at step 2."""
    g = make(tiny(), Dialect(), "float64")
    bit = float(np.nextafter(g.weights[0, 0], 1.0))
    assert abs(bit - g.weights[0, 0]) <= g.envelope[0, 0]
    c = compare(g, observed(g, weights=nudged(g, {(0, 0): bit, (1, 1): 3.0})), [PLAIN])
    assert c.first is not None
    assert (c.first.step, c.first.array, c.first.index, c.within) == (2, "w", 1, False)
    only = compare(g, observed(g, weights=nudged(g, {(0, 0): bit})), [PLAIN])
    assert only.first is not None
    assert (only.first.step, only.first.ulp, only.within, only.equal) == (1, 1, True, ())


def test_the_largest_distance_is_over_all_elements() -> None:
    g = make(tiny(), Dialect(), "float64")
    up = g.weights[1, 1]
    for _ in range(5):
        up = np.nextafter(up, 1.0)
    bit = np.nextafter(g.weights[0, 0], 1.0)
    c = compare(g, observed(g, weights=nudged(g, {(0, 0): bit, (1, 1): up})), [PLAIN])
    assert c.largest_ulp == 5
    assert compare(g, observed(g), [PLAIN]).largest_ulp == 0


@given(st.lists(st.integers(0, 9), min_size=1, max_size=5))
def test_elements_are_located_in_their_arrays(lengths: list[int]) -> None:
    names = [f"a{i}" for i in range(len(lengths))]
    s = Scenario("x", "", 0.1, 0.9, 1e-8, dict(zip(names, map(np.zeros, lengths), strict=True)), [])
    found = [locate(s, flat) for flat in range(sum(lengths))]
    assert found == [(n, i) for n, k in zip(names, lengths, strict=True) for i in range(k)]
    with pytest.raises(IndexError, match=f"x has {sum(lengths)} elements"):
        locate(s, sum(lengths))


# -- equal, within, outside ---------------------------------------------------------------------


@pytest.mark.parametrize("precision", WIDTHS)
@pytest.mark.parametrize("name", ["mixed-arrays", "mixed-scales", "thousand-steps", "late-array"])
@pytest.mark.parametrize("direction", [math.inf, -math.inf])
def test_the_envelope_holds_to_its_last_bit(precision: str, name: str, direction: float) -> None:
    """The farthest number inside conforms, its neighbour outside does not: at every element."""
    g = golden(name, precision)
    dtype = WIDTHS[precision][0]
    inside = (g.weights + math.copysign(1, direction) * g.envelope).astype(dtype)
    for _ in range(3):  # rounding the sum may have gone past the edge, or stayed a bit short of it
        past = np.abs(inside.astype(np.float64) - g.weights) > g.envelope
        inside = np.where(past, np.nextafter(inside, dtype(-direction)), inside)
    for _ in range(3):
        further = np.nextafter(inside, dtype(direction))
        fits = np.abs(further.astype(np.float64) - g.weights) <= g.envelope
        inside = np.where(fits, further, inside)
    assert compare(g, observed(g, weights=inside.astype(np.float64)), [PLAIN]).within
    outside = np.nextafter(inside, dtype(direction)).astype(np.float64)
    last = (g.weights.shape[0] - 1, g.weights.shape[1] - 1)
    for where in [(0, 0), last, (last[0] // 2, last[1] // 2)]:
        if not g.envelope[where]:
            continue
        c = compare(g, observed(g, weights=nudged(g, {where: outside[where]})), [PLAIN])
        assert not c.within
        assert c.first is not None
        assert c.first.step == where[0] + 1


def test_a_value_at_the_bound_itself_is_inside() -> None:
    g = make(tiny(), Dialect(), "float64")
    weights = g.weights + 2.0**-20  # a difference that is exact
    bounded = replace(g, envelope=np.abs(weights - g.weights))
    assert compare(bounded, observed(g, weights=weights), [PLAIN]).within


@pytest.mark.parametrize("precision", WIDTHS)
def test_equal_is_to_the_last_bit(precision: str) -> None:
    g = golden("mixed-arrays", precision)
    c = compare(g, observed(g), [PLAIN])
    assert (c.equal, c.within, c.first) == ((PLAIN,), True, None)
    dtype = WIDTHS[precision][0]
    bit = float(np.nextafter(dtype(g.weights[-1, -1]), dtype(np.inf)))
    assert compare(g, observed(g, weights=nudged(g, {(-1, -1): bit})), [PLAIN]).equal == ()


def test_nan_equals_nan_and_nothing_else() -> None:
    g = golden("nan-gradient")
    assert np.isnan(g.weights).any()
    assert compare(g, observed(g), [PLAIN]).equal == (PLAIN,)
    zeroed = np.nan_to_num(g.weights)
    c = compare(g, observed(g, weights=zeroed), [PLAIN])
    assert (c.equal, c.within) == ((), False)
    assert c.first is not None
    assert c.first.ulp is None
    plain = golden("page-one-step")
    c = compare(plain, observed(plain, weights=nudged(plain, {(0, 0): math.nan})), [PLAIN])
    assert (c.equal, c.within) == ((), False)


def test_where_nothing_bounds_rounding_only_equal_is_within() -> None:
    g = golden("huge-gradients")
    t, i = map(int, np.argwhere(np.isnan(g.envelope) & np.isfinite(g.weights))[0])
    bit = float(np.nextafter(g.weights[t, i], 9.0))
    assert not compare(g, observed(g, weights=nudged(g, {(t, i): bit})), [PLAIN]).within


def test_zeros_of_either_sign_are_one_number() -> None:
    zeros = {"w": np.zeros(2), "b": np.zeros(1)}
    g = make(tiny(weights=zeros, gradients=[zeros]), Dialect(), "float64")
    assert compare(g, observed(g, weights=-g.weights), [PLAIN]).equal == (PLAIN,)


@pytest.mark.parametrize("steps", [0, 1, 9])
def test_what_ended_early_is_compared_so_far_and_never_whole(steps: int) -> None:
    g = golden("page-ten-steps")
    fault = Fault("crashes", "it broke", step=steps + 1)
    c = compare(g, observed(g, weights=g.weights[:steps].copy(), fault=fault), [PLAIN])
    assert (c.fault, c.equal, c.within, c.first) == (fault, (), False, None)
    short = compare(g, observed(g, weights=g.weights[:steps].copy()), [PLAIN])
    assert (short.equal, short.within) == ((), False), "too few steps are not equal without a fault"


@pytest.mark.parametrize("golden_moves", [True, False])
@pytest.mark.parametrize("port_moves", [True, False])
def test_movement_is_seen_on_both_sides(golden_moves: bool, port_moves: bool) -> None:
    g = make(tiny(learning_rate=0.001 if golden_moves else 0.0), Dialect(), "float64")
    before = np.concatenate(list(g.scenario.weights.values()))
    weights = np.tile(before, (g.scenario.steps, 1))
    if port_moves:
        weights[-1, -1] += 1.0
    c = compare(g, observed(g, weights=weights), [PLAIN])
    assert (c.moves, c.moved) == (golden_moves, port_moves)


# -- arithmetics ----------------------------------------------------------------------------------


def played(g: Golden, arithmetic: Arithmetic) -> np.ndarray:
    hypothesis = Hypothesis(g.dialect, arithmetic, g.precision)
    return np.asarray(replay(g.scenario, [hypothesis]).weights[0])


CORE = ("page-one-step", "mixed-arrays", "mixed-scales", "sign-changes", "thousand-steps")


@pytest.mark.parametrize(
    ("precision", "arithmetic"),
    alike(
        [
            ("float64", Arithmetic(quotient="reciprocal", square="left")),
            ("float64", Arithmetic(ema="fused")),
            ("float32", Arithmetic(quotient="reciprocal", ema="reverse_incremental")),
            ("float32", Arithmetic(precision="float32_double", square="left")),
            ("float64", Arithmetic(square="left")),
            ("float64", Arithmetic(quotient="divide_first")),
            ("float64", Arithmetic(ema="incremental", quotient="rate_over_root")),
            ("float32", Arithmetic(square="left")),
            ("float32", Arithmetic(precision="float32_wide")),
        ],
        suite=4,
    ),
    ids=str,
)
def test_a_port_is_equal_in_the_arithmetic_it_uses(precision: str, arithmetic: Arithmetic) -> None:
    goldens = [golden(name, precision) for name in CORE]
    found = compare_all([(g, observed(g, weights=played(g, arithmetic))) for g in goldens])
    # They are narrowed from the shortest golden to the longest, which knows what is left.
    last = max(zip(goldens, found, strict=True), key=lambda pair: pair[0].weights.size)[1]
    assert arithmetic in last.equal
    assert PLAIN not in last.equal, "these goldens tell it from the plain one"
    assert all(c.equal and c.within for c in found)


def test_the_plain_arithmetic_is_listed_alone_where_it_equals_everywhere() -> None:
    goldens = [golden(name) for name in CORE]
    assert {c.equal for c in compare_all([(g, observed(g)) for g in goldens])} == {(PLAIN,)}


def test_comparisons_come_in_the_order_of_the_goldens() -> None:
    """Whatever order they are worked through in: long before short, edge before core."""
    goldens = [golden(name) for name in ("thousand-steps", "decay-zero", "page-one-step")]
    pairs = [(g, observed(g, weights=played(g, Arithmetic(square="left")))) for g in goldens]
    assert [c.golden for c in compare_all(pairs)] == [g.name for g in goldens]


def test_a_port_that_changes_its_arithmetic_is_equal_in_none_of_them() -> None:
    """It uses one order of operations here and another there: no arithmetic is common to both."""
    short, long = golden("mixed-scales"), golden("thousand-steps")
    here, there = Arithmetic(square="left"), Arithmetic(quotient="reciprocal")
    found = compare_all(
        [
            (short, observed(short, weights=played(short, here))),
            (long, observed(long, weights=played(long, there))),
        ]
    )
    assert here in found[0].equal
    assert there not in found[0].equal
    assert found[1].equal == ()
    assert all(c.within for c in found)


def test_every_listed_arithmetic_stays_inside_the_envelope() -> None:
    for precision in ("float64", "float32"):
        g = golden("mixed-scales", precision)
        listed = arithmetics(precision)
        every = replay(g.scenario, [Hypothesis(g.dialect, a, precision) for a in listed]).weights
        for arithmetic, weights in zip(listed, every, strict=True):
            assert compare(g, observed(g, weights=weights), [PLAIN]).within, str(arithmetic)


def test_a_deviation_does_not_stay_inside() -> None:
    g = golden("epsilon-as-large-as-the-gradient")
    inside = golden("epsilon-as-large-as-the-gradient", deviations=("epsilon=inside",))
    c = compare(g, observed(g, weights=inside.weights), arithmetics("float64"))
    assert (c.equal, c.within) == ((), False)
    assert replace(c, first=None).largest_ulp is not None
