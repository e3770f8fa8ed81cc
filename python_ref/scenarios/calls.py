"""The calls a scenario makes of a port: which arrays take part in a step, and where they lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Call:
    """One call of the port: the arrays that have a gradient in a step.

    Attributes:
        columns: which of all elements take part; a slice of everything where all do.
        slices: each present array's place among the elements that take part.
        gradient: (n,) float64.
        t: (n,) how many steps each element has taken part in, this one included.
        touched: (n,) whether its gradient is not zero.
        number: how many calls there were, this one included.
        seen: how many elements of a shared average earlier steps had made.
    """

    def __init__(
        self,
        columns: Any,
        lengths: list[int],
        gradient: NDArray[np.float64],
        t: NDArray[np.int64],
        number: int,
        seen: int,
    ) -> None:
        self.columns = columns
        starts = np.cumsum([0, *lengths]).tolist()
        self.slices = [slice(a, b) for a, b in pairwise(starts)]
        self.gradient = gradient
        self.size = gradient.size
        self.t = t
        self.touched = gradient != 0
        self.number = number
        self.seen = seen

    @property
    def new(self) -> NDArray[np.bool_]:
        """(n,) whether this is an element's first step."""
        return np.equal(self.t, 1)

    def counted(self, state: str) -> NDArray[np.int64]:
        """(n,) how many steps of each element a port with this `state` counts."""
        if state == "global_step":
            return np.full_like(self.t, self.number)
        return np.ones_like(self.t) if state == "reset" else self.t

    def written(self, write: str) -> NDArray[np.bool_] | None:
        """Which elements a port with this `write` changes; None where all."""
        if write == "all":
            return None
        mask = np.zeros(self.size, dtype=np.bool_)
        one = {"first_array": slice(1), "last_array": slice(-1, None)}.get(write)
        for part in self.slices[one or slice(None)]:
            if one:
                mask[part] = True
            elif write == "first_element":
                mask[part.start : min(part.start + 1, part.stop)] = True
            elif write == "all_but_last":
                mask[part.start : max(part.stop - 1, part.start)] = True
        return mask


class Layout:
    """Where the arrays of a scenario lie among its N elements, and its calls."""

    def __init__(
        self,
        weights: Mapping[str, NDArray[np.float64]],
        gradients_by_step: Sequence[Mapping[str, NDArray[np.float64]]],
    ) -> None:
        lengths = {name: len(array) for name, array in weights.items()}
        starts = dict(zip(lengths, np.cumsum([0, *lengths.values()]).tolist(), strict=False))
        self.size = sum(lengths.values())
        self.longest = max(lengths.values(), default=0)
        self.weights = np.concatenate([np.zeros(0), *weights.values()])
        self.calls: list[Call] = []
        taken = np.zeros(self.size, dtype=np.int64)
        seen = 0
        for number, gradients in enumerate(gradients_by_step, 1):
            present = [name for name in lengths if name in gradients]
            columns: Any = slice(None)
            if len(present) < len(lengths):
                places = [np.arange(starts[k], starts[k] + lengths[k]) for k in present]
                columns = np.concatenate([np.zeros(0, dtype=np.int64), *places])
            taken[columns] += 1
            call = Call(
                columns,
                [lengths[name] for name in present],
                np.concatenate([np.zeros(0), *(gradients[name] for name in present)]),
                taken[columns].copy(),
                number,
                seen,
            )
            self.calls.append(call)
            seen = max([seen, *(lengths[name] for name in present)])
