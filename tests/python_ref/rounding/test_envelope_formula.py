"""The envelope against its own statement: the recursion of `envelope`'s docstring in balls.

That the bound holds is tested elsewhere; here, that it is the bound stated and no wider one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from python_ref.dialects.dialect import Dialect
from python_ref.golden import DIRECTORY, load
from python_ref.rounding import envelope as exact
from python_ref.rounding.envelope import envelope
from python_ref.scenarios.scenario import Scenario

REFERENCE, INSIDE = Dialect(), Dialect(["epsilon=inside"])
PRECISIONS = ("float64", "float32", "float32_double")


def fed(
    gradients: Sequence[Sequence[float | None]],
    precision: str = "float64",
    weights: Sequence[float] = (0.5, -0.25),
    **given: float,
) -> Scenario:
    """Arrays of one element each; None for one that takes no part in a step."""
    names = [f"a{n}" for n in range(len(weights))]
    return Scenario(
        name="fed",
        catches="",
        **{"learning_rate": 0.01, "decay_rate": 0.9, "epsilon": 1e-8, **given},
        weights={name: np.array([w]) for name, w in zip(names, weights, strict=True)},
        gradients=[
            {n: np.array([g]) for n, g in zip(names, step, strict=True) if g is not None}
            for step in gradients
        ],
    ).in_precision(precision)


def stated(scenario: Scenario, precision: str, dialect: Dialect, kind: str) -> list[list[Any]]:
    """The recursion of the docstring, element after element, in balls of 256 bits."""
    arb = exact.flint().arb
    narrow = precision != "float64"
    u = arb(2) ** (-24 if narrow else -53)
    eta = arb(2) ** (-150 if narrow else -1075)
    lr, d, eps = (
        arb(float(np.float32(x)) if narrow else x)
        for x in (scenario.learning_rate, scenario.decay_rate, scenario.epsilon)
    )
    inside = dialect == INSIDE
    c = {"plain": arb(0), "incremental": 3 * (1 - d), "reverse_incremental": 2 * d}[kind]
    columns = []
    for name, array in scenario.weights.items():
        for n, initial in enumerate(array.tolist()):
            w, v, e, F, E = arb(initial), arb(0), arb(0), arb(0), arb(0)  # noqa: N806
            column = []
            for gradients in scenario.gradients:
                if name in gradients:
                    g = arb(float(gradients[name][n]))
                    before, v = v, d * v + (1 - d) * g * g
                    share = d * before / v if v > 0 else arb(0)
                    jump = c * abs(g * g - before) / v if v > 0 else arb(0)
                    e = share * (e + 2 * u) + (1 - share) * 4 * u + 2 * u + jump * u
                    F = d * F * (1 + 6 * u) + eta * (abs(g) + 3)  # noqa: N806
                    low = v - F if v > F else arb(0)
                    den, low_den = (
                        (x + eps).sqrt() if inside else x.sqrt() + eps for x in (v, low)
                    )
                    step = lr * g / den
                    w = w - step
                    under = abs(lr * g) * (1 / low_den - 1 / den)
                    under += eta / low_den + eta * (abs(lr) + abs(g) + 1)
                    E = E + (abs(step) + under) * (e / 2 + 5 * u) + under + u * (abs(w) + E)  # noqa: N806
                column.append(E)
            columns.append(column)
    return [list(row) for row in zip(*columns, strict=True)]


def assert_as_stated(scenario: Scenario, precision: str, dialect: Dialect, kind: str) -> None:
    """No lower, and higher by no more than the recursion's own rounding is charged for."""
    arb = exact.flint().arb
    bound = envelope(scenario, precision, dialect, kind)
    with exact.flint().ctx.workprec(exact.BITS):
        rows = zip(bound.tolist(), stated(scenario, precision, dialect, kind), strict=True)
        for row, wanted in rows:
            for value, least in zip(row, wanted, strict=True):
                most = least * (1 + 64 * scenario.steps * arb(2) ** -53)
                assert arb(value) >= least, (value, least)
                assert arb(value) <= most, (value, least)


