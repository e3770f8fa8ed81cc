"""Dialects: the table, the names, and the batched stepping against one element at a time."""

from __future__ import annotations

from dataclasses import replace as with_fields
from itertools import combinations

import naive
import numpy as np
import pytest

from python_ref.dialects import (
    ARITHMETICS,
    AXES,
    Dialect,
    Hypothesis,
    Stepper,
    arithmetics,
    replay,
)
from python_ref.rmsprop import RMSProp
from python_ref.scenarios import Scenario, scenarios

SINGLES = [
    f"{name}={value}"
    for name, axis in AXES.items()
    for value in axis.names[1:]
    if name != "precision"
]
PAIRS = [
    pair for pair in combinations(SINGLES, 2) if pair[0].split("=")[0] != pair[1].split("=")[0]
]


def scenario(name: str, precision: str = "float64") -> Scenario:
    return next(s for s in scenarios(precision) if s.name == name)


def defined(given: Scenario, dtype: type) -> np.ndarray:
    """The trajectory by the definition itself."""
    optimizer = RMSProp(given.learning_rate, given.decay_rate, given.epsilon)
    weights = {name: array.astype(dtype) for name, array in given.weights.items()}
    rows = []
    with np.errstate(all="ignore"):
        for gradients in given.gradients:
            optimizer.update_weights(
                {name: array.astype(dtype) for name, array in gradients.items()},
                {name: weights[name] for name in gradients},
            )
            rows.append(np.concatenate(list(weights.values())).astype(float))
    return np.array(rows)


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_the_reference_is_the_definition_bit_for_bit(precision: str) -> None:
    for given in scenarios(precision):
        replayed = replay(given, [Hypothesis(precision=precision)]).weights[0]
        np.testing.assert_array_equal(replayed, defined(given, np.dtype(precision).type))


@pytest.mark.parametrize("name", ["mixed-arrays", "late-array", "zero-gradients", "empty-array"])
def test_every_single_deviation_is_what_its_formula_says(name: str) -> None:
    given = scenario(name)
    dialects = [Dialect([deviation]) for deviation in SINGLES]
    replayed = replay(given, [Hypothesis(dialect) for dialect in dialects])
    for row, dialect in enumerate(dialects):
        weights, average = naive.trajectory(given, dialect)
        np.testing.assert_array_equal(replayed.weights[row], weights, err_msg=repr(dialect))
        known = ~np.isnan(average)
        np.testing.assert_array_equal(replayed.moving_average[row][known], average[known])


def test_every_pair_of_deviations_is_what_the_formulas_say() -> None:
    given = scenario("late-array")
    given = with_fields(given, epsilon=0.07, options={"clip": 0.3, "mean_decay": 0.6})
    dialects = [Dialect(pair) for pair in PAIRS]
    replayed = replay(given, [Hypothesis(dialect) for dialect in dialects])
    for row, dialect in enumerate(dialects):
        weights, _ = naive.trajectory(given, dialect)
        np.testing.assert_array_equal(replayed.weights[row], weights, err_msg=repr(dialect))


def test_three_deviations_and_constants_of_their_own() -> None:
    given = scenario("mixed-scales")
    rng = np.random.default_rng(5)
    dialects = []
    while len(dialects) < 60:
        chosen = rng.choice(SINGLES, 3, replace=False)
        if len({deviation.split("=")[0] for deviation in chosen}) == 3:
            constants = {"momentum": 0.7, "weight_decay": 0.01, "clip": 0.4, "decay": 0.3}
            dialects.append(Dialect(chosen, constants))
    replayed = replay(given, [Hypothesis(dialect) for dialect in dialects])
    for row, dialect in enumerate(dialects):
        weights, _ = naive.trajectory(given, dialect)
        np.testing.assert_array_equal(replayed.weights[row], weights, err_msg=repr(dialect))


