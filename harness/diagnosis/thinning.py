"""Less of long evidence: a dozen elements and the first steps tell as much as thousands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from harness.model.evidence import Evidence, shortened
from python_ref.dialects.axes import BY_NORM
from python_ref.dialects.dialect import Dialect
from python_ref.scenarios.scenario import Scenario

STEPS = 60
"""Of long evidence the search sees the first steps; what it finds is held to all of them."""

_ELEMENTS = 24
# The same where nothing was seen in the first steps, so that all of them are replayed.
_FEW_ELEMENTS = 6
# Steps that constants are solved from, and those they are then read from.
_SOLVED, _READ = 8, 24


def coupled(dialect: Dialect) -> bool:
    """Whether elements have to do with each other, so that none may be left out."""
    return dialect.choice("clip") in BY_NORM or dialect.choice("state") == "shared"


def thinned(evidence: Evidence) -> Evidence:
    """The first steps of a few elements: of every array the first and the last, and some between.

    Of many arrays the first and some of the others.
    """
    short = shortened(evidence, STEPS)
    few = _ELEMENTS if short.steps <= STEPS else _FEW_ELEMENTS
    if evidence.scenario.size <= 2 * few:
        return short
    return restricted(short, _some(evidence.scenario, few))


def _some(scenario: Scenario, few: int) -> NDArray[np.bool_]:
    lengths = scenario.lengths
    starts = np.cumsum([0, *lengths])
    filled = [i for i, length in enumerate(lengths) if length]
    arrays = _spread(filled, min(len(filled), few // 2))
    each = max(2, few // max(1, len(arrays)))
    mask = np.zeros(scenario.size, dtype=np.bool_)
    for i in arrays:
        mask[[int(starts[i]) + j for j in _spread(range(lengths[i]), each)]] = True
    return mask


def _spread(items: Sequence[int], count: int) -> list[int]:
    """So many of the items, evenly, the first and the last among them."""
    if len(items) <= count:
        return list(items)
    places = np.linspace(0, len(items) - 1, count).round().astype(int)
    return [items[i] for i in dict.fromkeys(places.tolist())]


def restricted(evidence: Evidence, mask: NDArray[np.bool_]) -> Evidence:
    """The evidence of the elements in `mask` (N,) alone; arrays without any are left out."""
    scenario = evidence.scenario
    starts = np.cumsum([0, *scenario.lengths])
    parts = {
        name: mask[starts[i] : starts[i + 1]]
        for i, name in enumerate(scenario.names)
        if mask[starts[i] : starts[i + 1]].any()
    }
    fed = replace(
        scenario,
        weights={name: scenario.weights[name][part] for name, part in parts.items()},
        gradients=[
            {name: step[name][part] for name, part in parts.items() if name in step}
            for step in scenario.gradients
        ],
    )
    average = evidence.moving_average
    return replace(
        evidence,
        scenario=fed,
        weights=evidence.weights[:, mask],
        moving_average=None if average is None else average[:, mask],
    )


def rows_to_solve(evidence: Evidence, first: int) -> list[int]:
    """The steps, from 0, that constants are solved from.

    Args:
        evidence: what was seen.
        first: the first step, from 0, in which the claim is off: before, nothing shows.
    """
    seen = np.flatnonzero(evidence.seen)
    after = seen[seen >= first]
    before = seen[seen < first]
    chosen = [*before[: max(2, _SOLVED - len(after))].tolist(), *after[:_SOLVED].tolist()]
    return sorted(chosen)[: 2 * _SOLVED]


def rows_to_read(evidence: Evidence) -> list[int]:
    """The steps that the digits of constants are read from, evenly over what was seen."""
    return _spread(np.flatnonzero(evidence.seen).tolist(), _READ)
