"""Hypothesis strategies for scenarios.

Only whole numbers and booleans are drawn, by which bytes decide what is fed and nothing else
(Hypothesis mixes constants of the modules that happen to be imported into its own draws). An
element is drawn whole, its weight and all its gradients, so that shrinking can leave one out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from harness.fuzzing.regimes import Regime
from python_ref.scenarios.hyperparameters import NEUTRAL
from python_ref.scenarios.scenario import Scenario

Draw = st.DrawFn
_SIMPLE = (1.0, -1.0, 0.5, 2.0, -0.5, -2.0, 3.0, 0.25)
_SPECIAL = (math.nan, math.inf, -math.inf)
_SIMPLE_DRAWS, _DRAWS = 64, 4095
# How an element's gradients follow one another.
_CONSTANT, _DRAWN, _ALTERNATING, _ONCE = range(4)


@dataclass(frozen=True)
class Case:
    """A scenario that was drawn.

    Attributes:
        scenario: rounded to the precision; an edge where its regime says so.
        precision: what is stored.
    """

    scenario: Scenario
    precision: str


Element = tuple[float, tuple[float, ...]]


def _number(index: int) -> float:
    """A decimal of few digits; the lower the index, the simpler."""
    if index < _SIMPLE_DRAWS:
        return _SIMPLE[index % len(_SIMPLE)]
    return (index * 37 % 3989 + 11) / 1000 * (1 if index % 2 else -1)


def _scaled(number: float, exponent: int) -> float:
    """The double nearest to the decimal, which a product need not be."""
    return float(f"{number!r}e{exponent}") if math.isfinite(number) else number


@st.composite
def _element(draw: Draw, regime: Regime, scale: int, steps: int) -> Element:
    weight = _scaled(_number(draw(st.integers(0, _DRAWS))), regime.weights)
    exponent = scale + (draw(st.integers(0, regime.spread)) if regime.spread else 0)

    def gradient() -> float:
        index = draw(st.integers(0, _DRAWS))
        if regime.special and index % 3:
            return _SPECIAL[index % len(_SPECIAL)]
        return 0.0 if regime.zeros and index % 2 else _scaled(_number(index), exponent)

    # Also of one step, which then is drawn as several are: shrinking may leave steps out.
    pattern = draw(st.integers(_CONSTANT, _ONCE))
    if pattern == _DRAWN:
        return weight, tuple(gradient() for _ in range(steps))
    one = gradient()
    if pattern == _ALTERNATING:
        return weight, tuple(one if t % 2 == 0 else -one for t in range(steps))
    if pattern == _ONCE:
        return weight, (one, *(0.0,) * (steps - 1))
    return weight, (one,) * steps


@lru_cache(maxsize=1024)
def _arrays(regime: Regime, scale: int, steps: int) -> st.SearchStrategy[list[list[Element]]]:
    least = 0 if regime.empty else 1
    array = st.lists(_element(regime, scale, steps), min_size=least, max_size=regime.elements)
    return st.lists(array, min_size=1, max_size=regime.arrays)


@st.composite
def cases(
    draw: Draw,
    guide: Sequence[Regime],
    precisions: Sequence[str],
    options: Mapping[str, float],
) -> Case:
    """Scenarios.

    Args:
        draw: Hypothesis' own.
        guide: the regimes, one as often as it is to be drawn; the plainest first.
        precisions: what may be stored.
        options: the options that a scenario gives, with a usual value of each.
    """

    def one_of(values: Sequence[float]) -> float:
        return values[draw(st.integers(0, len(values) - 1))]

    regime = guide[draw(st.integers(0, len(guide) - 1))]
    precision = precisions[draw(st.integers(0, len(precisions) - 1))]
    scale = regime.scale[precision != "float64"]
    rate, decay = one_of(regime.rates), one_of(regime.decays)
    epsilon = one_of([*(_scaled(x, scale) for x in regime.epsilons), *regime.absolute])
    given = {name: one_of(_values(name, usual)) for name, usual in options.items()}
    steps = draw(st.integers(1, regime.steps))
    drawn = draw(_arrays(regime, scale, steps))
    arrays = {f"w{i}": elements for i, elements in enumerate(drawn, 1)}
    scenario = Scenario(
        name="drawn",
        catches=f"what was drawn: {regime.name}",
        learning_rate=rate,
        decay_rate=decay,
        epsilon=epsilon,
        options=given,
        weights={name: _row(w for w, _ in elements) for name, elements in arrays.items()},
        gradients=[
            {name: _row(g[t] for _, g in elements) for name, elements in arrays.items()}
            for t in range(steps)
        ],
        edge=regime.special or decay in (0.0, 1.0) or not all(drawn),
    )
    return Case(scenario.in_precision(precision), precision)


def _row(numbers: Iterable[float]) -> NDArray[np.float64]:
    return np.array(list(numbers), dtype=np.float64)


def _values(name: str, usual: float) -> list[float]:
    """An option's usual value, half of it, and nothing where it may be nothing."""
    return [usual, usual / 2, *([0.0] if NEUTRAL.get(name) == 0.0 else [])]
