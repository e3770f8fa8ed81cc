"""What a port's diagnosis rests on: which of its goldens, and in which precision."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from harness.comparison.compare import Comparison
from harness.comparison.distance import same
from harness.diagnosis.diagnose import Diagnosis, Explanation
from harness.diagnosis.hypotheses import Deviations, dialect
from harness.model.evidence import Evidence, richest_first
from python_ref.dialects.dialect import Dialect
from python_ref.golden import of_stored

# What is enough to see whether float32 is explained as float64 is.
_FEW, _SHORT = 3, 2_000

Diagnose = Callable[[Sequence[Evidence]], Diagnosis]
"""Explains a port by these pieces of evidence."""


@dataclass(frozen=True)
class Cause:
    """Why a port diverges.

    Attributes:
        diagnosis: what explains it, or how near anything comes; None where there is nothing to
            explain.
        precision: float32 where it is only that which diverges, and float64 is right; else "".
        edges: goldens that are edges for this port: what its way with numbers does to them says
            nothing of its formula.
        narrow: what explains it in float32, where that is not what explains it in float64.
        beside: numbers are lost beside what is explained.
    """

    diagnosis: Diagnosis | None = None
    precision: str = ""
    edges: frozenset[str] = frozenset()
    narrow: Diagnosis | None = None
    beside: bool = False

    @property
    def explains(self) -> bool:
        """Whether all of it is explained."""
        return self.diagnosis is not None and self.diagnosis.best is not None and not self.beside


def cause(
    claim: Dialect,
    comparisons: Sequence[Comparison],
    evidence: Sequence[Evidence],
    diagnose: Diagnose,
) -> Cause:
    """Explain a port that diverges.

    Args:
        claim: what it was held against.
        comparisons: of the goldens that are a ground.
        evidence: what was observed for them, perhaps beside others.
        diagnose: searches for a cause.
    """
    names = {comparison.golden for comparison in comparisons}
    steps = [e for e in evidence if e.name in names and e.steps]
    # What a port means shows in double; how it narrows to float is arithmetic.
    wide = [e for e in steps if e.precision == "float64"]
    narrow = [e for e in steps if e.precision != "float64"]
    precision = ""
    if wide and narrow and _right(comparisons, "float64"):
        wide, narrow, precision = narrow, [], "float32"
    used = wide or narrow
    if not used:
        return Cause()
    losing = {c.golden for c in comparisons if c.lost and c.lost.count}
    explained, beside = _without_doubtful(claim, used, losing, diagnose)
    chosen = explained.best.chosen if explained.best else ()
    edges = {e.name for e in used if _rounds_epsilon(chosen) and _rounded_away(e)}
    other = None
    clear = [e for e in narrow if e.name not in losing] if used is wide else []
    if explained.best and not all(_fits(claim, explained.best, e) for e in _few(clear)):
        other = diagnose(clear)
    # What departs from the claim is not explained by it, though the part that is searched is.
    diagnosis = explained if chosen or not explained.best else None
    return Cause(diagnosis, precision, frozenset(edges), narrow=other, beside=beside)


def _few(evidence: Sequence[Evidence]) -> Sequence[Evidence]:
    """Those that tell most, and are short."""
    return [e for e in richest_first(evidence) if e.weights.size <= _SHORT][:_FEW]


def _right(comparisons: Sequence[Comparison], family: str) -> bool:
    return all(c.within or c.fault for c in comparisons if c.family == family)


def _without_doubtful(
    claim: Dialect, evidence: Sequence[Evidence], losing: Collection[str], diagnose: Diagnose
) -> tuple[Diagnosis, bool]:
    """The diagnosis by what is no doubtful ground, and whether numbers are lost beside that.

    Where numbers are lost, by whatever defect, the rest says enough. And a port that takes
    epsilon as a float divides by zero where a float cannot hold it: what it then gives says
    nothing of its formula.

    Args:
        claim: what it was held against.
        evidence: all there is.
        losing: the names of those in which numbers are lost.
        diagnose: searches for a cause.
    """
    clear = [e for e in evidence if e.name not in losing and not _rounded_away(e)]
    if not clear or len(clear) == len(evidence):
        return diagnose(evidence), False
    diagnosis = diagnose(clear)
    if diagnosis.best is None:
        return diagnosis, False
    apart = [e for e in evidence if e not in clear and not _fits(claim, diagnosis.best, e)]
    if _rounds_epsilon(diagnosis.best.chosen):
        apart = [e for e in apart if not _rounded_away(e)]
    if not apart:
        return diagnosis, False
    if diagnosis.best.chosen and all(e.name in losing for e in apart):
        return diagnosis, True
    return diagnose(evidence), False


def _rounds_epsilon(chosen: Deviations) -> bool:
    return any(axis == "float32_hyperparameters" and "epsilon" in value for axis, value in chosen)


def _rounded_away(evidence: Evidence) -> bool:
    epsilon = evidence.scenario.epsilon
    return evidence.precision == "float64" and bool(epsilon) and not np.float32(epsilon)


def _fits(claim: Dialect, explanation: Explanation, evidence: Evidence) -> bool:
    """Whether an explanation gives what was observed, within rounding."""
    explained = dialect(claim, explanation.chosen, explanation.constants)
    with np.errstate(all="ignore"):
        golden = of_stored(evidence.scenario, explained, evidence.precision)
        near = np.abs(golden.weights - evidence.weights) <= golden.envelope
    near |= same(golden.weights, evidence.weights) | ~evidence.seen[:, np.newaxis]
    return bool(near.all())
