"""A table of distinct intermediate results: what the batched stepping keeps per stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Choosing = Mapping[str, tuple[Codes, Sequence[str]]]
"""Name of a choice to a code for each hypothesis and the names that the codes stand for."""


class Stage:
    """Distinct rows of one intermediate result.

    Args:
        group, choices: see below, of H hypotheses.
        numbers: (H,) codes of each number that enters. links: the rows (H,) of earlier stages.

    Attributes:
        uses: for each purpose, the row that each hypothesis uses (H,).
        first: (R,) the first hypothesis of each row, as numbered at the start.
        group: (R,) which combination of choices a row has, ascending.
        choices: the combinations, by group.
        columns: per row (R, 1), numbers that enter the formula.
        links: per row (R,), rows of earlier stages.
        state: per row, what is remembered between steps.
    """

    def __init__(
        self,
        group: Codes,
        choices: Sequence[Mapping[str, str]],
        numbers: Sequence[Codes] = (),
        links: Mapping[str, Codes] = MappingProxyType({}),
    ) -> None:
        whole, _ = _pack([group, *numbers, *links.values()])
        self.first, inverse = distinct(whole)
        self.uses: dict[str, Codes] = {"": inverse}
        self.group = group[self.first]
        self.choices = choices
        self.columns: dict[str, Any] = {}
        self.links = {name: link[self.first] for name, link in links.items()}
        self.state: dict[str, Any] = {}
        self._groups: list[tuple[slice, Mapping[str, str]]] | None = None

    @property
    def rows(self) -> int:
        """R, the number of rows."""
        return len(self.group)

    def groups(self) -> Sequence[tuple[slice, Mapping[str, str]]]:
        """Each combination of choices that still has rows, with its slice of rows."""
        if self._groups is None:  # every step asks for them, and they seldom change
            starts = [0]
            if self.group[0] != self.group[-1]:
                starts += (np.flatnonzero(np.diff(self.group)) + 1).tolist()
            self._groups = [
                (slice(start, stop), self.choices[self.group[start]])
                for start, stop in zip(starts, [*starts[1:], self.rows], strict=True)
            ]
        return self._groups

    def keep(self, mask: NDArray[np.bool_]) -> None:
        """Drop hypotheses, not yet the rows that they alone used."""
        self.uses = {name: use[mask] for name, use in self.uses.items()}

    def shrink(self, linked: Sequence[Codes]) -> Codes:
        """Drop rows that neither a hypothesis uses nor `linked`; return where each row went."""
        used = np.zeros(self.rows, dtype=np.bool_)
        for rows in (*self.uses.values(), *linked):
            used[rows] = True
        moved = np.cumsum(used) - 1
        self.uses = {name: moved[use] for name, use in self.uses.items()}
        self.group = self.group[used]
        self._groups = None
        self.columns = {name: column[used] for name, column in self.columns.items()}
        self.links = {name: link[used] for name, link in self.links.items()}
        self.state = {name: state[used] for name, state in self.state.items()}
        return moved


def grouped(choosing: Choosing) -> tuple[Codes, Sequence[Mapping[str, str]]]:
    """Which combination of choices each has, from 0 on, and the combinations."""
    packed, sizes = _pack([codes for codes, _ in choosing.values()])
    first, group = distinct(packed)
    combinations = [
        {
            name: names[code]
            for (name, (_, names)), code in zip(choosing.items(), _unpack(g, sizes), strict=True)
        }
        for g in packed[first].tolist()
    ]
    return group, combinations


def distinct(values: NDArray[Any]) -> tuple[Codes, Codes]:
    """Where each distinct value stands first, in ascending order of values; each value's rank."""
    if (values == values[0]).all():  # mostly, and then nothing need be sorted
        return np.zeros(1, dtype=np.int64), np.zeros(len(values), dtype=np.int64)
    _, first, ranks = np.unique(values, return_index=True, return_inverse=True)
    return first, ranks


def _pack(codes: Sequence[Codes]) -> tuple[Codes, list[int]]:
    """One number for each row of codes, ordered as the rows are; and the codes' ranges."""
    packed = np.zeros(len(codes[0]), dtype=np.int64)
    sizes, capacity = [], 1
    for code in codes:
        size = int(code.max()) + 1
        sizes.append(size)
        if size == 1:  # mostly, and then it tells nothing apart
            continue
        if capacity * size >= 2**62:
            _, packed = distinct(packed)
            capacity = int(packed.max()) + 1
        packed = packed * size + code
        capacity *= size
    return packed, sizes


def _unpack(packed: int, sizes: Sequence[int]) -> list[int]:
    codes = []
    for size in reversed(sizes):
        packed, code = divmod(packed, size)
        codes.append(code)
    return codes[::-1]
