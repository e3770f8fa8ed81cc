"""What `power` measured, on a terminal: which golden catches which deviation."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, Group
from rich.text import Text

from harness.analysis.power import Power
from harness.report.tables import plain


def show_power(console: Console, results: Power) -> None:
    """Print which golden catches which deviation."""
    console.print(matrix(results))


def matrix(power: Power) -> Group:
    """Weakest spot first: how many goldens catch each deviation, and the first steps."""
    order = sorted(power.deviations, key=lambda name: (power.caught(name), name))
    catches = plain("deviation", "caught by", "goldens (test cases) that catch it, at which step")
    for name in order:
        row = power.steps[power.deviations.index(name)]
        caught = [
            f"{golden.rsplit('/', 1)[-1]}@{step}"
            for golden, step in zip(power.goldens, row, strict=True)
            if step is not None
        ]
        count = f"{len(caught)} of {len(power.goldens)}"
        catches.add_row(Text(name), count, Text(_first_few(caught)))
    gates = plain("gate", "misses", "deviations it misses on every golden")
    never = [name for name in power.deviations if power.caught(name) == 0]
    for gate, missed in (*power.gates.items(), ("rounding envelope", never)):
        count = f"{len(missed)} of {len(power.deviations)}"
        gates.add_row(gate, count, Text(", ".join(missed) or "-"))
    units = "units of rounding"
    changes = plain("hyperparameter", f"least change caught ({units})", "goldens, sharpest first")
    for name, column in power.least_changes.items():
        pairs = zip(power.goldens, column, strict=True)
        sharp = sorted((least, golden) for golden, least in pairs if least is not None)
        listed = [f"{golden.rsplit('/', 1)[-1]}: {least:.3g}" for least, golden in sharp]
        changes.add_row(
            Text(name), f"{sharp[0][0]:.3g}" if sharp else "-", Text(_first_few(listed))
        )
    return Group(catches, Text(""), gates, Text(""), changes)


def _first_few(names: Sequence[str]) -> str:
    more = len(names) - 4
    return ", ".join(names[:4]) + (f" and {more} more" if more > 0 else "")
