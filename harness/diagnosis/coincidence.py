"""Whether what was seen tells a cause, or is so little that chance explains it as well.

Of a value that the claim misses, a false explanation comes as near as the true one with a chance:
how far rounding and print let a value be off, of how far the claim is off. Against all of these
together stand how many explanations were tried, and how many numbers a constant could have been.
Steps are looked at, not weights: a weight that was missed once stays off in every step after it.
"""

from __future__ import annotations

import math

import numpy as np

from harness.diagnosis.explanation import Explanation
from harness.diagnosis.noise import UNITS
from harness.diagnosis.ranking import digits
from harness.diagnosis.trial import CLAIM, Trial
from harness.model.evidence import Evidence
from harness.model.observation import Rows

# Less likely than this, nothing is a coincidence.
_HARDLY = math.log(100)


def told(trial: Trial, explanation: Explanation, among: int) -> bool:
    """Whether what was seen tells that an explanation is the cause.

    Args:
        trial: has what was seen, and the claim.
        explanation: what fits all of it.
        among: as many sets were looked at that have as many members.
    """
    # A constant of so many digits is one of so many numbers, in one decade or another.
    constants = sum((digits(value) + 1) * math.log(10) for value in explanation.constants.values())
    needed, values = _HARDLY + math.log(max(among, 1)) + constants, 0
    schedule = any(axis == "schedule" for axis, _ in explanation.chosen)
    for evidence in trial.evidence:
        said = _said(trial, explanation, evidence)
        needed -= float(said.sum())
        says = said > 0
        # Of a schedule all elements of a step say the same.
        values += int((says.any(axis=1) if schedule else says).sum())
        # One value can always be met by a constant, and at times by one with few digits.
        if needed <= 0 and values > len(explanation.constants):
            return True
    return not explanation.chosen


def _said(trial: Trial, explanation: Explanation, evidence: Evidence) -> Rows:
    """(seen, N) what each step of each element says for it: minus the logarithm of chance."""
    candidates = [*CLAIM, (explanation.chosen, explanation.constants)]
    weights, limits = trial.limits(candidates, evidence)
    seen = evidence.seen[: evidence.steps]
    observed = evidence.weights[: evidence.steps][seen]
    with np.errstate(all="ignore"):
        missed = np.abs(_steps(evidence, weights[0]) - _steps(evidence, observed))
        bits = UNITS[evidence.precision] * np.abs(observed)
        bound = limits[1] if explanation.arithmetic is None else bits
        chances = (bound + evidence.rounding) / missed
        # What is no number where one was claimed says as much as one value can.
        said = -np.log(np.clip(chances, UNITS["float64"], 1.0))
    return np.where(np.isfinite(observed) & np.isfinite(bound) & ~np.isnan(said), said, 0.0)


def _steps(evidence: Evidence, rows: Rows) -> Rows:
    return np.diff(np.vstack([evidence.initial, rows]), axis=0)
