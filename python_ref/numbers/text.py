"""Numbers as JSON and people have them: the shortest decimal, by name what is not finite.

Goldens, reports, observations and the wire write every number in the one way that is here.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Literal, Union, get_args

NotFinite = Literal["NaN", "Infinity", "-Infinity"]
"""How JSON, which has no such numbers, names them."""

Number = Union[float, NotFinite]
"""A number in JSON."""

_VALUES: dict[str, float] = dict(zip(get_args(NotFinite), (math.nan, math.inf, -math.inf)))


def to_json(value: float) -> Number:
    """A number as JSON holds it.

    >>> to_json(0.1), to_json(float("-inf"))
    (0.1, '-Infinity')
    """
    if math.isfinite(value):
        return float(value)
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def from_json(value: object) -> float:
    """Read a number that JSON holds; a whole one beyond double precision is infinite.

    Raises:
        ValueError: it is none.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    if isinstance(value, str) and value in _VALUES:
        return _VALUES[value]
    raise ValueError("no number")


def missing_to_one(rate: float) -> float:
    """What a person writes beside a rate: what its shortest decimal lacks to 1.

    >>> missing_to_one(0.9), 1 - 0.9
    (0.1, 0.09999999999999998)
    """
    return float(1 - Decimal(repr(float(rate))))


def decimal(value: float) -> str:
    """A number for people: the shortest decimal that is the same to the last bit."""
    written = to_json(value)
    return written if isinstance(written, str) else repr(written)
