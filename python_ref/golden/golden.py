"""A golden: a scenario, a dialect, a precision, and the trajectory the reference defines."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from python_ref.dialects.dialect import Dialect
from python_ref.numbers.text import to_json
from python_ref.rmsprop import RMSProp
from python_ref.rounding.envelope import radius
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

FORMAT = "rmsproof.golden/1"
DIALECTS: Mapping[str, Dialect] = {
    "reference": Dialect(),
    "formula": Dialect(["epsilon=inside"]),
}
"""The dialects whose goldens are kept in files; any other is made when it is asked for."""


@dataclass(frozen=True)
class Golden:
    """A scenario under a dialect in a precision, and what every step must give.

    Attributes:
        name: "DIALECT/PRECISION/SCENARIO".
        scenario: the inputs, rounded to the precision.
        dialect: the deviations from the reference; none for the reference.
        precision: float64, float32 or float32_double.
        weights: (T, N) after every step, the arrays one after another.
        moving_average: (T, N) likewise.
        envelope: (T, N) how far from `weights` rounding can take a port; NaN where unbounded.
    """

    name: str
    scenario: Scenario
    dialect: Dialect
    precision: str
    weights: NDArray[np.float64]
    moving_average: NDArray[np.float64]
    envelope: NDArray[np.float64]

    @property
    def kind(self) -> str:
        """`core`, `edge` or `partial`: its class."""
        return self.scenario.kind

    @cached_property
    def id(self) -> str:
        """Sixteen hexadecimal digits over scenario, dialect and precision."""
        given = inputs(self.scenario, self.dialect, self.precision)
        if rates := self.scenario.learning_rates:  # which no file has
            given["learning_rates"] = list(rates)
        text = json.dumps(given, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def make(
    scenario: Scenario,
    dialect: Dialect,
    precision: str,
    name: str = "",
    fixed: Mapping[str, float] = MappingProxyType({}),
) -> Golden:
    """Compute the golden of `scenario` under `dialect` in `precision`.

    `fixed` are hyperparameters and options in place of the scenario's, as they are: not rounded.

    The reference in float64 and float32 is stepped by `RMSProp` itself; everything else by
    the dialects' stepping, which is tested against it.
    """
    return of_stored(scenario.in_precision(precision).having(fixed), dialect, precision, name)


def of_stored(scenario: Scenario, dialect: Dialect, precision: str, name: str = "") -> Golden:
    """Compute the golden of a scenario whose arrays `precision` stores, as it is.

    Its hyperparameters may be double all the same, as settings of a program are: each arithmetic
    narrows them where it does.
    """
    weights, average = _trajectory(scenario, dialect, precision)
    return Golden(
        name=name or f"{dialect_name(dialect)}/{precision}/{scenario.name}",
        scenario=scenario,
        dialect=dialect,
        precision=precision,
        weights=weights,
        moving_average=average,
        envelope=_radius(scenario, precision, dialect),
    )


def spoilt(golden: Golden, *, envelope: bool = False) -> str:
    """What of a golden is not as it is computed now, whatever hashes say; "" if nothing.

    The envelope takes longer than the trajectory, and decides nothing of a port that is exact.
    """
    given = golden.scenario, golden.dialect, golden.precision
    weights, average = _trajectory(*given)
    computed = {
        "weights": (weights, golden.weights),
        "moving average": (average, golden.moving_average),
    }
    if envelope:
        radius = _radius(golden.scenario, golden.precision, golden.dialect)
        computed["envelope"] = (radius, golden.envelope)
    return next(
        (n for n, pair in computed.items() if not np.array_equal(*pair, equal_nan=True)), ""
    )


def _trajectory(
    scenario: Scenario, dialect: Dialect, precision: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights and moving average after every step, (T, N) each."""
    narrow = scenario.in_precision(precision).hyperparameters == scenario.hyperparameters
    # The definition has one learning rate.
    plain = not dialect.deviations and not scenario.learning_rates
    if plain and precision in ("float64", "float32") and narrow:
        return _defined(scenario, precision)
    replayed = replay(scenario, [Hypothesis(dialect=dialect, precision=precision)])
    return replayed.weights[0], replayed.moving_average[0]


def _radius(scenario: Scenario, precision: str, dialect: Dialect) -> NDArray[np.float64]:
    """How far a value may lie from the stored one and still be rounding, (T, N)."""
    bound = radius(scenario, precision, dialect)
    return np.where(np.isfinite(bound), bound, math.nan)  # a bound that overflows bounds nothing


def dialect_name(dialect: Dialect) -> str:
    """The first part of the names of a dialect's goldens."""
    for name, known in DIALECTS.items():
        if known == dialect:
            return name
    return ",".join(dialect.deviations)


def _defined(scenario: Scenario, precision: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights and moving average after every step by the definition itself, (T, N) each."""
    dtype = np.dtype(precision)
    optimizer = RMSProp(scenario.learning_rate, scenario.decay_rate, scenario.epsilon)
    weights = {name: array.astype(dtype) for name, array in scenario.weights.items()}
    rows, moving = (np.zeros((scenario.steps, scenario.size)) for _ in range(2))
    with np.errstate(all="ignore"):
        for t, gradients in enumerate(scenario.gradients):
            given = {name: array.astype(dtype) for name, array in gradients.items()}
            optimizer.update_weights(given, {name: weights[name] for name in given})
            averages = {
                name: optimizer.moving_average.get(name, np.zeros(len(array)))
                for name, array in weights.items()
            }
            rows[t] = np.concatenate(list(weights.values()))
            moving[t] = np.concatenate(list(averages.values()))
    return rows, moving


def _arrays(arrays: Mapping[str, NDArray[np.float64]]) -> dict[str, Any]:
    return {name: [to_json(x) for x in array.tolist()] for name, array in arrays.items()}


def inputs(scenario: Scenario, dialect: Dialect, precision: str) -> dict[str, Any]:
    """What a golden's id is made of, as its file has it."""
    return {
        "dialect": dialect.choices(),
        "precision": precision,
        "hyperparameters": {
            **scenario.hyperparameters,
            "options": dict(scenario.options),
        },
        "weights": _arrays(scenario.weights),
        "gradients": [_arrays(step) for step in scenario.gradients],
    }
