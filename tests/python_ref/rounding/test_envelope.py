"""The rounding envelope against ball arithmetic, at its edge, and where there is none."""

from __future__ import annotations

import builtins
import math
from dataclasses import replace as with_fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import alike, scenario, singles

from python_ref.dialects.dialect import Dialect
from python_ref.dialects.evaluation import library_arithmetics
from python_ref.numbers.arithmetic import Arithmetic, arithmetics
from python_ref.numbers.ways import EMAS
from python_ref.rounding import envelope as exact
from python_ref.rounding.envelope import certify, envelope, exact_weights, running_envelopes
from python_ref.scenarios.catalogue import scenarios
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

PRECISIONS = ("float64", "float32", "float32_double")
FORMULAS = (Dialect(), Dialect(["epsilon=inside"]))
DECAYS = (0.01, 0.03, 0.1, 0.3, 0.5, 0.75, 0.9, 0.99, 0.999)


def drawn(precision: str, seed: int, decay_rate: float, small: bool, steps: int = 12) -> Scenario:
    """Gradients over eight decades with zeros among them; `small`: squares are subnormal."""
    rng = np.random.default_rng(seed)
    gradients = 10.0 ** rng.uniform(-4, 4, (steps, 3))
    epsilon = 10.0 ** rng.uniform(-9, 0)
    if small:
        middle = -161 if precision == "float64" else -22
        gradients = 10.0 ** (middle + rng.uniform(-4, 3, (steps, 3)))
        epsilon = 10.0 ** (middle + rng.uniform(-3, 3))
    gradients *= rng.choice([-1, 0, 1], gradients.shape, p=[0.4, 0.2, 0.4])
    return Scenario(
        name="drawn",
        catches="",
        learning_rate=10.0 ** rng.uniform(-4, 1),
        decay_rate=decay_rate,
        epsilon=epsilon,
        weights={"w": 10.0 ** rng.uniform(-3, 1, 3)},
        gradients=[{"w": row} for row in gradients],
    ).in_precision(precision)


def distances(weights: np.ndarray, balls: list[list[Any]]) -> np.ndarray:
    """How far weights (H, T, N) lie from the balls' centres, rounded down by at most 2**-50.

    A centre is split into two doubles; the balls' own radius, some 2**-200, is far below.
    """
    high = np.array([[float(ball.mid()) for ball in row] for row in balls])
    rows = zip(balls, high, strict=True)
    low = np.array(
        [[float((b - h).mid()) for b, h in zip(*row, strict=True)] for row in rows]
    ).reshape(high.shape)
    result: np.ndarray = np.abs((weights - high) - low) * (1 - 2.0**-50)
    return result


def kind(arithmetic: Arithmetic) -> str:
    if arithmetic.ema in exact.CLASSES:
        return arithmetic.ema
    # What is fused rounds less often than that which it is `within`.
    return EMAS[arithmetic.ema].within or "plain"


def listed(dialect: Dialect, precision: str) -> list[Arithmetic]:
    """Every arithmetic that an envelope is said to cover."""
    of_libraries = library_arithmetics(dialect, precision)
    return [*arithmetics(precision), *(a for a in of_libraries if a.enveloped)]


@pytest.mark.parametrize("precision", alike(PRECISIONS, 2))
@given(
    seed=st.integers(0, 2**32 - 1),
    decay_rate=st.sampled_from(DECAYS) | st.floats(0.01, 0.999),
    small=st.booleans(),
    dialect=st.sampled_from(FORMULAS),
)
@settings(max_examples=12)
def test_every_arithmetic_stays_within_the_bound_of_its_kind(
    precision: str, seed: int, decay_rate: float, small: bool, dialect: Dialect
) -> None:
    fed = drawn(precision, seed, decay_rate, small)
    orders = listed(dialect, precision)
    weights = replay(fed, [Hypothesis(dialect, order, precision) for order in orders]).weights
    away = distances(weights, exact_weights(fed, precision, dialect))
    for name in exact.CLASSES:
        rows = [row for row, order in enumerate(orders) if kind(order) == name]
        bound = envelope(fed, precision, dialect, name)
        assert not np.isnan(bound).any()
        assert (away[rows] <= bound).all()
        running = running_envelopes(fed, precision, [dialect], name)[0]
        assert (np.isnan(running) | (away[rows] <= running)).all()


SINGLES = singles("precision", "write")