ORDINARY = [[0.5, -3.0], [None, 1e-3], [-0.25, 0.0], [2.0, 20.0], [1e-4, -1e-2]]


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("dialect", [REFERENCE, INSIDE], ids=repr)
@pytest.mark.parametrize("kind", exact.CLASSES)
@pytest.mark.parametrize(
    "given",
    [
        {},
        {"decay_rate": 0.05, "epsilon": 0.5},
        {"decay_rate": 0.0},
        {"learning_rate": -30.0},
        {"epsilon": 1e200},
    ],
    ids=repr,
)
def test_the_envelope_is_as_stated(
    precision: str, dialect: Dialect, kind: str, given: dict[str, float]
) -> None:
    if precision != "float64" and "epsilon" in given:
        given = {**given, "epsilon": 0.5}
    assert_as_stated(fed(ORDINARY, precision, **given), precision, dialect, kind)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("dialect", [REFERENCE, INSIDE], ids=repr)
@pytest.mark.parametrize("kind", exact.CLASSES)
@pytest.mark.parametrize("learning_rate", [0.01, 2.0])
@pytest.mark.parametrize("epsilon", [1e-3, 1.0, 30.0])
def test_the_envelope_is_as_stated_where_squares_underflow(
    precision: str, dialect: Dialect, kind: str, learning_rate: float, epsilon: float
) -> None:
    """In units of the root of the smallest normal number, for every exponent about it."""
    unit = 2.0**-511 if precision == "float64" else 2.0**-63
    epsilon *= unit * unit if dialect == INSIDE else unit
    scales = 4.0 ** np.arange(-16, 16)
    gradients = [(scales * unit * factor).tolist() for factor in (1.0, -0.3, 0.0, 0.01, 2.5)]
    scenario = fed(
        gradients,
        precision,
        weights=np.zeros(len(scales)).tolist(),
        learning_rate=learning_rate,
        epsilon=epsilon,
    )
    assert_as_stated(scenario, precision, dialect, kind)


@pytest.mark.parametrize("kind", exact.CLASSES)
@pytest.mark.parametrize("epsilon", [0.5, 2.0**30, 2.0**90])
def test_the_envelope_is_as_stated_for_the_smallest_gradients(kind: str, epsilon: float) -> None:
    """Their squares are far below all doubles, and a large learning rate lets them count."""
    for dialect, smallest in (REFERENCE, 2.0**-1018), (INSIDE, 2.0**-950):
        gradients = [[f * smallest, f * 2.0**-700] for f in (1.0, -0.3, 3.0, 0.7)]
        scenario = fed(gradients, weights=[0.0, 0.0], learning_rate=1e300, epsilon=epsilon)
        assert_as_stated(scenario, "float64", dialect, kind)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("dialect", [REFERENCE, INSIDE], ids=repr)
def test_the_envelope_is_as_stated_where_the_average_never_leaves_zero(
    precision: str, dialect: Dialect
) -> None:
    largest = 2.0**480 if precision == "float64" else 2.0**50
    gradients = [[0.5, largest, 0.0], [-3.0, -largest, 0.0]]
    scenario = fed(gradients, precision, [0.5, -0.25, 1.0], decay_rate=1.0)
    assert_as_stated(scenario, precision, dialect, "plain")


@pytest.mark.parametrize("learning_rate", [1.0, 2.0**-80, 2.0**-145])
@pytest.mark.parametrize("epsilon", [4.0, 0.125])
def test_the_envelope_is_as_stated_where_the_step_itself_underflows(
    learning_rate: float, epsilon: float
) -> None:
    given = {"learning_rate": learning_rate, "epsilon": epsilon}
    gradients = [[2.0**-60, 2.0**-149, 3.0], [-(2.0**-61), 0.0, 1.0]]
    scenario = fed(gradients, "float32", [0.0, 0.0, 0.0], **given)
    for dialect in REFERENCE, INSIDE:
        assert_as_stated(scenario, "float32", dialect, "plain")


LIMIT = float(np.finfo(np.float64).max) / 2


