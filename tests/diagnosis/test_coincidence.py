"""When what was seen tells a cause: how much has to speak for it, and how much a value does."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from showing import elements, shown

from harness.diagnosis import coincidence
from harness.diagnosis.explanation import Explanation
from harness.diagnosis.noise import UNITS
from harness.model.evidence import Evidence

INSIDE, FALLING = (("epsilon", "inside"),), (("schedule", "exponential"),)
OWN = {"epsilon": 0.37}
HUNDRED, TEN = math.log(100), math.log(10)
NEARLY = 1e-9


@pytest.mark.parametrize(
    ("chosen", "constants", "among", "said", "told"),
    [
        # A hundred to one, however few sets were tried; as often as sets were.
        (INSIDE, {}, 0, [[HUNDRED]], True),
        (INSIDE, {}, 1, [[HUNDRED + NEARLY]], True),
        (INSIDE, {}, 1, [[HUNDRED - NEARLY]], False),
        (INSIDE, {}, 10, [[HUNDRED + TEN + NEARLY]], True),
        (INSIDE, {}, 10, [[HUNDRED + TEN - NEARLY]], False),
        # Of two digits there are a hundred numbers, in one decade of ten.
        (INSIDE, OWN, 1, [[HUNDRED, 3 * TEN + NEARLY]], True),
        (INSIDE, OWN, 1, [[HUNDRED, 3 * TEN - NEARLY]], False),
        # Many values of which each says little; more than there are constants.
        (INSIDE, {}, 1, [[0.5] * 10], True),
        (INSIDE, OWN, 1, [[99.0]], False),
        (INSIDE, OWN, 1, [[99.0, 99.0]], True),
        # All elements of a step say the same of a schedule.
        (FALLING, OWN, 1, [[99.0, 99.0]], False),
        (FALLING, OWN, 1, [[99.0, 0.0], [0.0, 99.0]], True),
        # That a port is as claimed need not be told.
        ((), {}, 1, [[0.0]], True),
    ],
)
def test_a_cause_is_told_where_chance_hardly_explains_as_much(
    monkeypatch: pytest.MonkeyPatch,
    chosen: Any,
    constants: Mapping[str, float],
    among: int,
    said: Sequence[Sequence[float]],
    told: bool,
) -> None:
    monkeypatch.setattr(coincidence, "_said", lambda *_: np.array(said))
    trial: Any = SimpleNamespace(evidence=[None])
    assert coincidence.told(trial, Explanation(chosen, constants), among) == told


def saying(evidence: Evidence, claimed: float, limit: float, found: Explanation) -> float:
    """What the only step of the only element says, where the claim leads to another weight."""
    weights, limits = np.full((2, 1, 1), claimed), np.full((2, 1, 1), limit)
    trial: Any = SimpleNamespace(limits=lambda *_: (weights, limits))
    (said,) = coincidence._said(trial, found, evidence).ravel().tolist()
    return float(said)


@pytest.mark.parametrize(
    ("observed", "rounding", "limit", "found", "chance"),
    [
        # From 1 to 0.5 where the claim leads to 0.75.
        (0.5, 0.0, 0.025, Explanation(INSIDE), 0.1),
        (0.5, 0.0, 99.0, Explanation(INSIDE), 1.0),
        (0.5, 0.05, 0.025, Explanation(INSIDE), 0.3),
        (0.5, 0.0, 0.0, Explanation(INSIDE), UNITS["float64"]),
        (0.5, 0.0, 99.0, Explanation(INSIDE, arithmetic=()), 2 * UNITS["float64"]),
        # Of what is no number on one side nothing is known.
        (math.nan, 0.0, 0.025, Explanation(INSIDE), 1.0),
        (0.5, 0.0, math.inf, Explanation(INSIDE), 1.0),
    ],
)
def test_a_value_says_how_seldom_it_is_met(
    observed: float, rounding: float, limit: float, found: Explanation, chance: float
) -> None:
    one = shown(elements([1.0], [[0.5]]))
    evidence = replace(one, weights=np.array([[observed]]), rounding=rounding)
    assert saying(evidence, 0.75, limit, found) == pytest.approx(-math.log(chance), abs=1e-12)
