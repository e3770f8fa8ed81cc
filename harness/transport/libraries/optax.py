"""Transformations of Optax, single or chained: anything with `init` and `update`."""

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

MODULES = ("optax",)
PARTIAL = False
JIT = True


def is_optimizer(thing: Any) -> bool:
    """Whether a thing is a transformation."""
    return isinstance(thing, importlib.import_module("optax").GradientTransformation)


class Run:
    """One scenario: `update`, then `apply_updates`; both compiled together with jit."""

    def __init__(
        self, make: Callable[[Any], Any], arrays: Sequence[Array], names: Sequence[str], jit: bool
    ) -> None:
        jax, optax = jax_for(arrays), importlib.import_module("optax")
        self._array, self._names = jax.numpy.asarray, list(names)
        transformation = make(None)
        self._weights = {n: self._array(a) for n, a in zip(names, arrays)}
        self._state = transformation.init(self._weights)

        def step(gradients: Any, state: Any, weights: Any) -> Any:
            updates, state = transformation.update(gradients, state, weights)
            return optax.apply_updates(weights, updates), state

        self._step = jax.jit(step) if jit else step

    def step(self, gradients: Sequence[Array | None]) -> None:
        """Go one step; it has no way to leave arrays out."""
        given = {name: self._array(g) for name, g in zip(self._names, gradients)}
        self._weights, self._state = self._step(given, self._state, self._weights)

    def weights(self) -> list[Array]:
        """The weights now."""
        numpy = importlib.import_module("numpy")
        return [numpy.asarray(self._weights[name]) for name in self._names]
