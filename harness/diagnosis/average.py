"""The moving average that a port reports: whether it is that of what was claimed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.diagnosis.explanation import Explanation
from harness.diagnosis.hypotheses import dialect
from harness.diagnosis.noise import UNITS
from harness.diagnosis.trial import cut
from harness.model.evidence import Evidence
from python_ref.dialects.dialect import Dialect
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import replay

# Three products and a sum a step, in any order, and their errors decay with the average.
_ROUNDINGS = 64


def judged(dialect: Dialect, evidence: Sequence[Evidence]) -> str:
    """Whether reported averages are those of a dialect: "right", "wrong", empty if unknown."""
    known = False
    for e in evidence:
        if e.moving_average is None or not e.steps:
            continue
        hypothesis = Hypothesis(dialect, precision=e.precision)
        expected = replay(cut(e), [hypothesis]).moving_average[0]
        reported = e.moving_average[: len(expected)]
        comparable = e.seen[: e.steps, np.newaxis] & np.isfinite(reported) & np.isfinite(expected)
        if not comparable.any() or not (reported[comparable] != 0).any():
            continue
        known = True
        with np.errstate(all="ignore"):
            off = np.abs(reported - expected) > _ROUNDINGS * UNITS[e.precision] * (
                np.abs(expected) + float(np.finfo(np.float32).tiny) * (e.precision != "float64")
            )
        if (off & comparable).any():
            return "wrong"
    return "right" if known else ""


def agreeing(
    claim: Dialect, explanations: Sequence[Explanation], evidence: Sequence[Evidence]
) -> list[Explanation]:
    """Those whose average is the one reported; all of them where that holds for none."""
    if len(explanations) < 2:
        return list(explanations)
    words = [judged(dialect(claim, e.chosen, e.constants), evidence) for e in explanations]
    right = [e for e, word in zip(explanations, words, strict=True) if word == "right"]
    return right or list(explanations)