@pytest.mark.parametrize("precision", alike(PRECISIONS))
def test_every_deviation_stays_within_its_running_bound(precision: str) -> None:
    fed = next(s for s in scenarios(precision) if s.name == "mixed-arrays")
    fed = with_fields(fed, gradients=fed.gradients[:3])
    if precision != "float64":
        fed = with_fields(fed, options={"momentum": 0.875, "weight_decay": 0.125, "clip": 1.0})
    dialects = [Dialect([deviation]) for deviation in SINGLES]
    bounds = running_envelopes(fed, precision, dialects)
    for dialect, bound in zip(dialects, bounds, strict=True):
        orders = listed(dialect, precision)
        weights = replay(fed, [Hypothesis(dialect, order, precision) for order in orders]).weights
        away = distances(weights, exact_weights(fed, precision, dialect))
        assert (np.isnan(bound) | (away <= bound)).all(), dialect
        # A centred average may be negative for all that can be said; else only NaN has none.
        unbounded = np.isnan(bound) & np.isfinite(weights[0])
        assert dialect.choice("centered") == "yes" or not unbounded.any(), dialect


@pytest.mark.slow
@given(seed=st.integers(0, 2**32 - 1), data=st.data())
@settings(max_examples=40)
def test_three_deviations_stay_within_their_running_bound(seed: int, data: st.DataObject) -> None:
    precision = data.draw(st.sampled_from(PRECISIONS))
    chosen = data.draw(
        st.lists(
            st.sampled_from(SINGLES), min_size=1, max_size=3, unique_by=lambda d: d.split("=")[0]
        )
    )
    fed = drawn(precision, seed, data.draw(st.sampled_from(DECAYS)), False, steps=5)
    constants = {"momentum": 0.875, "weight_decay": 0.125, "clip": 1.0, "decay": 0.25}
    constants |= {"mean_decay": 0.75, "decay_rate": 0.9375, "epsilon": 2.0**-10}
    constants |= {"learning_rate": 0.25}
    dialect = Dialect(chosen, constants)
    bound = running_envelopes(fed, precision, [dialect])[0]
    orders = listed(dialect, precision)
    weights = replay(fed, [Hypothesis(dialect, order, precision) for order in orders]).weights
    balls = exact_weights(fed, precision, dialect)
    away = distances(weights, balls)
    assert (np.isnan(bound) | (away <= bound)).all(), dialect


@pytest.mark.parametrize(
    ("name", "decay_rate", "ratio"), [("incremental", 0.01, 0.1), ("reverse_incremental", 0.99, 30)]
)
def test_incremental_orders_break_the_plain_bound(
    name: str, decay_rate: float, ratio: float
) -> None:
    """Their own absolute term is needed: the plain bound alone would accuse them."""
    rng = np.random.default_rng(1)
    fed = drawn("float64", 1, decay_rate, False)
    # Each gradient so many times the last: the average is far from the square it takes in.
    gradients = [{"w": rng.uniform(1, 2, 50) * ratio**t} for t in range(4)]
    fed = with_fields(fed, weights={"w": np.full(50, 1e-3)}, gradients=gradients, epsilon=1e-9)
    away = distances(
        replay(fed, [Hypothesis(arithmetic=Arithmetic(ema=name))]).weights[0],
        exact_weights(fed, "float64"),
    )
    assert (away > envelope(fed, "float64", Dialect(), "plain")).any()
    assert (away <= envelope(fed, "float64", Dialect(), name)).all()


def test_the_default_bound_is_the_largest_of_all_kinds() -> None:
    fed = drawn("float64", 3, 0.03, False)
    bounds = [envelope(fed, "float64", Dialect(), name) for name in exact.CLASSES]
    np.testing.assert_array_equal(envelope(fed, "float64"), np.max(bounds, axis=0))


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("deviations", [[], ["momentum=nesterov"]], ids=str)
def test_from_the_plain_arithmetic_to_another_are_the_bounds_of_both(
    precision: str, deviations: list[str]
) -> None:
    dialect = Dialect(deviations, {"momentum": 0.5} if deviations else {})
    inputs = scenario("page-ten-steps", precision)
    plain, largest = (envelope(inputs, precision, dialect, kind) for kind in ("plain", None))
    assert (plain < largest).any()
    np.testing.assert_array_equal(exact.radius(inputs, precision, dialect), plain + largest)


