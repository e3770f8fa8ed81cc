"""An observation judged: the same as claimed, or what it does instead."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from harness.comparison.compare import Divergence, first_difference, same
from harness.diagnosis.diagnose import diagnose
from harness.judging.judge import Result
from harness.judging.observation_files import Source, path_of, read
from harness.judging.verdict import Verdict
from harness.model.evidence import Evidence
from harness.ports.port import Port
from python_ref import golden
from python_ref.dialects.dialect import Dialect
from python_ref.files import visible


@dataclass(frozen=True)
class Identified:
    """What an observation was found to be.

    Attributes:
        evidence, claim: what was read.
        result: verdict and diagnosis, as for a port.
    """

    evidence: Evidence
    claim: Dialect
    result: Result


def identify(source: Source) -> Identified:
    """Read and explain an observation. Raises UsageError."""
    evidence, claim = read(source)
    with np.errstate(all="ignore"):  # numbers that are not finite are the file's, no fault of ours
        return _identified(path_of(source), evidence, claim)


def _identified(path: Path, evidence: Evidence, claim: Dialect) -> Identified:
    diagnosis = diagnose([evidence], claim)
    best = diagnosis.best
    expected = golden.make(evidence.scenario, claim, evidence.precision, evidence.name)
    if best is not None and not best.chosen:
        whole = best.arithmetic is not None and evidence.rounding == 0
        verdict = Verdict(
            "exact" if whole else "conforms",
            arithmetic=(best.arithmetic or ()) if whole else (),
            compared=1,
        )
    else:
        word = "no-update" if best and best.deviations == ("write=none",) else "diverges"
        apart = np.abs(evidence.weights - expected.weights)
        outside = ~(apart <= expected.envelope + evidence.rounding)
        outside &= ~same(expected.weights, evidence.weights) & evidence.seen[:, None]
        first = _escaped(first_difference(expected, evidence.weights, outside))
        verdict = Verdict(word, first=first, compared=1)
    port = Port(name=visible(str(path)), language="observation", claim=claim)
    good = verdict.word in ("exact", "conforms")
    result = Result(port, "observation", "file", verdict, diagnosis=diagnosis, as_expected=good)
    return Identified(evidence, claim, result)


def _escaped(found: Divergence | None) -> Divergence | None:
    """Where the weights part; names come from the file and are shown, never obeyed."""
    if found is None:
        return None
    return replace(found, golden=visible(found.golden), array=visible(found.array))
