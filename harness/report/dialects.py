"""Dialects on a terminal: the list, one of them, two held against each other."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from harness.analysis.compare_dialects import Compared
from harness.analysis.power import Power
from python_ref.dialects.axes import AXES
from python_ref.dialects.dialect import Dialect
from python_ref.dialects.libraries import LIBRARIES, NamedDialect


def _table(*columns: str) -> Table:
    shown = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        shown.add_column(column, ratio=1 if column == columns[-1] else None)
    return shown


def listing() -> Group:
    """The named dialects with what they deviate in, then the axes."""
    named = _table("dialect", "lr", "decay", "epsilon", "deviations from the reference")
    for name, known in LIBRARIES.items():
        library = known.library
        numbers = (library.learning_rate, library.decay_rate, library.epsilon)
        shown = [("-" if x is None else f"{x:g}") for x in numbers]
        named.add_row(Text(name), *shown, Text(" ".join(known.dialect.deviations) or "none"))
    axes = _table("axis", "values, the reference's first")
    for axis in AXES.values():
        values = axis.names if len(axis.names) < 10 else (*axis.names[:5], "... joined by +")
        axes.add_row(axis.name, Text(" · ".join(values)))
    return Group(named, Text(""), axes)


def details(name: str, found: Dialect, known: NamedDialect | None) -> Group:
    """One dialect: each deviation with formula and sentence, and where it is written."""
    parts: list[Text | Table] = [Text(name, style="bold")]
    if known is not None:
        library = known.library
        parts.append(Text(f"{library.version}; {library.source}"))
        if library.particular:
            parts.append(Text(library.particular))
    shown = _table("deviation", "formula", "in words")
    for axis, value in found.choices().items():
        row = AXES[axis][value]
        shown.add_row(Text(f"{axis}={value}"), Text(row.formula), Text(row.sentence))
    if found.constants:
        own = ", ".join(f"{key} {value:g}" for key, value in found.constants.items())
        parts.append(Text(f"constants of its own: {own}"))
    parts.append(shown if found.choices() else Text("the reference: no deviation"))
    return Group(*parts)


def comparison(first: str, second: str, found: Compared) -> Group:
    """Which axes differ, by how much on a stated problem, and for which settings not at all."""
    shown = _table("axis", first, second)
    for axis, (a, b) in found.axes.items():
        shown.add_row(axis, Text(a), Text(b))
    lines = [
        Text(f"the same: {found.equivalence}"),
        Text(f"problem: {found.problem}"),
        *(Text(f"after step {step}: {text}") for step, text in found.differences.items()),
    ]
    return Group(*([shown] if found.axes else [Text("no axis differs")]), *lines)


def show_power(console: Console, found: Power) -> None:
    """Print which golden catches which deviation."""
    console.print(matrix(found))


def matrix(found: Power) -> Group:
    """Weakest spot first: how many goldens catch each deviation, and the first steps."""
    order = sorted(found.deviations, key=lambda name: (found.caught(name), name))
    shown = _table("deviation", "caught by", "goldens that catch it, with the step")
    for name in order:
        row = found.steps[found.deviations.index(name)]
        caught = [
            f"{golden.rsplit('/', 1)[-1]}@{step}"
            for golden, step in zip(found.goldens, row, strict=True)
            if step is not None
        ]
        count = f"{len(caught)} of {len(found.goldens)}"
        shown.add_row(Text(name), count, Text(_some(caught)))
    gates = _table("gate", "misses", "deviations it misses on every golden")
    for gate, missed in found.gates.items():
        count = f"{len(missed)} of {len(found.deviations)}"
        gates.add_row(gate, count, Text(", ".join(missed) or "-"))
    never = [name for name in found.deviations if found.caught(name) == 0]
    count = f"{len(never)} of {len(found.deviations)}"
    gates.add_row("rounding envelope", count, Text(", ".join(never) or "-"))
    return Group(shown, Text(""), gates)


def _some(caught: Sequence[str]) -> str:
    more = len(caught) - 4
    return ", ".join(caught[:4]) + (f" and {more} more" if more > 0 else "")
