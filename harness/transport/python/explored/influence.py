"""Which number moves which: each that can be reached is nudged once, before the first step.

The object is made anew for each, and what is other than without the nudge is moved by it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Optional

import numpy as np

from harness.transport.python.explored.graph import Graph
from harness.transport.python.explored.reach import Cell, says_gradients, several

# What a number is nudged by: a double holds it exactly beside what it is added to.
_NUDGE = 2.0**-6
_NEAR = 1e-6
_NEAR_NARROW = 1e-3
# What elements are set to: all different, and above 0 but for what is below it.
_LOWEST, _SPREAD, _GOLDEN = 0.3, 0.6, 0.618033988749895


Making = Callable[[Mapping[str, float]], Graph]


@dataclass
class _Run:
    """One step of an object made anew: numbers as they were made, as they were set, and after.

    `first` are those that were there before any step.
    """

    first: dict[str, float]
    made: dict[str, float]
    asked: dict[str, float]
    given: dict[str, float]
    valued: set[str]
    begun: dict[str, float] = field(default_factory=dict)
    after: dict[str, float] = field(default_factory=dict)
    narrow: set[str] = field(default_factory=set)


class Influence:
    """What moves what, in steps of objects made anew.

    Args:
        make: gives a fresh object, of which numbers that parameters ask for are these.
        deadline: of the thread's processor time; numbers not nudged by then move nothing.
        later: it is the second step that is looked at. The first one goes as far for any
            gradient where no epsilon is added.

    Attributes:
        asked: numbers of parameters that have no value of their own, and what they were.
        given: numbers of parameters that have one.
        valued: the step's own numbers that have one.
        later: as above.
        made: numbers that could be reached before the step, as they were made.
        after: and after it.
        unknown: paths of arrays that a constructor was given of which nothing is known.
    """

    def __init__(self, make: Making, deadline: float, later: bool = False) -> None:
        self._make, self.later = make, later
        self._moves: dict[str, dict[str, float]] = {}
        self._derived: dict[str, set[str]] = {}
        self._base = base = self._run(None)
        again = self._run(None)
        self.asked, self.given, self.valued = base.asked, base.given, base.valued
        self.made, self.after = base.made, base.after
        steady = [path for path, value in base.after.items() if _same(value, again.after.get(path))]
        for path in dict.fromkeys([*base.asked, *base.given, *base.begun]):
            if time.thread_time() > deadline:
                return
            self._nudge(path, steady)

    def same_with(self, make: Making, results: Iterable[str]) -> bool:
        """Whether results are the same where something else is said in whole numbers.

        A size changes what there is, or nothing; what is computed with changes the results.
        """
        before, self._make = self._make, make
        try:
            other = self._run(None)
        except Exception:
            return True
        finally:
            self._make = before
        if other.begun.keys() != self._base.begun.keys():
            return True
        return all(_same(other.after.get(path), self.after[path]) for path in results)

    def _run(self, nudged: Optional[str], stopped: Optional[str] = None) -> _Run:
        numbers: dict[str, float] = {}
        if nudged is not None and (value := self._making(nudged)) is not None:
            numbers[nudged] = value + _NUDGE
        graph = self._make(numbers)
        self.unknown = graph.unknown()
        cells = graph.cells()
        first = made = _values(cells)
        if self.later:
            self._set(cells, None, None)
            graph.step(1)
            cells = graph.cells()
            made = _values(cells)
        run = _Run(first, made, dict(graph.asked), dict(graph.given), graph.valued)
        run.begun = self._set(cells, nudged, stopped)
        run.narrow = {path for path, cell in cells.items() if cell.narrow}
        graph.step(1 + self.later)
        run.after = _values(graph.cells())
        return run

    @staticmethod
    def _set(
        cells: Mapping[str, Cell], nudged: Optional[str], stopped: Optional[str]
    ) -> dict[str, float]:
        """Put a number of its own into each element, nudge one or set it to 0; return all."""
        begun: dict[str, float] = {}
        place = 0
        for path, cell in cells.items():
            value = cell.value
            if several(path) or value == 0:
                place += 1
                # With few bits, so that a float of 32 holds it as well.
                value = round((_LOWEST + _SPREAD * (place * _GOLDEN % 1)) * 2**20) / 2**20
                # A factor below 0 says which way a step goes.
                value *= -1 if cell.value < 0 and not says_gradients(path) else 1
            value = 0.0 if path == stopped else value + _NUDGE if path == nudged else value
            try:
                cell.put(value)
                begun[path] = value
            except (ValueError, TypeError, AttributeError):  # a tuple's, an array's that is fixed
                begun[path] = cell.value
        return begun

    def _making(self, path: str) -> Optional[float]:
        """What a number of the making is given; None for one that is reached afterwards."""
        return self._base.asked.get(path, self._base.given.get(path))

    def _nudge(self, path: str, steady: list[str]) -> None:
        base = self._base
        try:
            nudged = self._run(path)
        except Exception:  # a number that may be nothing else moves nothing
            return
        moved: dict[str, float] = {}
        for other in steady:
            after, before = nudged.after.get(other), base.after[other]
            still = other == path and _same(after, nudged.begun.get(other))
            if still and _same(before, base.begun.get(other)):
                continue
            if after is not None and not _same(after, before):
                moved[other] = (after - before) / _NUDGE
        self._moves[path] = moved
        if self._making(path) is not None:
            pairs = nudged.first.items()
            self._derived[path] = {p for p, value in pairs if not _same(value, base.first.get(p))}

    def narrow(self, path: str) -> bool:
        """Whether a number is a float of 32 bits."""
        return path in self._base.narrow

    def changed(self, path: str) -> bool:
        """Whether a number that could be reached is another one after the step."""
        base = self._base
        return (
            path in base.begun
            and path in base.after
            and not _same(base.begun[path], base.after[path])
        )

    def derived(self, path: str) -> bool:
        """Whether a number follows from what a parameter was given."""
        return any(path in paths for paths in self._derived.values())

    def derives(self, path: str) -> set[str]:
        """The numbers that follow from what a parameter was given."""
        return self._derived.get(path, set())

    def moved(self, path: str) -> Mapping[str, float]:
        """What a number moves, and how far for each 1 that it is nudged by."""
        return self._moves.get(path, {})

    def nudged(self, path: str) -> bool:
        """Whether there was time to see what a number moves."""
        return path in self._moves

    def stops(self, path: str, weight: str, result: str) -> bool:
        """Whether nothing moves a weight, or no step is due, where a number is 0, as a factor."""
        try:
            after = self._run(None, path).after.get(result)
        except Exception:  # it may be no 0
            return False
        return _same(after, self._base.begun.get(weight, 0.0))

    def keeps(self, result: str, path: str) -> bool:
        """Whether a number keeps the whole of another one's nudge: something is added to it."""
        near = _NEAR_NARROW if self.narrow(path) else _NEAR
        slope = self.moved(path).get(result)
        return slope is not None and abs(slope - 1) < near


def _values(cells: Mapping[str, Cell]) -> dict[str, float]:
    return {path: cell.value for path, cell in cells.items()}


def _same(one: Optional[float], other: Optional[float]) -> bool:
    if one is None or other is None:
        return one is other
    return one == other or bool(np.isnan(one) and np.isnan(other))
