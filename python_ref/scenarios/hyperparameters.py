"""The hyperparameters there are: one table, from which every list of them is made."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Hyperparameter:
    """A number that a step is computed with.

    Attributes:
        name: as scenarios, files and the wire call it.
        given: whether scenarios give it "always", as an "option", or "never": then it is only
            ever a constant of a dialect's or a port's own.
        neutral: the value with which it does nothing, or the hyperparameter whose value it then
            has; None where it always does something.
        deviating: what a deviation uses where neither it nor the scenario says, stated for the
            power matrix; None of the learning rate, of which an ignored one is a third.
    """

    name: str
    given: str
    neutral: float | str | None
    deviating: float | None


_TABLE = (
    Hyperparameter("learning_rate", "always", None, None),
    Hyperparameter("decay_rate", "always", None, 0.95),  # the share of v that comes from the old
    Hyperparameter("epsilon", "always", None, 1e-3),
    Hyperparameter("momentum", "option", 0.0, 0.9),
    Hyperparameter("weight_decay", "option", 0.0, 0.1),
    Hyperparameter("clip", "option", math.inf, 1.0),  # the largest element, or norm
    Hyperparameter("mean_decay", "option", "decay_rate", 0.8),  # of the averaged gradient
    Hyperparameter("decay", "option", 0.0, 0.1),  # of the learning rate: k of lr / (1 + k*t)
    Hyperparameter("gradient_scale", "never", 1.0, 0.5),  # of every gradient
    Hyperparameter("initial_average", "never", 0.0, 0.1),  # of squared gradients: v0
    Hyperparameter("factor", "option", 1.0, 0.8),  # of the learning rate, at every drop
    Hyperparameter("every", "option", 1.0, 2.0),  # steps from one drop to the next
    Hyperparameter("total", "option", math.inf, 20.0),  # steps until the rate is zero
)
HYPERPARAMETERS = tuple(row.name for row in _TABLE if row.given == "always")
"""Those of the reference, which every scenario gives."""

OPTIONS = tuple(row.name for row in _TABLE if row.given == "option")
"""Those that a scenario may give."""

SCHEDULES = ("decay", "factor", "every", "total")
"""The options of schedules: how the learning rate falls."""

CONSTANTS = tuple(row.name for row in _TABLE)
"""Those that a dialect or a port may have values of its own for: all of them."""

NEUTRAL: Mapping[str, float | str] = MappingProxyType(
    {row.name: row.neutral for row in _TABLE if row.neutral is not None}
)
"""Values with which they do nothing; the name of another one stands for its value."""

DEVIATION_CONSTANTS: Mapping[str, float] = MappingProxyType(
    {row.name: row.deviating for row in _TABLE if row.deviating is not None}
)
"""What a deviation uses where neither it nor the scenario says."""
