"""What scenarios are drawn like: a row for each corner of the numbers in which RMSProps part.

Decimals of few digits, scaled by powers of ten: what is left of one when it is shrunk can be read
by a person. The first row is the plainest, and shrinking leads there.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Regime:
    """Numbers of a kind.

    Attributes:
        name: what it is about.
        scale: the power of ten of gradients, where floats are wide and where they are narrow.
        spread: decades by which elements differ, upwards.
        weights: the power of ten of weights.
        epsilons: epsilon, in units of the gradients' scale.
        absolute: epsilon as it is, beside these.
        rates, decays: learning rates and decay rates.
        steps, elements, arrays: the most of each.
        zeros: half of the gradients are zero.
        special: gradients are NaN or infinite, too.
        empty: arrays may have no element.
        edge: rounding has no bound in it, mostly; see design: Verdicts.
    """

    name: str
    scale: tuple[int, int] = (0, 0)
    spread: int = 0
    weights: int = 0
    epsilons: tuple[float, ...] = (1.0, 0.31, 0.01)
    absolute: tuple[float, ...] = ()
    rates: tuple[float, ...] = (1.0, 0.1, 0.001, 0.0137)
    decays: tuple[float, ...] = (0.5, 0.9, 0.83, 0.99, 0.37)
    steps: int = 6
    elements: int = 3
    arrays: int = 3
    zeros: bool = False
    special: bool = False
    empty: bool = False
    edge: bool = False


REGIMES: tuple[Regime, ...] = (
    Regime("plain numbers"),
    Regime("an epsilon that is small", epsilons=(), absolute=(1e-8, 1e-7, 1e-10)),
    Regime("an epsilon that is large", scale=(-3, -3), epsilons=(1e3, 1e2)),
    Regime("scales that differ", scale=(-4, -4), spread=7, epsilons=(1.0, 1e3)),
    Regime("zeros", zeros=True, steps=8),
    Regime("long constant runs", steps=60, elements=2, arrays=2),
    Regime("long and short memory", decays=(0.5, 0.9999, 0.001, 0.999999), steps=20),
    Regime("weights that are heavy", weights=6, rates=(1.0, 0.001, 1e-6)),
    Regime("large learning rates", rates=(1.0, 300.0, 1e6)),
    Regime("many arrays", arrays=9, elements=2, steps=3),
    Regime("tiny gradients", scale=(-20, -12), epsilons=(1.0,), absolute=(1e-8, 1.0)),
    Regime("squares that underflow", scale=(-160, -21), epsilons=(1.0, 0.1)),
    Regime("subnormal gradients", scale=(-310, -41), epsilons=(1.0,), absolute=(1e-8, 1.0)),
    Regime("squares near overflow", scale=(152, 17), epsilons=(1.0, 1e-3), absolute=(1e-8,)),
    Regime("hyperparameters of 0", rates=(0.0, 1.0), absolute=(0.0,), zeros=True, edge=True),
    Regime("decay rates of 0 and 1", decays=(0.0, 1.0), edge=True),
    Regime("squares that overflow", scale=(155, 20), absolute=(1e-8,), edge=True),
    Regime("numbers that are not finite", special=True, edge=True),
    Regime("arrays without elements", empty=True, edge=True),
)
"""The corners; the plainest first."""
