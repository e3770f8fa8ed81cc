from collections.abc import Mapping

import numpy as np

Arrays = Mapping[str, np.ndarray]


class RMSProp:
    """Divides each gradient by the root of its recent magnitude."""

    def __init__(self, learning_rate: float, decay_rate: float, epsilon: float = 1e-8) -> None:
        self._learning_rate = learning_rate
        self._decay_rate = decay_rate
        self._epsilon = epsilon
        self._accumulated: dict[str, np.ndarray] = {}

    def update(self, weights: Arrays, gradients: Arrays) -> dict[str, np.ndarray]:
        result = {}
        for name, weight in weights.items():
            gradient = gradients[name]
            accumulated = self._accumulated.get(name, np.zeros_like(weight)) + gradient**2
            self._accumulated[name] = accumulated
            scaled = gradient / (np.sqrt(accumulated) + self._epsilon)
            result[name] = weight - self._learning_rate * scaled
        return result
