import numpy as np


class RMSPropSolver:
    """RMSProp with a little regularization."""

    def __init__(self, learning_rate, smoothing, epsilon):
        self.learning_rate = learning_rate
        self.smoothing = smoothing
        self.epsilon = epsilon
        self.regc = 0.001
        self.cache = {}

    def step(self, weights, gradients):
        for name, w in weights.items():
            g = gradients[name]
            s = self.cache.get(name, np.zeros_like(w))
            s = s * self.smoothing + (1 - self.smoothing) * g * g
            self.cache[name] = s
            weights[name] = w - self.learning_rate * g / (np.sqrt(s) + self.epsilon) - self.regc * w
