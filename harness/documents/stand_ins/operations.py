"""What every library computes alike: forward functions, and derivatives nobody writes otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from harness.documents.stand_ins.autograd import Array, Operation


def narrowed(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `function` computed in double and rounded to the operands' own width.

    A library's float32 logarithm is within one unit of the exact value and nearly always the
    nearest float; NumPy's is up to four units off, and depends on the processor.
    """

    def rounded(*arrays: Array) -> Any:
        kind = np.result_type(*arrays)
        return np.asarray(function(*(x.astype(np.float64) for x in arrays))).astype(kind)

    return rounded


def sigmoid(x: Array) -> Any:
    """Return 1 / (1 + exp(-x))."""
    return 1 / (1 + np.exp(-x))


def expanded(g: Array, x: Array, axis: Any, keepdims: bool) -> Array:
    """Spread the gradient of a reduction over the elements that it reduced."""
    if axis is not None and not keepdims:
        g = np.expand_dims(g, axis)
    return np.broadcast_to(g, x.shape)


def counted(x: Array, axis: Any) -> int:
    """How many elements a reduction over `axis` takes together."""
    if axis is None:
        return x.size
    return int(np.prod([x.shape[i] for i in (axis if isinstance(axis, tuple) else (axis,))]))


def _mean(x: Array, axis: Any = None, keepdims: bool = False) -> Any:
    return np.sum(x, axis=axis, keepdims=keepdims) / x.dtype.type(counted(x, axis))


def _pull_mean(g: Array, _: Array, x: Array, axis: Any = None, keepdims: bool = False) -> Any:
    return (expanded(g, x, axis, keepdims) / x.dtype.type(counted(x, axis)),)


def _pull_sum(g: Array, _: Array, x: Array, axis: Any = None, keepdims: bool = False) -> Any:
    return (expanded(g, x, axis, keepdims),)


def _pull_matmul(g: Array, _: Array, a: Array, b: Array) -> Sequence[Any]:
    if b.ndim == 1:
        return g[..., None] * b, np.tensordot(g, a, axes=(range(g.ndim), range(g.ndim)))
    if a.ndim == 1:
        return b @ g, np.multiply.outer(a, g)
    return g @ b.swapaxes(-1, -2), a.swapaxes(-1, -2) @ g


def _matmul(a: Array, b: Array) -> Any:
    if min(a.ndim, b.ndim) < 1 or max(a.ndim, b.ndim) > 2:
        raise TypeError("the stand-in multiplies vectors and matrices only")
    return a @ b


def _pull_index(g: Array, _: Array, x: Array, index: Any) -> Sequence[Any]:
    whole = np.zeros_like(x)
    whole[index] = g
    return (whole,)


SHARED: dict[str, Operation] = {
    "add": Operation(np.add, lambda g, _r, _a, _b: (g, g)),
    "sub": Operation(np.subtract, lambda g, _r, _a, _b: (g, -g)),
    "mul": Operation(np.multiply, lambda g, _r, a, b: (g * b, g * a)),
    "neg": Operation(np.negative, lambda g, _r, _x: (-g,)),
    "abs": Operation(np.abs, lambda g, _r, x: (g * np.sign(x),)),
    "exp": Operation(narrowed(np.exp), lambda g, r, _x: (g * r,)),
    "sin": Operation(narrowed(np.sin), lambda g, _r, x: (g * narrowed(np.cos)(x),)),
    "cos": Operation(narrowed(np.cos), lambda g, _r, x: (g * -narrowed(np.sin)(x),)),
    "relu": Operation(lambda x: np.maximum(x, 0), lambda g, r, _x: (np.where(r > 0, g, 0),)),
    "sum": Operation(np.sum, _pull_sum),
    "mean": Operation(_mean, _pull_mean),
    "matmul": Operation(_matmul, _pull_matmul),
    "index": Operation(lambda x, index: x[index], _pull_index),
    "reshape": Operation(
        lambda x, shape: x.reshape(shape), lambda g, _r, x, **_: (g.reshape(x.shape),)
    ),
    "transpose": Operation(np.transpose, lambda g, _r, _x: (np.transpose(g),)),
    "stack": Operation(lambda *xs: np.stack(xs), lambda g, _r, *_xs: tuple(g)),
    "cast": Operation(lambda x, to: x.astype(to), lambda g, _r, x, **_: (g.astype(x.dtype),)),
}  # fmt: skip
"""Operations by name; a library's table adds to them and replaces some."""
