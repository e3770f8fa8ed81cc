"""A result golden by golden as a test framework has it: passed, failed, in error or skipped."""

from __future__ import annotations

from dataclasses import dataclass

from harness.model.words import GOOD, ORDER, UNDECIDED
from harness.report.failures import expected
from harness.report.saved import GoldenRow, Row

# A port that did not answer is an error, one that answered wrongly a failure.
_UNANSWERED = ORDER[: ORDER.index("diverges")]
_IDLE = {
    "edge": "at an edge, which does not count without --edge",
    "partial": "where a step leaves arrays out, which does not count",
}


@dataclass(frozen=True)
class TestCase:
    """A test case: it passed where its `kind` is empty.

    Attributes:
        kind: failure, error, skipped or "".
        type: of a failure or an error, the verdict or what else it is.
        message: in one line; `text` is all there is to say.
    """

    name: str
    kind: str = ""
    type: str = ""
    message: str = ""
    text: str = ""
    seconds: float = 0.0


def of_row(row: Row) -> list[TestCase]:
    """A test case a golden; the whole is one where none is to blame, or none was fed."""
    each = [of_golden(row, golden) for golden in row.goldens]
    return each if each and not blameless(row) else [*each, whole(row)]


def blameless(row: Row) -> bool:
    """Whether a result is not as expected though each of its goldens is."""
    return not row.as_expected and all(golden.as_expected for golden in row.goldens)


def whole(row: Row) -> TestCase:
    """The result as one test case."""
    word = row.verdict or ""
    if word in UNDECIDED:
        return TestCase("verdict", "skipped", message=f"{word}: {row.message}", seconds=row.seconds)
    if row.as_expected:
        return TestCase("verdict", seconds=row.seconds)
    message = "; ".join([*row.unexpected, row.brief])
    first = row.first_divergence
    formulas = expected(row, first.golden) if first is not None and word == "diverges" else ""
    text = joined(*row.unexpected, row.message, formulas)
    return TestCase("verdict", kind(word), word, message, text, row.seconds)


def of_golden(row: Row, golden: GoldenRow) -> TestCase:
    """One golden of a result."""
    name, word = golden.label, golden.verdict
    if word in UNDECIDED:
        reason = f"{word}: {golden.message}"
        return TestCase(name, "skipped", message=reason, seconds=golden.seconds)
    if not golden.decides and word not in GOOD:
        reason = f"{word} {_IDLE[golden.kind]}: {golden.message}"
        return TestCase(name, "skipped", message=reason, seconds=golden.seconds)
    if golden.as_expected:
        return TestCase(name, seconds=golden.seconds)
    message = "; ".join([*row.unexpected, golden.brief])
    formulas = expected(row, golden.golden) if word == "diverges" else ""
    text = joined(*row.unexpected, golden.message, formulas)
    return TestCase(name, kind(word), word, message, text, golden.seconds)


def kind(word: str) -> str:
    """What a verdict that is none of the good ones makes of a test case."""
    return "error" if word in _UNANSWERED else "failure"


def joined(*lines: str) -> str:
    """The lines that say something, below one another."""
    return "\n".join(filter(None, lines))
