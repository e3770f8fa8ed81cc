"""The ways in which ports write one formula: name, formula, kernel and bound, a row each.

Two ports may compute the same thing and differ in the last bits, because products group
differently, a sum is fused with a product or an average is written another way. That is
arithmetic and not a deviation. A way that is added here is stepped, listed and bounded; what
bounds it is the running error analysis of its kernel, or that of the way it is `within`, which
rounds wherever it rounds and more.

In the formulas g is the gradient, v the moving average of squared gradients, m that of
gradients, b the momentum buffer, w the weight, u the quotient, den its denominator; lr, d, mu,
wd and c are learning rate, decay rate, momentum, weight decay and clip. fma(a, b, c) is
a*b + c rounded once.
"""

# ruff: noqa: ARG005 - the kernels of a table are given the same, whatever each makes use of

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

Array = Any
Ways = Mapping[str, "Way"]


@dataclass(frozen=True)
class Way:
    """One way to write one part of a step.

    Attributes:
        name: as in ``square=left``.
        formula: as it is written.
        kernel: the same on arrays; `a` is the algebra of their numbers. What it is given and
            returns is said at its table.
        within: another way of the same table whose bound is no narrower than this one's; empty
            where an envelope must follow it itself.
        ordinary: people write it by hand, too, and it is tried with everything else that they do.
        enveloped: envelopes are as wide as its bound; else it rounds so much more than the others
            that it is known by its bits alone.
        shared: of an average, what stands in it: "new", the share 1 - d; "square", that share
            times the square, which may be grouped from the left.
    """

    name: str
    formula: str
    kernel: Callable[..., Any]
    within: str = ""
    ordinary: bool = True
    enveloped: bool = True
    shared: tuple[str, ...] = ("new", "square")


def _ways(*ways: Way) -> Ways:
    return MappingProxyType({way.name: way for way in ways})


def _times(x: Array | None, y: Array) -> Array:
    return y if x is None else x * y


# (over, n, lr) to two factors of the step, the second None where it is rounded already. `over`
# divides by the denominator; lr is None where the learning rate enters elsewhere.
QUOTIENTS = _ways(
    Way("plain", "(lr*g)/den", lambda over, n, lr: (over(_times(lr, n)), None)),
    Way("divide_first", "lr*(g/den)",
        lambda over, n, lr: (over(n), None) if lr is None else (lr, over(n))),
    Way("rate_over_root", "g*(lr/den)",
        lambda over, n, lr: (over(n), None) if lr is None else (n, over(lr))),
    Way("reciprocal", "(lr*g)*(1/den)", lambda over, n, lr: (_times(lr, n), over(1))),
    Way("scaled_reciprocal", "lr*(g*(1/den))",
        lambda over, n, lr: (n, over(1)) if lr is None else (lr, n * over(1)), ordinary=False),
)  # fmt: skip

# (a, new, g) to two factors of new*g*g.
SQUARES = _ways(
    Way("plain", "(1-d)*(g*g)", lambda a, new, g: (new, g * g)),
    Way("left", "(1-d)*g*g from the left", lambda a, new, g: (new * g, g)),
    # C's pow of scalars; in float32_double it makes the average double.
    Way("pow", "(1-d)*pow(g, 2)", lambda a, new, g: (new, a.pow_square(g))),
)

# (a, v, p, q, old) to old*v + p*q, where p is 1 - old if an order subtracts first.
EMAS = _ways(
    Way("plain", "d*v + (1-d)*(g*g)", lambda a, v, p, q, old: old * v + p * q),
    Way("incremental", "v + (1-d)*(g*g - v)", lambda a, v, p, q, old: a.incremental(v, q, p),
        shared=("new",)),
    Way("fused_incremental", "fma(1-d, g*g - v, v)",
        lambda a, v, p, q, old: a.fma(p, q - v, v), "incremental", ordinary=False,
        shared=("new",)),
    Way("reverse_incremental", "g*g + d*(v - g*g)",
        lambda a, v, p, q, old: a.reverse_incremental(v, q, old), shared=()),
    # Of a leaky sum, to which Encog adds the square before it decays, too.
    Way("twice", "d*(v + g*g) + (1-d)*(g*g)",
        lambda a, v, p, q, old: old * v + p * q, ordinary=False),
    # What is remembered is v/s, s the product of all d so far: see `scaled`.
    Way("scaled", "v = s*e, s = s*(1 - (1-d)), e = (s*e + (1-d)*(g*g))/s",
        lambda a, v, p, q, old: old * v + p * q, ordinary=False, enveloped=False),
    Way("fused", "fma(d, v, (1-d)*(g*g))",
        lambda a, v, p, q, old: a.fma(old, v, p * q), "plain"),
    Way("fused_square", "fma(1-d, g*g, d*v)",
        lambda a, v, p, q, old: a.fma(p, q, old * v), "plain"),
)  # fmt: skip


