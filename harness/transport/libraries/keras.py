"""Optimizers of Keras 3 on any backend, and of tf-keras, its own and the legacy ones."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Sequence
from typing import Any, Callable

Array = Any

MODULES = ("keras", "tf_keras")
PARTIAL = True
JIT = True


def _bases() -> Iterator[type]:
    for name in MODULES:
        if name in sys.modules:
            optimizers = importlib.import_module(name).optimizers
            yield optimizers.Optimizer
            legacy: Any = getattr(optimizers, "legacy", None)
            if isinstance(getattr(legacy, "Optimizer", None), type):
                yield legacy.Optimizer


def is_class(thing: Any) -> bool:
    """Whether a thing is a class of its optimizers."""
    bases = tuple(_bases())
    return isinstance(thing, type) and issubclass(thing, bases) and thing not in bases


def is_optimizer(thing: Any) -> bool:
    """Whether a thing is an optimizer that was made."""
    return is_class(type(thing))


def settings(optimizer: Any) -> dict[str, Any]:
    """What it was made with, and the backend it computes on."""
    return {**optimizer.get_config(), "backend": _backend(optimizer)}


def fresh(optimizer: Any) -> Any:
    """One of the same configuration."""
    return type(optimizer).from_config(optimizer.get_config())


def parameters() -> Any:
    """None: it is made without."""
    return None


def _of_tensorflow(optimizer: Any) -> bool:
    return any(base.__module__.startswith("tf_keras.") for base in type(optimizer).__mro__)


def _backend(optimizer: Any) -> str:
    if _of_tensorflow(optimizer):
        return "tensorflow"
    return str(importlib.import_module("keras").backend.backend())


class Run:
    """One scenario: variables, updated by `apply_gradients` of pairs."""

    def __init__(
        self, make: Callable[[Any], Any], arrays: Sequence[Array], names: Sequence[str], jit: bool
    ) -> None:
        if "keras" in sys.modules and importlib.import_module("keras").backend.backend() == "jax":
            wide = any(array.dtype == "float64" for array in arrays)
            importlib.import_module("jax").config.update("jax_enable_x64", wide)
        self._optimizer = make(None)
        if _of_tensorflow(self._optimizer):
            tensorflow = importlib.import_module("tensorflow")
            self._variables = [tensorflow.Variable(array) for array in arrays]
            self._tensor: Callable[[Array], Any] = tensorflow.constant
        else:
            keras = importlib.import_module("keras")
            self._variables = [keras.Variable(a, dtype=a.dtype.name) for a in arrays]
            self._tensor = lambda array: keras.ops.convert_to_tensor(array, array.dtype.name)
        if hasattr(self._optimizer, "build"):
            self._optimizer.build(self._variables)
        self._compiled: Any = None
        if jit:
            if _backend(self._optimizer) != "jax":
                raise TypeError("jit=True: Keras has steps to compile on the JAX backend only")
            compiler = importlib.import_module("jax").jit
            self._compiled = compiler(self._optimizer.stateless_apply)

    def step(self, gradients: Sequence[Array | None]) -> None:
        """Apply the gradients there are."""
        pairs = [
            (self._tensor(gradient), variable)
            for gradient, variable in zip(gradients, self._variables)
            if gradient is not None
        ]
        if self._compiled is None:
            self._optimizer.apply_gradients(pairs)
        elif len(pairs) < len(self._variables):
            raise TypeError("a compiled step takes the gradients of all variables")
        else:
            state = self._optimizer.variables
            values = [variable.value for variable in self._variables]
            given = [gradient for gradient, _ in pairs]
            new, changed = self._compiled([s.value for s in state], given, values)
            for variable, value in [*zip(self._variables, new), *zip(state, changed)]:
                variable.assign(value)

    def weights(self) -> list[Array]:
        """The variables now."""
        if _of_tensorflow(self._optimizer):
            return [variable.numpy() for variable in self._variables]
        convert = importlib.import_module("keras").ops.convert_to_numpy
        return [convert(variable.value) for variable in self._variables]
