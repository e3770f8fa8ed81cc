"""RMSProp on plain lists of numbers, without a library."""

from __future__ import annotations

import math

Arrays = dict[str, list[float]]


class RMSProp:
    """Divide each gradient by the root of a moving average of its square.

    Attributes:
        moving_average: of the squared gradients, one list for each list of weights.
    """

    def __init__(self, learning_rate: float, decay_rate: float, epsilon: float) -> None:
        self.learning_rate = learning_rate
        self.decay_rate = decay_rate
        self.epsilon = epsilon
        self.moving_average: Arrays = {}

    def step(self, gradients: Arrays, weights: Arrays) -> None:
        """Change the weights in place. A list without a gradient takes no part in the step."""
        d = self.decay_rate
        for name, row in gradients.items():
            w = weights[name]
            v = self.moving_average.setdefault(name, [0.0] * len(row))
            for i, g in enumerate(row):
                v[i] = d * v[i] + (1 - d) * (g * g)
                w[i] -= _quotient(self.learning_rate * g, math.sqrt(v[i]) + self.epsilon)


def _quotient(a: float, b: float) -> float:
    """Divide as other languages do: Python raises where b is 0."""
    if b != 0:
        return a / b
    return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a)
