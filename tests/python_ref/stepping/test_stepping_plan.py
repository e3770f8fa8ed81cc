"""The plan of the batched stepping: what is computed once, which numbers enter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace as with_fields
from itertools import combinations

import naive
import numpy as np
import pytest
from support import singles

from python_ref.dialects.dialect import Dialect
from python_ref.numbers.algebra import ALGEBRAS
from python_ref.numbers.arithmetic import Arithmetic
from python_ref.stepping.effective import hyperparameters
from python_ref.stepping.hypothesis import Hypothesis, Points
from python_ref.stepping.plan import Plan
from python_ref.stepping.stages import Stage, grouped
from python_ref.stepping.stepper import Stepper, replay

SINGLES = singles("precision")

# -- what is shared -------------------------------------------------------------------------------

STAGES = ("gradient", "average", "mean", "denominator", "quotient", "buffer", "weights")

# Where a deviation first makes a difference to the reference: from there on nothing is shared.
FIRST_APART = {
    "weight_decay=coupled": "gradient",
    "clip=norm": "gradient",
    "initial_average=one": "average",
    "initial_average=constant": "average",
    "average=sum": "average",
    "average=none": "average",
    "decay_rate=ignored": "average",
    "state=reset": "average",
    "state=stale": "denominator",
    "epsilon=none": "denominator",
    "eps=ignored": "denominator",
    "root=none": "denominator",
    "bias_correction=yes": "denominator",
    "numerator=sign": "quotient",
    "learning_rate=ignored": "quotient",
    "schedule=inverse_time": "quotient",
    "momentum=lr_out_of_buffer": "quotient",
    "momentum=nesterov": "buffer",
    "direction=ascent": "weights",
    "write=first_array": "weights",
    "weight_decay=decoupled": "weights",
    "mean_decay=ignored": "",
    "float32_hyperparameters=momentum": "",
}
# Beside the others, the last makes a difference from there on.
FIRST_APART_BESIDE = {
    ("epsilon=none", "eps=ignored"): "",
    ("average=none", "eps=ignored"): "",
    ("average=none", "decay_rate=ignored"): "",
    ("average=none", "bias_correction=yes", "decay_rate=ignored"): "",
    ("bias_correction=yes", "mean_decay=ignored"): "",
    ("initial_average=epsilon", "eps=ignored"): "average",
    ("momentum=lr_out_of_buffer", "learning_rate=ignored"): "buffer",
    ("momentum=lr_in_buffer", "float32_hyperparameters=momentum"): "buffer",
    ("numerator=mean_gradient", "mean_decay=ignored"): "mean",
    ("centered=yes", "mean_decay=ignored"): "mean",
    ("clip=value", "order=clip_after_average"): "gradient",
}


def planned(dialects: Sequence[Dialect]) -> Plan:
    given = naive.fed("float64")
    hypotheses = [Hypothesis(dialect) for dialect in dialects]
    return Plan(given, Points.of(hypotheses), ALGEBRAS["float64"])


def rows(plan: Plan) -> dict[str, int]:
    """How many distinct results each stage computes."""
    return {name: getattr(plan, name).rows for name in STAGES}


@pytest.mark.parametrize(
    ("shared", "deviation", "first"),
    [((), deviation, first) for deviation, first in FIRST_APART.items()]
    + [(beside, deviation, first) for (*beside, deviation), first in FIRST_APART_BESIDE.items()],
)
def test_what_does_not_differ_is_computed_once(
    shared: Sequence[str], deviation: str, first: str
) -> None:
    computed = rows(planned([Dialect(shared), Dialect([*shared, deviation])]))
    assert next((name for name in STAGES if computed[name] > 1), "") == first
    assert computed["weights"] == (2 if first else 1)


def test_a_mean_is_divided_whatever_the_gradient_in_its_place_would_have_been() -> None:
    beside = ["numerator=mean_gradient", "order=clip_after_average"]
    computed = rows(planned([Dialect(beside), Dialect([*beside, "clip=value"])]))
    assert computed["gradient"] == 2
    assert {computed[name] for name in STAGES[1:]} == {1}


def test_an_average_is_taken_whatever_the_gradient_is_clipped_to_later() -> None:
    beside = ["clip=value", "order=clip_after_average"]
    computed = rows(planned([Dialect(beside, {"clip": clip}) for clip in (0.1, 0.2)]))
    assert (computed["gradient"], computed["average"], computed["quotient"]) == (3, 1, 2)


@pytest.mark.parametrize("constant", ["momentum", "weight_decay", "clip", "mean_decay", "decay"])
def test_a_constant_that_does_not_enter_keeps_nothing_apart(constant: str) -> None:
    both = [Dialect(), Dialect([], {constant: 0.123})]
    assert set(rows(planned(both)).values()) == {1}


def test_rows_that_only_dropped_hypotheses_used_are_dropped() -> None:
    dialects = [
        Dialect(pair)
        for pair in combinations(SINGLES, 2)
        if pair[0].split("=")[0] != pair[1].split("=")[0]
    ]
    kept = np.random.default_rng(2).random(len(dialects)) < 0.05
    plan = planned(dialects)
    plan.keep(kept)
    anew = rows(planned([dialect for dialect, left in zip(dialects, kept, strict=True) if left]))
    for name, count in rows(plan).items():
        # Those that read no row of a stage name its first.
        assert anew[name] <= count <= anew[name] + 1, name


@pytest.mark.parametrize("deviations", [[], ["average=none"], ["numerator=mean_gradient"]])
def test_one_of_two_that_share_everything_may_be_dropped(deviations: list[str]) -> None:
    given = naive.fed("float64")
    both = [Hypothesis(Dialect(deviations)), Hypothesis(Dialect(deviations, {"clip": 1.0}))]
    stepper = Stepper(given, both)
    stepper.step()
    stepper.keep(np.array([False, True]))
    expected = replay(given, both[:1]).weights[:, 1]
    np.testing.assert_array_equal(stepper.step()[0], expected)


# -- the numbers that enter -----------------------------------------------------------------------

DEFAULTS = {
    "learning_rate": 0.37,
    "decay_rate": 0.3,
    "epsilon": 0.07,
    "momentum": 0.9,
    "weight_decay": 0.1,
    "clip": 0.3,
    "mean_decay": 0.6,
    "decay": 0.1,
    "gradient_scale": 0.5,
    "initial_average": 0.1,
    "factor": 0.8,
    "every": 2.0,
    "total": 20.0,
}


@pytest.mark.parametrize(
    ("deviations", "constants", "changed"),
    [
        ([], {}, {}),
        ([], {"learning_rate": 7, "decay_rate": 7, "epsilon": 7}, {}),
        ([], {"momentum": 0.5, "clip": 2, "decay": 1}, {"momentum": 0.5, "clip": 2, "decay": 1}),
        ([], {"mean_decay": 0.5}, {"mean_decay": 0.5}),
        (["learning_rate=ignored"], {}, {"learning_rate": 0.37 / 3}),
        (["learning_rate=ignored"], {"learning_rate": 0.5}, {"learning_rate": 0.5}),
        (["decay_rate=ignored"], {}, {"decay_rate": 0.95}),
        (["eps=ignored"], {}, {"epsilon": 1e-3}),
        (["eps=ignored"], {"epsilon": 0.5}, {"epsilon": 0.5}),
        (["mean_decay=ignored"], {}, {"mean_decay": 0.8}),
        (["mean_decay=ignored"], {"mean_decay": 0.5}, {"mean_decay": 0.5}),
        (
            ["float32_hyperparameters=learning_rate+momentum"],
            {},
            {"learning_rate": float(np.float32(0.37)), "momentum": float(np.float32(0.9))},
        ),
    ],
)
def test_a_constant_goes_before_an_option_and_that_before_what_is_stated(
    deviations: list[str], constants: dict[str, float], changed: dict[str, float]
) -> None:
    found = hyperparameters(naive.fed("float64"), Dialect(deviations, constants))
    assert found == DEFAULTS | changed


def test_a_mean_decays_as_the_average_unless_something_else_is_said() -> None:
    silent = with_fields(naive.fed("float64"), options={})
    assert hyperparameters(silent, Dialect())["mean_decay"] == 0.3
    other = hyperparameters(silent, Dialect(["decay_rate=ignored"], {"decay_rate": 0.5}))
    assert other["mean_decay"] == 0.5
    rounded = Dialect(["float32_hyperparameters=decay_rate"])
    assert hyperparameters(silent, rounded)["mean_decay"] == float(np.float32(0.3))
    own = with_fields(silent, options={"mean_decay": 0.3})
    assert hyperparameters(own, rounded)["mean_decay"] == 0.3


def test_an_algebra_is_told_which_numbers_are_a_ports_own() -> None:
    """Those that are equal and given are not shared with them: an algebra may differ there."""

    class Telling(type(ALGEBRAS["float64"])):  # type: ignore[misc]
        def column(self, values: np.ndarray, own: np.ndarray, /) -> np.ndarray:
            told = super().column(values, own).astype(complex)
            return told + 1j * own.reshape(-1, 1)

    given = naive.fed("float64")
    constants = {"epsilon": given.epsilon, "clip": 0.3}
    port = Dialect(["eps=ignored", "clip=value"], constants)
    hypotheses = [Hypothesis(Dialect(["clip=value"])), Hypothesis(port)]
    algebra = Telling(np.float64, np.float64, np.float64)
    plan = Plan(given, Points.of(hypotheses), algebra)
    assert plan.denominator.columns["epsilon"].tolist() == [[0.07], [0.07 + 1j]]
    assert plan.gradient.columns["clip"].tolist() == [[0.3], [0.3 + 1j]]
    assert plan.quotient.columns["learning_rate"].tolist() == [[0.37]] * 2
    # How many steps go between two drops is counted, not computed with: no number of an algebra.
    assert plan.quotient.columns["every"].dtype == np.float64
    assert plan.quotient.columns["total"].dtype == np.complex128


def test_what_is_remembered_is_of_the_algebras_own_numbers() -> None:
    class Objects(type(ALGEBRAS["float64"])):  # type: ignore[misc]
        def given(self, values: np.ndarray) -> np.ndarray:
            return values.astype(object)

        def zeros(self, shape: tuple[int, ...]) -> np.ndarray:
            return np.zeros(shape).astype(object)

    given = naive.fed("float64")
    hypotheses = [
        Hypothesis(Dialect([deviation]))
        for deviation in ("initial_average=epsilon", "initial_average=one", "average=none")
    ]
    algebra = Objects(np.float64, np.float64, np.float64)
    plan = Plan(given, Points.of(hypotheses), algebra)
    start = plan.average.state["kept"][plan.average.uses[""]]
    assert [[repr(float(x)) for x in row] for row in start] == [
        ["0.07"] * given.size,
        ["1.0"] * given.size,
        ["nan"] * given.size,
    ]
    assert (
        plan.weights.state["kept"].tolist()
        == [np.concatenate(list(given.weights.values())).tolist()] * 3
    )


def test_an_algebra_is_told_of_what_a_root_is_taken() -> None:
    """Of squares alone it cannot be negative, however they are rounded; of a difference it can."""
    told = []

    class Telling(type(ALGEBRAS["float64"])):  # type: ignore[misc]
        def sqrt(self, x: np.ndarray, nonnegative: bool = False) -> np.ndarray:
            told.append(nonnegative)
            return super().sqrt(x, nonnegative)

    algebra = {"float64": Telling(np.float64, np.float64, np.float64)}
    for deviations, expected in (
        ([], [True]),
        (["centered=yes"], [False]),
        (["clip=global_norm"], [True, True]),
        (["clip=norm", "centered=yes"], [True, False]),
    ):
        told.clear()
        Stepper(naive.fed("float64"), [Hypothesis(Dialect(deviations))], algebra).step()
        assert told == expected


_COLUMNS = {
    "learning_rate": [0.01, np.nan, 0.03, 0.02],
    "decay_rate": [0.6, 0.7, np.nan, 0.8],
    "epsilon": [np.nan, 0.1, 0.2, 0.3],
    "momentum": [0.5, np.nan, 0.7, 0.3],
    "mean_decay": [np.nan, np.nan, 0.3, 0.2],
    "every": [2.0, 3.0, np.nan, 2.0],
}


@pytest.mark.parametrize("options", [{}, {"momentum": 0.4}, {"mean_decay": 0.35}])
@pytest.mark.parametrize("rates", [(), (0.37, 0.3, 0.2, 0.1, 0.05, 0.04, 0.03, 0.02)])
def test_points_are_the_hypotheses_with_their_constants(
    options: dict[str, float], rates: tuple[float, ...]
) -> None:
    """Whatever takes a constant, derives from it or rounds it."""
    given = naive.fed("float64")
    fed = with_fields(given, options=options, learning_rates=rates[: given.steps])
    formulas = [
        Dialect([*deviations, *rounded], {"momentum": 0.25})
        for deviations in (
            ["numerator=mean_gradient", "momentum=nesterov"],
            ["decay_rate=ignored", "numerator=mean_gradient", "schedule=steps"],
            ["decay_rate=ignored", "centered=yes", "mean_decay=ignored", "eps=ignored"],
            ["learning_rate=ignored", "momentum=lr_in_buffer", "bias_correction=yes"],
        )
        for rounded in ([], ["float32_hyperparameters=learning_rate+decay_rate+momentum"])
    ]
    formula = np.repeat(np.arange(len(formulas)), 4)
    columns = {name: np.tile(column, len(formulas)) for name, column in _COLUMNS.items()}
    whole = [
        Hypothesis(formulas[f].having({n: c[i] for n, c in columns.items() if not np.isnan(c[i])}))
        for i, f in enumerate(formula.tolist())
    ]
    expected = replay(fed, whole)
    stepper = Stepper(fed, Points([Hypothesis(d) for d in formulas], formula, columns))
    for t in range(fed.steps):
        weights, averages = stepper.step()
        assert np.array_equal(weights, expected.weights[:, t], equal_nan=True)
        assert np.array_equal(averages, expected.moving_average[:, t], equal_nan=True)


@pytest.mark.parametrize(
    ("epsilon", "quotient", "first"),
    [
        ("outside", "plain", "denominator"),
        ("outside", "reciprocal", "denominator"),
        ("inside", "plain", "denominator"),
        ("inside", "reciprocal", "quotient"),
        ("none", "reciprocal", "quotient"),
        ("none", "scaled_reciprocal", "quotient"),
    ],
)
def test_where_a_reciprocal_root_is_taken_at_once_that_is_what_is_off(
    epsilon: str, quotient: str, first: str
) -> None:
    dialect = Dialect([] if epsilon == "outside" else [f"epsilon={epsilon}"])
    hypotheses = [Hypothesis(dialect, Arithmetic(quotient=quotient, off=off)) for off in (0, 1)]
    computed = rows(Plan(naive.fed("float64"), Points.of(hypotheses), ALGEBRAS["float64"]))
    assert next(name for name in STAGES if computed[name] > 1) == first


# -- what hardly ever happens ---------------------------------------------------------------------


def test_a_scenario_without_arrays_is_stepped() -> None:
    given = with_fields(naive.fed("float64"), weights={}, gradients=[{}, {}])
    replayed = replay(given, [Hypothesis(Dialect([deviation])) for deviation in SINGLES])
    assert replayed.weights.shape == replayed.moving_average.shape == (len(SINGLES), 2, 0)


@pytest.mark.parametrize("pairs", [1, 2, 250])
def test_choices_that_no_number_can_hold_are_still_told_apart(pairs: int) -> None:
    """Codes are packed into one number; where they would not fit, they are renumbered."""
    apart = np.random.default_rng(7).integers(1024, size=(40, pairs))
    apart[:, 0] = 1023  # so that each takes ten bits
    apart = np.concatenate([apart, apart], axis=1)
    apart[np.arange(pairs) % 40, np.arange(pairs)] ^= 1  # the two differ in the last of them
    kind = np.arange(2 * pairs) % pairs % 2
    stage = Stage(*grouped({"kind": (kind, ("even", "odd"))}), list(apart))
    order = sorted(range(2 * pairs), key=lambda row: (kind[row], *apart[:, row]))
    assert stage.first.tolist() == order
    assert stage.uses[""][order].tolist() == list(range(2 * pairs))
    groups = [choice["kind"] for rows, choice in stage.groups() for _ in range(stage.rows)[rows]]
    assert groups == [("even", "odd")[kind[row]] for row in order]


# -- what is put in place of what was computed ----------------------------------------------------


def test_steps_go_on_from_the_weights_and_buffers_that_are_put() -> None:
    fed = naive.fed("float64")
    both = [Hypothesis(Dialect(["momentum=lr_in_buffer"], {"momentum": 0.5})), Hypothesis()]
    straight, moved = Stepper(fed, both), Stepper(fed, both)
    first, second = straight.step()[0], straight.step()[0]
    moved.step()
    buffers = moved.buffers()
    assert buffers[0].any()
    assert not buffers[1].any()
    moved.put(first + 8.0, np.zeros_like(buffers))
    assert not moved.buffers().any()
    forgotten = 0.5 * buffers
    np.testing.assert_allclose(moved.step()[0], second + 8.0 + forgotten, rtol=1e-12)


def test_a_rate_beyond_all_floats_is_planned_without_a_warning() -> None:
    growing = Dialect(["schedule=exponential"], {"factor": 1e300})
    stepper = Stepper(naive.fed("float32"), [Hypothesis(growing, precision="float32")])
    assert not np.isfinite([stepper.step()[0] for _ in range(2)]).all()
