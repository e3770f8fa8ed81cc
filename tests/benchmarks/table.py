"""The table for people, the report for programs, and what was measured last time."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from measuring import Row
from rich.table import Table

DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"
RATIOS = Path(__file__).with_name("ratios.toml")
# Beyond this factor from the one kept a ratio is said to have changed: runs of the same code on
# the same machine stay within it.
CHANGED = 1.5


def kept(path: Path = RATIOS) -> Mapping[str, float]:
    """The ratios of the last run that was committed."""
    if not path.is_file():
        return {}
    found: dict[str, float] = tomllib.loads(path.read_text(encoding="utf-8"))["ratios"]
    return found


def document(rows: Sequence[Row], before: Mapping[str, float]) -> str:
    """The file of ratios with those of some rows put in."""
    fresh = {r.name: r.figure.median for r in rows if r.figure is not None and r.portable}
    lines = [
        "# Medians of the last run that was committed: `uv run python -m tests.benchmarks --keep`.",
        "[ratios]",
        *(f"{name} = {value:.3g}" for name, value in sorted({**before, **fresh}.items())),
    ]
    return "\n".join(lines) + "\n"


def against(row: Row, before: Mapping[str, float]) -> str:
    """How a ratio compares with the one kept: "", "new", "1.7 times"."""
    if row.figure is None or not row.portable:
        return ""
    if row.name not in before:
        return "new"
    factor = row.figure.median / before[row.name] if before[row.name] else float("inf")
    if 1 / CHANGED <= factor <= CHANGED:
        return "as before"
    return f"{factor:.2g} times that"


def number(value: float) -> str:
    """Three digits, with separators where it is large."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def figure(row: Row) -> str:
    """A row's figure with its spread."""
    if row.figure is None:
        return "-"
    found = row.figure
    spread = f" ({number(found.low)} to {number(found.high)})" if found.low != found.high else ""
    return f"{number(found.median)} {row.unit}{spread}"


def goal(row: Row) -> str:
    """What a row should be, and whether it is."""
    if row.goal is None:
        return ""
    wanted = f"{'at most' if row.most else 'at least'} {number(row.goal)}"
    if row.met is None or row.figure is None:
        return wanted
    if row.met:
        return f"{wanted}: met"
    parts = (row.figure.median, row.goal)
    short = max(parts) / max(min(parts), 1e-12)
    return f"{wanted}: missed by a factor of {short:.2g}"


def remarks(row: Row) -> str:
    """What stands beside a figure: what is behind it, and why it misses its goal."""
    why = row.reason if row.met is not True else ""
    return "; ".join(part for part in (row.seen, why) if part)


# The table of the page in docs/, which needs no comparison with itself.
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"
PAGE = (0, 1, 2, 4)

HEADINGS = ("what", "figure", "goal", "last committed", "remarks")


def cells(row: Row, before: Mapping[str, float]) -> tuple[str, str, str, str, str]:
    """A row of either table."""
    return row.what, figure(row), goal(row), against(row, before), remarks(row)


def table(rows: Sequence[Row], before: Mapping[str, float]) -> Table:
    """The table on a terminal."""
    made = Table(box=None, pad_edge=False)
    for heading in HEADINGS:
        made.add_column(heading, overflow="fold")
    for row in rows:
        made.add_row(*cells(row, before))
    return made


def markdown(
    rows: Sequence[Row], before: Mapping[str, float], columns: Sequence[int] = range(len(HEADINGS))
) -> str:
    """The table in Markdown, or some columns of it."""
    lines = [HEADINGS, ("---",) * len(HEADINGS), *(cells(row, before) for row in rows)]
    return "".join(f"| {' | '.join(line[i] for i in columns)} |\n" for line in lines)


def page(text: str, rows: Sequence[Row]) -> str:
    """A page with these rows in its table, in the place of those that measured the same before."""
    head, begin, rest = text.partition(BEGIN)
    shown, end, tail = rest.partition(END)
    lines = {line.split(" | ")[0]: line for line in shown.strip().splitlines()}
    lines |= {line.split(" | ")[0]: line for line in markdown(rows, {}, PAGE).splitlines()}
    return f"{head}{begin}\n" + "\n".join(lines.values()) + f"\n{end}{tail}"


def report(rows: Sequence[Row], before: Mapping[str, float], noise: str) -> str:
    """The same as JSON."""
    found: list[dict[str, Any]] = [
        {**asdict(row), "met": row.met, "before": before.get(row.name)} for row in rows
    ]
    return json.dumps({"noise": noise, "rows": found}, indent=2) + "\n"
