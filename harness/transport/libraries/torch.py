"""Optimizers of PyTorch: `torch.optim.Optimizer` and what derives from it."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any, Callable

Array = Any

MODULES = ("torch",)
PARTIAL = True
JIT = False


def is_class(thing: Any) -> bool:
    """Whether a thing is a class of its optimizers."""
    base = importlib.import_module("torch.optim").Optimizer
    return isinstance(thing, type) and issubclass(thing, base) and thing is not base


def is_optimizer(thing: Any) -> bool:
    """Whether a thing is an optimizer that was made."""
    return is_class(type(thing))


def settings(optimizer: Any) -> dict[str, Any]:
    """What it was made with."""
    return dict(optimizer.defaults)


def fresh(optimizer: Any) -> Any:
    """None: it has the parameters it was made with."""
    raise TypeError(
        f"a {type(optimizer).__name__} that is made already updates its own parameters; name its"
        " class, or a function of (params) that makes it"
    )


def parameters() -> Any:
    """One parameter."""
    torch = importlib.import_module("torch")
    return [torch.nn.Parameter(torch.ones(2, dtype=torch.float64))]


class Run:
    """One scenario: tensors with a `grad`, updated by `step()`."""

    def __init__(
        self, make: Callable[[Any], Any], arrays: Sequence[Array], names: Sequence[str], jit: bool
    ) -> None:
        self._torch = importlib.import_module("torch")
        self._parameters = [self._torch.nn.Parameter(self._tensor(a)) for a in arrays]
        self._optimizer = make(self._parameters)

    def _tensor(self, array: Array) -> Any:
        return self._torch.from_numpy(array.copy())

    def step(self, gradients: Sequence[Array | None]) -> None:
        """Set the gradients, as backward() does, and step."""
        for parameter, gradient in zip(self._parameters, gradients):
            parameter.grad = None if gradient is None else self._tensor(gradient)
        self._optimizer.step()

    def weights(self) -> list[Array]:
        """The parameters now."""
        return [parameter.detach().cpu().numpy().copy() for parameter in self._parameters]