_SMALLEST_SCALE = 1e-6


def scaled(a: Any, e: Array, s: Array, c: Array, new: Array) -> tuple[Array, Array]:
    """Take `new` into an average v = s*e that is shrunk by c through its scale, as Tribuo does.

    Returns:
        Entries and scale, as they are stored; where that gets small, it is multiplied into the
        entries.
    """
    e, s = a.load(e), a.load(a.store(a.load(s) * (1 - c)))
    small = abs(s) < _SMALLEST_SCALE
    e, s = a.where(small, a.load(a.store(e * s)), e), a.where(small, 1 + 0 * s, s)
    return a.store((e * s + new) / s), a.store(s)


# (d, 1 - d as it is formed elsewhere and narrowed) to 1 - d.
COMPLEMENTS = _ways(
    Way("plain", "1-d", lambda d, formed: 1 - d),
    # A language's literals and settings are double whatever is stored: PyTorch, JAX, Keras.
    Way("double", "1-d formed in float64 and then narrowed", lambda d, formed: formed, "plain"),
    # 0.1 beside 0.9, which is not what 1 - 0.9 gives: where a rate is written, not taken.
    Way("literal", "1-d written as a number, too", lambda d, formed: formed, "plain",
        ordinary=False, enveloped=False),
)  # fmt: skip

# (a, m, new, g, old) to the mean gradient; None writes it as the average is written.
MEANS = _ways(
    Way("as_average", "m as the moving average is written", lambda a, m, new, g, old: None),
    Way("plain", "d*m + (1-d)*g", lambda a, m, new, g, old: old * m + new * g),
    Way("lerp", "fma(1-d, g - m, m), or g - (1-(1-d))*(g - m) fused where 1-d >= .5",
        lambda a, m, new, g, old: a.lerp(m, g, new)),
)  # fmt: skip

# (a, v, k) to v/k.
CORRECTIONS = _ways(
    Way("plain", "v/k, k = 1 - d^t", lambda a, v, k: v / k),
    Way("reciprocal", "v*(1/k), k = 1 - d^t", lambda a, v, k: v * (1 / k)),
)

# (a, v, m) to v - m*m.
CENTRINGS = _ways(
    Way("plain", "v - m*m", lambda a, v, m: v - m * m),
    Way("fused", "fma(-m, m, v)", lambda a, v, m: a.fma(-m, m, v), "plain"),
)

# (a, g, wd, w) to g + wd*w.
DECAYS = _ways(
    Way("plain", "g + wd*w", lambda a, g, wd, w: g + wd * w),
    Way("fused", "fma(wd, w, g)", lambda a, g, wd, w: a.fma(wd, w, g), "plain"),
)


