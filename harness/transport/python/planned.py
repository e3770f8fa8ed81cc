"""One scenario with a port that is called as a plan says: objects that stand in, hooks, steps.

A plan (see harness.ports.plans) says what the constructor, the calls before the first step and
those of each step are given. Where the weights come out is settled on the way, once for all
steps: in what was handed over, in what is returned, or they are moved by the step that is
returned.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from harness.transport.python import tensors
from harness.transport.python.anything import Anything
from harness.transport.python.arrays import Garbled
from harness.transport.python.beginnings import Beginnings
from harness.transport.python.instance import Instance
from harness.transport.python.stand_ins import Piece

Row = Any
# Forms of which the numbers are Python's own.
PLAIN = ("number", "list", "rows")
# Which of a matrix's sizes is that of an array: of a column, of a row.
_ONE_OF_TWO = ("rows", "columns")


class Planned:
    """The steps of one scenario.

    Args:
        plan: how the port is made and called.
        target: gives a fresh class or function by its name.
        names, bounds: of the arrays; array i is flat[bounds[i]:bounds[i + 1]].
        dtype: of ndarrays.
        initial: (N,) values before the first step.
        hyper: values by role.
        beginnings: of averages that are made up, as the source says it; None for zeros.
    """

    def __init__(
        self,
        plan: Mapping[str, Any],
        target: Callable[[str], Any],
        names: Sequence[str],
        bounds: Sequence[int],
        dtype: Any,
        initial: Row,
        hyper: Mapping[str, Any],
        beginnings: Beginnings | None = None,
    ) -> None:
        self.beginnings = beginnings
        self.plan, self._target, self._hyper = plan, target, dict(hyper)
        self.dtype, self._form = dtype, plan.get("form", "flat")
        self.parameter = None
        if self._form == "tensor":  # beside which numbers are Python's own
            self._hyper = {role: float(value) for role, value in hyper.items()}
            self.parameter = tensors.parameter
        self.slots = int(plan.get("slots", 1))
        self.flat = np.array(initial, dtype=np.float64)
        self.gradients = np.zeros_like(self.flat)
        self._cut(names, bounds)
        self.where, self.widened, self.gradients_changed = "", False, False
        self._result = str(plan.get("result", "auto"))
        # Which side of a returned pair is no state, "" until that is known.
        self.first = str(plan.get("pair", ""))
        self.step = 0
        self._units = self._grouped()
        self._instances = [Instance(self, unit) for unit in self._scopes()]

    def _cut(self, names: Sequence[str], bounds: Sequence[int]) -> None:
        """The pieces that are handed over one by one: arrays, or numbers."""
        self.cuts: list[slice] = []
        self.names: list[str] = []
        self.array_of: list[int] = []
        for i, name in enumerate(names):
            start, stop = bounds[i], bounds[i + 1]
            single = self._form == "number"
            for k in range(start, stop) if single else [start]:
                self.cuts.append(slice(k, k + 1) if single else slice(start, stop))
                self.names.append(f"{name}{k - start}" if single else name)
                self.array_of.append(i)

    def _grouped(self) -> list[list[Piece]]:
        count, size = len(self.cuts), self.slots
        units: list[list[Piece]] = [
            list(range(i, min(i + size, count))) for i in range(0, count, size)
        ]
        if self.plan["arrangement"] == "apart":
            units = [
                [i if slot == i % size else None for slot in range(size)] for i in range(count)
            ]
        for unit in units:
            unit.extend([None] * (size - len(unit)))
        return units or [[None] * size]

    def _scopes(self) -> list[list[list[Piece]]]:
        """The units of each instance."""
        if self.plan["arrangement"] in ("each", "apart"):
            return [[unit] for unit in self._units]
        return [self._units]

    def array(self, role: str, piece: Piece, begun: float = 0.0) -> Any:
        """A new array for a role, as the port is handed one; what else begins as is `begun`."""
        if piece is None:
            values = np.full(1, begun)
        elif role == "weights":
            values = self.flat[self.cuts[piece]]
        elif role == "gradients":
            values = self.gradients[self.cuts[piece]]
        else:
            values = np.full_like(self.flat[self.cuts[piece]], begun)
        if self._form == "number":
            return float(values[0])
        if self._form == "list":
            return values.tolist()
        if self._form == "rows":
            return values.reshape(1, -1).tolist()
        array = values.astype(self.dtype)
        if self._form == "tensor":
            return tensors.tensor(array)
        if self._form == "column":
            return array.reshape(-1, 1)
        return array.reshape(1, -1) if self._form == "row" else array

    def go(self, gradients: Row, taking_part: Sequence[int]) -> None:
        """Go one step with a flat row of gradients. Raises Garbled, and what the port raises."""
        self.gradients = np.array(gradients, dtype=np.float64)
        part = set(taking_part)
        for instance in self._instances:
            instance.go(part)

    def feed(self, spec: Mapping[str, Any], unit: Sequence[Piece]) -> Any:
        """What an argument is that is no array: a hyperparameter, a name, a number of steps."""
        if "role" in spec:
            return self._hyper[spec["role"]]
        if "counter" in spec:
            return self.step - 1 + int(spec["counter"])
        first = next((i for i in unit if i is not None), None)
        if "name" in spec:
            if self.plan.get("key") == "place":
                begun = int(self.plan.get("first", 1)) if self.plan.get("numbered") else 0
                return (first or 0) // self.slots + begun
            return self.names[first] if first is not None else "w"
        if "anything" in spec:
            return Anything()
        if "many" in spec:
            return -(-len(self.cuts) // self.slots)
        if "size" in spec:
            if "slot" in spec or self.plan["arrangement"] != "apart":
                slot = spec.get("slot", 0)
                first = unit[slot] if slot < len(unit) else first
            size = 0 if first is None else self.cuts[first].stop - self.cuts[first].start
            if spec["size"] in _ONE_OF_TWO and self._form in ("column", "row"):
                return size if spec["size"] == _ONE_OF_TWO[self._form == "row"] else 1
            return (size,) if spec["size"] == "shape" else size
        return spec.get("value")

    def read(self, piece: int, value: Any) -> Row:
        """The values of a piece, flat. Raises Garbled."""
        cut = self.cuts[piece]
        length = cut.stop - cut.start
        name = self.names[piece]
        try:
            array = np.asarray(tensors.values(value))
            if array.dtype.kind not in "fiu":
                raise ValueError
        except Exception as error:
            raise Garbled(f"array {name!r} holds something that is no number", True) from error
        shapes = {
            "column": (length, 1),
            "number": (),
            **dict.fromkeys(("row", "rows"), (1, length)),
        }
        expected = shapes.get(self._form, (length,))
        if array.shape != expected and not (self._form == "number" and array.size == 1):
            raise Garbled(f"array {name!r} has shape {array.shape}, expected {expected}", True)
        if self.dtype == np.float32 and array.dtype == np.float64 and length:
            self.widened |= self._form not in PLAIN
        # In the precision it came in: a step is taken from the weights in that.
        return (array if array.dtype.kind == "f" else array.astype(np.float64)).reshape(-1)

    @property
    def learning_rate(self) -> float:
        """What a returned step is multiplied with that the port leaves unscaled."""
        return float(self._hyper["learning_rate"])

    def owners(self) -> list[Any]:
        """The objects that are called."""
        return [one.owner for one in self._instances if one.owner is not None]

    def target(self, name: str) -> Any:
        """The class or function of that name."""
        return self._target(name)

    def hyper(self) -> dict[str, Any]:
        """The values that are given, by role."""
        return self._hyper

    def average(self) -> Row | None:
        """The moving average is not looked for."""
        return None

    def facts(self) -> dict[str, Any]:
        """What was seen beside the numbers (see harness.model.observation)."""
        return {
            "where": self.where or "nowhere",
            "container": str(self.plan.get("container", "list")),
            "pair": self.first,
            "gradients_changed": self.gradients_changed,
            "widened": self.widened,
        }

    def settled(self, where: str) -> None:
        """Remember where the weights come out; the first move tells."""
        if not self.where:
            self.where = where
        if self._result == "auto":
            self._result = {"in place": "entries", "replaced": "entries"}.get(where, where)

    @property
    def result(self) -> str:
        """Where the weights come out, "auto" until that is known."""
        return self._result
