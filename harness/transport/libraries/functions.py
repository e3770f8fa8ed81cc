"""What libraries have in common whose optimizers are functions, on JAX."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

Array = Any

__all__ = ["fresh", "is_class", "jax_for", "parameters", "settings"]


def is_class(thing: Any) -> bool:
    """Whether a thing is a class of them: they are made by functions."""
    return False


def settings(functions: Any) -> dict[str, Any]:
    """Nothing: functions do not say."""
    return {}


def fresh(functions: Any) -> Any:
    """The same: its state is outside it."""
    return functions


def parameters() -> Any:
    """None: it is made without."""
    return None


def jax_for(arrays: Sequence[Array]) -> Any:
    """JAX, in the precision of these arrays."""
    jax = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", any(array.dtype == "float64" for array in arrays))
    return jax
