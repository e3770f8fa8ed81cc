"""A golden's document checked on its way in; every failure names the field."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.files import quoted
from python_ref.numbers.text import from_json
from python_ref.scenarios.hyperparameters import OPTIONS


class FieldError(ValueError):
    """A field does not hold what it must; the message begins with its name."""


def fail(field: str, message: str) -> NoReturn:
    """Raise FieldError."""
    raise FieldError(f"{field}: {message}")


def mapping(value: Any, field: str) -> dict[str, Any]:
    """An object."""
    if not isinstance(value, dict):
        fail(field, f"expected an object, found {type(value).__name__}")
    return value


def record(value: Any, field: str, keys: str) -> dict[str, Any]:
    """An object with exactly these keys."""
    found, wanted = mapping(value, field), keys.split()
    for key in wanted:
        if key not in found:
            fail(field, f"{key!r} is missing")
    for key in found:
        if key not in wanted:
            fail(field, f"unknown key {quoted(key)}{_near(key, wanted)}")
    return found


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
    found = number(value, field)
    if not 0 <= found < math.inf:
        fail(field, f"expected a finite number of at least 0, found {quoted(value)}")
    return found


def options(value: Any, field: str) -> dict[str, float]:
    """The options, each of which is one that we know."""
    found = mapping(value, field)
    for key in found:
        if key not in OPTIONS:
            fail(field, f"unknown key {quoted(key)}{_near(key, OPTIONS)}")
    return {key: setting(x, f"{field}.{key}") for key, x in found.items()}


def dialect(value: Any, field: str) -> Dialect:
    """The axes that deviate, with their values."""
    found = mapping(value, field)
    for axis, name in found.items():
        if axis in AXES and name not in AXES[axis].names:
            known = ", ".join(AXES[axis].names)
            fail(f"{field}.{axis}", f"found {quoted(name)}; the values are {known}")
        if axis not in AXES:
            fail(field, f"no axis {quoted(axis)}; the axes are {', '.join(AXES)}")
    return Dialect([f"{axis}={name}" for axis, name in found.items()])


def arrays(
    value: Any, field: str, lengths: Mapping[str, int] | None = None, null: bool = False
) -> dict[str, NDArray[np.float64]]:
    """Named arrays.

    Args:
        value: what was found.
        field: where.
        lengths: the arrays that there may be, and how long they are; None where these are the
            first.
        null: null is NaN.
    """
    result = {}
    for name, numbers in mapping(value, field).items():
        where = f"{field}.{quoted(name)[1:-1]}"
        listed = sequence(numbers, where)
        if lengths is not None and name not in lengths:
            fail(where, "is not among the weights")
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


def rows(
    value: Any,
    field: str,
    keys: str,
    lengths: Mapping[str, int],
    steps: int,
    null: bool = False,
) -> dict[str, NDArray[np.float64]]:
    """By key, a row a step, of all arrays that `lengths` names one after another."""
    listed = sequence(value, field)
    if len(listed) != steps:
        fail(field, f"has {len(listed)} steps, the gradients {steps}")
    found: dict[str, list[NDArray[np.float64]]] = {key: [] for key in keys.split()}
    for t, step in enumerate(listed):
        given = record(step, f"{field}[{t}]", keys)
        for key, kept in found.items():
            where = f"{field}[{t}].{key}"
            row = arrays(given[key], where, lengths, null)
            for name in lengths:
                if name not in row:
                    fail(where, f"array {quoted(name)} is missing")
            kept.append(np.concatenate([np.zeros(0), *(row[name] for name in lengths)]))
    return {key: np.array(kept) for key, kept in found.items()}


def _near(key: str, known: Iterable[str]) -> str:
    near = get_close_matches(key[:60], known, 1)
    return f"; did you mean {near[0]!r}?" if near else ""
