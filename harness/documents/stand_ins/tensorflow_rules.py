"""TensorFlow's operations: how each is computed and how its gradient is formed.

Derivatives are those of tensorflow/python/ops/math_grad.py and, where it calls a kernel, of
tensorflow/core/kernels/cwise_ops_gradients.h, in the order written there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from harness.documents.stand_ins.autograd import Array, Operation
from harness.documents.stand_ins.operations import SHARED, narrowed, sigmoid


def _pull_pow(g: Array, r: Array, x: Array, y: Array) -> Sequence[Any]:
    power, log = narrowed(np.power), narrowed(np.log)
    return g * y * power(x, y - 1), g * r * np.where(x > 0, log(x), np.zeros_like(x))


def _pull_extreme(first: Any) -> Any:
    """The first operand gets the gradient of a tie."""

    def pull(g: Array, _: Array, a: Array, b: Array) -> Sequence[Any]:
        chosen = first(a, b)
        return np.where(chosen, g, 0), np.where(chosen, 0, g)

    return pull


OPERATIONS: Mapping[str, Operation] = SHARED | {
    "div": Operation(np.divide, lambda g, _r, a, b: (g / b, g * ((-a / b) / b))),
    "reciprocal": Operation(np.reciprocal, lambda g, r, _x: (-r * r * g,)),
    "log": Operation(narrowed(np.log), lambda g, _r, x: (g * (1 / x),)),
    "sqrt": Operation(np.sqrt, lambda g, r, _x: (np.where(g == 0, 0, (g / 2) / r),)),
    "square": Operation(np.square, lambda g, _r, x: (g * (x * 2),)),
    "tanh": Operation(narrowed(np.tanh), lambda g, r, _x: (g * (1 - r * r),)),
    "sigmoid": Operation(narrowed(sigmoid), lambda g, r, _x: (g * r * (1 - r),)),
    "pow": Operation(narrowed(np.power), _pull_pow),
    "maximum": Operation(np.maximum, _pull_extreme(np.greater_equal)),
    "minimum": Operation(np.minimum, _pull_extreme(np.less_equal)),
}
"""TensorFlow's operations by name."""
