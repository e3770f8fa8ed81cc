"""The scenarios: the inputs that the goldens hold, and what a precision makes of them."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from support import tiny

from python_ref.golden import DIRECTORY
from python_ref.scenarios.catalogue import scenario_names, scenarios
from python_ref.scenarios.scenario import PRECISIONS


def number(value: Any) -> float:
    return float(value.replace("Infinity", "inf")) if isinstance(value, str) else float(value)


def plain(arrays: Any) -> list[tuple[str, list[str]]]:
    """Names in order, and numbers so that NaN equals itself and -0 is not 0."""
    return [(name, [repr(number(x)) for x in list(array)]) for name, array in arrays.items()]


@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_goldens_hold_the_scenarios_inputs(precision: str) -> None:
    """Whatever the machine: a golden that was made elsewhere is of the same numbers."""
    for scenario in scenarios(precision):
        path = DIRECTORY / "reference" / precision / f"{scenario.name}.json"
        held = json.loads(path.read_text(encoding="utf-8"))
        assert held["catches"] == scenario.catches
        assert held["class"] == scenario.kind
        assert held["hyperparameters"] == {
            "learning_rate": scenario.learning_rate,
            "decay_rate": scenario.decay_rate,
            "epsilon": scenario.epsilon,
            "options": scenario.options,
        }
        assert plain(held["weights"]) == plain(scenario.weights), scenario.name
        assert len(held["gradients"]) == scenario.steps
        for stored, given in zip(held["gradients"], scenario.gradients, strict=True):
            assert plain(stored) == plain(given), scenario.name
            assert {array.dtype for array in given.values()} == {np.dtype(np.float64)}


def test_scenarios_come_in_one_order_under_their_names() -> None:
    assert tuple(scenario.name for scenario in scenarios()) == scenario_names()
    rates = [scenario.learning_rate for scenario in scenarios()]
    assert rates == [scenario.learning_rate for scenario in scenarios("float64")]
    assert scenario_names()[:3] == ("page-one-step", "page-ten-steps", "mixed-arrays")


def test_in_double_everything_stays() -> None:
    given = tiny(options={"momentum": 0.9})
    assert given.in_precision("float64") is given


@pytest.mark.parametrize("precision", ["float32", "float32_double", "float32_wide"])
def test_in_float_every_number_is_the_nearest_float(precision: str) -> None:
    given = tiny(options={"momentum": 0.9, "clip": math.inf})
    narrow = given.in_precision(precision)

    def nearest(x: float) -> float:
        return float(np.float32(x))

    assert (narrow.learning_rate, narrow.decay_rate, narrow.epsilon) == (
        nearest(0.001),
        nearest(0.9),
        nearest(1e-8),
    )
    assert narrow.options == {"momentum": nearest(0.9), "clip": math.inf}
    for wide, arrays in zip(
        [given.weights, *given.gradients], [narrow.weights, *narrow.gradients], strict=True
    ):
        assert {k: v.tolist() for k, v in arrays.items()} == {
            k: [nearest(x) for x in v.tolist()] for k, v in wide.items()
        }
        assert {v.dtype for v in arrays.values()} == {np.dtype(np.float64)}
    assert (narrow.name, narrow.catches, narrow.edge) == (given.name, given.catches, given.edge)


def test_a_rate_a_step_is_the_nearest_float_too() -> None:
    changing = tiny(learning_rates=(0.001, 0.01)).in_precision("float32")
    assert changing.learning_rates == (float(np.float32(0.001)), float(np.float32(0.01)))


def test_other_hyperparameters_and_options_take_the_place_of_those_given() -> None:
    given = tiny(options={"momentum": 0.9, "clip": 1.0})
    other = given.having({"decay_rate": 0.5, "momentum": 0.25, "weight_decay": 0.1})
    assert (other.learning_rate, other.decay_rate) == (given.learning_rate, 0.5)
    assert other.options == {"momentum": 0.25, "clip": 1.0, "weight_decay": 0.1}
    assert other.weights is given.weights
    assert given.having({}) is given
