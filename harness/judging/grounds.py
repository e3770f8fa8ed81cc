"""What a port's diagnosis rests on: which of its goldens, and in which precision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from harness.comparison.compare import Comparison
from harness.comparison.distance import same
from harness.diagnosis.diagnose import Diagnosis, Explanation
from harness.diagnosis.hypotheses import Deviations, dialect
from harness.model.evidence import Evidence, richest_first
from harness.model.words import FLUSHED
from python_ref.dialects.dialect import Dialect
from python_ref.golden import make

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
        note: FLUSHED, if nothing else sets it apart there.
        narrow: what explains it in float32, where that is not what explains it in float64.
    """

    diagnosis: Diagnosis | None = None
    precision: str = ""
    edges: frozenset[str] = frozenset()
    note: str = ""
    narrow: Diagnosis | None = None


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
    found = _without_rounded_away(claim, used, diagnose)
    chosen = found.best.chosen if found.best else ()
    if found.best and chosen == _FLUSHES:
        apart = {c.golden for c in comparisons if c.fault is None and not c.within}
        flushed = {e.name for e in steps if e.name in apart and _fits(claim, found.best, e)}
        others = [c for c in comparisons if c.golden not in flushed]
        rest = cause(claim, others, evidence, diagnose) if apart - flushed else Cause()
        return replace(rest, edges=rest.edges | flushed, note=FLUSHED)
    edges = {e.name for e in used if _rounds_epsilon(chosen) and _rounded_away(e)}
    other = None
    if found.best and used is wide and not all(_fits(claim, found.best, e) for e in _few(narrow)):
        other = diagnose(narrow)
    # What departs from the claim is not explained by it, though the part that is searched is.
    diagnosis = found if chosen or not found.best else None
    return Cause(diagnosis, precision, frozenset(edges), narrow=other)


def _few(evidence: Sequence[Evidence]) -> Sequence[Evidence]:
    """Those that tell most, and are short."""
    return [e for e in richest_first(evidence) if e.weights.size <= _SHORT][:_FEW]


def _right(comparisons: Sequence[Comparison], family: str) -> bool:
    return all(c.within or c.fault for c in comparisons if c.family == family)


def _without_rounded_away(
    claim: Dialect, evidence: Sequence[Evidence], diagnose: Diagnose
) -> Diagnosis:
    """The diagnosis; a scenario whose epsilon a float cannot hold is no ground where it is rounded.

    A port that takes epsilon as a float divides by zero there. What it then gives says nothing
    of its formula.
    """
    held = [e for e in evidence if e.precision != "float64" or not _rounded_away(e)]
    others = [e for e in evidence if e not in held]
    if not others or not held:
        return diagnose(evidence)
    found = diagnose(held)
    if found.best is None:
        return found
    if _rounds_epsilon(found.best.chosen) or all(_fits(claim, found.best, e) for e in others):
        return found
    return diagnose(evidence)


_FLUSHES = (("subnormals", "flushed"),)


def _rounds_epsilon(chosen: Deviations) -> bool:
    return any(axis == "float32_hyperparameters" and "epsilon" in value for axis, value in chosen)


def _rounded_away(evidence: Evidence) -> bool:
    epsilon = evidence.scenario.epsilon
    return bool(epsilon) and not np.float32(epsilon)


def _fits(claim: Dialect, found: Explanation, evidence: Evidence) -> bool:
    """Whether an explanation gives what was observed, within rounding."""
    shown = dialect(claim, found.chosen, found.constants)
    golden = make(evidence.scenario, shown, evidence.precision)
    with np.errstate(all="ignore"):
        near = np.abs(golden.weights - evidence.weights) <= golden.envelope
    near |= same(golden.weights, evidence.weights) | ~evidence.seen[:, np.newaxis]
    return bool(near.all())
