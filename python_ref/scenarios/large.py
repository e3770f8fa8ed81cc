"""One scenario too large for a file: a million elements, a hundred steps, made as they are fed.

Its gradients are whole numbers from an integer hash divided by a power of two: the same bits on
every machine, without storing 800 MB of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from python_ref.scenarios.scenario import Arrays, Scenario

ELEMENTS = 1_000_000
STEPS = 100
# Multiplicative hashing with the odd constant nearest 2**64 / golden ratio (Knuth, TAOCP 6.4).
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


class _Gradients(Sequence[Arrays]):
    """The gradients of every step, each made when it is asked for."""

    def __init__(self, elements: int, steps: int) -> None:
        self._elements, self._steps = elements, steps

    def __len__(self) -> int:
        return self._steps

    @overload
    def __getitem__(self, index: int) -> Arrays: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Arrays]: ...
    def __getitem__(self, index: int | slice) -> Arrays | Sequence[Arrays]:
        if isinstance(index, slice):
            return [self[t] for t in range(*index.indices(self._steps))]
        if not -self._steps <= index < self._steps:
            raise IndexError(index)
        return {"w": _numbers(self._elements, index % self._steps + 1)}

    def __iter__(self) -> Iterator[Arrays]:
        return (self[t] for t in range(self._steps))


def _numbers(count: int, seed: int) -> NDArray[np.float64]:
    """Numbers k / 2**14, k from -2**15 to 2**15; exact in float32 too."""
    mixed = (np.arange(1, count + 1, dtype=np.uint64) + np.uint64(seed * count)) * _GOLDEN
    return ((mixed >> np.uint64(48)).astype(np.float64) - 2.0**15) / 2.0**14


def large(precision: str, elements: int = ELEMENTS, steps: int = STEPS) -> Scenario:
    """Return the scenario in a precision; its gradients take no memory until asked for."""
    number = float if precision == "float64" else lambda x: float(np.float32(x))
    return Scenario(
        name="large",
        catches="Memory that grows with the scenario, indices that overflow",
        learning_rate=number(0.001),
        decay_rate=number(0.9),
        epsilon=number(1e-8),
        weights={"w": _numbers(elements, 0)},
        gradients=_Gradients(elements, steps),
    )
