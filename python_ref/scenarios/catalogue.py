"""The inputs: what is fed to every port, each with what it is there to catch.

Gradients are given, never computed from the weights, so rounding errors add up and are never
amplified. Values are literals or whole numbers divided once: the same bits on every machine.
A `core` scenario decides a verdict; an `edge` one (something overflows or is not finite, a
denominator can be 0, decay is 0 or 1, an array is empty) is compared and reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from python_ref.scenarios.scenario import Arrays, Scenario


def _arrays(**arrays: Sequence[float]) -> dict[str, NDArray[np.float64]]:
    return {name: np.array(values, dtype=np.float64) for name, values in arrays.items()}


def _numbers(seed: int) -> Iterator[int]:
    """Whole numbers from -999 to 999 by a linear congruential generator (Knuth's MMIX)."""
    state = seed
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        yield (state >> 33) % 1999 - 999


def _drawn(seed: int, lengths: Mapping[str, int], steps: int, scale: float) -> list[Arrays]:
    """Gradients k/scale, k drawn; about one in eight is zero."""
    numbers = _numbers(seed)

    def one() -> float:
        return 0.0 if next(numbers) % 8 == 0 else next(numbers) / scale

    return [
        {name: np.array([one() for _ in range(n)], dtype=np.float64) for name, n in lengths.items()}
        for _ in range(steps)
    ]


_MAKERS: dict[str, Callable[[str], Scenario]] = {}


def _scenario(make: Callable[[bool], dict[str, Any]]) -> Callable[[bool], dict[str, Any]]:
    """Register a maker; its name is the scenario's, its docstring says what it catches.

    The maker is told whether floats are narrow (float32), where over- and underflow lie
    elsewhere.
    """
    name = make.__name__.removeprefix("_").replace("_", "-")

    def build(precision: str) -> Scenario:
        parts: dict[str, Any] = {"learning_rate": 0.001, "decay_rate": 0.9, "epsilon": 1e-8}
        parts.update(make(precision != "float64"))
        catches = " ".join((make.__doc__ or "").split()).removesuffix(".")
        return Scenario(name=name, catches=catches, **parts).in_precision(precision)

    _MAKERS[name] = build
    return make


_PAGE_GRADIENTS = _arrays(w1=[0.1, -0.2], w2=[0.4, -0.5])
_PAGE_WEIGHTS = _arrays(w1=[0.5, 0.5], w2=[0.6, 0.6])


@_scenario
def _page_one_step(_narrow: bool) -> dict[str, Any]:
    """The published example: weights not written, wrong sign, no root, wrong first average."""
    return {"weights": _PAGE_WEIGHTS, "gradients": [_PAGE_GRADIENTS]}


@_scenario
def _page_ten_steps(_narrow: bool) -> dict[str, Any]:
    """State forgotten between calls: the same gradients ten times."""
    return {"weights": _PAGE_WEIGHTS, "gradients": [_PAGE_GRADIENTS] * 10}


@_scenario
def _mixed_arrays(_narrow: bool) -> dict[str, Any]:
    """Most single differences and pairs of them: norms above 1, epsilon near the root, zeros."""
    lengths = {"dense": 5, "bias": 1, "kernel": 3, "output": 4}
    numbers = _numbers(7)
    return {
        "learning_rate": 0.0137,
        "decay_rate": 0.83,
        "epsilon": 0.31,
        "weights": {
            k: np.array([next(numbers) / 700 for _ in range(n)]) for k, n in lengths.items()
        },
        "gradients": _drawn(11, lengths, 12, 370.0),
    }


@_scenario
def _mixed_scales(_narrow: bool) -> dict[str, Any]:
    """Pairs that even scales hide: arrays whose gradients differ by decades, epsilon between."""
    lengths = {"embedding": 3, "gain": 1, "hidden": 6, "head": 3}
    scales = {"embedding": 90000.0, "gain": 90.0, "hidden": 1100.0, "head": 230.0}
    numbers = _numbers(23)
    parts = {
        name: _drawn(31 + i, {name: n}, 15, scales[name])
        for i, (name, n) in enumerate(lengths.items())
    }
    return {
        "learning_rate": 0.0421,
        "decay_rate": 0.57,
        "epsilon": 0.043,
        "weights": {
            k: np.array([next(numbers) / 300 for _ in range(n)]) for k, n in lengths.items()
        },
        "gradients": [{name: parts[name][t][name] for name in lengths} for t in range(15)],
    }


@_scenario
def _epsilon_as_large_as_the_gradient(_narrow: bool) -> dict[str, Any]:
    """Epsilon on the other side of the root, left out, or taken as a maximum."""
    return {
        "epsilon": 0.2,
        "weights": _arrays(w=[1.0, -1.0, 0.25]),
        "gradients": [
            _arrays(w=[0.2, -0.1, 0.4]),
            _arrays(w=[0.3, 0.2, -0.05]),
            _arrays(w=[-0.2, 0.6, 0.1]),
        ],
    }


@_scenario
def _zero_gradients(_narrow: bool) -> dict[str, Any]:
    """Weights that move without a gradient, an average that does not decay, 0/0."""
    return {
        "weights": _arrays(w=[0.5, -0.25, 0.75]),
        "gradients": [
            _arrays(w=[0.0, 0.3, 0.0]),
            _arrays(w=[0.0, 0.0, 0.0]),
            _arrays(w=[0.2, 0.0, 0.0]),
            _arrays(w=[0.0, -0.1, 0.0]),
        ],
    }


@_scenario
def _tiny_gradients(narrow: bool) -> dict[str, Any]:
    """Squares far below epsilon's square, which alone decides the step; subnormal gradients."""
    g, subnormal = (3e-12, 3e-40) if narrow else (3e-20, 3e-312)
    return {
        "weights": _arrays(w=[0.001, -0.002, 0.003, 0.0]),
        "gradients": [_arrays(w=[k * g, -g, g / k, subnormal / k]) for k in (1.0, 2.0, 3.0, 5.0)],
    }


@_scenario
def _subnormal_squares(narrow: bool) -> dict[str, Any]:
    """Subnormals flushed to zero: squares that are subnormal or underflow."""
    g, eps = (1.7e-22, 1e-22) if narrow else (2.3e-161, 1e-161)
    return {
        "epsilon": eps,
        "weights": _arrays(w=[0.5, 0.25, -0.125, 1.0]),
        "gradients": [
            _arrays(w=[g * k, -g / 3, g / 50, -g * 7]) for k in (1.0, 3.0, 2.0, 0.5, 1.0)
        ],
    }


@_scenario
def _huge_gradients(narrow: bool) -> dict[str, Any]:
    """A square that overflows: the step becomes zero and never recovers."""
    g = 3e20 if narrow else 3e160
    return {
        "weights": _arrays(w=[0.5, 0.25, -0.75]),
        "gradients": [
            _arrays(w=[g, -g, 0.1]),
            _arrays(w=[0.1, g / 7, -g]),
            _arrays(w=[0.1, 0.2, 0.3]),
        ],
        "edge": True,
    }


@_scenario
def _large_gradients(narrow: bool) -> dict[str, Any]:
    """Large squares that stay finite: an average formed in a narrower type overflows."""
    g = 2e17 if narrow else 2e150
    return {
        "weights": _arrays(w=[0.5, 0.25, -0.75]),
        "gradients": [_arrays(w=[g, -g / 3, g / 1e9]), _arrays(w=[-g / 2, g, 0.5])] * 2,
    }


@_scenario
def _sign_changes(_narrow: bool) -> dict[str, Any]:
    """The sign of the gradient lost or kept where it should not be."""
    return {
        "weights": _arrays(w=[0.1, -0.1, 0.3]),
        "gradients": [
            _arrays(w=[s * 0.4, -s * 0.03, s * (-1) ** t * 0.7])
            for t, s in enumerate((1, -1, 1, 1, -1, -1))
        ],
    }


@_scenario
def _single_element(_narrow: bool) -> dict[str, Any]:
    """An array of one, where a loop or a slice goes one short."""
    return {
        "weights": _arrays(w=[0.75]),
        "gradients": [_arrays(w=[g]) for g in (0.3, -0.7, 0.0, 0.11)],
    }


@_scenario
def _many_arrays(_narrow: bool) -> dict[str, Any]:
    """State mixed up between arrays: twelve, of lengths 1 to 12."""
    lengths = {f"layer{i}": i + 1 for i in (4, 0, 11, 2, 7, 1, 9, 3, 10, 5, 8, 6)}
    numbers = _numbers(41)
    return {
        "weights": {
            k: np.array([next(numbers) / 1000 for _ in range(n)]) for k, n in lengths.items()
        },
        "gradients": _drawn(43, lengths, 4, 500.0),
    }


@_scenario
def _empty_array(_narrow: bool) -> dict[str, Any]:
    """An array without elements beside one with some."""
    return {
        "weights": _arrays(none=[], w=[0.5, -0.5]),
        "gradients": [_arrays(none=[], w=[0.1, 0.2]), _arrays(none=[], w=[-0.3, 0.1])],
        "edge": True,
    }


@_scenario
def _map_order(_narrow: bool) -> dict[str, Any]:
    """Arrays matched by position instead of by name: names that hash maps reorder."""
    names = ("zeta", "w10", "w2", "w1", "alpha", "Aa", "BB", "C#")
    numbers = _numbers(53)
    return {
        "weights": {name: np.array([next(numbers) / 900 for _ in range(3)]) for name in names},
        "gradients": _drawn(59, dict.fromkeys(names, 3), 3, 800.0),
    }


@_scenario
def _names_not_ascii(_narrow: bool) -> dict[str, Any]:
    """Names damaged on the way: other scripts, a surrogate pair, two forms of one letter."""
    names = ("θ", "вес", "重み", "w🙂", "\u00e9", "e\u0301", "a b", 'say "w"')
    numbers = _numbers(61)
    return {
        "weights": {name: np.array([next(numbers) / 900 for _ in range(2)]) for name in names},
        "gradients": _drawn(67, dict.fromkeys(names, 2), 2, 600.0),
    }


@_scenario
def _thousand_steps(_narrow: bool) -> dict[str, Any]:
    """Slow drift: constants slightly off, rounding that is not the stated one."""
    return {
        "decay_rate": 0.99,
        "weights": _arrays(w=[0.5, -1.5], b=[0.1]),
        "gradients": _drawn(71, {"w": 2, "b": 1}, 1000, 400.0),
    }


@_scenario
def _short_memory(_narrow: bool) -> dict[str, Any]:
    """What agrees for usual values only: a decay below a half, a learning rate above 1."""
    return {
        "learning_rate": 1.3,
        "decay_rate": 0.37,
        "epsilon": 0.0071,
        "weights": _arrays(w=[1.0, -0.5, 0.25], b=[2.0]),
        "gradients": _drawn(83, {"w": 3, "b": 1}, 4, 300.0),
    }


@_scenario
def _decay_zero(_narrow: bool) -> dict[str, Any]:
    """Decay 0: the average is the last square; a share that divides by the decay fails."""
    return {
        "decay_rate": 0.0,
        "weights": _arrays(w=[0.5, 0.25, -0.75]),
        "gradients": [_arrays(w=[0.3, -0.2, 0.0]), _arrays(w=[0.0, 0.7, 0.1])],
        "edge": True,
    }


@_scenario
def _decay_one(_narrow: bool) -> dict[str, Any]:
    """Decay 1: the average stays zero and epsilon alone divides."""
    return {
        "decay_rate": 1.0,
        "epsilon": 0.5,
        "weights": _arrays(w=[0.5, 0.25, -0.75]),
        "gradients": [_arrays(w=[0.3, -0.2, 0.0]), _arrays(w=[0.1, 0.7, 0.1])],
        "edge": True,
    }


@_scenario
def _learning_rate_zero(_narrow: bool) -> dict[str, Any]:
    """Learning rate 0 taken for a missing one and replaced by a default."""
    return {
        "learning_rate": 0.0,
        "weights": _arrays(w=[0.5, 0.25, -0.75]),
        "gradients": [_arrays(w=[0.3, -0.2, 0.0]), _arrays(w=[0.1, 0.7, 0.1])],
    }


@_scenario
def _epsilon_zero(_narrow: bool) -> dict[str, Any]:
    """Epsilon 0 with a gradient of zero: 0/0 is NaN, not zero."""
    return {
        "epsilon": 0.0,
        "weights": _arrays(w=[0.5, 0.25, -0.75]),
        "gradients": [_arrays(w=[0.0, 0.2, 0.1]), _arrays(w=[0.1, 0.0, 0.3])],
        "edge": True,
    }


@_scenario
def _nan_gradient(_narrow: bool) -> dict[str, Any]:
    """A gradient that is not a number: it stays in the average and spreads no further."""
    return {
        "weights": _arrays(w=[0.5, 0.25, -0.75]),
        "gradients": [_arrays(w=[float("nan"), 0.2, 0.1]), _arrays(w=[0.1, 0.1, 0.3])],
        "edge": True,
    }


@_scenario
def _infinite_gradient(_narrow: bool) -> dict[str, Any]:
    """Infinite gradients: infinity by infinity is NaN."""
    inf = float("inf")
    return {
        "weights": _arrays(w=[0.5, 0.25, -0.75]),
        "gradients": [_arrays(w=[inf, 0.2, 0.1]), _arrays(w=[0.1, -inf, 0.3])],
        "edge": True,
    }


@_scenario
def _late_array(_narrow: bool) -> dict[str, Any]:
    """An array whose first gradient comes at step 3: state that is made for all at once."""
    early, late = [0.5, -0.2, 0.1], [0.3, -0.6]
    return {
        "weights": _arrays(early=[1.0, 2.0, 3.0], late=[4.0, 5.0]),
        "gradients": [
            _arrays(early=early),
            _arrays(early=early[::-1]),
            _arrays(early=early, late=late),
            _arrays(late=late[::-1]),
            _arrays(early=early, late=late),
        ],
    }


def scenarios(precision: str = "float64") -> list[Scenario]:
    """Every scenario in `precision` (float64, or one of the float32 kinds), in stable order."""
    return list(_made(precision))


@cache
def _made(precision: str) -> tuple[Scenario, ...]:
    return tuple(make(precision) for make in _MAKERS.values())


def scenario_names() -> tuple[str, ...]:
    """The scenarios' names in the order of `scenarios`."""
    return tuple(_MAKERS)
