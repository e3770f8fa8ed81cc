"""Numbers that lose bits between us and a command: read, or printed, not quite as they are.

A decimal names a float exactly only if it is read correctly rounded and printed with enough
digits. A port that does neither is not exact, and its formula may be right all the same: so the
usual ways of doing it wrongly are tried on what was sent, and on what should have come.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from harness.comparison.distance import same
from harness.comparison.replays import Replays
from harness.model.observation import Observation
from harness.model.words import MISPRINTS, MISREADS
from python_ref.golden import Golden
from python_ref.numbers.arithmetic import Arithmetic, arithmetics
from python_ref.scenarios.scenario import Arrays, Scenario

Lossy = Callable[[float], float]
"""What becomes of a number that is written as its shortest decimal."""


def lossy(fed: Sequence[tuple[Golden, Observation]], replays: Replays) -> str:
    """MISREADS or MISPRINTS if that gives what was observed at every core golden; else "".

    Args:
        fed: goldens and what came of them, one of which at least differs.
        replays: what a run remembers of the goldens in other arithmetics.
    """
    core = [(g, o) for g, o in fed if g.kind == "core" and o.fault is None]
    core.sort(key=lambda pair: pair[0].weights.size)
    if not core:
        return ""
    for loss in (*_DIGITS, *_READING):
        if _explains(core, replays, read=loss):
            return MISREADS
    printing = (*_DIGITS, *_DECIMALS)
    return MISPRINTS if any(_explains(core, replays, printed=d) for d in printing) else ""


def _same(value: float) -> float:
    return value


def _explains(
    fed: Sequence[tuple[Golden, Observation]],
    replays: Replays,
    read: Lossy = _same,
    printed: Lossy = _same,
) -> bool:
    """Whether one arithmetic gives all that was observed, from numbers read and printed so."""
    left: dict[str, Sequence[Arithmetic]] = {}
    for golden, observation in fed:
        asked = left.get(golden.precision, arithmetics(golden.precision))
        as_read = golden
        if read is not _same:
            as_read = replace(golden, scenario=_each_read(golden.scenario, read))
        rows = replays.weights(as_read, asked)
        asked = [a for a in asked if same(_each(rows[a], printed), observation.weights).all()]
        if not asked:
            return False
        left[golden.precision] = asked
    return True


def _each_read(scenario: Scenario, read: Lossy) -> Scenario:
    def arrays(given: Arrays) -> Arrays:
        return {name: _each(values, read) for name, values in given.items()}

    return replace(
        scenario,
        weights=arrays(scenario.weights),
        gradients=[arrays(step) for step in scenario.gradients],
        options={name: read(value) for name, value in scenario.options.items()},
        learning_rate=read(scenario.learning_rate),
        decay_rate=read(scenario.decay_rate),
        epsilon=read(scenario.epsilon),
        learning_rates=tuple(read(rate) for rate in scenario.learning_rates),
    )


def _each(values: NDArray[np.float64], loss: Lossy) -> NDArray[np.float64]:
    if loss is _same:
        return values
    lost = [loss(x) if math.isfinite(x) and x else x for x in values.ravel().tolist()]
    return np.array(lost, dtype=np.float64).reshape(values.shape)


# -- the usual ways --------------------------------------------------------------------------------


def _digits(count: int) -> Lossy:
    return lambda value: float(f"{value:.{count}g}")


def _decimals(count: int) -> Lossy:
    return lambda value: float(f"{value:.{count}f}")


_DECIMALS = tuple(_decimals(count) for count in (17, 16, 15, 12, 10, 9, 8, 7, 6))
_DIGITS = tuple(_digits(count) for count in (16, 15, 14, 12, 10, 9, 8, 7, 6))


def _parts(value: float) -> tuple[float, str, str, int]:
    """Sign, digits before and behind the point, and the exponent, as they are written."""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    return math.copysign(1.0, value), whole, "" if fraction == "0" else fraction, int(exponent or 0)


def _number(digits: str) -> float:
    """Digits gathered one by one, in double."""
    value = 0.0
    for digit in digits:
        value = value * 10.0 + int(digit)
    return value


def _power(exponent: int) -> float:
    return 10.0**exponent if exponent >= -307 else 0.0


def _scaled(value: float) -> float:
    """All digits as a whole number, by a power of ten."""
    sign, whole, fraction, exponent = _parts(value)
    return sign * _number(whole + fraction) * _power(exponent - len(fraction))


def _divided(value: float) -> float:
    """All digits as a whole number, divided by a power of ten."""
    sign, whole, fraction, exponent = _parts(value)
    places = len(fraction) - exponent
    number = _number(whole + fraction)
    return sign * (number / _power(places) if 0 < places < 308 else number * _power(-places))


def _split(value: float) -> float:
    """The whole part and the fraction apart, then by the power of ten of the exponent."""
    sign, whole, fraction, exponent = _parts(value)
    number = _number(whole) + _number(fraction) / _power(len(fraction))
    return sign * (number * _power(exponent) if exponent else number)


def _place_by_place(value: float) -> float:
    """Digits behind the point by tenths of tenths."""
    sign, whole, fraction, exponent = _parts(value)
    number, place = _number(whole), 1.0
    for digit in fraction:
        place *= 0.1
        number += int(digit) * place
    return sign * (number * _power(exponent) if exponent else number)


def _ten_by_ten(value: float) -> float:
    """All digits as a whole number, divided or multiplied by ten again and again."""
    sign, whole, fraction, exponent = _parts(value)
    number = _number(whole + fraction)
    for _ in range(abs(exponent - len(fraction))):
        number = number * 10.0 if exponent > len(fraction) else number / 10.0
    return sign * number


def _as_float(value: float) -> float:
    """As a float32, which is widened."""
    return float(np.float32(value))


_READING = (_scaled, _divided, _split, _place_by_place, _ten_by_ten, _as_float)