def test_the_running_bound_is_the_largest_of_all_kinds_too() -> None:
    fed, dialect = drawn("float64", 3, 0.03, False), Dialect(["momentum=nesterov"])
    fed = with_fields(fed, options={"momentum": 0.875})
    bounds = [envelope(fed, "float64", dialect, name) for name in exact.CLASSES]
    for name, bound in zip(exact.CLASSES, bounds, strict=True):
        running = running_envelopes(fed, "float64", [Dialect(), dialect], name)
        np.testing.assert_array_equal(running[1], bound)
    np.testing.assert_array_equal(envelope(fed, "float64", dialect), np.max(bounds, axis=0))
    assert not all((bound == bounds[0]).all() for bound in bounds[1:])
    assert np.isfinite(bounds).all()
    narrow = envelope(fed.in_precision("float32"), "float32", dialect)
    assert (narrow > 2.0**20 * envelope(fed, "float64", dialect)).all()


OWN = {"learning_rate": 0.0123, "decay_rate": 0.77, "epsilon": 3e-4}


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize(
    ("deviations", "given"),
    [
        (["learning_rate=ignored"], {"learning_rate": 0.0123}),
        (["decay_rate=ignored"], {"decay_rate": 0.77}),
        (["eps=ignored"], {"epsilon": 3e-4}),
        (["epsilon=inside", "eps=ignored"], {"epsilon": 3e-4}),
        (["learning_rate=ignored", "decay_rate=ignored", "eps=ignored", "epsilon=inside"], OWN),
    ],
    ids=str,
)
def test_constants_of_its_own_are_bounded_as_if_they_were_given(
    precision: str, deviations: list[str], given: dict[str, float]
) -> None:
    fed = edge("mixed-arrays", precision)
    replaced = with_fields(fed, **given).in_precision(precision)
    formula = Dialect([d for d in deviations if d.startswith("epsilon")])
    np.testing.assert_array_equal(
        envelope(fed, precision, Dialect(deviations, OWN)), envelope(replaced, precision, formula)
    )


@pytest.mark.parametrize("names", ["learning_rate", "learning_rate+decay_rate+epsilon"])
def test_hyperparameters_in_float_are_bounded_as_if_float_was_given(names: str) -> None:
    deviations = [f"float32_hyperparameters={names}", "epsilon=inside"]
    deviations += [f"{name}=ignored" for name in ("learning_rate", "decay_rate", "eps")]
    fed = edge("mixed-arrays")
    narrow = {name: float(np.float32(OWN[name])) for name in names.split("+")}
    np.testing.assert_array_equal(
        envelope(fed, "float64", Dialect(deviations, OWN)),
        envelope(with_fields(fed, **{**OWN, **narrow}), "float64", Dialect(["epsilon=inside"])),
    )


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("dialect", FORMULAS, ids=repr)
def test_every_short_core_scenario_is_certified(precision: str, dialect: Dialect) -> None:
    """As `golden verify` certifies all of them; the long one takes most of its time."""
    for fed in scenarios(precision):
        if fed.edge or fed.steps > 100:
            continue
        weights = replay(fed, [Hypothesis(dialect, precision=precision)]).weights[0]
        bound = envelope(fed, precision, dialect)
        assert not np.isnan(bound).any(), fed.name
        assert certify(fed, precision, weights, dialect, bound) == []


@pytest.mark.parametrize("precision", PRECISIONS)
def test_one_ulp_inside_is_certified_and_one_outside_is_not(precision: str) -> None:
    dtype = np.float64 if precision == "float64" else np.float32
    fed = next(s for s in scenarios(precision) if s.name == "mixed-arrays")
    weights = replay(fed, [Hypothesis(precision=precision)]).weights[0]
    bound = envelope(fed, precision)
    arb = exact.flint().arb
    with exact.flint().ctx.workprec(exact.BITS):
        ball = exact_weights(fed, precision)[2][1]
        edge = ball + arb(float(bound[2, 1]))
        inside = dtype(float(edge.mid()))
        while not arb(float(inside)) <= edge:
            inside = np.nextafter(inside, dtype(-np.inf))
        outside = np.nextafter(inside, dtype(np.inf))
    weights[2, 1] = inside
    assert certify(fed, precision, weights) == []
    weights[2, 1] = outside
    (violation,) = certify(fed, precision, weights)
    name, index = next(iter(fed.weights)), 1
    assert (violation.step, violation.array, violation.index) == (3, name, index)
    assert violation.stored == outside
    assert violation.distance > violation.bound == bound[2, 1]
    with exact.flint().ctx.workprec(exact.BITS):
        away = abs(arb(float(outside)) - ball)
    assert violation.distance == float(away.abs_upper())


