"""Which of the explanations that fit comes first, and which of them are one thing in algebra."""

from __future__ import annotations

from collections.abc import Sequence

from harness.diagnosis.explanation import Explanation
from harness.diagnosis.hypotheses import Deviations
from python_ref.dialects.axes import AXES

# One thing while the learning rate is constant.
_TWINS = {"lr_in_buffer": "lr_out_of_buffer", "lr_out_of_buffer": "lr_in_buffer"}


def ranked(explanations: Sequence[Explanation]) -> list[Explanation]:
    """Bit for bit before within rounding, few before many, formulas before constants.

    Of constants the one with fewer digits goes first, then the order of the axes.
    """
    order = {axis: i for i, axis in enumerate(AXES)}

    def key(e: Explanation) -> tuple[object, ...]:
        values = [(order[axis], AXES[axis].names.index(value)) for axis, value in e.chosen]
        ignored = sum(value == "ignored" for _, value in e.chosen)
        written = sum(map(digits, e.constants.values()))
        numbers = sum(value.count("+") + 1 for axis, value in e.chosen) - e.size
        return (
            e.arithmetic is None, e.weight, numbers, len(e.constants), written, ignored, values
        )  # fmt: skip

    return sorted(explanations, key=key)


def unique(explanations: Sequence[Explanation]) -> list[Explanation]:
    """The first of each set."""
    first: dict[Deviations, Explanation] = {}
    for explanation in explanations:
        first.setdefault(explanation.chosen, explanation)
    return list(first.values())


def digits(value: float) -> int:
    """How many significant digits write a number, or its inverse, or what it lacks to 1."""
    forms = [value, 1 / value if value else 0.0, 1 - value]
    return min(len(f"{x:.12e}".partition("e")[0].rstrip("0").replace(".", "")) for x in forms)


def swapped(chosen: Deviations) -> Deviations:
    """The set with the twin of what has one; the same set where nothing has."""
    return tuple((axis, _TWINS.get(value, value)) for axis, value in chosen)


def same_algebra(a: Deviations, b: Deviations) -> bool:
    """Whether two sets are one thing while the learning rate is constant."""
    return b in (a, swapped(a))


def distinct(explanations: Sequence[Explanation]) -> list[Explanation]:
    """Those that are not the same thing in algebra as an earlier one, the likeliest first."""
    apart: list[Explanation] = []
    for explanation in ranked(explanations):
        if not any(same_algebra(explanation.chosen, earlier.chosen) for earlier in apart):
            apart.append(explanation)
    return apart