def _laned(x: Array, width: int) -> Array:
    """Column i added to lane i % width, of as many columns as fill all lanes."""
    lanes = x[:, :width]
    for start in range(width, x.shape[1] // width * width, width):
        lanes = lanes + x[:, start : start + width]
    return lanes


def _lanes(width: int, in_order: bool) -> Callable[..., Array]:
    """Sum as a vector unit does: in lanes, then the lanes, then what is left of the columns."""

    def summed(a: Any, g: Array) -> Array:
        squares, whole = g * g, g.shape[1] // width * width
        if not whole:
            return a.sum_along(squares)
        lanes = _laned(squares, width)
        if not in_order:
            while lanes.shape[1] > 1:
                half = lanes.shape[1] // 2
                lanes = lanes[:, :half] + lanes[:, half:]
        return a.sum_along(a.concatenate([lanes, squares[:, whole:]], 1))

    return summed


def _neighbours(a: Any, g: Array) -> Array:
    """Sum as NumPy does: eight lanes of at most 128 columns, halves of more."""
    columns = g.shape[1]
    if columns > _BLOCK:
        half = columns // 16 * 8
        return _neighbours(a, g[:, :half]) + _neighbours(a, g[:, half:])
    squares, whole = g * g, columns // 8 * 8
    if not whole:
        return a.sum_along(squares)
    lanes = _laned(squares, 8)
    while lanes.shape[1] > 1:
        lanes = lanes[:, ::2] + lanes[:, 1::2]
    return a.sum_along(a.concatenate([lanes, squares[:, whole:]], 1))


_BLOCK = 128

# (a, g) to the sum of squares of each row, (R, 1).
SUMS = _ways(
    # Any order has the bound of `Algebra.sum_along`.
    Way("plain", "g1*g1 + g2*g2 + ... from the left", lambda a, g: a.sum_along(g * g)),
    Way("neighbours", "g*g summed in eight lanes, then neighbouring lanes, as NumPy does",
        _neighbours, "plain"),
    Way("lanes_4", "g*g summed in four lanes, then in halves of them", _lanes(4, False), "plain"),
    Way("lanes_8", "g*g summed in eight lanes, then in halves of them", _lanes(8, False), "plain"),
    Way("lanes_4_in_order", "g*g summed in four lanes, then one after the other",
        _lanes(4, True), "plain"),
    Way("lanes_8_in_order", "g*g summed in eight lanes, then one after the other",
        _lanes(8, True), "plain"),
)  # fmt: skip

# (a, g, norm, c) to g scaled so that its norm does not pass c.
NORMS = _ways(
    # min(1, c/norm) bit for bit, and no division by a norm of 0.
    Way("plain", "g*min(1, c/norm)", lambda a, g, norm, c: g * (c / a.maximum(norm, c))),
    Way("scaled_first", "(g*c)/max(norm, c)",
        lambda a, g, norm, c: (g * c) / a.maximum(norm, c)),
    Way("reciprocals", "g*(c*min(1/norm, 1/c))",
        lambda a, g, norm, c: g * (c * (1 / a.maximum(norm, c)))),
    Way("narrowed", "g*(c*min(1/norm, 1/c)) of which the factor is rounded to float32",
        lambda a, g, norm, c: g * (a.narrow(c) * a.narrow(1 / a.maximum(norm, c))),
        ordinary=False, enveloped=False),
)  # fmt: skip

# (a, mu, b, u, factors of u) to mu*b + u.
BUFFERS = _ways(
    Way("plain", "mu*b + u", lambda a, mu, b, u, _: mu * b + u),
    Way("fused", "fma(mu, b, u)", lambda a, mu, b, u, _: a.fma(mu, b, u), "plain"),
    Way("fused_step", "mu*b + u, the last product of u fused with the sum",
        lambda a, mu, b, _, factors: a.fma(*factors, mu * b), "plain"),
)  # fmt: skip

# (a, w, step, factors of it) to w - step.
UPDATES = _ways(
    Way("plain", "w - step", lambda a, w, step, _: w - step),
    Way("fused", "w - step, the last product of the step fused with the difference",
        lambda a, w, _, factors: a.fma(-factors[0], factors[1], w), "plain"),
)  # fmt: skip

# (a, w, take, wd, lr) to weights decayed by wd*lr*w, or wd*w where lr is None, and stepped;
# `take` subtracts the step from weights.
DECOUPLINGS = _ways(
    Way("plain", "(w - step) - (lr*wd)*w",
        lambda a, w, take, wd, lr: a.load(take(w)) - _times(lr, wd) * w),
    Way("before", "(w - (w*wd)*lr) - step",
        lambda a, w, take, wd, lr: take(w - _times(lr, w * wd))),
    Way("factor", "w*(1 - wd*lr) - step",
        lambda a, w, take, wd, lr: take(w * (1 - _times(lr, wd)))),
    Way("fused_before", "fma(-w, wd*lr, w) - step",
        lambda a, w, take, wd, lr: take(a.fma(-w, _times(lr, wd), w)), "before"),
    Way("joint", "w + (-step - lr*wd*w)",
        lambda a, w, take, wd, lr: w + (take(a.zeros(w.shape)) - _times(lr, wd) * w)),
)  # fmt: skip
