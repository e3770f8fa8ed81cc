"""Goldens on a terminal: the list of them, and one of them in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group
from rich.text import Text

from harness.report.tables import plain
from python_ref.golden import Golden

# More than this of a trajectory nobody reads; the file has it all.
_MOST_STEPS = 12


def listing(goldens: Sequence[Golden], width: int | None = None) -> Iterator[str]:
    """A line each: class, steps, elements, name, and what it is there to catch.

    Args:
        goldens: at least one.
        width: of the screen, None without one. What a golden catches is left out of all lines
            where one of them would not fit; `golden show` has it.
    """
    cells = [(g.kind, str(g.scenario.steps), str(g.scenario.size), g.name) for g in goldens]
    rows = [("class", "steps", "elements", "golden"), *cells]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rights = (str.ljust, str.rjust, str.rjust, str.ljust)
    lines = [
        "  ".join(side(x, w) for side, x, w in zip(rights, row, widths, strict=True))
        for row in rows
    ]
    whole = [
        f"{line}  {last}"
        for line, last in zip(
            lines, ("what it catches", *(g.scenario.catches for g in goldens)), strict=True
        )
    ]
    fits = width is None or max(map(len, whole)) <= width
    yield from whole if fits else (line.rstrip() for line in lines)


def details(golden: Golden) -> Group:
    """Inputs and trajectory of one golden, an element a line."""
    s = golden.scenario
    head = Text(
        f"{golden.name} ({golden.kind}, id {golden.id})\n{s.catches}\n"
        f"learning_rate {s.learning_rate!r}, decay_rate {s.decay_rate!r}, epsilon {s.epsilon!r}\n"
    )
    heads = ("step", "array", "gradients", "weights", "moving average", "envelope")
    steps = plain(*heads, whole=heads)
    start = 0
    bounds = {}
    for name, length in zip(s.names, s.lengths, strict=True):
        bounds[name] = slice(start, start + length)
        steps.add_row("0", name, "", _row(s.weights[name].tolist()), "", "")
        start += length
    for t, gradients in enumerate(s.gradients[:_MOST_STEPS]):
        for name, cut in bounds.items():
            given = _row(gradients[name].tolist()) if name in gradients else "-"
            numbers = [_row(r[t, cut].tolist()) for r in (golden.weights, golden.moving_average)]
            envelope = "\n".join(f"{bound:.3g}" for bound in golden.envelope[t, cut].tolist())
            steps.add_row(str(t + 1), name, given, *numbers, envelope)
    left = s.steps - _MOST_STEPS
    more = [Text(f"... {left} further steps in the file")] if left > 0 else []
    return Group(head, steps, *more)


def _row(values: Sequence[float]) -> str:
    return "\n".join(repr(value) for value in values)
