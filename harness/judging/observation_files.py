"""Observation files (`rmsproof.observation/1`): what somebody saw an optimizer do.

Decoded against its types, then checked for what types cannot say; every message names the file
and the field.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from harness.judging.observation_formats import document
from harness.model.errors import UsageError
from harness.model.fields import converted
from harness.model.observation import Observation
from harness.ports.port import dialect
from python_ref.dialects.dialect import Dialect
from python_ref.files import quoted, visible
from python_ref.numbers.text import Number, from_json
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS, OPTIONS
from python_ref.scenarios.scenario import Scenario

FORMAT = "rmsproof.observation/1"
# Real ones have kilobytes; as many numbers as below take two megabytes, however they are written.
LARGEST = 8 << 20
# A dozen elements and steps tell as much as thousands. The search tries some thousand dialects on
# every number: these take it a minute or two and a gigabyte where nothing fits.
MOST_ELEMENTS = 1_000
MOST_STEPS = 2_000
MOST_NUMBERS = 20_000
_LONGEST_NAME = 200
# Of names in a message.
_FEW = 8

_Arrays = dict[str, list[Number]]


_Options = msgspec.defstruct(
    "_Options", [(name, float | None, None) for name in OPTIONS], forbid_unknown_fields=True
)


class _File(msgspec.Struct, forbid_unknown_fields=True):
    format: str
    precision: Literal["float64", "float32", "float32_double", "float32_wide"]
    learning_rate: float | list[float]
    decay_rate: float
    epsilon: float
    weights: _Arrays
    gradients: list[_Arrays]
    observed: list[_Arrays | None]
    options: _Options = msgspec.field(default_factory=_Options)  # type: ignore[valid-type]
    rounding: float = 0.0
    input_rounding: float = 0.0
    dialect: str | list[str] = "reference"
    name: str = ""


Source = str | os.PathLike[str] | Mapping[str, Any]
"""A file, or what one holds; arrays are lists or anything that has a `tolist`."""


@dataclass(frozen=True)
class Seen:
    """What an observation file says.

    Attributes:
        scenario: what the optimizer was given.
        precision: what it stores.
        observation: what it did.
        claim: the dialect that it is said to be.
        decimals, input_decimals: the most digits behind the point that what was observed and
            what was fed are written with; None where they are many.
    """

    scenario: Scenario
    precision: str
    observation: Observation
    claim: Dialect
    decimals: int | None = None
    input_decimals: int | None = None


def path_of(source: Source) -> Path:
    """How messages and reports call an observation."""
    return Path("observation") if isinstance(source, Mapping) else Path(source)


def read(source: Source) -> Seen:
    """Read an observation.

    Raises:
        UsageError: it cannot be read, or does not say what it must; names file and field.
    """
    path = path_of(source)
    if isinstance(source, Mapping):
        file = converted(path, _plain({"format": FORMAT, **source}), _File)
    else:
        file = converted(path, document(path, LARGEST, "observe fewer elements"), _File)
    try:
        return _seen(path, file)
    except _Wrong as error:
        raise UsageError(f"{path}: {error}") from error


def _plain(value: Any) -> Any:
    """A value of Python's own types, as a file would have it."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value


class _Wrong(Exception):
    """What is wrong, the field first."""


def _claim(file: _File) -> Dialect:
    names = [file.dialect] if isinstance(file.dialect, str) else file.dialect
    try:
        return dialect(names)
    except UsageError as error:
        raise _Wrong(str(error)) from error


def _seen(path: Path, file: _File) -> Seen:
    if file.format != FORMAT:
        raise _Wrong(f"format: expected {FORMAT!r}, found {file.format!r}")
    rates = file.learning_rate if isinstance(file.learning_rate, list) else []
    fields = [name for name in HYPERPARAMETERS if name != "learning_rate" or not rates]
    numbers = [(f"learning_rate[{t}]", rate) for t, rate in enumerate(rates)]
    numbers += [(name, getattr(file, name)) for name in (*fields, "rounding", "input_rounding")]
    for name, value in numbers:
        if not np.isfinite(value) or value < 0:
            raise _Wrong(
                f"{name}: {value!r} is out of range; it must be a finite number, 0 or more"
            )
    if file.decay_rate > 1:
        raise _Wrong(
            f"decay_rate: {file.decay_rate!r} is out of range; it must lie between 0 and 1"
        )
    if not file.weights:
        raise _Wrong("weights: has no array")
    if not file.gradients:
        raise _Wrong("gradients: has no step")
    if len(file.observed) != len(file.gradients):
        raise _Wrong(
            f"observed: has {len(file.observed)} steps, gradients {len(file.gradients)};"
            " write null for a step that was not seen"
        )
    if all(step is None for step in file.observed):
        raise _Wrong("observed: every step is null; at least one must be given")
    if isinstance(file.learning_rate, list) and len(rates) != len(file.gradients):
        raise _Wrong(
            f"learning_rate: has {len(rates)} steps, gradients {len(file.gradients)};"
            " give one number, or one a step"
        )
    _bounded(file)
    weights = {name: _array(values) for name, values in file.weights.items()}
    gradients = [_step(step, weights, f"gradients[{t}]") for t, step in enumerate(file.gradients)]
    scenario = Scenario(
        name=file.name or path.stem,
        catches="",
        learning_rate=dict(numbers)["learning_rate[0]" if rates else "learning_rate"],
        learning_rates=tuple(rates),
        decay_rate=file.decay_rate,
        epsilon=file.epsilon,
        weights=weights,
        gradients=gradients,
        options=_options(file.options),
    )
    scenario = _stored(scenario, file.precision)
    rows = np.full((scenario.steps, scenario.size), np.nan)
    for t, step in enumerate(file.observed):
        if step is not None:
            seen = _step(step, weights, f"observed[{t}]")
            if missing := [name for name in weights if name not in seen]:
                raise _Wrong(f"observed[{t}]: array {missing[0]!r} is missing")
            row = np.concatenate([seen[name] for name in weights])
            rows[t] = row if file.precision == "float64" else _narrowed(row)
    mask = np.array([step is not None for step in file.observed])
    observation = Observation(
        rows, seen=mask, rounding=file.rounding, input_rounding=file.input_rounding
    )
    observed = [np.array([from_json(x) for array in step.values() for x in array])
                for step in file.observed if step is not None]  # fmt: skip
    inputs = [*weights.values(), *(g for step in gradients for g in step.values())]
    digits = _decimals(observed), _decimals(inputs)
    return Seen(scenario, file.precision, observation, _claim(file), *digits)


