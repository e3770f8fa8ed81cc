"""Numbers that became none: NaN or infinite where the golden has a number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.model.observation import Rows
from python_ref.scenarios.scenario import Scenario


@dataclass(frozen=True)
class Lost:
    """What of a golden's numbers, or of several goldens', is none in what was observed.

    Attributes:
        nan, infinite: how many values, over all steps, of `values`.
        elements: by element of an array, in how many arrays it was lost at some step, and how
            many arrays have that element.
        alone: every other value is inside the envelope.
    """

    nan: int
    infinite: int
    values: int
    elements: tuple[tuple[int, int], ...]
    alone: bool

    @property
    def count(self) -> int:
        """How many values were lost."""
        return self.nan + self.infinite

    @property
    def everywhere(self) -> tuple[int, ...]:
        """The elements that were lost in every array that has them, if no others were."""
        lost = [i for i, (count, _) in enumerate(self.elements) if count]
        whole = all(self.elements[i][0] == self.elements[i][1] for i in lost)
        return tuple(lost) if whole else ()


def lost(scenario: Scenario, expected: Rows, observed: Rows, outside: NDArray[np.bool_]) -> Lost:
    """Count what was lost.

    Args:
        scenario: whose arrays they are.
        expected: (t, N).
        observed: likewise.
        outside: (t, N) where they are further apart than rounding takes them.
    """
    none = np.isfinite(expected) & ~np.isfinite(observed) & outside
    ever = np.asarray(none.any(axis=0))
    longest = max(scenario.lengths, default=0)
    elements = np.zeros((longest, 2), dtype=int)
    start = 0
    for length in scenario.lengths:
        elements[:length, 0] += ever[start : start + length]
        elements[:length, 1] += 1
        start += length
    return Lost(
        nan=int((none & np.isnan(observed)).sum()),
        infinite=int((none & np.isinf(observed)).sum()),
        values=none.size,
        elements=tuple((int(a), int(b)) for a, b in elements),
        alone=not bool((outside & ~none).any()),
    )


def together(parts: Iterable[Lost]) -> Lost | None:
    """What was lost in several goldens; None if nothing was."""
    parts = list(parts)
    if not any(part.count for part in parts):
        return None
    return Lost(
        nan=sum(part.nan for part in parts),
        infinite=sum(part.infinite for part in parts),
        values=sum(part.values for part in parts),
        elements=_summed([part.elements for part in parts]),
        alone=all(part.alone for part in parts),
    )


def _summed(tables: Sequence[tuple[tuple[int, int], ...]]) -> tuple[tuple[int, int], ...]:
    longest = max(map(len, tables))
    return tuple(
        (
            sum(table[i][0] for table in tables if i < len(table)),
            sum(table[i][1] for table in tables if i < len(table)),
        )
        for i in range(longest)
    )
