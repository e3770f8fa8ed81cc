"""Feeds objects that keep their numbers themselves, as a way says that looking at them showed.

The elements of each array lie on the pairs of as many objects as it takes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from harness.transport.python.arrays import Garbled
from harness.transport.python.explored.graph import Graph, is_number
from harness.transport.python.explored.making import Module
from harness.transport.python.explored.reach import Cell, towards
from harness.transport.python.session import plain_facts

# Stands where an object has more numbers than an array has elements left.
_SPARE = 1.0


class Explored:
    """The steps of one scenario.

    Args:
        module: what is made of it.
        way: see harness.transport.python.explored.ways.
        roles: hyperparameters by the path of the number that takes each.
        hyper: values by role.
        bounds: array i is flat[bounds[i]:bounds[i + 1]].
        weights: (N,) values before the first step.
    """

    def __init__(
        self,
        module: Module,
        way: Mapping[str, Any],
        roles: Mapping[str, str],
        hyper: Mapping[str, Any],
        bounds: Sequence[int],
        weights: Any,
    ) -> None:
        self._way, self._roles, self._hyper = way, roles, hyper
        self._numbers = {**way["numbers"], **{path: hyper[role] for path, role in roles.items()}}
        paths = [path for pair in way["pairs"] for path in pair if path]
        # What each step is given itself, and rows that hold one number.
        self._put_in = [p for p in self._numbers if is_number(p) or p not in way["numbers"]]
        self._paths = towards([*paths, *way["others"], *self._put_in])
        self.flat = np.array(weights, dtype=np.float64)
        self.step, self._moved = 0, False
        width = len(way["pairs"])
        self._parts: list[list[tuple[Graph, int, int]]] = [
            [
                (self._made(module, at, min(width, stop - at)), at, min(width, stop - at))
                for at in range(start, stop, width)
            ]
            for start, stop in zip(bounds, bounds[1:])
        ]

    def _made(self, module: Module, start: int, count: int) -> Graph:
        graph = Graph(module, self._way["plan"], self._numbers)
        graph.begin(self._way["carried"])
        if self._way["mode"] == "weights":
            self._put(graph.cells(self._paths), 0, self.flat[start : start + count])
        return graph

    def owners(self) -> list[Any]:
        """The objects whose methods step."""
        return [graph.owner for parts in self._parts for graph, _, _ in parts]

    def _put(self, cells: Mapping[str, Cell], place: int, values: Any) -> None:
        """Put values where weights (0) or gradients (1) are."""
        for i, pair in enumerate(self._way["pairs"]):
            _cell(cells, pair[place]).put(float(values[i]) if i < len(values) else _SPARE)

    def go(self, gradients: Any, taking_part: Sequence[int]) -> None:
        """Go one step with a flat row of gradients. Raises Garbled, and what the port raises."""
        for i in taking_part:
            for graph, start, count in self._parts[i]:
                self._go(graph, slice(start, start + count), gradients)

    def _go(self, graph: Graph, cut: slice, gradients: Any) -> None:
        way, cells = self._way, graph.cells(self._paths)
        for path in way["others"]:
            _cell(cells, path).put(way["rest"])
        for path in self._put_in:
            if path in cells:
                cells[path].put(self._numbers[path])
        self._put(cells, 1, gradients[cut])
        if way["mode"] == "returned":
            self._put(cells, 0, self.flat[cut])
        graph.step(self.step)
        after = graph.cells(self._paths)
        graph.carry(way["carried"])
        taken: Callable[[float, float], float] = {
            "step": lambda before, come: before - come,
            "ascent": lambda before, come: before + come,
            "rate": lambda before, come: before - float(self._hyper["learning_rate"]) * come,
        }.get(way["mode"], lambda _, come: come)
        for k, (_, _, result) in zip(range(cut.start, cut.stop), way["pairs"]):
            if result not in after:
                raise Garbled("nothing is left of a weight", misread=True)
            before, cell = float(self.flat[k]), after[result]
            now = taken(before, cell.value)
            now = float(np.float32(now)) if cell.narrow else now
            self._moved |= now != before
            self.flat[k] = now

    def average(self) -> None:
        """The moving average is not looked for."""

    def facts(self) -> dict[str, Any]:
        """What was seen beside the numbers (see harness.model.observation)."""
        return plain_facts("in place" if self._moved else "nowhere")


def _cell(cells: Mapping[str, Cell], path: str) -> Cell:
    if path not in cells:
        raise Garbled(f"there is no {path} any more", misread=True)
    return cells[path]