def test_a_batch_gives_what_each_hypothesis_gives_alone() -> None:
    for precision in ("float64", "float32", "float32_double"):
        given = scenario("mixed-arrays", precision)
        rng = np.random.default_rng(11)
        hypotheses = [
            Hypothesis(Dialect(PAIRS[i]), arithmetics(precision)[j], precision)
            for i, j in zip(
                rng.integers(len(PAIRS), size=80),
                rng.integers(len(arithmetics(precision)), size=80),
                strict=True,
            )
        ]
        together = replay(given, hypotheses)
        for row, hypothesis in enumerate(hypotheses):
            alone = replay(given, [hypothesis])
            np.testing.assert_array_equal(together.weights[row], alone.weights[0])
            np.testing.assert_array_equal(together.moving_average[row], alone.moving_average[0])


def test_dropping_hypotheses_does_not_change_those_left() -> None:
    given = scenario("mixed-arrays")
    hypotheses = [Hypothesis(Dialect(pair), a) for pair in PAIRS[::3] for a in ARITHMETICS[::9]]
    whole = replay(given, hypotheses).weights
    stepper, left = Stepper(given, hypotheses), np.arange(len(hypotheses))
    rng = np.random.default_rng(3)
    for t in range(given.steps):
        np.testing.assert_array_equal(stepper.step()[0], whole[left, t])
        mask = rng.random(len(left)) < 0.7
        stepper.keep(mask)
        left = left[mask]


def test_nothing_left_is_no_error() -> None:
    stepper = Stepper(scenario("late-array"), [Hypothesis()])
    stepper.keep(np.array([False]))
    assert stepper.step()[0].shape == (0, 5)
    assert replay(scenario("late-array"), []).weights.shape == (0, 5, 5)


def test_a_dialect_keeps_deviations_only_in_the_order_of_the_axes() -> None:
    dialect = Dialect.parse(["momentum=nesterov", "average=ema", "epsilon=inside"])
    assert dialect.deviations == ("epsilon=inside", "momentum=nesterov")
    assert dialect == Dialect(["epsilon=inside", "momentum=nesterov"])
    assert hash(dialect) == hash(Dialect(["momentum=nesterov", "epsilon=inside"]))
    assert dialect.choices() == {"epsilon": "inside", "momentum": "nesterov"}
    assert dialect.choice("root") == "sqrt"
    assert Dialect.parse(["epsilon=outside"]) == Dialect()


@pytest.mark.parametrize(
    ("deviations", "message"),
    [
        (["epsilon"], "'epsilon' is not of the form axis=value, such as epsilon=inside"),
        (
            ["epsilon=between"],
            "epsilon has no value 'between'; there are outside, inside, none, maximum",
        ),
        (["epsilon=inside", "epsilon=none"], "epsilon is given twice: inside and none"),
    ],
)
def test_rejects_what_is_no_deviation(deviations: list[str], message: str) -> None:
    with pytest.raises(ValueError, match="epsilon") as raised:
        Dialect.parse(deviations)
    assert str(raised.value) == message


def test_rejects_an_unknown_axis_and_lists_the_known() -> None:
    with pytest.raises(ValueError, match="no axis 'epsilom'; there are epsilon, initial_average"):
        Dialect.parse(["epsilom=inside"])


def test_rejects_an_unknown_constant() -> None:
    with pytest.raises(ValueError, match="no constant 'beta'; there are learning_rate, momentum"):
        Dialect(["momentum=nesterov"], {"beta": 0.9})


def test_an_ignored_hyperparameter_uses_the_constant() -> None:
    given = scenario("mixed-arrays")
    ignoring = Dialect(["eps=ignored"], {"epsilon": 0.5})
    np.testing.assert_array_equal(
        replay(given, [Hypothesis(ignoring)]).weights,
        replay(with_fields(given, epsilon=0.5), [Hypothesis()]).weights,
    )


def test_a_double_port_that_computes_in_float_is_a_deviation() -> None:
    given = scenario("page-ten-steps")
    narrow = replay(given, [Hypothesis(Dialect(["precision=float32"]))]).weights
    float32 = replay(given.in_precision("float32"), [Hypothesis(precision="float32")]).weights
    np.testing.assert_array_equal(narrow, float32)
    assert not np.array_equal(narrow, replay(given, [Hypothesis()]).weights)


def test_every_value_says_itself_in_words() -> None:
    for axis in AXES.values():
        for value in axis.values:
            assert value.formula
            assert value.sentence
            assert not value.sentence.endswith(".")
