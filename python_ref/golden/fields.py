"""A JSON document of ours, a golden or an observation, checked on its way in.

Every failure names the field.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from itertools import islice
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.files import quoted
from python_ref.numbers.text import from_json
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS, OPTIONS
from python_ref.scenarios.scenario import Scenario

# Of names in a message.
_NAMES = 8


class FieldError(ValueError):
    """A field does not hold what it must; the message begins with its name."""


def fail(field: str, message: str) -> NoReturn:
    """Raise FieldError; the whole document has no name."""
    raise FieldError(f"{field}: {message}" if field else message)


def mapping(value: Any, field: str) -> dict[str, Any]:
    """An object."""
    if not isinstance(value, dict):
        fail(field, f"expected an object, found {type(value).__name__}")
    return value


def record(value: Any, field: str, keys: str, optional: str = "") -> dict[str, Any]:
    """An object with exactly these keys, and perhaps those that are optional."""
    given, wanted = mapping(value, field), keys.split()
    for key in wanted:
        if key not in given:
            fail(field, f"{key!r} is missing")
    known = [*wanted, *optional.split()]
    for key in given:
        if key not in known:
            fail(field, f"unknown key {quoted(key)}{_near(key, known)}")
    return given


def choice(value: Any, field: str, choices: Sequence[str]) -> str:
    """One of some words."""
    if value not in choices:
        several = "one of " if len(choices) > 1 else ""
        fail(field, f"expected {several}{', '.join(choices)}, found {quoted(value)}")
    return str(value)


def sequence(value: Any, field: str) -> list[Any]:
    """A list."""
    if not isinstance(value, list):
        fail(field, f"expected a list, found {type(value).__name__}")
    return value


def string(value: Any, field: str) -> str:
    """A text."""
    if not isinstance(value, str):
        fail(field, f"expected text, found {type(value).__name__}")
    return value


def number(value: Any, field: str) -> float:
    """A number, or the name of one that is not finite."""
    try:
        return from_json(value)
    except ValueError:
        fail(field, f"expected a number, found {quoted(value)}")


def setting(value: Any, field: str) -> float:
    """A hyperparameter or an option: finite, and from 0 up."""
    read = number(value, field)
    if not 0 <= read < math.inf:
        fail(field, f"expected a finite number of at least 0, found {quoted(value)}")
    return read


def scenario(document: Mapping[str, Any], settings: Mapping[str, Any], **named: Any) -> Scenario:
    """The inputs that a document gives.

    Args:
        document: has weights and gradients.
        settings: has the hyperparameters, and options if there are any: the document itself, or
            its field of that name.
        named: the scenario's name, and whatever else it has beside the inputs.
    """
    prefix = "" if settings is document else "hyperparameters."
    hyperparameters: dict[str, Any] = {
        name: setting(settings[name], prefix + name) for name in HYPERPARAMETERS
    }
    if hyperparameters["decay_rate"] > 1:
        fail(f"{prefix}decay_rate", f"expected at most 1, found {settings['decay_rate']!r}")
    given = record(settings.get("options", {}), f"{prefix}options", "", " ".join(OPTIONS))
    weights = arrays(document["weights"], "weights")
    lengths = {name: len(array) for name, array in weights.items()}
    gradients = [
        arrays(step, f"gradients[{t}]", lengths)
        for t, step in enumerate(sequence(document["gradients"], "gradients"))
    ]
    if not gradients:
        fail("gradients", "has no step")
    return Scenario(
        weights=weights,
        gradients=gradients,
        options={name: setting(x, f"{prefix}options.{name}") for name, x in given.items()},
        **hyperparameters,
        **named,
    )


def dialect(value: Any, field: str) -> Dialect:
    """The axes that deviate, with their values."""
    given = mapping(value, field)
    for axis, name in given.items():
        if axis in AXES and name not in AXES[axis].names:
            known = ", ".join(AXES[axis].names)
            fail(f"{field}.{axis}", f"found {quoted(name)}; the values are {known}")
        if axis not in AXES:
            fail(field, f"no axis {quoted(axis)}; the axes are {', '.join(AXES)}")
    return Dialect([f"{axis}={name}" for axis, name in given.items()])


def arrays(
    value: Any, field: str, lengths: Mapping[str, int] | None = None, null: bool = False
) -> dict[str, NDArray[np.float64]]:
    """Named arrays.

    Args:
        value: what stands there.
        field: where.
        lengths: the arrays that there may be, and how long they are; None where these are the
            first.
        null: null is NaN.
    """
    result = {}
    for name, numbers in mapping(value, field).items():
        if _plain(numbers) and (lengths is None or lengths.get(name) == len(numbers)):
            result[name] = np.array(numbers, dtype=np.float64)
            continue
        where = f"{field}.{quoted(name)[1:-1]}"
        listed = sequence(numbers, where)
        if lengths is not None and name not in lengths:
            meant = _near(name, lengths) or f"; the weights are {_few(lengths)}"
            fail(where, f"is not among the weights{meant}")
        if lengths is not None and len(listed) != lengths[name]:
            fail(where, f"has {len(listed)} elements, the weights {lengths[name]}")
        result[name] = np.array(
            [
                x
                if type(x) is float
                else math.nan
                if null and x is None
                else number(x, f"{where}[{i}]")
                for i, x in enumerate(listed)
            ],
            dtype=np.float64,
        )
    return result


def _plain(numbers: Any) -> bool:
    """Whether all there is are numbers with a point: what most arrays are, and soon read."""
    return type(numbers) is list and set(map(type, numbers)) <= {float}


def row(
    value: Any, field: str, lengths: Mapping[str, int], null: bool = False
) -> NDArray[np.float64]:
    """A row of all arrays that `lengths` names, one after another."""
    given = arrays(value, field, lengths, null)
    for name in lengths:
        if name not in given:
            fail(field, f"array {quoted(name)} is missing")
    return np.concatenate([np.zeros(0), *(given[name] for name in lengths)])


def plain_rows(
    listed: Sequence[Any], key: str, keys: str, lengths: Mapping[str, int]
) -> NDArray[np.float64] | None:
    """What `row` reads of a key of every step, (T, N), at once.

    None where anything must be looked at more closely: a step that has not exactly these keys,
    an array that is not there or not as long, a number without a point.
    """
    wanted, numbers = set(keys.split()), []
    for step in listed:
        if type(step) is not dict or step.keys() != wanted:
            return None
        given = step[key]
        if type(given) is not dict or given.keys() != lengths.keys():
            return None
        for name, length in lengths.items():
            if type(given[name]) is not list or len(given[name]) != length:
                return None
            numbers += given[name]
    if not _plain(numbers):
        return None
    return np.array(numbers, dtype=np.float64).reshape(len(listed), sum(lengths.values()))


def steps(value: Any, field: str, scenario: Scenario, hint: str = "") -> list[Any]:
    """A list of as many steps as a scenario has; the hint says what to do about another one."""
    listed = sequence(value, field)
    if len(listed) != scenario.steps:
        fail(field, f"has {len(listed)} steps, the gradients {scenario.steps}{hint}")
    return listed


def _few(names: Iterable[str]) -> str:
    """The first names; there may be a thousand."""
    few = [quoted(name) for name in islice(names, _NAMES + 1)]
    return ", ".join(few[:_NAMES]) + (", ..." if len(few) > _NAMES else "")


def _near(key: str, known: Iterable[str]) -> str:
    near = get_close_matches(key[:60], known, 1)
    return f"; did you mean {near[0]!r}?" if near else ""
