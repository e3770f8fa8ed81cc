"""What a test that fails says of a golden: the cause, where it shows, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator

from harness.comparison.compare import Divergence
from harness.report.saved import GoldenRow, Row
from harness.report.words import divergence
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.libraries import named
from python_ref.numbers.text import from_json


def of_golden(row: Row, golden: GoldenRow) -> str:
    """A golden at which a port is not as it should be, a fact a line."""
    return "\n".join(_lines(golden, row))


def of_row(row: Row) -> str:
    """A port that is not as it should be, a fact a line."""
    return "\n".join(_lines(row, row))


def _lines(what: GoldenRow | Row, row: Row) -> Iterator[str]:
    yield f"{what.verdict}: {what.brief}"
    first = what.first_divergence
    if first is not None and what.verdict == "diverges":
        yield divergence(
            Divergence(
                first.golden,
                first.step,
                first.array,
                first.index,
                from_json(first.expected),
                from_json(first.observed),
                first.ulp,
            )
        )
    elif what.message != what.brief:
        yield what.message
    if slug := _intended(row):
        yield f'if that is intended, say so: dialect="{slug}" (--rmsproof-dialect {slug})'
    if what.reproduce:
        yield f"by itself: {what.reproduce}"


def _intended(row: Row) -> str:
    """The library whose dialect a port has in full, by the name that options take."""
    if not row.explained or not row.deviations or row.constants:
        return ""
    names = named(Dialect.parse(row.deviations))
    return names[0].lower().replace(" ", "-") if names else ""
