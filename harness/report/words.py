"""The sentences: facts of a result in the words of a person. Used by every report."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Sequence
from dataclasses import replace

from harness.comparison.compare import Comparison, Divergence
from harness.diagnosis.diagnose import LARGEST, Diagnosis, Explanation, Nearest
from harness.diagnosis.hypotheses import dialect
from harness.judging.judge import GRADIENTS_CHANGED, STATE_LEAKS, UNSTEADY, WIDENED, Result
from harness.languages.registry import headline
from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.libraries import named
from python_ref.numbers.arithmetic import Arithmetic

_NOTES = {
    GRADIENTS_CHANGED: "changes the gradients it was given",
    WIDENED: "turns float32 into float64",
    STATE_LEAKS: "keeps state from one scenario to the next",
    UNSTEADY: "answers the same scenario differently each time",
}


def number(value: float) -> str:
    """A weight as people read it: whole to the last bit."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return repr(value)


def divergence(found: Divergence) -> str:
    """Where a port first parts from its golden, and by how much."""
    apart = f", {ulps(found.ulp)}" if found.ulp is not None else ""
    return (
        f"{found.golden} step {found.step}, {found.array}[{found.index}]:"
        f" expected {number(found.expected)}, observed {number(found.observed)}{apart}"
    )


def ulps(count: int) -> str:
    """A distance in ULP, large ones rounded."""
    return f"{count:,} ULP" if count < 10**6 else f"{count:.1e} ULP"


def arithmetic(result: Result) -> str | None:
    """The arithmetic it is exact in: "plain", "square=left"; by precision where they differ.

    For a port that deviates: the one in which its explanation is equal bit for bit.
    """
    found = result.verdict.arithmetic
    if result.diagnosis and result.diagnosis.best:
        found = result.diagnosis.best.arithmetic or ()
    if not found:
        return None
    names = {str(a) for _, a in found}
    if len(names) == 1:
        return names.pop()
    return "; ".join(f"{precision}: {_named(a)}" for precision, a in found)


def _named(found: Arithmetic) -> str:
    return str(found)


def whole(result: Result) -> str:
    """All there is to say of a result; for a bundled edition also what its next rung changes."""
    repair = result.port.repair
    return f"{why(result)}; to repair it: {repair}" if repair else why(result)


def why(result: Result) -> str:
    """One sentence: why the verdict is what it is."""
    verdict = result.verdict
    if verdict.fault:
        said = verdict.fault.message.strip()
        return f"{verdict.golden}: {said}" if verdict.golden else said
    if verdict.word == "exact":
        return f"equal to the last bit in {verdict.compared} goldens ({arithmetic(result)})"
    if verdict.word == "conforms":
        return f"within rounding in {verdict.compared} goldens; {_furthest(result.comparisons)}"
    if verdict.word == "no-update":
        changed = "neither the weights given nor a value returned ever change"
        return f"{changed}; {divergence(verdict.first)}" if verdict.first else changed
    if result.diagnosis:
        said = "; ".join(findings(result.diagnosis, result.port.claim))
        return f"{said}; {divergence(verdict.first)}" if verdict.first else said
    for note in (STATE_LEAKS, UNSTEADY):
        if note in result.notes:
            said = _NOTES[note]
            return f"{said}; {divergence(verdict.first)}" if verdict.first else said
    return divergence(verdict.first) if verdict.first else "diverges"


# All but the end of a line and the tabulator.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# What a table cell holds of a port's own words; the report in JSON has every one.
_BRIEF = 150
# The JVM adds to a ClassCastException where both classes were loaded from.
_MODULES = re.compile(r"\s*\([^()]*\b(?:module|loader)\b[^()]*\)")


def brief(result: Result) -> str:
    """The sentence of a table: `why` without what a reader can do without."""
    fault = result.verdict.fault
    text = why(result)
    if fault and fault.kind == "does-not-compile":
        text = headline(result.language, fault.message)
    elif fault:
        text = _MODULES.sub("", text.splitlines()[0])
    elif result.verdict.word == "no-update":
        text = text.partition(";")[0]
    elif result.diagnosis and result.diagnosis.best:
        return printable(explanation(result.diagnosis, result.port.claim))
    text = printable(text.replace("reference/", "").replace("java.lang.", ""))
    return text if len(text) <= _BRIEF else f"{text[:_BRIEF].rstrip()} ..."


