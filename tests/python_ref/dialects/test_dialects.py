"""Dialects: the table, the names, and the batched stepping against one element at a time."""

from __future__ import annotations

from dataclasses import replace as with_fields
from itertools import combinations

import naive
import numpy as np
import pytest
from support import alike, singles

from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.evaluation import ordinary_arithmetics
from python_ref.numbers.arithmetic import ARITHMETICS, arithmetics
from python_ref.rmsprop import RMSProp
from python_ref.scenarios.catalogue import scenarios
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import Stepper, replay

SINGLES = singles("precision", "subnormals")
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
    hypotheses = [Hypothesis(Dialect([deviation])) for deviation in SINGLES]
    assert naive.refuted(given, hypotheses, replay(given, hypotheses)) == []


@pytest.mark.slow
def test_every_pair_of_deviations_is_what_the_formulas_say() -> None:
    given = scenario("late-array")
    given = with_fields(given, epsilon=0.07, options={"clip": 0.3, "mean_decay": 0.6})
    hypotheses = [Hypothesis(Dialect(pair)) for pair in PAIRS]
    assert naive.refuted(given, hypotheses, replay(given, hypotheses)) == []


def test_three_deviations_and_constants_of_their_own() -> None:
    given = scenario("mixed-scales")
    rng = np.random.default_rng(5)
    hypotheses: list[Hypothesis] = []
    while len(hypotheses) < 60:
        chosen = rng.choice(SINGLES, 3, replace=False)
        if len({deviation.split("=")[0] for deviation in chosen}) == 3:
            constants = {"momentum": 0.7, "weight_decay": 0.01, "clip": 0.4, "decay": 0.3}
            hypotheses.append(Hypothesis(Dialect(chosen, constants)))
    assert naive.refuted(given, hypotheses, replay(given, hypotheses)) == []


