"""What PyTorch's tensors share: dtypes, shapes, and whether operations are recorded."""

from __future__ import annotations

from contextlib import ContextDecorator
from typing import Any

import numpy as np


class DType:
    """torch.float32 and its like."""

    def __init__(self, name: str, numpy: Any) -> None:
        self.name, self.numpy = name, np.dtype(numpy)

    def __repr__(self) -> str:
        return f"torch.{self.name}"


DTYPES = {name: DType(name, name) for name in ("float32", "float64", "int64", "int32", "bool")}
BY_NUMPY = {dtype.numpy: dtype for dtype in DTYPES.values()}


class Size(tuple[int, ...]):
    """A shape."""

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"


class State:
    """What holds for every tensor: whether operations are recorded, and the default dtype."""

    recording = True
    default = np.dtype(np.float32)

    @classmethod
    def reset(cls) -> None:
        """As the library starts."""
        cls.recording, cls.default = True, np.dtype(np.float32)


class Grad(ContextDecorator):
    """no_grad and enable_grad: context managers, and decorators."""

    def __init__(self, recording: bool) -> None:
        self._recording, self._before = recording, list[bool]()

    def __enter__(self) -> None:
        self._before.append(State.recording)
        State.recording = self._recording

    def __exit__(self, *_: object) -> None:
        State.recording = self._before.pop()

    def __call__(self, function: Any = None) -> Any:
        """Decorate `function`, or stand for itself: no_grad is written with () and without."""
        return self if function is None else super().__call__(function)


def numpy_dtype(dtype: Any) -> Any:
    """The NumPy dtype of a torch dtype; TypeError for anything else."""
    if isinstance(dtype, DType):
        return dtype.numpy
    if dtype is float or dtype is int:
        return np.dtype(np.float64 if dtype is float else np.int64)
    raise TypeError(f"the stand-in for torch has no dtype {dtype!r}")
