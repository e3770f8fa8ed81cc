"""Optimizers of jax.example_libraries: triples of functions that start, update and read."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any, Callable

from harness.transport.libraries.functions import fresh, is_class, jax_for, parameters, settings

__all__ = [
    "JIT", "MODULES", "PARTIAL", "Run", "fresh", "is_class", "is_optimizer", "parameters",
    "settings",
]  # fmt: skip

Array = Any

MODULES = ("jax",)
PARTIAL = False
JIT = True


def is_optimizer(thing: Any) -> bool:
    """Whether a thing is such a triple."""
    fields = getattr(thing, "_fields", ())
    return isinstance(thing, tuple) and fields[:2] == ("init_fn", "update_fn") and len(fields) == 3


class Run:
    """One scenario: `update_fn` of the step's number, the gradients and the state."""

    def __init__(
        self, make: Callable[[Any], Any], arrays: Sequence[Array], names: Sequence[str], jit: bool
    ) -> None:
        jax = jax_for(arrays)
        self._array = jax.numpy.asarray
        init, update, self._read = make(None)
        self._update = jax.jit(update) if jit else update
        self._state = init([self._array(a) for a in arrays])
        self._taken = 0

    def step(self, gradients: Sequence[Array | None]) -> None:
        """Go one step; it has no way to leave arrays out."""
        given = [self._array(gradient) for gradient in gradients]
        self._state = self._update(self._taken, given, self._state)
        self._taken += 1

    def weights(self) -> list[Array]:
        """The weights now."""
        numpy = importlib.import_module("numpy")
        return [numpy.asarray(array) for array in self._read(self._state)]
