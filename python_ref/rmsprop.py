"""The definition: RMSProp in NumPy, the order of every operation stated.

Per element, with g the gradient, v the moving average of squared gradients, w the weight::

    v = d*v + (1-d)*(g*g)                     multiply, square, multiply, add
    w = w - (lr*g) / (sqrt(v) + eps)          multiply, root, add, divide, subtract

Every operation is rounded once in the arrays' own precision (IEEE 754 double or single), so
any language that keeps this order gets the same bits. v starts at zero.

Source: G. Hinton, Neural Networks for Machine Learning, lecture 6e (2012), credited to
T. Tieleman, who divides by the root of v alone; the epsilon outside the root is that of the
Python code which started this project.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Elements a block: five float64 blocks of 64 KiB stay in a second-level cache of 512 KiB, and
# the loop's own cost is still lost in them.
_BLOCK = 8192


class RMSProp:
    """RMSProp over named arrays, the state kept per name.

    Args:
        learning_rate: the step's scale, in units of the weights.
        decay_rate: the share of the old moving average that is kept, 0 to 1.
        epsilon: added to the root of the moving average, in units of the gradients.

    Attributes:
        moving_average: name to array, of the shape and dtype of that name's gradients; an
            entry is made when its name is first seen.

    >>> optimizer, weights = RMSProp(), {"w": np.array([0.5, 0.5])}
    >>> optimizer.update_weights({"w": np.array([0.1, -0.2])}, weights)
    >>> print(weights["w"])
    [0.49683772 0.50316228]
    """

    def __init__(
        self, learning_rate: float = 0.001, decay_rate: float = 0.9, epsilon: float = 1e-8
    ) -> None:
        self.learning_rate = learning_rate
        self.decay_rate = decay_rate
        self.epsilon = epsilon
        self.moving_average: dict[str, NDArray[np.floating[Any]]] = {}

    def update_weights(
        self,
        gradients: Mapping[str, NDArray[np.floating[Any]]],
        weights: Mapping[str, NDArray[np.floating[Any]]],
    ) -> None:
        """Take one step, changing the arrays of `weights` in place.

        Args:
            gradients: name to array, at least the names in `weights`.
            weights: name to array of the same shape and dtype, float64 or float32.

        Raises:
            KeyError: a name in `weights` has no gradient.
            TypeError: an array is neither float64 nor float32, or the two differ.
            ValueError: the two shapes differ.
        """
        for name, weight in weights.items():
            gradient = gradients[name]
            if weight.dtype not in (np.float64, np.float32) or gradient.dtype != weight.dtype:
                raise TypeError(
                    f"{name}: gradients are {gradient.dtype}, weights {weight.dtype};"
                    " both must be float64 or both float32"
                )
            if gradient.shape != weight.shape:
                raise ValueError(f"{name}: gradients {gradient.shape}, weights {weight.shape}")
            if name not in self.moving_average:
                self.moving_average[name] = np.zeros_like(gradient, order="C")
            self._update(gradient, self.moving_average[name], weight)

    def _update(
        self,
        gradient: NDArray[np.floating[Any]],
        average: NDArray[np.floating[Any]],
        weight: NDArray[np.floating[Any]],
    ) -> None:
        """Change `average` and `weight`, block by block so that the temporaries stay in cache."""
        # Scalars of the arrays' own type: with Python's, NumPy would form 1-d in double.
        number = gradient.dtype.type
        lr, d, eps = number(self.learning_rate), number(self.decay_rate), number(self.epsilon)
        kept = number(1) - d
        if gradient.flags.c_contiguous and weight.flags.c_contiguous:
            gradient, average, weight = (a.ravel() for a in (gradient, average, weight))
            length = min(_BLOCK, gradient.size)
        else:  # as one block of many dimensions
            length = len(gradient)
        shape = (length, *gradient.shape[1:])
        scratch, step = np.empty(shape, gradient.dtype), np.empty(shape, gradient.dtype)
        for start in range(0, len(gradient), max(length, 1)):
            block = slice(start, start + length)
            g, v, w = gradient[block], average[block], weight[block]
            x, s = scratch[: len(g)], step[: len(g)]
            np.multiply(g, g, out=x)
            np.multiply(x, kept, out=x)
            np.multiply(v, d, out=v)
            np.add(v, x, out=v)
            np.sqrt(v, out=x)
            np.add(x, eps, out=x)
            np.multiply(g, lr, out=s)
            np.divide(s, x, out=s)
            np.subtract(w, s, out=w)
