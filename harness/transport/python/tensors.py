"""PyTorch's tensors and parameters, for a source that imports it: in the user's interpreter."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import numpy as np


def imported(namespace: Mapping[str, Any]) -> bool:
    """Whether a source has imported PyTorch, and it is there."""
    library = sys.modules.get("torch")
    if not isinstance(getattr(library, "Tensor", None), type):
        return False
    modules = (
        getattr(t, "__module__", None) or getattr(t, "__name__", None) for t in namespace.values()
    )
    return any(str(name).partition(".")[0] == "torch" for name in modules)


def tensor(values: Any) -> Any:
    """A tensor of its own with the values of an array."""
    return sys.modules["torch"].tensor(np.ascontiguousarray(values))


def parameter(weights: Any, gradients: Any) -> Any:
    """A parameter as a layer has it after its backward pass."""
    made = sys.modules["torch"].nn.Parameter(weights)
    made.grad = gradients
    return made


def values(thing: Any) -> Any:
    """The array in a tensor; anything else as it is."""
    return thing.detach().cpu().numpy() if hasattr(thing, "detach") else thing
