"""Observation files (`rmsproof.observation/1`): what somebody saw an optimizer do.

Decoded against its types by msgspec, then checked for what types cannot say; every message
names the file and the field.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from harness.errors import UsageError
from harness.evidence import Evidence
from harness.port import dialect
from python_ref.dialects import Dialect
from python_ref.scenarios import Scenario

FORMAT = "rmsproof.observation/1"
# A file of this size is a mistake; real ones have kilobytes.
LARGEST = 64 << 20

_Number = float | Literal["NaN", "Infinity", "-Infinity"]
_Arrays = dict[str, list[_Number]]


class _Options(msgspec.Struct, forbid_unknown_fields=True):
    momentum: float | None = None
    weight_decay: float | None = None
    clip: float | None = None
    mean_decay: float | None = None


class _Observation(msgspec.Struct, forbid_unknown_fields=True):
    format: str
    precision: Literal["float64", "float32", "float32_double", "float32_wide"]
    learning_rate: float
    decay_rate: float
    epsilon: float
    weights: _Arrays
    gradients: list[_Arrays]
    observed: list[_Arrays | None]
    options: _Options = msgspec.field(default_factory=_Options)
    rounding: float = 0.0
    dialect: str | list[str] = "reference"
    name: str = ""


def read(path: Path) -> tuple[Evidence, Dialect]:
    """Read a file; return what was seen, and the dialect it is claimed to be.

    Raises:
        UsageError: it cannot be read, or does not say what it must; names file and field.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{path}: is larger than {LARGEST >> 20} MB; observe fewer elements")
        found = msgspec.json.decode(path.read_bytes(), type=_Observation)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except msgspec.ValidationError as error:
        text, separator, place = str(error).partition(" - at `$.")
        message = f"{place.rstrip('`')}: {text}" if separator else text
        raise UsageError(f"{path}: {message}") from error
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: is not whole JSON: {error}") from error
    try:
        return _evidence(path, found), _claim(found)
    except _Wrong as error:
        raise UsageError(f"{path}: {error}") from error


class _Wrong(Exception):
    """What is wrong, the field first."""


def _claim(found: _Observation) -> Dialect:
    names = [found.dialect] if isinstance(found.dialect, str) else found.dialect
    try:
        return dialect(names)
    except UsageError as error:
        raise _Wrong(f"dialect: {error}") from error


def _evidence(path: Path, found: _Observation) -> Evidence:
    if found.format != FORMAT:
        raise _Wrong(f"format: expected {FORMAT!r}, found {found.format!r}")
    for name in ("learning_rate", "decay_rate", "epsilon", "rounding"):
        value = getattr(found, name)
        if not np.isfinite(value) or value < 0:
            raise _Wrong(f"{name}: {value!r} is out of range; it is a finite number from 0 up")
    if found.decay_rate > 1:
        raise _Wrong(f"decay_rate: {found.decay_rate!r} is out of range; it lies between 0 and 1")
    if not found.weights:
        raise _Wrong("weights: names no array")
    if not found.gradients:
        raise _Wrong("gradients: has no step")
    if len(found.observed) != len(found.gradients):
        raise _Wrong(
            f"observed: has {len(found.observed)} steps, gradients {len(found.gradients)};"
            " a step that was not seen is null"
        )
    if all(step is None for step in found.observed):
        raise _Wrong("observed: every step is null; at least one must have been seen")
    weights = {name: _array(values) for name, values in found.weights.items()}
    gradients = [_step(step, weights, f"gradients[{t}]") for t, step in enumerate(found.gradients)]
    scenario = Scenario(
        name=found.name or path.stem,
        catches="",
        learning_rate=found.learning_rate,
        decay_rate=found.decay_rate,
        epsilon=found.epsilon,
        weights=weights,
        gradients=gradients,
        options=_options(found.options),
    ).in_precision(found.precision)
    rows = np.full((scenario.steps, scenario.size), np.nan)
    for t, step in enumerate(found.observed):
        if step is not None:
            seen = _step(step, weights, f"observed[{t}]")
            if missing := [name for name in weights if name not in seen]:
                raise _Wrong(f"observed[{t}]: array {missing[0]!r} is missing")
            rows[t] = np.concatenate([seen[name] for name in weights])
    mask = np.array([step is not None for step in found.observed])
    return Evidence(scenario.name, scenario, found.precision, rows, mask, found.rounding)


def _options(options: _Options) -> dict[str, float]:
    given = {name: getattr(options, name) for name in options.__struct_fields__}
    for name, value in given.items():
        if value is not None and not (np.isfinite(value) and value >= 0):
            raise _Wrong(f"options.{name}: {value!r} is out of range; it is finite and from 0 up")
    return {name: value for name, value in given.items() if value is not None}


def _array(values: list[_Number]) -> NDArray[np.float64]:
    return np.array([_number(value) for value in values], dtype=np.float64)


def _number(value: Any) -> float:
    return float(value.replace("Infinity", "inf")) if isinstance(value, str) else float(value)


def _step(
    step: _Arrays, weights: dict[str, NDArray[np.float64]], field: str
) -> dict[str, NDArray[np.float64]]:
    for name, values in step.items():
        if name not in weights:
            raise _Wrong(f"{field}.{name}: is not among the weights ({', '.join(weights)})")
        if len(values) != len(weights[name]):
            raise _Wrong(
                f"{field}.{name}: has {len(values)} elements, the weights {len(weights[name])}"
            )
    return {name: _array(step[name]) for name in weights if name in step}
