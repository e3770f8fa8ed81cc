"""The formulas of a step, one function a stage, on rows that make the same choices.

Arrays are (R, n): a row a distinct computation, a column an element; hyperparameters are
(R, 1). `choice` maps the choices that matter to their values' names in the table of axes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from python_ref.dialects.axes import BY_NORM_OF_ALL, BY_NORM_PLUS, NORM_EPSILON
from python_ref.numbers import ways
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
    decayed = ways.DECAYS[choice["decay"]].kernel
    if choice["coupled"] == "yes" and choice["decay_first"] == "yes":
        g = decayed(a, g, decay, w)
    if choice["clip"] != "no":
        g = clipped(a, choice, g, clip, parts)
    if choice["coupled"] == "yes" and choice["decay_first"] == "no":
        g = decayed(a, g, decay, w)
    return g


def clipped(a: Algebra, choice: Choice, g: Array, limit: Array, parts: Sequence[slice]) -> Array:
    """Clip each element to +-limit, or scale so that a norm does not pass it."""
    if choice["clip"] == "value":
        return a.minimum(a.maximum(g, -limit), limit)
    summed, scaled = ways.SUMS[choice["sum"]].kernel, ways.NORMS[choice["norm"]].kernel
    together = choice["clip"] in BY_NORM_OF_ALL

    def within(squares: Array, part: Array) -> Array:
        norm = a.sqrt(squares, nonnegative=True)
        if choice["clip"] in BY_NORM_PLUS:
            norm = norm + a.column(np.full(1, NORM_EPSILON), np.ones(1, dtype=np.bool_))
        return scaled(a, part, norm, limit)

    if not parts or (together and choice["sum"] == "plain"):
        return within(summed(a, g), g)
    sums = [summed(a, g[:, part]) for part in parts]
    if together:  # libraries sum the sums of the arrays
        return within(a.sum_along(a.concatenate(sums, 1)), g)
    pieces = [within(x, g[:, part]) for x, part in zip(sums, parts, strict=True)]
    return a.concatenate(pieces, 1)


def average(a: Algebra, choice: Choice, v: Array, g: Array, d: Array, complement: Array) -> Array:
    """The moving average of squares (or absolute values) after one more gradient."""
    kind, square = choice["average"], ways.SQUARES[choice["square"]].kernel
    ema = ways.EMAS[choice["ema"]].kernel
    if kind == "absolute":
        return ema(a, v, complement, a.absolute(g), d)
    if kind == "last":
        return square(a, 1, g)[1] if choice["square"] == "pow" else g * g
    if kind in ("sum", "leaky_sum"):
        squares = a.pow_square(g) if choice["square"] == "pow" else g * g
        if choice["ema"] == "fused_square" and choice["square"] != "pow":
            return a.fma(g, g, v if kind == "sum" else d * v)
        if kind == "sum":
            return v + squares
        if choice["ema"] == "twice":
            p, q = square(a, complement, g)
            return d * (v + squares) + p * q
        return a.fma(d, v, squares) if choice["ema"] == "fused" else d * v + squares
    old, new = (complement, d) if kind == "swapped" else (d, complement)
    return ema(a, v, *square(a, new, g), old)


def mean(a: Algebra, choice: Choice, m: Array, g: Array, d: Array, complement: Array) -> Array:
    """The moving average of gradients after one more."""
    written = ways.MEANS[choice["mean"]].kernel(a, m, complement, g, d)
    if written is None:
        return ways.EMAS[choice["ema"]].kernel(a, m, complement, g, d)
    return written


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
    centred = ways.CENTRINGS[choice["centring"]].kernel
    if choice["centered"] == "yes":
        m = a.widen(m)
        if inside and choice["order"] == "epsilon_before_centring":
            v, inside = centred(a, v + eps, m), False
        elif inside and choice["order"] == "epsilon_with_mean":
            v, inside = v - (m * m + eps), False
        else:
            v = centred(a, v, m)
    if inside:
        v = v + eps
    if choice["root"] != "none":
        v = a.sqrt(v, nonnegative=choice["centered"] == "no")
        v = a.nudge(v, int(choice["off"])) if choice["off"] != "0" else v
    if epsilon == "outside":
        return v + eps
    return a.maximum(v, eps) if epsilon == "maximum" else v


def quotient(
    a: Algebra, choice: Choice, numerator: Array, den: Array, rate: Array, eps: Array
) -> tuple[Array, Array | None]:
    """Numerator by denominator, times the learning rate where it is `scaled` here.

    Returns:
        Two factors of it, the second None where the first is all.
    """
    if choice["numerator"] == "sign":
        numerator = a.sign(numerator)
    scaled = choice["scaled"] == "yes"
    if choice["divided"] == "no":
        return (rate, numerator) if scaled else (numerator, None)

    def over(x: Array) -> Array:
        if choice["divided"] == "multiplied":
            return x * den
        result = x / den
        nudged = choice["off"] != "0" and isinstance(x, int)
        return a.nudge(result, int(choice["off"])) if nudged else result

    way = ways.QUOTIENTS[choice["quotient"]].kernel
    if choice["added"] == "rate":
        return over(rate if scaled else 1) + eps, numerator
    if choice["added"] == "quotient":
        x, y = way(over, numerator, None)
        u = (x if y is None else x * y) + eps
        return (rate, u) if scaled else (u, None)
    result: tuple[Array, Array | None] = way(over, numerator, rate if scaled else None)
    return result


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
    a: Algebra,
    choice: Choice,
    b: Array,
    u: Array,
    factors: tuple[Array, Array] | None,
    momentum: Array,
    rate: Array,
) -> tuple[Array, Array, tuple[Array, Array] | None]:
    """Accumulate `u` in the buffer; return the buffer as stored, the step and its factors."""
    add = ways.BUFFERS[choice["buffer"]].kernel
    b = a.store(add(a, momentum, a.load(b), u, factors))
    now = a.load(b)
    if choice["momentum"] == "lr_in_buffer":
        return b, now, None
    if choice["momentum"] == "lr_out_of_buffer":
        return b, rate * now, (rate, now)
    return b, add(a, momentum, now, u, factors), None


def weights(
    a: Algebra,
    choice: Choice,
    w: Array,
    step: Array,
    factors: tuple[Array, Array] | None,
    rate: Array,
    decay: Array,
    eps: Array,
) -> Array:
    """The weights as stored after the step and what decays apart from it."""
    update = ways.UPDATES[choice["update"]].kernel
    if choice["added"] == "step":
        step = step + eps
        factors = factors and (step, 1 + a.zeros(step.shape))
    if choice["direction"] == "ascent":
        step, factors, eps = -step, factors and (-factors[0], factors[1]), -eps

    def take(w: Array) -> Array:
        new = update(a, a.load(w), step, factors)
        return a.store(new + eps if choice["added"] == "weights" else new)

    if choice["decoupled"] == "no":
        return take(w)
    scale = rate if choice["decoupled"] == "decoupled" else None
    way = ways.DECOUPLINGS[choice["decoupling"]].kernel
    return a.store(way(a, a.load(w), take, decay, scale))
