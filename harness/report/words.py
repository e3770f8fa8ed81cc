"""The sentences: facts of a result in the words of a person. Used by every report.

People read "test case" where files, options and JSON say golden. What a deviation is called, such
as that of `state=reset`, stands with its formula in `python_ref.dialects.axes`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence

from harness.comparison.compare import Comparison, Divergence
from harness.comparison.lost import Lost
from harness.comparison.omitted import DECAYED, FORGOTTEN, RESTARTED
from harness.judging.verdict import Result, Verdict
from harness.languages.registry import headline
from harness.model.isolation import InForce
from harness.model.words import (
    AFRESH,
    CHOSEN,
    FLUSHED,
    GOOD,
    GRADIENTS_CHANGED,
    MISPRINTS,
    MISREADS,
    OBSERVATION,
    ONE_STEP,
    SHARED,
    STATE_LEAKS,
    UNSTEADY,
    WIDENED,
)
from harness.report.causes import explanation, findings, listed
from harness.report.printable import printable
from python_ref.dialects.axes import AXES
from python_ref.numbers.arithmetic import Arithmetic
from python_ref.numbers.text import decimal

NOTES: Mapping[str, str] = {
    GRADIENTS_CHANGED: "it changes the gradients it is given",
    WIDENED: "it turns float32 into float64",
    STATE_LEAKS: "it keeps state from one test case to the next",
    SHARED: "its objects share state: one that is made later begins with what this one left",
    CHOSEN: "of several in the source the one that says RMSProp is bound; --class names another",
    AFRESH: "it is right in every test case, and wrong in one that was drawn afresh: perhaps it"
    " knows the test cases",
    UNSTEADY: "it gives other results when the same test case is run again",
    FLUSHED: "it flushes subnormal numbers to zero, as TensorFlow and JAX do on the CPU",
    ONE_STEP: "told by first steps alone: other causes may be as likely, and all test cases tell"
    " more",
    MISREADS: "it would be exact if it read numbers correctly rounded",
    MISPRINTS: "it would be exact if it printed numbers with all their digits",
    FORGOTTEN: "it forgets the average of arrays that a step leaves out",
    RESTARTED: "it forgets every average as soon as a step has other arrays than the last",
    DECAYED: "the average of arrays that a step leaves out decays as if their gradient were 0",
}

# What is the cause where there is no other.
_CAUSES = (AFRESH, STATE_LEAKS, UNSTEADY, MISREADS, MISPRINTS)

# What is in every Java goes by its short name.
_COMMON = re.compile(r"\bjava\.lang\.(?=[A-Z])")
_TRANSPORTS = {"jpype": "in a JVM", "stdio": "as a command", "local": "in Python"}


def divergence(first: Divergence) -> str:
    """Where a port first parts from its golden, and by how much."""
    # To infinity there is no distance, whatever its bits are.
    finite = math.isfinite(first.expected) and math.isfinite(first.observed)
    apart = first.ulp is not None and finite
    distance = f", {ulps(first.ulp or 0, first.ulp_of)} apart" if apart else ""
    return (
        f"{first.golden}, step {first.step}, {first.array}[{first.index}]:"
        f" expected {decimal(first.expected)}, observed {decimal(first.observed)}{distance}"
    )


def ulps(count: int, precision: str = "") -> str:
    """A distance in ULP, large ones rounded; of a precision that is not the test case's own."""
    number = f"{count:,}" if count < 10**6 else f"{count:.1e}"
    return f"{number} ULP of {precision}" if precision else f"{number} ULP"


def arithmetic(result: Result) -> str | None:
    """The names of the arithmetic it is exact in: "plain", "square=left"; None if it is in none.

    For a port that deviates: the one in which its explanation is equal bit for bit. By
    precision where they differ.
    """
    by_precision = _arithmetic(result)
    names = {str(a) for _, a in by_precision}
    if len(names) > 1:
        return "; ".join(f"{precision}: {a}" for precision, a in by_precision)
    return names.pop() if names else None


