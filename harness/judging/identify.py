"""An observation judged: the same as claimed, or what it does instead."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from harness.comparison.compare import Divergence, first_difference, same
from harness.diagnosis.budget import Budget, Progress
from harness.diagnosis.diagnose import LARGEST, SECONDS, Diagnosis, Suggestion, diagnose
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


def identify(
    source: Source, seconds: float = SECONDS, progress: Progress | None = None
) -> Identified:
    """Read and explain an observation.

    Args:
        source: a file, or what one holds.
        seconds: the time that the search may take.
        progress: told how far it is.

    Raises:
        UsageError: it cannot be read, or does not say what it must.
    """
    evidence, claim = read(source)
    with np.errstate(all="ignore"):  # numbers that are not finite are the file's, no fault of ours
        diagnosis = _diagnosed(evidence, claim, seconds, progress)
        return _identified(path_of(source), evidence, claim, diagnosis)


def _diagnosed(
    evidence: Evidence, claim: Dialect, seconds: float, progress: Progress | None
) -> Diagnosis:
    """The diagnosis; where digits seem to be missing, also what they would make of it."""
    budget = Budget(seconds)
    suggestion = suggested(evidence, claim, 0, seconds / 4)
    # Where the claim only lacks digits, no three deviations at once are looked for.
    largest = LARGEST if suggestion is None else 1
    diagnosis = diagnose([evidence], claim, None, largest, seconds=seconds, progress=progress)
    if diagnosis.best is not None:
        return diagnosis
    if suggestion is None:
        suggestion = suggested(evidence, claim, 1, max(1.0, budget.left))
    return replace(diagnosis, suggestion=suggestion)


def suggested(
    evidence: Evidence, claim: Dialect, largest: int, seconds: float
) -> Suggestion | None:
    """Which rounding, forgotten in the file, would explain what was seen; None if none would."""

    def half(decimals: int | None, given: float) -> float:
        return given if given or decimals is None else 0.5 * 10.0**-decimals

    rounding = half(evidence.decimals, evidence.rounding)
    inputs = half(evidence.input_decimals, evidence.input_rounding)
    ways = dict.fromkeys([(rounding, evidence.input_rounding), (rounding, inputs)])
    for way in ways:
        if way == (evidence.rounding, evidence.input_rounding):
            continue
        given = replace(evidence, rounding=way[0], input_rounding=way[1])
        found = diagnose([given], claim, None, largest, seconds=seconds).best
        if found is not None and found.deviations != ("write=none",):
            new = way[0] if way[0] != evidence.rounding else 0.0
            also = way[1] if way[1] != evidence.input_rounding else 0.0
            return Suggestion(new, also, found)
    return None


def _identified(path: Path, evidence: Evidence, claim: Dialect, diagnosis: Diagnosis) -> Identified:
    best = diagnosis.best
    expected = golden.make(evidence.scenario, claim, evidence.precision, evidence.name)
    if best is not None and not best.chosen:
        whole = best.arithmetic is not None and not (evidence.rounding or evidence.input_rounding)
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
        if not outside.any():  # hyperparameters that were rounded may show in no bound
            outside = ~same(expected.weights, evidence.weights) & evidence.seen[:, None]
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