def test_a_batch_gives_what_each_hypothesis_gives_alone() -> None:
    for precision in ("float64", "float32", "float32_double"):
        given = scenario("mixed-arrays", precision)
        rng = np.random.default_rng(11)
        hypotheses = [
            Hypothesis(Dialect(PAIRS[i]), arithmetics(precision)[j], precision)
            for i, j in zip(
                rng.integers(len(PAIRS), size=30),
                rng.integers(len(arithmetics(precision)), size=30),
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
    dialect = Dialect(["momentum=nesterov", "average=ema", "epsilon=inside"])
    assert dialect.deviations == ("epsilon=inside", "momentum=nesterov")
    assert dialect == Dialect(["epsilon=inside", "momentum=nesterov"])
    assert hash(dialect) == hash(Dialect(["momentum=nesterov", "epsilon=inside"]))
    assert dialect.choices() == {"epsilon": "inside", "momentum": "nesterov"}
    assert dialect.choice("root") == "sqrt"
    assert Dialect(["epsilon=outside"]) == Dialect()


@pytest.mark.parametrize(
    ("deviations", "message"),
    [
        (["epsilon"], "'epsilon' is not of the form axis=value, such as epsilon=inside"),
        (["direction=up"], "direction has no value 'up'; its values are descent, ascent"),
        (["direction=a=b"], "direction has no value 'a=b'; its values are descent, ascent"),
        (["epsilon=inside", "epsilon=none"], "epsilon is given twice: inside and none"),
    ],
)
def test_rejects_what_is_no_deviation(deviations: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=r"epsilon|direction") as raised:
        Dialect(deviations)
    assert str(raised.value) == message


def test_rejects_an_unknown_axis_and_lists_the_known() -> None:
    with pytest.raises(
        ValueError, match="no axis 'epsilom'; the axes are epsilon, initial_average"
    ):
        Dialect(["epsilom=inside"])


def test_rejects_an_unknown_constant() -> None:
    with pytest.raises(
        ValueError, match="no constant 'beta'; the constants are learning_rate, decay_rate"
    ):
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


def test_further_constants_go_before_those_there_were() -> None:
    dialect = Dialect(["momentum=nesterov", "eps=ignored"], {"momentum": 0.5, "epsilon": 1})
    having = dialect.having({"clip": 2, "momentum": 0.25})
    same = Dialect(dialect.deviations, {"epsilon": 1.0, "clip": 2.0, "momentum": 0.25})
    assert having == same
    assert having.choices() == same.choices() != {}
    assert hash(having) == hash(same)
    assert having.constants == {"momentum": 0.25, "clip": 2.0, "epsilon": 1.0}
    assert {type(value) for _, value in having.items} == {float}
    assert Dialect(["momentum=nesterov"], {"momentum": 0.5}).constants == {"momentum": 0.5}
    assert dialect.constants == {"momentum": 0.5, "epsilon": 1.0}


def test_what_is_chosen_axis_by_axis_is_the_dialect_of_what_deviates_and_its_constants() -> None:
    chosen = {"momentum": "nesterov", "epsilon": "inside", "root": "sqrt"}
    made = Dialect.choosing(chosen, {"momentum": 0.5})
    assert made == Dialect(["epsilon=inside", "momentum=nesterov"], {"momentum": 0.5})
    assert Dialect.choosing(Dialect(made.deviations).choices()) == Dialect(made.deviations)


def test_a_dialect_is_shown_as_a_person_would_list_it() -> None:
    assert repr(Dialect()) == "Dialect()"
    assert repr(Dialect(["clip=norm", "epsilon=inside"], {"clip": 2, "momentum": 0.5})) == (
        "Dialect(epsilon=inside, clip=norm, momentum:0.5, clip:2.0)"
    )


def test_naming_the_reference_and_a_value_of_one_axis_is_naming_it_twice() -> None:
    with pytest.raises(ValueError, match="epsilon is given twice: outside and inside"):
        Dialect(["epsilon=outside", "epsilon=inside"])
    assert Dialect(["epsilon=inside"] * 2) == Dialect(["epsilon=inside"])


def test_as_many_steps_are_replayed_as_asked_for_and_there_are() -> None:
    given = scenario("late-array")
    whole = replay(given, [Hypothesis()])
    for steps, taken in ((0, 0), (2, 2), (5, 5), (9, 5)):
        some = replay(given, [Hypothesis()], steps)
        np.testing.assert_array_equal(some.weights, whole.weights[:, :taken])
        np.testing.assert_array_equal(some.moving_average, whole.moving_average[:, :taken])


def test_there_is_no_step_after_the_last() -> None:
    stepper = Stepper(scenario("page-one-step"), [Hypothesis()])
    stepper.step()
    with pytest.raises(IndexError):
        stepper.step()


def test_an_axis_knows_its_values_by_name() -> None:
    axis = AXES["epsilon"]
    assert axis["inside"].formula == "g / sqrt(v + eps)"
    assert axis.names[0] == axis.reference == "outside"
    with pytest.raises(KeyError, match="between"):
        axis["between"]


def test_any_of_six_hyperparameters_may_be_rounded_and_is_named() -> None:
    axis = AXES["float32_hyperparameters"]
    assert len(axis.names) == 2**6
    assert axis.names[1:9] == (
        "learning_rate",
        "decay_rate",
        "epsilon",
        "momentum",
        "weight_decay",
        "clip",
        "learning_rate+decay_rate",
        "learning_rate+epsilon",
    )
    assert axis.names[-1] == "learning_rate+decay_rate+epsilon+momentum+weight_decay+clip"
    assert axis["epsilon"].formula == "(float) epsilon"
    assert axis["epsilon"].sentence == "epsilon is rounded to float32 before use"
    assert axis["decay_rate+epsilon"].sentence == (
        "decay rate and epsilon are rounded to float32 before use"
    )
    three = axis["learning_rate+decay_rate+momentum"]
    assert three.formula == "(float) learning_rate, (float) decay_rate, (float) momentum"
    assert three.sentence == (
        "learning rate, decay rate and momentum are rounded to float32 before use"
    )
    assert {value.constant for value in axis.values} == {""}


def test_what_a_rate_of_its_own_lacks_to_one_may_be_a_number_of_its_own() -> None:
    """0.9 and 0.1 are no 0.9 and 1 - 0.9; of a rate that is given nobody knows."""
    given = scenario("mixed-arrays")
    own = {"decay_rate": 0.9, "mean_decay": 0.8}
    chosen = ["decay_rate=ignored"], ["decay_rate=ignored", "centered=yes", "mean_decay=ignored"]
    dialects = [Dialect(c, own) for c in chosen]
    for dialect in dialects:
        listed = ordinary_arithmetics(dialect, "float64")
        orders = [a for a in listed if a.complement == "literal"]
        hypotheses = [Hypothesis(dialect, a) for a in orders]
        replayed = replay(given, hypotheses)
        assert naive.refuted(given, hypotheses, replayed) == []
        plain = replay(given, [Hypothesis(dialect)])
        assert not np.array_equal(plain.weights[0], replayed.weights[0])
    halved = Dialect(["decay_rate=ignored"], {"decay_rate": 0.5})
    for other, precision in ((Dialect(), "float64"), (halved, "float64"), (dialects[0], "float32")):
        listed = ordinary_arithmetics(other, precision)
        assert not any(a.complement == "literal" for a in listed)


@pytest.mark.parametrize("precision", alike(["float32", "float32_double"]))
def test_a_complement_is_formed_of_the_double_that_is_given(precision: str) -> None:
    given = scenario("mixed-arrays", precision).having({"decay_rate": 0.99})
    orders = [a for a in arithmetics(precision) if a.complement == "double" and not a.precision]
    dialects = [Dialect(), Dialect(["centered=yes"]), Dialect(["average=swapped"])]
    hypotheses = [Hypothesis(d, a, precision) for a in orders for d in dialects]
    replayed = replay(given, hypotheses)
    assert naive.refuted(given, hypotheses, replayed) == []
    plain = replay(given, [Hypothesis(precision=precision)])
    assert not np.array_equal(plain.weights[0], replayed.weights[0])
