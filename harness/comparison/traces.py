"""What a golden and a port did around the place where they part: a few elements, a few steps.

Bounded, so that a report of many ports can carry it: of the trajectory of each golden that is
not within its envelope, the element that leaves first and the one that ends up furthest out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.comparison.distance import family, ulp_distance
from harness.model.observation import Rows
from python_ref.golden import Golden
from python_ref.scenarios.scenario import Scenario

# Every step from a few before the divergence to some behind it, then fewer and fewer to the last.
_BEFORE = 4
_BEHIND = 12
_LATER = 16


@dataclass(frozen=True)
class Trace:
    """One element over the steps that show how it leaves its golden.

    Attributes:
        array, index: the element; index from 0.
        steps: from 1, ascending, not each; the lists below have a value for each of them.
        expected, observed: the weights.
        ulp: their distance in ULP; None to or from NaN.
        envelope: how far rounding can take a weight that is right; NaN where unbounded.
        envelope_ulp: the same in ULP of the expected weight; NaN where unbounded.
    """

    array: str
    index: int
    steps: tuple[int, ...]
    expected: tuple[float, ...]
    observed: tuple[float, ...]
    ulp: tuple[int | None, ...]
    envelope: tuple[float, ...]
    envelope_ulp: tuple[float, ...]


def traces(
    golden: Golden,
    observed: Rows,
    radius: Rows,
    outside: NDArray[np.bool_],
    unit: str,
    seen: NDArray[np.bool_] | None = None,
) -> tuple[Trace, ...]:
    """The elements that show the divergence, the first to diverge first; none if none does.

    Args:
        golden: what was expected.
        observed: (t, N) the steps that were completed.
        radius: (t, N) the envelope, with the rounding of print.
        outside: (t, N) what lies outside of it.
        unit: the precision whose last place distances are given in.
        seen: (t,) which steps were observed; None for all of them.
    """
    if not outside.any():
        return ()
    step, first = (int(x) for x in np.argwhere(outside)[0])
    steps = _steps(step, len(observed))
    if seen is not None:
        steps = steps[seen[steps]]
    elements = dict.fromkeys((first, _furthest(golden.weights, observed, outside)))
    return tuple(_trace(golden, observed, radius, e, steps, unit) for e in elements)


def _steps(first: int, count: int) -> NDArray[np.intp]:
    """The steps to show, from 0: all around the first divergence, of the rest some."""
    near = np.arange(max(0, first - _BEFORE), min(count, first + _BEHIND))
    left = count - 1 - int(near[-1])
    if left <= _LATER:
        return np.arange(near[0], count)
    far = near[-1] + np.unique(np.geomspace(1, left, _LATER).round().astype(np.intp))
    return np.concatenate([near, far])


def _furthest(expected: Rows, observed: Rows, outside: NDArray[np.bool_]) -> int:
    """The element that is furthest off in the last step in which any lies outside."""
    step = int(np.argwhere(outside)[-1][0])
    with np.errstate(all="ignore"):
        off = np.abs(observed[step] - expected[step])
    off = np.where(outside[step], np.nan_to_num(off, nan=math.inf), -1.0)
    return int(np.argmax(off))


def _trace(
    golden: Golden, observed: Rows, radius: Rows, element: int, steps: NDArray[np.intp], unit: str
) -> Trace:
    expected, given = golden.weights[steps, element], observed[steps, element]
    envelope = radius[steps, element]
    dtype = np.dtype(family(unit))
    with np.errstate(all="ignore"):
        places = np.spacing(np.abs(expected).astype(dtype)).astype(np.float64)
        relative = np.where(np.isfinite(places) & (places > 0), envelope / places, math.nan)
    array, index = locate(golden.scenario, element)
    pairs = list(zip(expected.tolist(), given.tolist(), strict=True))
    return Trace(
        array=array,
        index=index,
        steps=tuple((steps + 1).tolist()),
        expected=tuple(expected.tolist()),
        observed=tuple(given.tolist()),
        ulp=tuple(ulp_distance(a, b, unit) for a, b in pairs),
        envelope=tuple(envelope.tolist()),
        envelope_ulp=tuple(relative.tolist()),
    )


def locate(scenario: Scenario, flat: int) -> tuple[str, int]:
    """The array's name and the index in it of element `flat` of N."""
    for name, length in zip(scenario.names, scenario.lengths, strict=True):
        if flat < length:
            return name, flat
        flat -= length
    raise IndexError(f"{scenario.name} has {scenario.size} elements")
