"""What PyTorch's tensors do in place: to their own memory, which others may share."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.documents.stand_ins.autograd import Value, plain_index
from harness.documents.stand_ins.modules import refused
from harness.documents.stand_ins.torch_state import Grad, State


class InPlace(Value):
    """The part of a tensor that writes."""

    @property
    def is_leaf(self) -> bool:
        """Whether no recorded operation made it."""
        return self.node is None or not (self.node.name or self.node.spent)

    def __setitem__(self, index: Any, value: Any) -> None:
        if State.recording and isinstance(value, Value) and value.node:
            raise refused("torch", "an element set to a tensor that requires a gradient")
        self._write(value.array if isinstance(value, Value) else value, plain_index(index))

    def _write(self, array: Any, index: Any = ...) -> Any:
        """Write in place, where torch would let it be done and no gradient passes through."""
        if self.node is not None and State.recording:
            if self.is_leaf:
                raise RuntimeError(
                    "a leaf Variable that requires grad is being used in an in-place operation."
                )
            raise refused("torch", "an in-place operation on what was computed from parameters")
        self.array[index] = array
        return self

    def _updated(self, operation: str, other: Any) -> Any:
        if self.node is not None and self.is_leaf:
            with Grad(False):
                result = self.apply(operation, self, other)
            return self._write(result.array)
        result = self.apply(operation, self, other)
        np.copyto(self.array, result.array, casting="same_kind")
        if State.recording:
            self.node = result.node
        return self

    def __iadd__(self, other: Any) -> Any:
        return self._updated("add", other)

    def __isub__(self, other: Any) -> Any:
        return self._updated("sub", other)

    def __imul__(self, other: Any) -> Any:
        return self._updated("mul", other)

    def __itruediv__(self, other: Any) -> Any:
        return self._updated("div", other)

    def add_(self, other: Any, *, alpha: float = 1) -> Any:
        """Add in place."""
        return self._updated("add", other if alpha == 1 else other * alpha)

    def sub_(self, other: Any, *, alpha: float = 1) -> Any:
        """Subtract in place."""
        return self._updated("sub", other if alpha == 1 else other * alpha)

    def mul_(self, other: Any) -> Any:
        """Multiply in place."""
        return self._updated("mul", other)

    def zero_(self) -> Any:
        """Fill with zeros."""
        return self._write(0)

    def fill_(self, value: float) -> Any:
        """Fill with `value`."""
        return self._write(value)

    def copy_(self, other: Value) -> Any:
        """Write the elements of `other`."""
        return self._write(other.array)

    def clamp_(self, min: float = -np.inf, max: float = np.inf) -> Any:  # noqa: A002
        """Clamp in place."""
        with Grad(False):
            return self._write(self.clamp(min, max).array)
