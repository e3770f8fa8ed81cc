"""The numbers that a dialect computes with on a scenario: given, its own, derived or rounded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from python_ref.scenarios.hyperparameters import DEVIATION_CONSTANTS
from python_ref.scenarios.scenario import Scenario

if TYPE_CHECKING:
    from python_ref.dialects.dialect import Dialect

GIVEN = {"learning_rate": "learning_rate", "decay_rate": "decay_rate", "eps": "epsilon"}
"""The axes of whether a hyperparameter is used as given, and its name."""
# The axes that decide which hyperparameters are used.
_CHOOSING = (*GIVEN, "mean_decay", "float32_hyperparameters")


def hyperparameters(
    scenario: Scenario, dialect: Dialect, own: Mapping[str, float] | None = None
) -> dict[str, float]:
    """Return the numbers `dialect` computes with on `scenario`, in double, before narrowing.

    A constant of the dialect (or in place of them `own`) goes before what the scenario gives,
    that before the stated constant of the deviation; `decay` is the k of a schedule.
    """
    constants = dialect.constants if own is None else own
    given = dict(DEVIATION_CONSTANTS)
    given["learning_rate"] = scenario.learning_rate / 3
    for name, value in scenario.options.items():
        if name != "mean_decay" and name in given:
            given[name] = float(value)
    given.update(constants)
    for axis, name in GIVEN.items():
        if dialect.choice(axis) != "ignored":
            given[name] = float(getattr(scenario, name))
    if dialect.choice("mean_decay") == "given":
        usual = float(scenario.options.get("mean_decay", given["decay_rate"]))
        given["mean_decay"] = constants.get("mean_decay", usual)
    rounded = dialect.choice("float32_hyperparameters").split("+")
    own_mean = "mean_decay" in {**scenario.options, **constants}
    if "decay_rate" in rounded and not own_mean and dialect.choice("mean_decay") == "given":
        rounded = [*rounded, "mean_decay"]  # one number, taken in once
    with np.errstate(over="ignore"):  # what is beyond float32 is infinite there
        given |= {name: float(np.float32(given[name])) for name in rounded if name in given}
    return given


def learning_rates(scenario: Scenario, dialect: Dialect) -> list[float]:
    """The learning rate of every call, (T,), before a schedule and before narrowing."""
    used = hyperparameters(scenario, dialect)["learning_rate"]
    if dialect.choice("learning_rate") != "given":
        return [used] * scenario.steps
    rounds = "learning_rate" in dialect.choice("float32_hyperparameters").split("+")
    return [float(np.float32(r)) if rounds else float(r) for r in scenario.learning_rates]


def tabulated(scenario: Scenario, dialects: Iterable[Dialect]) -> list[dict[str, float]]:
    """The hyperparameters of every dialect; those that choose them alike are read once."""
    by_choices: dict[tuple[str | None, ...], tuple[dict[str, float], set[str], bool]] = {}
    table = []
    for dialect in dialects:
        chosen = dialect.choices()
        alike = tuple(map(chosen.get, _CHOOSING))
        known = by_choices.get(alike)
        if known is None:
            given = {name for axis, name in GIVEN.items() if dialect.choice(axis) != "ignored"}
            # What is derived from others, or rounded, is read anew.
            simple = dialect.choice("float32_hyperparameters") == "none"
            known = hyperparameters(scenario, dialect, {}), given, simple
            by_choices[alike] = known
        base, given, simple = known
        own = dialect.constants
        if simple and ("decay_rate" in given or "decay_rate" not in own or "mean_decay" in own):
            row = {**base, **{n: x for n, x in dialect.items if n not in given}}
        else:
            row = hyperparameters(scenario, dialect)
        table.append(row)
    return table
