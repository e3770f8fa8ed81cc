"""What a test that fails says of a golden: the cause, where it shows, and what to do next."""

from __future__ import annotations

import json
from collections.abc import Iterator

from harness.comparison.compare import Divergence
from harness.report.saved import GoldenRow, Row
from harness.report.words import divergence
from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.libraries import named, slug
from python_ref.golden.golden import DIALECTS
from python_ref.numbers.text import from_json

ULP = "ULP: units in the last place; 1 apart are neighbouring floating-point numbers"


def expected(row: Row, golden: str) -> str:
    """The formulas of what a port claims to be, where it has others; "" where none is named.

    Args:
        row: its result.
        golden: at which it differs; the first part of its name is the claim.
    """
    claim = _claim(golden)
    if claim is None:
        return ""
    axes = dict.fromkeys(deviation.partition("=")[0] for deviation in row.deviations)
    formulas = dict.fromkeys(AXES[axis][claim.choice(axis)].formula for axis in axes)
    return f"expected in place of what is in brackets: {'; '.join(formulas)}" if formulas else ""


def _claim(golden: str) -> Dialect | None:
    """The dialect that a golden is of; None of a scenario that is no dialect's."""
    name = golden.partition("/")[0]
    try:
        return DIALECTS.get(name) or Dialect(name.split(","))
    except ValueError:
        return None


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
        if formulas := expected(row, first.golden):
            yield formulas
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
    if claims := _intended(row):
        given = json.dumps(claims[0] if len(claims) == 1 else claims)
        options = " ".join(f"--rmsproof-dialect {claim}" for claim in claims)
        yield f"if that is intended, say so: dialect={given} ({options})"
    if what.reproduce:
        yield f"by itself: {what.reproduce}"


def _intended(row: Row) -> list[str]:
    """The dialect that a port has in full as options take it: a library's name, else each axis."""
    claim = _claim(row.first_divergence.golden) if row.first_divergence else None
    if not row.explained or not row.deviations or row.constants or claim is None:
        return []
    others = (deviation.partition("=") for deviation in row.deviations)
    meant = Dialect.choosing(claim.choices() | {axis: value for axis, _, value in others})
    names = named(meant)
    return [slug(names[0])] if names else list(meant.deviations)
