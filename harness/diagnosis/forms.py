"""The forms of schedules: what a learning rate is multiplied by, of the step and one number.

The number is read from the factors of a few steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.model.observation import Rows

CLOSE = 1e-4
"""How far factors may be from a form whose number is not written out yet."""

Counts = NDArray[np.float64]


@dataclass(frozen=True)
class Form:
    """How factors depend on the step.

    Attributes:
        formula: of t, counted from 1.
        name: what the number in it is called.
        factors: (T,) of t and the number.
        number: read from t and factors; NaN where they are not of this form.
    """

    formula: str
    name: str
    factors: Callable[[Counts, float], Rows]
    number: Callable[[Counts, Rows], float]


def _cosine(t: Counts, n: float) -> Rows:
    return np.asarray((1 + np.cos(math.pi * np.minimum(t, n) / n)) / 2)


def _of_cosine(t: Counts, r: Rows) -> float:
    """From the steepest part, where a factor tells most of it."""
    inside = (r > 0) & (r < 1) & (t > 0)
    if not inside.any():
        return math.nan
    i = int(np.argmin(np.where(inside, np.abs(r - 0.5), np.inf)))
    return float(math.pi * t[i] / math.acos(2 * r[i] - 1))


def _median(values: Rows) -> float:
    return float(np.median(values)) if values.size else math.nan


def _of_rise(t: Counts, r: Rows) -> float:
    rising = (r > 0) & (r < 1 - CLOSE)
    return _median(t[rising] / r[rising])


def _of_fall(t: Counts, r: Rows) -> float:
    falling = (r > 0) & (r < 1 - CLOSE)
    return _median(t[falling] / (1 - r[falling]))


def _of_power(t: Counts, r: Rows) -> float:
    return _median(r[r > 0] ** (1 / t[r > 0]))


FORMS = (
    Form("f^t", "f", lambda t, f: f**t, _of_power),
    Form("min(1, t/n)", "n", lambda t, n: np.minimum(1, t / n), _of_rise),
    Form("min(1, (t-1)/n)", "n", lambda t, n: np.minimum(1, (t - 1) / n),
         lambda t, r: _of_rise(t - 1, r)),
    Form("max(0, 1 - t/n)", "n", lambda t, n: np.maximum(0, 1 - t / n), _of_fall),
    Form("(1 + cos(pi*min(t-1, n)/n))/2", "n", lambda t, n: _cosine(t - 1, n),
         lambda t, r: _of_cosine(t - 1, r)),
    Form("(1 + cos(pi*min(t, n)/n))/2", "n", _cosine, _of_cosine),
    Form("1/sqrt(t)", "", lambda t, _n: 1 / np.sqrt(t), lambda _t, _r: 1.0),
)  # fmt: skip
"""What is looked for, beside what the axis `schedule` has; a table of a few factors comes last."""