def explanation(found: Diagnosis, claim: Dialect) -> str:
    """What a port does differently, as a person would say it."""
    if found.best is None:
        return _NUMBERLESS if found.numberless else _unexplained(found.nearest)
    text = _deviations(found.best)
    if known := _known_as(found.best, claim):
        together = ", together" if len(found.best.chosen) > 1 else ","
        text += f"{together} as in {known}"
    return text


def findings(found: Diagnosis, claim: Dialect) -> list[str]:
    """A diagnosis, a fact a line."""
    if found.best is not None and not found.best.chosen:
        lines = ["it is what it claims to be"]
    else:
        lines = [explanation(found, claim)]
    lines += [f"fits as well: {_deviations(other)}" for other in found.alternatives]
    if found.masked:
        lines.append(f"nothing can be said about: {', '.join(found.masked)}")
    return lines


def _deviations(found: Explanation) -> str:
    text = listed([deviation(axis, value) for axis, value in found.chosen]) or "the claim itself"
    return f"{text}, with its own {_constants(found)}" if found.constants else text


def listed(phrases: Sequence[str]) -> str:
    """Phrases as a sentence lists them: "a", "a and b", "a, b and c"."""
    *others, last = phrases or [""]
    return f"{', '.join(others)} and {last}" if others else last


def _constants(found: Explanation) -> str:
    return ", ".join(f"{name} {value:.10g}" for name, value in found.constants.items())


# More names than this of libraries that do the same help nobody.
_NAMES = 3


def _known_as(found: Explanation, claim: Dialect) -> str:
    """The libraries whose dialect this is, a few of them."""
    names = named(dialect(claim, found.chosen))
    more = len(names) - _NAMES
    return ", ".join(names[:_NAMES]) + (f" and {more} more" if more > 0 else "")


def deviation(axis: str, value: str) -> str:
    """One deviation in words, with its formula."""
    row = AXES[axis][value]
    return f"{row.sentence} [{row.formula}]"


_NUMBERLESS = "most of what comes out is no number, and too little is left to name a cause by"


def _unexplained(nearest: Nearest | None) -> str:
    text = f"no combination of up to {LARGEST} known deviations reproduces it"
    if nearest is None:
        return text
    named = " and ".join(f"{axis}={value}" for axis, value in nearest.chosen) or "the claim itself"
    if nearest.left < 1e-15:
        return f"{text}; nearest is {named}, which explains most weights but not all"
    return f"{text}; nearest is {named}, which leaves {nearest.left:.1g} of the way unexplained"


def _furthest(comparisons: tuple[Comparison, ...]) -> str:
    apart = [c.largest_ulp for c in comparisons if c.kind == "core" and c.largest_ulp is not None]
    return f"at most {ulps(max(apart, default=0))} apart"


def notes(result: Result) -> list[str]:
    """What was seen beside the verdict."""
    seen = [_NOTES[note] for note in result.notes]
    if result.verdict.unfed:
        seen.append(f"{result.verdict.unfed} goldens not run: {result.verdict.why_unfed}")
    if result.elsewhere:
        verdict, diagnosis = result.elsewhere
        other = replace(result, verdict=verdict, diagnosis=diagnosis, elsewhere=None)
        seen.append(f"where that does not happen: {verdict.word}, {brief(other)}")
    return seen


def edges(result: Result) -> list[str]:
    """A line for each edge golden that did not come out equal."""
    lines = []
    for comparison in result.verdict.edge:
        if comparison.fault:
            lines.append(
                f"{comparison.golden}: {comparison.fault.kind}: {comparison.fault.message}"
            )
        elif comparison.first:
            lines.append(divergence(comparison.first))
        else:
            lines.append(f"{comparison.golden}: differs")
    return lines


def printable(text: str) -> str:
    """A text whose control characters are shown and not obeyed."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def problem(message: str) -> None:
    """Tell the user what is wrong with the input, on standard error."""
    print(f"rmsproof: {printable(message)}", file=sys.stderr)