def evaluation(result: Result) -> str:
    """How it evaluates the formula, where that is not as the reference does; else ""."""
    by_precision = _arithmetic(result)
    ways = {_evaluation(a) for _, a in by_precision}
    if len(ways) > 1:
        return "; ".join(
            f"in {precision} {_evaluation(a) or 'computed as the reference does'}"
            for precision, a in by_precision
        )
    return ways.pop() if ways else ""


def _evaluation(way: Arithmetic) -> str:
    parts = [f"computed with {listed(way.formulas)}"] if way.formulas else []
    if way.precision:
        parts.append(AXES["precision"][way.precision].sentence)
    return "; ".join(parts)


def _roots(by_precision: Sequence[tuple[str, Arithmetic]]) -> str:
    """What roots are like, where the rest is exact; empty where they are, too."""
    off = max((a.off for _, a in by_precision), default=0)
    if not off:
        return ""
    return (
        f" if its square root may be up to {off} ULP off the correctly rounded one (as those of"
        " MKL, Eigen and XLA are; a denominator that is computed in double and rounded once, or"
        " steps that are evaluated in more than one order, look alike)"
    )


def roots(result: Result) -> str:
    """What its roots are like, where it is exact but for them; else empty."""
    return _roots(_arithmetic(result))


def _arithmetic(result: Result) -> tuple[tuple[str, Arithmetic], ...]:
    if result.diagnosis and result.diagnosis.best:
        best = result.diagnosis.best
        return best.arithmetic or best.but_for_roots
    return result.verdict.arithmetic or result.verdict.but_for_roots


def whole(result: Result) -> str:
    """All there is to say of a result; for a bundled edition also what its next rung changes."""
    repair = result.port.repair
    return f"{why(result)}; to repair it: {repair}" if repair else why(result)


def why(result: Result) -> str:
    """One sentence: why the verdict is what it is."""
    verdict = result.verdict
    if verdict.fault:
        message = verdict.fault.message.strip()
        if verdict.fault.kind == "garbled":
            # A command's reply breaks the protocol; what a function returns is just no weights.
            kind = "protocol error" if result.port.command else "unusable result"
            message = f"{kind}: {message}"
        return f"test case {verdict.golden}: {message}" if verdict.golden else message
    if verdict.word == "exact":
        equal = f"equal to the last bit {_where(result)}"
        return ", ".join(filter(None, [equal, evaluation(result)]))
    if verdict.word == "conforms":
        where = _where(result)
        equal = f"equal within rounding {where}, {_furthest(result.comparisons)}"
        if verdict.but_for_roots:
            equal = f"equal to the last bit {where}{_roots(verdict.but_for_roots)}"
        return ", ".join(filter(None, [equal, evaluation(result)]))
    parts = []
    if verdict.word == "no-update":
        parts = ["the weights never change"]
        if result.where:  # it was looked for in all places
            parts[0] += ", neither in the arrays given nor in a value returned"
    elif result.diagnosis:
        parts = findings(result.diagnosis, result.port.claim)
        if result.diverging:
            parts[0] = f"in {result.diverging} alone, {parts[0]}"
    else:
        parts = [NOTES[note] for note in _CAUSES if note in result.notes][:1]
    if result.lost:
        parts.append(lost(result.lost))
    if verdict.first:
        parts.append(divergence(verdict.first))
    return "; ".join(parts) or "diverges"


def lost(values: Lost) -> str:
    """What became no number: "element 1 of every array becomes NaN"."""
    kinds = [name for name, count in (("NaN", values.nan), ("infinite", values.infinite)) if count]
    others = values.count < values.values
    if not others:
        text = "every value"
    elif values.everywhere:
        elements = listed([str(i) for i in values.everywhere])
        text = f"element{'s' if len(values.everywhere) > 1 else ''} {elements} of every array"
    else:
        text = f"{values.count:,} of {values.values:,} values"
    single = not others or len(values.everywhere) == 1 or values.count == 1
    verb = "becomes" if single else "become"
    text += f" {verb} {' or '.join(kinds)} where numbers are expected"
    return f"{text}; all others are as claimed" if values.alone and others else text