# Numbers with more digits behind the point than this were not copied from print.
_MOST_DECIMALS = 8


def _decimals(arrays: Sequence[NDArray[np.float64]]) -> int | None:
    """The most digits behind the point that any number is written with; None for many."""
    most = 0
    for array in arrays:
        for value in array[np.isfinite(array)].tolist():
            exponent = Decimal(repr(value)).normalize().as_tuple().exponent
            most = max(most, -int(exponent))
            if most > _MOST_DECIMALS:
                return None
    return most


def _bounded(file: _File) -> None:
    """Bound an observation by the sizes that the search for what it is can take."""
    elements, steps = sum(map(len, file.weights.values())), len(file.gradients)
    if max(elements, len(file.weights)) > MOST_ELEMENTS:
        raise _Wrong(
            f"weights: has {len(file.weights):,} arrays and {elements:,} elements in all; observe"
            f" {MOST_ELEMENTS:,} at most; a dozen are enough"
        )
    if steps > MOST_STEPS:
        raise _Wrong(f"gradients: has {steps:,} steps; observe the first {MOST_STEPS:,} at most")
    if elements * steps > MOST_NUMBERS:
        raise _Wrong(
            f"observed: {elements:,} elements in {steps:,} steps are more than {MOST_NUMBERS:,}"
            " numbers; observe fewer elements, or the first steps"
        )
    for name in file.weights:
        if len(name) > _LONGEST_NAME:
            raise _Wrong(
                f"weights: the name {quoted(name)} has {len(name):,} characters;"
                f" {_LONGEST_NAME} are allowed"
            )


def _stored(scenario: Scenario, precision: str) -> Scenario:
    """The scenario with the numbers that a precision stores."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        narrow = scenario.in_precision(precision)
    given = {**scenario.hyperparameters, **scenario.options}
    for name, value in (narrow.hyperparameters | dict(narrow.options)).items():
        if not np.isfinite(value):
            field = f"options.{name}" if name in scenario.options else name
            raise _Wrong(f"{field}: {given[name]!r} is too large for {precision}")
    return narrow


def _narrowed(row: NDArray[np.float64]) -> NDArray[np.float64]:
    """The floats that were seen: printed, they have fewer digits than they have as doubles."""
    with np.errstate(over="ignore"):
        return row.astype(np.float32).astype(np.float64)


def _options(given: msgspec.Struct) -> dict[str, float]:
    options = {name: value for name in OPTIONS if (value := getattr(given, name)) is not None}
    for name, value in options.items():
        if not (np.isfinite(value) and value >= 0):
            raise _Wrong(
                f"options.{name}: {value!r} is out of range; it must be a finite number, 0 or more"
            )
    return options


def _listed(names: Iterable[str]) -> str:
    """A few names; there may be a thousand."""
    few = [repr(name) for name in islice(names, _FEW + 1)]
    return ", ".join(few[:_FEW]) + (", ..." if len(few) > _FEW else "")


def _array(values: list[Number]) -> NDArray[np.float64]:
    return np.array([from_json(value) for value in values], dtype=np.float64)


def _step(
    step: _Arrays, weights: dict[str, NDArray[np.float64]], field: str
) -> dict[str, NDArray[np.float64]]:
    for name, values in step.items():
        if name not in weights:
            near = get_close_matches(name[:_LONGEST_NAME], weights, 1)
            known = f"did you mean {near[0]!r}?" if near else f"the weights are {_listed(weights)}"
            raise _Wrong(f"{field}.{quoted(name)[1:-1]}: is not among the weights; {known}")
        if len(values) != len(weights[name]):
            raise _Wrong(
                f"{field}.{visible(name)}: has {len(values)} elements,"
                f" the weights {len(weights[name])}"
            )
    return {name: _array(step[name]) for name in weights if name in step}
