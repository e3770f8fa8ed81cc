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
from numpy import add, divide, multiply, sqrt, subtract
from numpy.typing import NDArray

# Elements a block: five float64 blocks of half a MiB stay in the last cache, and the loop's own
# cost is lost in them; a quarter of that, for the cache of one core, takes a tenth longer.
_BLOCK = 1 << 16
# Up to here arrays are made anew for what comes between, from memory that Python has at hand.
_SMALL = 1 << 14
_DTYPES = frozenset(map(np.dtype, (np.float64, np.float32)))


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
        self._constants: dict[np.dtype[Any], tuple[float, float, float, _Constants]] = {}

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
            gradient, dtype = gradients[name], weight.dtype
            if dtype not in _DTYPES or gradient.dtype != dtype:
                raise TypeError(
                    f"{name}: gradients are {gradient.dtype}, weights {dtype};"
                    " both must be float64 or both float32"
                )
            if gradient.shape != weight.shape:
                raise ValueError(f"{name}: gradients {gradient.shape}, weights {weight.shape}")
            average = self.moving_average.get(name)
            if average is None:
                average = self.moving_average[name] = np.zeros_like(gradient, order="C")
            constants = self._in(dtype)
            plain = type(gradient) is type(weight) is np.ndarray
            if plain and gradient.size <= _SMALL and gradient.ndim:
                # Small arrays, of which each further call costs as much as the arithmetic.
                squares = multiply(gradient, gradient)
                _finish(squares, multiply(gradient, constants[0]), average, weight, constants)
            else:
                _step_in_blocks(gradient, average, weight, constants)

    def _in(self, dtype: np.dtype[Any]) -> _Constants:
        """The hyperparameters, rounded to a dtype."""
        lr, d, eps = self.learning_rate, self.decay_rate, self.epsilon
        known = self._constants.get(dtype)
        if known and known[0] is lr and known[1] is d and known[2] is eps:
            return known[3]
        constants = _rounded(lr, d, eps, dtype)
        self._constants[dtype] = lr, d, eps, constants
        return constants


_Constants = tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]
"""Learning rate, decay rate, 1 - decay rate, epsilon: arrays of no dimension.

NumPy takes these as they are. Of a scalar it makes one at every call, which costs more than the
arithmetic of a small array.
"""


def _rounded(lr: float, d: float, eps: float, dtype: np.dtype[Any]) -> _Constants:
    # 1-d is formed in the arrays' own type.
    number = dtype.type
    complement = number(1) - number(d)
    rate, decay, share, epsilon = (np.array(x, dtype) for x in (lr, d, complement, eps))
    return rate, decay, share, epsilon


def _finish(
    x: NDArray[Any], s: NDArray[Any], v: NDArray[Any], w: NDArray[Any], constants: _Constants
) -> None:
    """Change `v` and `w`, given g*g in `x` and lr*g in `s`, which are used up."""
    _, d, complement, eps = constants
    multiply(x, complement, x)
    multiply(v, d, v)
    add(v, x, v)
    sqrt(v, x)
    add(x, eps, x)
    divide(s, x, s)
    subtract(w, s, w)


def _step_in_blocks(
    gradient: NDArray[Any], average: NDArray[Any], weight: NDArray[Any], constants: _Constants
) -> None:
    """Change `average` and `weight`, block by block so that the temporaries stay in cache."""
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
        multiply(g, g, x)
        multiply(g, constants[0], s)
        _finish(x, s, v, w, constants)