@pytest.mark.parametrize(
    ("gradient", "weight", "given"),
    [
        # What is just not too large, and what is; no other intermediate is near the limit.
        pytest.param((0.0, 0.0), (LIMIT, math.nextafter(LIMIT, math.inf)), {}, id="weight"),
        pytest.param((LIMIT**0.5 * 0.99, LIMIT**0.5 * 1.01), (0.0, 0.0), {}, id="g*g"),
        pytest.param(
            (LIMIT / 1e200 * 0.99, LIMIT / 1e200 * 1.01),
            (0.0, 0.0),
            {"learning_rate": -1e200},
            id="rate*g",
        ),
        pytest.param(
            (LIMIT * 1e-160 * 0.99, LIMIT * 1e-160 * 1.01),
            (0.0, 0.0),
            {"decay_rate": 1.0, "epsilon": 1e-160},
            id="g/den",
        ),
        pytest.param(
            (LIMIT * 1e-250 * 0.99, LIMIT * 1e-250 * 1.01),
            (LIMIT / 2, LIMIT / 2),
            {"decay_rate": 1.0, "learning_rate": 1e100, "epsilon": 1e-150},
            id="rate*g/den",
        ),
    ],
)
def test_there_is_no_bound_above_half_the_largest_number(
    gradient: tuple[float, float], weight: tuple[float, float], given: dict[str, float]
) -> None:
    bound = envelope(fed([gradient], weights=weight, **given), "float64")
    assert np.isnan(bound).tolist() == [[False, True]]


@pytest.mark.parametrize(
    ("learning_rate", "epsilon"),
    [
        pytest.param((0.01, 0.01), (1.01 / LIMIT, 0.99 / LIMIT), id="1/den"),
        pytest.param(
            (LIMIT * 1e-150 * 0.99, LIMIT * 1e-150 * 1.01), (1e-150, 1e-150), id="rate/den"
        ),
    ],
)
def test_there_is_no_bound_where_a_factor_exceeds_half_the_largest_number(
    learning_rate: tuple[float, float], epsilon: tuple[float, float]
) -> None:
    for rate, eps, none in zip(learning_rate, epsilon, (False, True), strict=True):
        given = {"decay_rate": 1.0, "learning_rate": rate, "epsilon": eps}
        bound = envelope(fed([[1e-100]], weights=[0.0], **given), "float64")
        assert np.isnan(bound).tolist() == [[none]]


def test_the_limit_is_that_of_what_is_stored() -> None:
    largest = float(np.finfo(np.float32).max) / 2
    weights = [largest, float(np.nextafter(np.float32(largest), np.float32(np.inf)))]
    bound = envelope(fed([[0.0, 0.0]], "float32", weights), "float32")
    assert np.isnan(bound).tolist() == [[False, True]]


@pytest.mark.parametrize("epsilon", [1e-200, 1e300, 1e308])
def test_epsilon_inside_the_root_does_not_overflow_where_gradients_are_small(
    epsilon: float,
) -> None:
    scenario = fed([[1e-170, 1.0]], epsilon=epsilon, learning_rate=1e150)
    assert_as_stated(scenario, "float64", INSIDE, "plain")


def test_a_gradient_that_is_not_finite_leaves_the_other_elements_and_earlier_steps_bounded() -> (
    None
):
    for bad in math.inf, -math.inf, math.nan:
        bound = envelope(fed([[1e-170, 1e-170], [bad, 1e-170], [1.0, 1.0]]), "float64")
        assert np.isnan(bound).tolist() == [[False, False], [True, False], [True, False]]
        usual = envelope(fed([[1e-170, 1e-170], [1.0, 1e-170], [1.0, 1.0]]), "float64")
        np.testing.assert_array_equal(bound[0], usual[0])
        np.testing.assert_array_equal(bound[:, 1], usual[:, 1])


def test_the_envelopes_that_are_kept_are_these_to_the_last_bit() -> None:
    """A golden holds the bound of what is stored and that of a port, added."""
    short = [path for path in DIRECTORY.glob("*/*/*.json") if path.stat().st_size < 8000]
    assert len(short) > 50
    for golden in map(load, short):
        given = golden.scenario, golden.precision, golden.dialect
        wanted = envelope(*given, "plain") + envelope(*given)
        wanted[~np.isfinite(wanted)] = math.nan
        np.testing.assert_array_equal(golden.envelope, wanted, golden.name)
