"""RMSProp straight from the lecture slide."""

import numpy as np


class RMSProp:
    def __init__(self, learning_rate=0.001, decay_rate=0.9, epsilon=1e-8):
        self.learning_rate = learning_rate
        self.decay_rate = decay_rate
        self.epsilon = epsilon
        self.mean_square = {}

    def step(self, weights, gradients):
        for name, w in weights.items():
            g = gradients[name]
            ms = 0.9 * self.mean_square.get(name, np.zeros_like(w)) + 0.1 * g**2
            self.mean_square[name] = ms
            w -= self.learning_rate * g / (np.sqrt(ms) + self.epsilon)
