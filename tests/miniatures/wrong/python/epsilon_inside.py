"""RMSProp, as described in Hinton's Coursera lecture."""

import numpy as np


class RMSProp:
    def __init__(self, learning_rate=0.001, decay_rate=0.9, epsilon=1e-8):
        self.learning_rate = learning_rate
        self.decay_rate = decay_rate
        self.epsilon = epsilon
        self.cache = {}

    def update(self, params, grads):
        for name in params:
            if name not in self.cache:
                self.cache[name] = np.zeros_like(params[name])
            self.cache[name] = (
                self.decay_rate * self.cache[name] + (1 - self.decay_rate) * grads[name] ** 2
            )
            params[name] -= (
                self.learning_rate * grads[name] / np.sqrt(self.cache[name] + self.epsilon)
            )
