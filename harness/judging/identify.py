"""An observation judged: the same as claimed, or what it does instead."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from harness.comparison.compare import Comparison, compare_all
from harness.comparison.replays import Replays
from harness.diagnosis.budget import Budget, Progress
from harness.diagnosis.diagnose import LARGEST, Diagnosis, Suggestion, diagnose
from harness.diagnosis.trial import Trial
from harness.judging.flushing import where_flushed
from harness.judging.memory import Memory
from harness.judging.observation_files import Seen, Source, path_of, read
from harness.judging.verdict import Result, conclude
from harness.model.evidence import Evidence, of_golden
from harness.model.limits import SEARCH_SECONDS
from harness.model.words import FLUSHED, GOOD, OBSERVATION
from harness.ports.port import Port
from python_ref import golden
from python_ref.files import visible


def identify(
    source: Source, seconds: float = SEARCH_SECONDS, progress: Progress | None = None
) -> Result:
    """Read an observation and judge it as a port's is.

    Args:
        source: a file, or what one holds.
        seconds: the processor time that the search for a cause may take.
        progress: told how far it is.

    Raises:
        UsageError: it cannot be read, or does not say what it must.
    """
    seen = read(source)
    budget, replays = Budget(seconds), Replays()
    port = Port(name=visible(str(path_of(source))), language=OBSERVATION, claim=seen.claim)
    with np.errstate(all="ignore"):  # numbers that are not finite are the file's, no fault of ours
        expected = golden.of_stored(seen.scenario, seen.claim, seen.precision, seen.scenario.name)
        pairs = [(expected, seen.observation)]
        comparisons = compare_all(pairs, replays)
        flushed = where_flushed(pairs, [_decisive(c) for c in comparisons], replays)
        comparisons = flushed or comparisons
        evidence = of_golden(expected, seen.observation)
        if evidence.input_rounding:  # what was fed is known as far as it was printed
            fits = _as_claimed(seen, evidence)
            comparisons = [replace(c, equal=(), within=fits) for c in comparisons]
        suggestion = _suggested(seen, evidence, Budget(budget.left / 4))
        result = conclude(
            port,
            "file",
            [_decisive(c) for c in comparisons],
            [evidence],
            memory=Memory(seconds=budget.left, progress=progress),
            # Where only digits are lacking, no three deviations at once are looked for.
            largest=LARGEST if suggestion is None else 1 + suggestion.explanation.size,
        )
        if result.verdict.word in GOOD:
            return replace(result, notes=(*result.notes, FLUSHED)) if flushed else result
        if result.diagnosis is None and suggestion is None:
            return result
        # There is but one file, which is named beside it.
        diagnosis = replace(result.diagnosis or Diagnosis(None), evidence="")
        if diagnosis.best is None and suggestion is not None:
            diagnosis = replace(diagnosis, suggestion=suggestion)
        return replace(result, diagnosis=diagnosis)


def _suggested(seen: Seen, evidence: Evidence, budget: Budget) -> Suggestion | None:
    """Which rounding, forgotten in the file, explains it with one deviation at most; None if none.

    Args:
        seen: how many digits the file has.
        evidence: what it says.
        budget: the processor time that it may take.
    """

    def half(decimals: int | None, given: float) -> float:
        return given if decimals is None else max(given, 0.5 * 10.0**-decimals)

    rounding = half(seen.decimals, evidence.rounding)
    inputs = half(seen.input_decimals, evidence.input_rounding)
    ways = dict.fromkeys([(rounding, evidence.input_rounding), (rounding, inputs)])
    for way in ways:
        if way == (evidence.rounding, evidence.input_rounding) or budget.left <= 0:
            continue
        given = replace(evidence, rounding=way[0], input_rounding=way[1])
        best = diagnose([given], seen.claim, None, 1, seconds=budget.left).best
        if best is not None and best.deviations != ("write=none",):
            new = way[0] if way[0] != evidence.rounding else 0.0
            also = way[1] if way[1] != evidence.input_rounding else 0.0
            return Suggestion(new, also, best)
    return None


def _as_claimed(seen: Seen, evidence: Evidence) -> bool:
    """Whether inputs that were rounded in print leave room for what was observed."""
    more = Trial(seen.claim, [evidence]).speaking()
    return more is not None and more >= 0


def _decisive(comparison: Comparison) -> Comparison:
    """The comparison of all that there is: it decides, whatever arrays its steps leave out.

    Names come from the file: their control characters are escaped.
    """
    first = comparison.first
    if first is not None:
        first = replace(first, golden=visible(first.golden), array=visible(first.array))
    return replace(comparison, kind="core", first=first)
