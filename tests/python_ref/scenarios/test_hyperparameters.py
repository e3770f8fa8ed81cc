"""Every list of hyperparameters is made from the one table."""

from __future__ import annotations

import math
from dataclasses import replace

from support import scenario

from harness.ports.roles import role_names
from python_ref.dialects.axes import AXES
from python_ref.scenarios.hyperparameters import (
    CONSTANTS,
    DEVIATION_CONSTANTS,
    HYPERPARAMETERS,
    NEUTRAL,
    OPTIONS,
    SCHEDULES,
)


def test_the_lists_are_those_of_the_contracts() -> None:
    assert HYPERPARAMETERS == ("learning_rate", "decay_rate", "epsilon")
    options = ("momentum", "weight_decay", "clip", "mean_decay")
    assert (*options, *SCHEDULES) == OPTIONS
    assert {*HYPERPARAMETERS, *OPTIONS, "gradient_scale", "initial_average"} == set(CONSTANTS)
    assert DEVIATION_CONSTANTS == {
        "momentum": 0.9,
        "weight_decay": 0.1,
        "clip": 1.0,
        "mean_decay": 0.8,
        "decay_rate": 0.95,
        "epsilon": 1e-3,
        "decay": 0.1,
        "gradient_scale": 0.5,
        "initial_average": 0.1,
        "factor": 0.8,
        "every": 2.0,
        "total": 20.0,
    }


def test_every_constant_of_an_axis_is_a_hyperparameter_and_no_other_is() -> None:
    values = [value for axis in AXES.values() for value in axis.values]
    assert {name for value in values for name in value.constants} == set(CONSTANTS)


def test_ports_parameters_have_names_for_all_that_scenarios_give() -> None:
    assert all(name.replace("_", "") in role_names(name) for name in HYPERPARAMETERS + OPTIONS)


def test_an_option_that_a_scenario_lacks_does_nothing() -> None:
    plain = scenario("mixed-arrays")
    values = plain.values([*OPTIONS, "epsilon"])
    assert values == {
        "momentum": 0.0,
        "weight_decay": 0.0,
        "clip": math.inf,
        "mean_decay": plain.decay_rate,
        "epsilon": plain.epsilon,
        "decay": 0.0,
        "factor": 1.0,
        "every": 1.0,
        "total": math.inf,
    }
    assert set(NEUTRAL) - {"gradient_scale", "initial_average"} == set(OPTIONS)
    given = replace(plain, options={"momentum": 0.5, "mean_decay": 0.25})
    assert given.values(["mean_decay", "momentum"]) == {"mean_decay": 0.25, "momentum": 0.5}
