"""The formulas of a step, one function a stage, on rows that make the same choices.

Arrays are (R, n): a row a distinct computation, a column an element; hyperparameters are
(R, 1). `choice` maps the choices that matter to their values' names in the table of axes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from python_ref.numbers.algebra import Algebra, Array

Choice = Mapping[str, str]


def gradient(
    a: Algebra,
    choice: Choice,
    g: Array,
    w: Array,
    scale: Array,
    clip: Array,
    decay: Array,
    parts: Sequence[slice],
) -> Array:
    """Scale, clip and couple weight decay, in the order chosen; `parts` are the arrays' columns."""
    if choice["scaled"] == "yes":
        g = scale * g
    if choice["negated"] == "yes":
        g = -g
    if choice["coupled"] == "yes" and choice["decay_first"] == "yes":
        g = g + decay * w
    if choice["clip"] != "no":
        g = clipped(a, choice["clip"], g, clip, parts)
    if choice["coupled"] == "yes" and choice["decay_first"] == "no":
        g = g + decay * w
    return g


def clipped(a: Algebra, kind: str, g: Array, limit: Array, parts: Sequence[slice]) -> Array:
    """Clip each element to +-limit, or scale so that a norm does not pass it."""
    if kind == "value":
        return a.minimum(a.maximum(g, -limit), limit)
    if kind == "global_norm" or not parts:
        return _scaled(a, g, limit)
    return a.concatenate([_scaled(a, g[:, part], limit) for part in parts], 1)


def _scaled(a: Algebra, g: Array, limit: Array) -> Array:
    norm = a.sqrt(a.sum_along(g * g), nonnegative=True)
    # min(1, limit/norm) bit for bit, and no division by a norm of 0.
    return g * (limit / a.maximum(norm, limit))


def average(a: Algebra, choice: Choice, v: Array, g: Array, d: Array, complement: Array) -> Array:
    """The moving average of squares (or absolute values) after one more gradient."""
    kind, square = choice["average"], choice["square"]
    if kind == "absolute":
        return ema(a, choice["ema"], v, a.absolute(g), d, complement)
    squares = a.pow_square(g) if square == "pow" else g * g
    if kind == "last":
        return squares
    if kind == "sum":
        return a.fma(g, g, v) if _fuses_square(choice) else v + squares
    if kind == "leaky_sum":
        if _fuses_square(choice):
            return a.fma(g, g, d * v)
        return a.fma(d, v, squares) if choice["ema"] == "fused" else d * v + squares
    old, new = (complement, d) if kind == "swapped" else (d, complement)
    if square == "left" and choice["ema"] in ("plain", "fused", "fused_square"):
        left = new * g
        if choice["ema"] == "fused":
            return a.fma(old, v, left * g)
        return a.fma(left, g, old * v) if choice["ema"] == "fused_square" else old * v + left * g
    return ema(a, choice["ema"], v, squares, old, new)


def _fuses_square(choice: Choice) -> bool:
    return choice["ema"] == "fused_square" and choice["square"] != "pow"


def ema(a: Algebra, kind: str, v: Array, x: Array, old: Array, new: Array) -> Array:
    """old*v + new*x as `kind` writes it."""
    if kind == "incremental":
        return a.incremental(v, x, new)
    if kind == "reverse_incremental":
        return a.reverse_incremental(v, x, old)
    if kind == "fused":
        return a.fma(old, v, new * x)
    if kind == "fused_square":
        return a.fma(new, x, old * v)
    return old * v + new * x


def kept(a: Algebra, choice: Choice, v: Array, eps: Array) -> Array:
    """What is remembered as the average, and goes on from there: v unless `kept` says else."""
    if choice["kept"] == "epsilon":
        v = v + eps
    elif choice["kept"] in ("root", "root_of_sum"):
        v = a.widen(v)
        v = a.sqrt(v + eps if choice["kept"] == "root_of_sum" else v, nonnegative=True)
    return a.store(v)


def denominator(a: Algebra, choice: Choice, v: Array, m: Array, eps: Array) -> Array:
    """What the numerator is divided by, from the averages as they are to be used."""
    epsilon = choice["epsilon"]
    v = a.widen(v)
    inside = epsilon == "inside"
    if choice["centered"] == "yes":
        m = a.widen(m)
        if inside and choice["centring"] == "epsilon_before_centring":
            v, inside = (v + eps) - m * m, False
        elif inside and choice["centring"] == "epsilon_with_mean":
            v, inside = v - (m * m + eps), False
        else:
            v = v - m * m
    if inside:
        v = v + eps
    if choice["root"] != "none":
        v = a.sqrt(v, nonnegative=choice["centered"] == "no")
    if epsilon == "outside":
        return v + eps
    return a.maximum(v, eps) if epsilon == "maximum" else v


def quotient(a: Algebra, choice: Choice, numerator: Array, den: Array, rate: Array) -> Array:
    """Numerator by denominator, times the learning rate where it is `scaled` here."""
    if choice["numerator"] == "sign":
        numerator = a.sign(numerator)
    scaled = choice["scaled"] == "yes"
    if choice["divided"] == "no":
        return rate * numerator if scaled else numerator
    kind = choice["quotient"]
    if choice["divided"] == "multiplied":
        return multiplied(kind, numerator, den, rate if scaled else None)
    if not scaled:
        return numerator * (1 / den) if kind == "reciprocal" else numerator / den
    if kind == "divide_first":
        return rate * (numerator / den)
    if kind == "rate_over_root":
        return numerator * (rate / den)
    if kind == "reciprocal":
        return (rate * numerator) * (1 / den)
    return (rate * numerator) / den


def multiplied(kind: str, numerator: Array, root: Array, rate: Array | None) -> Array:
    """Numerator times root, in the order in which it would be divided."""
    if rate is None:
        return numerator * root
    if kind == "divide_first":
        return rate * (numerator * root)
    return numerator * (rate * root) if kind == "rate_over_root" else (rate * numerator) * root


def scheduled(a: Algebra, kind: str, rate: Array, numbers: Mapping[str, Array], t: int) -> Array:
    """The learning rate of call `t`, from 1; `numbers` are the schedule's own."""
    if kind == "inverse_time":
        return rate / (1 + numbers["decay"] * t)
    if kind == "inverse_time_from_zero":
        return rate / (1 + numbers["decay"] * (t - 1))
    if kind == "exponential":
        return rate * a.power(numbers["factor"], np.full(numbers["every"].shape, t - 1))
    if kind == "steps":
        return rate * a.power(numbers["factor"], ((t - 1) // numbers["every"]).astype(np.int64))
    if kind == "linear_to_zero":
        return rate * a.maximum(1 - (t - 1) / numbers["total"], a.zeros((1, 1)))
    return rate


def buffer(
    a: Algebra, kind: str, b: Array, u: Array, momentum: Array, rate: Array
) -> tuple[Array, Array]:
    """Accumulate `u` in the buffer; return the buffer as stored and the step."""
    b = a.store(momentum * a.load(b) + u)
    if kind == "lr_in_buffer":
        return b, a.load(b)
    if kind == "lr_out_of_buffer":
        return b, rate * a.load(b)
    return b, momentum * a.load(b) + u


def weights(a: Algebra, choice: Choice, w: Array, step: Array, rate: Array, decay: Array) -> Array:
    """The weights as stored after the step and what decays apart from it."""
    old = a.load(w)
    new = a.store(old + step if choice["direction"] == "ascent" else old - step)
    if choice["decoupled"] == "no":
        return new
    lost = (rate * decay) * old if choice["decoupled"] == "decoupled" else decay * old
    return a.store(a.load(new) - lost)
