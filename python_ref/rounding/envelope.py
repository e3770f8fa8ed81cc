"""The line between rounding and defect: how far rounding can take a weight, bounded.

`envelope` is the bound, `certify` the oracle that holds stored weights against it in ball
arithmetic. The bound runs along a trajectory, per element. u is the unit roundoff of the
stored floats, e bounds the relative error of the moving average v, E the absolute error of the
weight w, both against exact arithmetic on the same inputs; s = d*v_old/v_new is the share of v
that is old. So two results in any of the listed arithmetics lie at most 2*E apart.

Plain orders of evaluation. d*v carries e and rounds once; (1-d)*(g*g) rounds three times in
any grouping, four with C's pow, which may be a whole ULP off; the sum rounds once. With one u
to spare in each for products of errors, and one more for those of the sum::

    e = s*(e + 2u) + (1-s)*4u + 2u

The root halves e; root, +epsilon, lr*g and the division round once each, and a reciprocal
once more; inside the root epsilon only dilutes e. The subtraction rounds what it yields::

    E = E + |step|*(e/2 + 5u) + u*(|w| + E)

Incremental orders subtract first, which costs an absolute term. v + (1-d)*(g*g - v) equals
d*v + (1-d)*g*g + (1-d)*(g*g - v)*t, where t gathers the roundings of 1-d, of the difference
and of the product: |t| <= 3u. g*g + d*(v - g*g) likewise, where d is given and only two
round. What those terms multiply in second order is bounded by what is to spare above. So the
constant c is 3 and 2, and e grows by c*u*(1-d)*|g*g - v|/v_new and c*u*d*|g*g - v|/v_new.

Underflow. A product or quotient that underflows errs by at most eta, half the smallest
subnormal; sums never do. Each step adds eta*(|g| + 3) to v: (1-d)*g may underflow before it
is multiplied by g, and three products may. F bounds the sum of what is left of these::

    F = d*F*(1 + 6u) + eta*(|g| + 3)

v may be as small as v - F, which lengthens the step; lr*g may underflow before it is divided,
g/den before it is multiplied by lr, lr/den before it is multiplied by g, the step itself.

There is no bound where a denominator can be 0 or an operation overflows, nor after that.

That is the bound of the reference and of epsilon inside the root. Any other dialect is bounded
by running the same argument operation by operation along its stepping (`bounds`), which is
wider by the slack that correlations of operands allow.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from python_ref.dialects.dialect import Dialect
from python_ref.dialects.evaluation import widest
from python_ref.rounding.balls import BITS, OracleMissingError, balls, flint
from python_ref.rounding.bounds import BOUNDS
from python_ref.scenarios.calls import Layout
from python_ref.scenarios.scenario import Scenario
from python_ref.stepping.effective import hyperparameters
from python_ref.stepping.hypothesis import Hypothesis
from python_ref.stepping.stepper import Stepper

__all__ = [
    "CLASSES",
    "OracleMissingError",
    "Violation",
    "certify",
    "envelope",
    "exact_weights",
    "radius",
    "running_envelopes",
]

Doubles = NDArray[np.float64]

CLASSES = {"plain": 0, "incremental": 3, "reverse_incremental": 2}
"""Kinds of evaluation order with the constant c of their absolute term."""

_HYPERPARAMETER_AXES = {"learning_rate", "decay_rate", "eps", "float32_hyperparameters"}


@dataclass(frozen=True)
class Violation:
    """A stored weight that no rounding explains.

    Attributes:
        step: from 1.
        array: its name.
        index: within the array, from 0.
        stored: the weight held against the oracle.
        distance: between them, rounded up.
        bound: the envelope there.
    """

    step: int
    array: str
    index: int
    stored: float
    distance: float
    bound: float


def envelope(
    scenario: Scenario,
    precision: str,
    dialect: Dialect | None = None,
    kind: str | None = None,
) -> Doubles:
    """Bound the rounding error of every weight after every step.

    Args:
        scenario: the inputs, representable in `precision`.
        precision: what a port stores: float64 or one of the float32 kinds.
        dialect: what is computed; the reference unless given.
        kind: of CLASSES; None for the largest bound, which every listed arithmetic respects.

    Returns:
        (T, N) in units of the weights; NaN where there is no bound.
    """
    dialect = dialect or Dialect()
    if scenario.learning_rates or not _has_closed_form(dialect):
        running: Doubles = running_envelopes(scenario, precision, [dialect], kind)[0]
        return running
    with np.errstate(all="ignore"):
        kinds = [kind] if kind else list(CLASSES)
        result: Doubles = np.max(_closed_form(scenario, precision, dialect, kinds), axis=0)
        return result


def radius(scenario: Scenario, precision: str, dialect: Dialect) -> Doubles:
    """How far a value may lie from one in the plain arithmetic and still be rounding.

    The bounds are against exact arithmetic: the one of the plain arithmetic, and the largest, are
    what is between the two.

    Returns:
        (T, N) in units of the weights; NaN where there is no bound.
    """
    if scenario.learning_rates or not _has_closed_form(dialect):
        plain = envelope(scenario, precision, dialect, "plain")
        return plain + envelope(scenario, precision, dialect)
    with np.errstate(all="ignore"):
        bounds = _closed_form(scenario, precision, dialect, list(CLASSES))
        result: Doubles = bounds[list(CLASSES).index("plain")] + np.max(bounds, axis=0)
        return result


def running_envelopes(
    scenario: Scenario,
    precision: str,
    dialects: Sequence[Dialect],
    kind: str | None = None,
    before_each: Callable[[], None] = lambda: None,
) -> Doubles:
    """Bound many dialects by running error analysis, whatever they deviate in.

    `before_each` is called before each step; what it raises ends it.

    Returns:
        (D, T, N) in units of the weights; NaN where there is no bound.
    """
    orders = [[a for a in widest(d) if kind in (None, a.ema)] for d in dialects]
    hypotheses = [
        Hypothesis(d, order, precision)
        for d, listed in zip(dialects, orders, strict=True)
        for order in listed
    ]
    stepper = Stepper(scenario, hypotheses, BOUNDS)
    layout = scenario.layout
    errors = np.empty((len(hypotheses), len(layout.calls), layout.size))
    for t in range(len(layout.calls)):
        before_each()
        for rows, (w, _) in stepper.step_parts():
            errors[rows, t] = w.error
    starts = np.cumsum([0, *map(len, orders)])[:-1]
    result: Doubles = np.maximum.reduceat(errors, starts) if len(errors) else errors
    return result


def _has_closed_form(dialect: Dialect) -> bool:
    return dialect.choice("epsilon") in ("outside", "inside") and (
        set(dialect.choices()) <= {"epsilon"} | _HYPERPARAMETER_AXES
    )


def exact_weights(
    scenario: Scenario, precision: str, dialect: Dialect | None = None
) -> list[list[Any]]:
    """Return the exact weights after every step, T lists of N Arb balls.

    Raises:
        OracleMissingError: python-flint is not installed.
    """
    with flint().ctx.workprec(BITS):
        hypothesis = Hypothesis(dialect or Dialect(), precision=precision)
        computed = hypothesis.effective_precision
        stepper = Stepper(scenario, [hypothesis], {computed: balls(computed)})
        result = []
        for _ in scenario.gradients:
            ((_, (w, _)),) = stepper.step_parts()
            result.append(list(w[0]))
        return result


def certify(
    scenario: Scenario,
    precision: str,
    weights: Doubles,
    dialect: Dialect | None = None,
    bound: Doubles | None = None,
) -> list[Violation]:
    """Hold stored weights against the exact ones, widened by the rounding envelope.

    Args:
        scenario: the inputs, representable in `precision`.
        precision: what is stored.
        weights: (T, N) the weights to certify.
        dialect: what was computed; the reference unless given.
        bound: (T, N) the envelope, computed if not given; where it is NaN nothing is certified.

    Returns:
        What lies outside, or is not certain to lie inside; empty if all is certified.

    Raises:
        OracleMissingError: python-flint is not installed.
    """
    exact = exact_weights(scenario, precision, dialect)
    bound = envelope(scenario, precision, dialect) if bound is None else bound
    lengths = zip(scenario.names, scenario.lengths, strict=True)
    places = [(name, index) for name, length in lengths for index in range(length)]
    arb, violations = flint().arb, []
    with flint().ctx.workprec(BITS):
        for t, n in np.argwhere(~np.isnan(bound)).tolist():
            stored, limit = float(weights[t, n]), float(bound[t, n])
            distance = abs(arb(stored) - exact[t][n])
            if not distance <= arb(limit):
                array, index = places[n]
                most = float(distance.abs_upper())
                violations.append(Violation(t + 1, array, index, stored, most, limit))
    return violations


def _closed_form(
    scenario: Scenario, precision: str, dialect: Dialect, kinds: Sequence[str]
) -> Doubles:
    """The bounds of kinds of evaluation order, (K, T, N)."""
    info = np.finfo(np.float64 if precision == "float64" else np.float32)
    u = float(info.epsneg)
    # Half the largest float: what stays below cannot be rounded to infinity.
    limit = float(info.max) / 2
    # eta as an exponent, since half the smallest subnormal is no double.
    eta = int(info.minexp) - int(info.nmant) - 1
    used = hyperparameters(scenario, dialect)
    if precision != "float64":
        used = {name: float(np.float32(value)) for name, value in used.items()}
    lr, d, eps = used["learning_rate"], used["decay_rate"], used["epsilon"]
    rate = abs(lr)
    inside = dialect.choice("epsilon") == "inside"
    c = np.array([[CLASSES[k] * (d if k == "reverse_incremental" else 1 - d)] for k in kinds])
    layout = scenario.layout
    scale = _scale(layout, eps if inside else 0.0)
    w = layout.weights.copy()
    v, F = (np.zeros(layout.size) for _ in range(2))  # noqa: N806
    e, E = (np.zeros((len(kinds), layout.size)) for _ in range(2))  # noqa: N806
    result = np.empty((len(kinds), len(layout.calls), layout.size))
    for t, call in enumerate(layout.calls):
        at, k = call.columns, scale[call.columns]
        g = np.abs(call.gradient)
        before = v[at].copy()
        x, old = np.ldexp(g, k) ** 2, d * before
        now = v[at] = old + (1 - d) * x
        share = np.where(now > 0, old / now, 0.0)
        jump = np.where(now > 0, c * np.abs(x - before) / now, 0.0)
        e[:, at] = share * (e[:, at] + 2 * u) + (1 - share) * 4 * u + 2 * u + jump * u
        F[at] = _up(d * F[at] * (1 + 6 * u) + _up(np.ldexp(g + 3, eta + 2 * k)))
        missing = np.minimum(F[at], now)
        added = np.ldexp(eps if inside else 0.0, 2 * k)
        root, low_root = np.sqrt(now + added), np.sqrt(np.maximum(now - F[at], 0) + added)
        gap = np.ldexp(np.where(missing > 0, missing / (root + low_root), 0.0), -k)
        added = 0.0 if inside else eps
        den, low_den = np.ldexp(root, -k) + added, np.ldexp(low_root, -k) + added
        step = lr * (call.gradient / den)  # quotients first: the product may underflow
        w[at] = w[at] - step
        under = rate * (g / den) * (gap / low_den)
        under = under + _up(np.ldexp(1 / low_den, eta)) + _up(np.ldexp(rate + g + 1, eta))
        E[:, at] = (
            E[:, at]
            + (np.abs(step) + under) * (e[:, at] / 2 + 5 * u)
            + under
            + u * (np.abs(w[at]) + E[:, at])
        )
        # Whatever any listed order computes on the way; where low_den is 0, all there is.
        operands = [g * g, rate * g, g / low_den, rate / low_den, 1 / low_den, rate * g / low_den]
        largest = np.max([*operands, np.abs(w[at])], axis=0)
        E[:, at] = np.where(largest <= limit, E[:, at], np.nan)
        result[:, t] = E
    # This recursion itself rounds, some thirty times a step and always relatively: it nowhere
    # subtracts rounded numbers but where the difference has c*u for a factor.
    return result * (1 + 32 * len(layout.calls) * 2.0**-53)


def _up(x: Doubles) -> Doubles:
    """The next double: an upper bound of what was rounded to `x`, also where x underflowed."""
    return np.nextafter(x, np.inf)


def _scale(layout: Layout, added: float) -> NDArray[np.int64]:
    """Return k per element: its average times 4**k keeps clear of both ends of the doubles.

    Averages of small gradients are kept scaled, so that this trajectory does not underflow
    where a port's may; `added` is what is added to the average, and must not overflow.
    """
    largest = np.zeros(layout.size)
    for call in layout.calls:
        largest[call.columns] = np.fmax(largest[call.columns], np.abs(call.gradient))
    _, exponent = np.frexp(np.where(np.isfinite(largest), largest, 1.0))
    most = 1000 if not added else min(1000, (1000 - math.frexp(added)[1]) // 2)
    return np.clip(480 - exponent.astype(np.int64), 0, max(most, 0))