def _where(result: Result) -> str:
    """In how many test cases; an observation is none."""
    if result.port.language == OBSERVATION:
        text = "in all that was seen"
    else:
        text = f"in {test_cases(_alike(result.verdict))}"
    return f"{text}, subnormal numbers flushed to zero" if FLUSHED in result.notes else text


def transports(names: Iterable[str]) -> str:
    """What the transports are that were used: "jpype (in a JVM), stdio (as a command)"."""
    used = [f"{name} ({words})" for name, words in _TRANSPORTS.items() if name in names]
    return f"transport: {', '.join(used)}"


def test_cases(count: int) -> str:
    """A number of test cases."""
    return counted(count, "test case")


def counted(count: int, noun: str) -> str:
    """A number of things: "1 test case", "1,200 test cases"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _alike(verdict: Verdict) -> int:
    """Goldens compared whole, without those at which a port that is right otherwise differs."""
    return verdict.compared - sum(c.fault is None for c in (*verdict.edge, *verdict.partial))


# What a table cell or a note holds of a port's own message; the report in JSON has all of the one
# that the verdict rests on.
_BRIEF = 150
# The file and the line in which something was raised stay where a message is cut.
_PLACE = re.compile(r"\([^()\s]+:\d+\)$")
# The JVM adds to a ClassCastException where both classes were loaded from.
_MODULES = re.compile(r"\s*\([^()]*\b(?:module|loader)\b[^()]*\)")


def brief(result: Result) -> str:
    """The sentence of a table: `why` without what a reader can do without."""
    verdict, diagnosis = result.verdict, result.diagnosis
    text = why(result)
    if verdict.fault and verdict.fault.kind == "does-not-compile":
        text = headline(result.language, verdict.fault.message)
    elif verdict.fault:
        text = _MODULES.sub("", next(iter(text.splitlines()), ""))
    elif verdict.word == "no-update":
        text = text.partition(";")[0]
    elif verdict.word not in GOOD and diagnosis and not result.lost:
        text = explanation(diagnosis, result.port.claim)
        if result.diverging:
            text = f"in {result.diverging} alone, {text}"
    text = printable(_COMMON.sub("", text.replace("reference/", "")))
    # What was not judged says last what would help.
    return text if verdict.fault is None or verdict.word == "not-run" else cut(text)


def cut(text: str) -> str:
    """A text of a port's own to some length, and the place at its end."""
    if len(text) <= _BRIEF:
        return text
    place = _PLACE.search(text)
    end = f" {place[0]}" if place else ""
    return f"{text[: _BRIEF - len(end)].rstrip()} ...{end}"


def _furthest(comparisons: tuple[Comparison, ...]) -> str:
    largest: dict[str, int] = {}
    for c in comparisons:
        if c.kind == "core" and c.largest_ulp is not None:
            largest[c.ulp_of] = max(largest.get(c.ulp_of, 0), c.largest_ulp)
    distances = [ulps(most, precision) for precision, most in sorted(largest.items()) if most]
    return f"at most {listed(distances or [ulps(0)])} apart"


def isolation(force: InForce) -> str:
    """What stood between what was judged and the machine."""
    own = ["a table of processes to itself"] if force.own_processes else []
    own += ["no network"] if force.own_network else []
    limits = [
        f"{force.cpu:,} s of processor time",
        f"{_bytes(force.memory)} of memory a process",
        f"{_bytes(force.file)} a file",
        f"{force.files:,} open files",
    ]
    if force.written is not None:
        written = _bytes(force.written)
        limits.append(f"{written} in its temporary folder and shared memory, its own, together")
    if force.processes is not None:
        limits.append(f"{force.processes:,} processes and threads")
    sentence = f"What was judged had {listed([*own, *limits])}"
    if force.read_only:
        return f"{sentence}; it could not change the cache, nor rmsproof."
    return f"{sentence}. It could change the cache, and rmsproof."


def _bytes(number: int) -> str:
    return f"{number >> 30} GiB" if number % (1 << 30) == 0 else f"{number >> 20} MiB"
