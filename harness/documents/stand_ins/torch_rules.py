"""PyTorch's operations: how each is computed and how its gradient is formed.

Derivatives are those of tools/autograd/derivatives.yaml and the functions it names in
torch/csrc/autograd/FunctionsManual.cpp, in the order written there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from harness.documents.stand_ins.autograd import Array, Operation
from harness.documents.stand_ins.operations import SHARED, narrowed, sigmoid
from python_ref.arithmetic import fma


def _pow(x: Array, exponent: float) -> Any:
    """As aten/src/ATen/native/cpu/PowKernel.cpp, which has small exponents apart."""
    if exponent == 2:
        return x * x
    if exponent == 3:
        return x * x * x
    if exponent == -2:
        return 1 / (x * x)
    if exponent in (0.5, -0.5, -1):
        root = np.sqrt(x) if abs(exponent) == 0.5 else x
        return root if exponent > 0 else 1 / root
    return narrowed(lambda wide: np.power(wide, exponent))(x)


def _pull_pow(g: Array, _: Array, x: Array, exponent: float) -> Sequence[Any]:
    if exponent == 0:
        return (np.zeros_like(x),)
    return (g * (x.dtype.type(exponent) * _pow(x, exponent - 1)),)


def _pull_power(g: Array, r: Array, x: Array, y: Array) -> Sequence[Any]:
    power = narrowed(np.power)
    base = np.where(y == 0, 0, g * (y * power(x, y - 1)))
    return base, g * np.where((x == 0) & (y >= 0), 0, r * narrowed(np.log)(x))


def _pull_extreme(g: Array, r: Array, a: Array, b: Array) -> Sequence[Any]:
    half = np.where(a == b, g / 2, g)
    return np.where(a == r, half, 0), np.where(b == r, half, 0)


def _clamped(x: Array, low: float, high: float) -> Any:
    return np.minimum(np.maximum(x, x.dtype.type(low)), x.dtype.type(high))


def _mse(x: Array, y: Array, mean: bool) -> Any:
    squares = (x - y) * (x - y)
    return np.sum(squares) / x.dtype.type(x.size) if mean else np.sum(squares)


def _pull_mse(g: Array, _: Array, x: Array, y: Array, mean: bool) -> Sequence[Any]:
    norm = x.dtype.type(2 / x.size if mean else 2)
    return norm * (x - y) * g, norm * (y - x) * g


OPERATIONS: Mapping[str, Operation] = SHARED | {
    "rsub": Operation(lambda a, b: b - a, lambda g, _r, _a, _b: (-g, g)),
    "div": Operation(np.divide, lambda g, _r, a, b: (g / b, -g * ((a / b) / b))),
    "reciprocal": Operation(np.reciprocal, lambda g, r, _x: (-g * (r * r),)),
    "log": Operation(narrowed(np.log), lambda g, _r, x: (g / x,)),
    "sqrt": Operation(np.sqrt, lambda g, r, _x: (g / (2 * r),)),
    # tanh_backward of cpu/BinaryOpsKernel.cpp is contracted: 1 - b*b is rounded once.
    "tanh": Operation(narrowed(np.tanh), lambda g, r, _x: (g * fma(-r, r, np.ones_like(r)),)),
    "sigmoid": Operation(narrowed(sigmoid), lambda g, r, _x: (g * (1 - r) * r,)),
    "pow": Operation(_pow, _pull_pow),
    "power": Operation(narrowed(np.power), _pull_power),
    "maximum": Operation(np.maximum, _pull_extreme),
    "minimum": Operation(np.minimum, _pull_extreme),
    "mse": Operation(_mse, _pull_mse),
    "clamp": Operation(
        _clamped, lambda g, _r, x, low, high: (np.where((x >= low) & (x <= high), g, 0),)
    ),
}
"""PyTorch's operations by name."""