def test_a_violation_is_located_in_its_array() -> None:
    fed = edge("late-array")
    weights = replay(fed, [Hypothesis()]).weights[0]
    weights[3, 4] += 1.0
    weights[4, 0] = math.nan
    found = [(v.step, v.array, v.index, v.bound) for v in certify(fed, "float64", weights)]
    bound, (first, late) = envelope(fed, "float64"), fed.weights
    assert found == [
        (4, late, 4 - len(fed.weights[first]), bound[3, 4]),
        (5, first, 0, bound[4, 0]),
    ]


def test_only_what_a_given_bound_covers_is_certified() -> None:
    fed = edge("single-element")
    weights = replay(fed, [Hypothesis()]).weights[0] + 0.5
    bound = np.full(weights.shape, 0.25)
    bound[1:3] = [[math.nan], [1.0]]
    found = [v.step for v in certify(fed, "float64", weights, bound=bound)]
    assert found == [1, *range(4, fed.steps + 1)]
    for dialect in FORMULAS:
        own = envelope(fed, "float64", dialect)[:, 0].tolist()
        assert [v.bound for v in certify(fed, "float64", weights, dialect)] == own


def test_the_oracle_takes_inputs_as_the_precision_stores_them() -> None:
    fed = edge("mixed-arrays")
    narrow = fed.in_precision("float32")

    def centers(of: Scenario, precision: str) -> list[list[float]]:
        return [[float(ball.mid()) for ball in row] for row in exact_weights(of, precision)]

    assert centers(fed, "float32") == centers(narrow, "float32") != centers(fed, "float64")


def test_a_weight_that_is_no_number_is_a_violation() -> None:
    fed = next(s for s in scenarios() if s.name == "single-element")
    weights = replay(fed, [Hypothesis()]).weights[0]
    weights[1, 0] = math.nan
    assert [violation.step for violation in certify(fed, "float64", weights)] == [2]


@pytest.mark.parametrize("deviation", ["epsilon=inside", "average=swapped", "state=reset"])
def test_another_dialect_is_not_certified(deviation: str) -> None:
    fed = next(s for s in scenarios() if s.name == "mixed-arrays")
    weights = replay(fed, [Hypothesis(Dialect([deviation]))]).weights[0]
    assert certify(fed, "float64", weights)


@pytest.mark.parametrize("deviation", ["epsilon=inside", "average=swapped", "state=reset"])
def test_a_dialect_is_certified_as_itself(deviation: str) -> None:
    fed, dialect = edge("mixed-arrays"), Dialect([deviation])
    weights = replay(fed, [Hypothesis(dialect)]).weights[0]
    assert certify(fed, "float64", weights, dialect) == []
    weights[2, 1] = (
        np.nextafter(weights[2, 1], math.inf) + 2 * envelope(fed, "float64", dialect)[2, 1]
    )
    assert [v.step for v in certify(fed, "float64", weights, dialect)] == [3]


def edge(name: str, precision: str = "float64") -> Scenario:
    return next(s for s in scenarios(precision) if s.name == name)


def test_no_bound_where_a_denominator_can_be_zero() -> None:
    bound = envelope(edge("epsilon-zero"), "float64")
    assert np.isnan(bound[:, 0]).all()
    assert not np.isnan(bound[:, 1:]).any()


@pytest.mark.parametrize("precision", PRECISIONS)
def test_no_bound_after_an_overflow(precision: str) -> None:
    bound = envelope(edge("huge-gradients", precision), precision)
    np.testing.assert_array_equal(np.isnan(bound[0]), [True, True, False])
    assert np.isnan(bound[-1]).all()


def test_no_bound_after_what_is_not_finite() -> None:
    bound = envelope(edge("nan-gradient"), "float64")
    np.testing.assert_array_equal(np.isnan(bound), [[True, False, False]] * 2)


def test_the_bound_of_an_array_that_takes_no_part_stays() -> None:
    bound = envelope(edge("late-array"), "float64")
    assert (bound[:2, 3:] == 0).all()
    np.testing.assert_array_equal(bound[3, :3], bound[2, :3])


def test_the_oracle_says_how_to_get_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def without_flint(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "flint":
            raise ImportError(name)
        return original(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_flint)
    fed = edge("single-element")
    with pytest.raises(exact.OracleMissingError) as raised:
        certify(fed, "float64", np.zeros((fed.steps, 1)))
    assert str(raised.value) == (
        "the certificate was not checked: it needs python-flint,"
        " `pip install 'python-flint>=0.8'` (or `pip install 'rmsproof[oracle]'`)"
    )
