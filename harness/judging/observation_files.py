"""Observation files (`rmsproof.observation/1`): what somebody saw an optimizer do.

Every message names the file and the field.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.judging.observation_formats import document
from harness.model import messages
from harness.model.errors import UsageError
from harness.model.messages import OBSERVATION as FORMAT
from harness.model.observation import Observation
from harness.ports.claims import claimed_dialect
from python_ref import files
from python_ref.dialects.dialect import Dialect
from python_ref.golden import fields
from python_ref.scenarios.scenario import PRECISIONS, Arrays, Scenario

# Real ones have kilobytes; as many numbers as below take two megabytes, however they are written.
LARGEST = 8 << 20
# A dozen elements and steps tell as much as thousands. The search tries some thousand dialects on
# every number: these take it a minute or two and a gigabyte where nothing fits.
MOST_ELEMENTS = 1_000
MOST_STEPS = 2_000
MOST_NUMBERS = 20_000
_LONGEST_NAME = 200
# What is said of observations that are not as many as the gradients.
_UNSEEN = "; write null for a step that was not seen"
_BEFORE = "; the weights before the first step stand in `weights` alone"

_REQUIRED = " ".join(messages.required(messages.Observation))
_OPTIONAL = " ".join(set(messages.fields(messages.Observation)) - set(_REQUIRED.split()))
_PRECISIONS = (*PRECISIONS, "float32_wide")

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
    try:
        if isinstance(source, Mapping):
            return _seen(path, _plain({"format": FORMAT, **source}))
        return _seen(path, document(path, LARGEST, "observe fewer elements"))
    except fields.FieldError as error:
        raise UsageError(f"{path}: {error}") from error


def _plain(value: Any) -> Any:
    """A value of Python's own types, as a file would have it."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value


def _seen(path: Path, document: Any) -> Seen:
    root = fields.record(document, "", _REQUIRED, _OPTIONAL)
    fields.choice(root["format"], "format", (FORMAT,))
    precision = fields.choice(root["precision"], "precision", _PRECISIONS)
    name = fields.string(root.get("name", ""), "name")
    gradients = fields.sequence(root["gradients"], "gradients")
    _bounded(fields.arrays(root["weights"], "weights"), gradients)
    rates = _rates(root["learning_rate"], len(gradients))
    root = {**root, "learning_rate": rates[0]} if rates else root
    given = fields.scenario(
        root, root, name=name or path.stem, catches="", learning_rates=tuple(rates)
    )
    one_more = isinstance(root["observed"], list) and len(root["observed"]) == given.steps + 1
    steps = fields.steps(root["observed"], "observed", given, _BEFORE if one_more else _UNSEEN)
    seen = np.array([step is not None for step in steps])
    if not seen.any():
        fields.fail("observed", "every step is null; at least one must be given")
    lengths = dict(zip(given.names, given.lengths, strict=True))
    rows = np.full((given.steps, given.size), np.nan)
    for t in np.flatnonzero(seen):
        rows[t] = fields.row(steps[t], f"observed[{t}]", lengths)
    decimals = _decimals([rows[seen]])
    inputs = [*given.weights.values(), *(g for step in given.gradients for g in step.values())]
    if precision != "float64":
        with np.errstate(over="ignore"):  # printed, floats have fewer digits than as doubles
            rows = rows.astype(np.float32).astype(np.float64)
    observation = Observation(
        rows,
        seen=seen,
        rounding=fields.setting(root.get("rounding", 0.0), "rounding"),
        input_rounding=fields.setting(root.get("input_rounding", 0.0), "input_rounding"),
    )
    stored = _stored(given, precision)
    return Seen(stored, precision, observation, _claim(root), decimals, _decimals(inputs))


def _rates(value: Any, steps: int) -> list[float]:
    """A learning rate a step; none where one holds for all."""
    if not isinstance(value, list):
        return []
    if len(value) != steps:
        fields.fail(
            "learning_rate",
            f"has {len(value)} steps, gradients {steps}; give one number, or one a step",
        )
    return [fields.setting(rate, f"learning_rate[{t}]") for t, rate in enumerate(value)]


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


def _claim(root: Mapping[str, Any]) -> Dialect:
    named = root.get("dialect", "reference")
    listed = fields.sequence([named] if isinstance(named, str) else named, "dialect")
    try:
        return claimed_dialect([fields.string(x, f"dialect[{i}]") for i, x in enumerate(listed)])
    except UsageError as error:
        raise fields.FieldError(str(error)) from error


def _bounded(weights: Arrays, gradients: Sequence[Any]) -> None:
    """Bound an observation by the sizes that the search for what it is can take."""
    elements, steps = sum(map(len, weights.values())), len(gradients)
    if not weights:
        fields.fail("weights", "has no array")
    if max(elements, len(weights)) > MOST_ELEMENTS:
        fields.fail(
            "weights",
            f"has {len(weights):,} arrays and {elements:,} elements in all; observe"
            f" {MOST_ELEMENTS:,} at most; a dozen are enough",
        )
    if steps > MOST_STEPS:
        fields.fail("gradients", f"has {steps:,} steps; observe the first {MOST_STEPS:,} at most")
    if elements * steps > MOST_NUMBERS:
        fields.fail(
            "observed",
            f"{elements:,} elements in {steps:,} steps are more than {MOST_NUMBERS:,} numbers;"
            " observe fewer elements, or the first steps",
        )
    for name in weights:
        if len(name) > _LONGEST_NAME:
            fields.fail(
                "weights",
                f"the name {files.quoted(name)} has {len(name):,} characters; {_LONGEST_NAME} are"
                " allowed",
            )


def _stored(scenario: Scenario, precision: str) -> Scenario:
    """The scenario with the arrays that a precision stores, and hyperparameters as they are given.

    Settings are double in most languages, whatever is stored: 1 - d may be formed of them.
    """
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        narrow = scenario.in_precision(precision)
    given = {**scenario.hyperparameters, **scenario.options}
    for name, value in (narrow.hyperparameters | dict(narrow.options)).items():
        if not np.isfinite(value):
            field = f"options.{name}" if name in scenario.options else name
            fields.fail(field, f"{given[name]!r} is too large for {precision}")
    return replace(narrow.having(given), learning_rates=scenario.learning_rates)
