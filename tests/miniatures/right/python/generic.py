from abc import ABC, abstractmethod
from typing import Generic, TypeVar

import numpy as np

K = TypeVar("K")


class Optimizer(ABC, Generic[K]):
    """Base of all optimizers: subclasses say how far a parameter moves."""

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = learning_rate

    @abstractmethod
    def _delta(self, key: K, gradient: np.ndarray) -> np.ndarray: ...

    def step(self, weights: dict[K, np.ndarray], gradients: dict[K, np.ndarray]) -> None:
        for key in weights:
            weights[key] += self._delta(key, gradients[key])


class RMSProp(Optimizer[str]):
    def __init__(self, learning_rate: float, decay_rate: float, epsilon: float) -> None:
        super().__init__(learning_rate)
        self.decay_rate = decay_rate
        self.epsilon = epsilon
        self._average: dict[str, np.ndarray] = {}

    def _delta(self, key: str, gradient: np.ndarray) -> np.ndarray:
        average = self._average.setdefault(key, np.zeros_like(gradient))
        average[...] = self.decay_rate * average + (1 - self.decay_rate) * gradient**2
        return -self.learning_rate * gradient / (np.sqrt(average) + self.epsilon)
