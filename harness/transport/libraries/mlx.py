"""Optimizers of MLX: `mlx.optimizers.Optimizer` and what derives from it."""

from __future__ import annotations

import copy
import importlib
from collections.abc import Sequence
from typing import Any, Callable

Array = Any

MODULES = ("mlx",)
PARTIAL = False
JIT = False


def is_class(thing: Any) -> bool:
    """Whether a thing is a class of its optimizers."""
    base = importlib.import_module("mlx.optimizers").Optimizer
    return isinstance(thing, type) and issubclass(thing, base) and thing is not base


def is_optimizer(thing: Any) -> bool:
    """Whether a thing is an optimizer that was made."""
    return is_class(type(thing))


def settings(optimizer: Any) -> dict[str, Any]:
    """What it says of itself: its plain attributes."""
    return {k: v for k, v in vars(optimizer).items() if isinstance(v, (bool, int, float))}


def fresh(optimizer: Any) -> Any:
    """A copy of one that was never used."""
    return copy.deepcopy(optimizer)


def parameters() -> Any:
    """None: it is made without."""
    return None


class Run:
    """One scenario: `apply_gradients`, on the CPU, which alone has float64."""

    def __init__(
        self, make: Callable[[Any], Any], arrays: Sequence[Array], names: Sequence[str], jit: bool
    ) -> None:
        self._core = importlib.import_module("mlx.core")
        self._core.set_default_device(self._core.cpu)
        self._names = list(names)
        self._optimizer = make(None)
        self._weights = {n: self._given(a) for n, a in zip(names, arrays)}

    def _given(self, array: Array) -> Any:
        return self._core.array(array, dtype=getattr(self._core, array.dtype.name))

    def step(self, gradients: Sequence[Array | None]) -> None:
        """Go one step; it has no way to leave arrays out."""
        given = {name: self._given(g) for name, g in zip(self._names, gradients)}
        self._weights = self._optimizer.apply_gradients(given, self._weights)
        self._core.eval(self._weights, self._optimizer.state)

    def weights(self) -> list[Array]:
        """The weights now."""
        numpy = importlib.import_module("numpy")
        return [numpy.array(self._weights[name]) for name in self._names]
