"""A golden's file: what its text is, and that any scenario survives it; its identity."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import tiny
from test_golden import SCHEMA, kept

from python_ref.dialects.dialect import Dialect
from python_ref.golden import dumps, loads, make
from python_ref.scenarios.scenario import Scenario


def test_the_text_of_a_small_golden_is_exactly_this() -> None:
    """Field order, spacing, shortest decimals, and what is not finite: readers depend on it."""
    scenario = tiny(
        learning_rate=0.5,
        decay_rate=0.0,
        epsilon=0.0,
        weights={"é": np.array([0.1, 2.0]), "b": np.array([-1.0])},
        gradients=[{"é": np.array([0.0, math.inf]), "b": np.array([4.0])}, {"b": np.array([-2.0])}],
        edge=True,
    )
    golden = make(scenario, Dialect(), "float64")
    bounded = np.array([[math.nan, math.nan, 0.25], [math.nan, math.nan, 1e-300]])
    assert dumps(replace(golden, envelope=bounded)) == (
        "{\n"
        ' "format": "rmsproof.golden/1",\n'
        ' "name": "reference/float64/tiny",\n'
        ' "id": "d68536375ae6e44e",\n'
        ' "class": "edge",\n'
        ' "catches": "nothing in particular",\n'
        ' "dialect": {},\n'
        ' "precision": "float64",\n'
        ' "hyperparameters": {"learning_rate": 0.5, "decay_rate": 0.0, "epsilon": 0.0,'
        ' "options": {}},\n'
        ' "weights": {"é": [0.1, 2.0], "b": [-1.0]},\n'
        ' "gradients": [\n'
        '  {"é": [0.0, "Infinity"], "b": [4.0]},\n'
        '  {"b": [-2.0]}\n'
        " ],\n"
        ' "trajectory": [\n'
        '  {"weights": {"é": ["NaN", "NaN"], "b": [-1.5]},'
        ' "moving_average": {"é": [0.0, "Infinity"], "b": [16.0]}},\n'
        '  {"weights": {"é": ["NaN", "NaN"], "b": [-1.0]},'
        ' "moving_average": {"é": [0.0, "Infinity"], "b": [4.0]}}\n'
        " ],\n"
        ' "envelope": [\n'
        '  {"weights": {"é": [null, null], "b": [0.25]}},\n'
        '  {"weights": {"é": [null, null], "b": [1e-300]}}\n'
        " ]\n"
        "}\n"
    )


def test_what_is_written_is_read_back_to_the_bit() -> None:
    for golden in kept()[:30]:
        again = loads(dumps(golden), "text")
        assert dumps(again) == dumps(golden)
        assert again.weights.tobytes() == golden.weights.tobytes() or np.isnan(golden.weights).any()


values = st.floats(allow_nan=True, allow_infinity=True)
names = st.text(min_size=1, max_size=4).filter(lambda s: s.isprintable())


@settings(max_examples=40)  # an envelope of extreme numbers takes exact rationals
@given(data=st.data())
def test_any_scenario_survives_its_file(data: st.DataObject) -> None:
    lengths = data.draw(st.dictionaries(names, st.integers(0, 3), min_size=1, max_size=3))

    def arrays(of: dict[str, int]) -> dict[str, np.ndarray]:
        return {
            name: np.array(data.draw(st.lists(values, min_size=n, max_size=n)), dtype=np.float64)
            for name, n in of.items()
        }

    steps = data.draw(st.lists(st.sets(st.sampled_from(sorted(lengths))), min_size=1, max_size=3))
    scenario = Scenario(
        name="drawn",
        catches="what nobody thought of",
        learning_rate=data.draw(st.floats(0, 1)),
        decay_rate=data.draw(st.floats(0, 1)),
        epsilon=data.draw(st.floats(0, 1)),
        weights=arrays(lengths),
        gradients=[arrays({n: k for n, k in lengths.items() if n in step}) for step in steps],
        options=data.draw(st.dictionaries(st.sampled_from(["momentum", "clip"]), st.floats(0, 1))),
        edge=data.draw(st.booleans()),
    )
    with np.errstate(all="ignore"):
        golden = make(scenario, Dialect(), "float64")
    text = dumps(golden)
    jsonschema.validate(json.loads(text), SCHEMA)
    again = loads(text, "text")
    assert dumps(again) == text
    assert again.id == golden.id
    assert again.scenario.names == scenario.names


def test_a_bound_that_overflows_is_no_bound() -> None:
    """Epsilon among the subnormals: what could happen there is anything."""
    scenario = tiny(
        epsilon=2.225073858507e-311,
        decay_rate=0.0,
        weights={"w": np.array([0.0])},
        gradients=[{"w": np.array([1.0])}, {"w": np.array([0.0])}],
        learning_rate=0.0,
    )
    golden = make(scenario, Dialect(), "float64")
    assert not np.isinf(golden.envelope).any()
    jsonschema.validate(json.loads(dumps(golden)), SCHEMA)


@pytest.mark.parametrize(
    "change",
    [
        {"learning_rate": 0.0010000000000000002},
        {"decay_rate": 0.8},
        {"epsilon": 0.0},
        {"weights": {"w": np.array([0.5, -0.25]), "c": np.array([0.75])}},
        {"options": {"momentum": 0.9}},
    ],
)
def test_the_identity_is_of_the_inputs(change: dict[str, Any]) -> None:
    """One that keeps the old identity after a change would pass for what it is no longer."""
    if "weights" in change:
        renamed = [{"w": g["w"], "c": g["b"]} for g in tiny().gradients]
        change = {**change, "gradients": renamed}
    plain = make(tiny(), Dialect(), "float64")
    assert make(tiny(**change), Dialect(), "float64").id != plain.id


def test_the_identity_is_of_dialect_and_precision_and_not_of_words() -> None:
    plain = make(tiny(), Dialect(), "float64")
    assert make(tiny(), Dialect(["epsilon=inside"]), "float64").id != plain.id
    assert make(tiny(), Dialect(), "float32").id != plain.id
    assert make(tiny(), Dialect(), "float64", name="a/b/c").id == plain.id
