"""Goldens on a terminal: the list of them, and one of them in full."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group
from rich.table import Table
from rich.text import Text

from python_ref.golden import Golden

# More than this of a trajectory nobody reads; the file has it all.
_STEPS_SHOWN = 12


def listing(goldens: Sequence[Golden]) -> Table:
    """Name, class, size and what each is there to catch."""
    shown = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in ("golden", "class", "steps", "elements"):
        shown.add_column(column, no_wrap=True)
    shown.add_column("catches", ratio=1)
    for golden in goldens:
        scenario = golden.scenario
        numbers = (str(scenario.steps), str(scenario.size))
        shown.add_row(golden.name, golden.kind, *numbers, Text(scenario.catches))
    return shown


def details(golden: Golden) -> Group:
    """Inputs and trajectory of one golden."""
    s = golden.scenario
    head = Text(
        f"{golden.name} ({golden.kind}, id {golden.id})\n{s.catches}\n"
        f"learning_rate {s.learning_rate!r}, decay_rate {s.decay_rate!r}, epsilon {s.epsilon!r}\n"
    )
    shown = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in ("step", "array", "gradients", "weights", "moving average", "envelope"):
        shown.add_column(column)
    start = 0
    bounds = {}
    for name, length in zip(s.names, s.lengths, strict=True):
        bounds[name] = slice(start, start + length)
        shown.add_row("0", name, "", _row(s.weights[name].tolist()), "", "")
        start += length
    for t, gradients in enumerate(s.gradients[:_STEPS_SHOWN]):
        for name, cut in bounds.items():
            given = _row(gradients[name].tolist()) if name in gradients else "-"
            rows = (golden.weights, golden.moving_average, golden.envelope)
            shown.add_row(str(t + 1), name, given, *(_row(r[t, cut].tolist()) for r in rows))
    left = s.steps - _STEPS_SHOWN
    more = [Text(f"... {left} further steps in the file")] if left > 0 else []
    return Group(head, shown, *more)


def _row(values: Sequence[float]) -> str:
    return ", ".join(repr(value) for value in values)
