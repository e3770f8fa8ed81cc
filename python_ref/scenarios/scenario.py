"""A scenario: what is fed to a port, hyperparameters, initial weights and gradients a step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from python_ref.scenarios.calls import Layout
from python_ref.scenarios.hyperparameters import HYPERPARAMETERS, NEUTRAL

KINDS = ("core", "edge", "partial")
"""The classes of goldens; see design: Verdicts. Core ones decide."""

PRECISIONS = ("float64", "float32", "float32_double")
"""The precisions that goldens are kept in; see design: Storage."""

Arrays = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Scenario:
    """What is fed: hyperparameters, initial weights, and gradients a step.

    Attributes:
        name: unique among the scenarios, lower case with hyphens.
        catches: the difference it is there to catch, in a phrase.
        learning_rate, decay_rate, epsilon: the three hyperparameters.
        weights: name to a float64 array of one dimension; float32 precisions hold values that
            float32 can represent. The order of names is the order maps are built in.
        gradients: one mapping a step, name to an array as long as that of the weights. A step
            may omit names: those arrays take no part in it.
        options: further hyperparameters by name, of `hyperparameters.OPTIONS`.
        edge: whether something overflows or is not finite, a denominator can be 0, or the like.
        learning_rates: one a step where the rate changes; the first is `learning_rate`.
    """

    name: str
    catches: str
    learning_rate: float
    decay_rate: float
    epsilon: float
    weights: Arrays
    gradients: Sequence[Arrays]
    options: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    edge: bool = False
    learning_rates: tuple[float, ...] = ()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The arrays' names in order."""
        return tuple(self.weights)

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        """Elements of each array, in order."""
        return tuple(len(array) for array in self.weights.values())

    @cached_property
    def size(self) -> int:
        """Elements of all arrays together: N."""
        return sum(self.lengths)

    @cached_property
    def layout(self) -> Layout:
        """Its elements in one row, and the calls; a search steps it thousands of times."""
        return Layout(self.weights, self.gradients)

    @cached_property
    def kind(self) -> str:
        """`edge`, `partial` (some step omits arrays), or `core`."""
        if self.edge:
            return "edge"
        whole = len(self.weights)
        return "core" if all(len(step) == whole for step in self.gradients) else "partial"

    @property
    def hyperparameters(self) -> dict[str, float]:
        """The three that every scenario has, by name."""
        return {name: getattr(self, name) for name in HYPERPARAMETERS}

    def values(self, names: Iterable[str]) -> dict[str, float]:
        """Return hyperparameters and options by name; an option it lacks does nothing."""
        given = {**self.hyperparameters, **self.options}
        for name, neutral in NEUTRAL.items():
            nothing = given[neutral] if isinstance(neutral, str) else neutral
            given[name] = self.options.get(name, nothing)
        return {name: given[name] for name in names}

    @property
    def steps(self) -> int:
        """Number of steps: T."""
        return len(self.gradients)

    def having(self, fixed: Mapping[str, float]) -> Scenario:
        """The same scenario with other hyperparameters and options, by name."""
        if not fixed:
            return self
        settings: dict[str, Any] = {k: v for k, v in fixed.items() if k in HYPERPARAMETERS}
        options = {k: v for k, v in fixed.items() if k not in HYPERPARAMETERS}
        return replace(self, **settings, options={**self.options, **options})

    def in_precision(self, precision: str) -> Scenario:
        """The same scenario with every number rounded to what `precision` can store."""
        if precision == "float64":
            return self

        def number(value: float) -> float:
            return float(np.float32(value))

        def arrays(given: Arrays) -> dict[str, NDArray[np.float64]]:
            return {k: v.astype(np.float32).astype(np.float64) for k, v in given.items()}

        settings: dict[str, Any] = {k: number(v) for k, v in self.hyperparameters.items()}
        return replace(
            self,
            **settings,
            options={key: number(value) for key, value in self.options.items()},
            learning_rates=tuple(number(value) for value in self.learning_rates),
            weights=arrays(self.weights),
            gradients=[arrays(step) for step in self.gradients],
        )
